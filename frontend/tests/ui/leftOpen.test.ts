import { describe, expect, it, vi } from "vitest";
import type { Tender } from "@/core/sale";
import type { StoredEntry } from "@/daybook/daybook";
import type { Snapshot } from "@/server/api";
import type { KeptTraining } from "@/people/training";
import { addItem, emptyCart, setBack, type Cart } from "@/till/cart";
import type { KeptTenders } from "@/till/paying";
import { leftOpen } from "@/till/start";

vi.hoisted(() => vi.stubGlobal("localStorage", { getItem: () => null }));

const BEANS = { item: "SKU-1", name: "Beans", price_minor: 1999, group: "Coffee", unit: "Nos", rates: {}, weighed: false, gtins: [] };
const CART = setBack(addItem(emptyCart("sale"), BEANS).cart, { id: "back", taken: [], goods: [], paid: [] });
const stored = (kind: string) => ({ entry: { kind } }) as StoredEntry;

function left(recorded: Readonly<Record<string, StoredEntry>>, cart: Cart | "none" = CART, training?: KeptTraining, given?: KeptTenders) {
	const daybook = { writable: true, find: async (id: string) => recorded[id] };
	return leftOpen(daybook, { byItem: () => BEANS }, { taxes: [] } as unknown as Snapshot, { cart: cart === "none" ? undefined : cart, given, training });
}

describe("an exchange that the last page left", () => {
	it("recorded and not shown is shown with what came back", async () => {
		const [sale, back] = [stored("sale"), stored("return")];
		expect(await left({ sale, back })).toMatchObject({ recorded: sale, returned: back, lost: 0, cart: { lines: [] } });
	});

	it("half recorded goes on", async () => {
		expect(await left({ back: stored("return") })).toMatchObject({ cart: CART, half: true });
	});

	it("given up is over", async () => {
		const { cart, recorded } = await left({ sale: stored("void") });
		expect([cart.lines, cart.back, cart.id === CART.id, recorded]).toEqual([[], undefined, false, undefined]);
	});
});

describe("what a card terminal was asked to give back", () => {
	const given: Tender = { tender: "Card", kind: "card", amount_minor: -340, card: { attempt: "back:1" } };
	const byHand: Tender = { tender: "Card", kind: "card", amount_minor: -340 };

	it("stays given, and what was to be given otherwise is chosen again", async () => {
		expect(await left({}, CART, undefined, { cart: "sale", tenders: [given, byHand] })).toMatchObject({ cart: CART, tenders: [given] });
		expect((await left({}, CART, undefined, { cart: "sale", tenders: [byHand] })).tenders).toEqual([]);
	});

	it("and is not known yet is found out first, for the same cart only", async () => {
		const asked = { tender: "Card", payment: { attempt: "back:1", kind: "refund", amount_minor: 340, state: "waiting", reason: "", card: {}, lines: [] } } as const;
		expect(await left({}, CART, undefined, { cart: "sale", tenders: [], asked })).toMatchObject({ cart: CART, asked });
		expect((await left({}, CART, undefined, { cart: "another", tenders: [], asked })).asked).toBeUndefined();
	});
});

describe("a reload in training", () => {
	const ON = { on: true, count: 3 };
	const TRAINED = addItem(emptyCart("trained", true), BEANS).cart;

	it("goes on in training, whatever the last page left", async () => {
		const carts = [
			await left({}, emptyCart("empty", true), ON), await left({}, "none", ON), await left({}, TRAINED, ON), await left({}, CART, ON),
			await left({ trained: stored("training_sale") }, TRAINED, ON),
		].map(({ cart }) => [cart.training, cart.lines.length]);
		expect(carts).toEqual([[true, 0], [true, 0], [true, 1], [true, 0], [true, 0]]);
	});

	it("after it was left sells, with nothing of the training's cart", async () => {
		for (const training of [undefined, { on: false, count: 3 }]) {
			const { cart } = await left({}, TRAINED, training);
			expect([cart.training, cart.lines]).toEqual([undefined, []]);
		}
	});
});
