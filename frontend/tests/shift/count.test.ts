// Counting a drawer: what is typed, what it comes to, and which pieces a currency has.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAmount } from "@/core/money";
import { piecesOf } from "@/shift/count/denominations";
import { emptyDraft, pieceField, readAll, readCount, totalField, type CountDraft, type CountedTender } from "@/shift/count/draft";

const PIECES = [5000, 2000, 200, 50];
const CASH: CountedTender = { tender: "Cash", isCash: true, pieces: PIECES };
const CARD: CountedTender = { tender: "Card", isCash: false };
const parse = (text: string) => parseAmount(text, 2, "en");

function typed(pieces: Readonly<Record<number, string>>, total?: string): CountDraft {
	const texts = Object.fromEntries(Object.entries(pieces).map(([minor, text]) => [pieceField("Cash", Number(minor)), text]));
	return { texts: { ...texts, ...(total !== undefined && { [totalField("Cash")]: total }) }, byPieces: { Cash: total === undefined } };
}

describe("a tender's count", () => {
	test("adds notes and coins up, and names those that are there", () => {
		expect(readCount(typed({ 5000: "2", 50: "3", 200: "" }), CASH, parse)).toEqual({
			kind: "counted", count: { tender: "Cash", counted_minor: 10_150, denominations: [["5000", 2], ["50", 3]] },
		});
	});

	test("may be nothing, if that was typed", () => {
		expect(readCount(typed({ 5000: "0" }), CASH, parse)).toEqual({ kind: "counted", count: { tender: "Cash", counted_minor: 0 } });
		expect(readCount(typed({}), CASH, parse)).toEqual({ kind: "empty" });
		expect(readCount(typed({}, "0"), CASH, parse)).toEqual({ kind: "counted", count: { tender: "Cash", counted_minor: 0 } });
	});

	test("is read as people write amounts", () => {
		for (const [text, minor] of [["1.000,00", 100_000], ["1,000.00", 100_000], ["12,5", 1250], [" 7 ", 700]] as const) {
			expect(readCount(typed({}, text), CASH, parse)).toEqual({ kind: "counted", count: { tender: "Cash", counted_minor: minor } });
		}
	});

	test("is refused where it is no number of pieces, or no amount", () => {
		for (const text of ["1.5", "-1", "x", "4006381333931", "😀"]) expect(readCount(typed({ 5000: text }), CASH, parse).kind).toBe("bad");
		for (const text of ["-1", "x", "1.2.3"]) expect(readCount(typed({}, text), CASH, parse).kind).toBe("bad");
	});

	test("comes to its pieces, however many there are", () => {
		fc.assert(fc.property(fc.array(fc.nat(99_999), { minLength: 4, maxLength: 4 }), (numbers) => {
			const reading = readCount(typed(Object.fromEntries(PIECES.map((minor, at) => [minor, String(numbers[at])]))), CASH, parse);
			if (reading.kind !== "counted") return expect.unreachable();
			const { counted_minor, denominations = [] } = reading.count;
			expect(denominations.reduce((sum, [minor, number]) => sum + Number(minor) * number, 0)).toBe(counted_minor);
			expect(denominations.every(([, number]) => number > 0)).toBe(true);
		}));
	});
});

describe("all tenders", () => {
	test("want cash, and leave the others to the cashier", () => {
		expect(readAll(emptyDraft(), [CASH, CARD], parse)).toEqual({ counts: [], missing: "Cash" });
		const { counts, missing } = readAll(typed({ 5000: "1" }), [CASH, CARD], parse);
		expect([counts.map(({ tender }) => tender), missing]).toEqual([["Cash"], undefined]);
	});

	test("name the one that has to be typed anew", () => {
		const draft = typed({ 5000: "1" });
		draft.texts[totalField("Card")] = "12,3,4";
		expect(readAll(draft, [CASH, CARD], parse).bad).toBe("Card");
	});
});

describe("the pieces of a currency", () => {
	test("are whole minor units, falling, each once", () => {
		for (const [currency, precision] of [["EUR", 2], ["USD", 2], ["JPY", 0], ["GBP", 2], ["CHF", 2], ["INR", 2], ["SEK", 2]] as const) {
			const { notes, coins } = piecesOf(currency, precision) ?? expect.unreachable();
			for (const pieces of [notes, coins]) {
				expect(pieces.every((minor) => Number.isSafeInteger(minor) && minor > 0)).toBe(true);
				expect(pieces).toEqual([...new Set(pieces)].sort((one, other) => other - one));
			}
		}
		expect(piecesOf("EUR", 2)?.coins.at(-1)).toBe(1);
		expect(piecesOf("JPY", 0)?.notes[0]).toBe(10_000);
	});

	test("are not guessed", () => {
		expect(piecesOf("XTS", 2)).toBeUndefined();
	});
});
