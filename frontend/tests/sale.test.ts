import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "@/core/canonical";
import { Rejected } from "@/core/errors";
import { formatDecimal } from "@/core/money";
import { checkSale, computeSale, type DraftLine, type SaleBody, type SaleDraft } from "@/core/sale";
import { saleBody } from "@/core/saleBody";

const INCLUSIVE = { tax: "VAT-19", label: "VAT 19 %", inclusive: true };
const ADDED = { tax: "CITY", label: "City tax", inclusive: false };

const line = (more: Partial<DraftLine> = {}): DraftLine => ({
	item: "TEA", name: "Tea", quantity: "1", unit: "Nos", price_minor: 1999, rates: { "VAT-19": "19" }, ...more,
});

const draft = (...lines: DraftLine[]): SaleDraft => ({
	currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [INCLUSIVE, ADDED], lines,
});

function paidBody(cart: SaleDraft): SaleBody {
	const totals = computeSale(cart);
	const change = 50;
	return saleBody(cart, totals, [{ tender: "Cash", kind: "cash", amount_minor: totals.total_minor + change }], change);
}

const anyLine = fc.record({
	item: fc.string({ minLength: 1 }), name: fc.string(), unit: fc.constant("Nos"),
	quantity: fc.bigInt({ min: 1n, max: 10n ** 13n }).map(formatDecimal),
	price_minor: fc.integer({ min: 0, max: 1_000_000 }),
	rates: fc.constantFrom<Record<string, string>>({}, { "VAT-19": "19" }, { CITY: "2.125" }, { "VAT-19": "7", CITY: "0" }),
	discount_percent: fc.integer({ min: 0, max: 10_000 }).map((hundredths) => formatDecimal(BigInt(hundredths) * 10n ** 7n)),
});
const anyDraft = fc
	.array(anyLine, { minLength: 1, maxLength: 30 })
	.chain((lines) => fc.constantFrom(...(["commercial", "bankers", "bankers_legacy"] as const)).map((rounding) => ({ ...draft(...lines), rounding })));

describe("any cart", () => {
	test("comes to net plus tax plus round off, in whole numbers", () => {
		fc.assert(
			fc.property(anyDraft, (cart) => {
				const totals = computeSale(cart);
				const parts = totals.net_minor + totals.tax_minor + totals.round_off_minor;
				expect(totals.total_minor).toBe(parts);
				expect(Number.isSafeInteger(totals.total_minor)).toBe(true);
				expect(totals.taxes.reduce((sum, tax) => sum + tax.amount_minor, 0)).toBe(totals.tax_minor);
			}),
		);
	});

	test("passes its own check once paid, and has a canonical form", () => {
		fc.assert(
			fc.property(anyDraft, (cart) => {
				const body = paidBody(cart);
				expect(() => checkSale(body)).not.toThrow();
				expect(JSON.parse(canonical(body))).toEqual(body);
			}),
		);
	});
});

test("an empty cart totals zero but cannot be sold", () => {
	expect(computeSale(draft()).total_minor).toBe(0);
	expect(() => checkSale(paidBody(draft()))).toThrow("A sale has 1 to 500 lines, not 0.");
});

test("what says nothing is left out of the body", () => {
	const body = paidBody(draft(line({ discount_percent: "0", unit_discount_minor: 0, gtin: "" })));
	expect(Object.keys(body.lines[0] ?? {}).sort()).toEqual(
		["amount_minor", "item", "name", "net_minor", "price_minor", "quantity", "rate_minor", "rates", "unit"],
	);
});

describe("what is received", () => {
	const cart = draft(line({ price_minor: 1000, quantity: "1", rates: {} }));
	const cash = { tender: "Cash", kind: "cash", amount_minor: 1200 } as const;
	const body = { ...saleBody(cart, computeSale(cart), [cash], 0) };

	test("may be more than the total, as a tip", () => {
		expect(() => checkSale({ ...body, tip_minor: 200 })).not.toThrow();
		expect(() => checkSale({ ...body, tip_minor: 100 })).toThrow("Received 1200 less change 0 and tip 100 is not the total 1000.");
		expect(() => checkSale({ ...body, tip_minor: -1 })).toThrow("A tip is not below zero");
	});

	test("may be less, if the rest is written off", () => {
		const short = { ...body, tenders: [{ ...cash, amount_minor: 990 }] };
		expect(() => checkSale({ ...short, write_off_minor: 10 })).not.toThrow();
		expect(() => checkSale(short)).toThrow("Received 990 less change 0 is not the total 1000.");
		expect(() => checkSale({ ...body, tenders: [], write_off_minor: 1000 })).not.toThrow();
		expect(() => checkSale({ ...body, tenders: [], write_off_minor: 1001 })).toThrow("not more than the total");
	});
});

const VAT = { tax: "VAT", label: "VAT", inclusive: true } as const;

describe("a cart is refused with its line's number and words:", () => {
	test.each<[string, Partial<DraftLine>]>([
		["the quantity is not between 0 and 1,000,000,000.", { quantity: "0" }],
		["the quantity is not between 0 and 1,000,000,000.", { quantity: "-1" }],
		["the price is negative or too large.", { price_minor: -1 }],
		["the price is negative or too large.", { price_minor: 0.5 }],
		["the price is negative or too large.", { price_minor: Number.NaN }],
		["it has a discount in percent and one as an amount; only one is possible.", { discount_percent: "1", unit_discount_minor: 1 }],
		["the discount is negative or more than the price.", { discount_percent: "100.1" }],
		["the discount is negative or more than the price.", { unit_discount_minor: 2000 }],
		["the tax GST is not set up for this till.", { rates: { GST: "5" } }],
		["the rate of the tax VAT-19 is not between -100 and 1000 %.", { rates: { "VAT-19": "-100.1" } }],
		["the quantity is not between 0 and 1,000,000,000.", { quantity: "999999999999" }],
		["the margin is negative or too large.", { margin_percent: "-1" }],
		["it has a margin in percent and one as an amount; only one is possible.", { margin_percent: "1", unit_margin_minor: 1 }],
	])("%s %j", (words, more) => {
		expect(() => computeSale(draft(line(), line(more)))).toThrow(`Line 2 (Tea): ${words}`);
	});

	test.each<[string, Partial<SaleDraft>]>([
		["The ticket's discount of 2001 is not between 0 and 2000.", { discount: { on: "net_total", amount_minor: 2001 } }],
		["The coin that totals are rounded to is not above zero.", { total_rounding: { to_minor: 0, halves: "down" } }],
		["A price has at most 6 decimals, not 7.", { rate_decimals: 7 }],
		["Tax row 2 (VAT): the same account", { taxes: [VAT, VAT] }],
		["does not come before it.", { taxes: [{ ...VAT, charge: "on_previous_row_total", row: "CITY" }] }],
		["a fixed amount can't be included in the prices.", { taxes: [{ ...VAT, charge: "actual" }] }],
		["take away the whole price", { taxes: [VAT], lines: [line({ rates: { VAT: "-100" } })] }],
	])("the cart as a whole: %s", (words, more) => {
		expect(() => computeSale({ ...draft(line({ price_minor: 2000, quantity: "1", rates: {} })), ...more })).toThrow(words);
	});

	test("a total beyond what a till can hold", () => {
		const cart = draft(line({ price_minor: 10 ** 12, quantity: "1000000" }));
		expect(() => computeSale(cart)).toThrow("The total is larger than a till can hold. Split the sale.");
	});
});

describe("a recorded sale is refused if", () => {
	const good = paidBody(draft(line()));
	const cash = (amount_minor: number) => [{ tender: "Cash", kind: "cash", amount_minor }] as const;
	const card = (amount_minor: number) => [{ tender: "Card", kind: "card", amount_minor }] as const;

	test.each<[string, Partial<SaleBody>]>([
		["a figure is not what its lines come to", { net_minor: good.net_minor + 1 }],
		["a tax is missing", { taxes: [] }],
		["an unused tax is listed", { taxes: [...good.taxes, { ...ADDED, base_minor: 0, amount_minor: 0 }] }],
		["nothing was tendered", { tenders: [] }],
		["a tender is zero", { tenders: [...good.tenders, ...card(0)] }],
		["a tender is a fraction", { tenders: cash(good.total_minor + 50.5) }],
		["too little was paid", { tenders: cash(good.total_minor) }],
		["change comes out of a card", { tenders: card(good.total_minor + 50) }],
		["change is below zero", { tenders: cash(good.total_minor - 1), change_minor: -1 }],
	])("%s", (_, changed) => {
		expect(() => checkSale({ ...good, ...changed })).toThrow(Rejected);
	});
});
