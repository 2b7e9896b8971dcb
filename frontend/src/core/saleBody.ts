// A sale's body made of cart and totals, and its figures taken out of it again.
// Never computes a total.

import { Rejected } from "@/core/errors";
import type { DraftLine, DraftPart, LineTotals, SaleBody, SaleDraft, Tender, Totals } from "@/core/sale";
import type { Payer } from "@/core/tenders";

/** What not every sale says: each is left out where it says nothing. */
export interface Rare extends Payer {
	readonly tip_minor?: number;
	readonly note?: string;
	/** What was answered when the buyer's age was asked; no date of birth. */
	readonly age_check?: AgeCheck;
}

export interface AgeCheck {
	readonly years: number;
	/** By a document, or nobody could doubt it. */
	readonly how: "document" | "looks";
}

/** Characters of a note that are printed and carried to the invoice. */
export const MAX_NOTE = 200;

/** The note of a body or of one of its lines, "" where there is none. */
export function noteOf({ note = "" }: { readonly note?: string }): string {
	return [...note].slice(0, MAX_NOTE).join("");
}

/** The body of a sale's entry; call checkSale() on it before recording. */
export function saleBody(
	draft: SaleDraft, totals: Totals, tenders: readonly Tender[], change_minor: number, rare: Rare = {},
): SaleBody {
	const { discount_minor, rounding_adjustment_minor, ...figures } = totals;
	const lines = draft.lines.map((line, index) => ({ ...lineFields(line), ...totalsAt(totals, index) }));
	const { discount, total_rounding } = draft;
	return {
		...cartTerms(draft),
		...(discount ? { discount: { ...discount, amount_minor: discount_minor } } : {}),
		...(total_rounding ? { total_rounding: { ...total_rounding, adjustment_minor: rounding_adjustment_minor } } : {}),
		...figures, lines, tenders, change_minor,
		...Object.fromEntries(Object.entries(rare).filter(([, value]) => Boolean(value))),
	};
}

/** What a cart is computed under, besides taxes and what is done to the ticket; what says nothing is left out. */
export function cartTerms({ currency, currency_precision, rounding, row_wise_tax, rate_decimals }: DraftPart): DraftPart {
	return {
		currency, currency_precision, rounding,
		...(row_wise_tax ? { row_wise_tax } : {}),
		...(rate_decimals ? { rate_decimals } : {}),
	};
}

const OPTIONAL_FIELDS = [
	"discount_percent", "unit_discount_minor", "margin_percent", "unit_margin_minor", "discount_reason", "gtin",
	"against_line", "conversion", "rules", "batch", "serials", "note",
] as const;

/** Absent means absent: an optional field that says nothing must not reach the canonical form. */
function lineFields(line: DraftLine): DraftLine {
	const { item, name, quantity, unit, price_minor, rates } = line;
	const optional = OPTIONAL_FIELDS.map((field) => [field, line[field]] as const);
	const said = optional.filter(([field, value]) => {
		const nothing = field === "serials" && line.serials?.length === 0;
		return !nothing && value !== undefined && value !== 0 && value !== "" && value !== "0";
	});
	return { item, name, quantity, unit, price_minor, rates, ...Object.fromEntries(said) };
}

function totalsAt(totals: Totals, index: number): LineTotals {
	const line = totals.lines[index];
	if (!line) throw new Rejected(`Line ${index + 1} was added after the totals were computed.`, "totals");
	return line;
}

/** A body's figures without its cart. */
export function totalsOf(body: SaleBody): Totals {
	const { lines, taxes, net_minor, tax_minor, round_off_minor, total_minor } = body;
	const amounts = lines.map(({ rate_minor, amount_minor, net_minor }) => ({ rate_minor, amount_minor, net_minor }));
	return {
		lines: amounts, taxes, net_minor, tax_minor, round_off_minor, total_minor,
		discount_minor: body.discount?.amount_minor ?? 0,
		rounding_adjustment_minor: body.total_rounding?.adjustment_minor ?? 0,
	};
}

/**
 * What the ticket's discount takes off the prices as they stand on the lines. One on the grand total takes its part
 * of the taxes on top, too, which are shown after it.
 */
export function offPrices({ lines, taxes, rounding_adjustment_minor, total_minor }: Totals): number {
	const prices = lines.reduce((total, line) => total + line.amount_minor, 0);
	const onTop = taxes.reduce((total, tax) => (tax.inclusive ? total : total + tax.amount_minor), 0);
	return prices + onTop + rounding_adjustment_minor - total_minor;
}
