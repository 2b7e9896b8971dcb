import { describe, expect, test } from "vitest";
import { sealEntry, type Entry, type WireEntry } from "@/core/entry";
import type { Book, StoredEntry } from "@/daybook/book";
import { Segments } from "@/daybook/segments";
import type { PushResult } from "@/server/api";
import { MemoryFolder, bookOptions, coffeeSale } from "../fakes";

const LONG = 8_000;
const DAY = "2026-11-22";

interface Opened {
	readonly folder: MemoryFolder;
	readonly segments: Segments;
	book: Book;
}

async function opened(folder = new MemoryFolder(), nextEpoch = 1): Promise<Opened> {
	const segments = new Segments(folder as unknown as FileSystemDirectoryHandle, "T1", bookOptions({ nextEpoch }), LONG);
	return { folder, segments, book: await segments.openLast() };
}

/** As the worker does it: the next segment comes after the answer. */
async function sell({ segments, book }: Opened, count: number, business_date = DAY): Promise<Entry[]> {
	const sold: Entry[] = [];
	for (let index = 0; index < count; index++) {
		sold.push((await book.record(coffeeSale({ business_date }))).entry);
		if (segments.isLong(book)) await segments.roll(book);
	}
	return sold;
}

const idsOf = (stored: readonly StoredEntry[]): string[] => stored.map(({ entry }) => entry.id);
const ids = (entries: readonly Entry[]): string[] => entries.map(({ id }) => id);
const posted = (id: string): PushResult => ({ id, outcome: "created", state: "posted", reason: "" });

function logs(folder: MemoryFolder): string[] {
	return [...folder.files].filter(([name, { bytes }]) => name.endsWith(".log") && bytes.length > 0).map(([name]) => name).sort();
}

describe("many unsent entries", () => {
	test("lie in several segments, and none of them is copied", async () => {
		const all = await opened();
		const sold = await sell(all, 30);
		expect(logs(all.folder).length).toBeGreaterThan(3);
		expect(idsOf(all.book.unsent(99))).toEqual(ids(sold));
		const written = [...all.folder.files.values()].map(({ text }) => text).join("");
		for (const { id } of sold) expect(written.split(`"id":"${id}"`)).toHaveLength(2);
	});

	test("can be followed by a sale before the older segments were read", async () => {
		const before = await opened();
		const sold = await sell(before, 30);
		const { segments, book } = await opened(before.folder.afterCrash);
		const { entry } = await book.record(coffeeSale());
		expect(entry).toMatchObject({ sequence: 31, receipt_number: "T1-1-000031", epoch: 1 });
		expect(await segments.readSealed(book)).toBe("");
		expect(idsOf(book.unsent(99))).toEqual([...ids(sold), entry.id]);
		expect(book.report.words).toEqual([]);
	});

	test("are handed out page by page in the order they were made", async () => {
		const before = await opened();
		const sold = await sell(before, 30);
		const { segments, book } = await opened(before.folder.afterCrash);
		await segments.readSealed(book);
		const paged: string[] = [];
		for (let after = -1, page = book.unsent(7, after); page.length > 0; page = book.unsent(7, after)) {
			paged.push(...idsOf(page));
			after = page.at(-1)?.position ?? 0;
		}
		expect(paged).toEqual(ids(sold));
	});

	test("become one short segment once the company has answered for them", async () => {
		const before = await opened();
		const sold = await sell(before, 30, "2026-11-20");
		await sell(before, 1, "2026-11-21");
		await sell(before, 1, "2026-11-22");
		await before.book.acknowledge(ids(sold).map(posted));
		const next = await opened(before.folder.afterCrash);
		expect(next.book.sealed.length).toBeGreaterThan(2);
		await next.segments.readSealed(next.book);
		expect(next.book.status.unsentCount).toBe(2);
		const book = await next.segments.compacted(next.book);
		expect([book.sealed, book.status.unsentCount]).toEqual([[], 2]);
		expect((await book.record(coffeeSale())).entry.sequence).toBe(33);
	});

	test("are never removed with old segments, and answered ones are", async () => {
		const all = await opened();
		await sell(all, 30);
		const before = logs(all.folder);
		await all.segments.dropOldest(all.book, 1);
		expect(logs(all.folder)).toEqual(before);
		for (const { entry } of all.book.unsent(99)) await all.book.acknowledge([posted(entry.id)]);
		await sell(all, 1, "2026-11-23");
		await sell(all, 1, "2026-11-24");
		const book = await all.segments.compacted(all.book);
		await all.segments.dropOldest(book, 1);
		expect(logs(all.folder)).toHaveLength(1);
	});

	test("in a segment that was damaged are said to be, and the others are there", async () => {
		const before = await opened();
		const sold = await sell(before, 30);
		const folder = before.folder.afterCrash;
		const { bytes } = folder.files.get("T1.000001.log") ?? { bytes: new Uint8Array() };
		bytes[bytes.length - 300] = (bytes[bytes.length - 300] ?? 0) ^ 255;
		const { segments, book } = await opened(folder);
		expect(await segments.readSealed(book)).toContain("bytes of an older part of the daybook are damaged");
		expect(book.status.unsentCount).toBe(sold.length - 1);
	});

	test("are shown by a tab that may not write", async () => {
		const before = await opened();
		const sold = await sell(before, 30);
		const { segments } = await opened(before.folder.afterCrash);
		const book = await segments.shown();
		await segments.showSealed(book);
		expect(idsOf(book.unsent(99))).toEqual(ids(sold));
	});
});

describe("the next segment", () => {
	test("that the disk refuses changes nothing", async () => {
		const all = await opened();
		for (let number = 2; number < 9; number++) {
			const file = await all.folder.getFileHandle(`T1.00000${number}.log`, { create: true });
			expect(file).toBeDefined();
			(all.folder.files.get(`T1.00000${number}.log`) ?? { capacity: 0 }).capacity = 10;
		}
		const sold = await sell(all, 20);
		expect(logs(all.folder)).toEqual(["T1.000001.log"]);
		const next = await opened(all.folder.afterCrash);
		await next.segments.readSealed(next.book);
		expect(idsOf(next.book.unsent(99))).toEqual(ids(sold));
	});

	test("counts at any moment of being written, or does not, and nothing is lost", async () => {
		const all = await opened();
		const sold = await sell(all, 12);
		const [second] = [...all.folder.files].filter(([name]) => name === "T1.000002.log");
		expect(second?.[1].bytes.length).toBeGreaterThan(0);
		for (let size = 0; size <= (second?.[1].bytes.length ?? 0); size += 41) {
			const folder = all.folder.afterCrash;
			const cut = folder.files.get("T1.000002.log");
			if (cut) cut.bytes = cut.bytes.slice(0, size);
			const { segments, book } = await opened(folder);
			await segments.readSealed(book);
			const known = idsOf(book.unsent(99));
			expect(known).toEqual(ids(sold).slice(0, known.length));
			expect((await book.record(coffeeSale())).entry.sequence).toBe(known.length + 1);
		}
	});

	test("whose first line is damaged still gives up its entries, and a new chain goes on behind them", async () => {
		const before = await opened();
		const sold = await sell(before, 8);
		const last = logs(before.folder).at(-1) ?? "";
		const folder = before.folder.afterCrash;
		const { bytes } = folder.files.get(last) ?? { bytes: new Uint8Array() };
		bytes[70] = (bytes[70] ?? 0) ^ 1;
		const { segments, book } = await opened(folder, 2);
		await segments.readSealed(book);
		expect(idsOf(book.unsent(99))).toEqual(ids(sold));
		const { entry } = await book.record(coffeeSale());
		expect(entry).toMatchObject({ sequence: 1, epoch: 2, continues: { sequence: sold.length } });
		const again = await opened(folder.afterCrash, 2);
		await again.segments.readSealed(again.book);
		expect(idsOf(again.book.unsent(99))).toEqual([...ids(sold), entry.id]);
		expect((await again.book.record(coffeeSale())).entry).toMatchObject({ sequence: 2, epoch: 2 });
	});
});

describe("what agent or company give back", () => {
	async function given(): Promise<{ sold: Entry[]; wires: WireEntry[] }> {
		const sold = await sell(await opened(), 3);
		return { sold, wires: await Promise.all(sold.map(sealEntry)) };
	}

	test("stands before the new chain, with what the company said", async () => {
		const { sold, wires } = await given();
		const all = await opened(new MemoryFolder(), 2);
		await sell(all, 1);
		const results = [posted(sold[0]?.id ?? ""), posted(sold[1]?.id ?? ""), undefined];
		const book = await all.segments.restored(all.book, wires.map((wire, at) => ({ wire, ...(results[at] && { result: results[at] }) })));
		expect(book.find(sold[0]?.id ?? "")?.result?.state).toBe("posted");
		expect(idsOf(book.unsent(9))[0]).toBe(sold[2]?.id);
		expect(book.status.unsentCount).toBe(2);
		expect((await book.record(coffeeSale())).entry).toMatchObject({ sequence: 2, epoch: 2, receipt_number: "T1-2-000002" });
		expect((await opened(all.folder.afterCrash)).book.report.words).toEqual([]);
	});

	test("is kept once, however often it comes", async () => {
		const { sold, wires } = await given();
		const all = await opened(new MemoryFolder(), 2);
		const once = await all.segments.restored(all.book, wires.map((wire) => ({ wire })));
		const twice = await all.segments.restored(once, [...wires, ...wires].map((wire) => ({ wire })));
		expect(idsOf(twice.unsent(99))).toEqual(ids(sold));
		expect(twice.find(sold[2]?.id ?? "")?.entry.id).toBe(sold[2]?.id);
	});
});

describe("what the till has open", () => {
	test("lies beside the log, the latest in place of what was there", async () => {
		const { folder, segments } = await opened();
		expect(await segments.readOpen()).toBe("");
		await segments.keepOpen('{"cart":"a longer one"}', false);
		await segments.keepOpen('{"cart":"ä"}', true);
		expect(await segments.readOpen()).toBe('{"cart":"ä"}');
		expect(await (await opened(folder.afterCrash)).segments.readOpen()).toBe('{"cart":"ä"}');
	});
});
