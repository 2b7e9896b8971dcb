// Every case that Python computed is computed here too: one rule, two languages (law 8).

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonical } from "@/core/canonical";
import { NO_PREVIOUS, chainHash, openWire, sealEntry, type WireEntry } from "@/core/entry";
import { Malformed } from "@/core/errors";
import { isGtin, normaliseCode, parseInStoreCode } from "@/core/gs1";
import { parseElements, type Elements } from "@/core/gs1Elements";
import { allocate, formatDecimal, parseDecimal, roundRatio, type Rounding } from "@/core/money";
import {
	layoutLines, receiptAmount, receiptOfSale, type ReceiptDocument, type ReceiptHeader, type ReceiptLabels,
} from "@/core/receipt";
import {
	checkReturn, computeReturn, draftOfReturn, overReturned, quantitiesReturned, returnBody,
	type OverReturned, type ReturnBody,
} from "@/core/returns";
import {
	checkSale, compute, computeSale, type Direction, type SaleBody, type SaleDraft, type Totals,
} from "@/core/sale";
import { rateOf, type Asked, type PriceRow } from "@/core/pricing/priceList";
import { pointsEarned, type Tier } from "@/core/pricing/loyalty";
import { saleBody } from "@/core/saleBody";
import type { PushAnswer } from "@/server/api";
import { FakeCompany } from "./fakes";

function casesOf<Case>(name: string): readonly Case[] {
	const file = new URL(`../../vectors/${name}.json`, import.meta.url);
	const cases = (JSON.parse(readFileSync(file, "utf8")) as { cases: readonly Case[] }).cases;
	if (cases.length === 0) throw new Error(`vectors/${name}.json holds no case.`);
	return cases;
}

type MoneyCase =
	| { do: "round_ratio"; numerator: string; denominator: string; rounding: Rounding; precision: number; expected: string }
	| { do: "allocate"; total: number; weights: number[]; expected: number[] }
	| { do: "decimal"; text: string; expected: string }
	| { do: "no_decimal"; text: string }
	| { do: "format"; amount_minor: number; precision: number; expected: string };

describe("money as Python rounds it", () => {
	test.each(casesOf<MoneyCase>("money").map((each) => [JSON.stringify(each), each] as const))("%s", (_, each) => {
		switch (each.do) {
			case "round_ratio": {
				const { numerator, denominator, rounding, precision, expected } = each;
				expect(roundRatio(BigInt(numerator), BigInt(denominator), rounding, precision)).toBe(BigInt(expected));
				break;
			}
			case "allocate":
				expect(allocate(each.total, each.weights)).toEqual(each.expected);
				break;
			case "decimal":
				expect(parseDecimal(each.text)).toBe(BigInt(each.expected));
				expect(formatDecimal(BigInt(each.expected))).toBe(each.text);
				break;
			case "no_decimal":
				expect(() => parseDecimal(each.text)).toThrow(Malformed);
				break;
			case "format":
				expect(receiptAmount(each.amount_minor, each.precision, { point: ",", group: "." })).toBe(each.expected);
				break;
			default:
				throw new Error(`No test here does ${JSON.stringify(each)}.`);
		}
	});
});

describe("totals as Python computes them", () => {
	interface TotalsCase {
		readonly why: string;
		readonly draft: SaleDraft;
		readonly expected: Totals;
	}
	test.each(casesOf<TotalsCase>("totals").map((each) => [each.why, each] as const))("%s", (_, each) => {
		const totals = computeSale(each.draft);
		expect(totals).toEqual(each.expected);
		const card = { tender: "Card", kind: "card", amount_minor: totals.total_minor } as const;
		const tenders = totals.total_minor === 0 ? [] : [card];
		expect(() => checkSale(saleBody(each.draft, totals, tenders, 0))).not.toThrow();
	});
});

describe("carts as ERPNext computed them", () => {
	interface ErpnextCase {
		readonly why: string;
		readonly direction: Direction;
		readonly draft: SaleDraft;
		readonly expected: Totals;
	}
	const numbered = casesOf<ErpnextCase>("erpnext").map((each, number) => [`${number}: ${each.why}`, each] as const);
	test.each(numbered)("%s", (_, each) => {
		expect(compute(each.draft, each.direction)).toEqual(each.expected);
	});
});

describe("scenarios of ERPNext's own tests come to what they expect", () => {
	interface Scenario {
		readonly why: string;
		readonly draft: SaleDraft;
		readonly expected: Readonly<Record<string, number | readonly number[]>>;
	}
	test.each(casesOf<Scenario>("scenarios").map((each) => [each.why, each] as const))("%s", (_, each) => {
		const totals = computeSale(each.draft);
		const found = {
			...totals,
			taxes: totals.taxes.map((tax) => tax.amount_minor),
			nets: totals.lines.map((line) => line.net_minor),
		};
		expect(found).toMatchObject(each.expected);
	});
});

describe("prices are picked as Python picks them", () => {
	interface PriceCase {
		readonly why: string;
		readonly rows: readonly PriceRow[];
		readonly ask: Asked;
		readonly expected: string | null;
	}
	test.each(casesOf<PriceCase>("prices").map((each) => [each.why, each] as const))("%s", (_, { rows, ask, expected }) => {
		expect(rateOf(rows, ask) ?? null).toBe(expected);
	});
});

describe("loyalty points as Python computes them", () => {
	interface LoyaltyCase {
		readonly why: string;
		readonly total_minor: number;
		readonly tiers: readonly Tier[];
		readonly precision: number;
		readonly spent_before_minor: number;
		readonly expected: number;
	}
	test.each(casesOf<LoyaltyCase>("loyalty").map((each) => [each.why, each] as const))("%s", (_, each) => {
		const { total_minor, tiers, precision, spent_before_minor } = each;
		expect(pointsEarned(total_minor, tiers, precision, spent_before_minor)).toBe(each.expected);
	});
});

describe("returns as Python computes them", () => {
	interface ReturnCase {
		readonly why: string;
		readonly body: ReturnBody;
		readonly sold?: SaleBody;
		readonly already?: Readonly<Record<string, string>>;
		readonly over?: readonly OverReturned[];
	}
	test.each(casesOf<ReturnCase>("returns").map((each) => [each.why, each] as const))("%s", (_, each) => {
		const { body, sold, already = {}, over } = each;
		expect(() => checkReturn(body)).not.toThrow();
		if (!sold) return;
		const draft = draftOfReturn(sold, quantitiesReturned([body]));
		const again = returnBody(draft, computeReturn(draft), body.tenders, body.against, body.reason);
		expect(again).toEqual(body);
		const before = new Map(Object.entries(already).map(([line, quantity]) => [Number(line), quantity]));
		expect(overReturned(body, sold, before)).toEqual(over);
	});
});

describe("canonical text as Python writes it", () => {
	interface CanonicalCase {
		readonly value: unknown;
		readonly text: string;
		readonly hash: string;
	}
	test.each(casesOf<CanonicalCase>("canonical").map((each) => [each.text, each] as const))("%s", async (_, each) => {
		expect(canonical(each.value)).toBe(each.text);
		expect(await chainHash(NO_PREVIOUS, each.text)).toBe(each.hash);
	});
});

describe("receipts as Python lays them out", () => {
	interface ReceiptCase extends WireEntry {
		readonly header: ReceiptHeader;
		readonly labels: ReceiptLabels;
		readonly copy: number;
		readonly document: ReceiptDocument;
		readonly lines: readonly string[];
	}
	test.each(casesOf<ReceiptCase>("receipt"))("$header.shop, copy $copy, case %$", async ({ text, hash, ...each }) => {
		const entry = await openWire({ text, hash });
		expect(await sealEntry(entry)).toEqual({ text, hash });
		const check = entry.kind === "return" ? checkReturn : checkSale;
		expect(() => check(entry.body as SaleBody)).not.toThrow();
		const document = receiptOfSale(entry, each.header, each.labels, { copy: each.copy, hash });
		expect(document).toEqual(each.document);
		expect(layoutLines(document)).toEqual(each.lines);
	});
});

describe("codes as Python reads them", () => {
	interface CodeCase {
		readonly code: string;
		readonly patterns: readonly string[];
		readonly is_gtin: boolean;
		readonly normal: string;
		readonly item_code?: string;
		readonly quantity?: string;
		readonly price_minor?: number;
	}
	test.each(casesOf<CodeCase>("gs1"))("$code", ({ code, patterns, is_gtin, normal, ...inStore }) => {
		expect(isGtin(code)).toBe(is_gtin);
		expect(normaliseCode(code)).toBe(normal);
		const expected = inStore.item_code === undefined ? undefined : inStore;
		expect(parseInStoreCode(normal, patterns)).toEqual(expected);
	});

	test.each(casesOf<{ readonly code: string; readonly elements?: Elements }>("gs1_elements"))("what %j says", ({ code, elements }) => {
		expect(parseElements(code)).toEqual(elements);
	});
});

describe("pushes as Python answers them", () => {
	interface PushCase {
		readonly why: string;
		readonly push: { readonly entries: readonly WireEntry[] };
		readonly answer: PushAnswer;
	}
	test.each(casesOf<PushCase>("push"))("the fake company of our tests answers: $why", async ({ push, answer }) => {
		const said = await new FakeCompany("T1").push(push.entries);
		expect(said.results).toEqual(answer.results);
	});
});
