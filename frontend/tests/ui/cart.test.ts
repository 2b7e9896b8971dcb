import { describe, expect, it } from "vitest";
import type { Item } from "@/catalogue/catalogue";
import { SCALE, parseDecimal, roundRatio } from "@/core/money";
import { MAX_LINES, type DraftLine } from "@/core/sale";
import { readLineFields, type LineFields } from "@/sell/lineEdit";
import {
	addItem, changeBy, draftOf, emptyCart, hasSerial, lineOf, putBack, quantityForPrice, removeLine, renewed, setCustomer, setDiscount, setPrice, setQuantity, setTip,
	type Cart,
} from "@/till/cart";
import { localTime, moneyOf, readDecimal } from "@/till/format";
import type { Snapshot } from "@/server/api";

const BEANS: Item = {
	item: "SKU-1", name: "Coffee beans", price_minor: 1999, group: "Coffee", unit: "Nos", rates: { "VAT-19": "19" },
	weighed: false, gtins: ["4006381333931"],
};
const MUG: Item = { ...BEANS, item: "SKU-3", name: "Mug, handmade", more: { open_price: true } };
const PHONE: Item = { ...BEANS, item: "SKU-4", name: "Phone", more: { serials: true } };
const APPLES: Item = { ...BEANS, item: "SKU-2", name: "Apples", price_minor: 299, unit: "kg", weighed: true, gtins: [] };

function cartOf(...items: readonly Item[]): Cart {
	return items.reduce((cart, item) => addItem(cart, item).cart, emptyCart("cart-1"));
}
const quantities = (cart: Cart): readonly string[] => cart.lines.map(({ line }) => line.quantity);

describe("the cart", () => {
	it("raises the quantity when the same item is scanned again", () => {
		expect(quantities(cartOf(BEANS, BEANS, BEANS))).toEqual(["3"]);
	});

	it("keeps each weighing as its own line", () => {
		const once = addItem(emptyCart("c"), APPLES, { quantity: "0.512" }).cart;
		expect(quantities(addItem(once, APPLES, { quantity: "0.3" }).cart)).toEqual(["0.512", "0.3"]);
	});

	it("does not mix a discounted line with one at full price", () => {
		const discounted = setDiscount(cartOf(BEANS), 1, { percent: "10" });
		expect(quantities(addItem(discounted, BEANS).cart)).toEqual(["1", "1"]);
	});

	it("does not mix two prices of the same item", () => {
		expect(cartOf(BEANS, { ...BEANS, price_minor: 1799 }).lines.length).toBe(2);
	});

	it("keeps each typed price as its own line, whoever buys", () => {
		const two = setPrice(cartOf(MUG, MUG), 1, 2450);
		const served = setCustomer(two, { customer: "C-1", price_list: "Staff" }, () => 100);
		expect(served.lines.map(({ line }) => [line.quantity, line.price_minor])).toEqual([["1", 2450], ["1", 1999]]);
	});

	it("keeps pieces with serial numbers apart, and asks for the number before there are more or fewer", () => {
		const one = addItem(emptyCart("c"), PHONE, { serials: ["A1"] }).cart;
		const two = addItem(one, PHONE, { serials: ["A2"] }).cart;
		expect(two.lines.map(({ line }) => [line.quantity, line.serials])).toEqual([["1", ["A1"]], ["1", ["A2"]]]);
		expect([changeBy(two, 1, 1), changeBy(two, 1, -1)]).toEqual([two, two]);
		expect([hasSerial(two, "SKU-4", "A2"), hasSerial(two, "SKU-1", "A2"), hasSerial(two, "SKU-4", "A3")]).toEqual([true, false, false]);
		expect(setQuantity(two, 1, "2", ["A1", "A3"]).lines[0]?.line.serials).toEqual(["A1", "A3"]);
		expect(setQuantity(two, 1, "1").lines[0]?.line).not.toHaveProperty("serials");
	});

	it("raises the quantity of the same batch only", () => {
		const first = addItem(emptyCart("c"), BEANS, { batch: "B1" }).cart;
		const three = [{ batch: "B1" }, { batch: "B2" }, {}].reduce((cart, found) => addItem(cart, BEANS, found).cart, first);
		expect(three.lines.map(({ line }) => [line.batch, line.quantity])).toEqual([["B1", "2"], ["B2", "1"], [undefined, "1"]]);
	});

	it("drops a line whose quantity falls to zero", () => {
		expect(changeBy(cartOf(BEANS, APPLES), 1, -1).lines.map(({ line }) => line.item)).toEqual(["SKU-2"]);
	});

	it("refuses a line beyond the limit and says so by giving no key", () => {
		let cart = emptyCart("c");
		for (let n = 0; n < MAX_LINES; n += 1) cart = addItem(cart, { ...BEANS, item: `SKU-${n}` }).cart;
		const added = addItem(cart, { ...BEANS, item: "one too many" });
		expect(added.key).toBeUndefined();
		expect(added.cart.lines.length).toBe(MAX_LINES);
		expect(addItem(cart, { ...BEANS, item: "SKU-7" }).key).toBe(8);
	});

	it("never gives a key twice, even after a removal", () => {
		const cart = addItem(removeLine(cartOf(BEANS, APPLES), 2), APPLES).cart;
		expect(cart.lines.map((line) => line.key)).toEqual([1, 3]);
	});

	it("takes a removed line back at its place, and keeps what changed since", () => {
		const before = cartOf(BEANS, APPLES);
		const since = setTip(addItem(removeLine(before, 1), { ...BEANS, item: "SKU-3" }).cart, 50);
		const after = putBack(since, before, 1);
		expect([after.lines.map(({ key }) => key), after.tip_minor]).toEqual([[1, 2, 3], 50]);
		expect(putBack(after, before, 1)).toBe(after);
	});

	it("takes no line back into another sale, or at another customer's prices", () => {
		const before = cartOf(BEANS);
		const next = emptyCart("cart-2");
		const dearer = setCustomer(removeLine(before, 1), { customer: "C-1", price_list: "Dear" }, () => undefined);
		expect([putBack(next, before, 1), putBack(dearer, before, 1)]).toEqual([next, dearer]);
	});

	it("leaves the untouched lines the very same objects, so that they are not drawn again", () => {
		const before = cartOf(BEANS, APPLES);
		const after = setQuantity(before, 2, "1.5");
		expect(lineOf(after, 1)).toBe(lineOf(before, 1));
		expect(lineOf(after, 2)).not.toBe(lineOf(before, 2));
	});

	it("has at most one kind of discount on a line, and none leaves no trace", () => {
		const percent = setDiscount(cartOf(BEANS), 1, { percent: "10" });
		const amount = setDiscount(percent, 1, { unit_minor: 100 });
		expect(lineOf(amount, 1)?.line).not.toHaveProperty("discount_percent");
		expect(lineOf(amount, 1)?.line.unit_discount_minor).toBe(100);
		expect(lineOf(setDiscount(amount, 1, undefined), 1)).toEqual(lineOf(cartOf(BEANS), 1));
	});

	it("keeps its id through every change", () => {
		expect(changeBy(setQuantity(cartOf(BEANS), 1, "4"), 1, 1).id).toBe("cart-1");
	});

	it("puts nothing of the screen into the draft", () => {
		const snapshot = { currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [] } as unknown as Snapshot;
		expect(draftOf(cartOf(BEANS), snapshot).lines[0]).toEqual({
			item: "SKU-1", name: "Coffee beans", quantity: "1", unit: "Nos", price_minor: 1999, rates: { "VAT-19": "19" },
		});
	});
});

describe("a price on a label", () => {
	it("becomes the quantity that costs exactly that", () => {
		for (let label = 1; label < 5_000; label += 13) {
			const quantity = quantityForPrice(label, 299, "commercial");
			expect(quantity).toBeDefined();
			expect(roundRatio(299n * parseDecimal(quantity ?? ""), SCALE, "commercial")).toBe(BigInt(label));
		}
	});

	it("has no quantity for an item without a price", () => {
		expect(quantityForPrice(350, 0, "commercial")).toBeUndefined();
	});
});

describe("a kept cart under newer taxes", () => {
	const snapshot = { taxes: [{ tax: "VAT-7", label: "VAT 7 %", inclusive: true }] } as unknown as Snapshot;
	const cart = cartOf(BEANS);

	it("takes the item's taxes of today and keeps everything else", () => {
		const [line] = renewed(cart, snapshot, () => ({ ...BEANS, price_minor: 1, rates: { "VAT-7": "7" } })).lines;
		expect(line).toEqual({ ...cart.lines[0], line: { ...cart.lines[0]?.line, rates: { "VAT-7": "7" } } });
	});

	it("leaves out what can't be sold any more", () => {
		expect(renewed(cart, snapshot, () => undefined).lines).toEqual([]);
		expect(renewed(cart, snapshot, () => BEANS).lines).toEqual([]);
	});
});

describe("the line editor's fields", () => {
	const line = cartOf(BEANS).lines[0]?.line as DraftLine;
	const money = moneyOf({ currency: "EUR", currency_precision: 2 });
	const read = (fields: Partial<LineFields>, weighed = true) =>
		readLineFields({ quantity: "1", mode: "none", discount: "", ...fields }, { line, weighed }, money);

	it("take a weight with a comma or a point", () => {
		expect(read({ quantity: "0,512" })).toMatchObject({ kind: "valid", quantity: "0.512" });
		expect(read({ quantity: "1.50" })).toMatchObject({ kind: "valid", quantity: "1.5" });
	});

	it("take a typed price, below which a discount stays", () => {
		expect(read({ price: "24,50" })).toMatchObject({ kind: "valid", price_minor: 2450 });
		expect(read({ price: "24,50", mode: "amount", discount: "20" })).toMatchObject({ kind: "valid", discount: { unit_minor: 2000 } });
		expect(read({ price: "5", mode: "amount", discount: "6" })).toMatchObject({ kind: "invalid", field: "discount" });
	});

	it.each(["", "0", "-3", "abc", "1,2,3"])("refuse the price %j with words", (price) => {
		expect(read({ price })).toMatchObject({ kind: "invalid", field: "price" });
	});

	it("want as many serial numbers as there are pieces, where they can be read", () => {
		expect(read({ quantity: "2", serials: ["A1", "A2"] })).toMatchObject({ kind: "valid", serials: ["A1", "A2"] });
		expect(read({ quantity: "2", serials: ["A1"] })).toMatchObject({ kind: "invalid", field: "serials" });
		expect(read({ serials: [] })).toMatchObject({ kind: "invalid", field: "serials" });
		expect(read({})).toMatchObject({ kind: "valid", serials: [] });
		const box = { line: { ...line, conversion: "2" }, weighed: false };
		expect(readLineFields({ quantity: "1", mode: "none", discount: "", serials: ["A1", "A2"] }, box, money)).toMatchObject({ kind: "valid" });
	});

	it.each(["0", "0.000", "-1", "abc", "", "1.2345"])("refuse the quantity %j with words", (quantity) => {
		expect(read({ quantity })).toMatchObject({ kind: "invalid", field: "quantity" });
	});

	it.each(["1.5", "0.5", "0"])("refuse %j pieces of what is sold by the piece", (quantity) => {
		expect(read({ quantity }, false)).toMatchObject({ kind: "invalid", field: "quantity" });
		expect(read({ quantity: "12" }, false)).toMatchObject({ kind: "valid", quantity: "12" });
	});

	it("take a discount up to 100 percent or up to the price", () => {
		expect(read({ mode: "percent", discount: "12,5" })).toMatchObject({ discount: { percent: "12.5" } });
		expect(read({ mode: "percent", discount: "100.01" })).toMatchObject({ kind: "invalid", field: "discount" });
		expect(read({ mode: "amount", discount: "19.99" })).toMatchObject({ discount: { unit_minor: 1999 } });
		expect(read({ mode: "amount", discount: "20.00" })).toMatchObject({ kind: "invalid", field: "discount" });
	});

	it("take nought for no discount", () => {
		expect(read({ mode: "percent", discount: "0" })).toMatchObject({ kind: "valid", discount: undefined });
	});
});

describe("numbers and times", () => {
	it("are read in canonical form", () => {
		expect(readDecimal("007", 3)).toBe("7");
		expect(readDecimal(".5", 3)).toBe("0.5");
		expect(readDecimal("5.", 3)).toBe("5");
		expect(readDecimal(".", 3)).toBeUndefined();
	});

	it("name the offset of the till's zone", () => {
		const text = localTime(new Date(Date.UTC(2026, 10, 22, 11, 0, 0, 5)));
		expect(text).toMatch(/^2026-11-2[123]T\d\d:\d0:00\.005[+-]\d\d:\d\d$/);
		expect(new Date(text).getTime()).toBe(Date.UTC(2026, 10, 22, 11, 0, 0, 5));
	});
});
