// Whether each tender says what its kind needs (docs/protocol.md), and what an exchange's halves pay each other.
// Never adds tenders up to a total.

import { Rejected } from "@/core/errors";
import { MAX_MINOR, SCALE, parseDecimal, roundRatio } from "@/core/money";
import type { Foreign, Tender, TenderKind } from "@/core/sale";

const MAX_POINTS = 10 ** 9;
const MAX_FOREIGN_DECIMALS = 4;

/** Who pays, and with what other entry; each absent where there is none. */
export interface Payer {
	readonly customer?: string;
	/** The salted hash of the record of a customer who is new at this till. */
	readonly customer_record?: string;
	/** The id of the other half of an exchange. */
	readonly exchange?: string;
}

interface Paid extends Payer {
	readonly currency: string;
	readonly currency_precision: number;
	readonly tenders: readonly Tender[];
}

/** Raises Rejected unless each tender says what its kind needs, and nothing that it can't have. */
export function checkKinds(body: Paid): void {
	body.tenders.forEach((tender, index) => {
		const fault = creditFault(tender) || pointsFault(tender) || payerFault(tender, body) || foreignFault(tender, body);
		if (fault) throw new Rejected(`Tender ${index + 1} (${tender.tender}): ${fault}`);
	});
	if (body.tenders.filter(({ kind }) => kind === "exchange").length > 1) {
		throw new Rejected("An exchange pays with one tender of the kind exchange, not with several.");
	}
}

export function isCredit(kind: TenderKind): boolean {
	return kind === "gift_card" || kind === "store_credit";
}

/** What of a credit's number somebody may see who must not spend it: the last four signs. */
export function masked(credit: string): string {
	return `…${credit.slice(-4)}`;
}

function creditFault({ kind, credit }: Tender): string {
	if (isCredit(kind)) return credit ? "" : `a ${kind} needs its number.`;
	return credit ? "only gift cards and store credit have a number." : "";
}

function pointsFault({ kind, points = 0, amount_minor }: Tender): string {
	if (kind !== "points") return points ? "only loyalty points have points." : "";
	const counted = amount_minor > 0 ? points : -points;
	return counted > 0 && counted <= MAX_POINTS ? "" : "it does not say how many points, with the amount's sign.";
}

function payerFault({ kind, foreign }: Tender, { customer, exchange }: Payer): string {
	if ((kind === "points" || kind === "on_account") && !customer) return `${kind} needs a customer.`;
	if (kind === "exchange" && !exchange) return "it does not say which entry is the other half of the exchange.";
	return foreign && kind !== "cash" ? "only cash has a foreign amount." : "";
}

function foreignFault({ foreign, amount_minor }: Tender, { currency, currency_precision }: Paid): string {
	if (!foreign) return "";
	if (foreign.currency === "" || foreign.currency === currency) return `cash in ${foreign.currency || "no currency"} is not foreign here.`;
	if (foreign.currency_precision < 0 || foreign.currency_precision > MAX_FOREIGN_DECIMALS) return `${foreign.currency} can't have these decimals.`;
	const rate = parseDecimal(foreign.rate);
	if (rate <= 0n || rate > 10n ** 9n * SCALE || Math.abs(foreign.amount_minor) > MAX_MINOR) return "its rate or amount is not above zero, or too large.";
	const worth = worthOf(foreign, currency_precision);
	return worth === BigInt(amount_minor) ? "" : `at its rate it is worth ${worth}, not ${amount_minor}.`;
}

/** What foreign cash is worth in a currency with `precision` decimals, rounded commercially. */
export function worthOf({ amount_minor, rate, currency_precision }: Foreign, precision: number): bigint {
	const over = BigInt(amount_minor) * parseDecimal(rate) * 10n ** BigInt(precision);
	return roundRatio(over, SCALE * 10n ** BigInt(currency_precision), "commercial");
}

/** Without what the other half of an exchange pays: what the customer himself gave or got. */
export function withoutExchange(tenders: readonly Tender[]): readonly Tender[] {
	return tenders.filter(({ kind }) => kind !== "exchange");
}
