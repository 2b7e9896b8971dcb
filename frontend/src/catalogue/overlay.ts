// What lies over a snapshot: changed rows and settings as values, taken apart from the company's columns and put together again.
// Pure; catalogue/columns.ts holds them.

import type { Chunks, Row } from "@/catalogue/chunks";
import { Malformed } from "@/core/errors";
import type { Snapshot } from "@/server/api";
import type { ChangedItems, Changes } from "@/server/changes";

/** What the chunks were made for: with another of these their prices mean something else. */
const FIXED = ["currency", "currency_precision"] as const;
/** What says where the chunks are, and no setting can change. */
const OF_THE_BASE = ["snapshot", "items", "chunks", "chunk_size"] as const;

export function rowsOf(items: ChangedItems | undefined): readonly Row[] {
	if (!items) return [];
	const weighed = new Set(items.weighed);
	return items.item.map((item, index) => ({
		item,
		name: items.name[index] ?? "",
		price_minor: items.price_minor[index] ?? 0,
		group: items.group[index] ?? "",
		unit: items.unit[index] ?? "",
		template: items.template[index] ?? "",
		gtins: items.gtins[index] ?? [],
		weighed: weighed.has(index),
		...(items.more?.[index] && { more: items.more[index] }),
	}));
}

/** The same object if nothing changed; Malformed if the base could not be sold with the new ones. */
export function currentSettings(
	base: Snapshot, before: Snapshot, settings: Changes["settings"], rows: readonly Row[],
): Snapshot {
	const ofTheBase = Object.fromEntries(OF_THE_BASE.map((name) => [name, base[name]]));
	const current = settings ? { ...before, ...settings, ...ofTheBase } : before;
	const templates = new Set(current.templates.map(({ template }) => template));
	const fits = FIXED.every((name) => current[name] === base[name]) && base.templates.every(({ template }) => templates.has(template));
	if (!fits) throw new Malformed("The new settings do not fit the catalogue that is loaded.", "changes");
	const known = new Set(current.groups);
	const groups = new Set(rows.map(({ group }) => group).filter((group) => group !== "" && !known.has(group)));
	return groups.size > 0 ? { ...current, groups: [...current.groups, ...groups] } : current;
}

export function mergedChanges(
	cursor: string, base: Chunks, settings: Snapshot, changed: ReadonlyMap<number, Row | undefined>, stock: ReadonlyMap<string, string>,
): Changes {
	const rows = [...changed.values()].filter((row) => row !== undefined);
	const gone = [...changed].filter(([number, row]) => !row && number < base.end).map(([number]) => base.row(number).item);
	return {
		cursor,
		gone,
		items: itemsOf(rows),
		stock: { item: [...stock.keys()], available: [...stock.values()] },
		...(settings !== base.snapshot && { settings }),
	};
}

function itemsOf(rows: readonly Row[]): ChangedItems {
	const more = Object.fromEntries(rows.flatMap((row, index) => (row.more ? [[String(index), row.more]] : [])));
	const column = <Name extends keyof Row>(name: Name): Row[Name][] => rows.map((row) => row[name]);
	return {
		item: column("item"), name: column("name"), price_minor: column("price_minor"), group: column("group"),
		unit: column("unit"), template: column("template"), gtins: column("gtins"),
		weighed: rows.flatMap((row, index) => (row.weighed ? [index] : [])),
		...(Object.keys(more).length > 0 && { more }),
	};
}
