// X and Z as Python adds them up and lays them out, and their words in every language.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openWire, type WireEntry } from "@/core/entry";
import { layoutLines, type ReceiptDocument, type ReceiptHeader } from "@/core/receipt";
import type { ReportSettings, ShiftReport, Told } from "@/core/report/figures";
import { REPORT_LABELS, documentOfReport, type ReportLabels } from "@/core/report/layout";
import { shiftReport } from "@/core/report/shiftReport";
import { reportLabels } from "@/receipt/reportLabels";
import { speak } from "@/words/words";

interface ShiftCase {
	readonly why: string;
	readonly opening?: string;
	readonly closing?: string;
	readonly late: readonly number[];
	readonly entries: readonly WireEntry[];
	readonly settings: ReportSettings;
	readonly header: ReceiptHeader;
	readonly labels: ReportLabels;
	readonly report: ShiftReport;
	readonly document: ReceiptDocument;
	readonly lines: readonly string[];
}

const file = new URL("../../../vectors/shift_report.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly ShiftCase[] };

async function toldOf({ entries, late }: ShiftCase): Promise<Map<string, Told>> {
	const told = await Promise.all(entries.map(async (wire, at) =>
		[wire.hash, { entry: await openWire(wire), hash: wire.hash, late: late.includes(at) }] as const));
	return new Map(told);
}

describe("X and Z as Python adds them up", () => {
	test("there are cases of all kinds", () => {
		expect(cases.length).toBeGreaterThan(15);
	});

	test.each(cases.map((each) => [each.why, each] as const))("%s", async (_, each) => {
		const told = await toldOf(each);
		const opening = each.opening === undefined ? undefined : told.get(each.opening);
		const closing = each.closing === undefined ? undefined : told.get(each.closing);
		const report = shiftReport(opening, [...told.values()], closing, each.settings);
		expect(report).toEqual(each.report);
		const document = documentOfReport(report, each.header, each.labels);
		expect(document).toEqual(each.document);
		expect(layoutLines(document)).toEqual(each.lines);
	});
});

describe("the words of a report", () => {
	test("are those of the page's language, and all of them", async () => {
		await speak("en");
		expect(reportLabels()).toEqual(REPORT_LABELS);
		await speak("de-DE");
		const german = reportLabels();
		expect(german.difference).toBe("Differenz");
		expect(Object.keys(german)).toEqual(Object.keys(REPORT_LABELS));
		expect(Object.values(german).every((word) => word !== "")).toBe(true);
		await speak("en");
	});
});
