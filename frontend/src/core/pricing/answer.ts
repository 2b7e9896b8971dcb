// What the pricing rules say of one row of an invoice, as ERPNext's `get_pricing_rule_for_item` does.
// Never writes to the row, but for the names of rules between which ERPNext could not choose.

import { SCALE, roundRatio } from "@/core/money";
import type { Goods, PricingContext } from "@/core/pricing/cart";
import { highest, isEnough, matching, type Matched } from "@/core/pricing/matching";
import type { Free, Gives, OnGoods, Rule } from "@/core/pricing/rules";

export const HUNDRED = 100n * SCALE;
/** Amounts off a unit are added up as minor units of 10^-11: a price times a percent is exact there. */
export const OFF = 100_000_000_000n;
/** Percents and quantities are rounded to it: Frappe's float precision. */
const THOUSANDTH = SCALE / 1000n;

/** A row of the invoice while it is gone over. `rules` is undefined where none was found or looked for. */
export interface Row {
	line: Goods;
	price: bigint;
	rate: bigint;
	group: string | undefined;
	brand: string | undefined;
	stock: bigint | undefined;
	percent: bigint;
	off: bigint;
	/** What was taken off a unit when the row was added up last. */
	taken: bigint;
	amount: bigint;
	rules: readonly string[] | undefined;
	readonly gift: boolean;
	conflict: readonly string[];
}

/** What the rules say; undefined is: nothing. `others` are the goods that it is said of instead. */
export interface Answer {
	readonly rules: readonly string[];
	readonly price: bigint | undefined;
	readonly percent: bigint | undefined;
	readonly off: bigint | undefined;
	readonly gifts: readonly Gift[];
	readonly othersOn: OnGoods | undefined;
	readonly others: ReadonlySet<string>;
	/** ERPNext's server does what the last rule is for, and that only. */
	readonly ofPrice: boolean;
	/** What the last rule on the price gives. */
	readonly sets: Gives;
}

export interface Gift {
	readonly rule: string;
	readonly line: Goods;
}

type Draft = { -readonly [Name in keyof Answer]: Answer[Name] } & { rules: string[]; gifts: Gift[] };

/** A rule that applies, the unit that its rate is for (undefined: the stock unit), its other goods. */
interface Chosen {
	readonly rule: Rule;
	readonly unit: string | undefined;
	readonly others: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export function spares(answer: Answer, item: string): boolean {
	return answer.others.size > 0 && !answer.others.has(item);
}

export function namedOn(row: Row, on: OnGoods): string | undefined {
	return on === "item" ? row.line.item : row[on];
}

/** The quantity in stock units, scaled by 10^18. */
export function stockOf(line: Goods): bigint {
	return line.quantity * line.factor;
}

/** Asks the rules about a row among the others; `rows` may grow and change between two questions. */
export class Asker {
	readonly #byName: ReadonlyMap<string, Rule>;
	#units = new Map<string, string>();

	constructor(
		private readonly rules: readonly Rule[],
		private readonly rows: readonly Row[],
		private readonly context: PricingContext,
		private readonly coupon: string,
	) {
		this.#byName = new Map(rules.map((rule) => [rule.rule, rule]));
	}

	named(name: string): Rule {
		const rule = this.#byName.get(name);
		if (!rule) throw new Error(`There is no pricing rule ${name}.`);
		return rule;
	}

	/** A new request to ERPNext: what it had noted on its cached rules is gone. */
	begin(): void {
		this.#units = new Map();
	}

	/** Undefined: no rule, or a conflict. `again`: rules that the row has are kept, as on saving. */
	ask(row: Row, again: boolean): Answer | undefined {
		const chosen = again && row.rules !== undefined ? this.#kept(row, row.rules) : this.#choose(row);
		if (chosen.length === 0) return undefined;
		const answer: Draft = {
			rules: [], price: undefined, percent: undefined, off: undefined, gifts: [],
			othersOn: undefined, others: NONE, ofPrice: false, sets: "",
		};
		for (const each of chosen) {
			if (!each.rule.coupon_based || this.#hasCoupon(each.rule)) this.#add(answer, each, row);
		}
		const { rounding, currency_precision } = this.context;
		if (answer.percent !== undefined) {
			answer.percent = roundRatio(answer.percent, SCALE * THOUSANDTH, rounding, 3) * THOUSANDTH;
		}
		if (answer.off !== undefined) answer.off = roundRatio(answer.off, OFF, rounding, currency_precision);
		return answer;
	}

	/** ERPNext knows only that coupon of a rule that was changed last. */
	#hasCoupon(rule: Rule): boolean {
		return this.coupon !== "" && this.coupon === rule.coupons[0]?.coupon;
	}

	#add(answer: Draft, chosen: Chosen, row: Row): void {
		const { rule } = chosen;
		answer.rules.push(rule.rule);
		answer.ofPrice = rule.gives !== "product";
		if (answer.ofPrice) answer.sets = rule.gives;
		if (rule.on !== "ticket" && (rule.mixed || rule.other_on)) {
			answer.othersOn = rule.other_on || rule.on;
			if (chosen.others.size > 0) answer.others = chosen.others;
		}
		if (rule.free) this.#addGift(answer, rule.rule, rule.free, row);
		else this.#setPrice(answer, chosen, row);
	}

	#kept(row: Row, names: readonly string[]): Chosen[] {
		return names.map((name) => {
			const rule = this.named(name);
			for (const each of rule.rows) {
				if (rule.on !== "ticket" && each.own === namedOn(row, rule.on)) this.#units.set(name, each.unit);
			}
			return { rule, unit: this.#units.get(name), others: rule.other_on ? new Set([rule.other]) : namesOf(rule) };
		});
	}

	#choose(row: Row): Chosen[] {
		const found = matching(this.rules, row.line, this.context);
		if (!found.every(({ rule }) => rule.multiple)) return this.#best(row, found);
		const single = found.flatMap((each) => this.#best(row, [each]));
		return single.sort((a, b) => (a.rule.priority || 1) - (b.rule.priority || 1));
	}

	/** The one of these rules that applies; none where several are left. Source: `filter_pricing_rules`. */
	#best(row: Row, found: readonly Matched[]): Chosen[] {
		const first = found[0]?.rule;
		if (!first) return [];
		const elsewhere = first.other_on !== "" && !first.mixed;
		const left = elsewhere ? this.#withOthers(first, found) : this.#enough(row, first, found);
		const best = highest(left, this.context.currency, this.context.price_list);
		if (best.length > 1) {
			row.conflict = best.map(({ rule }) => rule.rule);
			return [];
		}
		let others = first.mixed ? namesOf(first) : NONE;
		if (elsewhere && best[0] !== undefined && best[0] === left[0]) others = new Set([first.other]);
		return best.map((each) => ({ rule: each.rule, unit: each.row.unit, others }));
	}

	#enough(row: Row, first: Rule, found: readonly Matched[]): Matched[] {
		const [quantity, minor] = first.mixed
			? this.#mixed(row, first)
			: [stockOf(row.line), row.line.quantity * row.price * SCALE];
		return found.filter((each) => isEnough(each, quantity, minor, row.line.unit));
	}

	/** Quantity and amount of all rows together. Source: `get_qty_and_rate_for_mixed_conditions`. */
	#mixed(own: Row, rule: Rule): readonly [bigint, bigint] {
		let quantity = 0n;
		let minor = 0n;
		const names = namesOf(rule);
		for (const row of this.rows) {
			if (rule.on === "ticket" || !names.has(namedOn(row, rule.on) || namedOn(own, rule.on) || "")) continue;
			quantity += row.stock || stockOf(own.line);
			const same = row.line.item === own.line.item;
			minor += (same ? own.line.quantity * own.price : row.line.quantity * (row.price || own.rate)) * SCALE;
		}
		return [quantity, minor];
	}

	/** ERPNext looks at the first row with such goods only. Source: `get_qty_and_rate_for_other_item`. */
	#withOthers(rule: Rule, found: readonly Matched[]): Matched[] {
		const names = namesOf(rule);
		const row = this.rows.find((each) => rule.on !== "ticket" && names.has(namedOn(each, rule.on) ?? ""));
		if (!row) return [];
		const quantity = stockOf(row.line);
		const minor = quantity * (row.price || row.rate);
		return found.filter((each) => isEnough(each, quantity, minor, row.line.unit));
	}

	/** Source: `apply_price_discount_rule`. */
	#setPrice(answer: Draft, { rule, unit }: Chosen, row: Row): void {
		const { currency, currency_precision, rounding } = this.context;
		if (rule.gives === "rate") {
			if (rule.rate_minor && rule.currency === currency) {
				const factor = unit === row.line.unit ? SCALE : row.line.factor;
				answer.price = roundRatio(rule.rate_minor * factor, SCALE, rounding, currency_precision);
			}
			answer.percent = 0n;
		} else if (rule.gives) {
			this.#takeOff(answer, rule, row.price);
		}
	}

	#takeOff(answer: Draft, rule: Rule, price: bigint): void {
		const byPercent = rule.gives === "percent";
		const off = answer.off ?? 0n;
		if (rule.on_discounted && answer.percent && byPercent) {
			answer.percent += floor((HUNDRED * SCALE - answer.percent) * rule.percent, HUNDRED);
		} else if (rule.on_discounted && answer.percent) {
			// ERPNext takes the amount for a percentage of 100 here.
			const hundred = 10n ** BigInt(this.context.currency_precision) * 100n;
			answer.off = off + floor((hundred * OFF - off) * rule.amount_minor, hundred);
		} else if (!byPercent) {
			answer.off = off + rule.amount_minor * OFF;
		} else if (price === 0n) {
			answer.percent = (answer.percent ?? 0n) + rule.percent * SCALE;
		} else {
			answer.off = off + price * rule.percent;
			if (answer.off) answer.percent = floor(answer.off * SCALE, price);
		}
	}

	/** Source: `get_product_discount_rule`. */
	#addGift(answer: Draft, rule: string, free: Free, row: Row): void {
		const bought = this.rows
			.filter((each) => !each.gift && each.line.item === row.line.item && areSame(each.rules, row.rules))
			.reduce((all, each) => all + each.line.quantity, 0n);
		const quantity = this.#freeQuantity(free, bought);
		if (quantity) answer.gifts.push({ rule, line: giftOf(free, quantity, row.line) });
	}

	#freeQuantity(free: Free, all: bigint): bigint {
		const once = free.quantity || SCALE;
		const bought = all - free.recurse_over;
		if (!free.recursive || bought <= 0n) return once;
		if (free.whole) return (bought / free.recurse_for) * once;
		return THOUSANDTH * roundRatio(bought * once, free.recurse_for * THOUSANDTH, this.context.rounding, 3);
	}
}

/** What is given, as a line; `line` is the one that it is given for, if it gives its own item. */
export function giftOf(free: Free, quantity: bigint, line?: Goods): Goods {
	const { item, group, brand, unit: named, factor, rate_minor: price } = free;
	if (item || !line) return { item, variant_of: "", group, brand, unit: named, stock_unit: "", quantity, factor, price };
	const unit = named || line.stock_unit || line.unit;
	return { ...line, quantity, unit, price, factor: unit === line.unit ? line.factor : SCALE };
}

/** All that a rule applies on. Source: `get_pricing_rule_items`. */
function namesOf(rule: Rule): ReadonlySet<string> {
	return new Set(rule.rows.flatMap((row) => [...row.names]));
}

function areSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
	if (a === undefined || b === undefined) return a === b;
	return a.length === b.length && a.every((name, index) => name === b[index]);
}

/** Rounded down, as Python's `//` does with a positive denominator. */
function floor(numerator: bigint, denominator: bigint): bigint {
	const quotient = numerator / denominator;
	return numerator % denominator < 0n ? quotient - 1n : quotient;
}
