// Opens the page of the till.
// Never holds anything itself: till/start.ts brings the till up, App.vue shows it.

import { createApp } from "vue";
import App from "@/App.vue";
import { applyTheme } from "@/shell/theme";
import { keptLanguage, knownLocale } from "@/words/languages";
import { choose, speak } from "@/words/words";

applyTheme();
await speak(knownLocale());
// Its words can't be had right now: the shop's do.
await choose(keptLanguage()).catch(() => undefined);
createApp(App).mount("#till");
