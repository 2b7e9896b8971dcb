// Opens the customer's screen: a window beside the till's, on a second display or a tablet's other side.
// Never opens the daybook, the catalogue or a line to anybody: it shows what the till tells it.

import { createApp } from "vue";
import DisplayScreen from "@/display/DisplayScreen.vue";
import { applyTheme } from "@/shell/theme";
import { knownLocale } from "@/words/languages";
import { speak } from "@/words/words";

applyTheme();
window.addEventListener("storage", applyTheme);
void speak(knownLocale()).then(() => createApp(DisplayScreen).mount("#till"));
