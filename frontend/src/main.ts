// Begins what a start waits for longest, the browser's storage and the daybook's worker, and then loads the page itself;
// for the customer's screen, which needs neither, only that.
// Never holds anything itself, and stays small: open.ts and all behind it load beside this.

import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/controls.css";
import { wakeDaybook } from "@/daybook/wake";
import { database } from "@/server/kept";
import { keptLanguage, knownLocale, languageOf, loadWords } from "@/words/languages";

if (location.pathname === "/till/display") void import("@/display/open");
else begin();

function begin(): void {
	wakeDaybook();
	// Whoever needs it asks again, and hears of a failure.
	database().catch(() => undefined);
	for (const language of new Set([languageOf(knownLocale()), keptLanguage()])) if (language) loadWords(language).catch(() => undefined);
	void import("@/open");
}
