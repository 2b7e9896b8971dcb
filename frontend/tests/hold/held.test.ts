import { describe, expect, it } from "vitest";
import { HELD_AT_MOST, useHeld, type HeldCart } from "@/hold/held";
import { emptyCart } from "@/till/cart";

const held = (id: string): HeldCart => ({ name: id, at: "2026-11-27T12:00:00.000+01:00", cashier: "Ada", balance_minor: 340, cart: emptyCart(id) });

/** What is kept outlives whoever reads it. */
function shelf(first: readonly HeldCart[] = []) {
	let kept = first;
	const faults: { full?: boolean } = {};
	return {
		faults,
		read: async () => kept,
		keep: async (carts: readonly HeldCart[]) => {
			if (faults.full) throw new Error("no room");
			kept = carts;
		},
	};
}

describe("carts on hold", () => {
	it("are there after a restart, the newest first", async () => {
		const disk = shelf();
		const before = useHeld(Promise.resolve(), () => false, disk);
		await before.put(held("a"));
		await before.put(held("b"));
		const after = useHeld(Promise.resolve(), () => false, disk);
		await after.take("none");
		expect(after.carts.value.map(({ name }) => name)).toEqual(["b", "a"]);
	});

	it("leave what was put on hold before the kept ones were read", async () => {
		const disk = shelf([held("old")]);
		const carts = useHeld(Promise.resolve(), () => false, disk);
		await carts.put(held("new"));
		expect(carts.carts.value.map(({ name }) => name)).toEqual(["new", "old"]);
	});

	it("are without the one that is open: the page ended between opening it and letting it go", async () => {
		const carts = useHeld(Promise.resolve(), (id) => id === "open", shelf([held("open"), held("other")]));
		await carts.take("none");
		expect(carts.carts.value.map(({ name }) => name)).toEqual(["other"]);
	});

	it("are as they were where they can't be kept", async () => {
		const disk = shelf();
		const carts = useHeld(Promise.resolve(), () => false, disk);
		await carts.put(held("a"));
		disk.faults.full = true;
		await expect(carts.put(held("b"))).rejects.toThrow("no room");
		disk.faults.full = false;
		await carts.take("none");
		expect(carts.carts.value.map(({ name }) => name)).toEqual(["a"]);
	});

	it("have a limit, which is said", async () => {
		const carts = useHeld(Promise.resolve(), () => false, shelf(Array.from({ length: HELD_AT_MOST }, (_, index) => held(`c${index}`))));
		await expect(carts.put(held("one more"))).rejects.toThrow(`More than ${HELD_AT_MOST}`);
	});
});
