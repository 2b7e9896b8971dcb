// What few items have: brand, template, other units with their codes, rows of price lists.
// Never guesses: what is not as the protocol says is not taken.

import { normaliseCode } from "@/core/gs1";
import { SCALE, minorOf, parseDecimal, roundRatio } from "@/core/money";
import { rateOf, type PriceRow } from "@/core/pricing/priceList";
import type { Item } from "@/catalogue/columns";
import type { Snapshot } from "@/server/api";

/** Name, stock units in one, codes. */
export type Unit = readonly [unit: string, factor: string, gtins: readonly string[]];

export interface More {
	readonly brand?: string;
	readonly variant_of?: string;
	readonly units?: readonly Unit[];
	readonly prices?: readonly PriceRow[];
}

/** By a row's number, as text. */
export type MoreColumn = Readonly<Record<string, More>>;

export function isMoreColumn(column: unknown): column is MoreColumn | undefined {
	if (column === undefined) return true;
	if (typeof column !== "object" || column === null) return false;
	return Object.values(column).every((more: More) => {
		return typeof more === "object" && areRows(more.units, 3) && areRows(more.prices, 8);
	});
}

function areRows(rows: unknown, length: number): boolean {
	if (rows === undefined) return true;
	return Array.isArray(rows) && rows.every((row) => Array.isArray(row) && row.length === length);
}

export function codesOfUnits(more: More | undefined): readonly string[] {
	return more?.units?.flatMap(([, , gtins]) => gtins) ?? [];
}

/** The unit that a code stands for, if it is not the item's own. */
export function unitScanned(item: Item, code: string): string | undefined {
	return item.more?.units?.find(([, , gtins]) => gtins.some((gtin) => gtin === code || normaliseCode(gtin) === code))?.[0];
}

/** The units that it is sold in, its own first. */
export function unitsOf(item: Item): readonly string[] {
	return [item.unit, ...(item.more?.units?.map(([unit]) => unit) ?? [])];
}

export interface Buying {
	readonly day: string;
	readonly customer?: string;
	/** Empty: the shop's. */
	readonly price_list?: string;
	readonly quantity?: string;
}

type Rounding = Pick<Snapshot, "currency_precision" | "rate_decimals" | "rounding" | "price_list">;

/** The item as it is sold in a unit on a day; undefined if it has no price so. */
export function soldIn(item: Item, unit: string, shop: Rounding, buying: Buying): Item | undefined {
	const factor = unit === item.unit ? "1" : item.more?.units?.find(([name]) => name === unit)?.[1];
	if (factor === undefined) return undefined;
	const price_minor = priceOf(item, unit, factor, shop, buying);
	if (price_minor === undefined) return undefined;
	return { ...item, unit, price_minor, ...(factor === "1" ? {} : { conversion: factor }) };
}

function priceOf(item: Item, unit: string, factor: string, shop: Rounding, buying: Buying): number | undefined {
	const rows = item.more?.prices;
	if (!rows) return minorOf(roundRatio(BigInt(item.price_minor) * parseDecimal(factor), SCALE, shop.rounding));
	const rate = rateOf(rows, {
		price_list: buying.price_list || (shop.price_list ?? ""), unit, stock_unit: item.unit, factor,
		customer: buying.customer ?? "", day: buying.day, quantity: buying.quantity ?? "1",
	});
	if (rate === undefined) return undefined;
	const decimals = Math.max(shop.rate_decimals ?? 0, shop.currency_precision);
	const minor = roundRatio(parseDecimal(rate) * 10n ** BigInt(decimals), SCALE, shop.rounding, decimals);
	return minor > 0n ? minorOf(minor) : undefined;
}
