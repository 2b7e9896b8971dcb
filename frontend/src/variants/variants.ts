// Items that differ only in size or colour: one tile for all of them, and which of them the chosen values leave.
// Pure; never adds one to the sale.

import type { Item } from "@/catalogue/catalogue";

/** One item, or the variants of a template that lie in the same list. */
export interface Tile {
	readonly item: Item;
	readonly variants?: readonly Item[];
}

export interface Choice {
	readonly attribute: string;
	readonly values: readonly string[];
}

export type Chosen = Readonly<Record<string, string>>;

/** A template's variants stand together where the first of them stood. */
export function tilesOf(items: readonly Item[]): readonly Tile[] {
	const stacks = new Map<string, Item[]>();
	for (const item of items) {
		const template = templateOf(item);
		if (template) stacks.set(template, [...(stacks.get(template) ?? []), item]);
	}
	return items.flatMap((item) => {
		const variants = stacks.get(templateOf(item)) ?? [];
		if (variants.length < 2) return { item };
		return variants[0] === item ? { item, variants } : [];
	});
}

/** Without attributes nobody could choose: "" for those, too. */
export function templateOf({ more }: Pick<Item, "more">): string {
	return more?.variant?.attributes.length ? (more.variant_of ?? "") : "";
}

/** What there is to choose, each attribute's values in their own order. */
export function choicesOf(variants: readonly Item[]): readonly Choice[] {
	const found = new Map<string, Map<string, number>>();
	for (const { more } of variants) {
		for (const [name, value, place] of more?.variant?.attributes ?? []) {
			found.set(name, (found.get(name) ?? new Map<string, number>()).set(value, place));
		}
	}
	return [...found].map(([attribute, places]) => {
		const inOrder = [...places].sort(([one, place], [other, its]) => place - its || one.localeCompare(other, undefined, { numeric: true }));
		return { attribute, values: inOrder.map(([value]) => value) };
	});
}

export function fitting(variants: readonly Item[], chosen: Chosen): readonly Item[] {
	return variants.filter(({ more }) => {
		const own = new Map(more?.variant?.attributes.map(([name, value]) => [name, value]));
		return Object.entries(chosen).every(([name, value]) => own.get(name) === value);
	});
}
