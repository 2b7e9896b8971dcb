// Building and naming things on a page. Text only ever becomes text: nothing here parses markup.

/** An element with attributes, listeners (functions) and children; strings become text nodes. */
export function el(name, attributes = {}, ...children) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (typeof value === "function") element.addEventListener(key, value);
		else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
	}
	element.append(...children.filter((child) => child !== undefined));
	return element;
}

/** A table of rows of cells; `numbers` are the columns that hold amounts. */
export function table(heads, rows, { numbers = [], foot } = {}) {
	const cell = (tag) => (content, at) => el(tag, { class: numbers.includes(at) ? "number" : undefined }, content);
	const row = (cells) => (cells instanceof Node ? cells : el("tr", {}, ...cells.map(cell("td"))));
	const head = el("tr", {}, ...heads.map((text, at) => {
		const th = cell("th")(text, at);
		th.scope = "col";
		return th;
	}));
	const parts = [el("thead", {}, head), el("tbody", {}, ...rows.map(row))];
	if (foot) parts.push(el("tfoot", {}, row(foot)));
	return el("table", {}, ...parts);
}

export const badge = (state) => el("span", { class: `state ${state}` }, state);

/** Minor units as an amount of money; without a currency, as a plain number. */
export function money(minor, precision = 2, currency = undefined) {
	const style = currency ? { style: "currency", currency } : {};
	const digits = { minimumFractionDigits: precision, maximumFractionDigits: precision };
	return new Intl.NumberFormat(undefined, { ...style, ...digits }).format(minor / 10 ** precision);
}

export const side = (minor, precision) => (minor ? money(minor, precision) : "");

/** The till's own time as it stands in the entry: a shop reads its clock, not the reader's. */
export const tillTime = (text) => text.slice(0, 19).replace("T", " ");

export async function read(path, options = {}) {
	const response = await fetch(path, { credentials: "omit", ...options });
	const body = await response.json();
	if (!response.ok) throw new Error(body.error?.message ?? `The server answered ${response.status}.`);
	return body.message;
}
