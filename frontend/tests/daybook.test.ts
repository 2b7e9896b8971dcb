import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NO_PREVIOUS, newId, openWire } from "@/core/entry";
import { Malformed, Rejected } from "@/core/errors";
import { Book } from "@/daybook/book";
import { hasChain } from "@/daybook/log";
import { SEGMENT_REACH } from "@/daybook/shelf";
import type { PushResult } from "@/server/api";
import { MemoryFile, bookOptions, coffeeSale, noSale } from "./fakes";

interface Opened {
	readonly book: Book;
	readonly file: MemoryFile;
	readonly aside: MemoryFile;
}

async function opened(file = new MemoryFile(), nextEpoch = 1, aside = new MemoryFile()): Promise<Opened> {
	return { book: await Book.open({ number: 1, file }, aside, bookOptions({ nextEpoch })), file, aside };
}

const reopened = ({ file, aside }: Opened) => opened(new MemoryFile(file.bytes.slice()), 1, aside);

async function withEntries(count: number): Promise<Opened> {
	const all = await opened();
	for (let index = 0; index < count; index++) await all.book.record(index % 2 ? noSale() : coffeeSale());
	return all;
}

const posted = (id: string, more: Partial<PushResult> = {}): PushResult => ({
	id, outcome: "created", state: "posted", reason: "", ...more,
});

describe("recording", () => {
	test("chains each entry to the one before, from 64 zeros on", async () => {
		const { book } = await opened();
		const first = await book.record(noSale());
		const second = await book.record(noSale());
		expect([first.entry.sequence, first.entry.previous]).toEqual([1, NO_PREVIOUS]);
		expect([second.entry.sequence, second.entry.previous]).toEqual([2, first.wire.hash]);
		expect(await openWire(second.wire)).toEqual(second.entry);
	});

	test("flushes exactly once per entry", async () => {
		const { book, file } = await opened();
		const before = file.flushes;
		await book.record(coffeeSale());
		expect(file.flushes - before).toBe(1);
	});

	test("the same id again answers with the first and adds nothing", async () => {
		const { book, file } = await opened();
		const draft = coffeeSale();
		const first = await book.record(draft);
		const size = file.getSize();
		const again = await book.record({ ...draft, cashier: "Noor" });
		expect([again.outcome, again.wire, file.getSize()]).toEqual(["exists", first.wire, size]);
	});

	test("numbers sales without gaps, and nothing else", async () => {
		const { book } = await opened();
		const numbers = [];
		for (const draft of [coffeeSale(), noSale(), coffeeSale()]) numbers.push((await book.record(draft)).entry.receipt_number);
		expect(numbers).toEqual(["T1-1-000001", undefined, "T1-1-000002"]);
	});

	test("a return that takes nothing back is refused, and its number is not used up", async () => {
		const { book } = await opened();
		await expect(book.record(coffeeSale({ kind: "return" }))).rejects.toThrow(Rejected);
		expect((await book.record(coffeeSale())).entry.receipt_number).toBe("T1-1-000001");
	});

	test("a sale that does not add up is refused, and its number is not used up", async () => {
		const { book, file } = await opened();
		const size = file.getSize();
		const wrong = coffeeSale({ body: { ...coffeeSale().body, total_minor: 299 } });
		await expect(book.record(wrong)).rejects.toThrow(Rejected);
		expect(file.getSize()).toBe(size);
		expect((await book.record(coffeeSale())).entry.receipt_number).toBe("T1-1-000001");
	});

	test("an entry that the company would not read is refused before it is written", async () => {
		const { book, file } = await opened();
		const size = file.getSize();
		await expect(book.record(noSale({ business_date: "yesterday" }))).rejects.toThrow(Malformed);
		await expect(book.record(noSale({ body: { reason: "x".repeat(256 * 1024) } }))).rejects.toThrow("256 KiB");
		expect(file.getSize()).toBe(size);
	});

	test("a name cannot break a line of the log", async () => {
		const all = await opened();
		const { entry } = await all.book.record(noSale({ body: { reason: "a\nE \u2028 \u0000 🍵 \u001bp" } }));
		expect((await reopened(all)).book.find(entry.id)?.entry).toEqual(entry);
	});
});

describe("a clock that went back", () => {
	const noon = noSale({ occurred_at: "2026-11-22T12:00:00.000+01:00" });
	const before = (more = {}) => noSale({ occurred_at: "2026-11-22T10:59:30.000Z", ...more });

	test("is noted on the entry, also after a restart and in a new segment", async () => {
		const all = await opened();
		await all.book.record(noon);
		const file = new MemoryFile();
		await all.book.carryOver(file);
		for (const { book } of [all, await reopened(all), await opened(file)]) {
			expect((await book.record(before())).entry.clock).toEqual({ back_ms: 30_000 });
		}
	});

	test("is noted beside what else is known of it, and a second of play is not", async () => {
		const { book } = await opened();
		await book.record(noon);
		const clock = { ahead_ms: -9_000, against: "company" as const };
		expect((await book.record(before({ clock }))).entry.clock).toEqual({ ...clock, back_ms: 30_000 });
		const { entry } = await book.record(noSale({ occurred_at: "2026-11-22T10:59:29.000Z" }));
		expect("clock" in entry).toBe(false);
	});
});

describe("a disk that fails", () => {
	test.each<[string, (file: MemoryFile) => void]>([
		["is full", (file) => (file.capacity = file.getSize() + 40)],
		["cannot flush", (file) => (file.failFlush = true)],
	])("and %s leaves nothing half-recorded", async (_, spoil) => {
		const all = await withEntries(2);
		const size = all.file.getSize();
		spoil(all.file);
		const draft = coffeeSale();
		await expect(all.book.record(draft)).rejects.toThrow(Rejected);
		expect(all.file.getSize()).toBe(size);
		Object.assign(all.file, { capacity: Number.POSITIVE_INFINITY, failFlush: false });
		expect((await all.book.record(draft)).entry).toMatchObject({ sequence: 3, receipt_number: "T1-1-000002" });
		expect((await reopened(all)).book.report.words).toEqual([]);
	});

	test("and cannot even take back is said to need a reload, and the torn write is cut then", async () => {
		const all = await withEntries(2);
		Object.assign(all.file, { capacity: all.file.getSize() + 40, failTruncate: true });
		await expect(all.book.record(coffeeSale())).rejects.toThrow("Reload the till");
		const { book } = await reopened(all);
		expect(book.report).toMatchObject({ entries: 2, cutBytes: 40, newChain: false });
	});

	test("and could not take back takes nothing more until it can: an entry behind that line would be a fork", async () => {
		const all = await withEntries(2);
		Object.assign(all.file, { failFlush: true, failTruncate: true });
		await expect(all.book.record(coffeeSale())).rejects.toThrow("Reload the till");
		Object.assign(all.file, { failFlush: false });
		await expect(all.book.record(coffeeSale())).rejects.toThrow("Reload the till");
		Object.assign(all.file, { failTruncate: false });
		expect((await all.book.record(coffeeSale())).entry).toMatchObject({ sequence: 3, receipt_number: "T1-1-000002" });
		expect((await reopened(all)).book.report).toMatchObject({ entries: 3, newChain: false, words: [] });
	});
});

describe("opening again", () => {
	test("goes on in the same chain with the next number", async () => {
		const all = await withEntries(3);
		const { book } = await reopened(all);
		expect(book.report).toEqual({ entries: 3, cutBytes: 0, damagedBytes: 0, newChain: false, words: [] });
		expect(book.status.head).toEqual(all.book.status.head);
		expect((await book.record(coffeeSale())).entry).toMatchObject({ sequence: 4, receipt_number: "T1-1-000003" });
	});

	test("still knows the ids that were recorded", async () => {
		const all = await opened();
		const draft = coffeeSale();
		await all.book.record(draft);
		expect((await (await reopened(all)).book.record(draft)).outcome).toBe("exists");
	});

	test("after a cut at any byte keeps every whole entry and cuts the rest", async () => {
		const all = await withEntries(4);
		const ends = all.book.unsent(10).map(({ position }) => position % SEGMENT_REACH);
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: ends[0] ?? 0, max: all.file.getSize() }), async (size) => {
				const { book } = await opened(new MemoryFile(all.file.bytes.slice(0, size)));
				const whole = [...ends.slice(1), all.file.getSize()].filter((end) => end <= size).length;
				expect(book.report).toMatchObject({ entries: whole, damagedBytes: 0, newChain: false });
				expect((await book.record(noSale())).entry.sequence).toBe(whole + 1);
			}),
			{ numRuns: 60 },
		);
	});

	test("after a power cut that left zeros at the end cuts them", async () => {
		const all = await withEntries(2);
		const longer = new Uint8Array(all.file.getSize() + 4096);
		longer.set(all.file.bytes);
		const { book, aside } = await opened(new MemoryFile(longer));
		expect(book.report).toMatchObject({ entries: 2, cutBytes: 4096, newChain: false });
		expect(aside.getSize()).toBeGreaterThan(4096);
	});

	test("after any changed byte loses at most one entry, keeps the damage aside and names the last good head", async () => {
		const all = await withEntries(5);
		const before = all.book.unsent(10);
		const last = before.at(-1);
		const region = { min: (before[0]?.position ?? 0) % SEGMENT_REACH, max: ((last?.position ?? 0) % SEGMENT_REACH) - 2 };
		await fc.assert(
			fc.asyncProperty(fc.integer(region), async (at) => {
				const bytes = all.file.bytes.slice();
				bytes[at] = (bytes[at] ?? 0) ^ 0x01;
				const damaged = await opened(new MemoryFile(bytes));
				expect(damaged.book.report.entries).toBeGreaterThanOrEqual(3);
				expect(damaged.book.report.damagedBytes).toBeGreaterThan(0);
				expect(damaged.aside.getSize()).toBeGreaterThan(damaged.book.report.damagedBytes);
				const { entry } = await damaged.book.record(coffeeSale());
				const head = { chain: last?.entry.chain, sequence: 5, hash: last?.wire.hash };
				expect(entry).toMatchObject({ sequence: 1, epoch: 2, receipt_number: "T1-2-000001", continues: head });
				expect((await reopened(damaged)).book.report).toMatchObject({ damagedBytes: 0, newChain: false, words: [] });
			}),
			{ numRuns: 60 },
		);
	});

	test("after a line was cut out whole starts a new chain as well", async () => {
		const all = await withEntries(3);
		const lines = all.file.text.split("\n");
		lines.splice(2, 1);
		const { book } = await opened(new MemoryFile(new TextEncoder().encode(lines.join("\n"))));
		expect(book.report).toMatchObject({ entries: 2, newChain: true });
		expect(book.status.epoch).toBe(2);
		expect(book.report.words).toHaveLength(1);
	});

	test("without a log starts at the epoch that others say is free, and names what they know", async () => {
		const continues = { chain: newId(), sequence: 7, hash: "a".repeat(64) };
		const options = bookOptions({ nextEpoch: 4, continues });
		const book = await Book.open({ number: 1, file: new MemoryFile() }, new MemoryFile(), options);
		expect((await book.record(coffeeSale())).entry).toMatchObject({ receipt_number: "T1-4-000001", continues });
	});

	test("the log of another till is refused untouched", async () => {
		const { file } = await withEntries(1);
		const size = file.getSize();
		await expect(Book.open({ number: 1, file }, new MemoryFile(), bookOptions({ till: "T2" }))).rejects.toThrow("belongs to till T1");
		expect(file.getSize()).toBe(size);
	});
});

describe("others that know our chain", () => {
	test("further than our log does make us start a new one that names their head", async () => {
		const { book } = await withEntries(2);
		const chain = book.status.head?.chain ?? "";
		const ahead = { chain, sequence: 3, hash: "b".repeat(64) };
		expect(await book.compareHeads([ahead], 5)).toBe(true);
		expect((await book.record(coffeeSale())).entry).toMatchObject({ sequence: 1, epoch: 5, continues: ahead });
	});

	test("with another entry in our place make us start a new one, too", async () => {
		const { book } = await withEntries(2);
		const chain = book.status.head?.chain ?? "";
		expect(await book.compareHeads([{ chain, sequence: 1, hash: "b".repeat(64) }], 2)).toBe(true);
	});

	test("as far as we do, or less, change nothing", async () => {
		const { book, file } = await withEntries(3);
		const size = file.getSize();
		const heads = book.unsent(9).map(({ entry, wire }) => ({ chain: entry.chain, sequence: entry.sequence, hash: wire.hash, epoch: 1 }));
		expect(await book.compareHeads([...heads, { chain: newId(), sequence: 8, hash: "c".repeat(64), epoch: 7 }], 8)).toBe(false);
		expect(file.getSize()).toBe(size);
	});

	test("as the epoch of another chain make us leave it, so that no receipt number is used twice", async () => {
		const { book } = await withEntries(1);
		expect(await book.compareHeads([{ chain: newId(), sequence: 8, hash: "c".repeat(64), epoch: 1 }], 2)).toBe(true);
		expect(book.status.epoch).toBe(2);
	});
});

describe("what shows others that we are the till", () => {
	test("is the newest entries, and ever fewer of those behind them", async () => {
		const { book } = await withEntries(12);
		expect(book.spread(9).map(({ sequence }) => sequence)).toEqual([12, 11, 9, 5]);
		expect(book.spread(2).map(({ sequence }) => sequence)).toEqual([12, 11]);
		expect(book.spread(1)).toEqual([book.status.head]);
	});
});

describe("the company's answers", () => {
	test("take an entry off what is unsent, and survive reopening", async () => {
		const all = await withEntries(3);
		const [first] = all.book.unsent(1);
		await all.book.acknowledge([posted(first?.entry.id ?? "")]);
		expect(all.book.status.unsentCount).toBe(2);
		const { book } = await reopened(all);
		expect(book.status.unsentCount).toBe(2);
		expect(book.find(first?.entry.id ?? "")?.result?.state).toBe("posted");
	});

	test("are not flushed by themselves, and a repetition writes nothing", async () => {
		const { book, file } = await withEntries(1);
		const result = posted(book.unsent(1)[0]?.entry.id ?? "");
		const flushes = file.flushes;
		await book.acknowledge([result]);
		const size = file.getSize();
		await book.acknowledge([{ ...result, outcome: "exists" }]);
		expect([file.getSize(), file.flushes]).toEqual([size, flushes]);
	});

	test("for ids that we never had are ignored", async () => {
		const { book, file } = await withEntries(1);
		const size = file.getSize();
		await book.acknowledge([posted(newId())]);
		expect(file.getSize()).toBe(size);
	});

	test("that need a person are kept with their reason", async () => {
		const all = await withEntries(2);
		const [first, second] = all.book.unsent(2).map(({ entry }) => entry.id);
		const held = posted(first ?? "", { state: "held", reason: "Item C1 is disabled." });
		await all.book.acknowledge([held, posted(second ?? "")]);
		expect((await reopened(all)).book.troubled()).toEqual([held]);
	});
});

describe("a new segment", () => {
	const days = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];

	/** One sale a day; the company has answered for all but the first. */
	async function rolled() {
		const old = await opened();
		const drafts = days.map((business_date) => coffeeSale({ business_date }));
		for (const draft of drafts) await old.book.record(draft);
		await old.book.acknowledge(drafts.slice(1).map(({ id }) => posted(id, { state: "held", reason: "no" })));
		const file = new MemoryFile();
		await old.book.carryOver(file);
		return { old, drafts, file, next: await opened(file) };
	}

	test("goes on with the chain and the receipt numbers of the one before", async () => {
		const { old, next } = await rolled();
		expect(next.book.report).toMatchObject({ newChain: false, damagedBytes: 0, words: [] });
		expect(next.book.status.head).toEqual(old.book.status.head);
		const { entry } = await next.book.record(coffeeSale());
		expect(entry).toMatchObject({ sequence: 5, epoch: 1, receipt_number: "T1-1-000005", previous: old.book.status.head?.hash });
		expect((await reopened(next)).book.report.words).toEqual([]);
	});

	test("brings what is unsent, the last two days and their answers, and leaves the rest", async () => {
		const { next, drafts } = await rolled();
		const found = drafts.map(({ id }) => next.book.find(id)?.entry.business_date);
		expect(found).toEqual(["2026-11-19", undefined, "2026-11-21", "2026-11-22"]);
		expect(next.book.unsent(9).map(({ entry }) => entry.id)).toEqual([drafts[0]?.id]);
		expect(next.book.troubled()).toHaveLength(2);
	});

	test("still answers a repeated Pay with the first", async () => {
		const { next, drafts } = await rolled();
		expect((await next.book.record(drafts[3] ?? coffeeSale())).outcome).toBe("exists");
	});

	test("of a segment that was carried over itself goes on as well", async () => {
		const { next } = await rolled();
		const file = new MemoryFile();
		await next.book.carryOver(file);
		expect((await (await opened(file)).book.record(coffeeSale())).entry.receipt_number).toBe("T1-1-000005");
	});

	test("counts only once its last line is whole", async () => {
		const { file } = await rolled();
		expect(await hasChain(file.bytes)).toBe(true);
		for (let size = 0; size < file.getSize(); size += 97) expect(await hasChain(file.bytes.slice(0, size))).toBe(false);
	});

	test("is not confused by a company that is further behind than it reaches back", async () => {
		const { old, next } = await rolled();
		const second = old.book.entriesOf("2026-11-20")[0];
		const head = { chain: second?.entry.chain ?? "", sequence: 2, hash: second?.wire.hash ?? "" };
		expect(await next.book.compareHeads([head], 2)).toBe(false);
	});
});

test("unsent entries come oldest first, and go on behind the last one", async () => {
	const { book } = await withEntries(5);
	const first = book.unsent(2);
	const rest = book.unsent(10, first[1]?.position);
	expect([...first, ...rest].map(({ entry }) => entry.sequence)).toEqual([1, 2, 3, 4, 5]);
});

test("entries are found by their business date", async () => {
	const { book } = await opened();
	await book.record(noSale({ business_date: "2026-11-21" }));
	const { entry } = await book.record(noSale());
	expect(book.entriesOf("2026-11-22").map((stored) => stored.entry)).toEqual([entry]);
});

test("a tab that may not write reads a log with a torn tail as it is", async () => {
	const { file } = await withEntries(2);
	const shown = new MemoryFile(file.bytes.slice(0, -5));
	const book = await Book.readOnly({ number: 1, file: shown }, bookOptions());
	expect([book.report.entries, shown.getSize()]).toEqual([1, file.getSize() - 5]);
});
