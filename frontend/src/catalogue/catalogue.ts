// The till's catalogue: every item in memory in columns, found by code at once and by words soon after.
// Never blocks the page for longer than a slice, and never sells from half a snapshot.

import { Columns, type Item } from "@/catalogue/columns";
import { SearchIndex, Slices, type Pause } from "@/catalogue/search";
import { CatalogueStore, type CatalogueShelf } from "@/catalogue/store";
import { wordsOf } from "@/core/errors";
import { normaliseCode } from "@/core/gs1";
import type { Company, Snapshot } from "@/server/api";

export type { Item } from "@/catalogue/columns";

/** "empty": nothing to sell; "scan": codes and tiles answer; "search": words answer too. */
export type Readiness = "empty" | "scan" | "search";

export interface Progress {
	readonly done: number;
	readonly total: number;
}

export const CHUNKS_AT_A_TIME = 6;
export const GROUP_LIMIT = 500;

export class Catalogue {
	private columns: Columns | undefined;
	private index: SearchIndex | undefined;
	private downloading: Progress | undefined;
	private unkept: string | undefined;
	private refreshing: Promise<boolean> | undefined;
	private answer: Snapshot | undefined;
	private readonly listeners = new Set<() => void>();

	constructor(
		private readonly company: Pick<Company, "snapshot" | "chunk">,
		private readonly shelf: CatalogueShelf = new CatalogueStore(),
		private readonly pause: Pause = nextTask,
	) {}

	get snapshot(): Snapshot | undefined {
		return this.columns?.snapshot;
	}

	/** What the company answered last, also while its items are still on their way. */
	get newest(): Snapshot | undefined {
		return this.answer;
	}

	get size(): number {
		return this.columns?.size ?? 0;
	}

	/** Chunks of the snapshot that is being downloaded; undefined when none is. */
	get progress(): Progress | undefined {
		return this.downloading;
	}

	get readiness(): Readiness {
		if (!this.columns) return "empty";
		return this.index ? "search" : "scan";
	}

	/** Why this browser could not keep the catalogue for the next start; undefined if it could. */
	get notKept(): string | undefined {
		return this.unkept;
	}

	/** From IndexedDB; resolves when codes answer. False if nothing whole is kept. */
	async load(): Promise<boolean> {
		const snapshot = await this.shelf.manifest();
		if (!snapshot) return false;
		const texts = await this.shelf.texts(snapshot);
		if (texts.length !== snapshot.chunks) return false;
		const columns = new Columns(snapshot);
		await columns.addAll(texts, this.pause);
		await this.show(columns);
		return true;
	}

	/** Asks the company for its snapshot and fetches what is missing; resolves when codes answer. True if it changed. */
	refresh(): Promise<boolean> {
		this.refreshing ??= this.fetchNewer().finally(() => {
			this.refreshing = undefined;
		});
		return this.refreshing;
	}

	/** By GTIN or item code, as printed or as scanned. */
	byCode(code: string): Item | undefined {
		return this.columns?.byCode(code) ?? this.columns?.byCode(normaliseCode(code));
	}

	byItem(item: string): Item | undefined {
		return this.columns?.byItem(item);
	}

	groupItems(group: string, limit = GROUP_LIMIT): Item[] {
		return this.columns?.groupItems(group, limit) ?? [];
	}

	/** Best first; nothing while `readiness` is not "search". */
	search(text: string, limit: number): Item[] {
		const { columns, index } = this;
		return columns && index ? index.find(text, limit).map((number) => columns.at(number)) : [];
	}

	on(_name: "change", listener: () => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	/** The first catalogue answers codes at once; a newer one replaces a whole one only when it is whole itself. */
	private async show(columns: Columns): Promise<void> {
		const previous = this.columns;
		if (!previous) {
			this.columns = columns;
			this.changed();
			void this.pause().then(() => this.buildIndex(columns));
			return;
		}
		const index = await SearchIndex.build(columns, this.pause);
		this.columns = columns;
		this.index = index;
		this.changed();
	}

	private async buildIndex(columns: Columns): Promise<void> {
		const index = await SearchIndex.build(columns, this.pause);
		if (this.columns !== columns) return;
		this.index = index;
		this.changed();
	}

	private async fetchNewer(): Promise<boolean> {
		const snapshot = await this.company.snapshot();
		this.answer = snapshot;
		if (snapshot.snapshot === this.snapshot?.snapshot) return false;
		this.unkept = undefined;
		try {
			const columns = await this.download(snapshot);
			await this.keeping(() => this.shelf.finish(snapshot));
			await this.show(columns);
		} finally {
			this.downloading = undefined;
			this.changed();
		}
		return true;
	}

	private async download(snapshot: Snapshot): Promise<Columns> {
		const columns = new Columns(snapshot);
		const kept = await this.keeping(() => this.shelf.kept(snapshot));
		const slices = new Slices(this.pause);
		const missing: number[] = [];
		for (let chunk = 0; chunk < snapshot.chunks; chunk++) {
			const text = kept?.get(chunk);
			if (text === undefined) missing.push(chunk);
			else columns.add(chunk, text);
			await slices.rest();
		}
		this.advance(snapshot.chunks - missing.length, snapshot.chunks);
		const fetchers = Array.from({ length: CHUNKS_AT_A_TIME }, () => this.fetchChunks(snapshot, missing, columns));
		const ends = await Promise.allSettled(fetchers);
		for (const end of ends) if (end.status === "rejected") throw end.reason;
		return columns;
	}

	/** One of several that take from the same list until it is empty; the first failure empties it. */
	private async fetchChunks(snapshot: Snapshot, missing: number[], columns: Columns): Promise<void> {
		try {
			for (let chunk = missing.shift(); chunk !== undefined; chunk = missing.shift()) {
				await this.fetchChunk(snapshot, chunk, columns);
			}
		} finally {
			missing.length = 0;
		}
	}

	private async fetchChunk(snapshot: Snapshot, chunk: number, columns: Columns): Promise<void> {
		const text = await this.company.chunk(snapshot.snapshot, chunk);
		columns.add(chunk, text);
		await this.keeping(() => this.shelf.keepChunk(snapshot, chunk, text));
		this.advance((this.downloading?.done ?? 0) + 1, snapshot.chunks);
	}

	/** A browser that can't keep the catalogue can still sell from it until it is closed; `notKept` says so. */
	private async keeping<T>(work: () => Promise<T>): Promise<T | undefined> {
		if (this.unkept !== undefined) return undefined;
		try {
			return await work();
		} catch (error) {
			// IndexedDB fails in many classes (quota, corruption, private mode); all mean the same here.
			this.unkept = wordsOf(error);
			return undefined;
		}
	}

	private advance(done: number, total: number): void {
		this.downloading = { done, total };
		this.changed();
	}

	private changed(): void {
		for (const listener of this.listeners) listener();
	}
}

/** Lets input and painting go first; a message is not slowed down as timers are. */
function nextTask(): Promise<void> {
	return new Promise((resolve) => {
		const channel = new MessageChannel();
		channel.port1.onmessage = () => {
			channel.port1.close();
			resolve();
		};
		channel.port2.postMessage(undefined);
	});
}
