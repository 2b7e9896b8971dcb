// Bodies of the shift, the drawer and sold gift cards, as docs/protocol.md says them, and how a movement of cash is read.
// Books nothing.

import type { Entry } from "@/core/entry";
import { Rejected } from "@/core/errors";
import type { Denominations } from "@/core/report/figures";
import type { Tender } from "@/core/sale";

export interface Count {
	readonly tender: string;
	readonly counted_minor: number;
	/** The note's or coin's minor units, as text, and how many there are. */
	readonly denominations?: readonly (readonly [string, number])[];
}

interface InCurrency {
	readonly currency: string;
	readonly currency_precision: number;
}

export interface ShiftOpenBody extends InCurrency {
	readonly float: readonly Count[];
}

export interface ShiftCloseBody extends InCurrency {
	readonly shift: string;
	readonly counted: readonly Count[];
	readonly note?: string;
}

export interface CashBody extends InCurrency {
	readonly tender: string;
	readonly amount_minor: number;
	readonly purpose: string;
	readonly reason?: string;
	readonly shift?: string;
}

export interface IssueBody extends InCurrency {
	readonly credit: string;
	readonly credit_kind: "gift_card" | "store_credit";
	readonly amount_minor: number;
	readonly tenders: readonly Tender[];
	readonly change_minor: number;
}

/** Kinds of tenders that leave nothing to be counted. */
export const NO_MONEY: ReadonlySet<string> = new Set(["gift_card", "store_credit", "points", "on_account", "exchange"]);

const PURPOSES: Readonly<Record<string, readonly string[]>> = {
	cash_in: ["safe", "other"],
	cash_out: ["safe", "deposit", "petty_cash", "other"],
};

/** A `cash_in` or `cash_out`, its amount below zero where money was taken out; raises Rejected. */
export function movementOf(entry: Entry): CashBody {
	const body = entry.body as CashBody;
	if (!PURPOSES[entry.kind]?.includes(body.purpose)) {
		throw new Rejected(`The purpose ${body.purpose} of a ${entry.kind} is not known. Update, then retry.`);
	}
	if (!Number.isSafeInteger(body.amount_minor) || body.amount_minor <= 0) {
		throw new Rejected("Money put in or taken out is an amount above zero.");
	}
	return entry.kind === "cash_in" ? body : { ...body, amount_minor: -body.amount_minor };
}

export function denominationsOf(count: Count | undefined): Denominations {
	return (count?.denominations ?? []).map(([minor, pieces]) => [Number(minor), pieces] as const);
}

/** The shift that an entry names; "" for none. */
export function shiftOf(entry: Entry): string {
	const { shift } = entry.body as { readonly shift?: string };
	return shift ?? "";
}
