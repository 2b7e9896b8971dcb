// To whom and on which day is sold: what an item costs then in one of its units, and whether he may buy it at all.
// Never changes an item, and never names a price that the price lists don't.

import type { Item } from "@/catalogue/columns";
import { factorOf } from "@/catalogue/more";
import { SCALE, minorOf, parseDecimal, roundRatio } from "@/core/money";
import { rateOf } from "@/core/pricing/priceList";
import type { Snapshot } from "@/server/api";

/** A customer as far as prices go. */
export interface Buyer {
	readonly customer: string;
	/** Empty: the shop's. */
	readonly price_list: string;
	/** His customer group, for promotions. */
	readonly group?: string;
}

export interface Buying extends Partial<Buyer> {
	/** "2026-11-27": prices begin and end with the day, with or without a network. */
	readonly day: string;
	/** 1 unless it is said: some prices are for whole packs only. */
	readonly quantity?: string;
}

export type Shop = Pick<
	Snapshot,
	| "currency_precision" | "rate_decimals" | "rounding" | "price_list" | "restricted" | "pricing_for"
>;

/** The item as it is sold in a unit on a day; undefined if it has no price so. */
export function soldIn(item: Item, unit: string, shop: Shop, buying: Buying): Item | undefined {
	const factor = factorOf(item, unit);
	const price_minor = priceIn(item, unit, shop, buying);
	if (factor === undefined || price_minor === undefined) return undefined;
	// Other units are counted: nobody puts a crate on the scale.
	const weighed = item.weighed && unit === item.unit;
	return { ...item, unit, price_minor, weighed, ...(factor !== "1" && { conversion: factor }) };
}

/** What one unit costs; undefined if it has no price there. */
export function priceIn(item: Item, unit: string, shop: Shop, buying: Buying): number | undefined {
	const factor = factorOf(item, unit);
	if (factor === undefined) return undefined;
	const { price_list: own = "", rounding, pricing_for } = shop;
	const price_list = buying.price_list || own;
	const decimals = Math.max(shop.rate_decimals ?? 0, shop.currency_precision);
	const rows = item.more?.prices;
	if (!rows) {
		// One price, of the shop's list, for everybody.
		if (price_list !== own) return undefined;
		return minorOf(roundRatio(BigInt(item.price_minor) * parseDecimal(factor), SCALE, rounding, decimals));
	}
	const rate = rateOf(rows, {
		price_list, unit, factor, stock_unit: item.unit,
		customer: buying.customer ?? pricing_for?.customer ?? "", day: buying.day, quantity: buying.quantity ?? "1",
	});
	if (rate === undefined) return undefined;
	const minor = roundRatio(parseDecimal(rate) * 10n ** BigInt(decimals), SCALE, rounding, decimals);
	return minor > 0n ? minorOf(minor) : undefined;
}

/** A customer for whom the company named goods buys these only: of each kind that is named, one has to fit. */
export function mayBuy(item: Item, { restricted = [], pricing_for }: Shop, customer?: string): boolean {
	const who = customer ?? pricing_for?.customer ?? "";
	const rows = restricted.filter(([restrictedTo]) => restrictedTo === who);
	const own = { item: item.item, group: item.group, brand: item.more?.brand ?? "" };
	const kinds = new Set(rows.map(([, kind]) => kind));
	return [...kinds].every((kind) => rows.some(([, named, name]) => named === kind && own[kind] === name));
}
