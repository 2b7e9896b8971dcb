import { describe, expect, test } from "vitest";
import type { Item } from "@/catalogue/catalogue";
import { mayBuy, priceIn, soldIn, type Shop } from "@/catalogue/selling";
import { rateOf, type Asked, type PriceRow } from "@/core/pricing/priceList";

type Fields = Partial<Record<"list" | "unit" | "customer" | "from" | "upto" | "packing", string>> & { ofTemplate?: boolean };

function row(rate: string, fields: Fields = {}): PriceRow {
	const { list = "Retail", unit = "", customer = "", from = "", upto = "", packing = "0", ofTemplate = false } = fields;
	return [list, unit, customer, from, upto, packing, rate, ofTemplate];
}

const PIECE: Asked = {
	price_list: "Retail", unit: "Nos", stock_unit: "Nos", factor: "1", customer: "", day: "2026-06-15", quantity: "1",
};
const BOX: Asked = { ...PIECE, unit: "Box", factor: "12" };

describe("a price", () => {
	test("counts from its first day to its last, and the newest one wins", () => {
		const rows = [row("10"), row("12", { from: "2026-06-15", upto: "2026-06-30" })];
		const on = (day: string) => rateOf(rows, { ...PIECE, day });
		expect(["2026-06-14", "2026-06-15", "2026-06-30", "2026-07-01"].map(on)).toEqual(["10", "12", "12", "10"]);
	});

	test("of a piece makes that of a box, unless the box has one", () => {
		expect(rateOf([row("0.1", { unit: "Nos" })], BOX)).toBe("1.2");
		expect(rateOf([row("0.1", { unit: "Nos" }), row("99", { unit: "Box" })], BOX)).toBe("99");
	});

	test("of a customer counts before an equal one for everybody, and in whole packs only", () => {
		const rows = [row("10", { from: "2026-06-01" }), row("8", { customer: "Ada", packing: "0.5" })];
		const packs = (quantity: string) => rateOf(rows, { ...PIECE, customer: "Ada", quantity });
		expect([packs("1.5"), packs("1.2"), rateOf(rows, { ...PIECE, customer: "Bo" })]).toEqual(["8", undefined, "10"]);
	});

	test("of the template counts only where the item has none of its own", () => {
		const ofTemplate = row("9", { from: "2026-06-01", ofTemplate: true });
		expect(rateOf([ofTemplate], PIECE)).toBe("9");
		expect(rateOf([ofTemplate, row("10")], PIECE)).toBe("10");
		expect(rateOf([ofTemplate, row("10", { list: "Trade" })], PIECE)).toBe("9");
	});

	test("is exact where floats are not", () => {
		expect(rateOf([row("0.1", { unit: "Nos" })], { ...BOX, factor: "3" })).toBe("0.3");
		expect(rateOf([row("999999999.123456789", { unit: "Nos" })], { ...BOX, factor: "7" })).toBe("6999999993.864197523");
	});
});

const SHOP: Shop = { currency_precision: 2, rounding: "commercial", price_list: "Retail" };
const TODAY = { day: "2026-06-15" };
const TEA: Item = {
	item: "TEA", name: "Tea", price_minor: 333, group: "Drinks", unit: "kg", rates: {}, weighed: true, gtins: [],
	more: { brand: "Acme", units: [["Sack", "12.5", []]] },
};
const priced = (...prices: readonly PriceRow[]): Item => ({ ...TEA, more: { ...TEA.more, prices } });

describe("an item", () => {
	test("with one price costs it in the shop's list only, times what is in the unit", () => {
		expect(priceIn(TEA, "Sack", SHOP, TODAY)).toBe(4163);
		expect(priceIn(TEA, "kg", SHOP, { ...TODAY, customer: "Ada", price_list: "" })).toBe(333);
		expect(priceIn(TEA, "kg", SHOP, { ...TODAY, customer: "Ada", price_list: "Trade" })).toBeUndefined();
		expect(priceIn(TEA, "kg", { currency_precision: 2, rounding: "commercial" }, TODAY)).toBe(333);
	});

	test("with rows costs what the customer's list says, in the decimals of the shop's prices", () => {
		const tea = priced(row("3.3333", { unit: "kg" }), row("2.98765", { list: "Trade" }));
		expect(priceIn(tea, "kg", SHOP, TODAY)).toBe(333);
		expect(priceIn(tea, "kg", { ...SHOP, rate_decimals: 4 }, TODAY)).toBe(33333);
		expect(priceIn(tea, "kg", SHOP, { ...TODAY, price_list: "Trade" })).toBe(299);
		expect(priceIn(tea, "Sack", SHOP, TODAY)).toBe(4167);
	});

	test("costs whoever walks in what it costs the shop's customer for that, and nobody else", () => {
		const tea = priced(row("3", { unit: "kg" }), row("2", { unit: "kg", customer: "Walk-in" }));
		const shop: Shop = { ...SHOP, pricing_for: { price_list: "Retail", discount_on: "net", customer: "Walk-in", customer_group: "", territory: "" } };
		expect(priceIn(tea, "kg", shop, TODAY)).toBe(200);
		expect(priceIn(tea, "kg", shop, { ...TODAY, customer: "Ada", price_list: "" })).toBe(300);
	});

	test("without a price, or in a unit that it does not have, is not sold", () => {
		expect(soldIn(priced(row("1", { list: "Trade" })), "kg", SHOP, TODAY)).toBeUndefined();
		expect(soldIn(TEA, "Crate", SHOP, TODAY)).toBeUndefined();
	});

	test("is weighed in its own unit and counted in others", () => {
		expect(soldIn(TEA, "kg", SHOP, TODAY)).toMatchObject({ weighed: true });
		expect(soldIn(TEA, "Sack", SHOP, TODAY)).toMatchObject({ weighed: false, conversion: "12.5" });
	});

	test("may be kept from a customer: of each kind that is named for him, one has to fit", () => {
		const shop: Shop = { ...SHOP, restricted: [["Ada", "group", "Drinks"], ["Ada", "brand", "Other"], ["Bo", "item", "TEA"]] };
		expect(["Ada", "Bo", "Cy"].map((customer) => mayBuy(TEA, shop, customer))).toEqual([false, true, true]);
		const both: Shop = { ...shop, restricted: [...shop.restricted ?? [], ["Ada", "brand", "Acme"]] };
		expect(mayBuy(TEA, both, "Ada")).toBe(true);
		expect(mayBuy(TEA, shop)).toBe(true);
	});
});
