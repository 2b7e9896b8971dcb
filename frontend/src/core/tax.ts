// Taxes and charges on the lines of a sale: nets of inclusive prices, and one amount for each row.
// Every amount is an exact ratio until ERPNext rounds it. Never looks at tenders.

import { Rejected } from "@/core/errors";
import { HUNDRED_PERCENT, SCALE, minorOf, parseDecimal, roundRatio, type Rounding } from "@/core/money";

/** ERPNext books a difference of inclusive prices up to this size as rounding; a larger one stands in the total. */
const ROUND_OFF_LIMIT_MINOR = 5n;
const MAX_TAXES = 50;

/** What a row is charged on, by ERPNext's names. A fixed amount (`actual`) is spread over the ticket's lines. */
export type Charge =
	| "on_net_total" | "on_previous_row_amount" | "on_previous_row_total" | "on_item_quantity" | "actual";

export interface Tax {
	readonly tax: string;
	readonly label: string;
	readonly inclusive: boolean;
	/** Absent: on the net total. */
	readonly charge?: Charge;
	/** The earlier row that this one is charged on, and this one's usual percent. */
	readonly row?: string;
	readonly rate?: string;
	/** The amount of a fixed charge. */
	readonly actual_minor?: number;
}

export interface TaxTotal extends Tax {
	/** The net amount of the lines that owe it. */
	readonly base_minor: number;
	readonly amount_minor: number;
}

/** What taxes look at of a line; quantity and rates scaled by 10^9, by the rows' order. */
export interface Taxed {
	readonly net: bigint;
	readonly quantity: bigint;
	readonly rates: readonly bigint[];
}

/** How a cart rounds. `rowWise`: each line's tax before they are added up. */
export interface Terms {
	readonly rounding: Rounding;
	readonly precision: number;
	readonly rowWise: boolean;
}

/** An exact amount. Denominators grow with the chain of rows only, so nothing is ever reduced. */
export interface Ratio {
	readonly over: bigint;
	readonly under: bigint;
}

export const ZERO: Ratio = { over: 0n, under: 1n };

export function whole(minor: bigint): Ratio {
	return { over: minor, under: 1n };
}

export function plus(one: Ratio, other: Ratio): Ratio {
	if (one.under % other.under === 0n) {
		return { over: one.over + other.over * (one.under / other.under), under: one.under };
	}
	return { over: one.over * other.under + other.over * one.under, under: one.under * other.under };
}

export function minus(one: Ratio, other: Ratio): Ratio {
	return plus(one, { over: -other.over, under: other.under });
}

export function percentOf(ratio: Ratio, rate: bigint): Ratio {
	return { over: ratio.over * rate, under: ratio.under * HUNDRED_PERCENT };
}

export function rounded({ over, under }: Ratio, terms: Terms): bigint {
	return roundRatio(over, under, terms.rounding, terms.precision);
}

export function chargeOf(tax: Tax): Charge {
	return tax.charge ?? "on_net_total";
}

/** A row with what the sums need of it: the number of the row that it is charged on. */
export interface Row {
	readonly tax: Tax;
	readonly charge: Charge;
	readonly on: number;
}

/** Raises Rejected naming the row that can't be computed; the rules are ERPNext's. */
export function rowsOf(taxes: readonly Tax[]): Row[] {
	if (taxes.length > MAX_TAXES) throw new Rejected(`A till has at most ${MAX_TAXES} tax rows, not ${taxes.length}.`);
	const rows: Row[] = [];
	for (const tax of taxes) {
		const on = rows.findIndex((before) => before.tax.tax === tax.row);
		const row = { tax, charge: chargeOf(tax), on };
		const fault = faultOf(row, rows);
		if (fault) throw new Rejected(`Tax row ${rows.length + 1} (${tax.label}): ${fault}`);
		rows.push(row);
	}
	return rows;
}

function faultOf({ tax, charge, on }: Row, before: readonly Row[]): string {
	if (before.some((row) => row.tax.tax === tax.tax)) return "the same account stands in an earlier row.";
	const onPrevious = charge === "on_previous_row_amount" || charge === "on_previous_row_total";
	if (onPrevious && on < 0) return "it is charged on a row that does not come before it.";
	if (!tax.inclusive) return "";
	if (charge === "actual") return "a fixed amount can't be included in the prices.";
	if (charge === "on_previous_row_amount" && !before[on]?.tax.inclusive) {
		return "prices include it, but not the row that it is charged on.";
	}
	if (charge === "on_previous_row_total" && !before.slice(0, on + 1).every((row) => row.tax.inclusive)) {
		return "prices include it, but not all rows that it is charged on.";
	}
	return "";
}

/** The line's amount (its `net`) without what is included in it. */
export function netOf(line: Taxed, rows: readonly Row[], terms: Terms): bigint {
	const { part, forQuantity } = included(line, rows, terms);
	if (part.over === 0n && forQuantity.over === 0n) return line.net;
	if (part.under + part.over <= 0n) {
		throw new Rejected("The taxes that prices include take away the whole price. Check their rates.");
	}
	const left = minus(whole(line.net), forQuantity);
	return rounded({ over: left.over * part.under, under: left.under * (part.under + part.over) }, terms);
}

/** What the net carries of inclusive taxes, as a part of it, and what is included for the quantity. */
function included(line: Taxed, rows: readonly Row[], terms: Terms): { part: Ratio; forQuantity: Ratio } {
	const parts: Ratio[] = [];
	const totals: Ratio[] = [];
	let forQuantity = ZERO;
	let soFar = whole(1n);
	rows.forEach(({ tax, charge, on }, index) => {
		const rate = line.rates[index] ?? 0n;
		let share = ZERO;
		if (tax.inclusive && rate !== 0n) {
			if (charge === "on_net_total") share = { over: rate, under: HUNDRED_PERCENT };
			else if (charge === "on_previous_row_amount") share = percentOf(parts[on] ?? ZERO, rate);
			else if (charge === "on_previous_row_total") share = percentOf(totals[on] ?? ZERO, rate);
			else forQuantity = plus(forQuantity, quantityCharge(rate, line, terms));
		}
		soFar = plus(soFar, share);
		parts.push(share);
		totals.push(soFar);
	});
	return { part: { over: soFar.over - soFar.under, under: soFar.under }, forQuantity };
}

function quantityCharge(rate: bigint, line: Taxed, terms: Terms): Ratio {
	return { over: rate * line.quantity * 10n ** BigInt(terms.precision), under: SCALE * SCALE };
}

/** What each row comes to over all lines: exactly, and rounded once. */
export interface Charged {
	readonly exact: readonly Ratio[];
	readonly amounts: readonly bigint[];
	readonly tax: bigint;
}

export function charge(lines: readonly Taxed[], rows: readonly Row[], terms: Terms): Charged {
	const net = lines.reduce((total, line) => total + line.net, 0n);
	const sums: Ratio[] = rows.map(() => ZERO);
	lines.forEach((line, number) => {
		const parts: Ratio[] = [];
		const totals: Ratio[] = [];
		let soFar = whole(line.net);
		rows.forEach((row, index) => {
			const sum = sums[index] ?? ZERO;
			let amount = ofLine(row, line.rates[index] ?? 0n, line, net, parts, totals, terms);
			if (terms.rowWise) amount = whole(rounded(amount, terms));
			if (row.charge === "actual" && number === lines.length - 1) {
				// The last line bears what dividing has left.
				amount = minus(whole(BigInt(row.tax.actual_minor ?? 0)), sum);
			}
			sums[index] = plus(amount, sum);
			soFar = plus(soFar, amount);
			parts.push(amount);
			totals.push(soFar);
		});
	});
	const amounts = sums.map((sum) => rounded(sum, terms));
	return { exact: sums, amounts, tax: amounts.reduce((total, amount) => total + amount, 0n) };
}

function ofLine(
	row: Row, rate: bigint, line: Taxed, net: bigint,
	parts: readonly Ratio[], totals: readonly Ratio[], terms: Terms,
): Ratio {
	switch (row.charge) {
		case "actual":
			return net === 0n ? ZERO : { over: line.net * BigInt(row.tax.actual_minor ?? 0), under: net };
		case "on_net_total":
			return { over: line.net * rate, under: HUNDRED_PERCENT };
		case "on_item_quantity":
			return quantityCharge(rate, line, terms);
		default:
			return percentOf((row.charge === "on_previous_row_amount" ? parts : totals)[row.on] ?? ZERO, rate);
	}
}

/** The rates of a line in the rows' order. */
export function ratesOf(rates: Readonly<Record<string, string>>, rows: readonly Row[]): bigint[] {
	return rows.map(({ tax }) => parseDecimal(Object.hasOwn(rates, tax.tax) ? (rates[tax.tax] ?? "0") : "0"));
}

/** The rows that a line uses; all of them where rows build on each other or are charged once a ticket. */
export function taxTotals(
	charged: Charged, rows: readonly Row[], nets: readonly bigint[],
	rates: readonly Readonly<Record<string, string>>[],
): TaxTotal[] {
	const all = rows.some((row) => row.charge !== "on_net_total");
	return rows.flatMap((row, index) => {
		const owes = rates.map((of) => row.charge === "actual" || Object.hasOwn(of, row.tax.tax));
		if (!all && !owes.includes(true)) return [];
		const base = nets.reduce((total, net, line) => (owes[line] ? total + net : total), 0n);
		const amount_minor = minorOf(charged.amounts[index] ?? 0n);
		return [{ ...taxRow(row.tax), base_minor: minorOf(base), amount_minor }];
	});
}

/** A row without what it came to; fields that say nothing are left out. */
export function taxRow({ tax, label, inclusive, charge: on = "on_net_total", row, rate, actual_minor }: Tax): Tax {
	if (on === "on_net_total") return { tax, label, inclusive };
	const previous = row === undefined ? {} : { row, rate: rate ?? "0" };
	return { tax, label, inclusive, charge: on, ...previous, ...(on === "actual" ? { actual_minor: actual_minor ?? 0 } : {}) };
}

/** What is left between inclusive prices and the sum of nets and taxes; booked to "Round Off". */
export function roundOff(amounts: bigint, discount: bigint, net: bigint, charged: Charged, rows: readonly Row[]): bigint {
	const onTop = charged.amounts.reduce((total, amount, index) => (rows[index]?.tax.inclusive ? total : total + amount), 0n);
	const difference = amounts + onTop - discount - net - charged.tax;
	const size = difference < 0n ? -difference : difference;
	return size <= ROUND_OFF_LIMIT_MINOR ? difference : 0n;
}
