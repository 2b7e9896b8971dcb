// What the company says has changed since a cursor: its shape, and the check that it has it.
// Never decides what a change means: catalogue/columns.ts applies it.

import { isMoreColumn, type MoreColumn } from "@/catalogue/more";
import { Malformed } from "@/core/errors";
import type { Settings } from "@/server/api";

/** Columns as in a chunk, but with names where a chunk has numbers: a new group has no number yet. */
export interface ChangedItems {
	readonly item: readonly string[];
	readonly name: readonly string[];
	readonly price_minor: readonly number[];
	readonly group: readonly string[];
	readonly unit: readonly string[];
	readonly template: readonly string[];
	readonly gtins: readonly (readonly string[])[];
	readonly weighed: readonly number[];
	readonly more?: MoreColumn;
}

export interface ChangedStock {
	readonly item: readonly string[];
	/** Decimals as text; below zero where more was sold than was known of. */
	readonly available: readonly string[];
}

export interface ChangedCustomers {
	readonly customer: readonly string[];
	readonly name: readonly string[];
	readonly mobile: readonly string[];
	readonly email: readonly string[];
	readonly group: readonly string[];
	readonly price_list: readonly string[];
	/** Since 0.4.0. */
	readonly card?: readonly string[];
}

export interface Changes {
	/** Where to go on; opaque. */
	readonly cursor: string;
	/** The whole catalogue that the cursor continues. */
	readonly snapshot?: string;
	/** The company can't tell what changed: load a new snapshot. */
	readonly reload?: boolean;
	readonly settings?: Partial<Settings>;
	readonly items?: ChangedItems;
	readonly gone?: readonly string[];
	readonly stock?: ChangedStock;
	readonly customers?: ChangedCustomers;
	readonly gone_customers?: readonly string[];
	/** The company does not take this till's token any more. */
	readonly revoked?: boolean;
}

const ITEM_COLUMNS = ["name", "price_minor", "group", "unit", "template", "gtins"] as const;
const CUSTOMER_COLUMNS = ["name", "mobile", "email", "group", "price_list"] as const;

/** Raises Malformed for columns of different lengths and for lists that are none. */
export function checkedChanges(changes: Changes): Changes {
	const { cursor, items, stock, customers } = changes;
	const whole =
		typeof cursor === "string" &&
		(items === undefined || areItems(items)) &&
		(stock === undefined || areColumns(stock, "item", ["available"])) &&
		(customers === undefined || areColumns(customers, "customer", customers.card ? [...CUSTOMER_COLUMNS, "card"] : CUSTOMER_COLUMNS)) &&
		[changes.gone, changes.gone_customers].every((list) => list === undefined || Array.isArray(list));
	if (!whole) throw new Malformed("The company's changes are not what the protocol says.", "changes");
	return changes;
}

/** Something that this till keeps; a cursor alone is no change. */
export function isAnyChange({ settings, items, gone, stock, customers, gone_customers }: Changes): boolean {
	if (settings !== undefined) return true;
	return [items?.item, gone, stock?.item, customers?.customer, gone_customers].some((list) => list !== undefined && list.length > 0);
}

function areItems(items: ChangedItems): boolean {
	const whole = areColumns(items, "item", ITEM_COLUMNS) && Array.isArray(items.weighed);
	return whole && isMoreColumn(items.more, items.item.length);
}

function areColumns<Table extends object>(table: Table, first: keyof Table, others: readonly (keyof Table)[]): boolean {
	const { length } = table[first] as { length?: unknown };
	return [first, ...others].every((name) => Array.isArray(table[name]) && (table[name] as unknown[]).length === length);
}
