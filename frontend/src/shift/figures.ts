// A shift's figures from this till's own entries: X and Z, what should be there, and whether the till knows enough.
// Never asks anybody: it works without a network.

import type { Entry } from "@/core/entry";
import { shiftOf, type Count } from "@/core/report/bodies";
import { differenceOf, expectedOf, type ShiftReport, type Told } from "@/core/report/figures";
import { MONEY_KINDS, partsOf } from "@/core/report/parts";
import { shiftReport } from "@/core/report/shiftReport";
import type { SaleBody } from "@/core/sale";
import type { KnownShift, StoredEntry } from "@/daybook/daybook";

export interface ShiftFigures {
	readonly report: ShiftReport;
	/** The float is known, and no entry of the shift is known to be missing: what should be there can be said. */
	readonly knowsFloat: boolean;
	readonly isWhole: boolean;
	/** Cash in minor units that was moved while the shift was open and belongs to none. */
	readonly beside_minor: number;
	/** The last entry that moved money: it changes when more was sold. */
	readonly lastMoved: string;
}

export interface Comparison {
	readonly tender: string;
	readonly counted_minor: number;
	/** Absent where the till can't know it. */
	readonly expected_minor?: number;
	readonly difference_minor?: number;
}

type InCurrency = Pick<ShiftReport, "currency" | "currency_precision">;

/** `stored` is what the daybook has of the shift, `shop` the till's currency; undefined if no entry names the shift. */
export function figuresOf(
	{ shift, opening, closing }: KnownShift, stored: readonly StoredEntry[], groupOf: (item: string) => string | undefined, shop: InCurrency,
): ShiftFigures | undefined {
	const told = stored.map(({ entry, wire }) => ({ entry, hash: wire.hash }));
	const [first, last] = [opening, closing].map((each) => each && { entry: each.entry, hash: each.wire.hash });
	const start = first ?? (last ? undefined : standIn(shift, told, shop));
	if (!start && !last) return undefined;
	const groups = groupsOf(told.map(({ entry }) => entry), groupOf);
	const report = shiftReport(start, told, last, { groups });
	const moved = told.filter(({ entry }) => MONEY_KINDS.has(entry.kind));
	return {
		report: first ? report : { ...report, opened_at: "", opened_by: "" },
		knowsFloat: first !== undefined,
		isWhole: first !== undefined && !misses(report, told),
		beside_minor: cashBeside(report, moved, shift),
		lastMoved: moved.at(-1)?.entry.id ?? "",
	};
}

/** An opening that never came back: its shift is added up from what names it, without a float. */
function standIn(shift: string, told: readonly Told[], shop: InCurrency): Told | undefined {
	const named = told.map(({ entry }) => entry).filter((entry) => shiftOf(entry) === shift);
	const [first] = named;
	if (!first) return undefined;
	const bodies = named.map(({ body }) => body as Partial<SaleBody>);
	const { currency, currency_precision } = { ...shop, ...bodies.find((body) => body.currency !== undefined) };
	const body = { currency, currency_precision, float: [] };
	return { hash: "", entry: { ...first, id: shift, kind: "shift_open", body } };
}

/** A gap in a chain, or a chain that names an end of an older one that is not here. */
function misses({ chains }: ShiftReport, told: readonly Told[]): boolean {
	const last = new Map(chains.map((each) => [each.chain, each.last]));
	const isCut = told.some(({ entry: { continues } }) =>
		continues !== undefined && (last.get(continues.chain) ?? continues.sequence) < continues.sequence);
	return isCut || chains.some(({ missing }) => missing > 0);
}

function cashBeside({ currency, currency_precision }: ShiftReport, moved: readonly Told[], shift: string): number {
	const beside = moved.filter(({ entry }) => shiftOf(entry) === "" && entry.id !== shift);
	const parts = beside.flatMap(({ entry }) => {
		const cash = cashTenders(entry);
		const found = partsOf(entry, { groups: {}, currency, currency_precision }) ?? [];
		return found.filter(([[section, tender = ""]]) => section === "tender" && cash.has(tender));
	});
	return parts.reduce((sum, [, amounts]) => sum + amounts.reduce((one, other) => one + other, 0), 0);
}

/** What lies in a tender after these entries, from what was counted before them. */
export function leftAfter(counted_minor: number, tender: string, entries: readonly Entry[], reading: InCurrency): number {
	const parts = entries.flatMap((entry) => partsOf(entry, { groups: {}, ...reading }) ?? []);
	const moved = parts.filter(([[section, of]]) => section === "tender" && of === tender);
	return moved.reduce((sum, [, amounts]) => sum + amounts.reduce((one, other) => one + other, 0), counted_minor);
}

function cashTenders(entry: Entry): ReadonlySet<string> {
	const { tenders, tender, change_from } = entry.body as Partial<SaleBody> & { readonly tender?: string; readonly change_from?: string };
	const cash = (tenders ?? []).filter(({ kind }) => kind === "cash").map((each) => each.tender);
	return new Set([...cash, ...(tender === undefined ? [] : [tender]), ...(change_from === undefined ? [] : [change_from])]);
}

function groupsOf(entries: readonly Entry[], groupOf: (item: string) => string | undefined): Record<string, string> {
	const groups: Record<string, string> = Object.create(null) as Record<string, string>;
	for (const { kind, body } of entries) {
		if (kind !== "sale" && kind !== "return") continue;
		for (const { item } of (body as SaleBody).lines ?? []) groups[item] ??= groupOf(item) ?? "";
	}
	return groups;
}

/** A count beside what should be there; a tender that moved and was not counted is not in it. */
export function compared({ report, isWhole }: ShiftFigures, counts: readonly Count[]): Comparison[] {
	return counts.map(({ tender, counted_minor }) => {
		const found = report.tenders.find((each) => each.tender === tender);
		if (!isWhole) return { tender, counted_minor };
		const expected_minor = found ? expectedOf(found) : 0;
		const difference_minor = found ? (differenceOf({ ...found, counted_minor }) ?? 0) : counted_minor;
		return { tender, counted_minor, expected_minor, difference_minor };
	});
}
