// What a role lets a cashier do by himself, with somebody's approval, or never: the double of core/people/rights.py.
// Never asks anybody and never records; people/people.ts does.

import { SCALE, formatDecimal, parseDecimal } from "@/core/money";

/** Action to what its limit counts. */
export const UNITS = {
	line_discount: "percent", price_change: "percent", ticket_discount: "percent", void_sale: "amount", remove_line: "", no_sale: "",
	return: "amount", return_without_receipt: "amount", cash_out: "amount", reprint: "", shift_difference: "amount",
	on_account: "amount",
} as const satisfies Readonly<Record<string, "percent" | "amount" | "">>;
export type Action = keyof typeof UNITS;
export type Verdict = "allowed" | "approval" | "never";

/** Beyond `percent` or `amount_minor` (absent is none), `may` holds. */
export interface Right {
	readonly may: "approval" | "never";
	readonly percent?: string;
	readonly amount_minor?: number;
}

export interface Role {
	readonly role: string;
	/** With his PIN, whoever has it approves for others what he may do himself. */
	readonly approves?: boolean;
	readonly rights: Readonly<Partial<Record<string, Right>>>;
}

export interface PinVerifier {
	readonly salt: string;
	readonly iterations: number;
	readonly hash: string;
}

/** Without a PIN one tap, without a role everything. */
export interface Person {
	readonly name: string;
	readonly role?: string;
	readonly pin?: PinVerifier;
	/** The digest of the badge's code. */
	readonly badge?: string;
}

/** How much of it: a percentage as a decimal, or minor units. */
export interface HowMuch {
	readonly percent?: string;
	readonly amount_minor?: number;
}

export function verdictOf(role: Role | undefined, action: Action, { percent = "0", amount_minor = 0 }: HowMuch = {}): Verdict {
	const right = role?.rights[action];
	if (!right) return "allowed";
	const unit = UNITS[action];
	if (unit === "percent" && parseDecimal(percent) <= parseDecimal(right.percent ?? "0")) return "allowed";
	if (unit === "amount" && amount_minor <= (right.amount_minor ?? 0)) return "allowed";
	return right.may;
}

/** What an amount off is of a price, in percent, never less than it is: 1 of 3 is 33.333333334. */
export function percentOf(off_minor: number, price_minor: number): string {
	if (price_minor <= 0) return off_minor > 0 ? "100" : "0";
	const [off, price] = [BigInt(off_minor) * 100n * SCALE, BigInt(price_minor)];
	return formatDecimal((off + price - 1n) / price);
}
