import { effectScope, shallowRef } from "vue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Item } from "@/catalogue/catalogue";
import { soldIn, type Buyer } from "@/catalogue/selling";
import type { PriceRow } from "@/core/pricing/priceList";
import { promoted } from "@/promotions/promotions";
import { useScanning, type ScanAround } from "@/scan/scanning";
import type { Snapshot } from "@/server/api";
import { useBasket, type Basket } from "@/till/basket";
import { LOOK_AT_DAY_MS, useBuying } from "@/till/buying";
import { addItem, draftOf, emptyCart, lineOf, setCustomer, setDiscount, setUnit, type Cart } from "@/till/cart";
import { moneyOf } from "@/till/format";
import type { Notice } from "@/till/notices";
import { useRepriced } from "@/till/repriced";
import { snapshotOf } from "../shop";

vi.mock("@/shell/sound", () => ({ beep: () => undefined }));

const PRICES: readonly PriceRow[] = [
	["Retail", "", "", "", "2026-11-25", "0", "1.2", false], ["Retail", "", "", "2026-11-26", "", "0", "1.5", false],
	["Trade", "", "", "", "", "0", "0.99", false], ["Retail", "", "C-2", "", "", "3", "0.5", false],
];
const BEER: Item = {
	item: "BEER", name: "Beer", price_minor: 120, group: "Drinks", unit: "Nos", rates: {}, weighed: false,
	gtins: ["4006381333931"], more: { prices: PRICES, units: [["Crate", "24", ["4006381333948"]]] },
};
const WINE: Item = { ...BEER, item: "WINE", name: "Wine", price_minor: 900, gtins: ["4006381333962"], more: {} };
const ITEMS = [BEER, WINE];
const CRATE: Item = { ...BEER, unit: "Crate", conversion: "24", price_minor: 2880 };
const ADA: Buyer & { readonly name: string } = { customer: "C-1", price_list: "Trade", name: "Ada" };
const SHOP: Snapshot = { ...snapshotOf("first", 2), price_list: "Retail", restricted: [["C-3", "item", "WINE"]] };
const unitsIn = (cart: Cart) => cart.lines.map(({ line: { unit, quantity, conversion } }) => [unit, quantity, conversion]);

describe("a cart with several units", () => {
	it("keeps a crate apart from bottles, and counts crates", () => {
		const cart = [BEER, CRATE, CRATE].reduce((before, item) => addItem(before, item).cart, emptyCart("c"));
		expect(unitsIn(cart)).toEqual([["Nos", "1", undefined], ["Crate", "2", "24"]]);
	});

	it("turns a line into another unit and back, without what was the old unit's", () => {
		const bottles = setDiscount(addItem(emptyCart("c"), BEER, { gtin: "4006381333931" }).cart, 1, { unit_minor: 10 });
		const crates = setUnit(bottles, 1, CRATE);
		expect(lineOf(crates, 1)?.line).toEqual({
			item: "BEER", name: "Beer", quantity: "1", unit: "Crate", conversion: "24", price_minor: 2880, rates: {},
		});
		expect(lineOf(setUnit(crates, 1, BEER), 1)?.line).not.toHaveProperty("conversion");
	});

	it("is sold to a customer at new prices, and a discount never exceeds them", () => {
		const cart = setDiscount(addItem(emptyCart("c"), BEER).cart, 1, { unit_minor: 100 });
		const sold = setCustomer(cart, ADA, () => 80);
		expect([sold.customer, sold.lines[0]?.line.price_minor, sold.lines[0]?.line.unit_discount_minor]).toEqual([ADA, 80, 80]);
		const walkIn = setCustomer(sold, undefined, () => undefined);
		expect(walkIn.lines[0]?.line.price_minor).toBe(80);
		expect(walkIn).not.toHaveProperty("customer");
	});
});

function till() {
	const said: Notice[] = [];
	const notices = { say: (notice: Notice) => void said.push(notice), clear: () => undefined };
	const clock = { day: "2026-11-25", businessDate: () => clock.day };
	const catalogue = {
		byItem: (code: string) => ITEMS.find(({ item }) => item === code), readiness: "search" as const, progress: undefined,
		byCode: (code: string) => ITEMS.find((item) => [...item.gtins, ...item.more?.units?.[0]?.[2] ?? []].includes(code)),
	};
	const snapshot = shallowRef(SHOP);
	const screen = shallowRef<"sell" | "pay" | "done">("sell");
	const catalogueVersion = shallowRef(0);
	const scope = effectScope();
	const made = scope.run(() => {
		const keeping = { keep: async () => undefined, failed: () => undefined, refused: () => undefined };
		const basket: Basket = useBasket(snapshot, undefined, keeping, { itemOf: catalogue.byItem, today: clock.businessDate });
		const around = { basket, catalogue, snapshot, clock, notices };
		const selling = useBuying(around as unknown as Parameters<typeof useBuying>[0]);
		const money = shallowRef(moneyOf(SHOP));
		const repriced = useRepriced({
			basket, catalogue, catalogueVersion, money, notices, snapshot, buying: selling.buying,
		} as unknown as Parameters<typeof useRepriced>[0]);
		const scanning = useScanning({
			...around, screen, panel: shallowRef(), paying: { mayAddItems: () => true }, money: () => money.value,
			buying: selling.buying, whyNot: () => undefined,
		} as unknown as ScanAround);
		return { basket, repriced, ...selling, ...scanning };
	});
	if (!made) throw new Error("The scope did not run.");
	const lines = () => made.basket.lines.value.map(({ line }) => [line.item, line.unit, line.price_minor]);
	return { ...made, lines, said: () => said.map(({ title }) => title), clock, scope, screen };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a scan", () => {
	it("adds what the code is of: a bottle, a crate", () => {
		const { scan, lines } = till();
		scan("4006381333931");
		scan("4006381333948");
		expect(lines()).toEqual([["BEER", "Nos", 120], ["BEER", "Crate", 2880]]);
	});

	it("of what has no price for who buys is refused in words, and so is what is not for him", () => {
		const { scan, sellTo, lines, said, screen } = till();
		sellTo(ADA);
		screen.value = "pay";
		scan("4006381333962");
		expect(sellTo({ customer: "C-3", price_list: "", name: "Cy" })).toBe(true);
		scan("4006381333931");
		expect([said(), lines()]).toEqual([["Wine has no price by Nos.", "Beer is not for this customer"], []]);
	});

	it("after midnight charges the new day's price, and the open line is said to cost it now", () => {
		const { scan, lines, clock, repriced, said, scope } = till();
		scan("4006381333931");
		clock.day = "2026-11-26";
		scan("4006381333931");
		expect(lines()).toEqual([["BEER", "Nos", 120], ["BEER", "Nos", 150]]);
		vi.advanceTimersByTime(LOOK_AT_DAY_MS);
		expect([repriced.value.get(1), repriced.value.get(2), said()]).toEqual(["now 1.50", undefined, ["The company changed Beer"]]);
		scope.stop();
		expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
	});
});

describe("choosing who buys", () => {
	it("gives the open sale the customer's prices, and the next one nobody's", () => {
		const { scan, sellTo, buying, basket, lines, repriced } = till();
		scan("4006381333931");
		expect([sellTo(ADA), lines()]).toEqual([true, [["BEER", "Nos", 99]]]);
		expect([buying(), repriced.value.size]).toEqual([{ customer: "C-1", price_list: "Trade", day: "2026-11-25" }, 0]);
		basket.startNext();
		expect(buying()).toEqual({ day: "2026-11-25" });
	});

	it("is refused by name where a line is not sold to this customer, and changes nothing", () => {
		const { scan, sellTo, said, basket } = till();
		for (const code of ["4006381333931", "4006381333962"]) scan(code);
		const before = basket.cart.value;
		expect([sellTo(ADA), sellTo({ customer: "C-3", price_list: "", name: "Cy" })]).toEqual([false, false]);
		expect([basket.cart.value, said()]).toEqual([before, ["Not sold to Ada: Wine", "Not sold to Cy: Beer"]]);
	});

	it("asks for the price of as much as is in the cart: some prices are for whole packs", () => {
		const { scan, sellTo, basket, lines } = till();
		const bo = { customer: "C-2", price_list: "", name: "Bo" };
		scan("4006381333931");
		expect(sellTo(bo)).toBe(false);
		basket.quantity(1, "6");
		expect([sellTo(bo), lines()]).toEqual([true, [["BEER", "Nos", 50]]]);
	});

	it("applies the promotions that are for him", () => {
		const rule = {
			rule: "R1", title: "For Ada", on: "item", gives: "percent", currency: "EUR", rows: [{ name: "WINE" }], percent: "10",
			customer: "C-1",
		};
		const shop: Snapshot = { ...SHOP, rules: [rule] };
		const draft = draftOf(addItem(emptyCart("c"), soldIn(WINE, "Nos", SHOP, { day: "" }) ?? WINE).cart, shop);
		const titles = (customer?: Buyer) => promoted(draft, shop, () => WINE, "2026-11-25", "", customer).titles;
		expect([titles(), titles(ADA)]).toEqual([[[]], [["For Ada"]]]);
	});
});
