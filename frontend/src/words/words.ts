// Every word the cashier reads, in the language of the shop or in the one chosen at this till; what is printed or
// recorded is always in the shop's. Nothing here formats money or decides anything.

import { computed, shallowRef } from "vue";
import type { en } from "@/words/en";
import { LANGUAGES, languageOf, loadWords, wordsIn, type LanguageCode } from "@/words/languages";

export type Word = keyof typeof en;
type Counted<Name> = Name extends `${infer Stem}.one` ? Stem : never;
export type CountedWord = Counted<Word>;
type MoreForms<Stem extends string> = `${Stem}.${"zero" | "two" | "few" | "many"}`;
/** The words of one file in another language: all of them, and the plural forms that English does without. */
export type Part<English> = Readonly<Record<keyof English, string>> & Readonly<Partial<Record<MoreForms<Counted<keyof English>>, string>>>;
export type Dictionary = Part<typeof en>;
type Values = Readonly<Record<string, string | number>>;

interface Spoken {
	readonly language: LanguageCode;
	readonly locale: string;
}

const shop = shallowRef<Spoken>({ language: "en", locale: "en" });
const chosen = shallowRef<LanguageCode>();
const screen = computed<Spoken>(() => {
	const language = chosen.value;
	if (language === undefined || language === shop.value.language) return shop.value;
	const [, region] = /[-_]([A-Z]{2})\b/.exec(shop.value.locale) ?? [];
	return { language, locale: known(region ? `${language}-${region}` : language) };
});

/** Takes the shop's language from a locale such as "de-AT"; English where we have no words for it. */
export async function speak(locale: string): Promise<void> {
	const language = languageOf(locale);
	if (!wordsIn(language)) await loadWords(language);
	shop.value = { language, locale: known(locale.replaceAll("_", "-")) };
	show();
}

/** Another language than the shop's, on this till's screens; undefined: the shop's. Rejects if its words can't be had. */
export async function choose(language: LanguageCode | undefined): Promise<void> {
	if (language !== undefined && !wordsIn(language)) await loadWords(language);
	chosen.value = language;
	show();
}

function known(locale: string): string {
	return Intl.NumberFormat.supportedLocalesOf([locale])[0] ?? "en";
}

function show(): void {
	if (typeof document === "undefined") return;
	document.documentElement.lang = screen.value.language;
	document.documentElement.dir = directionOf(screen.value.language);
}

function directionOf(language: LanguageCode): "rtl" | "ltr" {
	return "rightToLeft" in LANGUAGES[language] ? "rtl" : "ltr";
}

export function currentLanguage(): LanguageCode {
	return screen.value.language;
}

/** Undefined where the screens are in the shop's language. */
export function chosenLanguage(): LanguageCode | undefined {
	return chosen.value;
}

export function currentLocale(): string {
	return screen.value.locale;
}

/** The shop's own, whatever the screens speak. */
export function shopLocale(): string {
	return shop.value.locale;
}

/** How the shop's paper is read. */
export function paperDirection(): "rtl" | "ltr" {
	return directionOf(shop.value.language);
}

/** The text for `word`, with each {name} replaced by its value. */
export function t(word: Word, values: Values = {}): string {
	return filled(screen.value.language, word, values);
}

/** The same in the shop's language: for paper, and for what others read in the books. */
export function onPaper(word: Word, values: Values = {}): string {
	return filled(shop.value.language, word, values);
}

/** The text for a number of things, in the plural form that the language has for it. */
export function tCount(word: CountedWord, count: number): string {
	const { language, locale } = screen.value;
	const form = `${word}.${new Intl.PluralRules(language).select(count)}` as Word;
	const has = wordsIn(language)?.[form] !== undefined;
	return t(has ? form : (`${word}.other` as Word), { count: count.toLocaleString(locale) });
}

function filled(language: LanguageCode, word: Word, values: Values): string {
	const text = wordsIn(language)?.[word] ?? word;
	return text.replace(/\{(\w+)\}/g, (whole, name: string) => (values[name] === undefined ? whole : apart(language, values[name])));
}

/** In a line from right to left, a name or number in it keeps its own direction. */
function apart(language: LanguageCode, value: string | number): string {
	return directionOf(language) === "rtl" ? `\u2068${value}\u2069` : String(value);
}
