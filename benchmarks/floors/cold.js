// The least that can start without a network and scan: a bare Vue page that a bare service worker keeps, the barcodes
// of the same catalogue as one sorted column in IndexedDB, its chunks behind them, and a small log that is verified.

import { createApp, h, shallowRef } from "vue";

const CHUNK = 1_000;
const LOG_LINES = 20;
const LINE_BYTES = 1_000;

const done = (request) => new Promise((resolve, reject) => {
	request.onsuccess = () => resolve(request.result);
	request.onerror = () => reject(request.error);
});

function open() {
	const opening = indexedDB.open("cold", 1);
	opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
	return done(opening);
}

/** The log's worker answers with the number of lines whose hash is right. */
function verifyLog() {
	const worker = new Worker(new URL("./cold_log.js", import.meta.url), { type: "module" });
	return new Promise((resolve) => {
		worker.onmessage = ({ data }) => resolve({ worker, lines: data });
		worker.postMessage({ lines: LOG_LINES, bytes: LINE_BYTES });
	});
}

/** Everything that a start needs: call once, with a network. */
window.prepare = async () => {
	const { names, codes, price_minor } = await (await fetch("./items.json")).json();
	const pairs = codes.flatMap((own, item) => own.slice(1).map((code) => [Number(code), item])).sort((a, b) => a[0] - b[0]);
	const database = await open();
	const put = (value, key) => done(database.transaction("kept", "readwrite").objectStore("kept").put(value, key));
	await put({ codes: Float64Array.from(pairs, ([code]) => code), items: Int32Array.from(pairs, ([, item]) => item) }, "codes");
	for (let first = 0; first < names.length; first += CHUNK) {
		const rows = { names: names.slice(first, first + CHUNK), price_minor: price_minor.slice(first, first + CHUNK) };
		await put(JSON.stringify(rows), first / CHUNK);
	}
	await navigator.serviceWorker.register("./cold_service_worker.js");
	await navigator.serviceWorker.ready;
};

function found({ codes, items }, code) {
	let low = 0;
	let high = codes.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (codes[middle] < code) low = middle + 1;
		else high = middle;
	}
	return codes[low] === code ? items[low] : undefined;
}

async function start() {
	const [{ lines: verified }, database] = await Promise.all([verifyLog(), open()]);
	const get = (key) => done(database.transaction("kept").objectStore("kept").get(key));
	const column = await get("codes");
	if (!column || verified !== LOG_LINES) return;
	const lines = shallowRef([]);
	const row = ({ name, price }) => h("li", { class: "line" }, [h("span", name), h("strong", (price / 100).toFixed(2))]);
	createApp(() => [h("section", { class: "cart" }, h("ol", { class: "lines" }, lines.value.map(row)))]).mount("#bare");
	let keys = "";
	addEventListener("keydown", async ({ key }) => {
		if (key.length === 1) return void (keys += key);
		const item = found(column, Number(keys));
		keys = "";
		if (item === undefined) return;
		const chunk = JSON.parse(await get(Math.floor(item / CHUNK)));
		lines.value = [...lines.value, { name: chunk.names[item % CHUNK], price: chunk.price_minor[item % CHUNK] }];
	});
}

await start();
document.body.setAttribute("data-ready", "");
