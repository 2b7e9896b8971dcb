// One entry, opened: what it did to the books and to the stock, and its place in the chain.

import { badge, el, money, side, table, tillTime } from "./dom.js";

export function entryDetail(entry, { close, retry }) {
	const title = entry.receipt_number || `${kindName(entry.kind)} ${entry.sequence}`;
	return [
		el("div", { class: "top" },
			el("div", {}, el("h2", {}, title), el("p", { class: "soft" }, subtitle(entry))),
			el("button", { type: "button", class: "plain", "aria-label": "Close", click: close }, "✕")),
		...notes(entry, retry),
		...journal(entry),
		...moves(entry),
		...chain(entry),
	];
}

export const kindName = (kind) => kind.charAt(0).toUpperCase() + kind.slice(1).replaceAll("_", " ");

function subtitle(entry) {
	const amount = entry.total_minor === undefined
		? kindName(entry.kind)
		: money(entry.total_minor, entry.currency_precision, entry.currency);
	return [amount, tillTime(entry.occurred_at), entry.cashier].filter(Boolean).join(" · ");
}

function notes(entry, retry) {
	const found = [];
	if (entry.state === "held") {
		found.push(el("div", { class: "note" },
			el("strong", {}, "Held: "), entry.reason,
			el("button", { type: "button", class: "plain", click: () => retry(entry.id) }, "Try to book it again")));
	}
	if (entry.mailed_to.length) found.push(el("p", { class: "note" }, `Receipt by e-mail to ${entry.mailed_to.join(", ")}`));
	if (entry.memo) found.push(el("p", { class: "note" }, entry.memo));
	return found;
}

function journal(entry) {
	if (!entry.journal.length) {
		const text = entry.state === "posted" ? "This kind of entry leaves the books as they are." : "Not booked yet.";
		return [el("h3", {}, "Journal"), el("p", { class: "soft" }, text)];
	}
	const precision = entry.currency_precision;
	const sum = (name) => entry.journal.reduce((total, line) => total + line[name], 0);
	const [debit, credit] = [sum("debit_minor"), sum("credit_minor")];
	const rows = entry.journal.map((line) =>
		[line.account, side(line.debit_minor, precision), side(line.credit_minor, precision)]);
	const verdict = debit === credit ? "Balanced" : "Does not balance";
	const foot = [verdict, money(debit, precision), money(credit, precision)];
	return [el("h3", {}, "Journal"), table(["Account", "Debit", "Credit"], rows, { numbers: [1, 2], foot })];
}

function moves(entry) {
	if (!entry.stock_moves.length) return [];
	const rows = entry.stock_moves.map((move) =>
		[move.name, move.quantity, money(move.value_minor, entry.currency_precision)]);
	return [el("h3", {}, "Stock"), table(["Item", "Quantity", "Value"], rows, { numbers: [1, 2] })];
}

function chain(entry) {
	const facts = {
		State: badge(entry.state),
		Recorded: `${tillTime(entry.recorded_at)} UTC, sent by the ${entry.hop}`,
		Booked: entry.booked_at ? `${tillTime(entry.booked_at)} UTC` : "not yet",
		"Business date": entry.business_date,
		Till: `${entry.till}, epoch ${entry.epoch}, number ${entry.sequence} of its chain`,
		Id: mono(entry.id),
		Chain: mono(entry.chain),
		Hash: mono(entry.hash),
		Previous: mono(entry.previous),
	};
	const pairs = Object.entries(facts).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
	return [
		el("h3", {}, "In the daybook"),
		el("dl", { class: "facts" }, ...pairs),
		el("details", {}, el("summary", {}, "The entry as it was recorded"), el("pre", {}, pretty(entry.text))),
	];
}

const mono = (text) => el("span", { class: "mono" }, text);
const pretty = (text) => JSON.stringify(JSON.parse(text), undefined, 2);
