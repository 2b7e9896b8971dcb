// The card terminals on the page at /devices: the end of each one's day, asked for and shown.
// It asks for nothing by itself.

import { element } from "/devices/paper.js";

const STATES = { waiting: "At it", approved: "Settled", failed: "Not settled", unsure: "Unsure" };
const PILLS = { waiting: "waiting", approved: "ready", failed: "failed", unsure: "unsure" };
let shown = "";

/** `days` has for each terminal's name its newest end of day, or null. */
export function showDays(days, tell) {
	const said = JSON.stringify(days);
	if (said === shown) return;
	shown = said;
	const rows = Object.entries(days).flatMap(([terminal, day]) => [head(terminal, day, tell), ...(day ? [told(day)] : [])]);
	document.getElementById("terminals").hidden = rows.length === 0;
	document.getElementById("days").replaceChildren(...rows);
}

function head(terminal, day, tell) {
	const item = element("li");
	const pill = element("span", "pill", day ? STATES[day.state] : "–");
	pill.dataset.state = day ? PILLS[day.state] : "waiting";
	const button = element("button", "button small", day && day.state !== "approved" ? "End of day, again" : "End of day");
	button.type = "button";
	button.disabled = day?.state === "waiting";
	button.addEventListener("click", () => tell({ op: "end_of_day", terminal }));
	item.append(element("span", "clip", terminal), pill, button);
	return item;
}

function told(day) {
	const item = element("li");
	const words = element("div", "words");
	words.append(element("span", "soft", new Date(day.changed_at).toLocaleString()));
	if (day.reason) words.append(element("span", "soft why", day.reason));
	if (day.state === "unsure") words.append(element("span", "soft why", "Look at the terminal, or ask again: that charges nobody."));
	if (day.lines.length) words.append(element("pre", "mono", day.lines.join("\n")));
	item.append(words);
	return item;
}
