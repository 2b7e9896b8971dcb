// Finds the sale of a receipt, and what came back of it: in this page's daybook, with the agent, with the company.
// Never counts a return twice, whoever told of it, and never believes an entry whose hash does not fit.

import { openWire, receiptNumber, type Entry } from "@/core/entry";
import { PosBridgeError } from "@/core/errors";
import { formatDecimal, latinDigits, parseDecimal } from "@/core/money";
import { quantitiesReturned, type Against, type Quantities, type ReturnBody } from "@/core/returns";
import type { SaleBody } from "@/core/sale";
import type { StoredEntry } from "@/daybook/daybook";
import type { ReceiptAnswer } from "@/server/api";

/** Who knows the sale already waits for the company so long: it may know of returns at other tills. */
export const ASK_COMPANY_MS = 2_500;

/** What a receipt's code says, and what is typed off it. */
const RECEIPT = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}-[1-9]\d{0,8}-\d{6,12}$/;

export interface Askable {
	readonly daybook: { ofReceipt(number: string): Promise<readonly StoredEntry[]> };
	readonly agent: { receipt(number: string): Promise<ReceiptAnswer> };
	readonly company: { receipt(number: string): Promise<ReceiptAnswer> };
}

export interface FoundSale {
	readonly kind: "found";
	readonly against: Against;
	readonly soldAt: string;
	readonly sold: SaleBody;
	readonly returns: readonly ReturnBody[];
	readonly already: Quantities;
	/** False: other tills may have taken back more than is known here. */
	readonly complete: boolean;
}

/** `unreachable`: not known here, and the company, which might know it, does not answer. */
export type LookedUp = FoundSale | { readonly kind: "unknown" | "unreachable" | "no_sale" };

export function isReceiptNumber(code: string): boolean {
	return RECEIPT.test(code);
}

/** What was typed as a receipt's whole number: the last digits alone are one of this till's; undefined if it is none. */
export function numberTyped(text: string, till: string, epoch: number): string | undefined {
	const typed = latinDigits(text).trim();
	if (/^\d{1,6}$/.test(typed)) return receiptNumber(till, epoch, Number(typed));
	return isReceiptNumber(typed) ? typed : undefined;
}

interface Heard {
	readonly entries: readonly Entry[];
	readonly elsewhere: ReceiptAnswer["elsewhere"];
}

export async function lookUpSale(number: string, { daybook, agent, company }: Askable): Promise<LookedUp> {
	const asked = heard(company.receipt(number));
	const [page, spool] = await Promise.all([daybook.ofReceipt(number), heard(agent.receipt(number))]);
	const here = [...page.map(({ entry }) => entry), ...(spool?.entries ?? [])];
	const answered = await (here.length > 0 ? within(asked, ASK_COMPANY_MS) : asked);
	const all = new Map([...here, ...(answered?.entries ?? [])].map((entry) => [entry.id, entry]));
	return joined(number, [...all.values()], answered);
}

function joined(number: string, entries: readonly Entry[], company: Heard | undefined): LookedUp {
	const named = entries.find(({ receipt_number }) => receipt_number === number);
	if (!named) return { kind: company ? "unknown" : "unreachable" };
	if (named.kind !== "sale") return { kind: "no_sale" };
	const returns = entries.filter(({ kind, body }) => kind === "return" && (body as ReturnBody).against?.entry === named.id);
	const bodies = returns.map(({ body }) => body as ReturnBody);
	return {
		kind: "found",
		against: { entry: named.id, receipt_number: number },
		soldAt: named.occurred_at,
		sold: named.body as SaleBody,
		returns: bodies,
		already: together(quantitiesReturned(bodies), company?.elsewhere ?? []),
		complete: company !== undefined,
	};
}

function together(known: Quantities, elsewhere: ReceiptAnswer["elsewhere"]): Quantities {
	const all = new Map(known);
	for (const [line, back] of elsewhere) all.set(line, formatDecimal(parseDecimal(all.get(line) ?? "0") + parseDecimal(back)));
	return all;
}

/** Undefined if nobody answered: away, or too old to be asked. */
async function heard(asked: Promise<ReceiptAnswer>): Promise<Heard | undefined> {
	try {
		const { entries, elsewhere } = await asked;
		return { entries: await Promise.all(entries.map(openWire)), elsewhere };
	} catch (error) {
		if (error instanceof PosBridgeError) return undefined;
		throw error;
	}
}

function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
	return Promise.race([work, new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ms))]);
}
