// Where the cashier is: which screen is shown, and which panel lies over it.
// Never decides when to move.

export type Screen = "sell" | "pay" | "done";
export type Panel =
	| "line" | "variant" | "customer" | "note" | "age" | "return" | "gift" | "hold" | "ticket" | "void" | "drawer" | "keys" | "trust" | "cashier" | "shift" | "open_shift"
	| "clock" | "language" | "tour" | undefined;

/** What is paid stays as it is until it is recorded; what is not named here may lie over any screen. */
const ONLY_OVER: Readonly<Partial<Record<NonNullable<Panel>, readonly Screen[]>>> = {
	return: ["sell", "done"], gift: ["sell", "done"], shift: ["sell", "done"], open_shift: ["sell", "done"],
	hold: ["sell"], variant: ["sell"], customer: ["sell"], note: ["sell"], tour: ["sell"], ticket: ["sell"], void: ["sell"],
};
/** What has an effect that training must not have. */
const NOT_IN_TRAINING: ReadonlySet<Panel> = new Set(["gift", "hold", "shift", "open_shift", "clock"]);

export function mayOpen(panel: Panel, screen: Screen, training = false): boolean {
	if (training && NOT_IN_TRAINING.has(panel)) return false;
	return panel === undefined || (ONLY_OVER[panel]?.includes(screen) ?? true);
}
