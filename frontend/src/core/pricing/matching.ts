// Which pricing rules match a line, whether quantity and amount are enough, and which of them is chosen.
// Never computes a price, and never asks a tree, a clock or a server.

import { SCALE } from "@/core/money";
import type { OnGoods, Rule, RuleRow } from "@/core/pricing/rules";

/** A rule with the row through which it matched: one rule can match through several. */
export interface Matched {
	readonly rule: Rule;
	readonly row: RuleRow;
}

/** What rules look at on a line. */
export interface Goods {
	readonly item: string;
	readonly variant_of: string;
	readonly group: string;
	readonly brand: string;
	readonly unit: string;
}

/** Who buys when: names as ERPNext has them, the date as 2026-11-26. */
export interface Buyer {
	readonly customer: string;
	readonly customer_group: string;
	readonly territory: string;
	readonly date: string;
}

/**
 * The rules that may apply on a line, in the order in which they came; quantities are not looked at.
 * Source: `get_pricing_rules` and `_get_pricing_rules` in ERPNext's pricing_rule/utils.py.
 */
export function matching(rules: readonly Rule[], goods: Goods, buyer: Buyer): Matched[] {
	const found: Matched[] = [];
	for (const on of ["item", "group", "brand"] as const) {
		if (goods[on]) found.push(...matchingOn(on, rules, goods, buyer));
		if (found[0]?.rule.has_priority) continue;
		if (found.length > 0 && !found.every((each) => each.rule.multiple)) break;
	}
	return found;
}

function matchingOn(on: OnGoods, rules: readonly Rule[], goods: Goods, buyer: Buyer): Matched[] {
	return rules
		.filter((rule) => rule.on === on && isFor(rule, buyer) && isValid(rule, buyer))
		.flatMap((rule) => rule.rows.filter((row) => matches(rule, on, row, goods)).map((row) => ({ rule, row })));
}

function matches(rule: Rule, on: OnGoods, row: RuleRow, goods: Goods): boolean {
	if (rule.other_on === on && rule.other === goods[on]) return true;
	if (on === "item" && goods.variant_of && row.own === goods.variant_of) return true;
	// ERPNext doesn't look at the unit of a brand's row.
	return row.names.has(goods[on]) && (on === "brand" || row.unit === "" || row.unit === goods.unit);
}

/** Whether the rule is for this customer. Source: `get_other_conditions`. */
export function isFor(rule: Rule, buyer: Buyer): boolean {
	return (
		(rule.customer === "" || rule.customer === buyer.customer) &&
		(rule.customer_groups.size === 0 || rule.customer_groups.has(buyer.customer_group)) &&
		(rule.territories.size === 0 || rule.territories.has(buyer.territory))
	);
}

function isValid(rule: Rule, { date }: Buyer): boolean {
	return (rule.valid_from || "2000-01-01") <= date && date <= (rule.valid_upto || "2500-12-31");
}

/**
 * Whether a stock quantity and an amount in minor units, both scaled by 10^18, are what the rule asks for.
 * Source: `filter_pricing_rules_for_qty_amount`.
 */
export function isEnough({ rule, row }: Matched, quantity: bigint, minor: bigint, unit: string): boolean {
	const factor = row.unit ? row.factor : SCALE;
	if (quantity < rule.min_quantity * factor) return false;
	if (rule.max_quantity && quantity > rule.max_quantity * factor) return false;
	const ofAmount = (row.unit && row.unit === unit ? SCALE : factor) * SCALE;
	if (minor < rule.min_minor * ofAmount) return false;
	return !rule.max_minor || minor <= rule.max_minor * ofAmount;
}

/** Those of the matching rules that are left: one, or several that ERPNext can't choose from. */
export function highest(found: readonly Matched[], currency: string, priceList: string): readonly Matched[] {
	let left = found;
	if (left.length > 1) left = preferring(left, ({ rule }) => rule.currency === currency);
	const most = Math.max(0, ...left.map(({ rule }) => rule.priority));
	if (most) left = left.filter(({ rule }) => rule.priority === most);
	if (left.length > 1 && left.every(({ rule }) => rule.by_percent)) {
		left = preferring(left, ({ rule }) => rule.price_list === priceList);
	}
	return left;
}

function preferring(found: readonly Matched[], better: (each: Matched) => boolean): readonly Matched[] {
	const preferred = found.filter(better);
	return preferred.length > 0 ? preferred : found;
}
