import { computed, shallowRef } from "vue";
import { beforeEach, describe, expect, it } from "vitest";
import type { SaleBody } from "@/core/sale";
import { useHeld, type HeldCart } from "@/hold/held";
import { useHolding } from "@/hold/holding";
import type { Back } from "@/returns/back";
import type { FoundSale, LookedUp } from "@/returns/lookUpSale";
import type { Snapshot } from "@/server/api";
import { useBasket } from "@/till/basket";
import { addItem, emptyCart, setBack } from "@/till/cart";
import type { Desk } from "@/till/checkout";
import { Clock } from "@/till/clock";
import { useNotices } from "@/till/notices";
import { speak } from "@/words/words";

const SNAPSHOT = { currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [] } as unknown as Snapshot;
const BEANS = { item: "SKU-1", name: "Beans", price_minor: 1999, group: "Coffee", unit: "Nos", rates: {}, weighed: false, gtins: [] };
const CARD = { tender: "Card", kind: "card" as const, amount_minor: 1000 };
const MUG = { item: "MUG", name: "Mug", quantity: "1", unit: "Nos", price_minor: 1000, rates: {}, rate_minor: 1000, amount_minor: 1000, net_minor: 1000 };
const SOLD: SaleBody = {
	currency: "EUR", currency_precision: 2, rounding: "commercial", net_minor: 1000, tax_minor: 0, round_off_minor: 0, total_minor: 1000,
	taxes: [], lines: [MUG], tenders: [CARD], change_minor: 0,
};
const AGAINST = { entry: "e", receipt_number: "T1-1-000001" };
const MUG_BACK: Back = { id: "back", against: AGAINST, sold: SOLD, taken: [[1, "1"]], goods: [], paid: [] };
const found = (already: string): FoundSale => ({
	kind: "found", against: AGAINST, soldAt: "", sold: SOLD, returns: [], already: new Map([[1, already]]), complete: true,
});
const beans = (id: string) => addItem(emptyCart(id), BEANS).cart;

/** A till with these carts on hold; what runs `whileFound` and `whileKept` comes in between. */
async function tillWith(...carts: readonly HeldCart["cart"][]) {
	const world = {
		recorded: new Set<string>(), writable: true, receipt: found("0") as LookedUp, whileFound: () => {}, whileKept: () => {}, said: [] as string[],
		training: undefined as Desk["training"],
	};
	let kept: readonly HeldCart[] = carts.map((cart) => ({ name: cart.id, at: "", cashier: "Ada", balance_minor: 0, cart }));
	const pause = () => new Promise((resolve) => setTimeout(resolve));
	const held = useHeld(Promise.resolve(), () => false, {
		read: async () => kept,
		keep: async (all) => {
			await pause();
			kept = all;
			world.whileKept();
			world.whileKept = () => {};
		},
	});
	await held.take("none");
	const daybook = {
		get writable() {
			return world.writable;
		},
		find: async (id: string) => {
			await pause();
			world.whileFound();
			return world.recorded.has(id) ? {} : undefined;
		},
	};
	const basket = useBasket(shallowRef(SNAPSHOT), undefined, { keep: async () => undefined, failed: () => undefined, refused: () => undefined });
	const desk = { snapshot: SNAPSHOT, cashier: "Ada", clock: new Clock(), daybook } as unknown as Desk;
	const holding = useHolding({
		basket, held, desk: () => ({ ...desk, ...(world.training && { training: world.training }) }), catalogue: { byItem: () => BEANS }, notices: useNotices(), lookUp: async () => world.receipt,
		problem: (title) => void world.said.push(title),
	});
	const onHold = computed(() => held.carts.value.map(({ cart }) => cart.id));
	const recall = (index = 0) => holding.recall(held.carts.value[index] as HeldCart);
	return { world, basket, held, holding, onHold, recall };
}

describe("holding", () => {
	beforeEach(() => speak("en"));

	it("keeps an item that was scanned while the cart was put on hold", async () => {
		const { world, basket, holding, held } = await tillWith();
		basket.add(BEANS);
		world.whileKept = () => void basket.add(BEANS);
		expect(await holding.hold("Ada")).toBe(true);
		expect(held.carts.value.map(({ cart }) => cart.lines[0]?.line.quantity)).toEqual(["2"]);
		expect(basket.empty.value).toBe(true);
	});

	it("and recalling is for the tab that sells", async () => {
		const { world, basket, holding, onHold, recall } = await tillWith(beans("a"));
		world.writable = false;
		expect(await recall()).toBe(false);
		basket.add(BEANS);
		expect(await holding.hold("")).toBe(false);
		expect([onHold.value, basket.lines.value.length, world.said.length]).toEqual([["a"], 1, 2]);
	});
});

describe("recalling", () => {
	beforeEach(() => speak("en"));

	it("leaves what was scanned meanwhile, and the cart on hold", async () => {
		const { world, basket, onHold, recall } = await tillWith(beans("a"));
		world.whileFound = () => void basket.add(BEANS);
		expect(await recall()).toBe(false);
		expect([basket.cart.value.id === "a", basket.lines.value.length, onHold.value]).toEqual([false, 1, ["a"]]);
		expect(world.said).toEqual(["a stays on hold: another sale was begun meanwhile. Recall it again."]);
	});

	it("never puts a sale into a training that was begun meanwhile", async () => {
		const { world, basket, onHold, recall } = await tillWith(beans("a"));
		world.whileFound = () => void (world.training = { number: () => "" });
		expect(await recall()).toBe(false);
		expect([basket.empty.value, onHold.value, world.said.length]).toEqual([true, ["a"], 1]);
	});

	it("is done one at a time", async () => {
		const { basket, onHold, recall } = await tillWith(beans("a"), beans("b"));
		expect(await Promise.all([recall(0), recall(1)])).toEqual([true, false]);
		expect([basket.cart.value.id, onHold.value]).toEqual(["a", ["b"]]);
	});

	it("knows a return by itself that was paid out already", async () => {
		const { world, basket, onHold, recall } = await tillWith(setBack(emptyCart("a"), MUG_BACK));
		world.recorded.add("back");
		expect(await recall()).toBe(false);
		expect([basket.empty.value, onHold.value, world.said]).toEqual([true, [], ["a was sold already; it is not on hold any more."]]);
	});

	it("opens a return as its receipt stands now", async () => {
		const { basket, recall } = await tillWith(setBack(beans("a"), MUG_BACK));
		expect(await recall()).toBe(true);
		expect(basket.cart.value.back).toEqual({ ...MUG_BACK, paid: [CARD] });
	});

	it("takes a return out, in words, of which another came back meanwhile", async () => {
		const { world, basket, onHold, recall } = await tillWith(setBack(beans("a"), MUG_BACK));
		world.receipt = found("1");
		expect(await recall()).toBe(true);
		expect([basket.cart.value.back, basket.lines.value.length, onHold.value]).toEqual([undefined, 1, []]);
		expect(world.said[0]).toContain("More of receipt T1-1-000001 came back meanwhile");
	});

	it("leaves a return on hold whose receipt nobody can look up", async () => {
		const { world, basket, onHold, recall } = await tillWith(setBack(beans("a"), MUG_BACK));
		world.receipt = { kind: "unreachable" };
		expect(await recall()).toBe(false);
		expect([basket.empty.value, onHold.value]).toEqual([true, ["a"]]);
		expect(world.said[0]).toContain("can't be reached");
	});
});
