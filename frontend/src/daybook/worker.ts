// The dedicated worker that holds the daybook's file: one writer by Web Lock, one call at a time.
// Never talks to the network, and never answers a record before its flush.

import { newId, type EntryDraft, type Head } from "@/core/entry";
import { PosBridgeError, Rejected, wordsOf } from "@/core/errors";
import { Book, type BookOptions, type BookReport, type BookStatus, type RecordAnswer, type Restored } from "@/daybook/book";
import { KEPT_SEGMENTS, KEPT_WHEN_FULL, Segments } from "@/daybook/segments";
import { freeBytes, hasLittleRoom } from "@/offline/room";
import type { PushResult } from "@/server/api";

/** A closing tab holds its lock for a moment longer; whoever reloads must not end up as a reader. */
const LOCK_WAIT_MS = 2_000;

export type DaybookCall =
	| { readonly op: "open"; readonly till: string; readonly nextEpoch: number; readonly continues?: Head }
	| { readonly op: "record"; readonly draft: EntryDraft }
	| { readonly op: "acknowledge"; readonly results: readonly PushResult[] }
	| { readonly op: "unsent"; readonly limit: number; readonly after: number }
	| { readonly op: "sendable"; readonly limit: number; readonly after: number }
	| { readonly op: "unsentIds"; readonly limit: number }
	| { readonly op: "entriesOf"; readonly businessDate: string }
	| { readonly op: "ofReceipt"; readonly number: string }
	| { readonly op: "unpostedOf"; readonly credit: string }
	| { readonly op: "spread"; readonly limit: number }
	| { readonly op: "find"; readonly id: string }
	| { readonly op: "shifts" }
	| { readonly op: "ofShift"; readonly shift: string }
	| { readonly op: "compareHeads"; readonly heads: readonly Head[]; readonly nextEpoch: number }
	| { readonly op: "troubled" }
	| { readonly op: "whole" }
	| { readonly op: "restore"; readonly entries: readonly Restored[] }
	| { readonly op: "readOpen" }
	| { readonly op: "close" };

/** What the till has open, as text. Nobody waits for it, so it has no number and no answer. */
export interface OpenSaleNote {
	readonly op: "keepOpen";
	readonly text: string;
	/** Money was given: it must outlive a power cut, too. */
	readonly flush: boolean;
}

export interface Opened {
	readonly writable: boolean;
	readonly report: BookReport;
}

export type DaybookReply =
	| { readonly ref: number; readonly value: unknown; readonly status: BookStatus | undefined }
	| { readonly ref: number; readonly error: { readonly name: string; readonly message: string; readonly code: string } };

/** What must not wait until older segments were read: selling, and the agent. All else waits, for it could miss something there. */
const AT_ONCE: ReadonlySet<DaybookCall["op"]> = new Set(["open", "record", "readOpen", "spread", "close"]);

let book: Book | undefined;
let segments: Segments | undefined;
let turn: Promise<void> = Promise.resolve();
/** Reads the older segments; words for the cashier, "" if there are none. */
let readRest: () => Promise<string> = async () => "";
let reading: Promise<string> | undefined;

self.onmessage = ({ data }: MessageEvent<(DaybookCall & { readonly ref: number }) | OpenSaleNote>) => {
	// It is a copy: what can't be kept is kept with the next change.
	if (data.op === "keepOpen") void inTurn(async () => segments?.keepOpen(data.text, data.flush).catch(() => undefined));
	else if (AT_ONCE.has(data.op)) inTurn(() => answer(data.ref, data));
	else void whole().catch(() => undefined).then(() => inTurn(() => answer(data.ref, data)));
};

/** Begun when somebody asks for it: at start, the first sale comes before it. */
function whole(): Promise<string> {
	reading ??= readRest();
	return reading;
}

function inTurn(work: () => Promise<void>): Promise<void> {
	turn = turn.then(work, work);
	return turn;
}

async function answer(ref: number, call: DaybookCall): Promise<void> {
	let reply: DaybookReply;
	try {
		const value = await carryOut(call);
		reply = { ref, value, status: book?.status };
	} catch (error) {
		// The outermost loop of this worker: whatever failed belongs to the caller.
		const { name, message, code } = error instanceof PosBridgeError ? error : storageError(error);
		reply = { ref, error: { name, message, code } };
	}
	self.postMessage(reply);
}

function storageError(error: unknown): Rejected {
	return new Rejected(`The browser's storage failed: ${wordsOf(error)}. Reload the till.`, "storage");
}

async function carryOut(call: DaybookCall): Promise<unknown> {
	if (call.op === "open") return open(call);
	if (!book) throw new Rejected("The daybook is not open.", "not_open");
	switch (call.op) {
		case "record":
			return record(book, call.draft);
		case "acknowledge":
			return book.acknowledge(call.results);
		case "unsent":
			return book.unsent(call.limit, call.after);
		case "sendable":
			return book.sendable(call.limit, call.after);
		case "unsentIds":
			return book.unsentIds(call.limit);
		case "entriesOf":
			return book.entriesOf(call.businessDate);
		case "ofReceipt":
			return book.ofReceipt(call.number);
		case "unpostedOf":
			return book.unpostedOf(call.credit);
		case "spread":
			return book.spread(call.limit);
		case "find":
			return book.find(call.id);
		case "shifts":
			return book.shifts();
		case "ofShift":
			return book.ofShift(call.shift);
		case "compareHeads":
			return book.compareHeads(call.heads, call.nextEpoch);
		case "troubled":
			return book.troubled();
		case "whole":
			return whole();
		case "restore":
			return restore(book, call.entries);
		case "readOpen":
			return segments?.readOpen();
		case "close":
			return book.close();
	}
}

async function open({ till, nextEpoch, continues }: Extract<DaybookCall, { op: "open" }>): Promise<Opened> {
	const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("daybook", { create: true });
	const options: BookOptions = { till, nextEpoch, newChain: newId, ...(continues ? { continues } : {}) };
	const writable = await holdLock(`posbridge-daybook-${till}`);
	const all = new Segments(folder, till, options);
	const opened = writable ? await all.openLast() : await all.shown();
	[book, segments] = [opened, all];
	readRest = () => (writable ? readOlder(opened, all) : all.showSealed(opened));
	return { writable, report: opened.report };
}

/** Reads what the last segment did not bring along, while the till sells, and then drops what is not needed. */
async function readOlder(opened: Book, all: Segments): Promise<string> {
	const words = await all.readSealed(opened);
	if (opened.sealed.length > 0) await inTurn(async () => void (book = await all.compacted(opened)));
	const little = hasLittleRoom({ freeBytes: await freeBytes() });
	await all.dropOldest(book ?? opened, little ? KEPT_WHEN_FULL : KEPT_SEGMENTS);
	return words;
}

/** A long segment is left behind after the answer, not before it: the next customer pays for it, if anybody. */
async function record(into: Book, draft: EntryDraft): Promise<RecordAnswer> {
	const answer = await into.record(draft);
	if (segments?.isLong(into)) void inTurn(goOn);
	return answer;
}

async function goOn(): Promise<void> {
	if (!book || !segments?.isLong(book)) return;
	try {
		await segments.roll(book);
	} catch {
		// Whether the next segment counts is not known: nothing may be written before the next start has looked.
		book = undefined;
	}
}

async function restore(into: Book, entries: readonly Restored[]): Promise<void> {
	if (segments && entries.length > 0) book = await segments.restored(into, entries);
}

/** True once this worker is the only writer; the lock is held for as long as it lives. */
function holdLock(name: string): Promise<boolean> {
	return new Promise((resolve, reject) => {
		const forever = () => new Promise<never>(() => resolve(true));
		navigator.locks.request(name, { signal: AbortSignal.timeout(LOCK_WAIT_MS) }, forever).catch((error: unknown) => {
			if (error instanceof DOMException && ["TimeoutError", "AbortError"].includes(error.name)) resolve(false);
			else reject(error);
		});
	});
}
