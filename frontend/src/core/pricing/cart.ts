// What pricing is asked and what it answers: lines and circumstances in, prices, gifts and conflicts out.
// Never computes any of it.

import { Rejected } from "@/core/errors";
import { SCALE, parseDecimal, type Rounding } from "@/core/money";
import type { Buyer, Goods as MatchedGoods } from "@/core/pricing/matching";
import type { DiscountOn } from "@/core/pricing/rules";

const MAX_LINES = 500;
const MAX_QUANTITY = 1_000_000_000n * SCALE;
const MAX_PRICE_MINOR = 1_000_000_000_000;

/** A line before rules; `factor` is what one `unit` holds in stock units. Decimals are canonical texts. */
export interface PricingLine {
	readonly item: string;
	readonly quantity: string;
	readonly unit: string;
	readonly price_minor: number;
	readonly group: string;
	readonly brand?: string;
	readonly variant_of?: string;
	readonly stock_unit?: string;
	readonly factor?: string;
}

/** Where, when and to whom is sold; `discount_on` is the shop's own, "grand" if it has none. */
export interface PricingContext extends Buyer {
	readonly currency: string;
	readonly currency_precision: number;
	readonly rounding: Rounding;
	readonly price_list: string;
	readonly coupon?: string;
	readonly discount_on?: DiscountOn;
}

/**
 * A line's price by the rules: never a discount in percent and one as an amount at once.
 * `rate_minor` is what a unit costs with margin and discount; `rules` made it so.
 */
export interface LinePrice {
	readonly price_minor: number;
	readonly rate_minor: number;
	readonly discount_percent: string;
	readonly unit_discount_minor: number;
	readonly margin_percent: string;
	readonly unit_margin_minor: number;
	readonly rules: readonly string[];
}

/** What a rule gives away, or sells at `rate_minor`. */
export interface FreeItem {
	readonly item: string;
	readonly quantity: string;
	readonly unit: string;
	readonly rate_minor: number;
	readonly rule: string;
}

/** A discount on the whole ticket: a percent, or an amount. */
export interface TicketDiscount {
	readonly on: DiscountOn;
	readonly percent: string;
	readonly amount_minor: number;
	readonly rules: readonly string[];
}

/** A line, from 1, on which no rule applies: ERPNext can't choose, or the price would fall below zero. */
export interface Conflict {
	readonly line: number;
	readonly kind: "same_criteria" | "below_zero";
	readonly rules: readonly string[];
}

export type CouponState = "" | "taken" | "unknown" | "not_started" | "expired" | "not_used";

export interface Pricing {
	readonly lines: readonly LinePrice[];
	readonly free: readonly FreeItem[];
	readonly ticket: TicketDiscount | null;
	readonly conflicts: readonly Conflict[];
	readonly coupon: CouponState;
}

/** A line with its decimals as integers scaled by 10^9. */
export interface Goods extends MatchedGoods {
	readonly stock_unit: string;
	readonly quantity: bigint;
	readonly factor: bigint;
	readonly price: bigint;
}

/** Raises Rejected if a line is none: no quantity, or no such price. */
export function goodsOf(lines: readonly PricingLine[]): readonly Goods[] {
	if (lines.length > MAX_LINES) throw new Rejected(`A sale has up to ${MAX_LINES} lines, not ${lines.length}.`);
	return lines.map((line, index) => {
		const quantity = parseDecimal(line.quantity);
		const factor = parseDecimal(line.factor ?? "1");
		const fault = faultOf(quantity, factor, line.price_minor);
		if (fault) throw new Rejected(`Line ${index + 1} (${line.item}): ${fault}`);
		const { item, group, unit, variant_of = "", brand = "", stock_unit = "" } = line;
		return { item, variant_of, group, brand, unit, stock_unit, quantity, factor, price: BigInt(line.price_minor) };
	});
}

function faultOf(quantity: bigint, factor: bigint, price: number): string {
	if (quantity <= 0n || quantity > MAX_QUANTITY || factor <= 0n || factor > MAX_QUANTITY) {
		return "the quantity is not between 0 and 1,000,000,000.";
	}
	const isPrice = Number.isSafeInteger(price) && price >= 0 && price <= MAX_PRICE_MINOR;
	return isPrice ? "" : "the price is negative or too large.";
}
