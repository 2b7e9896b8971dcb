// Pay, void, reprint and open the drawer: first into the page's daybook, then to the agent, only then paper and drawer.
// Never prints or opens anything for what is not recorded, and never waits long for the agent.

import type { AgentConnection, JobState } from "@/agent/connection";
import type { Entry, EntryDraft } from "@/core/entry";
import { newId } from "@/core/entry";
import { DEFAULT_COLUMNS, headerOf, receiptOfSale, type ReceiptDocument } from "@/core/receipt";
import { checkSale, type SaleBody, type SaleDraft, type Tender, type Totals } from "@/core/sale";
import { saleBody } from "@/core/saleBody";
import type { PageDaybook, RecordAnswer } from "@/daybook/daybook";
import type { Pusher } from "@/daybook/push";
import { settle, takesCash } from "@/pay/payment";
import { receiptLabels } from "@/receipt/labels";
import type { Snapshot } from "@/server/api";
import type { Clock } from "@/till/clock";

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
}

export interface SaleToPay {
	readonly id: string;
	readonly draft: SaleDraft;
	readonly totals: Totals;
	readonly tenders: readonly Tender[];
}

/** Durable in the page's daybook when it resolves, and with the agent if that answered in time. */
export async function recordSale(desk: Desk, sale: SaleToPay): Promise<RecordedSale> {
	const change = settle(sale.totals.total_minor, sale.tenders).change_minor;
	const body = saleBody(sale.draft, sale.totals, sale.tenders, change);
	checkSale(body);
	const { entry, wire } = await record(desk, "sale", sale.id, body);
	// Recorded by an earlier attempt: what stands in the daybook counts, not what this attempt wanted.
	return saleOf(desk, entry, wire.hash);
}

/** A recorded sale with its receipt. */
export function saleOf(desk: Desk, entry: Entry, hash: string): RecordedSale {
	const body = entry.body as SaleBody;
	checkSale(body);
	return { entry, body, hash, document: documentOf(desk, entry, hash), withCash: takesCash(body.tenders) };
}

/** The receipt, and the drawer if cash is in play (not when it comes late); never rejects. */
export function printSale(desk: Desk, sale: RecordedSale, late = false): Promise<PrintAnswer> {
	const reason = `sale ${sale.entry.receipt_number ?? sale.entry.id}`;
	return print(desk, `${sale.entry.id}:receipt`, sale.document, sale.withCash && !late, reason);
}

/** The `copy`-th reprint: recorded first, then printed. Rejects if it cannot be recorded. */
export async function reprint(desk: Desk, sale: RecordedSale, copy: number): Promise<PrintAnswer> {
	const { entry } = await record(desk, "reprint", newId(), { of: sale.entry.id, copy });
	const document = documentOf(desk, sale.entry, sale.hash, copy);
	return print(desk, `${entry.id}:receipt`, document, false, `reprint ${copy} of ${sale.entry.receipt_number ?? ""}`);
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
export async function openDrawer(desk: Desk, reason: string): Promise<boolean> {
	const { entry } = await record(desk, "no_sale", newId(), { reason });
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
	const body = shift !== undefined && OF_SHIFT.has(kind) ? { ...plain, shift } : plain;
	const answer = await desk.daybook.record({ id, kind, body, cashier: desk.cashier, ...desk.clock.stamp() });
	const delivery = desk.pusher.deliver(answer.wire);
	if (kind !== "void") await delivery;
	return answer;
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

function documentOf(desk: Desk, entry: Entry, hash: string, copy?: number): ReceiptDocument {
	const columns = desk.agent.welcome?.printers[0]?.columns ?? DEFAULT_COLUMNS;
	const header = headerOf(desk.snapshot, columns);
	return receiptOfSale(entry, header, receiptLabels(), copy === undefined ? { hash } : { hash, copy });
}

function printerOf(desk: Desk): string {
	return desk.agent.welcome?.printers[0]?.printer ?? "receipt";
}
