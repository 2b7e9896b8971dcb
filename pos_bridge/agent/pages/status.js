// The agent's own page: shows its state every two seconds, and passes on what a hand does. Builds text nodes only.

const EVERY_MS = 2_000;
const MODES = { approve: "approve", decline: "decline", time_out: "stay silent", answer_lost: "charge and lose its answer", offline: "be off" };
const find = (id) => document.getElementById(id);

function element(tag, text, ...children) {
	const made = document.createElement(tag);
	if (text) made.textContent = text;
	made.append(...children);
	return made;
}
function button(text, run) {
	const made = element("button", text);
	made.type = "button";
	made.className = "button";
	made.addEventListener("click", run);
	return made;
}
const listed = {};
/** Rows that say the same as before stay: the focus is on one of their buttons, perhaps. */
function list(id, rows, draw, empty) {
	const said = JSON.stringify(rows);
	if (listed[id] === said) return;
	listed[id] = said;
	find(id).replaceChildren(...(rows.length > 0 ? rows.map(draw) : [element("li", empty)]));
}

async function act(message) {
	const answer = await fetch("/status/do", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message) });
	const body = await answer.json();
	if (answer.ok) show(body);
	else live("trouble", body.error.message);
}
function live(state, words) {
	find("live").dataset.state = state;
	find("live").textContent = words;
}
function pageRow({ key, digits, state, origin, first_seen_at: at }) {
	const words = element("span", ` ${state} · ${origin || "a program"} · ${at.slice(0, 16).replace("T", " ")}`);
	const buttons = state === "paired" ? [button("Put out", () => act({ op: "page", key, state: "revoked" }))] : [button("Let in", () => act({ op: "page", key, state: "paired" }))];
	if (state === "waiting") buttons.push(button("Refuse", () => act({ op: "page", key, state: "revoked" })));
	return element("li", "", element("strong", digits), words, ...buttons);
}
function deviceRow({ role, kind, online, reason, weight }) {
	const said = weight ? ` ${weight.state} ${weight.value} ${weight.unit}` : "";
	return element("li", "", element("strong", role), element("span", ` ${kind} · ${online ? "ready" : "not ready"}${said} ${reason}`));
}
function cardRow({ attempt, kind, state, amount_minor: amount, currency, reason, card }) {
	const said = ` ${kind} ${state} · ${amount} ${currency} minor units · ${card.scheme ?? ""} ${card.last_four ? `…${card.last_four}` : ""} ${reason}`;
	const buttons = state === "unsure" ? [button(kind === "pay" ? "It was charged" : "It was given back", () => act({ op: "settle", attempt, charged: true })), button("It was not", () => act({ op: "settle", attempt, charged: false }))] : [];
	return element("li", "", element("strong", attempt.slice(-14)), element("span", said), ...buttons);
}
function show(state) {
	live(state.reason ? "waiting" : "ready", state.reason ? "Working, company away" : "Working");
	find("till").textContent = state.till ? `Till ${state.till} of ${state.company}, agent ${state.agent}, ${state.unforwarded} entries to send. ${state.reason}` : state.reason;
	list("pages", state.pages, pageRow, "None yet: the first page that comes is taken.");
	list("devices", state.devices, deviceRow, "None. Add one with pos-bridge agent devices.");
	list("cards", state.cards, cardRow, "None.");
	list("happenings", state.happenings, ({ kind, words, at }) => element("li", `${at.slice(0, 19).replace("T", " ")} ${kind}: ${words}`), "Nothing.");
	find("virtual-scale").hidden = !state.devices.some(({ role, kind }) => role === "scale" && kind === "virtual");
	find("simulated").hidden = !state.devices.some(({ kind }) => kind === "simulated");
}
async function look() {
	try {
		show(await (await fetch("/status/state")).json());
	} catch {
		live("trouble", "The agent does not answer");
	}
	setTimeout(look, EVERY_MS);
}

find("mode").append(...Object.entries(MODES).map(([value, text]) => Object.assign(element("option", text), { value })));
find("mode").addEventListener("change", ({ target }) => act({ op: "terminal", mode: target.value }));
find("virtual-scale").addEventListener("submit", (event) => {
	event.preventDefault();
	void act({ op: "weight", state: "stable", value: find("weight").value });
});
find("move").addEventListener("click", () => act({ op: "weight", state: "unstable", value: find("weight").value }));
void look();
