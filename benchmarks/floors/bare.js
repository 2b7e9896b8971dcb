// A bare Vue page with a cart and a search field: keys in, rows out, and nothing of what makes a till.
// Also the bare ways to keep a sale: F7 appends to a file and flushes, F8 asks the bare server to commit.

import { createApp, h, nextTick, shallowRef } from "vue";

const SHOWN = 60;
const SALE = new Uint8Array(2048).fill(97);
const SALE_TEXT = "a".repeat(2048);

const { names, codes, price_minor } = await (await fetch("./items.json")).json();
const byCode = new Map(codes.flatMap((own, item) => own.map((code) => [code, item])));
const texts = names.map((name, item) => `${name} ${codes[item].join(" ")}`.toLowerCase());
const lines = shallowRef([]);
const found = shallowRef([]);
let keys = "";

/** Every text that holds all words, in the order of the list. */
export function scanned(query) {
	const words = query.toLowerCase().split(" ").filter((word) => word !== "");
	const items = [];
	for (let item = 0; item < texts.length && items.length < SHOWN; item++) {
		if (words.every((word) => texts[item].includes(word))) items.push(item);
	}
	return items;
}

const shown = (minor) => (minor / 100).toFixed(2);
const worker = new Worker(new URL("./bare_worker.js", import.meta.url), { type: "module" });
const socket = new WebSocket(`ws://${location.host}/echo`);

const actions = {
	Enter() {
		const item = byCode.get(keys);
		keys = "";
		lines.value = [...lines.value, { name: names[item], quantity: 1, price: price_minor[item] }];
		void nextTick(() => document.querySelector(".lines").lastElementChild.scrollIntoView({ block: "nearest" }));
	},
	Backspace: () => void (lines.value = lines.value.slice(0, -1)),
	F2: () => document.querySelector("input").select(),
	F7: () => worker.postMessage(SALE),
	F8: () => socket.send(SALE_TEXT),
};

addEventListener("keydown", (event) => {
	if (event.target.tagName === "INPUT" && event.key.length === 1) return;
	if (event.key.length === 1) keys += event.key;
	else actions[event.key]?.();
});

const row = ({ name, quantity, price }, index) =>
	h("li", { key: index, class: "line" }, [
		h("span", name), h("span", quantity), h("span", shown(price)), h("strong", shown(price * quantity)),
	]);

createApp(() => [
	h("section", [
		h("input", { onInput: (event) => void (found.value = scanned(event.target.value)) }),
		h("ul", { class: "results" }, found.value.map((item) =>
			h("li", { key: item }, [h("span", names[item]), h("b", shown(price_minor[item]))]))),
	]),
	h("section", { class: "cart" }, [
		h("ol", { class: "lines" }, lines.value.map(row)),
		h("div", { class: "total", "data-testid": "total" },
			shown(lines.value.reduce((sum, { quantity, price }) => sum + quantity * price, 0))),
	]),
]).mount("#bare");

socket.onopen = () => document.body.setAttribute("data-ready", "");
