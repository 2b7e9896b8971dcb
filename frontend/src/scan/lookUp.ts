// What a scanned code stands for at this till: an item, perhaps with the weight or price its label carries.
// Never changes the cart, and never guesses an item from a code that was misread.

import type { Catalogue, Item } from "@/catalogue/catalogue";
import { unitScanned } from "@/catalogue/more";
import { priceIn, type Buying, type Shop } from "@/catalogue/selling";
import { isGtin, normaliseCode, parseInStoreCode, type InStoreCode } from "@/core/gs1";
import { parseElements, type Elements } from "@/core/gs1Elements";
import { parseDecimal, roundRatio, SCALE } from "@/core/money";
import { inUnit } from "@/weigh/weights";
import type { Snapshot } from "@/server/api";
import { quantityForPrice, type Pieces } from "@/till/cart";
import { finerOf } from "@/till/format";

export interface FoundItem extends Pieces {
	readonly kind: "item";
	readonly item: Item;
	readonly unit?: string;
	/** After this day it is not to be sold: YYYY-MM-DD. */
	readonly sellBy?: string;
}

export type Found =
	| FoundItem
	| { readonly kind: "misread" | "loading" | "unknown"; readonly code: string };

type Shelf = Pick<Catalogue, "byCode" | "byItem" | "progress" | "readiness">;
type Rules = Pick<Snapshot, "code_patterns"> & Shop;

const LOOKS_LIKE_GTIN = /^(\d{8}|\d{12,14})$/;

export function lookUp(scanned: string, shelf: Shelf, rules: Rules, buying: Buying): Found {
	const code = normaliseCode(scanned);
	const item = shelf.byCode(code);
	if (item) return itemOfCode(item, code);
	const inStore = parseInStoreCode(code, rules.code_patterns);
	const labelled = inStore && itemOfLabel(inStore, shelf, rules, buying);
	if (labelled) return labelled;
	const elements = parseElements(scanned);
	const packed = elements && itemOfPack(elements, shelf, rules, buying);
	if (packed) return packed;
	if (elements) return { kind: shelf.readiness === "empty" || shelf.progress ? "loading" : "unknown", code: normaliseCode(elements.gtin) };
	if (shelf.readiness === "empty" || shelf.progress) return { kind: "loading", code };
	return { kind: LOOKS_LIKE_GTIN.test(code) && !isGtin(code) ? "misread" : "unknown", code };
}

function itemOfCode(item: Item, code: string): FoundItem {
	const unit = unitScanned(item, code);
	return { kind: "item", item, ...(isGtin(code) && { gtin: code }), ...(unit !== undefined && { unit }) };
}

/** The goods of a GS1 code with their batch and last day; sold by weight, as much as the code says, or as its price comes to. */
function itemOfPack(pack: Elements, shelf: Shelf, rules: Rules, buying: Buying): Found | undefined {
	const code = normaliseCode(pack.gtin);
	const item = shelf.byCode(code);
	if (!item) return undefined;
	const quantity = quantityOf(pack, item, rules, buying);
	return {
		...itemOfCode(item, code),
		...(quantity !== undefined && quantity !== "0" && { quantity }),
		...(pack.batch !== undefined && item.more?.batches && { batch: pack.batch }),
		...(pack.serial !== undefined && item.more?.serials && { serials: [pack.serial] }),
		...(pack.expires_on !== undefined && { sellBy: dayOf(pack.expires_on) }),
	};
}

/**
 * YYMMDD as a day, whose century is the one within 50 years of now; day 00 is the month's last (GS1 General
 * Specifications, 3.4.7 and 7.12).
 */
function dayOf(yymmdd: string): string {
	const now = new Date().getFullYear();
	const [short, month, day] = [yymmdd.slice(0, 2), yymmdd.slice(2, 4), yymmdd.slice(4)].map(Number) as [number, number, number];
	const ahead = ((short - (now % 100) + 149) % 100) - 49;
	const last = new Date(Date.UTC(now + ahead, month - (day === 0 ? 0 : 1), day));
	return last.toISOString().slice(0, 10);
}

function quantityOf(pack: Elements, item: Item, rules: Rules, buying: Buying): string | undefined {
	if (!item.weighed) return undefined;
	if (pack.quantity !== undefined) return inUnit(pack.quantity, "kg", item.unit);
	const price = priceIn(item, item.unit, rules, buying);
	if (pack.price === undefined || price === undefined) return undefined;
	const minor = roundRatio(parseDecimal(pack.price) * 10n ** BigInt(rules.currency_precision), SCALE, rules.rounding);
	return quantityForPrice(Number(minor), price, rules.rounding, finerOf(rules));
}

function itemOfLabel(label: InStoreCode, shelf: Shelf, rules: Rules, buying: Buying): Found | undefined {
	const item = shelf.byCode(label.item_code) ?? shelf.byItem(label.item_code);
	if (!item) return undefined;
	const price = priceIn(item, item.unit, rules, buying);
	// Whoever adds it says that it has none.
	if (price === undefined) return { kind: "item", item };
	const quantity = label.quantity ?? quantityForPrice(label.price_minor ?? 0, price, rules.rounding, finerOf(rules));
	return quantity === undefined ? undefined : { kind: "item", item, quantity };
}
