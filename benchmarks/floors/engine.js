// The till's own modules without its page: the search index called directly, and the totals of a cart.
// Each call is timed by itself; nothing is shown.

import { SearchIndex } from "@/catalogue/search";
import { computeSale } from "@/core/sale";

/** The clock of a page ticks every 0.1 ms: what takes less is timed in batches. */
const BATCH = 500;

let index;
/** What a plain scan reads: name and codes of each item as one text in lower case. */
let plain;

async function build() {
	const { names, codes } = await (await fetch("./items.json")).json();
	plain = names.map((name, item) => [name, ...codes[item]].join(" ").toLowerCase());
	const source = { size: names.length, name: (item) => names[item], codes: (item) => codes[item] };
	index = await SearchIndex.build(source, () => new Promise((resolve) => setTimeout(resolve)));
}

/** Pairs of milliseconds for each text: our index, and a scan of all items for the same words. */
function search(texts, limit) {
	return texts.map((text) => [timed(1, () => index.find(text, limit)), timed(1, () => scan(text, limit))]);
}

function scan(text, limit) {
	const words = text.toLowerCase().split(" ");
	const found = [];
	for (let item = 0; item < plain.length && found.length < limit; item++) {
		if (words.every((word) => plain[item].includes(word))) found.push(item);
	}
	return found;
}

/** What the draft comes to, and pairs of milliseconds: our totals, and bare prices times quantities in floats. */
function compute(draft, rounds) {
	const pairs = Array.from({ length: rounds }, () => [
		timed(BATCH, () => computeSale(draft)),
		timed(BATCH, () => bareSum(draft)),
	]);
	return { total_minor: computeSale(draft).total_minor, pairs };
}

function bareSum({ lines }) {
	return lines.reduce((sum, { price_minor, quantity }) => sum + Math.round(price_minor * Number(quantity)), 0);
}

function timed(times, work) {
	const from = performance.now();
	for (let time = 0; time < times; time++) if (work() === undefined) throw new Error("The work came to nothing.");
	return (performance.now() - from) / times;
}

window.posBridgeEngine = { build, search, compute };
