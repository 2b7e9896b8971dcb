// Pay, void, reprint and open the drawer: first into the page's daybook, then to the agent, only then paper and drawer.
// Never prints or opens anything for what is not recorded, and never waits long for the agent.

import type { AgentConnection, JobState } from "@/agent/connection";
import { comesBack, isTraining, newId, numberOf, type Entry, type EntryDraft } from "@/core/entry";
import { DEFAULT_COLUMNS, headerOf, receiptOfSale, type ReceiptDocument, type ReceiptHeader } from "@/core/receipt";
import { PosBridgeError, Rejected, Retryable, wordsOf } from "@/core/errors";
import { checkReturn, returnBody, type ReturnBody } from "@/core/returns";
import { checkSale, sum, type SaleBody, type SaleDraft, type Tender, type Totals } from "@/core/sale";
import { saleBody, type Rare } from "@/core/saleBody";
import { withoutExchange } from "@/core/tenders";
import { receiptOfIssue, type IssueBody } from "@/credit/issue";
import type { PageDaybook, RecordAnswer } from "@/daybook/daybook";
import type { Pusher } from "@/daybook/push";
import { settle, takesCash } from "@/pay/payment";
import { receiptLabels } from "@/receipt/labels";
import type { BackSum } from "@/returns/back";
import type { Snapshot } from "@/server/api";
import type { Clock } from "@/till/clock";
import { onPaper, t } from "@/words/words";

export const PRINT_TIMEOUT_MS = 2_000;

/** Kinds that name the shift they belong to, if one is open; a closing names its own. */
const OF_SHIFT: ReadonlySet<string> = new Set([
	"sale", "return", "credit_issue", "cash_in", "cash_out", "void", "no_sale", "reprint", "approval",
]);

export interface RecordedSale {
	readonly entry: Entry;
	readonly body: SaleBody;
	readonly hash: string;
	readonly document: ReceiptDocument;
	readonly withCash: boolean;
	/** What came back in the same ticket; the receipt of it is another one. */
	readonly back?: RecordedSale;
}

export interface PrintAnswer {
	readonly job: string;
	readonly state: JobState | "no_agent";
	readonly reason: string;
}

export interface Desk {
	readonly snapshot: Snapshot;
	readonly cashier: string;
	readonly daybook: PageDaybook;
	readonly agent: AgentConnection;
	readonly pusher: Pusher;
	readonly clock: Clock;
	/** While somebody learns: nothing counts, and each ticket takes its number here. */
	readonly training?: { number(): string } | undefined;
}

export interface SaleToPay {
	readonly id: string;
	readonly draft: SaleDraft;
	readonly totals: Totals;
	/** Given by the customer, or below zero to him. */
	readonly tenders: readonly Tender[];
	/** What comes back. With lines that are sold it is an exchange. */
	readonly back?: BackSum | undefined;
	readonly rare?: Rare;
}

/** The half of an exchange that comes back is recorded, the other is not: only trying again with the same helps. */
export class HalfRecorded extends Retryable {}

/** Durable in the page's daybook when it resolves: a sale, a return, or the two of an exchange. */
export async function recordTicket(desk: Desk, ticket: SaleToPay): Promise<RecordedSale> {
	const { back, totals } = ticket;
	if (!back) return recordSale(desk, ticket);
	const sells = ticket.draft.lines.length > 0;
	const due = totals.total_minor + back.totals.total_minor;
	const exchanged = sells ? Math.min(totals.total_minor, -back.totals.total_minor) : 0;
	const payer = { ...customerOf(back, ticket.rare), tip_minor: 0, ...(sells && { exchange: ticket.id }) };
	const given = [...exchangeOf(-exchanged), ...(due < 0 ? ticket.tenders : [])];
	const body = returnBody(back.draft, back.totals, given, back.back.against, back.back.reason, payer);
	checkReturn(body);
	const sold = (paid: number): SaleToPay => ({
		...ticket, tenders: [...exchangeOf(paid), ...(due > 0 ? ticket.tenders : [])], rare: { ...ticket.rare, exchange: back.back.id },
	});
	// What could not be sold must not be half of an exchange.
	if (sells) bodyOf(sold(exchanged));
	const { entry, wire } = await record(desk, "return", back.back.id, body);
	const returned = saleOf(desk, entry, wire.hash);
	if (!sells) return returned;
	// What stands in the daybook counts, should an earlier attempt have recorded it.
	const paid = -sum(returned.body.tenders.filter(({ kind }) => kind === "exchange").map((tender) => tender.amount_minor));
	try {
		return { ...(await recordSale(desk, sold(Number(paid)))), back: returned };
	} catch (error) {
		throw new HalfRecorded(wordsOf(error), error instanceof PosBridgeError ? error.code : "half_recorded");
	}
}

/** Whoever bought it gets it back, by his own record: not by that of who stands here. */
function customerOf({ back }: BackSum, { customer, customer_record, ...rest }: Rare = {}): Rare {
	const who = back.sold?.customer === undefined ? { customer, customer_record } : back.sold;
	return { ...rest, ...(who.customer !== undefined && { customer: who.customer }), ...(who.customer_record !== undefined && { customer_record: who.customer_record }) };
}

function exchangeOf(amount_minor: number): readonly Tender[] {
	return amount_minor === 0 ? [] : [{ tender: onPaper("tender.exchange"), kind: "exchange", amount_minor }];
}

/** Checked; raises Rejected, in words. */
function bodyOf({ draft, totals, tenders, rare }: SaleToPay): SaleBody {
	const change = settle(totals.total_minor + (rare?.tip_minor ?? 0), tenders).change_minor;
	const body = saleBody(draft, totals, tenders, change, rare);
	checkSale(body);
	return body;
}

/** Durable in the page's daybook when it resolves, and with the agent if that answered in time. */
export async function recordSale(desk: Desk, sale: SaleToPay): Promise<RecordedSale> {
	const { entry, wire } = await record(desk, "sale", sale.id, bodyOf(sale));
	// Recorded by an earlier attempt: what stands in the daybook counts, not what this attempt wanted.
	return saleOf(desk, entry, wire.hash);
}

/** A recorded sale, return or sold gift card with its receipt; of the last only tenders and change are there. */
export function saleOf(desk: Desk, entry: Entry, hash: string): RecordedSale {
	const body = entry.body as SaleBody;
	if (comesBack(entry)) checkReturn(body as ReturnBody);
	else if (entry.kind !== "credit_issue") checkSale(body);
	// What is only training opens no drawer: whoever wants it open asks for it.
	const withCash = !isTraining(entry) && takesCash(body.tenders);
	return { entry, body, hash, document: documentOf(desk, entry, hash), withCash };
}

/** A gift card that is sold; durable when it resolves. The same id again changes nothing. */
export async function recordIssue(desk: Desk, id: string, body: IssueBody): Promise<RecordedSale> {
	const { entry, wire } = await record(desk, "credit_issue", id, body);
	return saleOf(desk, entry, wire.hash);
}

/** The receipts, and the drawer if cash is in play (not when it comes late); never rejects. */
export async function printSale(desk: Desk, sale: RecordedSale, late = false): Promise<PrintAnswer> {
	const { entry, back } = sale;
	if (back) await printSale(desk, back, late);
	const reason = `${entry.kind} ${numberOf(entry) || entry.id}`;
	return print(desk, `${entry.id}:receipt`, { ...sale.document, logo: true }, sale.withCash && !late, reason);
}

/** The `copy`-th reprint: recorded first, then printed. Rejects if it cannot be recorded. In training it is not. */
export async function reprint(desk: Desk, sale: RecordedSale, copy: number): Promise<PrintAnswer> {
	if (sale.back) await reprint(desk, sale.back, copy);
	const id = await recordReprint(desk, sale.entry.id, copy);
	const document = documentOf(desk, sale.entry, sale.hash, copy);
	return print(desk, `${id}:receipt`, { ...document, logo: true }, false, `reprint ${copy} of ${numberOf(sale.entry)}`);
}

/** The id of what was recorded; in training nothing is. */
export async function recordReprint(desk: Desk, of: string, copy?: number): Promise<string> {
	const id = newId();
	if (!desk.training) await record(desk, "reprint", id, { of, copy: copy ?? (await copiesOf(desk, of)) + 1 });
	return id;
}

/** What a ticket's customer gave and got himself, above zero; nothing of what its halves pay each other. */
export interface TicketMoney {
	readonly given_minor: number;
	readonly change_minor: number;
	/** Given, less change. */
	readonly paid_minor: number;
	/** For goods that came back; `refunds` are its tenders, below zero. */
	readonly refunded_minor: number;
	readonly refunds: readonly Tender[];
}

export function moneyOfTicket({ entry, body, back }: Pick<RecordedSale, "entry" | "body" | "back">): TicketMoney {
	const amountOf = (tenders: readonly Tender[]): number => tenders.reduce((all, { amount_minor }) => all + amount_minor, 0);
	const own = withoutExchange(body.tenders);
	const isBack = comesBack(entry);
	const refunds = isBack ? own : withoutExchange(back?.body.tenders ?? []);
	const [given_minor, change_minor] = [isBack ? 0 : amountOf(own), body.change_minor];
	return { given_minor, change_minor, paid_minor: given_minor - change_minor, refunded_minor: 0 - amountOf(refunds), refunds };
}

/** How many reprints of a sale the daybook holds for today. */
export async function copiesOf(desk: Desk, saleId: string): Promise<number> {
	const today = await desk.daybook.entriesOf(desk.clock.businessDate());
	return today.filter(({ entry }) => entry.kind === "reprint" && (entry.body as { of?: string }).of === saleId).length;
}

/** `given_up` is the cart that was not sold. Its cart stays open until this resolves, so it waits for no agent. */
export async function recordVoid(desk: Desk, given_up: Omit<SaleToPay, "tenders">, reason: string): Promise<void> {
	const { lines, total_minor } = saleBody(given_up.draft, given_up.totals, [], 0);
	await record(desk, "void", given_up.id, { reason, lines, total_minor });
}

/** Records the opening, then asks the agent for it; false if the agent did not take it. */
export async function openDrawer(desk: Desk, reason: string, id = newId()): Promise<boolean> {
	const { entry } = await record(desk, "no_sale", id, { reason });
	return kickFor(desk, entry, reason);
}

/** Asks the agent to open the drawer for what is recorded; false if it did not take it. */
export async function kickFor(desk: Desk, entry: Entry, reason: string): Promise<boolean> {
	if (desk.agent.state !== "online") return false;
	try {
		await desk.agent.kick({ printer: printerOf(desk), reason, entry: entry.id }, PRINT_TIMEOUT_MS);
		return true;
	} catch {
		// The opening is recorded either way; the caller tells the cashier to use the key.
		return false;
	}
}

/** Durable in the page's daybook when it resolves, and with the agent if that answered in time. */
export async function record(desk: Desk, kind: EntryDraft["kind"], id: string, plain: object): Promise<RecordAnswer> {
	const { shift } = desk.daybook;
	const [as, said] = inTraining(desk, kind, plain);
	const body = shift !== undefined && OF_SHIFT.has(as) ? { ...said, shift } : said;
	const answer = await desk.daybook.record({ id, kind: as, body, cashier: desk.cashier, ...desk.clock.stamp() });
	const delivery = desk.pusher.deliver(answer.wire);
	if (kind !== "void") await delivery;
	return answer;
}

/** In training a ticket is one that books nothing, and a drawer that is really opened is; there is nothing else. */
function inTraining({ training }: Desk, kind: EntryDraft["kind"], plain: object): readonly [EntryDraft["kind"], object] {
	if (!training || kind === "no_sale" || kind === "approval") return [kind, plain];
	if (kind !== "sale" && kind !== "return") throw new Rejected(t("training.not_here"), "in_training");
	return [`training_${kind}`, { ...plain, training_number: training.number() }];
}

/** Never rejects; the same job prints once. */
export async function print(
	desk: Desk, job: string, document: ReceiptDocument, kick: boolean, reason: string,
): Promise<PrintAnswer> {
	if (desk.agent.state !== "online") return { job, state: "no_agent", reason: "" };
	try {
		const queued = await desk.agent.print({ job, printer: printerOf(desk), document, kick, reason }, PRINT_TIMEOUT_MS);
		return { job, state: queued.state, reason: "" };
	} catch (error) {
		return { job, state: "failed", reason: error instanceof Error ? error.message : String(error) };
	}
}

/** As wide as this till's paper. */
export function headerFor({ snapshot, agent }: Pick<Desk, "snapshot" | "agent">): ReceiptHeader {
	return headerOf(snapshot, agent.welcome?.printers[0]?.columns ?? DEFAULT_COLUMNS);
}

function documentOf(desk: Desk, entry: Entry, hash: string, copy?: number): ReceiptDocument {
	const receiptOf = entry.kind === "credit_issue" ? receiptOfIssue : receiptOfSale;
	return receiptOf(entry, headerFor(desk), receiptLabels(), copy === undefined ? { hash } : { hash, copy });
}

function printerOf(desk: Desk): string {
	return desk.agent.welcome?.printers[0]?.printer ?? "receipt";
}
