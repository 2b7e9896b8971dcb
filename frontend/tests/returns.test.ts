import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "@/core/canonical";
import { Rejected } from "@/core/errors";
import { formatDecimal, parseDecimal, type Rounding } from "@/core/money";
import {
	checkReturn, computeReturn, draftOfReturn, overReturned, quantitiesReturned, returnBody,
	type Quantities, type ReturnBody,
} from "@/core/returns";
import { checkSale, computeSale, type DraftLine, type SaleBody, type SaleDraft, type SaleLine } from "@/core/sale";
import { saleBody } from "@/core/saleBody";

const AGAINST = { entry: "01a1ee56-5e01-7001-8203-040506070809", receipt_number: "T1-1-000001" };
const TAXES = [
	{ tax: "VAT-19", label: "VAT 19 %", inclusive: true },
	{ tax: "CITY", label: "City tax", inclusive: false },
];

const line = (more: Partial<DraftLine> = {}): DraftLine => ({
	item: "TEA", name: "Tea", quantity: "3", unit: "Nos", price_minor: 1000, rates: { "VAT-19": "19" }, ...more,
});

const draft = (rounding: Rounding, ...lines: DraftLine[]): SaleDraft => ({
	currency: "EUR", currency_precision: 2, rounding, taxes: TAXES, lines,
});

function cash(amount_minor: number) {
	return amount_minor === 0 ? [] : [{ tender: "Cash", kind: "cash", amount_minor } as const];
}

function sold(cart: SaleDraft): SaleBody {
	const totals = computeSale(cart);
	return saleBody(cart, totals, cash(totals.total_minor), 0);
}

function returnOf(sale: SaleBody, quantities?: Quantities): ReturnBody {
	const whole = new Map(sale.lines.map((each, index) => [index + 1, each.quantity]));
	const cart = draftOfReturn(sale, quantities ?? whole);
	const totals = computeReturn(cart);
	return returnBody(cart, totals, cash(totals.total_minor), AGAINST);
}

const SOLD = sold(draft("commercial", line(), line({ item: "NAILS", name: "Nails", quantity: "0.5", unit: "Kg" })));

const anyLine = fc.record({
	item: fc.constantFrom("TEA", "MILK"), name: fc.string(), unit: fc.constant("Nos"),
	quantity: fc.bigInt({ min: 1n, max: 10n ** 13n }).map(formatDecimal),
	price_minor: fc.integer({ min: 0, max: 1_000_000 }),
	rates: fc.constantFrom<Record<string, string>>({}, { "VAT-19": "19" }, { CITY: "2.125" }, { "VAT-19": "7", CITY: "0" }),
	discount_percent: fc.constantFrom("0", "12.5", "50", "100"),
});
const anyLines = fc.array(anyLine, { minLength: 1, maxLength: 10 });
const anySale = (...roundings: Rounding[]) =>
	fc.tuple(fc.constantFrom(...roundings), anyLines).map(([rounding, lines]) => sold(draft(rounding, ...lines)));

describe("any return", () => {
	test("passes its own check, has a canonical form, and leaves nothing more to return", () => {
		fc.assert(
			fc.property(anySale("commercial", "bankers", "bankers_legacy"), (sale) => {
				const body = returnOf(sale);
				expect(() => checkReturn(body)).not.toThrow();
				expect(JSON.parse(canonical(body))).toEqual(body);
				expect(body.total_minor).toBeLessThanOrEqual(0);
				expect(overReturned(body, sale, new Map())).toEqual([]);
				expect(overReturned(body, sale, quantitiesReturned([body]))).toHaveLength(sale.lines.length);
			}),
		);
	});

	test("of all of a sale gives all of it back where halves are rounded alike on both sides of zero", () => {
		fc.assert(
			fc.property(anySale("commercial", "bankers"), (sale) => {
				const { net_minor, tax_minor, round_off_minor, total_minor } = returnOf(sale);
				const sums = [
					net_minor + sale.net_minor, tax_minor + sale.tax_minor, round_off_minor + sale.round_off_minor,
					total_minor + sale.total_minor,
				];
				expect(sums).toEqual([0, 0, 0, 0]);
			}),
		);
	});

	test("is no sale, and no sale is a return", () => {
		expect(() => checkSale(returnOf(SOLD))).toThrow("the quantity is not between 0 and 1,000,000,000.");
		expect(() => checkReturn(SOLD)).toThrow("the quantity is not between -1,000,000,000 and 0.");
		expect(() => computeSale(draft("commercial", line({ against_line: 1 })))).toThrow("a sale takes no line back");
	});
});

test("a return without receipt names no sale and no line of one", () => {
	const cart = draft("commercial", line({ quantity: "-1" }));
	const totals = computeReturn(cart);
	const body = returnBody(cart, totals, cash(totals.total_minor), undefined, "does not fit");
	expect(() => checkReturn(body)).not.toThrow();
	expect(body.reason).toBe("does not fit");
	expect(Object.keys(body)).not.toContain("against");
	expect(() => checkReturn({ ...body, against: AGAINST })).toThrow("does not say which line of the sale");
	const { against: _, ...loose } = returnOf(SOLD);
	expect(() => checkReturn(loose)).toThrow("takes a sale's line back, but no sale is named");
});

describe("a recorded return is refused if", () => {
	const good = returnOf(SOLD);

	test.each<[string, Partial<ReturnBody>]>([
		["a figure is not what its lines come to", { net_minor: good.net_minor - 1 }],
		["it has no lines", { lines: [] }],
		["nothing was given back", { tenders: [] }],
		["less was given back", { tenders: cash(good.total_minor + 1) }],
		["more was given back", { tenders: cash(good.total_minor - 1) }],
		["money was taken instead", { tenders: cash(-good.total_minor) }],
		["a tender is a fraction", { tenders: cash(good.total_minor - 0.5) }],
		["there is change", { tenders: cash(good.total_minor - 5), change_minor: -5 }],
		["it names half of the sale", { against: { ...AGAINST, receipt_number: "" } }],
	])("%s", (_, changed) => {
		expect(() => checkReturn({ ...good, ...changed })).toThrow(Rejected);
	});
});

describe("what comes back is compared with the sale:", () => {
	test("more than is left is said in numbers", () => {
		const already = quantitiesReturned([returnOf(SOLD, new Map([[1, "1.5"]]))]);
		const asked = returnOf(SOLD, new Map([[2, "0.5"], [1, "2"]]));
		expect(overReturned(asked, SOLD, already)).toEqual([{ line: 1, sold: "3", already: "1.5", asked: "2" }]);
	});

	test("lines that take back the same line count together", () => {
		const { lines: [one], ...rest } = returnOf(SOLD, new Map([[1, "2"]]));
		const doubled = { ...rest, lines: [one, one] as SaleLine[] };
		expect(overReturned(doubled, SOLD, new Map())).toEqual([{ line: 1, sold: "3", already: "0", asked: "4" }]);
	});

	test.each<[string, Partial<SaleLine>]>([
		["The sale has no line 3.", { against_line: 3 }],
		["Line 1 (Tea) is not what line 2 of the sale sold", { against_line: 2 }],
		["Line 1 (Tea) is not what line 1 of the sale sold", { item: "CAVIAR" }],
		["Line 1 (Tea) is not what line 1 of the sale sold", { unit: "Box" }],
		["Line 1 (Tea) is not what line 1 of the sale sold", { conversion: "12" }],
		["Line 1 (Tea) is not what line 1 of the sale sold", { rate_minor: 1001 }],
		["Line 1 (Tea) is not what line 1 of the sale sold", { rates: { "VAT-19": "7" } }],
	])("%s %j", (words, changed) => {
		const { lines: [first, ...others], ...rest } = returnOf(SOLD);
		const lines = [{ ...first, ...changed } as SaleLine, ...others];
		expect(() => overReturned({ ...rest, lines }, SOLD, new Map())).toThrow(words);
	});

	test("currency and the way of a tax are the sale's", () => {
		const body = returnOf(SOLD);
		expect(() => overReturned(body, { ...SOLD, currency: "USD" }, new Map())).toThrow("in EUR, the sale was in USD");
		const taxes = SOLD.taxes.map((tax) => ({ ...tax, inclusive: !tax.inclusive }));
		expect(() => overReturned(body, { ...SOLD, taxes }, new Map())).toThrow("in one of sale and return");
	});

	test("a line that was not sold can't be put into a return", () => {
		expect(() => draftOfReturn(SOLD, new Map([[7, "1"]]))).toThrow("The sale has no line 7.");
	});
});

test("parts add up to the quantity that was sold", () => {
	const parts = ["0.1", "0.4"].map((quantity) => returnOf(SOLD, new Map([[2, quantity]])));
	expect(parseDecimal(quantitiesReturned(parts).get(2) ?? "0")).toBe(parseDecimal("0.5"));
});
