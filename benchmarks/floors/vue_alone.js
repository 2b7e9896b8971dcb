// The Vue runtime with one reactive text: what any Vue page has to bring along.

import { createApp, h, shallowRef } from "vue";

const text = shallowRef("");
createApp(() => h("p", text.value)).mount(document.body);
