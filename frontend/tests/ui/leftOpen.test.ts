import { describe, expect, it, vi } from "vitest";
import type { StoredEntry } from "@/daybook/daybook";
import type { Snapshot } from "@/server/api";
import { addItem, emptyCart, setBack } from "@/till/cart";
import { leftOpen } from "@/till/start";

vi.hoisted(() => vi.stubGlobal("localStorage", { getItem: () => null }));

const BEANS = { item: "SKU-1", name: "Beans", price_minor: 1999, group: "Coffee", unit: "Nos", rates: {}, weighed: false, gtins: [] };
const CART = setBack(addItem(emptyCart("sale"), BEANS).cart, { id: "back", taken: [], goods: [], paid: [] });
const stored = (kind: string) => ({ entry: { kind } }) as StoredEntry;

function left(recorded: Readonly<Record<string, StoredEntry>>) {
	const daybook = { writable: true, find: async (id: string) => recorded[id] };
	return leftOpen(daybook, { byItem: () => BEANS }, { taxes: [] } as unknown as Snapshot, { cart: CART, given: undefined });
}

describe("an exchange that the last page left", () => {
	it("recorded and not shown is shown with what came back", async () => {
		const [sale, back] = [stored("sale"), stored("return")];
		expect(await left({ sale, back })).toEqual({ recorded: sale, returned: back, lost: 0 });
	});

	it("half recorded goes on", async () => {
		expect(await left({ back: stored("return") })).toMatchObject({ cart: CART, half: true });
	});

	it("given up is over", async () => {
		expect(await left({ sale: stored("void") })).toEqual({ lost: 0 });
	});
});
