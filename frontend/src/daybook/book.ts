// The page's daybook on an open file: verify, repair by keeping aside, record with one flush, take back what failed.
// Never answers before the flush, and never removes a byte that it has not kept elsewhere.

import {
	MAX_ENTRY_BYTES, NO_PREVIOUS, PROTOCOL_VERSION, clockNote, parseEntry, plainHead, receiptNumber, sealEntry, takesReceiptNumber,
	type Entry, type EntryDraft, type Head, type WireEntry,
} from "@/core/entry";
import { Malformed, PosBridgeError, Rejected, wordsOf } from "@/core/errors";
import { checkReturn, type ReturnBody } from "@/core/returns";
import { checkSale, type SaleBody } from "@/core/sale";
import {
	LOG_FORMAT, answersLine, chainLine, entryLine, readBatches, readLog, type ChainStart, type LogReading, type LogRecord, type Span,
} from "@/daybook/log";
import { readAll, writeAll, type LogFile } from "@/daybook/file";
import { keepAside, lengthOf, reportOf, type BookReport } from "@/daybook/repair";
import { Shelf, positionOf, type Place } from "@/daybook/shelf";
import type { BookStatus, KnownShift, RecordAnswer, Restored, Sendable, StoredEntry } from "@/daybook/stored";
import type { PushResult } from "@/server/api";

/** Business dates that a new segment brings along, so that a Pay that is repeated finds its sale. */
export const CARRIED_DAYS = 2;

export interface BookOptions {
	readonly till: string;
	readonly nextEpoch: number;
	readonly continues?: Head;
	/** Makes a chain's id. */
	readonly newChain: () => string;
}

export type { BookReport } from "@/daybook/repair";
export type { BookStatus, KnownShift, RecordAnswer, Restored, Sendable, StoredEntry } from "@/daybook/stored";

/** A segment of the log: its number, from 1, and its open file. */
export interface Segment {
	readonly number: number;
	readonly file: LogFile;
}

export class Book {
	/** Older segments that were read: their entries are looked up there. */
	private readonly older = new Map<number, LogFile>();
	/** Where a failed write begins that could not be taken back: an entry behind it would be a fork. */
	private leftover: number | undefined;

	private constructor(
		private current: Segment,
		private readonly options: BookOptions,
		private readonly shelf: Shelf,
		readonly report: BookReport,
	) {}

	/**
	 * Verifies the segment, repairs what it must and makes sure that a chain is open and on the disk. What `sealed`
	 * names is not read yet: `adopt` does. `said` is what the segment before reported, if this one was just carried
	 * over from it.
	 */
	static async open(segment: Segment, aside: LogFile, options: BookOptions, said?: BookReport): Promise<Book> {
		const { file } = segment;
		const reading = await readLog(readAll(file));
		const shelf = shelved(reading, segment.number);
		refuseForeign(shelf, options.till);
		keepAside(file, aside, reading);
		if (reading.torn) file.truncate(reading.torn.from);
		const fresh = !shelf.start || shelf.broken || reading.damaged.length > 0;
		const book = new Book(segment, options, shelf, said ?? reportOf(reading, shelf, fresh));
		if (fresh) await book.startChain(shelf.last ?? options.continues, options.nextEpoch, reading.damaged);
		file.flush();
		return book;
	}

	/** For a tab that may not write: what the log says now. */
	static async readOnly(segment: Segment, options: BookOptions): Promise<Book> {
		const reading = await readLog(readAll(segment.file));
		const shelf = shelved(reading, segment.number);
		return new Book(segment, options, shelf, reportOf({ ...reading, torn: undefined }, shelf, false));
	}

	get number(): number {
		return this.current.number;
	}

	/** The first number that no segment with an entry of this book has. */
	get nextNumber(): number {
		return Math.max(this.number, ...this.older.keys()) + 1;
	}

	/** Older segments that still hold something. */
	get sealed(): readonly number[] {
		return this.shelf.start?.sealed ?? [];
	}

	/** Those of them that `adopt` has yet to read. */
	get unread(): readonly number[] {
		return this.sealed.filter((number) => !this.older.has(number));
	}

	get size(): number {
		return this.current.file.getSize();
	}

	/** Reads another segment, which is never written to again; returns how much of it does not verify, in bytes. */
	async adopt({ number, file }: Segment): Promise<number> {
		this.older.set(number, file);
		try {
			const { damaged } = await readBatches(readAll(file), (records) => this.shelf.adopt(records, number));
			return lengthOf(damaged);
		} catch (error) {
			// Still to be read, then.
			this.older.delete(number);
			throw error;
		} finally {
			this.shelf.sortWaiting();
		}
	}

	/** Takes in a later segment that lost its first line; the chain that its entries stand in is not gone on with. */
	async adoptUnstarted({ number, file }: Segment): Promise<void> {
		const before = this.shelf.entryCount;
		await this.adopt({ number, file });
		if (this.shelf.entryCount > before) return this.startChain(this.shelf.lastIn(number), this.options.nextEpoch, []);
		// Empty, or a copy that was not finished: it will be written again.
		this.older.delete(number);
		file.close();
	}

	get status(): BookStatus {
		const { head, start, unsentCount, oldestUnsent, shifts: { open: shift } } = this.shelf;
		return { head, epoch: start?.epoch ?? 0, unsentCount, oldestUnsentAt: oldestUnsent?.occurredAt, shift };
	}

	/** One append, one flush; an id that is known answers with its first entry. Calls must not overlap. */
	async record(draft: EntryDraft): Promise<RecordAnswer> {
		const known = this.find(draft.id);
		if (known) return { entry: known.entry, wire: known.wire, outcome: "exists" };
		if (draft.kind === "sale") checkSale(draft.body as SaleBody);
		if (draft.kind === "return") checkReturn(draft.body as ReturnBody);
		const entry = this.placed(draft);
		const wire = await sealEntry(entry);
		parseEntry(wire.text);
		const line = entryLine(wire);
		if (line.length > MAX_ENTRY_BYTES) {
			throw new Rejected(`This ${draft.kind} is larger than ${MAX_ENTRY_BYTES / 1024} KiB. Split it.`, "entry_too_large");
		}
		this.append(line, (span) => ({ type: "entry", entry, wire, ...span }), true);
		return { entry, wire, outcome: "created" };
	}

	/** Keeps what is new in the answers; unknown ids and repetitions change nothing. Flushed with the next entry. */
	async acknowledge(results: readonly PushResult[]): Promise<void> {
		const news = results
			.filter((result) => this.shelf.place(result.id) && this.isNews(result))
			.map(({ id, outcome, state, reason }) => ({ id, outcome, state, reason }));
		if (news.length === 0) return;
		const line = await answersLine(news);
		this.append(line, (span) => ({ type: "answers", results: news, ...span }), false);
	}

	unsent(limit: number, after = -1): StoredEntry[] {
		return this.shelf.unsent(limit, after).map((place) => this.stored(place));
	}

	/** The same for whoever only passes them on: after a month alone, parsing each would take its time and memory. */
	sendable(limit: number, after = -1): Sendable[] {
		const places = this.shelf.unsent(limit, after);
		return places.map((place) => ({ id: place.id, wire: this.wireAt(place), position: positionOf(place) }));
	}

	unsentIds(limit: number): string[] {
		return this.shelf.unsent(limit, -1).map(({ id }) => id);
	}

	entriesOf(businessDate: string): StoredEntry[] {
		return this.shelf.placesOf(businessDate).map((place) => this.stored(place));
	}

	/** The latest shifts, newest first. */
	shifts(): KnownShift[] {
		const find = (id: string | undefined) => (id === undefined ? undefined : this.find(id));
		return this.shelf.shifts.listed.map(({ shift, ...ids }) => {
			const [opening, closing] = [find(ids.opening), find(ids.closing)];
			return { shift, ...(opening && { opening }), ...(closing && { closing }) };
		});
	}

	/** The shift's entries and what lies between them. */
	ofShift(shift: string): StoredEntry[] {
		return this.shelf.placesOfShift(shift).map((place) => this.stored(place));
	}

	ofReceipt(number: string): StoredEntry[] {
		return this.shelf.placesOfReceipt(number).map((place) => this.stored(place));
	}

	unpostedOf(credit: string): StoredEntry[] {
		return this.shelf.unpostedOf(credit).map((place) => this.stored(place));
	}

	/** Entries that somebody who has some of ours is likely to have, too. */
	spread(limit: number): Head[] {
		return this.shelf.spread(limit);
	}

	troubled(): PushResult[] {
		return this.shelf.troubled;
	}

	find(id: string): StoredEntry | undefined {
		const place = this.shelf.place(id);
		return place && this.stored(place);
	}

	/** Starts a new chain if others know more of ours than we do (a lost tail, a restored backup), or share its epoch. */
	async compareHeads(heads: readonly Head[], nextEpoch: number): Promise<boolean> {
		const ahead = heads.find((head) => this.isAhead(head));
		if (!ahead) return false;
		await this.startChain(ahead, nextEpoch, []);
		this.current.file.flush();
		return true;
	}

	/**
	 * Writes all that the next segment needs to go on without any older one: entries without an answer and those of
	 * the last days, what the company answered, and, once that is on the disk, the line that makes it whole.
	 * `more` was given back by the agent or the company. Raises whatever the disk raises.
	 */
	async carryOver(next: LogFile, more: readonly Restored[] = []): Promise<void> {
		const start = this.startOfNext([]);
		next.truncate(0);
		const carried = this.shelf.carried(CARRIED_DAYS).map((place) => this.stored(place));
		const lost = more.filter(({ wire }) => !this.shelf.place(parseEntry(wire.text).id));
		for (const { wire } of [...lost, ...carried]) writeAll(next, entryLine(wire));
		const results = [...lost, ...carried].flatMap(({ result }) => result ?? []);
		if (results.length > 0) writeAll(next, await answersLine(results));
		next.flush();
		writeAll(next, await chainLine(start));
		next.flush();
	}

	/** Goes on in `next`, an empty file; this segment stays as it is. Raises whatever the disk raises, and stays here. */
	async seal(next: Segment): Promise<void> {
		const start = this.startOfNext([...new Set([...this.sealed, ...this.older.keys(), this.number])]);
		try {
			next.file.truncate(0);
			writeAll(next.file, await chainLine(start));
			next.file.flush();
		} catch (error) {
			// A line that is whole but not known to be: nothing may go on here while it could count later.
			next.file.truncate(0);
			throw error;
		}
		this.older.set(this.number, this.current.file);
		this.current = next;
		this.shelf.goOnIn(next.number);
		this.shelf.add({ type: "chain", start, from: 0, to: next.file.getSize() });
	}

	/** Bytes that would have to be carried over, were there a new segment. */
	get carriedBytes(): number {
		return lengthOf(this.shelf.carried(CARRIED_DAYS));
	}

	close(): void {
		this.current.file.flush();
		for (const file of [this.current.file, ...this.older.values()]) file.close();
		this.older.clear();
	}

	private startOfNext(sealed: readonly number[]): ChainStart {
		const { start, head, lastAt, receiptCount: receipts, shifts: { open: shift } } = this.shelf;
		if (!start) throw new Rejected("The daybook has no open chain. Reload the till.", "no_chain");
		const { kept_aside: _, goes_on: __, sealed: ___, shift: ____, ...plain } = start;
		const goes_on = head && { sequence: head.sequence, hash: head.hash, receipts, ...(lastAt !== undefined && { at: lastAt }) };
		return { ...plain, ...(goes_on && { goes_on }), ...(shift !== undefined && { shift }), ...(sealed.length > 0 && { sealed }) };
	}

	private isAhead(head: Head): boolean {
		const { start } = this.shelf;
		if (head.chain !== start?.chain) return head.epoch !== undefined && head.epoch === start?.epoch;
		if (head.sequence > (this.shelf.head?.sequence ?? 0)) return true;
		const ours = this.shelf.hashAt(head.chain, head.sequence);
		return ours !== undefined && ours !== head.hash;
	}

	private isNews(result: PushResult): boolean {
		const known = this.shelf.answer(result.id);
		return known?.state !== result.state || known.reason !== result.reason;
	}

	private placed(draft: EntryDraft): Entry {
		const { start, head } = this.shelf;
		if (!start) throw new Rejected("The daybook has no open chain. Reload the till.", "no_chain");
		const sequence = (head?.sequence ?? 0) + 1;
		const number = receiptNumber(this.options.till, start.epoch, this.shelf.receiptCount + 1);
		return {
			...draft,
			protocol: PROTOCOL_VERSION,
			till: this.options.till,
			writer: "page",
			chain: start.chain,
			epoch: start.epoch,
			sequence,
			previous: head?.hash ?? NO_PREVIOUS,
			...(takesReceiptNumber(draft.kind) ? { receipt_number: number } : {}),
			...(sequence === 1 && start.continues ? { continues: start.continues } : {}),
			...clockNote(draft, this.shelf.lastAt),
		};
	}

	private async startChain(continues: Head | undefined, nextEpoch: number, damaged: readonly Span[]): Promise<void> {
		const start: ChainStart = {
			chain: this.options.newChain(),
			epoch: Math.max(nextEpoch, this.shelf.highestEpoch + 1),
			format: LOG_FORMAT,
			till: this.options.till,
			...(continues ? { continues: plainHead(continues) } : {}),
			...(this.sealed.length > 0 ? { sealed: this.sealed } : {}),
			...(damaged.length > 0 ? { kept_aside: damaged } : {}),
		};
		this.append(await chainLine(start), (span) => ({ type: "chain", start, ...span }), true);
	}

	private append(line: Uint8Array, recordAt: (span: Span) => LogRecord, flush: boolean): void {
		const { file } = this.current;
		if (this.leftover !== undefined) this.takeBack(this.leftover);
		const from = file.getSize();
		try {
			writeAll(file, line);
			if (flush) file.flush();
		} catch (error) {
			if (error instanceof PosBridgeError) throw error;
			this.takeBack(from);
			throw new Rejected(
				`This computer could not keep it (${wordsOf(error)}). Nothing was recorded. Free disk space, try again.`,
				"storage",
			);
		}
		this.shelf.add(recordAt({ from, to: from + line.length }));
	}

	private takeBack(size: number): void {
		this.leftover = size;
		try {
			this.current.file.truncate(size);
			this.leftover = undefined;
			this.current.file.flush();
		} catch (error) {
			const why = wordsOf(error);
			throw new Rejected(`The daybook can't be written (${why}). Reload the till before the next sale.`, "storage");
		}
	}

	private stored(place: Place): StoredEntry {
		const wire = this.wireAt(place);
		const result = this.shelf.answer(place.id);
		return { entry: parseEntry(wire.text), wire, position: positionOf(place), ...(result && { result }) };
	}

	private wireAt({ segment, from, to, hash }: Place): WireEntry {
		const bytes = new Uint8Array(to - from);
		const file = segment === this.number ? this.current.file : this.older.get(segment);
		if (file?.read(bytes, { at: from }) !== bytes.length) {
			throw new Rejected("The daybook can't be read. Nothing is lost; reload the till.", "storage");
		}
		const line = new TextDecoder().decode(bytes);
		return { hash, text: line.slice(line.indexOf("{"), -1) };
	}
}

function shelved(reading: LogReading, segment: number): Shelf {
	const shelf = new Shelf(segment);
	for (const record of reading.records) shelf.add(record);
	return shelf;
}

function refuseForeign(shelf: Shelf, till: string): void {
	if (shelf.start && shelf.start.till !== till) {
		throw new Malformed(`This log belongs to till ${shelf.start.till}, not to ${till}.`, "wrong_till");
	}
}
