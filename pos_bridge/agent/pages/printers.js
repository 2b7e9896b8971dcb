// The form of the page at /devices in which a till's printers are chosen: address, model, what hangs on them.
// It shows and sends; whether it makes sense is decided by the till's process.

import { element } from "/devices/paper.js";

const LABELS = {
	columns: "Characters in a line",
	dots: "Dots in a line",
	cut: "Cutter",
	kick_pin: "Drawer opens by pin",
	feed_before_cut: "Lines fed before the cut",
	proof: "How it says that a job is through",
	drawer_sensor: "Drawer's sensor while open",
	raster: "Prints pictures (other scripts, logo)",
	buzzer: "Has a buzzer",
	code_pages: "Code pages, in the order to try",
};
const WORDS = {
	full: "Cuts through",
	partial: "Leaves a bridge",
	none: "None",
	process_id: "By the job's number (Epson TM)",
	status: "By its status (most printers)",
	high: "High",
	low: "Low",
};
const NO_PROOF = "It never answers";
const MAX_LOGO_BYTES = 512 * 1024;

let floor;
let shown = "receipt";
let send;

/** Show the settings that the till's process told; `tell` sends a message to it. */
export function showFloor(message, tell) {
	floor = message;
	send = tell;
	if (!floor.settings[shown]) shown = Object.keys(floor.settings)[0];
	const place = document.getElementById("setup");
	place.hidden = false;
	draw();
}

function draw() {
	const setting = floor.settings[shown];
	const form = document.getElementById("setup-form");
	form.replaceChildren(
		choiceOfPrinter(),
		field("Where it is", text("address", setting.address), `Such as ${floor.addresses}.`),
		field("Model", select("model", setting.model, floor.models.map((model) => [model.name, model.label]), redraw)),
		points(setting),
		field("Stands in while it is away", select("stand_in", setting.stand_in, others()), standInWords(setting)),
		field("Drawer of its own", text("drawer", setting.drawer), "Empty if it hangs on the printer, else serial:/dev/ttyUSB1."),
		field("Layout", select("layout", setting.layout, [["", "As the till makes it"], ...floor.layouts.map(same)])),
		logo(setting),
		drawingWords(),
		buttons(),
	);
}

function choiceOfPrinter() {
	const names = Object.keys(floor.settings).map(same);
	const chooser = select("printer", shown, names, (event) => {
		shown = event.target.value;
		draw();
	});
	const add = element("button", "button small", "Add a printer");
	add.type = "button";
	add.addEventListener("click", addPrinter);
	const row = field("Printer", chooser);
	row.append(add);
	return row;
}

function addPrinter() {
	const name = `printer${Object.keys(floor.settings).length + 1}`;
	floor.settings[name] = { ...floor.settings.receipt, address: "virtual", changes: {}, stand_in: "", drawer: "", has_logo: false };
	floor.settings[name].profile = floor.models.find((model) => model.name === floor.settings[name].model);
	shown = name;
	draw();
}

function points(setting) {
	const model = floor.models.find((each) => each.name === setting.model);
	const details = element("details", "points");
	details.append(element("summary", "", "What this model can do"));
	for (const [name, label] of Object.entries(LABELS)) {
		const value = setting.changes[name] ?? model[name];
		details.append(field(label, point(name, value)));
	}
	return details;
}

function point(name, value) {
	if (floor.choices[name]) {
		const words = (each) => (name === "proof" && each === "none" ? NO_PROOF : (WORDS[each] ?? String(each)));
		return select(name, value, floor.choices[name].map((each) => [each, words(each)]));
	}
	if (typeof value === "boolean") {
		const box = element("input");
		box.type = "checkbox";
		box.name = name;
		box.checked = value;
		return box;
	}
	if (Array.isArray(value)) return text(name, value.join(" "));
	const number = text(name, value);
	number.type = "number";
	return number;
}

function logo(setting) {
	const file = element("input");
	file.type = "file";
	file.name = "logo";
	file.accept = "image/png,image/jpeg,image/gif,image/bmp,image/webp";
	const row = field("Logo", file, setting.has_logo ? "There is one. Another file replaces it." : "Printed above receipts.");
	if (setting.has_logo) row.append(smallButton("Remove it", () => save({ no_logo: true })));
	return row;
}

function buttons() {
	const row = element("div", "row");
	const saveButton = element("button", "button primary", "Use these settings");
	saveButton.type = "submit";
	row.append(
		saveButton,
		smallButton("Print a test page", () => send({ op: "test_print", printer: shown })),
		smallButton("The drawer is open now", () => calibrate(true)),
		smallButton("The drawer is closed now", () => calibrate(false)),
	);
	return row;
}

function calibrate(open) {
	send({ op: "calibrate_drawer", printer: shown, open });
}

function drawingWords() {
	const words = floor.drawing || "Other scripts are drawn with this computer's fonts: print a test page to see them.";
	return element("p", "soft", words);
}

async function save(more = {}) {
	const form = new FormData(document.getElementById("setup-form"));
	const setting = floor.settings[shown];
	const model = floor.models.find((each) => each.name === form.get("model"));
	const file = form.get("logo");
	if (file?.size > MAX_LOGO_BYTES) {
		document.getElementById("toast").textContent = "A logo's file has 512 KiB at most.";
		document.getElementById("toast").hidden = false;
		return;
	}
	const logoText = file?.size ? await base64(file) : "";
	const named = Object.fromEntries(["address", "model", "stand_in", "drawer", "layout"].map((name) => [name, form.get(name).trim()]));
	// Points that were changed belong to the model that they were changed for.
	const changes = named.model === setting.model ? changed(form, model) : {};
	send({ op: "set_printer", printer: shown, setting: { ...named, changes, logo: logoText, ...more } });
}

function changed(form, model) {
	const changes = {};
	for (const name of Object.keys(LABELS)) {
		const value = read(form, name, model[name]);
		if (String(value) !== String(model[name])) changes[name] = value;
	}
	return changes;
}

function read(form, name, like) {
	if (typeof like === "boolean") return form.has(name);
	if (Array.isArray(like)) return form.get(name).split(/[\s,]+/).filter(Boolean).map(Number);
	return typeof like === "number" ? Number(form.get(name)) : form.get(name);
}

async function base64(file) {
	const bytes = new Uint8Array(await file.arrayBuffer());
	let binary = "";
	for (const byte of bytes) binary += String.fromCharCode(byte);
	return btoa(binary);
}

function redraw(event) {
	const setting = floor.settings[shown];
	floor.settings[shown] = { ...setting, model: event.target.value, changes: {} };
	draw();
}

function standInWords(setting) {
	return setting.stand_in ? `What can't be printed here for five seconds is printed on ${setting.stand_in}.` : "";
}

const same = (name) => [name, name];
const others = () => [["", "Nobody: what waits stays here"], ...Object.keys(floor.settings).filter((name) => name !== shown).map(same)];

function field(label, control, hint = "") {
	const row = element("div", "field");
	const name = element("label", "", label);
	control.id = `setup-${control.name}`;
	name.htmlFor = control.id;
	row.append(name, control);
	if (hint) row.append(element("span", "soft hint", hint));
	return row;
}

function text(name, value) {
	const input = element("input");
	input.name = name;
	input.value = value;
	input.autocomplete = "off";
	input.spellcheck = false;
	return input;
}

function select(name, value, options, changed) {
	const chosen = element("select");
	chosen.name = name;
	for (const [key, words] of options) {
		const option = element("option", "", words || "–");
		option.value = String(key);
		option.selected = String(key) === String(value);
		chosen.append(option);
	}
	if (changed) chosen.addEventListener("change", changed);
	return chosen;
}

function smallButton(words, click) {
	const button = element("button", "button small", words);
	button.type = "button";
	button.addEventListener("click", click);
	return button;
}

document.getElementById("setup-form").addEventListener("submit", (event) => {
	event.preventDefault();
	void save();
});
