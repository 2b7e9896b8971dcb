import { readFileSync, readdirSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { en } from "@/words/en";
import { LANGUAGES, languageOf, loadWords, wordsIn, type LanguageCode } from "@/words/languages";
import { choose, currentLocale, onPaper, paperDirection, speak, t, tCount } from "@/words/words";

const CODES = Object.keys(LANGUAGES) as LanguageCode[];
const COUNTED = Object.keys(en).filter((word) => word.endsWith(".one")).map((word) => word.slice(0, -".one".length));
/** Every form of a plural appears among these. */
const COUNTS = Array.from({ length: 120 }, (_, count) => count);

function placeholders(text: string): readonly string[] {
	return (text.match(/\{\w+\}/g) ?? []).sort();
}

for (const code of CODES) await loadWords(code);

describe.each(CODES)("the words in %s", (code) => {
	const words = wordsIn(code) as Readonly<Record<string, string>>;

	it("are all there, and no others", () => {
		const plain = Object.keys(words).filter((word) => !/\.(zero|two|few|many)$/.test(word) || word in en);
		expect(plain.sort()).toEqual(Object.keys(en).sort());
	});

	it("say something each, with the values of the English ones", () => {
		for (const [word, english] of Object.entries(en)) {
			expect(words[word]?.trim(), word).toBeTruthy();
			// "One line" need not show its number.
			if (!word.endsWith(".one")) expect(placeholders(words[word] ?? ""), word).toEqual(placeholders(english));
		}
	});

	it("have every plural form that the language has for whole numbers", () => {
		const rules = new Intl.PluralRules(code);
		const forms = new Set(COUNTS.map((count) => rules.select(count)));
		for (const stem of COUNTED) {
			const known = placeholders(words[`${stem}.other`] ?? "");
			for (const form of forms) {
				const text = words[`${stem}.${form}`];
				expect(text, `${stem}.${form}`).toBeTruthy();
				for (const value of placeholders(text ?? "")) expect(known, `${stem}.${form}`).toContain(value);
			}
		}
	});
});

describe("speaking", () => {
	afterEach(async () => {
		await choose(undefined);
		await speak("en");
	});

	it("takes the language from the locale, and English for one without words", () => {
		expect(["de-AT", "fr_CA", "AR", "ar-EG", "es-419", "xx", ""].map(languageOf)).toEqual(["de", "fr", "ar", "ar", "es", "en", "en"]);
	});

	it("prints and records in the shop's language whatever the screen speaks", async () => {
		await speak("de-AT");
		await choose("ar");
		expect(t("receipt.total")).toBe("الإجمالي");
		expect(onPaper("receipt.total")).toBe("SUMME");
		expect(paperDirection()).toBe("ltr");
		expect(currentLocale()).toBe("ar-AT");
		await choose(undefined);
		expect(t("receipt.total")).toBe("SUMME");
		expect(currentLocale()).toBe("de-AT");
	});

	it("counts as Arabic does", async () => {
		await speak("ar-AE");
		expect([0, 1, 2].map((count) => tCount("cart.items", count))).toEqual(["لا بنود", "بند واحد", "بندان"]);
		expect(tCount("cart.items", 3)).toContain("بنود");
		expect(tCount("cart.items", 11)).toContain("بندًا");
		expect(tCount("cart.items", 100)).toMatch(/بند$/);
	});

	it("keeps what is put into a line from right to left apart from it", async () => {
		await speak("ar");
		expect(t("done.number", { number: "T1-1-000042" })).toBe("إيصال \u2068T1-1-000042\u2069");
		await speak("fr");
		expect(t("done.number", { number: "T1-1-000042" })).toBe("Ticket T1-1-000042");
	});
});

it("no screen names left or right, for a language may be read the other way", () => {
	const physical = /(margin|padding|border|inset)-(left|right)|^\s*(left|right): .*;$|text-align: left|^\s*float: .*;$/m;
	const root = new URL("../../src/", import.meta.url);
	const styled = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => /\.(vue|css)$/.test(name));
	expect(styled.length).toBeGreaterThan(50);
	expect(styled.filter((name) => physical.test(readFileSync(new URL(name, root), "utf8")))).toEqual([]);
});
