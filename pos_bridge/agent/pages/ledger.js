// The ledger page: five views of the books, read again every two seconds. It changes nothing but a held entry's
// state, when the accountant says so.

import { badge, el, money, read, side, table, tillTime } from "./dom.js";
import { entryDetail, kindName } from "./entry.js";
import { drawShifts } from "./shifts.js";

const REFRESH_MS = 2000;
const PAGE = 50;
const SEARCH = {
	entries: "Receipt number or entry id",
	stock: "Item",
	shifts: "",
	balances: "",
	quarantine: "",
};

const at = (id) => document.getElementById(id);
const shown = { view: "entries", search: "", limit: PAGE, entry: undefined, drawn: "", detail: "" };

const views = { entries: drawEntries, shifts: drawShifts, balances: drawBalances, stock: drawStock, quarantine: drawQuarantine };
const paths = {
	entries: () => `/api/ledger/entries?limit=${shown.limit}&search=${encodeURIComponent(shown.search)}`,
	shifts: () => "/api/ledger/shifts",
	balances: () => "/api/ledger/balances",
	stock: () => `/api/ledger/stock?search=${encodeURIComponent(shown.search)}`,
	quarantine: () => "/api/ledger/quarantine",
};

async function refresh() {
	const view = shown.view;
	try {
		const [found, head] = await Promise.all([read(paths[view]()), read("/api/ledger/entries?limit=1")]);
		if (view === shown.view) drawIfNew(found);
		showHealth(head);
		await refreshDetail();
	} catch (error) {
		showAway(error);
	}
}

function drawIfNew(found) {
	const text = JSON.stringify([shown.view, shown.entry, found]);
	if (text === shown.drawn) return;
	shown.drawn = text;
	at("list").replaceChildren(...views[shown.view](found));
}

function showHealth(head) {
	const { waiting, held, quarantined } = head.counts;
	at("live").classList.remove("away");
	const parts = [waiting && `${waiting} waiting`, held && `${held} held`].filter(Boolean);
	at("live-text").textContent = parts.length ? parts.join(", ") : "Live, all booked";
	at("quarantine-count").textContent = quarantined;
	at("quarantine-count").hidden = !quarantined;
	at("fault").textContent = head.fault;
	at("fault").hidden = !head.fault;
}

function showAway(error) {
	at("live").classList.add("away");
	at("live-text").textContent = "Not connected";
	at("fault").textContent = `The books can't be read just now (${error.message}). This page tries again by itself.`;
	at("fault").hidden = false;
}

const nothing = (text) => [el("p", { class: "empty" }, text)];

function drawEntries(found) {
	if (!found.entries.length) {
		return nothing(shown.search ? "No entry matches this search." : "Nothing is recorded yet. Sell something at the till.");
	}
	const rows = found.entries.map((entry) => entryRow(entry, found));
	const parts = [table(["Receipt", "Time at the till", "Cashier", "State", "Amount"], rows, { numbers: [4] })];
	if (found.next && shown.limit < 200) parts.push(el("button", { type: "button", class: "more", click: showMore }, "Show more"));
	return parts;
}

function entryRow(entry, { currency, currency_precision: precision }) {
	const open = () => openEntry(entry.id);
	const approved = entry.approved_action && `Approval: ${kindName(entry.approved_action)}`;
	const name = entry.receipt_number || approved || kindName(entry.kind);
	const amount = entry.total_minor === undefined ? "" : money(entry.total_minor, precision, currency);
	return el("tr", { class: entry.id === shown.entry ? "opens chosen" : "opens", click: open },
		el("td", {}, el("button", { type: "button", class: "link" }, name)),
		el("td", {}, tillTime(entry.occurred_at)),
		el("td", {}, entry.approved_by ? `${entry.cashier}, approved by ${entry.approved_by}` : entry.cashier),
		el("td", {}, badge(entry.state), entry.reason ? el("span", { class: "reason" }, entry.reason) : ""),
		el("td", { class: "number" }, amount));
}

function drawBalances(found) {
	if (!found.accounts.length) return nothing("Nothing is booked yet.");
	const precision = found.currency_precision;
	const rows = found.accounts.map((account) => [
		account.account,
		side(account.debit_minor, precision),
		side(account.credit_minor, precision),
		money(account.balance_minor, precision),
	]);
	const sums = [found.debit_minor, found.credit_minor, found.balance_minor].map((sum) => money(sum, precision));
	const foot = [found.balance_minor === 0 ? "Debits equal credits" : "Debits do not equal credits", ...sums];
	return [table(["Account", "Debit", "Credit", "Balance"], rows, { numbers: [1, 2, 3], foot })];
}

function drawStock(found) {
	if (!found.stock.length) return nothing(shown.search ? "No item matches this search." : "No stock is booked yet.");
	const rows = found.stock.map((level) => [
		level.name,
		el("span", { class: "soft" }, level.item),
		level.quantity,
		money(level.value_minor, found.currency_precision),
		String(level.moved),
	]);
	return [table(["Item", "Code", "On hand", "Value", "Times sold"], rows, { numbers: [2, 3, 4] })];
}

function drawQuarantine(found) {
	if (!found.quarantine.length) return nothing("Nothing is in quarantine: all that came could be read and placed.");
	const rows = found.quarantine.map((each) => [
		tillTime(each.recorded_at),
		el("div", {}, each.reason, el("details", {},
			el("summary", {}, `${each.bytes} bytes from till ${each.sent_by}, by way of the ${each.hop}`),
			el("pre", {}, each.preview))),
	]);
	return [table(["Recorded (UTC)", "Why a person has to look at it"], rows)];
}

async function openEntry(id) {
	shown.entry = id;
	shown.detail = "";
	history.replaceState(undefined, "", `#${id}`);
	await refresh();
}

function closeEntry() {
	shown.entry = undefined;
	history.replaceState(undefined, "", location.pathname);
	at("detail").hidden = true;
	at("main").classList.remove("split");
}

function closeAndRefresh() {
	closeEntry();
	refresh();
}

async function refreshDetail() {
	const id = shown.entry;
	if (!id) return;
	const entry = await read(`/api/ledger/entry?id=${encodeURIComponent(id)}`);
	const text = JSON.stringify(entry);
	if (id !== shown.entry || text === shown.detail) return;
	shown.detail = text;
	at("detail").replaceChildren(...entryDetail(entry, { close: closeAndRefresh, retry }));
	at("detail").hidden = false;
	at("main").classList.add("split");
}

async function retry(id) {
	try {
		await read(`/api/ledger/retry?id=${encodeURIComponent(id)}`, { method: "POST" });
	} catch (error) {
		showAway(error);
	}
	await refresh();
}

function showMore() {
	shown.limit = Math.min(200, shown.limit + PAGE);
	refresh();
}

function choose(view) {
	shown.view = view;
	shown.search = at("search").value = "";
	for (const tab of document.querySelectorAll("[data-view]")) {
		tab.setAttribute("aria-selected", String(tab.dataset.view === view));
	}
	at("search").disabled = !SEARCH[view];
	at("search").placeholder = SEARCH[view];
	refresh();
}

for (const tab of document.querySelectorAll("[data-view]")) {
	tab.addEventListener("click", () => {
		closeEntry();
		choose(tab.dataset.view);
	});
}
at("search").addEventListener("input", (event) => {
	shown.search = event.target.value;
	refresh();
});
document.addEventListener("keydown", (event) => {
	if (event.key === "Escape") closeAndRefresh();
});
shown.entry = location.hash.slice(1) || undefined;
choose("entries");
setInterval(() => {
	if (!document.hidden) refresh();
}, REFRESH_MS);
