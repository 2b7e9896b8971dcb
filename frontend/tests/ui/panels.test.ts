// Which panel may lie over which screen, by key and by whoever asks.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listenToKeys } from "@/shell/keyboard";
import { mayOpen, type Panel, type Screen } from "@/till/screens";
import type { Till } from "@/till/till";

let stop: () => void;
let till: { panel: { value: Panel }; screen: { value: Screen }; training: { value: boolean }; covered: { value: boolean } };

beforeEach(() => {
	vi.stubGlobal("window", new EventTarget());
	const panel: { value: Panel } = { value: undefined };
	till = {
		panel, screen: { value: "sell" }, training: { value: false },
		covered: { get value() { return panel.value !== undefined; } },
	};
	stop = listenToKeys(till as unknown as Till);
});
afterEach(() => {
	stop();
	vi.unstubAllGlobals();
});

/** True if the browser does what it does with the key. */
function press(key: string, more: object = {}): boolean {
	return window.dispatchEvent(Object.assign(new Event("keydown", { cancelable: true }), { key, ...more }));
}

function openedBy(key: string, screen: Screen): Panel {
	till.panel.value = undefined;
	till.screen.value = screen;
	press(key);
	return till.panel.value;
}

test("nothing that changes the sale lies over its payment", () => {
	const panels = ["return", "gift", "hold", "ticket", "void", "shift", "open_shift"] as const;
	expect(panels.filter((panel) => mayOpen(panel, "pay"))).toEqual([]);
	expect((["drawer", "trust", "cashier", "keys", "line", undefined] as const).every((panel) => mayOpen(panel, "pay"))).toBe(true);
});

test("once a sale is done, what needs an open one waits for the next", () => {
	expect((["hold", "ticket", "void"] as const).filter((panel) => mayOpen(panel, "done"))).toEqual([]);
	expect((["return", "gift", "shift"] as const).every((panel) => mayOpen(panel, "done"))).toBe(true);
});

test("keys open the same panels", () => {
	const opened = (key: string) => (["sell", "pay", "done"] as const).map((screen) => openedBy(key, screen));
	expect(opened("F1")).toEqual(["hold", undefined, undefined]);
	expect(opened("F3")).toEqual(["return", undefined, "return"]);
	expect(opened("F7")).toEqual(["shift", undefined, "shift"]);
	expect(opened("F8")).toEqual(["drawer", "drawer", "drawer"]);
});

test("in training nothing opens that has an effect", () => {
	const panels = ["gift", "hold", "shift", "open_shift", "clock"] as const;
	expect(panels.filter((panel) => mayOpen(panel, "sell", true))).toEqual([]);
	till.training.value = true;
	expect([openedBy("F1", "sell"), openedBy("F7", "sell"), openedBy("F3", "sell")]).toEqual([undefined, undefined, "return"]);
});

test("the browser's help and search never open, wherever the cashier is", () => {
	till.screen.value = "pay";
	expect([press("F1"), press("F3")]).toEqual([false, false]);
	till.panel.value = "trust";
	expect([press("F1"), press("F10")]).toEqual([false, false]);
	expect([press("a"), press("F4", { altKey: true })]).toEqual([true, true]);
	expect(till.panel.value).toBe("trust");
});
