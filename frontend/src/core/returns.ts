// A return: goods and money going back, computed like a sale whose quantities are below zero.
// Never looks a sale up, and never decides whether a till may take goods back.

import { canonical } from "@/core/canonical";
import { Rejected } from "@/core/errors";
import { formatDecimal, minorOf, parseDecimal, roundRatio } from "@/core/money";
import {
	MAX_LINES, MAX_TENDERS, checkFigures, compute, sum, type DraftLine, type SaleBody, type SaleDraft, type SaleLine, type Tender, type Totals,
} from "@/core/sale";
import { cartTerms, saleBody, type Rare } from "@/core/saleBody";
import { taxRow } from "@/core/tax";
import { checkKinds } from "@/core/tenders";
import { cameFrom } from "@/core/tracked";

/** The sale that a return takes back. */
export interface Against {
	readonly entry: string;
	readonly receipt_number: string;
}

/** A sale's body with figures and tenders of zero or less; without `against` it is a return without receipt. */
export interface ReturnBody extends SaleBody {
	readonly against?: Against;
	readonly reason?: string;
}

/** A line of a sale of which more would come back than was sold; decimals above zero, `already` may be zero. */
export interface OverReturned {
	readonly line: number;
	readonly sold: string;
	readonly already: string;
	readonly asked: string;
}

/** Number of the sale's line, from 1 -> quantity above zero, a canonical decimal. */
export type Quantities = ReadonlyMap<number, string>;

/** The cart that takes back these quantities of the sale's lines. */
export function draftOfReturn(sold: SaleBody, quantities: Quantities): SaleDraft {
	const lines = [...quantities].map(([number, quantity]) => ({
		...takenBack(lineAt(sold, number), quantity),
		against_line: number,
	}));
	const part = partOf(sold, lines);
	const taxes = sold.taxes.map((tax) => taxRow({ ...tax, actual_minor: part(tax.actual_minor ?? 0) }));
	return { ...cartTerms(sold), ...ticketBack(sold, part), taxes, lines };
}

/** Which serial numbers come back is known by itself only where the whole line does. */
function takenBack(sold: SaleLine, quantity: string): DraftLine {
	const { serials, ...line } = draftLineOf(sold);
	const back = { ...line, quantity: formatDecimal(-parseDecimal(quantity)) };
	return serials && parseDecimal(quantity) === parseDecimal(sold.quantity) ? { ...back, serials } : back;
}

/** Of an amount off the whole ticket, and of fixed charges, as much comes back as of the goods. */
function partOf(sold: SaleBody, lines: readonly DraftLine[]): (amount: number) => number {
	const worth = (line: DraftLine, number: number): bigint => {
		return parseDecimal(line.quantity) * BigInt(lineAt(sold, number).rate_minor);
	};
	const back = lines.reduce((total, line) => total - worth(line, line.against_line ?? 0), 0n);
	const whole = sold.lines.reduce((total, line, index) => total + worth(line, index + 1), 0n);
	return (amount) => {
		if (amount === 0 || whole === 0n) return amount === 0 ? 0 : -amount;
		const part = roundRatio(BigInt(amount) * back, whole, sold.rounding, sold.currency_precision);
		return part === 0n ? 0 : -minorOf(part);
	};
}

function ticketBack(sold: SaleBody, part: (amount: number) => number): Partial<SaleDraft> {
	const { discount, total_rounding } = sold;
	const { amount_minor = 0, ...percent } = discount ?? { on: "net_total" as const };
	const back = discount?.percent ? percent : { ...percent, amount_minor: part(amount_minor) };
	return {
		...(discount ? { discount: back } : {}),
		...(total_rounding ? { total_rounding: { to_minor: total_rounding.to_minor, halves: total_rounding.halves } } : {}),
	};
}

function draftLineOf({ rate_minor: _rate, amount_minor: _amount, net_minor: _net, ...line }: SaleLine): DraftLine {
	return line;
}

/** What the return comes to: zero or less. Raises as computeSale() does. */
export function computeReturn(draft: SaleDraft): Totals {
	return compute(draft, "return");
}

/** The body of a return's entry, its tenders' amounts below zero; call checkReturn() on it before recording. */
export function returnBody(
	draft: SaleDraft, totals: Totals, tenders: readonly Tender[], against?: Against, reason = "", payer: Rare = {},
): ReturnBody {
	const body = saleBody(draft, totals, tenders, 0, payer);
	return { ...body, ...(against && { against }), ...(reason && { reason }) };
}

/** Raises Rejected, in words, unless the figures are what the lines come to and the tenders give it back exactly. */
export function checkReturn(body: ReturnBody): void {
	checkFigures(body, "return");
	checkAgainst(body);
	checkGivenBack(body);
}

function checkAgainst({ against, lines }: ReturnBody): void {
	if (against && !(against.entry && against.receipt_number)) {
		throw new Rejected("A return names both the sale's entry and its receipt number, or neither.");
	}
	lines.forEach(({ name, against_line: taken }, index) => {
		const line = `Line ${index + 1} (${name})`;
		if (!against && (taken ?? 0) !== 0) {
			throw new Rejected(`${line} takes a sale's line back, but no sale is named.`);
		}
		if (against && !isLineNumber(taken)) {
			throw new Rejected(`${line} does not say which line of the sale it takes back.`);
		}
	});
}

function isLineNumber(number: number | undefined): boolean {
	return number !== undefined && Number.isInteger(number) && number >= 1 && number <= MAX_LINES;
}

function checkGivenBack(body: ReturnBody): void {
	const { tenders, change_minor: change, total_minor: total, tip_minor: tip = 0, write_off_minor: writtenOff = 0 } = body;
	const fewest = total === 0 ? 0 : 1;
	if (tenders.length < fewest || tenders.length > MAX_TENDERS) {
		throw new Rejected(`A return is paid out with ${fewest} to ${MAX_TENDERS} tenders, not ${tenders.length}.`);
	}
	if (tenders.some(({ amount_minor }) => !Number.isSafeInteger(amount_minor) || amount_minor >= 0)) {
		throw new Rejected("A tender's amount in a return is not below zero.");
	}
	checkKinds(body);
	if (tip || writtenOff) throw new Rejected("A return has no tip, and nothing of it is written off.");
	const given = sum(tenders.map((tender) => tender.amount_minor));
	if (given !== BigInt(total) || change !== 0) {
		throw new Rejected(
			`Given back ${given} with change ${change}, the total is ${total}:`
			+ " a return gives back exactly its total, without change.",
		);
	}
}

/** What returns against one sale take back of each of its lines. */
export function quantitiesReturned(returns: readonly ReturnBody[]): Map<number, string> {
	const taken = new Map<number, bigint>();
	for (const { against_line: number = 0, quantity } of returns.flatMap((each) => each.lines)) {
		taken.set(number, (taken.get(number) ?? 0n) - parseDecimal(quantity));
	}
	return new Map([...taken].map(([number, quantity]) => [number, formatDecimal(quantity)]));
}

/**
 * The sale's lines of which more would come back than was sold; `already` are quantitiesReturned().
 * Raises Rejected for a line that the sale does not have, or not with this item, unit, price or tax.
 */
export function overReturned(body: ReturnBody, sold: SaleBody, already: Quantities): OverReturned[] {
	checkFits(body, sold);
	const asked = [...quantitiesReturned([body])].sort(([a], [b]) => a - b);
	return asked
		.map(([line, quantity]) => ({
			line, sold: lineAt(sold, line).quantity, already: already.get(line) ?? "0", asked: quantity,
		}))
		.filter((each) => parseDecimal(each.already) + parseDecimal(each.asked) > parseDecimal(each.sold));
}

function checkFits(body: ReturnBody, sold: SaleBody): void {
	checkCurrencyAndTaxes(body, sold);
	body.lines.forEach((line, index) => {
		const number = line.against_line ?? 0;
		if (canonical(termsOf(line)) !== canonical(termsOf(lineAt(sold, number)))) {
			throw new Rejected(
				`Line ${index + 1} (${line.name}) is not what line ${number} of the sale sold:`
				+ " item, unit, price after discount and taxes have to be the same.",
			);
		}
		if (cameFrom(line, lineAt(sold, number))) return;
		throw new Rejected(
			`Line ${index + 1} (${line.name}) has another batch or serial number than line`
			+ ` ${number} of the sale sold.`,
		);
	});
}

function checkCurrencyAndTaxes(body: ReturnBody, sold: SaleBody): void {
	if (body.currency !== sold.currency || body.currency_precision !== sold.currency_precision) {
		throw new Rejected(`The return is in ${body.currency}, the sale was in ${sold.currency}.`);
	}
	const included = new Map(sold.taxes.map((tax) => [tax.tax, tax.inclusive]));
	for (const { tax, inclusive } of body.taxes) {
		if ((included.get(tax) ?? inclusive) === inclusive) continue;
		throw new Rejected(`The tax ${tax} is part of the prices in one of sale and return, not in both.`);
	}
}

function termsOf({ item, unit, conversion = "1", rate_minor, rates }: SaleLine) {
	return { item, unit, conversion, rate_minor, rates };
}

function lineAt(sold: SaleBody, number: number): SaleLine {
	const line = sold.lines[number - 1];
	if (!line) throw new Rejected(`The sale has no line ${number}.`);
	return line;
}
