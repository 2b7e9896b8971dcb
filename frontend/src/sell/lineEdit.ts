// What the line editor's fields mean: a quantity and a discount, or the words that say why not.
// Pure; it never changes the cart.

import type { DraftLine } from "@/core/sale";
import { percentOf } from "@/people/rights";
import type { CartLine, Discount } from "@/till/cart";
import { readDecimal, type Money } from "@/till/format";
import { t } from "@/words/words";

export const QUANTITY_DECIMALS = 3;
export const PERCENT_DECIMALS = 2;

export type DiscountMode = "none" | "percent" | "amount";

export interface LineFields {
	readonly quantity: string;
	readonly mode: DiscountMode;
	readonly discount: string;
}

export type LineEdit =
	| { readonly kind: "valid"; readonly quantity: string; readonly discount: Discount }
	| { readonly kind: "invalid"; readonly field: "quantity" | "discount"; readonly problem: string };

/** Only what is sold by weight can be sold in parts. */
export function readLineFields(fields: LineFields, { line, weighed }: Pick<CartLine, "line" | "weighed">, money: Money): LineEdit {
	const quantity = readDecimal(fields.quantity, weighed ? QUANTITY_DECIMALS : 0);
	if (quantity === undefined || quantity === "0") {
		return { kind: "invalid", field: "quantity", problem: t(weighed ? "line.bad_quantity" : "line.bad_pieces") };
	}
	if (fields.mode === "none" || fields.discount.trim() === "") return { kind: "valid", quantity, discount: undefined };
	return fields.mode === "percent" ? withPercent(fields, quantity) : withAmount(fields, quantity, line, money);
}

function withPercent(fields: LineFields, quantity: string): LineEdit {
	const percent = readDecimal(fields.discount, PERCENT_DECIMALS);
	if (percent === undefined || Number(percent) > 100) {
		return { kind: "invalid", field: "discount", problem: t("line.bad_percent") };
	}
	return { kind: "valid", quantity, discount: percent === "0" ? undefined : { percent } };
}

function withAmount(fields: LineFields, quantity: string, line: DraftLine, money: Money): LineEdit {
	const off = money.parseRate(fields.discount);
	if (off === undefined || off < 0 || off > line.price_minor) {
		const price = money.rate(line.price_minor);
		return { kind: "invalid", field: "discount", problem: t("line.bad_amount", { price }) };
	}
	return { kind: "valid", quantity, discount: off === 0 ? undefined : { unit_minor: off } };
}

/** What a discount takes off a unit's price, in percent. */
export function offPercent(discount: Discount, price_minor: number): string {
	if (!discount) return "0";
	return "percent" in discount ? discount.percent : percentOf(discount.unit_minor, price_minor);
}
