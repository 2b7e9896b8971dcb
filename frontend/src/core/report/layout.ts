// A shift's report in words: sections of rows, and the same as a document for a till's printer.
// Adds nothing up, and never looks a locale up. As pos_bridge/core/report/layout.py.

import {
	DEFAULT_COLUMNS, lengthOf, minuteOf, receiptAmount, type ReceiptDocument, type ReceiptElement, type ReceiptHeader,
} from "@/core/receipt";
import {
	differenceOf, expectedOf, type ShiftReport, type TaxFigures, type TenderFigures, type Turnover,
} from "@/core/report/figures";

/** The words of a report in English; a page passes its own language's. */
export const REPORT_LABELS = {
	x: "X REPORT",
	z: "Z REPORT",
	number: "Number",
	till: "Till",
	day: "Business date",
	opened: "Opened",
	not_opened: "not arrived, float unknown",
	closed: "Closed",
	amended: "Amended",
	note: "Note",
	turnover: "Turnover",
	sales: "Sales",
	returns: "Returns",
	together: "Together",
	count: "Number of",
	net: "Net",
	tax: "Tax",
	gross: "Gross",
	round_off: "Round off",
	adjustment: "Rounding",
	total: "Total",
	taxes: "Taxes",
	untaxed: "Without tax",
	tenders: "Tenders",
	float: "Float",
	received: "Received",
	change: "Change",
	refunded: "Refunded",
	in: "Put in",
	out: "Taken out",
	expected: "Expected",
	counted: "Counted",
	difference: "Difference",
	pieces: "Pieces",
	amount: "Amount",
	owed: "Not in the drawer",
	gift_card: "Gift card",
	store_credit: "Store credit",
	points: "Points",
	on_account: "On account",
	exchange: "Exchange",
	issued: "Issued",
	movements: "Cash movements",
	cash_in: "Cash in",
	cash_out: "Cash out",
	safe: "safe",
	deposit: "bank deposit",
	petty_cash: "petty cash",
	other: "other",
	groups: "Item groups",
	no_group: "Without group",
	lines: "Lines",
	cashiers: "Cashiers",
	nobody: "Nobody signed in",
	discounts: "Discounts",
	line: "By hand",
	rule: "Promotion",
	ticket: "Whole ticket",
	happened: "What else happened",
	tips: "Tips",
	write_offs: "Written off",
	with_receipt: "Returns with receipt",
	without_receipt: "Returns without receipt",
	voids: "Voids",
	no_sales: "Drawer opened without sale",
	reprints: "Reprints",
	approvals: "Approvals",
	training: "Training",
	clock: "Clock notes",
	late: "Arrived after closing",
	unread: "NOT INCLUDED, unreadable",
	numbers: "Receipt numbers",
	first: "First",
	last: "Last",
	missing: "Missing",
	chains: "Daybook",
	hash: "Hash",
	signature: "Signature",
} as const;
export type ReportLabels = Readonly<Record<keyof typeof REPORT_LABELS, string>>;
type Label = keyof ReportLabels;

/** A table: the first cell of a row names it, the others stand under `heads`; "" says nothing. */
export interface Section {
	readonly title: string;
	readonly heads: readonly string[];
	readonly rows: readonly (readonly string[])[];
}

interface Writing {
	readonly report: ShiftReport;
	readonly labels: ReportLabels;
	readonly point: string;
	/** What should be there is known, and may be said. */
	readonly tellsExpected: boolean;
	readonly amount: (minor: number) => string;
	/** The amount, or nothing if it is zero. */
	readonly some: (minor: number) => string;
	/** Nothing without rows. */
	readonly section: (title: string, heads: readonly Label[], rows: Section["rows"]) => Section[];
}

/**
 * The report as tables, for paper and screen; sections that say nothing are left out. `blind`: before a drawer is
 * counted, whoever counts it is not told what should be there. Only a till's page asks for that.
 */
export function reportSections(report: ShiftReport, header: ReceiptHeader, labels: ReportLabels, blind = false): Section[] {
	const amount = (minor: number) => receiptAmount(minor, report.currency_precision, header);
	const write: Writing = {
		report, labels, amount,
		// Without its float nobody knows what should be there.
		tellsExpected: report.opened_at !== "" && !blind,
		point: header.point ?? ".",
		some: (minor) => (minor === 0 ? "" : amount(minor)),
		section: (title, heads, rows) => (rows.length > 0 ? [{ title, heads: heads.map((head) => labels[head]), rows }] : []),
	};
	return [turnover, taxes, tenders, owed, movements, goodsAndPeople, happened, order].flatMap((part) => part(write));
}

/** The report for a till's printer; `blind` as above. */
export function documentOfReport(report: ShiftReport, header: ReceiptHeader, labels: ReportLabels, blind = false): ReceiptDocument {
	const columns = header.columns ?? DEFAULT_COLUMNS;
	const isClosed = report.closed_at !== "";
	const sections = reportSections(report, header, labels, blind).flatMap((section): ReceiptElement[] => [
		{ type: "rule" }, { type: "text", text: section.title, bold: true }, ...printed(section, columns),
	]);
	const sign: ReceiptElement[] = [SPACE, { type: "text", text: labels.signature }, SPACE, { type: "rule" }];
	return {
		columns,
		elements: [
			{ type: "text", text: header.shop, align: "center", bold: true },
			{ type: "text", text: isClosed ? labels.z : labels.x, align: "center", bold: true, large: true },
			SPACE,
			...reportHead(report, labels).map(([left, right]) => ({ type: "row", left, right }) as const),
			...sections,
			...(isClosed ? sign : []),
			{ type: "cut" },
		],
	};
}

const SPACE = { type: "space" } as const;

/** What stands above the sections, as label and value. */
export function reportHead(report: ShiftReport, labels: ReportLabels): [string, string][] {
	const rows: [Label, string][] = [
		["number", report.number === 0 ? "" : String(report.number)],
		["till", report.till],
		["day", report.business_date],
		["opened", `${minuteOf(report.opened_at)} ${report.opened_by}`.trim() || labels.not_opened],
		["closed", `${minuteOf(report.closed_at)} ${report.closed_by}`.trim()],
		["amended", report.amended === 0 ? "" : String(report.amended)],
		["note", report.note],
	];
	return rows.filter(([, value]) => value !== "").map(([label, value]) => [labels[label], value]);
}

/** One figure stands beside its name; several, or one that is too long, below it. */
function printed(section: Section, columns: number): ReceiptElement[] {
	return section.rows.flatMap(([name = "", ...cells]): ReceiptElement[] => {
		const [only = ""] = cells;
		if (cells.length === 1 && lengthOf(name) + lengthOf(only) < columns) {
			return [{ type: "row", left: name, right: only }];
		}
		const below = cells.flatMap((cell, index) => cellBelow(section.heads[index] ?? "", cell, columns));
		return [{ type: "text", text: name }, ...below];
	});
}

function cellBelow(head: string, cell: string, columns: number): ReceiptElement[] {
	if (cell === "") return [];
	const fits = lengthOf(head) + lengthOf(cell) + 3 <= columns;
	if (fits) return [{ type: "row", left: `  ${head}`, right: cell }];
	return [{ type: "text", text: `  ${head}` }, { type: "text", text: `  ${cell}` }];
}

function turnover(write: Writing): Section[] {
	const { labels, report: { sales, returns } } = write;
	const sum = (name: keyof Turnover) => sales[name] + returns[name];
	const together: Turnover = {
		count: sum("count"), net_minor: sum("net_minor"), tax_minor: sum("tax_minor"),
		round_off_minor: sum("round_off_minor"), adjustment_minor: sum("adjustment_minor"), total_minor: sum("total_minor"),
	};
	const rows = ([["sales", sales], ["returns", returns], ["together", together]] as const).map(([label, figures]) => [
		labels[label], String(figures.count), write.amount(figures.net_minor), write.amount(figures.tax_minor),
		write.some(figures.round_off_minor), write.some(figures.adjustment_minor), write.amount(figures.total_minor),
	]);
	return write.section(labels.turnover, ["count", "net", "tax", "round_off", "adjustment", "total"], rows);
}

function taxes(write: Writing): Section[] {
	const { labels, report } = write;
	const isOneOfSeveral = (tax: TaxFigures) => report.taxes.filter(({ label }) => label === tax.label).length > 1;
	const rows = report.taxes.map((tax) => {
		const label = isOneOfSeveral(tax) && tax.rate ? `${tax.label} ${tax.rate} %` : tax.label;
		const amounts = [tax.net_minor, tax.tax_minor, tax.net_minor + tax.tax_minor].map(write.amount);
		return [label.replaceAll(".", write.point), ...amounts];
	});
	const untaxed = report.untaxed_minor;
	if (untaxed !== 0) rows.push([labels.untaxed, write.amount(untaxed), "", write.amount(untaxed)]);
	return write.section(labels.taxes, ["net", "tax", "gross"], rows);
}

function tenders(write: Writing): Section[] {
	const heads = [
		"float", "received", "change", "refunded", "in", "out", "expected", "counted", "difference",
	] as const;
	const { labels, report } = write;
	const found = write.section(labels.tenders, heads, report.tenders.map((each) => tenderRow(write, each)));
	const counted = report.tenders.flatMap(({ tender, denominations }) => {
		const rows = denominations.map(([minor, pieces]) =>
			[write.amount(minor), String(pieces), write.amount(minor * pieces)]);
		return write.section(`${labels.counted}: ${tender}`, ["pieces", "amount"], rows);
	});
	return [...found, ...counted];
}

function tenderRow(write: Writing, each: TenderFigures): string[] {
	const moved = [
		each.float_minor, each.received_minor, each.change_minor, each.refunded_minor, each.in_minor, each.out_minor,
	];
	const { tellsExpected: tells } = write;
	const counted = [tells ? expectedOf(each) : undefined, each.counted_minor, tells ? differenceOf(each) : undefined];
	return [
		each.tender, ...moved.map(write.some), ...counted.map((minor) => (minor === undefined ? "" : write.amount(minor))),
	];
}

function owed(write: Writing): Section[] {
	const { labels, report } = write;
	const named = (kind: string) => (Object.hasOwn(labels, kind) ? labels[kind as Label] : kind);
	const paid = report.owed.map((each) => [
		joined(named(each.kind), each.tender), String(each.count),
		write.some(each.received_minor), write.some(each.refunded_minor), each.points === 0 ? "" : String(each.points),
	]);
	const issued = report.issued.map((each) => [named(each.kind), String(each.count), write.amount(each.amount_minor)]);
	return [
		...write.section(labels.owed, ["count", "received", "refunded", "points"], paid),
		...write.section(labels.issued, ["count", "amount"], issued),
	];
}

function movements(write: Writing): Section[] {
	const { labels, report } = write;
	const rows = report.movements.map((each) => [
		joined(`${labels[each.kind]}, ${labels[each.purpose]}, ${each.tender}`, each.reason),
		String(each.count), write.amount(each.amount_minor),
	]);
	return write.section(labels.movements, ["count", "amount"], rows);
}

function goodsAndPeople(write: Writing): Section[] {
	const { labels, report, amount, some } = write;
	const groups = report.groups.map((each) =>
		[each.group || labels.no_group, String(each.lines), amount(each.amount_minor), amount(each.net_minor)]);
	const cashiers = report.cashiers.map((each) => [
		each.cashier || labels.nobody, String(each.sales), some(each.sales_minor),
		each.returns === 0 ? "" : String(each.returns), some(each.returns_minor),
	]);
	const discounts = report.discounts.map((each) =>
		[joined(labels[each.on], each.reason), String(each.count), amount(each.amount_minor)]);
	return [
		...write.section(labels.groups, ["lines", "amount", "net"], groups),
		...write.section(labels.cashiers, ["sales", "amount", "returns", "refunded"], cashiers),
		...write.section(labels.discounts, ["count", "amount"], discounts),
	];
}

function happened(write: Writing): Section[] {
	const { labels, report: { happened: all } } = write;
	const amounts = (["tips", "write_offs", "with_receipt", "without_receipt", "voids"] as const)
		.filter((name) => all[name].count !== 0)
		.map((name) => [labels[name], String(all[name].count), write.some(all[name].amount_minor)]);
	const plain = (["no_sales", "reprints", "approvals", "training", "clock", "late", "unread"] as const)
		.filter((name) => all[name] !== 0)
		.map((name) => [labels[name], String(all[name]), ""]);
	return write.section(labels.happened, ["count", "amount"], [...amounts, ...plain]);
}

function order(write: Writing): Section[] {
	const { labels, report } = write;
	const six = (number: number) => String(number).padStart(6, "0");
	const numbers = report.numbers.map(({ prefix, first, last, missing: count, named }) =>
		[prefix, `${prefix}-${six(first)}`, `${prefix}-${six(last)}`, missing(count, named.map(six))]);
	const chains = report.chains.map((each) =>
		[String(each.epoch), String(each.first), String(each.last), missing(each.missing, []), each.hash]);
	return [
		...write.section(labels.numbers, ["first", "last", "missing"], numbers),
		...write.section(labels.chains, ["first", "last", "missing", "hash"], chains),
	];
}

function missing(count: number, named: readonly string[]): string {
	if (named.length > 0) return `${count}: ${named.join(", ")}`;
	return count === 0 ? "" : String(count);
}

function joined(left: string, right: string): string {
	return right && right !== left ? `${left}: ${right}` : left;
}
