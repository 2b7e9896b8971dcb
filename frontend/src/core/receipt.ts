// The receipt as a document that no printer is known to yet: elements, and their layout in text columns.
// Never makes a byte for a printer, and never looks a locale up except in headerOf().

import { comesBack, isTraining, numberOf, type Entry } from "@/core/entry";
import { HUNDRED_PERCENT, allocate, formatMinor, parseDecimal, withoutSpareZeros } from "@/core/money";
import type { ReturnBody } from "@/core/returns";
import type { SaleBody, SaleLine, TaxTotal, Tender } from "@/core/sale";
import { masked } from "@/core/tenders";
import { LABELS, type ReceiptLabels } from "@/core/receiptLabels";
import { serialsText } from "@/core/tracked";
import { noteOf, offPrices, totalsOf } from "@/core/saleBody";

export type Align = "left" | "center" | "right";

export interface TextElement {
	readonly type: "text";
	readonly text: string;
	readonly align?: Align;
	readonly bold?: boolean;
	/** Double width and height. */
	readonly large?: boolean;
}

export interface RowElement {
	readonly type: "row";
	readonly left: string;
	readonly right: string;
	readonly bold?: boolean;
}

export type ReceiptElement =
	| TextElement
	| RowElement
	| { readonly type: "code128" | "qr"; readonly data: string }
	| { readonly type: "rule" | "space" | "cut" };

export interface ReceiptDocument {
	readonly columns: number;
	readonly elements: readonly ReceiptElement[];
	/** The printer's logo stands above it, if it has one. */
	readonly logo?: boolean;
}

/** What every receipt of a shop shows around the sale; `point` and `group` format amounts. */
export interface ReceiptHeader {
	readonly shop: string;
	readonly address?: readonly string[];
	readonly tax_id?: string;
	readonly footer?: readonly string[];
	readonly point?: string;
	readonly group?: string;
	readonly columns?: number;
}

export interface ReceiptOptions {
	/** Counts reprints from 1; absent or 0 is the original. */
	readonly copy?: number;
	/** The entry's hash. */
	readonly hash: string;
}

export { LABELS, type ReceiptLabels };

export const DEFAULT_COLUMNS = 42;
const SPACE = { type: "space" } as const;
const RULE = { type: "rule" } as const;

interface Shown {
	readonly shop: string;
	readonly address: readonly string[];
	readonly tax_id: string;
	readonly footer: readonly string[];
}

interface SnapshotHeader extends Omit<Shown, "footer" | "tax_id"> {
	readonly tax_id?: string;
	readonly receipt_footer: readonly string[];
	readonly locale: string;
}

/** A snapshot's header, with its locale's separators; no-break spaces become plain ones, paper has no others. */
export function headerOf(snapshot: SnapshotHeader, columns = DEFAULT_COLUMNS): ReceiptHeader {
	const parts = new Intl.NumberFormat(snapshot.locale).formatToParts(1234567.5);
	const mark = (type: string, fallback: string) => parts.find((part) => part.type === type)?.value ?? fallback;
	const { shop, address, tax_id = "", receipt_footer: footer } = snapshot;
	const group = mark("group", "").replace(/\s/g, " ");
	return { shop, address, tax_id, footer, point: mark("decimal", "."), group, columns };
}

/** The receipt of a recorded sale or return. */
export function receiptOfSale(
	entry: Entry, header: ReceiptHeader, labels: ReceiptLabels, options: ReceiptOptions,
): ReceiptDocument {
	const sale = entry.body as SaleBody;
	const amount = (minor: number) => receiptAmount(minor, sale.currency_precision, header);
	const rate = (minor: number) => rateText(minor, sale, header);
	const number = entry.receipt_number ?? "";
	const ending = isTraining(entry) ? trainingBanner(labels) : [
		{ type: "code128", data: number } as const, centred(`${number}  ${labels.check} ${options.hash.slice(0, 8)}`),
	];
	const elements: ReceiptElement[] = [
		...headElements(entry, header, labels, options.copy ?? 0),
		...sale.lines.flatMap((line) => lineElements(line, header, amount, rate)),
		...(noteOf(sale) === "" ? [] : [{ type: "text", text: noteOf(sale) } as const]),
		RULE,
		...paymentElements(sale, header, labels, amount),
		...taxRows(sale, header, labels, amount, true),
		...creditElements(sale),
		SPACE,
		...(header.footer ?? []).map(centred),
		...ending,
		{ type: "cut" },
	];
	return { columns: header.columns ?? DEFAULT_COLUMNS, elements };
}

/** No code: nobody shall scan it as a receipt. */
function trainingBanner(labels: ReceiptLabels): ReceiptElement[] {
	return [banner(labels.training), centred(labels.not_a_receipt)];
}

type AmountText = (minor: number) => string;

/** An amount as the receipt shows it. */
export function receiptAmount(
	minor: number, precision: number, header: Pick<ReceiptHeader, "point" | "group">,
): string {
	const [whole = "", fraction] = formatMinor(minor, precision).split(".");
	const grouped = whole.replace(/\B(?=([0-9]{3})+$)/g, header.group ?? "");
	return fraction === undefined ? grouped : `${grouped}${header.point ?? "."}${fraction}`;
}

/** A line in the middle of the paper. */
export function centred(text: string): TextElement {
	return { type: "text", text, align: "center" };
}

/** "2026-11-27 20:41", as paper says it: the till's own time. */
export function minuteOf(at: string): string {
	return at.slice(0, 16).replace("T", " ");
}

/** Shop, number, time and cashier: how every receipt begins. */
export function headElements(
	entry: Entry, header: ReceiptHeader, labels: ReceiptLabels, copy: number,
): ReceiptElement[] {
	const address = [...(header.address ?? []), header.tax_id ?? ""].filter((line) => line !== "");
	const copyBanner = copy > 0 ? [banner(`${labels.copy} ${copy}`), SPACE] : [];
	const cashier = entry.cashier ? [row(labels.cashier, entry.cashier)] : [];
	return [
		...(isTraining(entry) ? [...trainingBanner(labels), SPACE] : []),
		banner(header.shop),
		...address.map(centred),
		SPACE,
		...returnHeading(entry, labels),
		...copyBanner,
		row(numberOf(entry), minuteOf(entry.occurred_at)),
		...cashier,
		RULE,
	];
}

function banner(text: string): TextElement {
	return { ...centred(text), bold: true, large: true };
}

function returnHeading(entry: Entry, labels: ReceiptLabels): ReceiptElement[] {
	if (!comesBack(entry)) return [];
	const { against } = entry.body as ReturnBody;
	const of = against ? [centred(`${labels.of_receipt} ${against.receipt_number}`)] : [];
	return [banner(labels.return), ...of, SPACE];
}

export function row(left: string, right: string): RowElement {
	return { type: "row", left, right };
}

/** A unit's price; of decimals finer than the currency's only those that say something. */
function rateText(minor: number, sale: SaleBody, header: ReceiptHeader): string {
	const decimals = Math.max(sale.rate_decimals ?? 0, sale.currency_precision);
	return receiptAmount(...withoutSpareZeros(minor, decimals, sale.currency_precision), header);
}

function lineElements(
	line: SaleLine, header: ReceiptHeader, amount: AmountText, rate: AmountText,
): ReceiptElement[] {
	const detail = lineDetail(line, header.point ?? ".", rate);
	const first = row(line.name, amount(line.amount_minor));
	const below = [detail, serialsText(line), line.discount_reason ?? "", noteOf(line)].filter((text) => text !== "");
	return [first, ...below.map((text) => ({ type: "text", text: `  ${text}` }) as const)];
}

function lineDetail(line: SaleLine, point: string, rate: AmountText): string {
	const percent = line.discount_percent ?? "0";
	const off = line.unit_discount_minor ?? 0;
	const discounted = percent !== "0" || off !== 0;
	const ownUnit = line.conversion === undefined;
	if (["1", "-1"].includes(line.quantity) && !discounted && ownUnit) return "";
	const unit = line.unit === "Nos" ? "" : ` ${line.unit}`;
	const detail = `${line.quantity.replace(".", point)}${unit} x ${rate(line.rate_minor)}`;
	if (!discounted) return detail;
	const less = percent !== "0" ? `${percent.replace(".", point)} %` : rate(off);
	return `${detail} (${rate(priceOf(line))} -${less})`;
}

/** What the discount is taken off: a margin is part of the price that a customer sees. */
function priceOf(line: SaleLine): number {
	const margin = (BigInt(line.price_minor) * parseDecimal(line.margin_percent ?? "0")) / HUNDRED_PERCENT;
	return line.price_minor + (line.unit_margin_minor ?? 0) + Number(margin);
}

function paymentElements(
	sale: SaleBody, header: ReceiptHeader, labels: ReceiptLabels, amount: AmountText,
): ReceiptElement[] {
	const total = { ...row(`${labels.total} ${sale.currency}`, amount(sale.total_minor)), bold: true };
	const beyond: [string, number][] = [[labels.tip, sale.tip_minor ?? 0], [labels.waived, -(sale.write_off_minor ?? 0)]];
	const more = beyond.flatMap(([label, minor]) => (minor === 0 ? [] : [row(label, amount(minor))]));
	const tenders = sale.tenders.flatMap((tender) => tenderElements(tender, header, amount));
	const change = sale.change_minor === 0 ? [] : [{ ...row(labels.change, amount(sale.change_minor)), bold: true }];
	return [...aboveTheTotal(sale, header, labels, amount), total, ...more, ...tenders, ...change];
}

/** Of a gift card only the end of its number: whoever finds the receipt must not spend it. */
function tenderElements({ tender, amount_minor, credit = "", foreign }: Tender, header: ReceiptHeader, amount: AmountText): ReceiptElement[] {
	const handed = foreign && receiptAmount(foreign.amount_minor, foreign.currency_precision, header);
	const below = foreign ? `${foreign.currency} ${handed} x ${foreign.rate.replace(".", header.point ?? ".")}` : credit && masked(credit);
	const first = row(tender, amount(amount_minor));
	return below === "" ? [first] : [first, { type: "text", text: `  ${below}` }];
}

/** What money went onto, with its whole number: this paper is how it is spent. */
function creditElements({ tenders }: Pick<SaleBody, "tenders">): ReceiptElement[] {
	return tenders.filter(({ credit, amount_minor }) => credit && amount_minor < 0).flatMap(({ tender, credit = "" }) => [
		SPACE, { ...centred(tender), bold: true }, { type: "code128", data: credit } as const, centred(credit),
	]);
}

/** What has to be added to the lines so that they come to the total. */
function aboveTheTotal(
	sale: SaleBody, header: ReceiptHeader, labels: ReceiptLabels, amount: AmountText,
): ReceiptElement[] {
	const adjustment = sale.total_rounding?.adjustment_minor ?? 0;
	const prices = sale.lines.reduce((sum, line) => sum + line.amount_minor, 0);
	const off = sale.discount ? [row(discountLabel(sale, header, labels), amount(-offPrices(totalsOf(sale))))] : [];
	const rounding = adjustment === 0 ? [] : [row(labels.rounding, amount(adjustment))];
	const rows = [...off, ...taxRows(sale, header, labels, amount, false), ...rounding];
	return rows.length > 0 ? [row(labels.subtotal, amount(prices)), ...rows] : [];
}

function discountLabel({ discount }: SaleBody, header: ReceiptHeader, labels: ReceiptLabels): string {
	const label = discount?.reason || labels.discount;
	return discount?.percent ? `${label} ${discount.percent.replace(".", header.point ?? ".")} %` : label;
}

/** Taxes on top stand above the total, included ones below it, a space apart. */
function taxRows(
	sale: SaleBody, header: ReceiptHeader, labels: ReceiptLabels, amount: AmountText, inclusive: boolean,
): ReceiptElement[] {
	const rows = sale.taxes.filter((tax) => tax.inclusive === inclusive).flatMap((tax) => taxParts(tax, sale));
	const shown = rows.map(({ label, base, part }) => {
		const on = base === undefined ? "" : ` ${labels.tax_on} ${amount(base)}`;
		return row(`${label.replace(".", header.point ?? ".")}${on}`, amount(part));
	});
	return inclusive && shown.length > 0 ? [SPACE, ...shown] : shown;
}

interface TaxPart {
	readonly label: string;
	/** Absent where the row is not a percentage of net amounts. */
	readonly base?: number;
	readonly part: number;
}

/** A row by its rates; the parts add up to the row, which was rounded once. */
export function taxParts(tax: TaxTotal, sale: Pick<SaleBody, "lines">): TaxPart[] {
	if (tax.charge !== undefined && tax.charge !== "on_net_total") return [{ label: tax.label, part: tax.amount_minor }];
	const nets = new Map<string, number>();
	for (const { rates, net_minor } of sale.lines) {
		const rate = Object.hasOwn(rates, tax.tax) ? rates[tax.tax] : undefined;
		if (rate !== undefined) nets.set(rate, (nets.get(rate) ?? 0) + net_minor);
	}
	const split = splitByRate(tax.amount_minor, nets);
	if (split.length === 0) return [{ label: tax.label, base: tax.base_minor, part: tax.amount_minor }];
	return split.map(([rate, base, part]) => ({ label: `${tax.label} ${rate} %`, base, part }));
}

/** Rate, net amount and tax of each of several rates, highest first; none where it is one rate only. */
export function splitByRate(amount: number, nets: ReadonlyMap<string, number>): [string, number, number][] {
	const sign = amount < 0 ? -1 : 1;
	const byRate = [...nets].sort(([one], [other]) => (parseDecimal(one) < parseDecimal(other) ? 1 : -1));
	const weights = byRate.map(([rate, net]) => BigInt(sign * net) * parseDecimal(rate));
	if (nets.size < 2 || weights.some((weight) => weight < 0n) || weights.every((weight) => weight === 0n)) return [];
	const parts = allocate(Math.abs(amount), weights);
	return byRate.map(([rate, net], index) => [rate, net, sign * (parts[index] ?? 0)]);
}

/** The document as lines of text, `columns` wide (its own width if 0). Codes stand as `[data]`. */
export function layoutLines(document: ReceiptDocument, columns = 0): string[] {
	const width = columns || document.columns;
	return document.elements.flatMap((element) => elementLines(element, width));
}

function elementLines(element: ReceiptElement, columns: number): string[] {
	switch (element.type) {
		case "text": {
			const width = element.large ? Math.floor(columns / 2) : columns;
			return wrap(element.text, width).map((line) => aligned(line, element.align ?? "left", width));
		}
		case "row":
			return rowLines(element, columns);
		case "code128":
		case "qr":
			return [aligned(cut(`[${element.data}]`, columns), "center", columns)];
		case "rule":
			return ["-".repeat(columns)];
		case "space":
			return [""];
		case "cut":
			return [];
	}
}

function rowLines(element: RowElement, columns: number): string[] {
	const right = cut(element.right, columns - 2);
	const width = columns - lengthOf(right) - 1;
	const [first = "", ...more] = wrap(element.left, width);
	const padding = " ".repeat(Math.max(0, width - lengthOf(first)));
	return [`${first}${padding} ${right}`.replace(/ +$/, ""), ...more];
}

function aligned(line: string, align: Align, width: number): string {
	const free = Math.max(0, width - lengthOf(line));
	if (align === "right") return " ".repeat(free) + line;
	return align === "center" ? " ".repeat(Math.floor(free / 2)) + line : line;
}

/** Breaks at blanks into lines of at most `width` characters, cuts longer words, repeats an indent. Never empty. */
function wrap(text: string, width: number): string[] {
	const indent = (/^ */.exec(text)?.[0] ?? "").slice(0, Math.floor(width / 2));
	const room = width - indent.length;
	const lines: string[] = [];
	let line = "";
	for (const piece of text.split(" ").flatMap((word) => pieces(word, room))) {
		const joined = line ? `${line} ${piece}` : piece;
		if (lengthOf(joined) > room) lines.push(line);
		line = lengthOf(joined) > room ? piece : joined;
	}
	return [...lines, line].map((each) => `${indent}${each}`.replace(/ +$/, ""));
}

function pieces(word: string, room: number): string[] {
	const characters = [...word];
	const count = Math.ceil(characters.length / room);
	return Array.from({ length: count }, (_, index) => characters.slice(index * room, (index + 1) * room).join(""));
}

/** Characters, not UTF-16 units: an emoji counts once, as it does in Python. */
export function lengthOf(text: string): number {
	return [...text].length;
}

function cut(text: string, most: number): string {
	return [...text].slice(0, most).join("");
}
