// The page at /devices: shows what the till's process tells over one WebSocket, sends what a hand does.
// It keeps nothing: after a lost connection it is told all of it again.

import { drawSlip, element } from "/devices/paper.js";
import { showFloor } from "/devices/printers.js";
import { showDays } from "/devices/terminals.js";

const MAX_SLIPS = 40;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8000;
const TOAST_MS = 6000;
const LEFT_OPEN_SECONDS = 180;

const STATES = {
	ready: "Ready",
	paper_out: "Paper out",
	cover_open: "Cover open",
	offline: "Offline",
};
const JOB_STATES = {
	queued: "Waiting",
	printing: "Printing",
	printed: "Printed",
	unsure: "Unsure",
	failed: "Failed",
};
const OPENING_STATES = {
	opening: "opening",
	opened: "opened",
	unsure: "perhaps opened",
	not_opened: "stayed closed",
};

const find = (id) => document.getElementById(id);
let socket;
let retryMs = FIRST_RETRY_MS;
let printerName = "";
let firstState = true;
let openSince = "";

function connect() {
	const url = new URL("/devices/live", location.href);
	url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
	socket = new WebSocket(url);
	socket.addEventListener("open", () => {
		retryMs = FIRST_RETRY_MS;
		firstState = true;
		find("roll").querySelectorAll(".slip").forEach((slip) => slip.remove());
		pill(find("live"), "ready", "Live");
	});
	socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
	socket.addEventListener("close", () => {
		pill(find("live"), "offline", "Connection lost");
		setTimeout(connect, retryMs);
		retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
	});
}

function tell(message) {
	if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
	else toast("The till's process can't be reached: is it running?");
}

function hear(message) {
	if (message.op === "error") {
		toast(message.message);
		return;
	}
	if (message.op === "floor") {
		showFloor(message, tell);
		return;
	}
	showDays(message.days, tell);
	const printer = message.printers[0];
	if (!printer) return;
	printerName = printer.printer;
	showPrinter(printer);
	showJobs(message.jobs);
	showOpenings(message.openings);
	showSamples(message.samples);
	const roll = message.rolls[printerName];
	document.body.classList.toggle("real", !roll);
	if (roll) showRoll(roll, printer.columns, message.openings);
	else showDrawerSensor(printer, message.openings);
	showOthers(message.printers.slice(1));
	firstState = false;
}

// The printer

function showPrinter(printer) {
	pill(find("printer-state"), printer.state, STATES[printer.state] ?? printer.state);
	find("lamp").dataset.state = printer.state;
	const words = printer.reason || (printer.paper_low ? "The roll is near its end: have a new one at hand." : "");
	find("printer-reason").textContent = words;
	find("printer-reason").hidden = !words;
}

function showRoll(roll, columns, openings) {
	const paper = find("roll");
	paper.querySelector(".slip.hanging")?.remove();
	for (const slip of roll.slips) feed(paper, drawSlip(slip, roll.dots, columns), !firstState);
	if (roll.current.marks.length) {
		const hanging = drawSlip(roll.current, roll.dots, columns);
		hanging.classList.add("hanging");
		feed(paper, hanging, false);
	}
	const slips = paper.querySelectorAll(".slip");
	[...slips].slice(MAX_SLIPS).forEach((slip) => slip.remove());
	find("roll-empty").hidden = slips.length > 0;
	showFaults(new Set(roll.faults));
	showDrawer(roll.drawer, openings);
	showUnknown(roll.unknown);
}

function feed(paper, slip, moving) {
	slip.classList.toggle("fresh", moving);
	paper.prepend(slip);
	if (moving) paper.scrollTo({ top: 0, behavior: "smooth" });
}

function showUnknown(unknown) {
	find("unknown").hidden = unknown.length === 0;
	const last = unknown.at(-1);
	if (last) {
		find("unknown").textContent =
			`The printer got ${unknown.length} commands that it does not know, the last one ${last.bytes}.`;
	}
}

function showFaults(faults) {
	for (const toggle of document.querySelectorAll(".switch")) {
		toggle.setAttribute("aria-checked", String(faults.has(toggle.dataset.fault)));
	}
}

/** Printers beside the first, each with how it is. */
function showOthers(printers) {
	find("others").replaceChildren(
		...printers.map((printer) => {
			const item = element("li");
			const state = element("span", "pill", STATES[printer.state] ?? printer.state);
			state.dataset.state = printer.state;
			item.append(state, element("span", "clip", printer.printer), element("span", "soft", printer.reason));
			return item;
		}),
	);
}

// The drawer

const DRAWER_STATES = { open: "Open", left_open: "Left open", closed: "Closed", "": "Not read" };

/** The drawer of a real printer: what its sensor says. */
function showDrawerSensor({ drawer }, openings) {
	pill(find("drawer-state"), drawer === "closed" ? "closed" : drawer ? "open" : "waiting", DRAWER_STATES[drawer]);
	const last = openings[0];
	const why = last ? ` It was opened last for: ${last.reason || last.job}.` : "";
	find("drawer-why").textContent =
		drawer === "left_open" ? `The drawer has been open for more than 3 minutes: close it.${why}` : why.trim();
}

function showDrawer(drawer, openings) {
	find("drawer").classList.toggle("open", drawer.open);
	find("drawer").disabled = !drawer.open;
	pill(find("drawer-state"), drawer.open ? "open" : "closed", drawer.open ? "Open" : "Closed");
	openSince = drawer.open ? drawer.changed_at : "";
	find("drawer").dataset.why = drawer.open ? (openings[0]?.reason ?? "") : "";
	showOpenFor();
}

function showOpenFor() {
	const seconds = Math.max(0, Math.round((Date.now() - Date.parse(openSince)) / 1000));
	const why = find("drawer").dataset.why;
	if (document.body.classList.contains("real")) return;
	find("drawer").dataset.forgotten = String(seconds > LEFT_OPEN_SECONDS);
	find("drawer-why").textContent = openSince
		? `Open for ${duration(seconds)}${why ? ` – ${why}` : ""}. Click the drawer to close it.`
		: "Opens when a sale or a recorded reason asks for it.";
}

function showOpenings(openings) {
	find("openings").replaceChildren(
		...openings.slice(0, 5).map((opening) => {
			const item = element("li");
			item.append(
				element("span", "clip", opening.reason || opening.job),
				element("span", "soft", `${opening.who ? `${opening.who}, ` : ""}${OPENING_STATES[opening.state]} ${time(opening.opened_at)}`),
			);
			return item;
		}),
	);
	if (openings.length === 0) find("openings").append(element("li", "soft", "Not opened so far."));
}

// Jobs

function showJobs(jobs) {
	const waiting = jobs.filter((job) => job.state === "queued" || job.state === "printing").length;
	const unsure = jobs.filter((job) => job.state === "unsure").length;
	find("jobs-count").textContent = [waiting && `${waiting} waiting`, unsure && `${unsure} to decide`]
		.filter(Boolean)
		.join(", ");
	find("jobs").replaceChildren(...jobs.map(drawJob));
	if (jobs.length === 0) find("jobs").append(element("li", "soft", "No jobs so far."));
}

function drawJob(job) {
	const item = element("li");
	const state = element("span", "pill", JOB_STATES[job.state]);
	state.dataset.state = job.state;
	const words = element("div", "words");
	words.append(element("span", "clip", job.reason || job.job));
	if (job.explanation) words.append(element("span", "soft why", job.explanation));
	item.append(state, words, element("span", "soft when", time(job.changed_at)));
	if (job.state === "unsure") item.append(drawQuestion(job));
	return item;
}

function drawQuestion(job) {
	const question = element("div", "question");
	question.append(answer(job, true, "It is on the paper"));
	if (job.has_document) question.append(answer(job, false, "Print again, marked"));
	return question;
}

function answer(job, printed, words) {
	const button = element("button", "button small", words);
	button.type = "button";
	button.addEventListener("click", () => tell({ op: "answer_unsure", job: job.job, printed }));
	return button;
}

// The scanner

function showSamples(samples) {
	if (find("samples").childElementCount === samples.length) return;
	find("samples").replaceChildren(
		...samples.map((sample) => {
			const item = element("li");
			const button = element("button", "sample");
			button.type = "button";
			button.append(element("span", "mono", sample.code), element("span", "soft clip", sample.label));
			button.addEventListener("click", () => scan(sample.code));
			item.append(button);
			return item;
		}),
	);
}

function scan(code) {
	tell({ op: "scan", code });
	find("scanned").textContent = `Scanned ${code}`;
}

// Small things

function pill(target, state, words) {
	target.dataset.state = state;
	target.textContent = words;
}

function time(iso) {
	return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

function duration(seconds) {
	if (seconds < 60) return `${seconds} s`;
	return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

let toastTimer;
function toast(words) {
	find("toast").textContent = words;
	find("toast").hidden = false;
	clearTimeout(toastTimer);
	toastTimer = setTimeout(() => (find("toast").hidden = true), TOAST_MS);
}

find("drawer").addEventListener("click", () => tell({ op: "close_drawer", printer: printerName }));
find("test-print").addEventListener("click", () => tell({ op: "test_print", printer: printerName }));
for (const toggle of document.querySelectorAll(".switch")) {
	toggle.addEventListener("click", () => {
		const on = toggle.getAttribute("aria-checked") !== "true";
		tell({ op: "fault", printer: printerName, fault: toggle.dataset.fault, on });
	});
}
find("scan").addEventListener("submit", (event) => {
	event.preventDefault();
	const code = find("code").value.trim();
	if (code) scan(code);
	find("code").value = "";
	find("code").focus();
});
setInterval(() => openSince && showOpenFor(), 1000);
connect();
