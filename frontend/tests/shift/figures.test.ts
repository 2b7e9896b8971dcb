// What a shift comes to at the till: from its own entries, and never more than they tell.

import { beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_COLUMNS } from "@/core/receipt";
import { REPORT_LABELS, documentOfReport } from "@/core/report/layout";
import type { KnownShift, StoredEntry } from "@/daybook/daybook";
import { Book } from "@/daybook/book";
import { compared, figuresOf, leftAfter, type ShiftFigures } from "@/shift/figures";
import type { Desk } from "@/till/checkout";
import { closeShift, moveCash, openShift } from "@/shift/records";
import { openDrawer, record } from "@/till/checkout";
import { Clock } from "@/till/clock";
import { newId } from "@/core/entry";
import { MemoryFile, bookOptions, coffeeSale } from "../fakes";

const EURO = { currency: "EUR", currency_precision: 2 };

let book: Book;
let desk: Desk;
let kicked: string[];

beforeEach(async () => {
	book = await Book.open({ number: 1, file: new MemoryFile() }, new MemoryFile(), bookOptions());
	kicked = [];
	desk = {
		snapshot: { currency: "EUR", currency_precision: 2 },
		cashier: "Ada",
		daybook: { get shift() { return book.status.shift; }, record: (draft: never) => book.record(draft) },
		clock: new Clock(),
		pusher: { deliver: async () => "agent" },
		agent: { state: "online", kick: async ({ entry }: { entry: string }) => void kicked.push(entry) },
	} as unknown as Desk;
});

const open = (minor = 15_000) => openShift(desk, newId(), [{ tender: "Cash", counted_minor: minor }]);
const sell = () => record(desk, "sale", newId(), coffeeSale().body);

function figures(shift = book.shifts()[0]): ShiftFigures {
	return figuresOf(shift as KnownShift, book.ofShift(shift?.shift ?? ""), () => "Drinks", EURO) ?? expect.unreachable();
}

describe("what is recorded", () => {
	test("names the open shift, and nothing where none is open", async () => {
		const before = await sell();
		const { entry } = await open();
		const after = await sell();
		await moveCash(desk, newId(), "safe_drop", { tender: "Cash", amount_minor: 5000, reason: "" });
		await openDrawer(desk, "change");
		await closeShift(desk, newId(), entry.id, [{ tender: "Cash", counted_minor: 10_300 }], "");
		const later = await sell();
		const shiftOf = ({ entry: { body } }: { entry: { body: object } }) => (body as { shift?: string }).shift;
		expect([before, after, later].map(shiftOf)).toEqual([undefined, entry.id, undefined]);
		expect(book.ofShift(entry.id).slice(1).map(shiftOf)).toEqual([entry.id, entry.id, entry.id, entry.id]);
	});

	test("has the protocol's bodies", async () => {
		const { entry } = await open();
		await moveCash(desk, newId(), "deposit", { tender: "Cash", amount_minor: 700, reason: "Bag 12" });
		await moveCash(desk, newId(), "from_safe", { tender: "Cash", amount_minor: 300, reason: "" });
		const euro = { currency: "EUR", currency_precision: 2 };
		expect(entry.body).toEqual({ ...euro, float: [{ tender: "Cash", counted_minor: 15_000 }] });
		expect(book.ofShift(entry.id).slice(1).map(({ entry: { kind, body } }) => [kind, body])).toEqual([
			["cash_out", { ...euro, tender: "Cash", amount_minor: 700, purpose: "deposit", reason: "Bag 12", shift: entry.id }],
			["cash_in", { ...euro, tender: "Cash", amount_minor: 300, purpose: "safe", shift: entry.id }],
		]);
	});

	test("opens the drawer once it is recorded, and is recorded once", async () => {
		const id = newId();
		await open();
		const moved = { tender: "Cash", amount_minor: 700, reason: "" };
		const twice = [await moveCash(desk, id, "safe_drop", moved), await moveCash(desk, id, "safe_drop", moved)];
		expect(twice.map(({ entry, drawer }) => [entry.id, drawer])).toEqual([[id, true], [id, true]]);
		expect(book.ofShift(book.status.shift ?? "").length).toBe(2);
		expect(kicked).toContain(id);
	});

	test("is recorded with the agent away: then the drawer has a key", async () => {
		(desk.agent as { state: string }).state = "away";
		expect((await open()).drawer).toBe(false);
		expect(book.status.shift).toBeDefined();
	});
});

describe("a count", () => {
	test("is compared with float, sales and money that moved", async () => {
		await open();
		await sell();
		await moveCash(desk, newId(), "petty_cash", { tender: "Cash", amount_minor: 450, reason: "Postage" });
		const [cash, card] = compared(figures(), [{ tender: "Cash", counted_minor: 14_800 }, { tender: "Card", counted_minor: 100 }]);
		expect(cash).toEqual({ tender: "Cash", counted_minor: 14_800, expected_minor: 14_850, difference_minor: -50 });
		expect(card).toEqual({ tender: "Card", counted_minor: 100, expected_minor: 0, difference_minor: 100 });
	});

	test("is compared with nothing while the opening, or an entry between, is not here", async () => {
		const { entry } = await open();
		await sell();
		await sell();
		const counts = [{ tender: "Cash", counted_minor: 15_600 }];
		const all = book.ofShift(entry.id);
		const [known] = book.shifts();
		const without = (at: number): ShiftFigures => {
			const { opening, ...rest } = known as KnownShift;
			const stored = all.filter((_, index) => index !== at);
			return figuresOf({ ...rest, ...(at !== 0 && opening && { opening }) }, stored, () => undefined, EURO) ?? expect.unreachable();
		};
		expect([without(0).knowsFloat, without(1).knowsFloat, without(1).isWhole]).toEqual([false, true, false]);
		for (const at of [0, 1]) expect(compared(without(at), counts)).toEqual(counts);
		expect(compared(without(9), counts)[0]?.difference_minor).toBe(0);
	});

	test("is made without the opening, whatever the first entry is that is here", async () => {
		const { entry } = await open();
		await openDrawer(desk, "change");
		const [known] = book.shifts();
		const withoutOpening = (): ShiftFigures | undefined => {
			const { opening: _, ...rest } = known as KnownShift;
			return figuresOf(rest, book.ofShift(entry.id).slice(1), () => "", { currency: "CHF", currency_precision: 2 });
		};
		expect(withoutOpening()?.report.currency).toBe("CHF");
		await sell();
		expect(withoutOpening()?.report).toMatchObject({ currency: "EUR", tenders: [{ tender: "Cash", received_minor: 300 }] });
	});

	test("knows of cash that was taken beside a shift while it was open", async () => {
		const { entry, wire } = await book.record({ ...coffeeSale(), id: newId() });
		await open();
		await sell();
		expect(figures().beside_minor).toBe(0);
		const beside: StoredEntry = { entry: { ...entry, id: newId() }, wire, position: 1 };
		const stored = [...book.ofShift(book.status.shift ?? ""), beside];
		expect(figuresOf(book.shifts()[0] as KnownShift, stored, () => "", EURO)?.beside_minor).toBe(300);
	});

	test("that is being made is told of by what moved last", async () => {
		await open();
		const before = figures().lastMoved;
		const { entry } = await sell();
		expect([before, figures().lastMoved]).toEqual(["", entry.id]);
	});
});

test("what is left in a drawer is what was counted, and what moved since", async () => {
	const { entry } = await open();
	await closeShift(desk, newId(), entry.id, [{ tender: "Cash", counted_minor: 15_000 }], "");
	const since = [
		(await sell()).entry,
		(await moveCash(desk, newId(), "safe_drop", { tender: "Cash", amount_minor: 5000, reason: "" })).entry,
		(await moveCash(desk, newId(), "safe_drop", { tender: "Purse", amount_minor: 100, reason: "" })).entry,
	];
	expect(leftAfter(15_000, "Cash", since, { currency: "EUR", currency_precision: 2 })).toBe(10_300);
});

describe("on paper", () => {
	const words = (shown: ShiftFigures, blind: boolean): string => {
		const document = documentOfReport(shown.report, { shop: "Shop", address: [], columns: DEFAULT_COLUMNS }, REPORT_LABELS, blind);
		return JSON.stringify(document);
	};

	test("a blind X says nothing of what should be there, and all the rest", async () => {
		await open();
		await sell();
		expect(words(figures(), false)).toContain("Expected");
		const blind = words(figures(), true);
		expect(blind).not.toContain("Expected");
		expect(blind).not.toContain("153.00");
		for (const word of ["X REPORT", "Float", "150.00", "Received", "Drinks"]) expect(blind).toContain(word);
	});

	test("a Z has count and difference", async () => {
		const { entry } = await open();
		await closeShift(desk, newId(), entry.id, [{ tender: "Cash", counted_minor: 14_900, denominations: [["5000", 2], ["4900", 1]] }], "Lost");
		const z = words(figures(), false);
		for (const word of ["Z REPORT", "149.00", "-1.00", "Lost", "Pieces"]) expect(z).toContain(word);
	});
});
