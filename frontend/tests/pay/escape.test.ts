// The terminal's part of the screen, without a screen: which Escape is for it.

import { createSSRApp, h, shallowRef, type VNode } from "vue";
import { renderToString } from "vue/server-renderer";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ShownTerminal } from "@/pay/terminal/asking";
import { provideTill, type Till } from "@/till/till";
import type { Message } from "@/agent/messages";

vi.hoisted(() => vi.stubGlobal("localStorage", { getItem: () => null }));
beforeEach(() => void vi.stubGlobal("window", new EventTarget()));
afterEach(() => void vi.unstubAllGlobals());

test("Escape in a dialog that lies over the payment does not cancel it; over the payment itself it does", async () => {
	const ops: string[] = [];
	const ask = async ({ op, attempt }: Message): Promise<Message> => {
		ops.push(op);
		return op === "cards" ? { op, payments: [] } : { op: "card", attempt, kind: "pay", amount_minor: 340, state: "waiting", reason: "", card: {}, lines: [] };
	};
	const covered = shallowRef(true);
	const till = {
		covered, training: shallowRef(false), trust: { standing: shallowRef({ agent: "online" }) },
		basket: { cart: shallowRef({ id: "cart" }) }, paying: { tenders: shallowRef([]), keepAsked: async () => undefined },
		money: shallowRef({ currency: "EUR", full: String }),
		askable: { agent: { ask, on: () => () => undefined, welcome: { devices: [{ device: "counter", role: "terminal" }] } } },
	} as unknown as Till;
	const { default: TerminalWay } = await import("@/pay/terminal/TerminalWay.vue");
	const shown: VNode = h(TerminalWay, { amount: 340 });
	await renderToString(createSSRApp({ setup: () => (provideTill(till), () => shown) }));
	void (shown.component?.exposed as ShownTerminal | undefined)?.charge("Card", 340);
	await vi.waitFor(() => expect(ops.at(-1)).toBe("pay"));
	const escape = () => window.dispatchEvent(Object.assign(new Event("keydown"), { key: "Escape" }));
	escape();
	expect(ops).not.toContain("cancel_card");
	covered.value = false;
	escape();
	expect(ops).toContain("cancel_card");
});
