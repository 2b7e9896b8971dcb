import { describe, expect, it } from "vitest";
import { shallowRef } from "vue";
import type { Item } from "@/catalogue/catalogue";
import { unitScanned, unitsOf } from "@/catalogue/more";
import { soldIn } from "@/catalogue/selling";
import { checkSale, computeSale } from "@/core/sale";
import { saleBody } from "@/core/saleBody";
import { hasCoupon, promoted } from "@/promotions/promotions";
import type { Snapshot } from "@/server/api";
import { useBasket } from "@/till/basket";
import { addItem, draftOf, emptyCart, setDiscount, type Cart } from "@/till/cart";
import { snapshotOf } from "../shop";

const TEA: Item = {
	item: "TEA", name: "Tea", price_minor: 1000, group: "Drinks", unit: "Nos", rates: { "VAT-19": "19" }, gtins: ["4006381333931"],
	weighed: false, more: { brand: "Acme", units: [["Box", "12", ["4006381333948"]]] },
};
const CUP: Item = { ...TEA, item: "CUP", name: "Cup", price_minor: 350, gtins: [], more: {} };
const itemOf = (item: string): Item | undefined => [TEA, CUP].find((each) => each.item === item);
const TODAY = "2026-11-26";

const TENTH_OFF = { rule: "R1", title: "Tea week", on: "item", gives: "percent", currency: "EUR", rows: [{ name: "TEA" }], percent: "10" };
const CUP_WITH_THREE = {
	rule: "R2", title: "A cup with three teas", on: "item", gives: "product", currency: "EUR", rows: [{ name: "TEA" }], min_quantity: "3",
	free: { item: "CUP", name: "Cup", group: "Drinks", unit: "Nos", quantity: "1" },
};
const FIVE_OFF_FIFTY = {
	rule: "R3", title: "Five off fifty", on: "ticket", gives: "amount", currency: "EUR", amount_minor: 500, min_minor: 5000, discount_on: "grand",
};

function shopWith(...rules: readonly object[]): Snapshot {
	return { ...snapshotOf("first", 2), rules, pricing_for: {
		price_list: "Shop", discount_on: "grand", customer: "Walk-in", customer_group: "Individual", territory: "Town",
	} };
}

function cartOf(...lines: readonly (readonly [Item, string])[]): Cart {
	return lines.reduce((cart, [item, quantity]) => addItem(cart, item, { quantity }).cart, emptyCart("1"));
}

function promote(cart: Cart, shop: Snapshot) {
	return promoted(draftOf(cart, shop), shop, itemOf, TODAY, cart.coupon);
}

describe("promotions", () => {
	it("make a line cheaper and say which of them did", () => {
		const { draft, titles } = promote(cartOf([TEA, "2"], [CUP, "1"]), shopWith(TENTH_OFF));
		expect(draft.lines[0]).toMatchObject({ discount_percent: "10", discount_reason: "Tea week", rules: ["R1"] });
		expect(titles).toEqual([["Tea week"], []]);
		expect(computeSale(draft).total_minor).toBe(2150);
	});

	it("leave a line alone that the cashier discounted", () => {
		const cart = cartOf([TEA, "1"]);
		const { draft } = promote(setDiscount(cart, 1, { percent: "50" }), shopWith(TENTH_OFF));
		expect(draft.lines[0]).toMatchObject({ discount_percent: "50" });
		expect(draft.lines[0]).not.toHaveProperty("rules");
	});

	it("add what they give away behind the cart's lines, worth its price and for nothing", () => {
		const { draft, titles } = promote(cartOf([TEA, "3"]), shopWith(CUP_WITH_THREE));
		expect(draft.lines[1]).toMatchObject({ item: "CUP", quantity: "1", price_minor: 350, discount_percent: "100", rules: ["R2"] });
		expect(titles[1]).toEqual(["A cup with three teas"]);
		expect(computeSale(draft).total_minor).toBe(3000);
		expect(promote(cartOf([TEA, "2"]), shopWith(CUP_WITH_THREE)).draft.lines).toHaveLength(1);
	});

	it("take an amount off the whole ticket", () => {
		const { draft } = promote(cartOf([TEA, "6"]), shopWith(FIVE_OFF_FIFTY));
		expect(draft.discount).toEqual({ on: "grand_total", amount_minor: 500, reason: "Five off fifty" });
		const totals = computeSale(draft);
		expect(totals).toMatchObject({ total_minor: 5500, discount_minor: 500 });
		const cash = { tender: "Cash", kind: "cash", amount_minor: 5500 } as const;
		expect(() => checkSale(saleBody(draft, totals, [cash], 0))).not.toThrow();
	});

	it("count with a coupon only, and the till knows its code", () => {
		const coupon = { coupon: "WELCOME", code: "HELLO10", valid_from: "", valid_upto: "2026-12-31" };
		const shop = shopWith({ ...TENTH_OFF, coupons: [coupon] });
		expect(hasCoupon(shop, "HELLO10")).toBe(true);
		expect(hasCoupon(shop, "HELLO11")).toBe(false);
		const cart = cartOf([TEA, "1"]);
		expect(computeSale(promote(cart, shop).draft).total_minor).toBe(1000);
		const shown = promote({ ...cart, coupon: "HELLO10" }, shop);
		expect(shown.coupon).toBe("taken");
		expect(computeSale(shown.draft).total_minor).toBe(900);
	});

	it("that ERPNext could not choose between do nothing, and are named", () => {
		const { draft, conflicts } = promote(cartOf([TEA, "1"]), shopWith(TENTH_OFF, { ...TENTH_OFF, rule: "R9" }));
		expect(computeSale(draft).total_minor).toBe(1000);
		expect(conflicts).toMatchObject([{ line: 1, kind: "same_criteria" }]);
	});

	it("that can't be read stop no sale, and say why", () => {
		const { draft, broken } = promote(cartOf([TEA, "1"]), shopWith({ ...TENTH_OFF, percent: "-5" }));
		expect(computeSale(draft).total_minor).toBe(1000);
		expect(broken).toContain("R1");
	});

	it("price the open cart at once, and go with the line that they were for", () => {
		const refused: string[] = [];
		const basket = useBasket(shallowRef(shopWith(CUP_WITH_THREE)), cartOf([TEA, "2"]), {
			keep: async () => undefined, failed: () => undefined, refused: (reason) => void refused.push(reason),
		}, { itemOf, today: () => TODAY });
		basket.change(1, 1);
		expect(basket.draft.value.lines).toHaveLength(2);
		expect(basket.lines.value).toHaveLength(1);
		basket.change(1, -1);
		expect(basket.draft.value.lines).toHaveLength(1);
		expect(refused).toEqual([]);
	});
});

describe("an item in other units", () => {
	const shop = { ...snapshotOf("first", 2), price_list: "Shop" };

	it("is found by the code of its box", () => {
		expect(unitScanned(TEA, "4006381333948")).toBe("Box");
		expect(unitScanned(TEA, "4006381333931")).toBeUndefined();
		expect(unitsOf(TEA)).toEqual(["Nos", "Box"]);
	});

	it("costs what is in it, unless its unit has a price", () => {
		expect(soldIn(TEA, "Box", shop, { day: TODAY })).toMatchObject({ unit: "Box", price_minor: 12000, conversion: "12" });
		const prices = [["Shop", "", "", "", "", "0", "10", false], ["Shop", "Box", "", "", "", "0", "99.5", false]] as const;
		const priced = { ...TEA, more: { ...TEA.more, prices } };
		expect(soldIn(priced, "Box", shop, { day: TODAY })?.price_minor).toBe(9950);
		expect(soldIn(priced, "Nos", shop, { day: TODAY })).not.toHaveProperty("conversion");
	});

	it("has tomorrow's price tomorrow, without a network", () => {
		const prices = [["Shop", "", "", "", "", "0", "10", false], ["Shop", "", "", "2026-11-27", "", "0", "11", false]] as const;
		const priced = { ...TEA, more: { prices } };
		expect(soldIn(priced, "Nos", shop, { day: TODAY })?.price_minor).toBe(1000);
		expect(soldIn(priced, "Nos", shop, { day: "2026-11-27" })?.price_minor).toBe(1100);
	});

	it("without a price in a list is not sold by it", () => {
		const prices = [["Other", "", "", "", "", "0", "10", false]] as const;
		expect(soldIn({ ...TEA, more: { prices } }, "Nos", shop, { day: TODAY })).toBeUndefined();
		expect(soldIn(TEA, "Crate", shop, { day: TODAY })).toBeUndefined();
	});
});
