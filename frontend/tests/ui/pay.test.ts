import { describe, expect, it } from "vitest";
import type { Tender } from "@/core/sale";
import { pressKey, pressText, type KeypadKey } from "@/pay/keys";
import { addTender, settle, takesCash } from "@/pay/payment";
import { QUICK_CASH_LIMIT, quickCash } from "@/pay/quickCash";

const cash = (amount_minor: number): Tender => ({ tender: "Cash", kind: "cash", amount_minor });
const card = (amount_minor: number): Tender => ({ tender: "Card", kind: "card", amount_minor });

describe("quick cash amounts", () => {
	it("are the next sums in notes of the currency", () => {
		expect(quickCash(3598, "EUR", 2)).toEqual([4000, 5000, 10000, 20000]);
		expect(quickCash(1230, "EUR", 2)).toEqual([1500, 2000, 5000, 10000]);
		expect(quickCash(1230, "USD", 2)).toEqual([1300, 1500, 2000, 5000]);
	});

	it("know a currency without minor units", () => {
		expect(quickCash(1280, "JPY", 0)).toEqual([2000, 5000, 10000]);
	});

	it("leave out the exact amount, which has its own button", () => {
		expect(quickCash(2000, "EUR", 2)).not.toContain(2000);
		expect(quickCash(2000, "EUR", 2)).toEqual([5000, 10000, 20000]);
	});

	it("rise, cover the amount and stay within the limit for any amount", () => {
		for (let due = 1; due < 60_000; due += 37) {
			for (const currency of ["EUR", "INR", "XXX"]) {
				const sums = quickCash(due, currency, 2);
				expect(sums.length).toBeLessThanOrEqual(QUICK_CASH_LIMIT);
				expect(sums.every((sum, index) => sum > (sums[index - 1] ?? due))).toBe(true);
			}
		}
	});

	it("are none when nothing is due", () => {
		expect(quickCash(0, "EUR", 2)).toEqual([]);
	});
});

describe("settling a sale", () => {
	it("knows what is still due while it is not paid in full", () => {
		expect(settle(1000, [card(400)])).toEqual({ given_minor: 400, remaining_minor: 600, change_minor: 0, settled: false });
	});

	it("gives change for cash above the total", () => {
		expect(settle(1230, [cash(2000)])).toEqual({ given_minor: 2000, remaining_minor: 0, change_minor: 770, settled: true });
	});

	it("is settled at once when there is nothing to pay", () => {
		expect(settle(0, []).settled).toBe(true);
	});

	it("adds cash to cash but keeps two card payments apart", () => {
		expect(addTender([cash(500)], cash(300))).toEqual([cash(800)]);
		expect(addTender([card(500)], card(300))).toEqual([card(500), card(300)]);
	});

	it("asks for the drawer only if cash is in play", () => {
		expect(takesCash([card(500)])).toBe(false);
		expect(takesCash([card(500), cash(1)])).toBe(true);
	});
});

describe("the keypad", () => {
	const all = (keys: readonly Parameters<typeof pressKey>[1][], start = "", fresh = false): string =>
		keys.reduce((text, key, index) => pressKey(text, key, ",", fresh && index === 0), start);

	it("writes digits and the locale's point", () => {
		expect(all(["1", "2", "point", "5"])).toBe("12,5");
	});

	it("writes a point once, with a nought before it", () => {
		expect(all(["point", "5", "point", "5"])).toBe("0,55");
	});

	it("replaces what the cashier has not touched yet", () => {
		expect(all(["3"], "1", true)).toBe("3");
		expect(all(["delete"], "17", true)).toBe("");
	});

	it("has no leading noughts and a limit", () => {
		expect(all(["00", "7"])).toBe("7");
		expect(all(Array.from({ length: 30 }, () => "9" as const)).length).toBe(12);
	});
});

describe("the keypad on a field for words", () => {
	/** Typed into `text` at its end, unless something else is selected. */
	const into = (text: string, key: KeypadKey, [start, end] = [text.length, text.length], limit = 8) =>
		pressText({ text, start, end, limit }, key, ",");

	it("keeps every digit, for numbers of things begin with zeros", () => {
		expect(into("", "0")).toEqual({ text: "0", at: 1 });
		expect(into("0", "00")).toEqual({ text: "000", at: 3 });
		expect(into("A", "point")).toEqual({ text: "A,", at: 2 });
	});

	it("types where the cursor stands, in place of what is selected", () => {
		expect(into("A13", "2", [2, 2])).toEqual({ text: "A123", at: 3 });
		expect(into("A13", "2", [0, 3])).toEqual({ text: "2", at: 1 });
	});

	it("takes away what is selected, else what stands before the cursor", () => {
		expect(into("A13", "delete", [1, 3])).toEqual({ text: "A", at: 1 });
		expect(into("A13", "delete", [2, 2])).toEqual({ text: "A3", at: 1 });
		expect(into("A13", "delete", [0, 0])).toEqual({ text: "A13", at: 0 });
	});

	it("ends where the field is full, and knows fields that have no limit", () => {
		expect(into("12345678", "9")).toEqual({ text: "12345678", at: 8 });
		expect(into("12345678", "9", [8, 8], -1)).toEqual({ text: "123456789", at: 9 });
	});
});
