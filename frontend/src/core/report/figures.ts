// The figures of a shift, as values; pos_bridge/core/report/figures.py says what each means.
// Amounts are minor units; what went out, or came back, is below zero. Adds nothing up: shiftReport does.

import type { Entry } from "@/core/entry";

/** An entry with its hash; `late`: it arrived after its shift had been closed. */
export interface Told {
	readonly entry: Entry;
	readonly hash: string;
	readonly late?: boolean;
}

/** What the entries don't say: the Z's number, how often it was amended, and the items' groups. */
export interface ReportSettings {
	readonly number?: number;
	readonly amended?: number;
	readonly groups?: Readonly<Record<string, string>>;
}

/** Notes and coins: minor units of one, and how many. */
export type Denominations = readonly (readonly [number, number])[];

export interface TenderFigures {
	readonly tender: string;
	readonly kind: string;
	readonly float_minor: number;
	readonly received_minor: number;
	readonly change_minor: number;
	readonly refunded_minor: number;
	readonly in_minor: number;
	readonly out_minor: number;
	/** Absent where it was not counted. */
	readonly counted_minor?: number;
	readonly denominations: Denominations;
}

export interface Turnover {
	readonly count: number;
	readonly net_minor: number;
	readonly tax_minor: number;
	readonly round_off_minor: number;
	readonly adjustment_minor: number;
	readonly total_minor: number;
}

export interface Counted {
	readonly count: number;
	readonly amount_minor: number;
}

export interface TaxFigures {
	readonly label: string;
	/** "" where it is no percentage, or can't be told apart by rate. */
	readonly rate: string;
	readonly net_minor: number;
	readonly tax_minor: number;
}

export interface GroupFigures {
	readonly group: string;
	readonly lines: number;
	readonly amount_minor: number;
	readonly net_minor: number;
}

export interface CashierFigures {
	readonly cashier: string;
	readonly sales: number;
	readonly sales_minor: number;
	readonly returns: number;
	readonly returns_minor: number;
}

export interface DiscountFigures extends Counted {
	readonly on: "line" | "rule" | "ticket";
	readonly reason: string;
}

/** Tenders that leave nothing to be counted. */
export interface OwedFigures {
	readonly kind: string;
	readonly tender: string;
	readonly count: number;
	readonly received_minor: number;
	readonly refunded_minor: number;
	readonly points: number;
}

export interface IssuedFigures extends Counted {
	readonly kind: string;
}

export interface MovementFigures extends Counted {
	readonly kind: "cash_in" | "cash_out";
	readonly purpose: "safe" | "deposit" | "petty_cash" | "other";
	readonly tender: string;
	readonly reason: string;
}

export interface NumberFigures {
	readonly prefix: string;
	readonly first: number;
	readonly last: number;
	readonly missing: number;
	readonly named: readonly number[];
}

export interface ChainFigures {
	readonly chain: string;
	readonly epoch: number;
	readonly first: number;
	readonly last: number;
	readonly missing: number;
	readonly hash: string;
}

export interface Happened {
	readonly tips: Counted;
	readonly write_offs: Counted;
	readonly with_receipt: Counted;
	readonly without_receipt: Counted;
	readonly voids: Counted;
	readonly no_sales: number;
	readonly reprints: number;
	readonly approvals: number;
	readonly training: number;
	readonly clock: number;
	readonly late: number;
	/** Entries that the report leaves out: it can't read them, or they are in another currency. */
	readonly unread: number;
}

/** An X (`closed_at` is empty) or a Z. */
export interface ShiftReport {
	readonly till: string;
	readonly shift: string;
	readonly business_date: string;
	readonly currency: string;
	readonly currency_precision: number;
	readonly opened_at: string;
	readonly opened_by: string;
	readonly closed_at: string;
	readonly closed_by: string;
	readonly note: string;
	readonly number: number;
	readonly amended: number;
	readonly tenders: readonly TenderFigures[];
	readonly owed: readonly OwedFigures[];
	readonly sales: Turnover;
	readonly returns: Turnover;
	readonly taxes: readonly TaxFigures[];
	readonly untaxed_minor: number;
	readonly groups: readonly GroupFigures[];
	readonly cashiers: readonly CashierFigures[];
	readonly discounts: readonly DiscountFigures[];
	readonly issued: readonly IssuedFigures[];
	readonly movements: readonly MovementFigures[];
	readonly happened: Happened;
	readonly numbers: readonly NumberFigures[];
	readonly chains: readonly ChainFigures[];
}

/** What should be there of a tender. */
export function expectedOf(each: TenderFigures): number {
	const came = each.float_minor + each.received_minor + each.in_minor;
	return came + each.change_minor + each.refunded_minor + each.out_minor;
}

/** Counted less expected; undefined where it was not counted. */
export function differenceOf(each: TenderFigures): number | undefined {
	return each.counted_minor === undefined ? undefined : each.counted_minor - expectedOf(each);
}
