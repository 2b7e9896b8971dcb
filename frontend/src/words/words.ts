// Every word the cashier reads, in the language of the shop. A language is one file with the same keys;
// nothing here formats money or decides anything.

import { shallowRef } from "vue";
import { de } from "@/words/de";
import { en } from "@/words/en";

export type Word = keyof typeof en;
export type Dictionary = Readonly<Record<Word, string>>;
type Counted<Name extends string> = Name extends `${infer Stem}.one` ? Stem : never;
export type CountedWord = Counted<Word>;

const DICTIONARIES: Readonly<Record<string, Dictionary>> = { en, de };
const language = shallowRef("en");
const locale = shallowRef("en");
let spoken: string | undefined;

/** Takes the language from a locale such as "de-AT"; English where we have no words for it. */
export function speak(newLocale: string): void {
	if (newLocale === spoken) return;
	spoken = newLocale;
	const wanted = newLocale.split(/[-_]/, 1)[0]?.toLowerCase() ?? "en";
	language.value = wanted in DICTIONARIES ? wanted : "en";
	locale.value = Intl.NumberFormat.supportedLocalesOf([newLocale.replaceAll("_", "-")])[0] ?? "en";
	if (typeof document !== "undefined") document.documentElement.lang = language.value;
}

export function currentLocale(): string {
	return locale.value;
}

/** The text for `word`, with each {name} replaced by its value. */
export function t(word: Word, values: Readonly<Record<string, string | number>> = {}): string {
	const text = (DICTIONARIES[language.value] ?? en)[word];
	return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text for a number of things, singular or plural as the language has it. */
export function tCount(word: CountedWord, count: number): string {
	const plural = new Intl.PluralRules(language.value).select(count) === "one" ? "one" : "other";
	return t(`${word}.${plural}` as Word, { count: count.toLocaleString(locale.value) });
}
