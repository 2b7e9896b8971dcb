// What a sale is and what it costs, by the rules of ERPNext's calculate_taxes_and_totals.
// Never rounds anything elsewhere than in roundRatio, and never touches a float.

import { canonical } from "@/core/canonical";
import { Rejected } from "@/core/errors";
import { HUNDRED_PERCENT, MAX_MINOR, SCALE, minorOf, parseDecimal, roundRatio, type Rounding } from "@/core/money";

export const MAX_LINES = 500;
export const MAX_TENDERS = 20;
const MAX_QUANTITY = 10n ** 9n * SCALE;
const MAX_PRICE_MINOR = 10 ** 12;
/** ERPNext books a difference of inclusive prices up to this size as rounding; a larger one stands in the total. */
const ROUND_OFF_LIMIT_MINOR = 5;

/** Where the goods go: in a sale every quantity is above zero, in a return below. */
export type Direction = "sale" | "return";

export interface Tax {
	readonly tax: string;
	readonly label: string;
	readonly inclusive: boolean;
}

export interface DraftLine {
	readonly item: string;
	readonly name: string;
	/** Canonical decimal, above zero; below zero in a return. */
	readonly quantity: string;
	readonly unit: string;
	readonly price_minor: number;
	/** At most one of these two. */
	readonly discount_percent?: string;
	readonly unit_discount_minor?: number;
	readonly discount_reason?: string;
	/** Tax -> percent. */
	readonly rates: Readonly<Record<string, string>>;
	readonly gtin?: string;
	/** Only in a return: the number, from 1, of the sale's line that it takes back. */
	readonly against_line?: number;
}

export interface SaleDraft {
	readonly currency: string;
	readonly currency_precision: number;
	readonly rounding: Rounding;
	readonly taxes: readonly Tax[];
	readonly lines: readonly DraftLine[];
}

export interface LineTotals {
	readonly rate_minor: number;
	readonly amount_minor: number;
	readonly net_minor: number;
}

export interface TaxTotal extends Tax {
	readonly base_minor: number;
	readonly amount_minor: number;
}

export interface Totals {
	/** Parallel to the draft's lines. */
	readonly lines: readonly LineTotals[];
	readonly taxes: readonly TaxTotal[];
	readonly net_minor: number;
	readonly tax_minor: number;
	readonly round_off_minor: number;
	readonly total_minor: number;
}

export interface SaleLine extends DraftLine, LineTotals {}

export interface Tender {
	readonly tender: string;
	readonly kind: "cash" | "card";
	/** Below zero in a return: money given back. */
	readonly amount_minor: number;
}

export interface SaleBody extends Omit<SaleDraft, "lines" | "taxes">, Omit<Totals, "lines" | "taxes"> {
	readonly taxes: readonly TaxTotal[];
	readonly lines: readonly SaleLine[];
	readonly tenders: readonly Tender[];
	readonly change_minor: number;
}

/** Raises Rejected with the line's number and name, or Malformed for a decimal that is none. An empty cart is zero. */
export function computeSale(draft: SaleDraft): Totals {
	return compute(draft, "sale");
}

/** computeSale() for either direction; in a return every figure is zero or less. */
export function compute(draft: SaleDraft, direction: Direction): Totals {
	checkDraft(draft, direction);
	const lines = draft.lines.map((line) => lineTotals(line, draft));
	const taxes = draft.taxes
		.filter((tax) => draft.lines.some((line) => Object.hasOwn(line.rates, tax.tax)))
		.map((tax) => taxTotal(tax, draft, lines));
	const net = sum(lines.map((line) => line.net_minor));
	const tax = sum(taxes.map((row) => row.amount_minor));
	const roundOff = roundOffOf(lines, taxes, net + tax);
	return {
		lines,
		taxes,
		net_minor: minorOf(net),
		tax_minor: minorOf(tax),
		round_off_minor: roundOff,
		total_minor: minorOf(net + tax + BigInt(roundOff)),
	};
}

function lineTotals(line: DraftLine, draft: SaleDraft): LineTotals {
	const { rounding, currency_precision: precision } = draft;
	const rate = discountedRate(line, draft);
	const amount = roundRatio(rate * parseDecimal(line.quantity), SCALE, rounding, precision);
	const inclusive = draft.taxes
		.filter((tax) => tax.inclusive)
		.reduce((all, tax) => all + rateOf(line, tax.tax), 0n);
	const net =
		inclusive === 0n
			? amount
			: roundRatio(amount * HUNDRED_PERCENT, HUNDRED_PERCENT + inclusive, rounding, precision);
	return { rate_minor: minorOf(rate), amount_minor: minorOf(amount), net_minor: minorOf(net) };
}

function discountedRate(line: DraftLine, draft: SaleDraft): bigint {
	const price = BigInt(line.price_minor);
	const percent = parseDecimal(line.discount_percent ?? "0");
	if (percent === 0n) return price - BigInt(line.unit_discount_minor ?? 0);
	return roundRatio(price * (HUNDRED_PERCENT - percent), HUNDRED_PERCENT, draft.rounding, draft.currency_precision);
}

function rateOf(line: DraftLine, tax: string): bigint {
	const rate = Object.hasOwn(line.rates, tax) ? line.rates[tax] : undefined;
	return rate === undefined ? 0n : parseDecimal(rate);
}

function taxTotal({ tax, label, inclusive }: Tax, draft: SaleDraft, lines: readonly LineTotals[]): TaxTotal {
	let base = 0n;
	let weighted = 0n;
	draft.lines.forEach((line, index) => {
		if (!Object.hasOwn(line.rates, tax)) return;
		const net = BigInt(lines[index]?.net_minor ?? 0);
		base += net;
		weighted += net * rateOf(line, tax);
	});
	const amount = roundRatio(weighted, HUNDRED_PERCENT, draft.rounding, draft.currency_precision);
	return { tax, label, inclusive, base_minor: minorOf(base), amount_minor: minorOf(amount) };
}

function roundOffOf(lines: readonly LineTotals[], taxes: readonly TaxTotal[], netAndTax: bigint): number {
	if (!taxes.some((tax) => tax.inclusive)) return 0;
	const exclusive = taxes.filter((tax) => !tax.inclusive).map((tax) => tax.amount_minor);
	const expected = sum(lines.map((line) => line.amount_minor)) + sum(exclusive);
	const difference = minorOf(expected - netAndTax);
	return Math.abs(difference) <= ROUND_OFF_LIMIT_MINOR ? difference : 0;
}

/** Exact, whatever the amounts are. */
export function sum(amounts: readonly number[]): bigint {
	return amounts.reduce((total, amount) => total + BigInt(amount), 0n);
}

/** The body of a sale's entry; call checkSale() on it before recording. */
export function saleBody(
	draft: SaleDraft, totals: Totals, tenders: readonly Tender[], change_minor: number,
): SaleBody {
	const { currency, currency_precision, rounding } = draft;
	const lines = draft.lines.map((line, index) => ({ ...lineFields(line), ...totalsAt(totals, index) }));
	return { currency, currency_precision, rounding, ...totals, lines, tenders, change_minor };
}

const OPTIONAL_FIELDS = [
	"discount_percent", "unit_discount_minor", "discount_reason", "gtin", "against_line",
] as const;

/** Absent means absent: an optional field that says nothing must not reach the canonical form. */
function lineFields(line: DraftLine): DraftLine {
	const { item, name, quantity, unit, price_minor, rates } = line;
	const optional = OPTIONAL_FIELDS.map((field) => [field, line[field]] as const);
	const said = optional.filter(([, value]) => value !== undefined && value !== 0 && value !== "" && value !== "0");
	return { item, name, quantity, unit, price_minor, rates, ...Object.fromEntries(said) };
}

function totalsAt(totals: Totals, index: number): LineTotals {
	const line = totals.lines[index];
	if (!line) throw new Rejected(`Line ${index + 1} was added after the totals were computed.`, "totals");
	return line;
}

function checkDraft(draft: SaleDraft, direction: Direction): void {
	if (draft.lines.length > MAX_LINES) throw wrongLineCount(draft.lines.length, direction);
	const precision = draft.currency_precision;
	if (!Number.isInteger(precision) || precision < 0 || precision > 4) {
		throw new Rejected(`The currency ${draft.currency} can't have ${precision} decimals.`);
	}
	const known = new Set(draft.taxes.map((tax) => tax.tax));
	draft.lines.forEach((line, index) => {
		const fault = directionFaultOf(line, direction) || faultOf(line) || taxFaultOf(line, known);
		if (fault) throw new Rejected(`Line ${index + 1} (${line.name}): ${fault}`);
	});
}

function wrongLineCount(count: number, direction: Direction): Rejected {
	return new Rejected(`A ${direction} has 1 to ${MAX_LINES} lines, not ${count}.`);
}

/** What is wrong with the line in words, "" if nothing is. */
function directionFaultOf(line: DraftLine, direction: Direction): string {
	const quantity = parseDecimal(line.quantity);
	if (direction === "return") {
		const returned = quantity < 0n && quantity >= -MAX_QUANTITY;
		return returned ? "" : "the quantity is not between -1,000,000,000 and 0.";
	}
	if (quantity <= 0n || quantity > MAX_QUANTITY) return "the quantity is not between 0 and 1,000,000,000.";
	return line.against_line ? "a sale takes no line back; a return does." : "";
}

function faultOf(line: DraftLine): string {
	if (!isWithin(line.price_minor, MAX_PRICE_MINOR)) return "the price is negative or too large.";
	const percent = parseDecimal(line.discount_percent ?? "0");
	const off = line.unit_discount_minor ?? 0;
	if (percent !== 0n && off !== 0) {
		return "it has a discount in percent and one as an amount; only one is possible.";
	}
	if (percent < 0n || percent > HUNDRED_PERCENT || !isWithin(off, line.price_minor)) {
		return "the discount is negative or more than the price.";
	}
	return "";
}

function taxFaultOf(line: DraftLine, known: ReadonlySet<string>): string {
	for (const tax of Object.keys(line.rates)) {
		if (!known.has(tax)) return `the tax ${tax} is not set up for this till.`;
		const rate = rateOf(line, tax);
		if (rate < 0n || rate > 10n * HUNDRED_PERCENT) {
			return `the rate of the tax ${tax} is not between 0 and 1000 %.`;
		}
	}
	return "";
}

function isWithin(amount: number, most: number): boolean {
	return Number.isSafeInteger(amount) && amount >= 0 && amount <= most;
}

/** Raises Rejected, in words, unless the figures are what the lines come to and the tenders pay them exactly. */
export function checkSale(body: SaleBody): void {
	checkFigures(body, "sale");
	checkTenders(body);
}

/** Raises Rejected unless the figures are what the lines come to; looks at no tender. */
export function checkFigures(body: SaleBody, direction: Direction): void {
	if (body.lines.length < 1) throw wrongLineCount(0, direction);
	if (canonical(totalsOf(body)) !== canonical(compute(body, direction))) {
		throw new Rejected(
			`The ${direction}'s figures are not what its lines come to; it was not computed by this rule.`,
		);
	}
}

function totalsOf({ lines, taxes, net_minor, tax_minor, round_off_minor, total_minor }: SaleBody): Totals {
	const amounts = lines.map(({ rate_minor, amount_minor, net_minor }) => ({ rate_minor, amount_minor, net_minor }));
	return { lines: amounts, taxes, net_minor, tax_minor, round_off_minor, total_minor };
}

function checkTenders(body: SaleBody): void {
	const { tenders, change_minor: change, total_minor: total } = body;
	const fewest = total === 0 ? 0 : 1;
	if (tenders.length < fewest || tenders.length > MAX_TENDERS) {
		throw new Rejected(`A sale is paid with ${fewest} to ${MAX_TENDERS} tenders, not ${tenders.length}.`);
	}
	if (tenders.some(({ amount_minor }) => amount_minor === 0 || !isWithin(amount_minor, MAX_MINOR))) {
		throw new Rejected("A tender's amount is not above zero.");
	}
	const received = sum(tenders.map((tender) => tender.amount_minor));
	if (received - BigInt(change) !== BigInt(total)) {
		throw new Rejected(`Received ${received} less change ${change} is not the total ${total}.`);
	}
	const cash = sum(tenders.filter((tender) => tender.kind === "cash").map((tender) => tender.amount_minor));
	if (change < 0 || BigInt(change) > cash) {
		throw new Rejected("Change is given out of cash, and never more than was received in cash.");
	}
}
