// The log's files in the origin-private file system: numbered segments, of which the last whole one is written to.
// Never writes to a file that was only just created (a power cut can take such a file away), and never to an older one.

import { Rejected, wordsOf } from "@/core/errors";
import { Book, type BookOptions, type Restored, type Segment } from "@/daybook/book";
import { ShownFile, readAll, writeAll, type LogFile } from "@/daybook/file";
import { hasChain } from "@/daybook/log";

/** About 1,500 sales: verified in less than a tenth of a second at start. */
export const SEGMENT_BYTES = 2 * 1024 * 1024;
/** Older segments hold only what the company has answered for, or what was carried over. */
export const KEPT_SEGMENTS = 100;
/** So many are kept of them when the browser has little room left. */
export const KEPT_WHEN_FULL = 2;
const HANDLE_RETRY_MS = 50;
/** For 15 seconds: the lock says that no other tab writes, so whoever has the file is on its way out. */
const HANDLE_TRIES = 300;

/** TypeScript's DOM library leaves the listing of a folder out. */
interface ListedFolder extends FileSystemDirectoryHandle {
	keys(): AsyncIterableIterator<string>;
}

export class Segments {
	private asideFile: LogFile | undefined;
	private openFile: LogFile | undefined;

	constructor(
		private readonly folder: FileSystemDirectoryHandle,
		private readonly till: string,
		private readonly options: BookOptions,
		private readonly segmentBytes = SEGMENT_BYTES,
	) {}

	/** True if the next entry belongs into the next segment. */
	isLong(book: Book): boolean {
		return book.size > this.segmentBytes;
	}

	/** The last whole segment, verified; older ones that it names are read by `readSealed`. */
	async openLast(): Promise<Book> {
		const number = await this.lastNumber();
		let book = await Book.open(await this.segment(number), await this.aside(), this.options);
		for (const later of await this.numbers()) {
			if (later > number) await book.adoptUnstarted(await this.segment(later));
		}
		const apart = book.nextNumber > number + 1;
		if (book.sealed.length === 0 && !apart) book = await this.compacted(book);
		if (apart || this.isLong(book)) await this.roll(book);
		await this.makeNext(book);
		return book;
	}

	/** Reads what the book's segment names; words for the cashier if something there does not verify. */
	async readSealed(book: Book): Promise<string> {
		let damaged = 0;
		for (const number of book.unread) damaged += await book.adopt(await this.segment(number));
		return damaged === 0 ? "" : `${damaged} bytes of an older part of the daybook are damaged. Tell your support.`;
	}

	/**
	 * A new segment with all that counts, if that is so little that not every start copies it again; else the same book.
	 * Only once all segments were read.
	 */
	async compacted(book: Book): Promise<Book> {
		const old = this.isLong(book) || book.sealed.length > 0;
		const worth = book.carriedBytes <= this.segmentBytes / 2;
		const next = old && worth ? await this.carried(book, []) : undefined;
		return next ?? book;
	}

	/** The next segment, which also holds what agent or company gave back. Rejected if the disk refuses it. */
	async restored(book: Book, more: readonly Restored[]): Promise<Book> {
		const next = await this.carried(book, more);
		if (!next) throw new Rejected("There is no room to keep what was given back. Free disk space.", "storage");
		return next;
	}

	/** Goes on in the next segment; where the disk refuses it, all stays as it was. Rejected if even that is unsure. */
	async roll(book: Book): Promise<void> {
		const next = await this.segment(book.nextNumber);
		try {
			await book.seal(next);
		} catch (error) {
			const unsure = next.file.getSize() > 0;
			next.file.close();
			if (unsure) throw new Rejected(`The daybook can't go on (${wordsOf(error)}). Reload the till.`, "storage");
			return;
		}
		await this.makeNext(book);
	}

	/** What the writer's files say now, for a tab that may not write. */
	async shown(): Promise<Book> {
		for (const number of (await this.numbers()).reverse()) {
			const bytes = await this.shownBytes(number);
			if (await hasChain(bytes)) return Book.readOnly({ number, file: new ShownFile(bytes) }, this.options);
		}
		return Book.readOnly({ number: 1, file: new ShownFile(new Uint8Array()) }, this.options);
	}

	/** The sealed segments of a book that only shows. */
	async showSealed(book: Book): Promise<string> {
		for (const number of book.unread) await book.adopt({ number, file: new ShownFile(await this.shownBytes(number)) });
		return "";
	}

	/** Removes the oldest segments that hold nothing that counts. */
	async dropOldest(book: Book, kept = KEPT_SEGMENTS): Promise<void> {
		const live = new Set(book.sealed);
		for (const number of await this.numbers()) {
			if (number <= book.number - kept && !live.has(number)) await this.folder.removeEntry(this.nameOf(number));
		}
	}

	/** Keeps what the till has open beside the log, in place of what was kept there before. */
	async keepOpen(text: string, flush: boolean): Promise<void> {
		const file = await this.openSaleFile();
		file.truncate(0);
		writeAll(file, new TextEncoder().encode(text));
		if (flush) file.flush();
	}

	/** What `keepOpen` kept last; "" if that is nothing. It may have been cut by a kill. */
	async readOpen(): Promise<string> {
		return new TextDecoder().decode(readAll(await this.openSaleFile()));
	}

	private async openSaleFile(): Promise<LogFile> {
		this.openFile ??= await this.open(`${this.till}.open`);
		return this.openFile;
	}

	/** The next segment's book; undefined if the disk refuses it, which leaves all as it was. */
	private async carried(book: Book, more: readonly Restored[]): Promise<Book | undefined> {
		const next = await this.segment(book.nextNumber);
		try {
			await book.carryOver(next.file, more);
		} catch {
			// A full disk, most likely. The old segment goes on; without its last line the new one does not count.
			next.file.close();
			return undefined;
		}
		book.close();
		const opened = await Book.open(next, await this.aside(), this.options, book.report);
		await this.makeNext(opened);
		return opened;
	}

	/** The file of the next segment exists before it is needed. */
	private async makeNext(book: Book): Promise<void> {
		await this.folder.getFileHandle(this.nameOf(book.nextNumber), { create: true });
	}

	/** The highest number with a whole chain line; else the highest with anything in it; else 1. */
	private async lastNumber(): Promise<number> {
		let damaged: number | undefined;
		for (const number of (await this.numbers()).reverse()) {
			const bytes = await this.shownBytes(number);
			if (await hasChain(bytes)) return number;
			if (bytes.length > 0) damaged ??= number;
		}
		return damaged ?? 1;
	}

	private async numbers(): Promise<number[]> {
		const numbers: number[] = [];
		for await (const name of (this.folder as ListedFolder).keys()) {
			const number = new RegExp(`^${this.till}\\.([0-9]{6})\\.log$`).exec(name)?.[1];
			if (number !== undefined) numbers.push(Number(number));
		}
		return numbers.sort((a, b) => a - b);
	}

	private nameOf(number: number): string {
		return `${this.till}.${String(number).padStart(6, "0")}.log`;
	}

	private async shownBytes(number: number): Promise<Uint8Array> {
		const handle = await this.folder.getFileHandle(this.nameOf(number));
		return new Uint8Array(await (await handle.getFile()).arrayBuffer());
	}

	private async segment(number: number): Promise<Segment> {
		return { number, file: await this.open(this.nameOf(number)) };
	}

	/** Where bytes go that are cut or do not verify. */
	private async aside(): Promise<LogFile> {
		this.asideFile ??= await this.open(`${this.till}.aside`);
		return this.asideFile;
	}

	/** A browser that was killed lets go of its files a moment later. */
	private async open(name: string): Promise<LogFile> {
		const handle = await this.folder.getFileHandle(name, { create: true });
		for (let tries = 1; ; tries++) {
			try {
				return await handle.createSyncAccessHandle();
			} catch (error) {
				const busy = error instanceof DOMException && error.name === "NoModificationAllowedError";
				if (!busy) throw error;
				if (tries === HANDLE_TRIES) {
					throw new Rejected(`The daybook's file is in use (${wordsOf(error)}). Close other tabs, then reload.`, "storage");
				}
				await new Promise((resolve) => setTimeout(resolve, HANDLE_RETRY_MS));
			}
		}
	}
}
