// The till's catalogue: every item in memory in columns, found by code at once and by words soon after.
// Never blocks the page for longer than a slice, and never sells from half a snapshot.

import { Columns, FRONT_ROWS, type Item } from "@/catalogue/columns";
import { LayeredSearch } from "@/catalogue/layered";
import { Slices, type Pause } from "@/catalogue/search";
import { CatalogueStore, type CatalogueShelf } from "@/catalogue/store";
import { Malformed, wordsOf } from "@/core/errors";
import { normaliseCode } from "@/core/gs1";
import type { Company, Snapshot } from "@/server/api";
import { isAnyChange, type Changes } from "@/server/changes";

export type { Item } from "@/catalogue/columns";

/** "empty": nothing to sell; "scan": codes and tiles answer; "search": words answer too. */
export type Readiness = "empty" | "scan" | "search";

export interface Progress {
	readonly done: number;
	readonly total: number;
}

export const CHUNKS_AT_A_TIME = 6;
export const GROUP_LIMIT = 500;
/** Answers with changes that are taken in one go; what is left comes with the next asking. */
export const MAX_ROUNDS = 50;
/** Kept answers after which they are put together into one. */
export const MERGE_AFTER = 40;

export class Catalogue {
	private columns: Columns | undefined;
	private index: LayeredSearch | undefined;
	/** Where the next asking for changes begins; undefined where the company has no cursor. */
	private cursor: string | undefined;
	private keptAnswers = 0;
	private awaiting = false;
	private downloading: Progress | undefined;
	private unkept: string | undefined;
	/** What is kept can't all be read. */
	private spoiled = false;
	private refreshing: Promise<boolean> | undefined;
	private answer: Snapshot | undefined;
	private manifest: Promise<Snapshot | undefined> | undefined;
	private readonly listeners = new Set<() => void>();

	constructor(
		private readonly company: Pick<Company, "snapshot" | "chunk" | "changes">,
		private readonly shelf: CatalogueShelf = new CatalogueStore(),
		private readonly pause: Pause = nextTask,
		/** Between two slices of what nobody waits for. */
		private readonly quiet: Pause = quietTask,
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

	/** The company sends its customers behind a snapshot: they are not all here until that was asked for. */
	get awaitsCustomers(): boolean {
		return this.awaiting;
	}

	/** Why this browser could not keep the catalogue for the next start; undefined if it could. */
	get notKept(): string | undefined {
		return this.unkept;
	}

	/** From IndexedDB; resolves when codes answer. False if nothing whole is kept. */
	async load(): Promise<boolean> {
		const snapshot = await this.kept();
		if (!snapshot) return false;
		const [texts, start, changes] = await Promise.all([
			this.shelf.texts(snapshot), this.shelf.start(), this.shelf.changes(snapshot),
		]);
		if (texts.length !== snapshot.chunks) return false;
		const columns = new Columns(snapshot);
		if (!columns.addKept(texts, start)) {
			if (!texts.every((text, number) => isWhole(columns, number, text))) return false;
			await this.tabulate(columns);
		}
		this.awaiting = changes.length === 0 && snapshot.cursor !== undefined;
		await this.show(columns, this.applyKept(columns, changes) ?? snapshot.cursor);
		return true;
	}

	/** The snapshot that `load` will sell from, if its chunks are all there. */
	kept(): Promise<Snapshot | undefined> {
		return (this.manifest ??= this.shelf.manifest());
	}

	/** The cursor behind the last that fits; those after it are asked for again, and the shelf is tidied with them. */
	private applyKept(columns: Columns, answers: readonly Changes[]): string | undefined {
		let cursor: string | undefined;
		this.keptAnswers = answers.length;
		try {
			for (const changes of answers) {
				columns.apply(changes);
				({ cursor } = changes);
			}
		} catch (error) {
			if (!(error instanceof Malformed)) throw error;
			this.keptAnswers = MERGE_AFTER;
		}
		return cursor;
	}

	/** Asks the company for its snapshot and fetches what is missing; resolves when codes answer. True if it changed. */
	refresh(): Promise<boolean> {
		return this.alone(() => this.fetchNewer(true));
	}

	/** Asks only for what changed, and for the snapshot where that is not enough. True if anything did. */
	poll(): Promise<boolean> {
		return this.alone(async () => {
			if (!this.answer) return this.fetchNewer(true);
			const followed = await this.follow();
			if (followed !== undefined) return followed;
			const renewed = await this.fetchNewer(false);
			// Customers left with the old one, and nobody waits a minute for them.
			if (renewed) await this.follow();
			return renewed;
		});
	}

	/** By GTIN or item code, as printed or as scanned. */
	byCode(code: string): Item | undefined {
		return this.columns?.byCode(code) ?? this.columns?.byCode(normaliseCode(code));
	}

	byItem(item: string): Item | undefined {
		return this.columns?.byItem(item);
	}

	/** At most GROUP_LIMIT items, and no more than a screen of them until words answer. */
	groupItems(group: string, limit = this.index ? GROUP_LIMIT : FRONT_ROWS): Item[] {
		return this.columns?.groupItems(group, limit) ?? [];
	}

	/** All of a template's variants that are for sale. */
	variantsOf(template: string): Item[] {
		return this.columns?.variantsOf(template) ?? [];
	}

	/** Best first; nothing while `readiness` is not "search". */
	search(text: string, limit: number): Item[] {
		const { columns, index } = this;
		return columns && index ? index.find(text, limit).flatMap((number) => columns.at(number) ?? []) : [];
	}

	/** What is left of an item, as a decimal; undefined where the company does not say. */
	available(item: string): string | undefined {
		return this.columns?.available(item);
	}

	on(_name: "change", listener: () => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	/** The first catalogue answers codes at once; a newer one replaces a whole one only when it is whole itself. */
	private async show(columns: Columns, cursor: string | undefined): Promise<void> {
		if (!this.columns) {
			this.columns = columns;
			this.cursor = cursor;
			this.changed();
			void this.quiet().then(() => this.buildIndex(columns));
			return;
		}
		const index = await LayeredSearch.build(columns, this.pause);
		this.columns = columns;
		this.cursor = cursor;
		this.index = index;
		this.changed();
	}

	private async buildIndex(columns: Columns): Promise<void> {
		try {
			const index = await LayeredSearch.build(columns, this.quiet);
			// Changes that came meanwhile.
			await index.follow(columns, this.quiet);
			if (this.columns !== columns) return;
			this.index = index;
			this.changed();
		} catch (error) {
			if (!(error instanceof Malformed)) throw error;
			// The browser spoiled a chunk: what can be read is sold until the company has sent it anew.
			this.spoiled = true;
		}
	}

	/** One asking at a time; whoever asks meanwhile gets its answer. */
	private alone(work: () => Promise<boolean>): Promise<boolean> {
		this.refreshing ??= work().finally(() => {
			this.refreshing = undefined;
		});
		return this.refreshing;
	}

	/** Takes what changed since the cursor, answer by answer; undefined if only a new snapshot helps. */
	private async follow(): Promise<boolean | undefined> {
		try {
			return this.columns && (await this.followOver(this.columns));
		} catch (error) {
			// An answer that is none, or that does not fit what is loaded.
			if (error instanceof Malformed) return undefined;
			throw error;
		}
	}

	private async followOver(columns: Columns): Promise<boolean | undefined> {
		if (this.cursor === undefined || this.spoiled) return undefined;
		for (let round = 0; round < MAX_ROUNDS; round++) {
			const changes = await this.company.changes(this.cursor);
			const other = changes.snapshot !== undefined && changes.snapshot !== columns.base.snapshot.snapshot;
			if (changes.reload || other) return undefined;
			if (!isAnyChange(changes)) {
				this.awaiting = false;
				return round > 0;
			}
			await this.take(columns, changes);
		}
		return true;
	}

	private async take(columns: Columns, changes: Changes): Promise<void> {
		columns.apply(changes);
		const merged = this.keptAnswers >= MERGE_AFTER ? columns.merged(changes.cursor) : undefined;
		this.keptAnswers = merged ? 1 : this.keptAnswers + 1;
		await this.keeping(() => this.shelf.keepChanges(columns.base.snapshot, changes, merged));
		this.cursor = changes.cursor;
		await this.index?.follow(columns, this.pause);
		this.changed();
	}

	private async fetchNewer(following: boolean): Promise<boolean> {
		const snapshot = await this.company.snapshot();
		this.answer = snapshot;
		const followed = following ? await this.follow() : undefined;
		if (followed !== undefined) return followed;
		if (snapshot.snapshot === this.snapshot?.snapshot && this.cursor === undefined && !this.spoiled) return false;
		this.unkept = undefined;
		try {
			const columns = await this.download(snapshot);
			await this.tabulate(columns);
			await this.keeping(() => this.shelf.finish(snapshot));
			this.keptAnswers = 0;
			this.awaiting = snapshot.cursor !== undefined;
			await this.show(columns, snapshot.cursor);
			this.spoiled = false;
		} finally {
			this.downloading = undefined;
			this.changed();
		}
		return true;
	}

	private async tabulate(columns: Columns): Promise<void> {
		const start = await columns.tabulate(this.pause);
		await this.keeping(() => this.shelf.keepStart(start));
	}

	private async download(snapshot: Snapshot): Promise<Columns> {
		const columns = new Columns(snapshot);
		const kept = await this.keeping(() => this.shelf.kept(snapshot));
		const slices = new Slices(this.pause);
		const missing: number[] = [];
		for (let chunk = 0; chunk < snapshot.chunks; chunk++) {
			const text = kept?.get(chunk);
			if (text === undefined || !isWhole(columns, chunk, text)) missing.push(chunk);
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

/** Adds a kept chunk; false if the browser spoiled it. */
function isWhole(columns: Columns, chunk: number, text: string): boolean {
	try {
		columns.add(chunk, text);
		return true;
	} catch (error) {
		if (!(error instanceof Malformed)) throw error;
		return false;
	}
}

interface Scheduler {
	postTask(task: () => void, options: { readonly priority: "background" }): Promise<void>;
}

/** Lets everything else go first, too: answers of the database, of workers and sockets. */
export function quietTask(): Promise<void> {
	const { scheduler } = globalThis as { readonly scheduler?: Scheduler };
	return scheduler ? scheduler.postTask(() => undefined, { priority: "background" }) : nextTask();
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
