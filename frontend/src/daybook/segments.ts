// The log's files in the origin-private file system: numbered segments, of which the last whole one is written to.
// Never writes to a file that was only just created: a power cut can take such a file away.

import { Rejected, wordsOf } from "@/core/errors";
import { Book, type BookOptions } from "@/daybook/book";
import { ShownFile, type LogFile } from "@/daybook/file";
import { hasChain } from "@/daybook/log";

/** About 1,500 sales: verified in less than a tenth of a second at start. */
export const SEGMENT_BYTES = 2 * 1024 * 1024;
/** Older segments hold only what the company has answered for, or what was carried over. */
export const KEPT_SEGMENTS = 100;
const HANDLE_RETRY_MS = 50;
const HANDLE_TRIES = 40;

/** TypeScript's DOM library leaves the listing of a folder out. */
interface ListedFolder extends FileSystemDirectoryHandle {
	keys(): AsyncIterableIterator<string>;
}

export class Segments {
	constructor(
		private readonly folder: FileSystemDirectoryHandle,
		private readonly till: string,
	) {}

	/** The last whole segment, verified; a long one is followed by the next. */
	async openLast(options: BookOptions): Promise<Book> {
		const number = await this.lastNumber();
		const aside = await this.open(`${this.till}.aside`);
		let book = await Book.open(await this.open(this.nameOf(number)), aside, options);
		let current = number;
		if (book.isWorthCarryingOver(SEGMENT_BYTES)) {
			const next = await this.followed(book, aside, options, number + 1);
			if (next) [book, current] = [next, number + 1];
		}
		await this.folder.getFileHandle(this.nameOf(current + 1), { create: true });
		await this.dropOldest(current);
		return book;
	}

	/** What the writer's file says now, for a tab that may not write. */
	async shownLast(): Promise<LogFile> {
		for (const number of (await this.numbers()).reverse()) {
			const bytes = await this.shownBytes(number);
			if (await hasChain(bytes)) return new ShownFile(bytes);
		}
		return new ShownFile(new Uint8Array());
	}

	/** The next segment; undefined if the disk refuses it, which leaves all as it was. */
	private async followed(book: Book, aside: LogFile, options: BookOptions, number: number): Promise<Book | undefined> {
		const file = await this.open(this.nameOf(number));
		try {
			await book.carryOver(file);
		} catch {
			// A full disk, most likely. The long segment goes on; without its last line the new one does not count.
			file.close();
			return undefined;
		}
		book.close();
		return Book.open(file, aside, options, book.report);
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

	private async dropOldest(current: number): Promise<void> {
		for (const number of await this.numbers()) {
			if (number <= current - KEPT_SEGMENTS) await this.folder.removeEntry(this.nameOf(number));
		}
	}

	private nameOf(number: number): string {
		return `${this.till}.${String(number).padStart(6, "0")}.log`;
	}

	private async shownBytes(number: number): Promise<Uint8Array> {
		const handle = await this.folder.getFileHandle(this.nameOf(number));
		return new Uint8Array(await (await handle.getFile()).arrayBuffer());
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
