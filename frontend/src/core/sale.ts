// What a sale is and what it costs, by the rules of ERPNext's calculate_taxes_and_totals.
// Never rounds anything elsewhere than in roundRatio, and never touches a float.

import { canonical } from "@/core/canonical";
import { Rejected } from "@/core/errors";
import { HUNDRED_PERCENT, MAX_MINOR, SCALE, minorOf, parseDecimal, roundRatio, type Rounding } from "@/core/money";
import {
	charge, chargeOf, minus, netOf, ratesOf, roundOff as roundOffOf, rounded, rowsOf, taxTotals, whole,
	type Charged, type Row, type Tax, type TaxTotal, type Taxed, type Terms,
} from "@/core/tax";
import { totalsOf } from "@/core/saleBody";
import {
	discountOf, fixedPart, netsAfter, roundingAdjustment, totalToSpreadOver, type TicketDiscount, type TotalRounding,
} from "@/core/ticket";
import { checkKinds, type Payer } from "@/core/tenders";
import { checkSerials, trackedFaultOf } from "@/core/tracked";

export const MAX_LINES = 500;
export const MAX_TENDERS = 20;
const MAX_QUANTITY = 10n ** 9n * SCALE;
const MAX_PRICE_MINOR = 10 ** 12;
const MAX_CONVERSION = 10n ** 6n * SCALE;
const MAX_RATE_DECIMALS = 6;
const MAX_RATE_FOR_QUANTITY = 10n ** 9n * SCALE;

/** Where the goods go: in a sale every quantity is above zero, in a return below, in an exchange either. */
export type Direction = "sale" | "return" | "exchange";

export type { Tax, TaxTotal };

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
	/** At most one of these two; added to the price before the discount is taken off. */
	readonly margin_percent?: string;
	readonly unit_margin_minor?: number;
	readonly discount_reason?: string;
	/** Tax -> percent. */
	readonly rates: Readonly<Record<string, string>>;
	readonly gtin?: string;
	/** Stock units in one `unit`; absent is 1. */
	readonly conversion?: string;
	/** The pricing rules that made the price, or gave it away. */
	readonly rules?: readonly string[];
	/** Only in a return: the number, from 1, of the sale's line that it takes back. */
	readonly against_line?: number;
	/** The batch that it was taken from. */
	readonly batch?: string;
	/** Of each stock unit; absent where nobody said. */
	readonly serials?: readonly string[];
	readonly note?: string;
}

export interface SaleDraft {
	readonly currency: string;
	readonly currency_precision: number;
	readonly rounding: Rounding;
	readonly taxes: readonly Tax[];
	readonly lines: readonly DraftLine[];
	readonly discount?: TicketDiscount;
	readonly total_rounding?: TotalRounding;
	/** Each line's tax is rounded, not their sum. */
	readonly row_wise_tax?: boolean;
	/** More than the currency's: prices and rates, discounts and margins of a unit have these decimals. */
	readonly rate_decimals?: number;
}

export interface LineTotals {
	readonly rate_minor: number;
	readonly amount_minor: number;
	readonly net_minor: number;
}

export interface Totals {
	/** Parallel to the draft's lines. */
	readonly lines: readonly LineTotals[];
	readonly taxes: readonly TaxTotal[];
	readonly net_minor: number;
	readonly tax_minor: number;
	readonly round_off_minor: number;
	readonly total_minor: number;
	/** What came off the whole ticket; net and tax are without it. */
	readonly discount_minor: number;
	readonly rounding_adjustment_minor: number;
}

export interface SaleLine extends DraftLine, LineTotals {}

/** `on_account` is money that is still owed, `exchange` what the other half of an exchange pays. */
export type TenderKind = "cash" | "card" | "bank" | "gift_card" | "store_credit" | "points" | "on_account" | "exchange";

export interface Tender {
	readonly tender: string;
	readonly kind: TenderKind;
	/** Below zero in a return: money given back. */
	readonly amount_minor: number;
	/** Number of the gift card or store credit that it comes from or goes to. */
	readonly credit?: string;
	/** Loyalty points that it is worth. */
	readonly points?: number;
	/** Cash of another currency: what was handed over; one unit of it is `rate` of the shop's currency. */
	readonly foreign?: Foreign;
	/** What a card terminal that the agent asked said of it: texts, never more of a card than its last four digits. */
	readonly card?: Readonly<Record<string, string>>;
}

export interface Foreign {
	readonly currency: string;
	readonly currency_precision: number;
	readonly amount_minor: number;
	readonly rate: string;
}

export type DraftPart = Omit<SaleDraft, "lines" | "taxes" | "discount" | "total_rounding">;
type TotalsPart = Omit<Totals, "lines" | "taxes" | "discount_minor" | "rounding_adjustment_minor">;

export interface SaleBody extends DraftPart, TotalsPart, Payer {
	readonly discount?: TicketDiscount & { readonly amount_minor: number };
	readonly total_rounding?: TotalRounding & { readonly adjustment_minor: number };
	readonly taxes: readonly TaxTotal[];
	readonly lines: readonly SaleLine[];
	readonly tenders: readonly Tender[];
	readonly change_minor: number;
	readonly note?: string;
	/** Received beyond the total; absent is none. */
	readonly tip_minor?: number;
	/** Not received, and owed by nobody. */
	readonly write_off_minor?: number;
	/** The tender that change was given out of, where that is not the first cash. */
	readonly change_from?: string;
}

/** Raises Rejected with the line's number and name, or Malformed for a decimal that is none. An empty cart is zero. */
export function computeSale(draft: SaleDraft): Totals {
	return compute(draft, "sale");
}

/** computeSale() for any direction; in a return every figure is zero or less. */
export function compute(draft: SaleDraft, direction: Direction): Totals {
	const sums = new Sums(draft, direction);
	const { lines, rows, nets, charged, off, roundOff } = sums;
	const net = nets.reduce((total, one) => total + one, 0n);
	const grand = net + charged.tax + roundOff;
	const how = draft.total_rounding;
	const adjustment = how ? roundingAdjustment(grand, how, draft.rounding) : 0n;
	return {
		lines: lines.map(({ rate, amount }, index) => ({
			rate_minor: minorOf(rate), amount_minor: minorOf(amount), net_minor: minorOf(nets[index] ?? 0n),
		})),
		taxes: taxTotals(charged, rows, nets, draft.lines.map((line) => line.rates)),
		net_minor: minorOf(net),
		tax_minor: minorOf(charged.tax),
		round_off_minor: minorOf(roundOff),
		total_minor: minorOf(grand + adjustment),
		discount_minor: minorOf(off),
		rounding_adjustment_minor: minorOf(adjustment),
	};
}

/** The cart's sums: first without the ticket's discount, then with it. */
class Sums {
	readonly lines: readonly Priced[];
	readonly rows: readonly Row[];
	readonly off: bigint;
	readonly roundOff: bigint;
	nets: readonly bigint[];
	charged: Charged;
	private readonly terms: Terms;
	private readonly rates: readonly (readonly bigint[])[];

	constructor(draft: SaleDraft, direction: Direction) {
		this.rows = checkDraft(draft, direction);
		this.terms = {
			rounding: draft.rounding, precision: draft.currency_precision, rowWise: draft.row_wise_tax === true,
		};
		this.lines = draft.lines.map((line) => priced(line, draft, this.terms));
		this.rates = draft.lines.map((line) => ratesOf(line.rates, this.rows));
		this.nets = this.taxed(this.lines.map((line) => line.amount)).map((line) => netOf(line, this.rows, this.terms));
		this.charged = this.charge();
		const { off, spreadOver } = this.takeOff(draft.discount);
		this.off = off;
		this.roundOff = this.roundOffWith(off, spreadOver);
	}

	private get net(): bigint {
		return this.nets.reduce((total, net) => total + net, 0n);
	}

	private taxed(amounts: readonly bigint[]): Taxed[] {
		return amounts.map((net, index) => ({
			net, quantity: this.lines[index]?.quantity ?? 0n, rates: this.rates[index] ?? [],
		}));
	}

	private charge(): Charged {
		return charge(this.taxed(this.nets), this.rows, this.terms);
	}

	/** Spreads the discount over the nets and charges again; the grand total that it came off is 0 if it came off nets. */
	private takeOff(discount: TicketDiscount | undefined): { off: bigint; spreadOver: bigint } {
		if (!discount) return { off: 0n, spreadOver: 0n };
		const { net, terms, charged } = this;
		const onNet = discount.on === "net_total";
		const grand = net + charged.tax + this.roundOffWith(0n, 0n);
		const off = discountOf(discount, net, grand, terms);
		checkDiscount(off, onNet ? net : grand);
		const spreadOver = onNet || this.rows.length === 0 ? 0n : totalToSpreadOver(net, charged, terms);
		const over = spreadOver === 0n ? whole(net) : minus(whole(spreadOver), fixedPart(charged, this.rows));
		// Nothing to spread it over: ERPNext leaves it out.
		if (over.over === 0n) return { off: 0n, spreadOver: 0n };
		if (off !== 0n) {
			this.nets = netsAfter(this.nets, off, over, terms);
			this.charged = this.charge();
		}
		return { off, spreadOver };
	}

	private roundOffWith(off: bigint, spreadOver: bigint): bigint {
		const { rows, charged, net } = this;
		if (rows.some((row) => row.tax.inclusive)) {
			const amounts = this.lines.reduce((total, line) => total + line.amount, 0n);
			return roundOffOf(amounts, off, net, charged, rows);
		}
		// ERPNext makes up for what rounding took from a discount on the grand total.
		return spreadOver !== 0n && off !== 0n ? spreadOver - off - net - charged.tax : 0n;
	}
}

interface Priced {
	readonly rate: bigint;
	readonly amount: bigint;
	readonly quantity: bigint;
}

/** The line's unit price after margin and discount, and its amount. */
function priced(line: DraftLine, draft: SaleDraft, terms: Terms): Priced {
	const decimals = Math.max(draft.rate_decimals ?? 0, draft.currency_precision);
	const price = BigInt(line.price_minor);
	const withMargin = (price + BigInt(line.unit_margin_minor ?? 0)) * HUNDRED_PERCENT
		+ price * parseDecimal(line.margin_percent ?? "0");
	const kept = HUNDRED_PERCENT - parseDecimal(line.discount_percent ?? "0");
	const discounted = roundRatio(withMargin * kept, HUNDRED_PERCENT * HUNDRED_PERCENT, draft.rounding, decimals);
	const rate = discounted - BigInt(line.unit_discount_minor ?? 0);
	const quantity = parseDecimal(line.quantity);
	const finer = 10n ** BigInt(decimals - draft.currency_precision);
	return { rate, quantity, amount: rounded({ over: rate * quantity, under: SCALE * finer }, terms) };
}

function checkDiscount(off: bigint, total: bigint): void {
	const [least, most] = total < 0n ? [total, 0n] : [0n, total];
	if (off < least || off > most) throw new Rejected(`The ticket's discount of ${off} is not between 0 and ${total}.`);
}

/** Exact, whatever the amounts are. */
export function sum(amounts: readonly number[]): bigint {
	return amounts.reduce((total, amount) => total + BigInt(amount), 0n);
}

function checkDraft(draft: SaleDraft, direction: Direction): Row[] {
	if (draft.lines.length > MAX_LINES) throw wrongLineCount(draft.lines.length, direction);
	const precision = draft.currency_precision;
	if (!Number.isInteger(precision) || precision < 0 || precision > 4) {
		throw new Rejected(`The currency ${draft.currency} can't have ${precision} decimals.`);
	}
	if (!isWithin(draft.rate_decimals ?? 0, MAX_RATE_DECIMALS)) {
		throw new Rejected(`A price has at most ${MAX_RATE_DECIMALS} decimals, not ${draft.rate_decimals}.`);
	}
	const step = draft.total_rounding?.to_minor ?? 1;
	if (step === 0 || !isWithin(step, MAX_PRICE_MINOR)) {
		throw new Rejected("The coin that totals are rounded to is not above zero.");
	}
	const rows = rowsOf(draft.taxes);
	const known = new Map(draft.taxes.map((tax) => [tax.tax, tax]));
	draft.lines.forEach((line, index) => {
		const fault = directionFaultOf(line, direction) || faultOf(line) || trackedFaultOf(line) || taxFaultOf(line, known);
		if (fault) throw new Rejected(`Line ${index + 1} (${line.name}): ${fault}`);
	});
	checkSerials(draft.lines);
	return rows;
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
	if (direction === "exchange") {
		const moved = quantity !== 0n && quantity >= -MAX_QUANTITY && quantity <= MAX_QUANTITY;
		return moved ? "" : "the quantity is 0 or over 1,000,000,000.";
	}
	if (quantity <= 0n || quantity > MAX_QUANTITY) return "the quantity is not between 0 and 1,000,000,000.";
	return line.against_line ? "a sale takes no line back; a return does." : "";
}

function faultOf(line: DraftLine): string {
	const conversion = parseDecimal(line.conversion ?? "1");
	if (conversion <= 0n || conversion > MAX_CONVERSION) return "the unit's conversion is not above zero, or too large.";
	if (!isWithin(line.price_minor, MAX_PRICE_MINOR)) return "the price is negative or too large.";
	const percent = parseDecimal(line.discount_percent ?? "0");
	const off = line.unit_discount_minor ?? 0;
	if (percent !== 0n && off !== 0) {
		return "it has a discount in percent and one as an amount; only one is possible.";
	}
	if (percent < 0n || percent > HUNDRED_PERCENT || !isWithin(off, line.price_minor)) {
		return "the discount is negative or more than the price.";
	}
	return marginFaultOf(line);
}

function marginFaultOf(line: DraftLine): string {
	const percent = parseDecimal(line.margin_percent ?? "0");
	const amount = line.unit_margin_minor ?? 0;
	if (percent !== 0n && amount !== 0) {
		return "it has a margin in percent and one as an amount; only one is possible.";
	}
	if (percent < 0n || percent > 10n * HUNDRED_PERCENT || !isWithin(amount, MAX_PRICE_MINOR)) {
		return "the margin is negative or too large.";
	}
	return "";
}

function taxFaultOf(line: DraftLine, known: ReadonlyMap<string, Tax>): string {
	for (const [tax, text] of Object.entries(line.rates)) {
		const row = known.get(tax);
		if (!row) return `the tax ${tax} is not set up for this till.`;
		const rate = parseDecimal(text);
		if (chargeOf(row) === "on_item_quantity") {
			if (rate < -MAX_RATE_FOR_QUANTITY || rate > MAX_RATE_FOR_QUANTITY) {
				return `the amount of the tax ${tax} for a unit is over 1,000,000,000.`;
			}
		} else if (rate < -HUNDRED_PERCENT || rate > 10n * HUNDRED_PERCENT) {
			return `the rate of the tax ${tax} is not between -100 and 1000 %.`;
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

function checkTenders(body: SaleBody): void {
	const { tenders, change_minor: change, total_minor: total } = body;
	const { tip_minor: tip = 0, write_off_minor: writtenOff = 0 } = body;
	if (!isWithin(tip, MAX_MINOR) || !isWithin(writtenOff, Math.max(total, 0))) {
		throw new Rejected("A tip is not below zero, and what is written off is not more than the total.");
	}
	const fewest = total === writtenOff ? 0 : 1;
	if (tenders.length < fewest || tenders.length > MAX_TENDERS) {
		throw new Rejected(`A sale is paid with ${fewest} to ${MAX_TENDERS} tenders, not ${tenders.length}.`);
	}
	if (tenders.some(({ amount_minor }) => amount_minor === 0 || !isWithin(amount_minor, MAX_MINOR))) {
		throw new Rejected("A tender's amount is not above zero.");
	}
	checkKinds(body);
	const received = sum(tenders.map((tender) => tender.amount_minor));
	if (received - BigInt(change) - BigInt(tip) !== BigInt(total) - BigInt(writtenOff)) {
		const less = tip === 0 ? "" : ` and tip ${tip}`;
		const off = writtenOff === 0 ? "" : ` less ${writtenOff} written off`;
		throw new Rejected(`Received ${received} less change ${change}${less} is not the total ${total}${off}.`);
	}
	const cash = sum(tenders.filter((tender) => tender.kind === "cash").map((tender) => tender.amount_minor));
	if (change < 0 || BigInt(change) > cash) {
		throw new Rejected("Change is given out of cash, and never more than was received in cash.");
	}
}
