// What few items have: brand, template, other units with their codes, rows of price lists.
// Never guesses: what is not as the protocol says is not taken.

import { normaliseCode } from "@/core/gs1";
import { isDecimal } from "@/core/money";
import type { PriceRow } from "@/core/pricing/priceList";

/** Name, stock units in one, codes. */
export type Unit = readonly [unit: string, factor: string, gtins: readonly string[]];

/** Name and value of an attribute, and the value's place among its others: S, M, L. */
export type Attribute = readonly [name: string, value: string, place: number];

/** What makes it one of several: the name that all have, and what it is of each attribute. */
export interface Variant {
	readonly name: string;
	readonly attributes: readonly Attribute[];
}

export interface More {
	readonly brand?: string;
	readonly variant_of?: string;
	readonly variant?: Variant;
	/** Whoever buys it must be so many years old. */
	readonly min_age?: number;
	/** The cashier types what it costs; its price is what is proposed. */
	readonly open_price?: true;
	/** Each piece has a serial number, which the cashier scans or types. */
	readonly serials?: true;
	/** The batch that a code names is recorded. */
	readonly batches?: true;
	readonly units?: readonly Unit[];
	readonly prices?: readonly PriceRow[];
}

/** By a row's number, as text. */
export type MoreColumn = Readonly<Record<string, More>>;

/** Whether it is a column that could have come with `rows` rows. */
export function isMoreColumn(column: unknown, rows: number): column is MoreColumn | undefined {
	if (column === undefined) return true;
	if (!isObject(column)) return false;
	return Object.entries(column).every(([row, more]) => /^\d+$/.test(row) && Number(row) < rows && isMore(more));
}

function isMore(more: unknown): more is More {
	if (!isObject(more)) return false;
	const { brand, variant_of, variant, min_age, open_price, serials, batches, units, prices } = more as Readonly<Record<keyof More, unknown>>;
	return [brand, variant_of].every((text) => text === undefined || typeof text === "string")
		&& (min_age === undefined || (Number.isSafeInteger(min_age) && Number(min_age) > 0))
		&& [open_price, serials, batches].every((flag) => flag === undefined || flag === true)
		&& (variant === undefined || isVariant(variant))
		&& isListOf(units, isUnit) && isListOf(prices, isPriceRow);
}

function isVariant(variant: unknown): variant is Variant {
	if (!isObject(variant)) return false;
	const { name, attributes } = variant as Readonly<Record<keyof Variant, unknown>>;
	return typeof name === "string" && attributes !== undefined && isListOf(attributes, ([named, value, place, ...rest]) => {
		return typeof named === "string" && typeof value === "string" && Number.isSafeInteger(place) && rest.length === 0;
	});
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf(list: unknown, fits: (row: readonly unknown[]) => boolean): boolean {
	if (list === undefined) return true;
	return Array.isArray(list) && list.every((row) => Array.isArray(row) && fits(row as unknown[]));
}

function isUnit([unit, factor, gtins, ...rest]: readonly unknown[]): boolean {
	const named = typeof unit === "string" && isDecimal(factor) && factor !== "0" && !factor.startsWith("-");
	return named && rest.length === 0 && Array.isArray(gtins) && gtins.every((gtin) => typeof gtin === "string");
}

function isPriceRow(row: readonly unknown[]): boolean {
	const [packing, rate, ofTemplate] = row.slice(5);
	return row.length === 8 && row.slice(0, 5).every((text) => typeof text === "string")
		&& isDecimal(packing) && isDecimal(rate) && typeof ofTemplate === "boolean";
}

export function codesOfUnits(more: More | undefined): readonly string[] {
	return more?.units?.flatMap(([, , gtins]) => gtins) ?? [];
}

interface WithUnits {
	readonly unit: string;
	readonly more?: More;
}

/** The unit that a code stands for, if it is not the item's own. */
export function unitScanned({ more }: WithUnits, code: string): string | undefined {
	return more?.units?.find(([, , gtins]) => gtins.some((gtin) => gtin === code || normaliseCode(gtin) === code))?.[0];
}

/** The units that it is sold in, its own first. */
export function unitsOf({ unit, more }: WithUnits): readonly string[] {
	return [unit, ...(more?.units?.map(([name]) => name) ?? [])];
}

/** Stock units in one `unit`; undefined if it is not sold in it. */
export function factorOf(item: WithUnits, unit: string): string | undefined {
	return unit === item.unit ? "1" : item.more?.units?.find(([name]) => name === unit)?.[1];
}
