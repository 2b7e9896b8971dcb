// ERPNext's Pricing Rules as a till gets them, read and checked.
// Never applies one, and never lets a figure through that is negative, absurd or no figure.

import { Malformed, wordsOf } from "@/core/errors";
import { MAX_MINOR, SCALE, parseDecimal } from "@/core/money";

const MAX_RULES = 2_000;
const MAX_NAMES = 20_000;
const MAX_PRIORITY = 20;
const MOST = 1_000_000_000n * SCALE;

const GOODS = ["item", "group", "brand"] as const;
const ON = [...GOODS, "ticket"] as const;
const GIVES = ["", "rate", "percent", "amount", "product"] as const;
const DISCOUNT_ON = ["", "net", "grand"] as const;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

export type OnGoods = (typeof GOODS)[number];
export type Gives = (typeof GIVES)[number];
export type DiscountOn = "net" | "grand";

/** A row that the rule applies on: `names` are its own and, of a group, those below; `factor` is scaled by 10^9. */
export interface RuleRow {
	readonly own: string;
	readonly names: ReadonlySet<string>;
	readonly unit: string;
	readonly factor: bigint;
}

export interface Coupon {
	readonly coupon: string;
	readonly code: string;
	readonly valid_from: string;
	readonly valid_upto: string;
}

/** What a rule gives; `item` "" is the line's own. Quantities are scaled by 10^9. */
export interface Free {
	readonly item: string;
	readonly group: string;
	readonly brand: string;
	readonly quantity: bigint;
	readonly unit: string;
	readonly factor: bigint;
	readonly rate_minor: bigint;
	readonly recursive: boolean;
	readonly recurse_for: bigint;
	readonly recurse_over: bigint;
	readonly whole: boolean;
}

/** "" and empty sets restrict nothing. `other`: the price is for those goods, where goods of `rows` are bought. */
export interface Rule {
	readonly rule: string;
	readonly title: string;
	readonly on: (typeof ON)[number];
	readonly rows: readonly RuleRow[];
	readonly other_on: OnGoods | "";
	readonly other: string;
	readonly customer: string;
	readonly customer_groups: ReadonlySet<string>;
	readonly territories: ReadonlySet<string>;
	readonly price_list: string;
	readonly currency: string;
	readonly valid_from: string;
	readonly valid_upto: string;
	readonly min_quantity: bigint;
	readonly max_quantity: bigint;
	readonly min_minor: bigint;
	readonly max_minor: bigint;
	readonly priority: number;
	readonly has_priority: boolean;
	readonly multiple: boolean;
	readonly mixed: boolean;
	readonly on_discounted: boolean;
	/** ERPNext prefers those of its own price list among rules of which all are by percent; gifts can be. */
	readonly by_percent: boolean;
	readonly gives: Gives;
	readonly rate_minor: bigint;
	readonly percent: bigint;
	readonly amount_minor: bigint;
	readonly margin_percent: bigint;
	readonly margin_minor: bigint;
	readonly discount_on: DiscountOn | "";
	readonly free: Free | undefined;
	readonly coupon_based: boolean;
	readonly coupons: readonly Coupon[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The manifest's `rules` (docs/protocol.md, "Pricing rules"); raises Malformed, naming a rule that is wrong. */
export function rulesFromWire(wire: unknown): readonly Rule[] {
	const rows = listOf(wire, "rules");
	if (rows.length > MAX_RULES) throw new Malformed(`A till takes up to ${MAX_RULES} pricing rules, not ${rows.length}.`);
	const rules = rows.map(readNamed);
	if (new Set(rules.map((rule) => rule.rule)).size !== rules.length) {
		throw new Malformed("Two pricing rules have the same name.");
	}
	return rules;
}

function readNamed(row: unknown): Rule {
	try {
		return checked(readRule(fieldsOf(row)));
	} catch (error) {
		const name = isFields(row) ? row.rule : row;
		throw new Malformed(`The pricing rule ${JSON.stringify(name)} is not as the protocol says: ${wordsOf(error)}`);
	}
}

function readRule(row: Fields): Rule {
	const other = fieldsOf(row.other ?? {});
	return {
		rule: text(row.rule, "rule"),
		title: text(row.title ?? "", "title"),
		on: oneOf(ON, row.on, "on"),
		rows: listOf(row.rows ?? [], "rows").map((each) => readRow(fieldsOf(each))),
		other_on: oneOf(["", ...GOODS] as const, other.on ?? "", "other"),
		other: text(other.name ?? "", "other"),
		...readRestrictions(row),
		priority: Number(minor(row, "priority", MAX_PRIORITY)),
		has_priority: flag(row, "has_priority"),
		multiple: flag(row, "multiple"),
		mixed: flag(row, "mixed"),
		on_discounted: flag(row, "on_discounted"),
		by_percent: row.gives === "percent" || flag(row, "by_percent"),
		gives: oneOf(GIVES, row.gives, "gives"),
		rate_minor: minor(row, "rate_minor"),
		percent: decimal(row, "percent"),
		amount_minor: minor(row, "amount_minor"),
		margin_percent: decimal(row, "margin_percent"),
		margin_minor: minor(row, "margin_minor"),
		discount_on: oneOf(DISCOUNT_ON, row.discount_on ?? "", "discount_on"),
		free: row.free === undefined ? undefined : readFree(fieldsOf(row.free)),
		coupon_based: row.coupons !== undefined,
		coupons: listOf(row.coupons ?? [], "coupons").map((each) => readCoupon(fieldsOf(each))),
	};
}

function readRestrictions(row: Fields) {
	return {
		customer: text(row.customer ?? "", "customer"),
		customer_groups: names(row, "customer_groups"),
		territories: names(row, "territories"),
		price_list: text(row.price_list ?? "", "price_list"),
		currency: text(row.currency, "currency"),
		valid_from: date(row, "valid_from"),
		valid_upto: date(row, "valid_upto"),
		min_quantity: decimal(row, "min_quantity"),
		max_quantity: decimal(row, "max_quantity"),
		min_minor: minor(row, "min_minor"),
		max_minor: minor(row, "max_minor"),
	};
}

function checked(rule: Rule): Rule {
	if ((rule.gives === "product") !== (rule.free !== undefined)) {
		throw new Error("it gives a product and names none, or the other way round.");
	}
	if ((rule.on === "ticket") !== (rule.rows.length === 0)) throw new Error("only a rule on the ticket has no rows.");
	if (rule.free && rule.on === "ticket" && (rule.free.recursive || !rule.free.item)) {
		throw new Error("what is given with a ticket has a name, and is given once.");
	}
	if (Boolean(rule.other_on) !== Boolean(rule.other)) throw new Error("the other goods have no name or no kind.");
	if (rule.rows.reduce((all, row) => all + row.names.size, 0) > MAX_NAMES) {
		throw new Error(`its rows have more than ${MAX_NAMES} names.`);
	}
	return rule;
}

function readRow(fields: Fields): RuleRow {
	const own = text(fields.name, "rows");
	const factor = decimal(fields, "factor", "1");
	if (!own || factor === 0n) throw new Error("a row has no name, or its unit holds nothing.");
	return { own, names: new Set([own, ...names(fields, "below")]), unit: text(fields.unit ?? "", "unit"), factor };
}

function readFree(fields: Fields): Free {
	const free: Free = {
		item: text(fields.item ?? "", "free"),
		group: text(fields.group ?? "", "free"),
		brand: text(fields.brand ?? "", "free"),
		quantity: decimal(fields, "quantity"),
		unit: text(fields.unit ?? "", "free"),
		factor: decimal(fields, "factor", "1"),
		rate_minor: minor(fields, "rate_minor"),
		recursive: flag(fields, "recursive"),
		recurse_for: decimal(fields, "recurse_for", "1"),
		recurse_over: decimal(fields, "recurse_over"),
		whole: flag(fields, "whole"),
	};
	if (free.recurse_for === 0n || free.factor === 0n) {
		throw new Error("what is given recurs for 0, or its unit holds nothing.");
	}
	return free;
}

function readCoupon(fields: Fields): Coupon {
	return {
		coupon: text(fields.coupon, "coupon"),
		code: text(fields.code, "code"),
		valid_from: date(fields, "valid_from"),
		valid_upto: date(fields, "valid_upto"),
	};
}

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
	if (!isFields(value)) throw new Error(`${JSON.stringify(value)} is no object.`);
	return value;
}

function listOf(value: unknown, field: string): readonly unknown[] {
	if (!Array.isArray(value)) throw new Malformed(`${field} is not a list.`);
	return value;
}

function text(value: unknown, field: string): string {
	if (typeof value !== "string") throw new Error(`${field} is not a text.`);
	return value;
}

function oneOf<Known extends string>(known: readonly Known[], value: unknown, field: string): Known {
	const found = known.find((each) => each === value);
	if (found === undefined) throw new Error(`${field} can't be ${JSON.stringify(value)}.`);
	return found;
}

function names(fields: Fields, field: string): ReadonlySet<string> {
	return new Set(listOf(fields[field] ?? [], field).map((name) => text(name, field)));
}

function flag(fields: Fields, field: string): boolean {
	const value = fields[field] ?? false;
	if (typeof value !== "boolean") throw new Error(`${field} is neither true nor false.`);
	return value;
}

function date(fields: Fields, field: string): string {
	const value = text(fields[field] ?? "", field);
	if (value && !DATE.test(value)) throw new Error(`${field} is not a date like 2026-11-26.`);
	return value;
}

function decimal(fields: Fields, field: string, otherwise = "0"): bigint {
	const value = parseDecimal(text(fields[field] ?? otherwise, field));
	if (value < 0n || value > MOST) throw new Error(`${field} is negative or too large.`);
	return value;
}

function minor(fields: Fields, field: string, most = MAX_MINOR): bigint {
	const value = fields[field] ?? 0;
	if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value > most) {
		throw new Error(`${field} is no whole number from 0 to ${most}.`);
	}
	return BigInt(value);
}
