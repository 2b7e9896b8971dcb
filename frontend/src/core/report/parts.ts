// What one entry adds to the figures of its shift: parts, each a key and the amounts that go there.
// Reads bodies as they are said and checks no sums, as pos_bridge/core/report/parts.py does.

import type { Entry } from "@/core/entry";
import { Malformed, Rejected } from "@/core/errors";
import { HUNDRED_PERCENT, SCALE, minorOf, parseDecimal, roundRatio } from "@/core/money";
import { splitByRate } from "@/core/receipt";
import { NO_MONEY, movementOf, type IssueBody } from "@/core/report/bodies";
import type { ReturnBody } from "@/core/returns";
import type { SaleBody, SaleLine, TaxTotal } from "@/core/sale";

export type Key = readonly string[];
export type Part = readonly [Key, readonly number[]];

export const MONEY_KINDS: ReadonlySet<string> = new Set(["sale", "return", "credit_issue", "cash_in", "cash_out"]);

/** Kinds of which it is only said how many there were. */
const COUNTED_KINDS: Readonly<Record<string, string>> = {
	no_sale: "no_sales",
	reprint: "reprints",
	approval: "approvals",
	training_sale: "training",
	training_return: "training",
};

/** Amounts by key, in the order in which the keys came. */
export class Sums {
	readonly #sums = new Map<string, { readonly key: Key; amounts: readonly number[] }>();

	add(parts: readonly Part[]): void {
		for (const [key, amounts] of parts) {
			const name = JSON.stringify(key);
			const known = this.#sums.get(name);
			if (known) known.amounts = known.amounts.map((amount, index) => amount + (amounts[index] ?? 0));
			else this.#sums.set(name, { key, amounts });
		}
	}

	/** The keys that begin with `section`, without it, and their amounts. */
	section(section: string): Part[] {
		const found = [...this.#sums.values()].filter(({ key }) => key[0] === section);
		return found.map(({ key, amounts }) => [key.slice(1), amounts] as const);
	}

	/** The amounts of the key that is `section` alone. */
	one(section: string): readonly number[] {
		return this.#sums.get(JSON.stringify([section]))?.amounts ?? [];
	}
}

export interface Reading {
	readonly groups: Readonly<Record<string, string>>;
	readonly currency: string;
	readonly currency_precision: number;
}

/** The entry's parts; undefined where it can't be read, or is in another currency. */
export function partsOf(entry: Entry, reading: Reading): Part[] | undefined {
	try {
		const parts = read(entry, reading);
		for (const [key, amounts] of parts) {
			if (!amounts.every(Number.isSafeInteger)) throw new Malformed("An amount is not a whole number.");
			if (!key.every((word) => typeof word === "string")) throw new Malformed("A name is not a text.");
		}
		return parts;
	} catch (error) {
		if (error instanceof Rejected || error instanceof TypeError || error instanceof RangeError) return undefined;
		throw error;
	}
}

function read(entry: Entry, reading: Reading): Part[] {
	const { kind } = entry;
	const { currency, currency_precision } = entry.body as SaleBody;
	const isOurs = currency === reading.currency && currency_precision === reading.currency_precision;
	if (MONEY_KINDS.has(kind) && !isOurs) throw new Rejected(`It is in ${currency}.`);
	if (kind === "sale" || kind === "return") return ticket(entry, kind, reading);
	if (kind === "credit_issue") return issue(entry);
	if (kind === "cash_in" || kind === "cash_out") return movement(entry);
	if (kind === "void") {
		const { total_minor = 0 } = entry.body as { readonly total_minor?: number };
		return [[["voids"], [1, total_minor]]];
	}
	const counted = COUNTED_KINDS[kind];
	return counted === undefined ? [] : [[[counted], [1]]];
}

function issue(entry: Entry): Part[] {
	const body = entry.body as IssueBody;
	return [[["issued", body.credit_kind], [1, body.amount_minor]], ...tenders(body, "sale")];
}

function movement(entry: Entry): Part[] {
	const { purpose, tender, reason = "", amount_minor: amount } = movementOf(entry);
	const inOut = entry.kind === "cash_in" ? [amount, 0] : [0, amount];
	return [
		[["movement", entry.kind, purpose, tender, reason], [1, amount]],
		[["tender", tender], [0, 0, 0, ...inOut]],
	];
}

function ticket(entry: Entry, kind: "sale" | "return", { groups }: Reading): Part[] {
	const body = entry.body as SaleBody;
	const { total_minor: total, discount } = body;
	const adjustment = body.total_rounding ? body.total_rounding.adjustment_minor : 0;
	const figures = [1, body.net_minor, body.tax_minor, body.round_off_minor, adjustment, total];
	const parts: Part[] = [[[kind], figures], ...tenders(body, kind), ...taxes(body)];
	parts.push([["cashier", entry.cashier], kind === "sale" ? [1, total, 0, 0] : [0, 0, 1, total]]);
	if (kind === "return") {
		const { against } = entry.body as ReturnBody;
		parts.push([[against ? "with_receipt" : "without_receipt"], [1, total]]);
	}
	if (body.tip_minor !== undefined) parts.push([["tips"], [1, body.tip_minor]]);
	if (body.write_off_minor !== undefined) parts.push([["write_offs"], [1, body.write_off_minor]]);
	for (const line of body.lines) parts.push(...lineParts(line, body, groups));
	if (discount) parts.push([["discount", "ticket", discount.reason ?? ""], [1, discount.amount_minor]]);
	return parts;
}

type Paid = Pick<SaleBody, "tenders"> & Partial<Pick<SaleBody, "change_minor" | "change_from">>;

function tenders({ tenders: given, change_minor: change = 0, change_from }: Paid, kind: "sale" | "return"): Part[] {
	const parts: Part[] = [];
	for (const { tender, kind: of, amount_minor: amount, points = 0 } of given) {
		const [received, refunded] = kind === "sale" ? [amount, 0] : [0, amount];
		if (NO_MONEY.has(of)) {
			parts.push([["owed", of, tender], [1, received, refunded, points]]);
			continue;
		}
		parts.push([["kind", tender, of], []], [["tender", tender], [received, 0, refunded, 0, 0]]);
	}
	const giver = change_from || (given.find(({ kind }) => kind === "cash")?.tender ?? "");
	if (change !== 0) parts.push([["tender", giver], [0, -change, 0, 0, 0]]);
	return parts;
}

function taxes({ taxes: rows, lines }: SaleBody): Part[] {
	return rows.flatMap((row): Part[] => {
		const isPercentage = (row.charge ?? "on_net_total") === "on_net_total";
		return isPercentage ? byRate(row, lines) : [[["tax", row.label, ""], [0, row.amount_minor]]];
	});
}

function byRate({ tax, label, base_minor, amount_minor }: TaxTotal, lines: readonly SaleLine[]): Part[] {
	const nets = new Map<string, number>();
	for (const { rates, net_minor } of lines) {
		const rate = Object.hasOwn(rates, tax) ? rates[tax] : undefined;
		if (rate !== undefined) nets.set(rate, (nets.get(rate) ?? 0) + net_minor);
	}
	const [only] = nets.keys();
	if (nets.size === 1 && only !== undefined) return [[["tax", label, only], [base_minor, amount_minor]]];
	const split = splitByRate(amount_minor, nets);
	if (split.length === 0) return [[["tax", label, ""], [base_minor, amount_minor]]];
	return split.map(([rate, net, part]) => [["tax", label, rate], [net, part]]);
}

function lineParts(line: SaleLine, body: SaleBody, groups: Readonly<Record<string, string>>): Part[] {
	const { item, rates, amount_minor: amount, net_minor: net } = line;
	const group = Object.hasOwn(groups, item) ? (groups[item] ?? "") : "";
	const parts: Part[] = [[["group", group], [1, amount, net]]];
	if (Object.keys(rates).length === 0) parts.push([["untaxed"], [net]]);
	if (line.discount_percent !== undefined || line.unit_discount_minor !== undefined) {
		const rules = line.rules ?? [];
		const reason = line.discount_reason || rules.join(", ");
		parts.push([["discount", rules.length > 0 ? "rule" : "line", reason], [1, atFullPrice(line, body) - amount]]);
	}
	return parts;
}

/** The line's amount without its discount; a margin is part of the price. */
function atFullPrice(line: SaleLine, body: SaleBody): number {
	const listed = BigInt(line.price_minor);
	const price = (listed + BigInt(line.unit_margin_minor ?? 0)) * HUNDRED_PERCENT
		+ listed * parseDecimal(line.margin_percent ?? "0");
	const finer = 10n ** BigInt(Math.max((body.rate_decimals ?? 0) - body.currency_precision, 0));
	return minorOf(roundRatio(price * parseDecimal(line.quantity), HUNDRED_PERCENT * SCALE * finer, "commercial"));
}
