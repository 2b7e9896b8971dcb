// Where the cashier is: which screen is shown, and which panel lies over it.
// Never decides when to move.

export type Screen = "sell" | "pay" | "done";
export type Panel =
	| "line" | "return" | "gift" | "hold" | "ticket" | "void" | "drawer" | "keys" | "trust" | "cashier" | "shift" | "open_shift" | undefined;
