// The panel of what comes back, without a screen: what it does with a part that can't be computed.

import { createSSRApp, h, shallowRef, type VNode } from "vue";
import { renderToString } from "vue/server-renderer";
import { beforeEach, expect, test, vi } from "vitest";
import type { DraftLine } from "@/core/sale";
import { worthOf } from "@/returns/back";
import type { Snapshot } from "@/server/api";
import { emptyCart } from "@/till/cart";
import { provideTill, type Till } from "@/till/till";
import { speak } from "@/words/words";

vi.hoisted(() => vi.stubGlobal("localStorage", { getItem: () => null }));
vi.mock("@/shell/sound", () => ({ beep: () => undefined }));
vi.mock("@/shell/Dialog.vue", () => ({ default: () => null }));
beforeEach(() => speak("en"));

const BEANS: DraftLine = { item: "SKU-1", name: "Beans", quantity: "1", unit: "Nos", price_minor: 1999, rates: { GONE: "19" } };

test("what a choice that can't be computed comes to is said, not raised", () => {
	const shop = { currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [{ tax: "GONE", label: "VAT", inclusive: true }] } as unknown as Snapshot;
	const back = { id: "", taken: [], goods: [BEANS], paid: [] };
	expect(worthOf(back, shop)).toEqual({ total_minor: -1999, fault: "" });
	expect(worthOf(back, { ...shop, taxes: [] })).toEqual({ total_minor: 0, fault: expect.stringContaining("GONE") });
	expect(worthOf({ ...back, goods: [] }, shop)).toEqual({ total_minor: 0, fault: "" });
});

test("what can't come back is refused in words, nobody is asked for a PIN and nothing is taken", async () => {
	const shop = shallowRef({ currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [] as readonly object[], without_receipt_minor: 5000 });
	const said: string[] = [];
	const done: string[] = [];
	const till = {
		snapshot: shop,
		basket: { cart: shallowRef(emptyCart("cart")), takeBack: () => done.push("taken") > 0 },
		people: { may: async () => done.push("asked") > 0 },
		notices: { say: ({ title }: { title: string }) => void said.push(title) },
		receipt: shallowRef(""), taker: shallowRef(), screen: shallowRef("sell"),
	} as unknown as Till;
	const { default: ReturnPanel } = await import("@/returns/ReturnPanel.vue");
	const shown: VNode = h(ReturnPanel, { onClose: () => done.push("closed") });
	await renderToString(createSSRApp({ setup: () => (provideTill(till), () => shown) }));
	const { takeBack } = (shown.component as unknown as { setupState: { takeBack(part: object): Promise<void> } }).setupState;
	await takeBack({ taken: [], goods: [BEANS], paid: [] });
	expect(said[0]).toContain("GONE");
	expect(done).toEqual([]);
	shop.value = { ...shop.value, taxes: [{ tax: "GONE", label: "VAT", inclusive: true }] };
	await takeBack({ taken: [], goods: [BEANS], paid: [] });
	expect([done, said.length]).toEqual([["asked", "taken", "closed"], 1]);
});
