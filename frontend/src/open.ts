// Opens the page of the till.
// Never holds anything itself: till/start.ts brings the till up, App.vue shows it.

import { createApp } from "vue";
import App from "@/App.vue";
import { applyTheme } from "@/shell/theme";

applyTheme();
createApp(App).mount("#till");
