// Draws a slip of paper as the printer would have: text on its grid of columns, bars and QR modules as vectors.
// It never makes HTML from text: whatever is printed goes in as text nodes.

const SVG = "http://www.w3.org/2000/svg";
const QUIET_MODULES = 4;

/** A slip as an element; `dots` and `columns` are the width of the paper. */
export function drawSlip(slip, dots, columns) {
	const paper = element("article", "slip");
	paper.dataset.cut = slip.cut || "none";
	paper.style.setProperty("--columns", String(columns));
	paper.setAttribute("aria-label", `Receipt ${slip.number}`);
	const dot = `calc(${columns}ch / ${dots})`;
	paper.style.setProperty("--dot", dot);
	paper.append(...slip.marks.map(drawMark));
	return paper;
}

export function element(name, className = "", text = "") {
	const made = document.createElement(name);
	if (className) made.className = className;
	if (text) made.textContent = text;
	return made;
}

function drawMark(mark) {
	if (mark.type === "bars") return aligned(mark, drawBars(mark));
	if (mark.type === "qr") return aligned(mark, drawQr(mark));
	if (mark.type === "bitmap") return drawBitmap(mark);
	return drawLine(mark);
}

function aligned(mark, drawn) {
	const line = element("div", "code");
	line.dataset.align = mark.align;
	line.append(drawn);
	if (mark.text_below) line.append(element("span", "below", mark.text));
	return line;
}

function drawLine(mark) {
	const line = element("div", "line");
	line.dataset.align = mark.align;
	line.append(...mark.runs.map(drawRun));
	return line;
}

function drawRun(run) {
	const drawn = element("span", "run", run.text);
	drawn.classList.toggle("bold", run.bold);
	drawn.classList.toggle("underline", run.underline);
	drawn.classList.toggle("inverse", run.inverse);
	if (run.width !== 1 || run.height !== 1) enlarge(drawn, run);
	return drawn;
}

function enlarge(drawn, run) {
	drawn.style.fontSize = `${run.height}em`;
	if (run.width === run.height) return;
	drawn.style.display = "inline-block";
	drawn.style.width = `${(run.text.length * run.width) / run.height}ch`;
	drawn.style.transformOrigin = "left";
	drawn.style.transform = `scaleX(${run.width / run.height})`;
}

function drawBars(mark) {
	const picture = svg(mark.modules.length, 1, `Bar code ${mark.text}`);
	picture.setAttribute("preserveAspectRatio", "none");
	picture.style.width = `calc(var(--dot) * ${mark.modules.length * mark.module_dots})`;
	picture.style.height = `calc(var(--dot) * ${mark.height_dots})`;
	picture.append(path(rowPath(mark.modules, 0)));
	return picture;
}

function drawQr(mark) {
	const size = mark.rows.length + 2 * QUIET_MODULES;
	const picture = svg(size, size, `QR code ${mark.text}`);
	picture.style.width = `calc(var(--dot) * ${size * mark.module_dots})`;
	const drawn = path(mark.rows.map(rowPath).join(""));
	drawn.setAttribute("transform", `translate(${QUIET_MODULES} ${QUIET_MODULES})`);
	picture.append(drawn);
	return picture;
}

function drawBitmap(mark) {
	const line = element("div", "bitmap");
	const picture = svg(mark.rows[0].length, mark.rows.length, "Printed as a picture");
	picture.style.width = `calc(var(--dot) * ${mark.rows[0].length})`;
	picture.append(path(mark.rows.map(rowPath).join("")));
	line.append(picture);
	return line;
}

function svg(width, height, label) {
	const picture = document.createElementNS(SVG, "svg");
	picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
	picture.setAttribute("shape-rendering", "crispEdges");
	picture.setAttribute("role", "img");
	picture.setAttribute("aria-label", label);
	return picture;
}

function path(shape) {
	const drawn = document.createElementNS(SVG, "path");
	drawn.setAttribute("d", shape);
	return drawn;
}

/** One rectangle for each run of black modules in a row. */
function rowPath(modules, top) {
	let shape = "";
	for (const run of modules.matchAll(/1+/g)) {
		shape += `M${run.index} ${top}h${run[0].length}v1h-${run[0].length}z`;
	}
	return shape;
}
