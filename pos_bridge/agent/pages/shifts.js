// The latest shifts, each with its X or Z. The figures come in words; nothing is added up here.

import { el, table } from "./dom.js";

export function drawShifts({ shifts }) {
	if (!shifts.length) return [el("p", { class: "empty" }, "No shift has been opened yet.")];
	return shifts.map((shift) => el("article", { class: "shift" },
		el("h2", {}, shift.title),
		...(shift.fault === undefined ? report(shift) : [el("p", { class: "note" }, shift.fault)])));
}

function report({ head, sections }) {
	const facts = head.flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]);
	return [
		el("dl", { class: "facts" }, ...facts),
		...sections.flatMap(({ title, heads, rows }) => [
			el("h3", {}, title),
			el("div", { class: "scrolls" }, table(["", ...heads], rows, { numbers: heads.map((_, at) => at + 1) })),
		]),
	];
}
