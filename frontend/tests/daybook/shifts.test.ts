// Which shift is open, derived from entries alone, whatever became of the files they lay in.

import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { newId, type Entry, type EntryDraft } from "@/core/entry";
import { Book } from "@/daybook/book";
import { Shifts } from "@/daybook/shifts";
import { MemoryFile, bookOptions, coffeeSale, noSale } from "../fakes";

const EURO = { currency: "EUR", currency_precision: 2 };

function opening(more: Partial<EntryDraft> = {}): EntryDraft {
	return noSale({ kind: "shift_open", body: { ...EURO, float: [{ tender: "Cash", counted_minor: 15000 }] }, ...more });
}

function closing(shift: string, more: Partial<EntryDraft> = {}): EntryDraft {
	return noSale({ kind: "shift_close", body: { ...EURO, shift, counted: [{ tender: "Cash", counted_minor: 15000 }], note: "" }, ...more });
}

function saleIn(shift: string, more: Partial<EntryDraft> = {}): EntryDraft {
	return coffeeSale({ body: { ...coffeeSale().body, shift }, ...more });
}

let book: Book;
let file: MemoryFile;
const open = (from = new MemoryFile(), number = 1) => Book.open({ number, file: from }, new MemoryFile(), bookOptions());

beforeEach(async () => {
	file = new MemoryFile();
	book = await open(file);
});

describe("the open shift", () => {
	test("is the one that was opened and not closed, also for the next start", async () => {
		expect(book.status.shift).toBeUndefined();
		const { entry } = await book.record(opening());
		expect(book.status.shift).toBe(entry.id);
		expect((await open(new MemoryFile(file.bytes.slice()))).status.shift).toBe(entry.id);
		await book.record(closing(entry.id));
		expect(book.status.shift).toBeUndefined();
		expect((await open(new MemoryFile(file.bytes.slice()))).status.shift).toBeUndefined();
	});

	test("is known before an older segment is read", async () => {
		const { entry } = await book.record(opening());
		const next = new MemoryFile();
		await book.seal({ number: 2, file: next });
		const restarted = await open(new MemoryFile(next.bytes.slice()), 2);
		expect(restarted.status.shift).toBe(entry.id);
		await restarted.adopt({ number: 1, file: new MemoryFile(file.bytes.slice()) });
		expect(restarted.ofShift(entry.id).map((each) => each.entry.id)).toEqual([entry.id]);
		await restarted.record(closing(entry.id));
		const last = new MemoryFile();
		await restarted.seal({ number: 3, file: last });
		expect((await open(new MemoryFile(last.bytes.slice()), 3)).status.shift).toBeUndefined();
	});

	test("is carried with all its entries, however long it lasts and whatever the company answered", async () => {
		const day = (number: number) => ({ business_date: `2026-11-0${number}`, occurred_at: `2026-11-0${number}T12:00:00.000+01:00` });
		const before = await book.record(coffeeSale(day(1)));
		const { entry } = await book.record(opening(day(1)));
		const ids = [before.entry.id, entry.id];
		for (let number = 2; number <= 6; number++) ids.push((await book.record(saleIn(entry.id, day(number)))).entry.id);
		await book.acknowledge(ids.map((id) => ({ id, outcome: "created", state: "posted", reason: "" })));
		const next = new MemoryFile();
		await book.carryOver(next);
		const carried = await open(new MemoryFile(next.bytes.slice()), 2);
		expect(carried.status.shift).toBe(entry.id);
		expect(carried.ofShift(entry.id).map((each) => each.entry.id)).toEqual(ids.slice(1));
	});

	test("comes back with what agent or company gave back, between newer entries of a new chain", async () => {
		const { entry, wire } = await book.record(opening());
		const sale = await book.record(saleIn(entry.id));
		const fresh = await Book.open({ number: 1, file: new MemoryFile() }, new MemoryFile(), bookOptions({ nextEpoch: 101 }));
		await fresh.record(coffeeSale());
		const next = new MemoryFile();
		await fresh.carryOver(next, [{ wire }, { wire: sale.wire }]);
		const restored = await open(new MemoryFile(next.bytes.slice()), 2);
		expect(restored.status.shift).toBe(entry.id);
		expect(restored.ofShift(entry.id).map(({ entry: { kind } }) => kind)).toEqual(["shift_open", "sale", "sale"]);
	});

	test("is known by a sale that names it, where its opening was lost", async () => {
		const shift = newId();
		await book.record(saleIn(shift));
		expect(book.status.shift).toBe(shift);
		expect(book.shifts()).toEqual([{ shift }]);
	});

	test("ends where another one is opened, and does not begin again when that is closed", async () => {
		const first = await book.record(opening());
		const second = await book.record(opening());
		expect(book.status.shift).toBe(second.entry.id);
		await book.record(closing(second.entry.id));
		expect(book.status.shift).toBeUndefined();
		expect(book.shifts().map(({ shift }) => shift)).toEqual([second.entry.id, first.entry.id]);
	});

	test("has between its opening and its closing also what names no shift, and nothing before or after", async () => {
		await book.record(noSale());
		const { entry } = await book.record(opening());
		await book.record(noSale());
		await book.record(closing(entry.id));
		await book.record(coffeeSale());
		expect(book.ofShift(entry.id).map(({ entry: { kind } }) => kind)).toEqual(["shift_open", "no_sale", "shift_close"]);
	});
});

test("the order in which entries are read makes no difference", async () => {
	const recorded: Entry[] = [];
	for (let shift = 0; shift < 3; shift++) {
		const { entry } = await book.record(opening());
		recorded.push(entry, (await book.record(saleIn(entry.id))).entry);
		if (shift !== 1) recorded.push((await book.record(closing(entry.id))).entry, (await book.record(closing(entry.id))).entry);
	}
	const read = (entries: readonly Entry[]) => {
		const shifts = new Shifts();
		for (const entry of entries) shifts.add(entry);
		return [shifts.open, shifts.listed];
	};
	fc.assert(fc.property(fc.shuffledSubarray(recorded, { minLength: recorded.length }), (some) => {
		expect(read(some)).toEqual(read(recorded));
	}));
});
