import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { DigitBuilder } from "@/catalogue/digits";
import { SearchIndex, isOneSlipFrom, wordsOfText, type Searchable } from "@/catalogue/search";

interface Row {
	readonly name: string;
	readonly codes: readonly string[];
}

const shelf: readonly Row[] = [
	{ name: "Milk 1 l", codes: ["MILK-1", "4006381333931"] },
	{ name: "Chocolate milk 250 ml", codes: ["CHOC-7", "4006381444931"] },
	{ name: "Dark chocolate 70 %", codes: ["CHOC-9", "96385074"] },
	{ name: "Crème brûlée, große Schale", codes: ["SKU-001234", "0012345678905"] },
	{ name: "緑茶 ティーバッグ", codes: ["TEA-2"] },
	{ name: "Coffee beans Santos 1 kg", codes: ["SANTOS"] },
	{ name: "حليب ٢٥٠ مل", codes: ["LABAN-٤٢"] },
	{ name: "شیر ۷۵۰ml", codes: ["۶۲۶۱۲۳۴۵"] },
];

const searchable = (rows: readonly Row[]): Searchable => ({
	size: rows.length,
	name: (index) => rows[index]?.name ?? "",
	codes: (index) => rows[index]?.codes ?? [],
});

const noPause = () => Promise.resolve();

describe("search", () => {
	let index: SearchIndex;
	beforeAll(async () => {
		index = await SearchIndex.build(searchable(shelf), noPause);
	});

	test.each<[string, string, number[]]>([
		["a whole word, first in the name before later in it", "milk", [0, 1]],
		["words in any order", "milk chocolate", [1]],
		["part words", "cho mi", [1]],
		["capitals", "DARK", [2]],
		["words without their accents", "creme brulee", [3]],
		["a letter that other alphabets write as two", "grosse", [3]],
		["an item code", "choc-9", [2]],
		["a barcode", "4006381333931", [0]],
		["the first digits of a barcode", "40063814", [1]],
		["the last digits of a barcode", "3931", [0]],
		["the last digits of an item code", "1234", [3]],
		["leading zeros as they stand", "00123456", [3]],
		["a number in a name", "chocolate 70", [2]],
		["a changed letter", "cofree", [5]],
		["a missing letter", "cofee", [5]],
		["a letter too many", "cofffee", [5]],
		["two swapped letters", "santso", [5]],
		["a slip in a word that is not finished", "chacol", [1, 2]],
		["a slip in one of two words", "coffee saptos", [5]],
		["a script without blanks", "茶", [4]],
		["two of its characters", "緑茶", [4]],
		["a number in Arabic digits, typed in them", "حليب ٢٥٠", [6]],
		["a number in Arabic digits, typed in Latin ones", "حليب 250", [6]],
		["a number in Persian digits within a word, typed in Arabic ones", "٧٥٠ml", [7]],
		["an item code in Arabic digits", "laban-42", [6]],
		["the last digits of a barcode in Persian ones", "2345", [7]],
		["nothing where nothing fits", "xylophone", []],
		["nothing for no words", " ,. ", []],
	])("finds %s: %j", (_, text, expected) => {
		expect(index.find(text, 10)).toEqual(expected);
	});

	test("finds no typo where something fits exactly", () => {
		expect(index.find("milk", 10)).not.toContain(5);
	});

	test("ends at the limit", () => {
		expect(index.find("milk", 1)).toEqual([0]);
	});

	test("asked a thousand times still says the same", () => {
		for (let round = 0; round < 1000; round++) index.find("chocolate milk", 5);
		expect(index.find("milk", 10)).toEqual([0, 1]);
	});
});

test.each([
	["chocolate", "chocolate", true],
	["chocolte", "chocolate", true],
	["chcoo", "chocolate", true],
	["chcool", "chocolate", true],
	["chlooc", "chocolate", false],
	["a", "b", true],
	["abcd", "abc", true],
	["abcde", "abc", false],
])("%s is one slip or less from %s: %s", (term, word, expected) => {
	expect(isOneSlipFrom(term, word)).toBe(expected);
});

test("words are letters and digits of any script, in lower case", () => {
	expect(wordsOfText("Ærø-Käse №5 (2×250g) ½ СЫР")).toEqual(["aero", "kase", "no5", "2", "250g", "1", "2", "сыр"]);
});

describe("a hundred thousand items", () => {
	const syllables = ["ka", "lo", "mi", "ter", "san", "bru", "vel", "on", "ix", "pra", "du", "ne", "sho", "gar", "el", "ti", "wu", "ras"];
	let seed = 1;
	const random = (below: number) => {
		seed = (Math.imul(seed, 48_271) >>> 0) % 2_147_483_647;
		return seed % below;
	};
	const words = Array.from({ length: 20_000 }, () => Array.from({ length: 2 + random(3) }, () => syllables[random(18)]).join(""));
	const rows: Row[] = Array.from({ length: 100_000 }, (_, number) => ({
		name: Array.from({ length: 3 + random(4) }, () => words[Math.floor((random(20_000) * random(20_000)) / 20_000)]).join(" "),
		codes: [`SKU-${String(number).padStart(6, "0")}`, String(4_000_000_000_000 + number * 7_919)],
	}));
	let pauses = 0;
	let index: SearchIndex;

	beforeAll(async () => {
		index = await SearchIndex.build(searchable(rows), async () => {
			pauses += 1;
			await new Promise((resolve) => setImmediate(resolve));
		});
	});

	test("are indexed in many slices, so that the page can do something else between", () => {
		expect(pauses).toBeGreaterThan(5);
	});

	test("are found by name and by the end of their code, and no keystroke on the way fails", () => {
		for (let round = 0; round < 120; round++) {
			const at = random(rows.length);
			const name = rows[at]?.name ?? "";
			const [first = "", second = ""] = name.split(" ");
			for (const typed of keystrokes(`${second} ${first}`)) expect(index.find(typed, 20).length).toBeLessThanOrEqual(20);
			expect(index.find(name, 20).map((found) => rows[found]?.name)).toContain(name);
			expect(index.find(String(rows[at]?.codes[1]).slice(-6), 20)).toContain(at);
		}
	});
});

function keystrokes(text: string): string[] {
	return Array.from({ length: text.length }, (_, end) => text.slice(0, end + 1));
}

describe("runs of digits", () => {
	test("are found by exactly the beginnings and ends that a plain comparison finds", () => {
		const digits = fc.stringMatching(/^[0-9]{1,15}$/);
		fc.assert(
			fc.property(fc.array(digits, { minLength: 1, maxLength: 40 }), digits, (runs, term) => {
				const builder = new DigitBuilder();
				runs.forEach((run, item) => builder.add(item, run));
				const found = new Set<number>();
				builder.finish().each(term, (item) => found.add(item));
				const expected = runs.flatMap((run, item) =>
					run.startsWith(term) || (term.length >= 3 && run.endsWith(term)) ? [item] : []);
				expect([...found].sort((one, other) => one - other)).toEqual(expected);
			}),
		);
		fc.assert(
			fc.property(digits, fc.nat(14), (run, from) => {
				const term = run.slice(Math.min(from, run.length - 1));
				const builder = new DigitBuilder();
				builder.add(7, run);
				let hits = 0;
				builder.finish().each(term, () => hits++);
				expect(hits > 0).toBe(term.length >= 3 || run.startsWith(term));
			}),
		);
	});
});
