// The cart as a value: what the customer wants so far, under the id that its sale will have.
// Never computes a total and never keeps itself; every change gives a new cart.

import type { Item } from "@/catalogue/catalogue";
import type { Buyer } from "@/catalogue/selling";
import { SCALE, formatDecimal, parseDecimal, roundRatio, type Rounding } from "@/core/money";
import { MAX_LINES, type DraftLine, type SaleDraft } from "@/core/sale";
import { cartTerms, type AgeCheck } from "@/core/saleBody";
import type { Back } from "@/returns/back";
import type { Snapshot } from "@/server/api";

export interface CartLine {
	/** Names the line on the screen as long as the cart lives. */
	readonly key: number;
	readonly weighed: boolean;
	/** Its price was typed: it is nobody's price list's. */
	readonly open?: true;
	readonly line: DraftLine;
}

export interface Cart {
	readonly id: string;
	readonly nextKey: number;
	readonly lines: readonly CartLine[];
	/** A coupon's code, as it was shown. */
	readonly coupon?: string;
	/** By whose prices is sold; absent: whoever walks in. */
	readonly customer?: Buyer;
	/** What comes back in the same ticket. */
	readonly back?: Back;
	/** Who pays, or will pay, where that has to be known; his prices are another matter. */
	readonly payer?: Named;
	/** Off the whole sale, by hand; it takes the place of what a promotion takes off the whole. */
	readonly discount?: ByHand;
	/** Given beyond the total, for the staff. */
	readonly tip_minor?: number;
	/** What is said of the whole sale; printed, and on the invoice. */
	readonly note?: string;
	readonly age_check?: AgeCheck;
	/** The customer was asked for money once: what is taken out from now on may need an approval. */
	readonly begun?: true;
	/** Begun in training: it never becomes a sale. */
	readonly training?: true;
}

/** One of percent and amount. */
export interface ByHand {
	readonly percent?: string;
	readonly amount_minor?: number;
	readonly reason: string;
}

/** A customer as the screen names him; only the id and the hash are recorded. */
export interface Named {
	readonly customer: string;
	readonly name: string;
	/** The salted hash of his record, if he is new at this till. */
	readonly record?: string;
}

export interface Added {
	readonly cart: Cart;
	/** The line that holds the item now; undefined if the cart is full. */
	readonly key: number | undefined;
}

export type Discount = { readonly percent: string } | { readonly unit_minor: number } | undefined;

export function emptyCart(id: string, training = false): Cart {
	return { id, nextKey: 1, lines: [], ...(training && { training: true as const }) };
}

/** What a scan says of the pieces besides what they are. */
export interface Pieces {
	readonly quantity?: string;
	readonly gtin?: string;
	readonly batch?: string;
	readonly serials?: readonly string[];
}

/**
 * One more of a piece good raises its plain line; weighed goods, typed prices, serial numbers, other batches and
 * discounted lines stay by themselves.
 */
export function addItem(cart: Cart, item: Item, found: Pieces = {}): Added {
	const { quantity, gtin, batch, serials } = found;
	const alone = item.weighed || item.more?.open_price || item.more?.serials || quantity !== undefined;
	const same = alone ? undefined : plainLineOf(cart, item, batch);
	if (same) return { cart: changeBy(cart, same.key, 1), key: same.key };
	if (cart.lines.length >= MAX_LINES) return { cart, key: undefined };
	const line: DraftLine = {
		item: item.item,
		name: item.name,
		quantity: quantity ?? "1",
		unit: item.unit,
		price_minor: item.price_minor,
		rates: item.rates,
		...(item.conversion !== undefined && { conversion: item.conversion }),
		...(gtin !== undefined && { gtin }),
		...(batch !== undefined && { batch }),
		...(serials !== undefined && { serials }),
	};
	const added: CartLine = { key: cart.nextKey, weighed: item.weighed, ...(item.more?.open_price && { open: true }), line };
	return { cart: { ...cart, nextKey: cart.nextKey + 1, lines: [...cart.lines, added] }, key: added.key };
}

/**
 * Raises or lowers a quantity by whole units; what falls to zero or below leaves the cart. With serial numbers it stays:
 * somebody has to say which piece comes or goes.
 */
export function changeBy(cart: Cart, key: number, units: number): Cart {
	const found = lineOf(cart, key);
	if (!found || found.line.serials) return cart;
	const quantity = parseDecimal(found.line.quantity) + BigInt(units) * SCALE;
	return quantity > 0n ? setQuantity(cart, key, formatDecimal(quantity)) : removeLine(cart, key);
}

/** `quantity` is a canonical decimal above zero, `serials` are those of its pieces, as far as somebody could read them. */
export function setQuantity(cart: Cart, key: number, quantity: string, serials: readonly string[] = []): Cart {
	return replaceLine(cart, key, ({ serials: _before, ...line }) => {
		return { ...line, quantity, ...(serials.length > 0 && { serials }) };
	});
}

/** Whether the cart has this piece already. */
export function hasSerial(cart: Cart, item: string, serial: string): boolean {
	return cart.lines.some(({ line }) => line.item === item && line.serials?.includes(serial));
}

/** What the cashier typed for one unit. */
export function setPrice(cart: Cart, key: number, price_minor: number): Cart {
	return replaceLine(cart, key, (line) => ({ ...line, price_minor }));
}

export function setDiscount(cart: Cart, key: number, discount: Discount): Cart {
	return replaceLine(cart, key, (line) => {
		const { discount_percent: _percent, unit_discount_minor: _amount, ...plain } = line;
		if (!discount) return plain;
		if ("percent" in discount) return { ...plain, discount_percent: discount.percent };
		return { ...plain, unit_discount_minor: discount.unit_minor };
	});
}

/** The line in another unit of its item, at that unit's price. An amount off, the code and the pieces were the old unit's. */
export function setUnit(cart: Cart, key: number, item: Item): Cart {
	const lines = cart.lines.map((found) => (found.key === key ? { ...found, weighed: item.weighed } : found));
	return replaceLine({ ...cart, lines }, key, (line) => {
		const { conversion: _conversion, unit_discount_minor: _amount, gtin: _gtin, serials: _serials, ...rest } = line;
		const { unit, price_minor, conversion } = item;
		return { ...rest, unit, price_minor, ...(conversion !== undefined && { conversion }) };
	});
}

/**
 * The whole cart at this customer's prices; without one, at those for whoever walks in. A discount stays below them.
 * A typed price stays.
 */
export function setCustomer(
	cart: Cart, customer: Buyer | undefined, priceOf: (line: DraftLine) => number | undefined,
): Cart {
	const { customer: _before, ...kept } = cart;
	const lines = cart.lines.map((found) => {
		if (found.open) return found;
		const price_minor = priceOf(found.line) ?? found.line.price_minor;
		const off = found.line.unit_discount_minor;
		const fitting = off !== undefined && { unit_discount_minor: Math.min(off, price_minor) };
		return { ...found, line: { ...found.line, price_minor, ...fitting } };
	});
	return { ...kept, lines, ...(customer && { customer }) };
}

/** Without a code the coupon is taken back. */
export function setCoupon(cart: Cart, coupon: string | undefined): Cart {
	return having(cart, "coupon", coupon);
}

/** Without `back` nothing comes back. */
export function setBack(cart: Cart, back: Back | undefined): Cart {
	return having(cart, "back", back);
}

export function setPayer(cart: Cart, payer: Named | undefined): Cart {
	return having(cart, "payer", payer);
}

export function setTicketDiscount(cart: Cart, discount: ByHand | undefined): Cart {
	return having(cart, "discount", discount);
}

/** Without a text the line, or without a key the whole sale, has no note. */
export function setNote(cart: Cart, key: number | undefined, note: string): Cart {
	const text = note.trim();
	if (key === undefined) return having(cart, "note", text === "" ? undefined : text);
	return replaceLine(cart, key, ({ note: _before, ...line }) => (text === "" ? line : { ...line, note: text }));
}

export function setAgeCheck(cart: Cart, age_check: AgeCheck): Cart {
	return having(cart, "age_check", age_check);
}

export function setTip(cart: Cart, tip_minor: number): Cart {
	return having(cart, "tip_minor", tip_minor > 0 ? tip_minor : undefined);
}

/** A cart that has none of it has no such key: what is kept and compared says nothing of it. */
function having<Key extends "coupon" | "back" | "payer" | "discount" | "tip_minor" | "note" | "age_check">(cart: Cart, key: Key, value: Cart[Key]): Cart {
	const { [key]: _before, ...plain } = cart;
	return value === undefined ? (plain as Cart) : { ...cart, [key]: value };
}

export function isEmpty({ lines, back }: Cart): boolean {
	return lines.length === 0 && back === undefined;
}

export function removeLine(cart: Cart, key: number): Cart {
	return { ...cart, lines: cart.lines.filter((line) => line.key !== key) };
}

/** With the line as it stood in `before`; without, in another sale or at another customer's prices. */
export function putBack(cart: Cart, before: Cart, key: number): Cart {
	const at = before.lines.findIndex((line) => line.key === key);
	const line = before.lines[at];
	const isSame = cart.id === before.id && cart.customer?.customer === before.customer?.customer;
	if (!line || !isSame || lineOf(cart, key)) return cart;
	return { ...cart, lines: cart.lines.toSpliced(at, 0, line) };
}

export function lineOf(cart: Cart, key: number | undefined): CartLine | undefined {
	return cart.lines.find((line) => line.key === key);
}

/** A kept cart under a newer snapshot: a line whose taxes are gone takes today's, and leaves if the item is gone, too. */
export function renewed(cart: Cart, snapshot: Snapshot, itemOf: (item: string) => Item | undefined): Cart {
	const known = new Set(snapshot.taxes.map((tax) => tax.tax));
	const fits = (rates: DraftLine["rates"]): boolean => Object.keys(rates).every((tax) => known.has(tax));
	const lines = cart.lines.flatMap((kept) => {
		if (fits(kept.line.rates)) return [kept];
		const rates = itemOf(kept.line.item)?.rates;
		return rates && fits(rates) ? [{ ...kept, line: { ...kept.line, rates } }] : [];
	});
	return { ...cart, lines };
}

export function draftOf(cart: Cart, snapshot: Snapshot): SaleDraft {
	return {
		...cartTerms(snapshot),
		...(snapshot.total_rounding ? { total_rounding: snapshot.total_rounding } : {}),
		taxes: snapshot.taxes,
		lines: cart.lines.map((line) => line.line),
	};
}

/**
 * The quantity that makes a price label's amount out of the item's price: 3 decimals if that is exact, else up to 9.
 * `finer` is how many units of a price a minor unit has.
 */
export function quantityForPrice(
	label_minor: number, price_minor: number, rounding: Rounding, finer = 1,
): string | undefined {
	if (label_minor <= 0 || price_minor <= 0) return undefined;
	for (let decimals = 3; decimals <= 9; decimals += 1) {
		const step = 10n ** BigInt(9 - decimals);
		const label = BigInt(label_minor) * BigInt(finer);
		const exact = roundRatio(label * SCALE, BigInt(price_minor) * step, "commercial") * step;
		const amount = roundRatio(BigInt(price_minor) * exact, SCALE * BigInt(finer), rounding);
		if (exact > 0n && amount === BigInt(label_minor)) return formatDecimal(exact);
	}
	return undefined;
}

function plainLineOf(cart: Cart, item: Item, batch: string | undefined): CartLine | undefined {
	return cart.lines.find(({ line }) => line.item === item.item && line.unit === item.unit
		&& line.price_minor === item.price_minor && line.batch === batch
		&& line.discount_percent === undefined && line.unit_discount_minor === undefined && line.note === undefined);
}

function replaceLine(cart: Cart, key: number, change: (line: DraftLine) => DraftLine): Cart {
	return { ...cart, lines: cart.lines.map((line) => (line.key === key ? { ...line, line: change(line.line) } : line)) };
}
