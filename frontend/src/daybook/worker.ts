// The dedicated worker that holds the daybook's file: one writer by Web Lock, one call at a time.
// Never talks to the network, and never answers a record before its flush.

import { newId, type EntryDraft, type Head } from "@/core/entry";
import { PosBridgeError, Rejected, wordsOf } from "@/core/errors";
import { Book, type BookOptions, type BookReport, type BookStatus } from "@/daybook/book";
import { Segments } from "@/daybook/segments";
import type { PushResult } from "@/server/api";

/** A closing tab holds its lock for a moment longer; whoever reloads must not end up as a reader. */
const LOCK_WAIT_MS = 2_000;

export type DaybookCall =
	| { readonly op: "open"; readonly till: string; readonly nextEpoch: number; readonly continues?: Head }
	| { readonly op: "record"; readonly draft: EntryDraft }
	| { readonly op: "acknowledge"; readonly results: readonly PushResult[] }
	| { readonly op: "unsent"; readonly limit: number; readonly after: number }
	| { readonly op: "entriesOf"; readonly businessDate: string }
	| { readonly op: "find"; readonly id: string }
	| { readonly op: "compareHeads"; readonly heads: readonly Head[]; readonly nextEpoch: number }
	| { readonly op: "troubled" }
	| { readonly op: "close" };

export interface Opened {
	readonly writable: boolean;
	readonly report: BookReport;
}

export type DaybookReply =
	| { readonly ref: number; readonly value: unknown; readonly status: BookStatus | undefined }
	| { readonly ref: number; readonly error: { readonly name: string; readonly message: string; readonly code: string } };

let book: Book | undefined;
let turn: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<DaybookCall & { readonly ref: number }>) => {
	turn = turn.then(() => answer(data.ref, data));
};

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
			return book.record(call.draft);
		case "acknowledge":
			return book.acknowledge(call.results);
		case "unsent":
			return book.unsent(call.limit, call.after);
		case "entriesOf":
			return book.entriesOf(call.businessDate);
		case "find":
			return book.find(call.id);
		case "compareHeads":
			return book.compareHeads(call.heads, call.nextEpoch);
		case "troubled":
			return book.troubled();
		case "close":
			return book.close();
	}
}

async function open({ till, nextEpoch, continues }: Extract<DaybookCall, { op: "open" }>): Promise<Opened> {
	const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("daybook", { create: true });
	const options: BookOptions = { till, nextEpoch, newChain: newId, ...(continues ? { continues } : {}) };
	const writable = await holdLock(`posbridge-daybook-${till}`);
	const segments = new Segments(folder, till);
	book = writable ? await segments.openLast(options) : await Book.readOnly(await segments.shownLast(), options);
	return { writable, report: book.report };
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
