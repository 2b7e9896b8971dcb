// Where the cashier is: which screen is shown, and which panel lies over it.
// Never decides when to move.

export type Screen = "sell" | "pay" | "done";
export type Panel =
	| "line" | "customer" | "note" | "age" | "return" | "gift" | "hold" | "ticket" | "void" | "drawer" | "keys" | "trust" | "cashier" | "shift" | "open_shift" | undefined;

/** What is paid stays as it is until it is recorded; what is not named here may lie over any screen. */
const ONLY_OVER: Readonly<Partial<Record<NonNullable<Panel>, readonly Screen[]>>> = {
	return: ["sell", "done"], gift: ["sell", "done"], shift: ["sell", "done"], open_shift: ["sell", "done"],
	hold: ["sell"], customer: ["sell"], note: ["sell"], ticket: ["sell"], void: ["sell"],
};

export function mayOpen(panel: Panel, screen: Screen): boolean {
	return panel === undefined || (ONLY_OVER[panel]?.includes(screen) ?? true);
}
