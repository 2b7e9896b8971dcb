// Opens the page of the till, once its first words are there.
// Never holds anything itself: till/start.ts brings the till up, App.vue shows it.

import { createApp } from "vue";
import App from "@/App.vue";
import { applyTheme } from "@/shell/theme";
import { keptLanguage, knownLocale } from "@/words/languages";
import { choose, speak } from "@/words/words";

applyTheme();
void open();

async function open(): Promise<void> {
	await speak(knownLocale());
	// Where its words can't be had now, the shop's do.
	await choose(keptLanguage()).catch(() => undefined);
	createApp(App).mount("#till");
}
