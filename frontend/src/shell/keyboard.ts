// Every key that works without a pointer, in one table that the help screen shows too.
// Never sees a scanner's keys: scan/wedge.ts takes those first.

import { textFieldOf } from "@/scan/wedge";
import { mayOpen, type Panel } from "@/till/screens";
import type { Till } from "@/till/till";
import type { Word } from "@/words/words";

export interface Shortcut {
	/** Alternatives; a Word is translated, anything else is shown as it is. */
	readonly keys: readonly string[];
	readonly does: Word;
}

export const SHORTCUTS: readonly Shortcut[] = [
	{ keys: ["A–Z"], does: "keys.type" },
	{ keys: ["/", "F2"], does: "keys.search" },
	{ keys: ["keys.name.enter"], does: "keys.first" },
	{ keys: ["↑", "↓"], does: "keys.select" },
	{ keys: ["+", "−"], does: "keys.quantity" },
	{ keys: ["F4"], does: "keys.edit" },
	{ keys: ["F5"], does: "keys.customer" },
	{ keys: ["keys.name.delete"], does: "keys.remove" },
	{ keys: ["F9"], does: "keys.pay" },
	{ keys: ["keys.name.enter"], does: "keys.confirm" },
	{ keys: ["keys.name.enter", "F9"], does: "keys.next" },
	{ keys: ["F7"], does: "keys.shift" },
	{ keys: ["F1"], does: "keys.hold" },
	{ keys: ["F3"], does: "keys.return" },
	{ keys: ["F8"], does: "keys.drawer" },
	{ keys: ["F10"], does: "keys.void" },
	{ keys: ["F6"], does: "keys.status" },
	{ keys: ["?"], does: "keys.help" },
	{ keys: ["keys.name.escape"], does: "keys.back" },
];

type Action = (till: Till) => void;

const ANYWHERE: Readonly<Record<string, Action>> = {
	F1: (till) => open(till, "hold"),
	F3: (till) => open(till, "return"),
	F5: (till) => open(till, "customer"),
	F6: (till) => open(till, "trust"),
	F7: (till) => open(till, "shift"),
	F8: (till) => open(till, "drawer"),
};

const SELLING: Readonly<Record<string, Action>> = {
	F2: (till) => void (till.searchFor.value = { text: "" }),
	F4: (till) => void (till.basket.selected.value && (till.panel.value = "line")),
	F9: (till) => till.goPay(),
	F10: (till) => void (!till.basket.empty.value && (till.panel.value = "void")),
};

/** A browser does something else with these; at a till they are ours, also where they do nothing now. */
const NEVER_THE_BROWSERS: ReadonlySet<string> = new Set([...Object.keys(ANYWHERE), ...Object.keys(SELLING)]);

/** Keys that a text field needs for itself. */
const SELLING_OUTSIDE_FIELDS: Readonly<Record<string, Action>> = {
	ArrowUp: (till) => moveSelection(till, -1),
	ArrowDown: (till) => moveSelection(till, 1),
	Delete: (till) => removeSelected(till),
};

const TYPED: Readonly<Record<string, Action>> = {
	"?": (till) => void (till.panel.value = "keys"),
	"/": (till) => void (till.searchFor.value = { text: "" }),
	"+": (till) => changeSelected(till, 1),
	"-": (till) => changeSelected(till, -1),
};

/** Characters typed with no text field in focus: a shortcut, else the beginning of a search. */
export function typedOutsideOfFields(till: Till, text: string): void {
	if (till.covered.value) return;
	if (text === "?") return TYPED["?"]?.(till);
	if (till.screen.value !== "sell") return;
	const action = TYPED[text];
	if (action) action(till);
	else if (text.trim() !== "") till.searchFor.value = { text };
}

/** Listens until the returned function is called. */
export function listenToKeys(till: Till): () => void {
	const onKey = (event: KeyboardEvent): void => {
		if (event.ctrlKey || event.altKey || event.metaKey) return;
		const action = event.defaultPrevented ? undefined : actionOf(till, event);
		if (action || NEVER_THE_BROWSERS.has(event.key)) event.preventDefault();
		action?.(till);
	};
	window.addEventListener("keydown", onKey);
	window.addEventListener("keydown", stopHeldDown, { capture: true });
	return () => {
		window.removeEventListener("keydown", onKey);
		window.removeEventListener("keydown", stopHeldDown, { capture: true });
	};
}

/** A key that lies under a receipt book must not walk through Pay, Take and Next customer by itself. */
function stopHeldDown(event: KeyboardEvent): void {
	if (!event.repeat || (event.key !== "Enter" && !/^F\d/.test(event.key))) return;
	event.preventDefault();
	event.stopImmediatePropagation();
}

function actionOf(till: Till, event: KeyboardEvent): Action | undefined {
	if (till.covered.value) return undefined;
	const anywhere = ANYWHERE[event.key];
	if (anywhere || till.screen.value !== "sell") return anywhere;
	return SELLING[event.key] ?? (textFieldOf(event.target) ? undefined : SELLING_OUTSIDE_FIELDS[event.key]);
}

function open(till: Till, panel: Panel): void {
	if (mayOpen(panel, till.screen.value, till.training.value)) till.panel.value = panel;
}

function moveSelection(till: Till, step: number): void {
	const lines = till.basket.lines.value;
	const at = lines.findIndex((line) => line.key === till.basket.selected.value?.key);
	const next = lines[Math.min(Math.max(at + step, 0), lines.length - 1)];
	if (next) till.basket.select(next.key);
}

function changeSelected(till: Till, units: number): void {
	const line = till.basket.selected.value;
	if (line?.line.serials) open(till, "line");
	else if (line && units < 0) till.less(line.key);
	else if (line) till.basket.change(line.key, units);
}

function removeSelected(till: Till): void {
	const line = till.basket.selected.value;
	if (line) till.remove(line.key);
}
