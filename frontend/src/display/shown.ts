// What the customer's screen shows, made out of what the till knows; both windows speak of nothing else.
// Never takes anything over that is not named here: what is only the cashier's stays with the cashier.

/** Between the windows of one till; another browser or till hears nothing of it. */
export const DISPLAY_CHANNEL = "posbridge.display";
export const DISPLAY_URL = "/till/display";
/** More lines fit on no screen: the last are shown. */
export const SHOWN_LINES = 100;

export interface ShownLine {
	readonly name: string;
	/** "2 × 3.40", "0.250 kg"; empty for one piece at its price. */
	readonly about: string;
	readonly amount: string;
	/** It comes back, or is given away. */
	readonly kind?: "back" | "gift";
}

export interface Sum {
	readonly label: string;
	readonly amount: string;
}

/** All of it in the shop's language and as its locale writes amounts. */
export interface Shown {
	/** `closed`: the till's page is gone. */
	readonly stage: "idle" | "sale" | "pay" | "done" | "closed";
	readonly locale: string;
	readonly shop: string;
	readonly text: readonly string[];
	readonly logo: string;
	readonly lines: readonly ShownLine[];
	/** Above the total: subtotal, discount, taxes on top, tip. */
	readonly sums: readonly Sum[];
	readonly total: Sum | undefined;
	/** What was given and what is left, or goes back. */
	readonly money: readonly Sum[];
	/** What the customer scans to pay. */
	readonly code?: { readonly data: string; readonly label: string };
}

/** `opened`: a till came up, and tells nothing until a screen says hello. */
export type ToDisplay = { readonly shown: Shown; readonly opened: true };
export type ToTill = { readonly hello: true };
export type DisplayMessage = Partial<ToDisplay & ToTill>;

export const NOTHING: Omit<Shown, "locale" | "shop" | "text" | "logo"> = {
	stage: "idle", lines: [], sums: [], total: undefined, money: [],
};
