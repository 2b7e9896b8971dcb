// What the line editor's fields mean: a quantity and a discount, or the words that say why not.
// Pure; it never changes the cart.

import { SCALE, formatDecimal } from "@/core/money";
import { stockOf } from "@/core/tracked";
import { percentOf } from "@/people/rights";
import type { CartLine, Discount } from "@/till/cart";
import { readDecimal, showDecimal, type Money } from "@/till/format";
import { t } from "@/words/words";

export const QUANTITY_DECIMALS = 3;
export const PERCENT_DECIMALS = 2;

export type DiscountMode = "none" | "percent" | "amount";

export interface LineFields {
	readonly quantity: string;
	readonly mode: DiscountMode;
	readonly discount: string;
	/** Where the cashier types it. */
	readonly price?: string;
	/** Where each piece has a serial number and the cashier can read it. */
	readonly serials?: readonly string[];
}

export interface ValidEdit {
	readonly kind: "valid";
	readonly quantity: string;
	readonly discount: Discount;
	/** Of one unit. */
	readonly price_minor: number;
	readonly serials: readonly string[];
}

export type LineEdit =
	| ValidEdit
	| { readonly kind: "invalid"; readonly field: "quantity" | "price" | "serials" | "discount"; readonly problem: string };

/** Only what is sold by weight can be sold in parts. */
export function readLineFields(fields: LineFields, { line, weighed }: Pick<CartLine, "line" | "weighed">, money: Money): LineEdit {
	const quantity = readDecimal(fields.quantity, weighed ? QUANTITY_DECIMALS : 0);
	if (quantity === undefined || quantity === "0") {
		return { kind: "invalid", field: "quantity", problem: t(weighed ? "line.bad_quantity" : "line.bad_pieces") };
	}
	const price_minor = fields.price === undefined ? line.price_minor : (money.parseRate(fields.price) ?? 0);
	if (fields.price !== undefined && price_minor <= 0) return { kind: "invalid", field: "price", problem: t("line.bad_price") };
	const { serials = [] } = fields;
	const wanted = stockOf(quantity, line.conversion);
	if (fields.serials && BigInt(serials.length) * SCALE !== wanted) {
		const problem = t("line.bad_serials", { wanted: showDecimal(formatDecimal(wanted)), named: serials.length });
		return { kind: "invalid", field: "serials", problem };
	}
	const plain: ValidEdit = { kind: "valid", quantity, price_minor, serials, discount: undefined };
	if (fields.mode === "none" || fields.discount.trim() === "") return plain;
	return fields.mode === "percent" ? withPercent(fields, plain) : withAmount(fields, plain, money);
}

function withPercent(fields: LineFields, plain: ValidEdit): LineEdit {
	const percent = readDecimal(fields.discount, PERCENT_DECIMALS);
	if (percent === undefined || Number(percent) > 100) {
		return { kind: "invalid", field: "discount", problem: t("line.bad_percent") };
	}
	return { ...plain, discount: percent === "0" ? undefined : { percent } };
}

function withAmount(fields: LineFields, plain: ValidEdit, money: Money): LineEdit {
	const off = money.parseRate(fields.discount);
	if (off === undefined || off < 0 || off > plain.price_minor) {
		const price = money.rate(plain.price_minor);
		return { kind: "invalid", field: "discount", problem: t("line.bad_amount", { price }) };
	}
	return { ...plain, discount: off === 0 ? undefined : { unit_minor: off } };
}

/** What a discount takes off a unit's price, in percent. */
export function offPercent(discount: Discount, price_minor: number): string {
	if (!discount) return "0";
	return "percent" in discount ? discount.percent : percentOf(discount.unit_minor, price_minor);
}
