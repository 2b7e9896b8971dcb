// The languages that a till speaks, each loaded when it is first wanted, and which of them this till is to speak.
// Never draws anything: words.ts says the words.

import type { Dictionary } from "@/words/words";

interface Language {
	/** In itself, for whoever can't read the others. */
	readonly name: string;
	readonly rightToLeft?: true;
	readonly load: () => Promise<Dictionary>;
}

export const LANGUAGES = {
	ar: { name: "العربية", rightToLeft: true, load: () => import("@/words/ar").then(({ ar }) => ar) },
	de: { name: "Deutsch", load: () => import("@/words/de").then(({ de }) => de) },
	en: { name: "English", load: () => import("@/words/en").then(({ en }) => en) },
	es: { name: "Español", load: () => import("@/words/es").then(({ es }) => es) },
	fr: { name: "Français", load: () => import("@/words/fr").then(({ fr }) => fr) },
} as const satisfies Readonly<Record<string, Language>>;

export type LanguageCode = keyof typeof LANGUAGES;

/** The shop's locale as this till last knew it, so that a start asks for the right words at once. */
const SHOP = "posbridge.shop_locale";
/** The language that was chosen at this till; nothing: as the shop. */
const CHOSEN = "posbridge.language";

const loaded = new Map<LanguageCode, Dictionary>();

/** "de-AT" is German; what we have no words for is English. */
export function languageOf(locale: string): LanguageCode {
	const wanted = locale.split(/[-_]/, 1)[0]?.toLowerCase() ?? "en";
	return isLanguage(wanted) ? wanted : "en";
}

export function isLanguage(code: string): code is LanguageCode {
	return Object.hasOwn(LANGUAGES, code);
}

export function wordsIn(language: LanguageCode): Dictionary | undefined {
	return loaded.get(language);
}

/** At once if it was loaded before; else rejects without a network, unless the page's files are kept. */
export async function loadWords(language: LanguageCode): Promise<void> {
	if (!loaded.has(language)) loaded.set(language, await LANGUAGES[language].load());
}

/** The shop's locale, or the browser's on a till that knows no shop yet. */
export function knownLocale(): string {
	return localStorage.getItem(SHOP) ?? navigator.language;
}

export function keepLocale(locale: string): void {
	localStorage.setItem(SHOP, locale);
}

export function keptLanguage(): LanguageCode | undefined {
	const kept = localStorage.getItem(CHOSEN) ?? "";
	return isLanguage(kept) ? kept : undefined;
}

export function keepLanguage(language: LanguageCode | undefined): void {
	if (language === undefined) localStorage.removeItem(CHOSEN);
	else localStorage.setItem(CHOSEN, language);
}
