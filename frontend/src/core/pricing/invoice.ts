// An invoice gone over by pricing rules as ERPNext does: its form takes over, then it is saved and submitted.
// Never raises over a conflict between rules: no rule applies to that line, and the answer names them.

import { SCALE, formatDecimal, minorOf, roundRatio } from "@/core/money";
import { Asker, HUNDRED, OFF, giftOf, namedOn, spares, stockOf, type Answer, type Gift, type Row } from "@/core/pricing/answer";
import {
	goodsOf, type Conflict, type CouponState, type FreeItem, type Goods, type LinePrice, type Pricing,
	type PricingContext, type PricingLine, type TicketDiscount,
} from "@/core/pricing/cart";
import { isEnough, isFor } from "@/core/pricing/matching";
import type { DiscountOn, Gives, Rule, RuleRow } from "@/core/pricing/rules";

const WHOLE_TICKET: RuleRow = { own: "", names: new Set(), unit: "", factor: SCALE };

/** The lines as the rules price them; raises Rejected only if a line is none (no quantity, no such price). */
export function priceLines(rules: readonly Rule[], lines: readonly PricingLine[], context: PricingContext): Pricing {
	const [state, coupon] = couponOf(rules, context);
	const invoice = new Invoice(rules, goodsOf(lines), context, coupon);
	invoice.takeOver();
	for (const _ of ["saved", "submitted"]) {
		invoice.goOver(true);
		invoice.addUp();
		invoice.applyTicketRules();
		invoice.setStock();
	}
	return invoice.result(state);
}

/** What there is to say of the coupon, and its name if it counts. */
function couponOf(rules: readonly Rule[], { coupon: shown, date }: PricingContext): readonly [CouponState, string] {
	if (!shown) return ["", ""];
	const coupon = rules.flatMap((rule) => rule.coupons).find((each) => shown === each.coupon || shown === each.code);
	if (!coupon) return ["unknown", ""];
	if (coupon.valid_from > date) return ["not_started", ""];
	if (coupon.valid_upto && coupon.valid_upto < date) return ["expired", ""];
	return ["taken", coupon.coupon];
}

/** The rows, and the ticket's discount: in percent, or an amount. */
class Invoice {
	readonly #rows: Row[];
	readonly #own: readonly Row[];
	readonly #asker: Asker;
	#on: DiscountOn;
	#percent = 0n;
	#leftPercent = 0n;
	#amount = 0n;
	#ticketRules: readonly string[] = [];

	constructor(
		private readonly rules: readonly Rule[],
		lines: readonly Goods[],
		private readonly context: PricingContext,
		private readonly coupon: string,
	) {
		this.#rows = lines.map((line) => rowOf(line));
		this.#own = [...this.#rows];
		this.#asker = new Asker(rules, this.#rows, context, coupon);
		this.#on = context.discount_on ?? "grand";
	}

	/** As the form does: all rows are asked for before any is written to. */
	takeOver(): void {
		const answers = this.#rows.map((row) => [row, this.#asker.ask(row, false)] as const);
		for (const [row, answer] of answers) if (answer) this.#takeOverRow(row, answer);
		const said = new Set<Gives>();
		for (const [, answer] of answers) {
			if (!answer || answer.others.size === 0) continue;
			said.add(answer.sets);
			this.#takeOverOthers(answer, said);
		}
	}

	#takeOverRow(row: Row, answer: Answer): void {
		row.rules = answer.rules;
		if (!spares(answer, row.line.item)) {
			if (answer.price !== undefined) row.price = row.rate = answer.price;
			row.percent = answer.percent ?? 0n;
			row.off = row.percent ? 0n : (answer.off ?? 0n);
		}
		this.#give(answer.gifts);
	}

	#takeOverOthers(answer: Answer, said: ReadonlySet<Gives>): void {
		for (const row of this.#own) {
			if (!answer.othersOn || !answer.others.has(namedOn(row, answer.othersOn) ?? "")) continue;
			row.rules = answer.rules;
			if (answer.ofPrice && answer.percent && said.has("percent")) {
				[row.percent, row.off] = [answer.percent, 0n];
			} else if (answer.ofPrice && answer.off && said.has("amount")) {
				[row.percent, row.off] = [0n, answer.off];
			}
		}
	}

	/** Row by row, those that are added meanwhile too. Source: `set_missing_item_details`. */
	goOver(again: boolean): void {
		this.#asker.begin();
		for (const row of this.#rows) {
			row.stock ??= stockOf(row.line);
			row.group = row.line.group;
			row.brand = row.line.brand;
			if (!row.gift) this.#goOverRow(row, again);
		}
	}

	#goOverRow(row: Row, again: boolean): void {
		const answer = this.#asker.ask(row, again);
		if (!answer) {
			this.#takeAway(row);
			return;
		}
		row.rules = answer.rules;
		if (!answer.ofPrice) {
			this.#give(answer.gifts);
		} else if (!spares(answer, row.line.item)) {
			row.percent = answer.percent ?? 0n;
			row.off = answer.off ?? row.off;
			if (answer.sets === "rate") row.price = answer.price ?? row.line.price;
			if (row.price) row.rate = row.off ? row.price - row.off : this.#less(row.price * OFF, row.percent);
		}
	}

	/** Source: `remove_pricing_rule_for_item`. */
	#takeAway(row: Row): void {
		if (row.rules === undefined) return;
		const gave = new Set(row.rules.map((name) => this.#asker.named(name).gives));
		row.percent = 0n;
		row.rate = gave.has("percent") ? row.price : 0n;
		row.off = gave.has("percent") || gave.has("amount") ? 0n : row.off;
		row.rules = undefined;
	}

	/** Source: `apply_pricing_rule_for_free_items`. */
	#give(gifts: readonly Gift[]): void {
		for (const { rule, line } of gifts) {
			const row = this.#rows.find((each) => each.gift && each.line.item === line.item && each.rules?.[0] === rule);
			if (row) [row.line, row.price, row.rate] = [line, line.price, line.price];
			else this.#rows.push(rowOf(line, rule));
		}
	}

	addUp(): void {
		for (const row of this.#rows) this.#addUpRow(row);
	}

	/** Source: `calculate_item_values` in ERPNext's taxes_and_totals.py. */
	#addUpRow(row: Row): void {
		if (row.percent === HUNDRED) {
			row.rate = 0n;
		} else if (row.price && (!row.rate || (row.rules && row.percent))) {
			row.rate = this.#less(row.price * OFF, row.percent);
			row.off = 0n;
		} else if (row.price && row.off && row.rules) {
			row.rate = row.price - row.off;
		}
		row.taken = row.off;
		const withMargin = this.#withMargin(row);
		const exact = withMargin > 0n ? this.#addMargin(row, withMargin) : row.rate * OFF;
		row.amount = this.#round(exact * row.line.quantity, OFF * SCALE);
	}

	#addMargin(row: Row, withMargin: bigint): bigint {
		row.taken = row.percent ? 0n : row.off;
		const exact = row.taken ? withMargin - row.taken * OFF : this.#less(withMargin, row.percent) * OFF;
		row.rate = this.#round(exact, OFF);
		row.off = row.taken;
		return exact;
	}

	/** Minor units of 10^-11, 0 for no margin. */
	#withMargin(row: Row): bigint {
		const margin = this.#margin(row);
		if (!margin) return 0n;
		return (row.price + margin.margin_minor) * OFF + row.price * margin.margin_percent;
	}

	/** The last rule that has one counts. Source: `calculate_margin`. */
	#margin(row: Row): Rule | undefined {
		if (!row.price) return undefined;
		const rules = (row.rules ?? []).map((name) => this.#asker.named(name));
		const { currency } = this.context;
		return rules.findLast((rule) => rule.margin_percent || (rule.margin_minor && rule.currency === currency));
	}

	/** Source: `apply_pricing_rule_on_transaction`, which looks at no date. */
	applyTicketRules(): void {
		const rules = this.rules.filter((rule) => rule.on === "ticket" && isFor(rule, this.context));
		if (rules.length === 0) return;
		const quantity = this.#rows.reduce((all, row) => all + row.line.quantity, 0n) * SCALE;
		const minor = this.#rows.reduce((all, row) => all + row.amount, 0n) * SCALE * SCALE;
		const enough = rules.filter((rule) => isEnough({ rule, row: WHOLE_TICKET }, quantity, minor, "-"));
		if (enough.length === 0) this.#removeGifts();
		for (const rule of enough) if (this.#applyToTicket(rule)) break;
	}

	/** ERPNext removes rows from the list that it is going through, so that it passes over some. */
	#removeGifts(): void {
		for (let index = 0; index < this.#rows.length; index += 1) {
			if (this.#rows[index]?.gift) this.#rows.splice(index, 1);
		}
	}

	/** Whether the rules after this one are not looked at: its coupon was taken. */
	#applyToTicket(rule: Rule): boolean {
		if (rule.free) {
			this.#give([{ rule: rule.rule, line: giftOf(rule.free, rule.free.quantity || SCALE) }]);
			// ERPNext sets missing values anew, the POS Profile's among them.
			this.#on = this.context.discount_on ?? "grand";
			this.goOver(false);
			this.addUp();
			return false;
		}
		this.#on = rule.discount_on || this.#on;
		if (!rule.percent && !rule.amount_minor) return false;
		const shown = this.coupon !== "" && rule.coupons.some(({ coupon }) => coupon === this.coupon);
		const taken = !rule.coupon_based || shown;
		if (rule.percent) this.#percent = taken ? rule.percent : 0n;
		else [this.#amount, this.#leftPercent] = [taken ? rule.amount_minor : 0n, 0n];
		// What a percentage comes to stays as an amount when a later rule takes it away.
		if (this.#percent) [this.#amount, this.#leftPercent] = [0n, this.#percent];
		if (taken) this.#ticketRules = [...this.#ticketRules, rule.rule];
		return taken && rule.coupon_based;
	}

	/** Saving sets it anew of every row. */
	setStock(): void {
		for (const row of this.#rows) row.stock = stockOf(row.line);
	}

	result(coupon: CouponState): Pricing {
		const lines = this.#own.map((row) => this.#line(row));
		const free = this.#rows.filter((row) => row.gift).map(freeItem);
		const applied = [...lines.flatMap((line) => line.rules), ...free.map(({ rule }) => rule), ...this.#ticketRules];
		const used = applied.some((name) => this.#asker.named(name).coupon_based);
		const state = coupon === "taken" && !used ? "not_used" : coupon;
		return { lines, free, ticket: this.#ticket(), conflicts: this.#conflicts(), coupon: state };
	}

	#line(row: Row): LinePrice {
		if (row.rate < 0n || row.conflict.length > 0) return plainPrice(row.line.price);
		const margin = this.#margin(row);
		const percent = row.rules && row.price ? row.percent : 0n;
		const off = row.rules && row.price && !percent ? row.taken : 0n;
		const line = {
			price_minor: minorOf(row.price),
			rate_minor: minorOf(row.rate),
			discount_percent: formatDecimal(percent),
			unit_discount_minor: minorOf(off),
			margin_percent: formatDecimal(margin?.margin_percent ?? 0n),
			unit_margin_minor: minorOf(margin?.margin_minor ?? 0n),
			rules: [],
		};
		if (isPlain(line, row.line.price)) return line;
		const rules = (row.rules ?? []).filter((name) => this.#asker.named(name).gives !== "product");
		return { ...line, rules: [...new Set(rules)] };
	}

	#ticket(): TicketDiscount | null {
		const percent = this.#percent || this.#leftPercent;
		if (!percent && !this.#amount) return null;
		return {
			on: this.#on,
			percent: formatDecimal(percent),
			amount_minor: minorOf(this.#amount),
			rules: [...new Set(this.#ticketRules)],
		};
	}

	#conflicts(): readonly Conflict[] {
		return this.#own.flatMap((row, index): readonly Conflict[] => {
			const line = index + 1;
			if (row.conflict.length > 0) return [{ line, kind: "same_criteria", rules: row.conflict }];
			return row.rate < 0n ? [{ line, kind: "below_zero", rules: row.rules ?? [] }] : [];
		});
	}

	/** A price in minor units of 10^-11 less a percent, in minor units. */
	#less(price: bigint, percent: bigint): bigint {
		return this.#round(price * (HUNDRED - percent), OFF * HUNDRED);
	}

	#round(numerator: bigint, denominator: bigint): bigint {
		return roundRatio(numerator, denominator, this.context.rounding, this.context.currency_precision);
	}
}

/** A line's row knows its goods, as the form sets them; a gift's only once it was gone over. */
function rowOf(line: Goods, rule?: string): Row {
	const fresh = { line, price: line.price, rate: line.price, percent: 0n, off: 0n, taken: 0n, amount: 0n, conflict: [] };
	if (rule !== undefined) {
		return { ...fresh, group: undefined, brand: undefined, stock: undefined, rules: [rule], gift: true };
	}
	return { ...fresh, group: line.group, brand: line.brand, stock: stockOf(line), rules: undefined, gift: false };
}

function freeItem({ line, rate, rules }: Row): FreeItem {
	const { item, unit } = line;
	return { item, quantity: formatDecimal(line.quantity), unit, rate_minor: minorOf(rate), rule: rules?.[0] ?? "" };
}

function plainPrice(price: bigint): LinePrice {
	const minor = minorOf(price);
	return {
		price_minor: minor, rate_minor: minor, discount_percent: "0", unit_discount_minor: 0,
		margin_percent: "0", unit_margin_minor: 0, rules: [],
	};
}

function isPlain(line: LinePrice, price: bigint): boolean {
	return JSON.stringify(line) === JSON.stringify(plainPrice(price));
}
