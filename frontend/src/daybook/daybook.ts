// The page's daybook: entries recorded in an append-only log that is flushed before the answer.
// Never deletes an entry, and never keeps one itself: a worker holds the file, this is the way to it.

import type { EntryDraft, Head } from "@/core/entry";
import { Malformed, Rejected, Retryable, type PosBridgeError } from "@/core/errors";
import type { BookReport, BookStatus, KnownShift, RecordAnswer, Restored, Sendable, StoredEntry } from "@/daybook/book";
import type { DaybookCall, DaybookReply, OpenSaleNote, Opened } from "@/daybook/worker";
import { takeDaybookWorker } from "@/daybook/wake";
import type { PushResult } from "@/server/api";
import { keepTwice, readKeptTwice } from "@/server/kept";

export type { KnownShift, RecordAnswer, Restored, Sendable, StoredEntry } from "@/daybook/book";

/** Code of the failure after which nobody knows whether the entry was recorded; the next start knows. */
export const UNSURE = "unsure";
export const RECORD_TIMEOUT_MS = 10_000;

export interface DaybookOptions {
	/** The first epoch that neither the company nor the agent has seen from this till. */
	readonly nextEpoch: number;
	/** The last head they know of, named by a new chain if this browser has no log. */
	readonly continues?: Head;
}

/** What reading the log at start found; `words` is empty if all was well. */
export interface DaybookReport extends BookReport {
	/** The browser promised not to evict our storage. */
	readonly persisted: boolean;
}

interface Waiting {
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: PosBridgeError) => void;
}

export class PageDaybook {
	private refs = 0;
	private readonly waiting = new Map<number, Waiting>();
	private readonly listeners = new Set<() => void>();
	private status: BookStatus = { head: undefined, epoch: 0, unsentCount: 0, oldestUnsentAt: undefined, shift: undefined };
	private opened: Opened | undefined;
	private persisted = false;
	private stopped: PosBridgeError | undefined;

	private constructor(
		readonly till: string,
		private readonly worker: Worker,
	) {
		worker.onmessage = ({ data }: MessageEvent<DaybookReply>) => this.settle(data);
		worker.onerror = (event) => this.fail(event.message);
	}

	/** Opens, verifies and, if need be, creates the till's log. In a second tab `writable` is false. */
	static async open(till: string, options: DaybookOptions): Promise<PageDaybook> {
		const daybook = new PageDaybook(till, takeDaybookWorker());
		const persisted = navigator.storage.persist();
		const witness = await readKeptTwice<number>(epochWitness(till));
		const nextEpoch = Math.max(options.nextEpoch, (witness ?? 0) + 1);
		try {
			daybook.opened = await daybook.call<Opened>({ op: "open", till, ...options, nextEpoch });
		} catch (error) {
			// It holds the lock of the only writer: the next try would find the till read only.
			daybook.worker.terminate();
			throw error;
		}
		daybook.persisted = await persisted;
		if (witness !== daybook.epoch) await daybook.witnessEpoch();
		return daybook;
	}

	get writable(): boolean {
		return this.opened?.writable ?? false;
	}

	get report(): DaybookReport {
		if (!this.opened) throw new Rejected("The daybook is not open.", "not_open");
		return { ...this.opened.report, persisted: this.persisted };
	}

	/** The last entry of the current chain, undefined while it has none. */
	get head(): Head | undefined {
		return this.status.head;
	}

	get epoch(): number {
		return this.status.epoch;
	}

	get unsentCount(): number {
		return this.status.unsentCount;
	}

	/** occurred_at of the oldest entry that the company has not answered for. */
	get oldestUnsentAt(): string | undefined {
		return this.status.oldestUnsentAt;
	}

	/** Durable when it resolves. The same id again answers "exists" with the first. Rejected if it cannot be kept. */
	async record(draft: EntryDraft): Promise<RecordAnswer> {
		if (!this.writable) {
			throw new Rejected("The till is open in another tab, which alone may record. Use that one.", "not_writable");
		}
		// A draft from a reactive cart cannot be cloned into a worker; plain JSON can.
		const plain = JSON.parse(JSON.stringify(draft)) as EntryDraft;
		return inTime(this.call<RecordAnswer>({ op: "record", draft: plain }));
	}

	/** Keeps what the company said; an unknown id is ignored. */
	acknowledge(results: readonly PushResult[]): Promise<void> {
		return this.call({ op: "acknowledge", results });
	}

	/** Entries that the company has not answered for, oldest first, behind the `position` of another one. */
	unsent(limit: number, after = -1): Promise<readonly StoredEntry[]> {
		return this.call({ op: "unsent", limit, after });
	}

	/** The same as they are sent. */
	sendable(limit: number, after = -1): Promise<readonly Sendable[]> {
		return this.call({ op: "sendable", limit, after });
	}

	unsentIds(limit: number): Promise<readonly string[]> {
		return this.call({ op: "unsentIds", limit });
	}

	/** All entries of a business date, oldest first. */
	entriesOf(businessDate: string): Promise<readonly StoredEntry[]> {
		return this.call({ op: "entriesOf", businessDate });
	}

	/** The open shift, by the entries that were read so far. */
	get shift(): string | undefined {
		return this.status.shift;
	}

	/** The latest shifts, newest first. */
	shifts(): Promise<readonly KnownShift[]> {
		return this.call({ op: "shifts" });
	}

	/** The shift's entries and what lies between them, in the order of the till's chains. */
	ofShift(shift: string): Promise<readonly StoredEntry[]> {
		return this.call({ op: "ofShift", shift });
	}

	/** What has this receipt number, then the returns of it, oldest first. */
	ofReceipt(number: string): Promise<readonly StoredEntry[]> {
		return this.call({ op: "ofReceipt", number });
	}

	/** Entries with a tender of this credit that the books are not known to have. */
	unpostedOf(credit: string): Promise<readonly StoredEntry[]> {
		return this.call({ op: "unpostedOf", credit });
	}

	/** At most `limit` entries, close together at the newest and ever farther apart behind it. */
	spread(limit: number): Promise<readonly Head[]> {
		return this.call({ op: "spread", limit });
	}

	find(id: string): Promise<StoredEntry | undefined> {
		return this.call({ op: "find", id });
	}

	/** The company's answers that a person should see: what was put aside, and what the books refused. */
	troubled(): Promise<readonly PushResult[]> {
		return this.call({ op: "troubled" });
	}

	/** Resolves once all older entries were read, too, with words for the cashier, "" if all was well. */
	whole(): Promise<string> {
		return this.call({ op: "whole" });
	}

	/** Keeps what the agent or the company gave back of this till's last days; what is known stays as it is. */
	async restore(entries: readonly Restored[]): Promise<void> {
		if (entries.length > 0) await this.call({ op: "restore", entries });
	}

	/** Starts a new chain if the agent or the company knows more of ours than our log does; true if it did. */
	async compareHeads(heads: readonly Head[], nextEpoch: number): Promise<boolean> {
		const changed = await this.call<boolean>({ op: "compareHeads", heads, nextEpoch });
		if (changed) await this.witnessEpoch();
		return changed;
	}

	/** Calls back after every call that may have changed head or counts; returns what stops it. */
	on(_name: "change", listener: () => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	/** What the till has open, as text; nobody waits for it, and nobody needs it unless IndexedDB was lost. */
	keepOpen(text: string, flush: boolean): void {
		const message: OpenSaleNote = { op: "keepOpen", text, flush };
		if (!this.stopped) this.worker.postMessage(message);
	}

	/** What was kept last; "" if there is nothing. It may have been cut by a kill. */
	readOpen(): Promise<string> {
		return this.call({ op: "readOpen" });
	}

	async close(): Promise<void> {
		await this.call({ op: "close" });
		this.worker.terminate();
		this.fail("it was closed");
	}

	/** If the log is ever lost while IndexedDB is not, the epoch must not be used twice: receipt numbers would be. */
	private async witnessEpoch(): Promise<void> {
		if (this.writable) await keepTwice(epochWitness(this.till), this.epoch);
	}

	private call<Value>(call: DaybookCall): Promise<Value> {
		if (this.stopped) return Promise.reject(this.stopped);
		const ref = ++this.refs;
		return new Promise<Value>((resolve, reject) => {
			this.waiting.set(ref, { resolve: (value) => resolve(value as Value), reject });
			this.worker.postMessage({ ...call, ref });
		});
	}

	private settle(reply: DaybookReply): void {
		const waiting = this.waiting.get(reply.ref);
		this.waiting.delete(reply.ref);
		if ("error" in reply) {
			waiting?.reject(errorOf(reply.error));
			return;
		}
		if (reply.status) this.status = reply.status;
		waiting?.resolve(reply.value);
		for (const listener of this.listeners) listener();
	}

	private fail(why: string): void {
		const error = new Rejected(`The daybook's worker stopped: ${why}. Reload the till.`, UNSURE);
		this.stopped = error;
		for (const { reject } of this.waiting.values()) reject(error);
		this.waiting.clear();
	}
}

/** A worker that the browser ended says nothing: Pay must not wait for it for ever. */
function inTime<T>(work: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const words = `This computer did not confirm it within ${RECORD_TIMEOUT_MS / 1_000} seconds. Reload the till.`;
		const timer = setTimeout(() => reject(new Rejected(words, UNSURE)), RECORD_TIMEOUT_MS);
		work.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

function epochWitness(till: string): string {
	return `epoch:${till}`;
}

function errorOf({ name, message, code }: { name: string; message: string; code: string }): PosBridgeError {
	if (name === "Retryable") return new Retryable(message, code);
	return name === "Malformed" ? new Malformed(message, code) : new Rejected(message, code);
}
