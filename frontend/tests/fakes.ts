// The other side of every border of the engine, in memory: a log file, the company and the agent.
// Never cuts a corner of a rule: the fake company judges as pos_bridge/core/daybook.py does, and vectors hold it to that.

import type { AgentEvents, AgentState, Welcome } from "@/agent/connection";
import { newId, openWire, parseEntry, type Entry, type EntryDraft, type Head, type WireEntry } from "@/core/entry";
import { PosBridgeError, Rejected, Retryable } from "@/core/errors";
import { Book, type BookOptions, type Sendable, type StoredEntry } from "@/daybook/book";
import type { LogFile } from "@/daybook/file";
import type { PushAnswer, PushResult } from "@/server/api";

/** A file that can be cut, spoilt and full; `flushes` counts, `lost()` is what a power cut leaves. */
export class MemoryFile implements LogFile {
	flushes = 0;
	capacity = Number.POSITIVE_INFINITY;
	failFlush = false;
	failTruncate = false;

	constructor(public bytes = new Uint8Array()) {}

	getSize(): number {
		return this.bytes.length;
	}

	read(into: Uint8Array, { at }: { at: number }): number {
		const part = this.bytes.subarray(at, at + into.length);
		into.set(part);
		return part.length;
	}

	write(bytes: Uint8Array, { at }: { at: number }): number {
		const fits = bytes.subarray(0, Math.max(0, this.capacity - at));
		const larger = new Uint8Array(Math.max(this.bytes.length, at + fits.length));
		larger.set(this.bytes);
		larger.set(fits, at);
		this.bytes = larger;
		return fits.length;
	}

	truncate(size: number): void {
		if (this.failTruncate) throw new Error("truncate failed");
		this.bytes = this.bytes.slice(0, size);
	}

	flush(): void {
		if (this.failFlush) throw new Error("flush failed");
		this.flushes += 1;
	}

	close(): void {}

	get text(): string {
		return new TextDecoder().decode(this.bytes);
	}
}

/** What segments.ts uses of a folder in the origin-private file system; its files outlive the handles on them. */
export class MemoryFolder {
	readonly files = new Map<string, MemoryFile>();
	readonly open = new Set<string>();

	/** The folder as the next start finds it. */
	get afterCrash(): MemoryFolder {
		const next = new MemoryFolder();
		for (const [name, { bytes }] of this.files) next.files.set(name, new MemoryFile(bytes.slice()));
		return next;
	}

	async *keys(): AsyncIterableIterator<string> {
		yield* [...this.files.keys()];
	}

	async removeEntry(name: string): Promise<void> {
		this.files.delete(name);
	}

	async getFileHandle(name: string, options?: { create?: boolean }) {
		if (!this.files.has(name) && !options?.create) throw new DOMException("not there", "NotFoundError");
		const file = this.files.get(name) ?? new MemoryFile();
		this.files.set(name, file);
		return {
			createSyncAccessHandle: async () => this.handleOn(name, file),
			getFile: async () => ({ arrayBuffer: async () => file.bytes.slice().buffer }),
		};
	}

	/** One handle on a file at a time, as in a browser. */
	private handleOn(name: string, file: MemoryFile): LogFile {
		if (this.open.has(name)) throw new DOMException("in use", "NoModificationAllowedError");
		this.open.add(name);
		const handle = Object.create(file) as MemoryFile;
		for (const key of ["bytes", "flushes"] as const) {
			Object.defineProperty(handle, key, { get: () => file[key], set: (value: never) => void (file[key] = value) });
		}
		handle.close = () => void this.open.delete(name);
		return handle;
	}
}

export function noSale(more: Partial<EntryDraft> = {}): EntryDraft {
	return {
		id: newId(), kind: "no_sale", cashier: "Ada", business_date: "2026-11-22",
		occurred_at: "2026-11-22T12:00:00.000+01:00", body: { reason: "change" }, ...more,
	};
}

export function coffeeSale(more: Partial<EntryDraft> = {}): EntryDraft {
	const line = {
		item: "C1", name: "Coffee", quantity: "1", unit: "Nos", price_minor: 300, rates: {},
		rate_minor: 300, amount_minor: 300, net_minor: 300,
	};
	const body = {
		currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [], lines: [line], net_minor: 300,
		tax_minor: 0, round_off_minor: 0, total_minor: 300,
		tenders: [{ tender: "Cash", kind: "cash", amount_minor: 300 }], change_minor: 0,
	};
	return noSale({ kind: "sale", body, ...more });
}

export function bookOptions(more: Partial<BookOptions> = {}): BookOptions {
	return { till: "T1", nextEpoch: 1, newChain: newId, ...more };
}

/** A PageDaybook without a worker: the same Book, on files in memory. */
export class MemoryDaybook {
	failAcknowledge = false;

	private constructor(private readonly book: Book) {}

	static async open(file = new MemoryFile()): Promise<MemoryDaybook> {
		return new MemoryDaybook(await Book.open({ number: 1, file }, new MemoryFile(), bookOptions()));
	}

	get unsentCount(): number {
		return this.book.status.unsentCount;
	}

	get oldestUnsentAt(): string | undefined {
		return this.book.status.oldestUnsentAt;
	}

	get epoch(): number {
		return this.book.status.epoch;
	}

	record(draft: EntryDraft) {
		return this.book.record(draft);
	}

	async recordMany(count: number, make: (index: number) => EntryDraft = () => noSale()): Promise<WireEntry[]> {
		const wires: WireEntry[] = [];
		for (let index = 0; index < count; index++) wires.push((await this.book.record(make(index))).wire);
		return wires;
	}

	async acknowledge(results: readonly PushResult[]): Promise<void> {
		if (this.failAcknowledge) throw new Rejected("disk full", "storage");
		await this.book.acknowledge(results);
	}

	async unsent(limit: number, after?: number): Promise<readonly StoredEntry[]> {
		return this.book.unsent(limit, after);
	}

	async sendable(limit: number, after?: number): Promise<readonly Sendable[]> {
		return this.book.sendable(limit, after);
	}

	async unsentIds(limit: number): Promise<readonly string[]> {
		return this.book.unsentIds(limit);
	}

	async unpostedOf(credit: string): Promise<readonly StoredEntry[]> {
		return this.book.unpostedOf(credit);
	}

	async troubled(): Promise<readonly PushResult[]> {
		return this.book.troubled();
	}

	async compareHeads(heads: readonly Head[], nextEpoch: number): Promise<boolean> {
		return this.book.compareHeads(heads, nextEpoch);
	}

	on(): () => void {
		return () => undefined;
	}
}

const OTHER_BODY = "Another entry with the same id is recorded already; the first stays, this one is kept here.";

/** Any daybook of another hop: keeps what comes, once, and says what it did. */
class FakeShelf {
	readonly recorded = new Map<string, { entry: Entry; wire: WireEntry }>();
	readonly quarantine: WireEntry[] = [];

	constructor(private readonly till: string) {}

	async record(wire: WireEntry): Promise<PushResult> {
		let entry: Entry;
		try {
			entry = await openWire(wire);
		} catch (error) {
			if (!(error instanceof PosBridgeError)) throw error;
			return this.setAside(wire, "", "quarantined", error.message);
		}
		if (entry.till !== this.till) return this.setAside(wire, "", "quarantined", "The entry says another till.");
		const found = this.recorded.get(entry.id);
		if (found?.wire.hash === wire.hash) return { id: entry.id, outcome: "exists", state: "waiting", reason: "" };
		if (found) return this.setAside(wire, entry.id, "conflict", OTHER_BODY);
		const fork = this.forkOf(entry, wire);
		if (fork) return this.setAside(wire, entry.id, "quarantined", fork);
		this.recorded.set(entry.id, { entry, wire });
		return { id: entry.id, outcome: "created", state: "waiting", reason: "" };
	}

	private setAside(wire: WireEntry, id: string, outcome: "conflict" | "quarantined", reason: string): PushResult {
		if (!this.quarantine.some((kept) => kept.hash === wire.hash && kept.text === wire.text)) this.quarantine.push(wire);
		return { id, outcome, state: "quarantined", reason };
	}

	private forkOf(entry: Entry, wire: WireEntry): string {
		const at = (sequence: number) =>
			[...this.recorded.values()].find((each) => each.entry.chain === entry.chain && each.entry.sequence === sequence);
		if (at(entry.sequence)) return `fork: number ${entry.sequence} of its chain is taken by another entry.`;
		const before = at(entry.sequence - 1);
		if (before && before.wire.hash !== entry.previous) return "fork: it does not follow its predecessor.";
		const behind = at(entry.sequence + 1);
		return behind && behind.entry.previous !== wire.hash ? "fork: its successor does not follow it." : "";
	}
}

/** The company behind HTTP: can be away, can lose its answers, can hold or find an entry too large. */
export class FakeCompany {
	readonly shelf: FakeShelf;
	readonly sizes: number[] = [];
	away = false;
	loseAnswers = 0;
	mostEntries = Number.POSITIVE_INFINITY;
	refuse: Rejected | undefined;
	readonly tooLarge = new Set<string>();
	readonly held = new Map<string, string>();

	constructor(till = "T1") {
		this.shelf = new FakeShelf(till);
	}

	async push(entries: readonly WireEntry[]): Promise<PushAnswer> {
		if (this.away) throw new Retryable("The company's server can't be reached.", "network");
		if (this.refuse) throw this.refuse;
		this.sizes.push(entries.length);
		const isTooLarge = entries.some(({ hash }) => this.tooLarge.has(hash)) || entries.length > this.mostEntries;
		if (isTooLarge) throw new Rejected("The push is larger than it may be; nothing was taken.", "too_large");
		const results: PushResult[] = [];
		for (const wire of entries) results.push(this.judged(await this.shelf.record(wire)));
		if (this.loseAnswers > 0) {
			this.loseAnswers -= 1;
			throw new Retryable("The answer was lost.", "network");
		}
		return { protocol: 1, till: "T1", results, gaps: [] };
	}

	get ids(): string[] {
		return [...this.shelf.recorded.keys()];
	}

	private judged(result: PushResult): PushResult {
		const reason = this.held.get(result.id);
		return reason === undefined ? result : { ...result, state: "held", reason };
	}
}

type Listener = (event: never) => void;

/** The agent behind its WebSocket: can go away, fall silent or refuse, and forwards only when told to. */
export class FakeAgent {
	readonly shelf = new FakeShelf("T1");
	state: AgentState = "away";
	awaySince: number | undefined = performance.now();
	refuse: PosBridgeError | undefined;
	calls = 0;
	readonly answered = new Map<string, PushResult>();
	/** Ids that it puts aside. */
	readonly broken = new Set<string>();
	heads: readonly Head[] = [];
	private readonly listeners = new Map<keyof AgentEvents, Set<Listener>>();

	get welcome(): Welcome {
		return { till: "T1", agent: "0.1.0", heads: this.heads, next_epoch: 9, printers: [], unforwarded: 0 };
	}

	come(): void {
		this.state = "online";
		this.awaySince = undefined;
		this.emit("state", { state: "online" });
	}

	leave(): void {
		this.state = "away";
		this.awaySince = performance.now();
		this.emit("state", { state: "away" });
	}

	async record(entries: readonly WireEntry[]): Promise<readonly PushResult[]> {
		this.calls += 1;
		if (this.state !== "online") throw new Retryable("away", "agent_away");
		if (this.refuse) throw this.refuse;
		const results: PushResult[] = [];
		for (const wire of entries) {
			const { id } = parseEntry(wire.text);
			const aside = { id: "", outcome: "quarantined", state: "quarantined", reason: "fork: said the agent" } as const;
			results.push(this.broken.has(id) ? aside : await this.shelf.record(wire));
		}
		return results;
	}

	async acknowledged(ids: readonly string[]): Promise<readonly PushResult[]> {
		return ids.flatMap((id) => this.answered.get(id) ?? []);
	}

	/** The company answered the agent for all it has. */
	async forward(company: FakeCompany): Promise<void> {
		const wires = [...this.shelf.recorded.values()].map(({ wire }) => wire);
		const { results } = await company.push(wires);
		for (const result of results) this.answered.set(result.id, result);
		this.emit("acknowledged", { results });
	}

	on<Name extends keyof AgentEvents>(name: Name, listener: (event: AgentEvents[Name]) => void): () => void {
		const listeners = this.listeners.get(name) ?? new Set<Listener>();
		this.listeners.set(name, listeners.add(listener));
		return () => listeners.delete(listener);
	}

	private emit<Name extends keyof AgentEvents>(name: Name, event: AgentEvents[Name]): void {
		for (const listener of this.listeners.get(name) ?? []) (listener as (event: AgentEvents[Name]) => void)(event);
	}
}
