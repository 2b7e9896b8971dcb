// What is done to a ticket as a whole: a discount spread over its lines, the total rounded to a coin.
// By ERPNext's apply_discount_amount and set_rounded_total; never looks at an item.

import { HUNDRED_PERCENT, parseDecimal, roundRatio, type Rounding } from "@/core/money";
import { ZERO, percentOf, plus, rounded, whole, type Charged, type Ratio, type Row, type Terms } from "@/core/tax";

/** Off the whole ticket: a percent of its total, else an amount, which is below zero in a return. */
export interface TicketDiscount {
	readonly on: "net_total" | "grand_total";
	readonly percent?: string;
	/** With a percent it is what that came to, and not read. */
	readonly amount_minor?: number;
	readonly reason?: string;
}

/**
 * The total is paid in steps of `to_minor`. Halves go down where the step is the currency's smallest fraction, and by
 * the cart's rounding where the currency names none and the step is a whole unit.
 */
export interface TotalRounding {
	readonly to_minor: number;
	readonly halves: "down" | "rounding";
}

/** The amount that comes off. */
export function discountOf(discount: TicketDiscount, net: bigint, grand: bigint, terms: Terms): bigint {
	const percent = parseDecimal(discount.percent ?? "0");
	if (percent === 0n) return BigInt(discount.amount_minor ?? 0);
	const total = discount.on === "net_total" ? net : grand;
	return rounded({ over: total * percent, under: HUNDRED_PERCENT }, terms);
}

/** The grand total that a discount on it is spread over: each row is rounded as it is added. */
export function totalToSpreadOver(net: bigint, charged: Charged, terms: Terms): bigint {
	return charged.exact.reduce((total, exact) => rounded(plus(whole(total), exact), terms), net);
}

/** What a discount does not make smaller: fixed amounts, amounts for quantities, and taxes on these. */
export function fixedPart(charged: Charged, rows: readonly Row[]): Ratio {
	let total = ZERO;
	const fixed = new Map<number, { alone: Ratio; upto: Ratio }>();
	rows.forEach(({ tax, charge, on }, index) => {
		const base = fixed.get(on);
		let amount: Ratio;
		if (charge === "actual" || charge === "on_item_quantity") amount = whole(charged.amounts[index] ?? 0n);
		else if (charge !== "on_net_total" && base) {
			amount = percentOf(charge === "on_previous_row_amount" ? base.alone : base.upto, parseDecimal(tax.rate ?? "0"));
		} else return;
		total = plus(total, amount);
		fixed.set(index, { alone: amount, upto: total });
	});
	return total;
}

/** The lines' nets with `off` spread over them in proportion; each bears the rounding so far. */
export function netsAfter(nets: readonly bigint[], off: bigint, over: Ratio, terms: Terms): bigint[] {
	const kept = over.over - off * over.under;
	let before = 0n;
	let after = 0n;
	return nets.map((net) => {
		const own = rounded({ over: net * kept, under: over.over }, terms);
		before += net;
		after += own;
		const left = rounded({ over: before * kept - after * over.over, under: over.over }, terms);
		after += left;
		return own + left;
	});
}

/**
 * What the rounded total has more than the total, or less.
 * A total that would round to nothing is paid as it is: ERPNext takes a rounded total of 0 for none.
 */
export function roundingAdjustment(total: bigint, how: TotalRounding, rounding: Rounding): bigint {
	const toPay = roundedTotal(total, how, rounding);
	return toPay === 0n ? 0n : toPay - total;
}

function roundedTotal(total: bigint, { to_minor, halves }: TotalRounding, rounding: Rounding): bigint {
	const step = BigInt(to_minor);
	// A whole unit: the legacy method rounds those to even.
	if (halves === "rounding") return roundRatio(total, step, rounding, 0) * step;
	const rest = ((total % step) + step) % step;
	return total + (2n * rest > step ? step - rest : -rest);
}
