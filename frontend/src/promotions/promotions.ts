// The open cart as the shop's pricing rules price it, and which rule gave which price.
// Never changes the cart: a rule that ends, or a line taken out, leaves nothing behind.

import type { Item } from "@/catalogue/catalogue";
import { factorOf } from "@/catalogue/more";
import type { Buyer } from "@/catalogue/selling";
import { Malformed } from "@/core/errors";
import { priceLines } from "@/core/pricing/invoice";
import type { Conflict, CouponState, FreeItem, LinePrice, Pricing, PricingLine } from "@/core/pricing/cart";
import { rulesFromWire, type Rule } from "@/core/pricing/rules";
import type { DraftLine, SaleDraft } from "@/core/sale";
import type { TicketDiscount } from "@/core/ticket";
import type { Snapshot } from "@/server/api";

export interface Promoted {
	/** The cart's lines in their order, then what the rules give away. */
	readonly draft: SaleDraft;
	/** For each line of the draft, the titles of the rules that made its price. */
	readonly titles: readonly (readonly string[])[];
	readonly coupon: CouponState;
	/** Lines, from 1, on which no rule applies, because ERPNext could not choose. */
	readonly conflicts: readonly Conflict[];
	/** Why no rule is applied at all; undefined if they are. */
	readonly broken?: string;
}

type ItemOf = (item: string) => Item | undefined;

/** Rules are read once for each answer of the company, which is never changed in place. */
const read = new WeakMap<object, readonly Rule[] | Malformed>();

function rulesOf({ rules }: Snapshot): readonly Rule[] | Malformed {
	if (!rules) return [];
	const known = read.get(rules) ?? parsed(rules);
	read.set(rules, known);
	return known;
}

/** Whether a code is that of a coupon which a rule of this shop asks for. */
export function hasCoupon(snapshot: Snapshot, code: string): boolean {
	const rules = rulesOf(snapshot);
	if (rules instanceof Malformed) return false;
	return rules.some(({ coupons }) => coupons.some((each) => each.code === code || each.coupon === code));
}

function parsed(rules: readonly unknown[]): readonly Rule[] | Malformed {
	try {
		return rulesFromWire(rules);
	} catch (error) {
		if (error instanceof Malformed) return error;
		throw error;
	}
}

/** The draft with the rules applied; a line that the cashier discounted keeps his discount. */
export function promoted(
	draft: SaleDraft, snapshot: Snapshot, itemOf: ItemOf, date: string, coupon = "", customer?: Buyer,
): Promoted {
	const rules = rulesOf(snapshot);
	const plain = { draft, titles: draft.lines.map(() => []), coupon: "" as const, conflicts: [] };
	if (rules instanceof Malformed) return { ...plain, broken: rules.message };
	if (rules.length === 0 || draft.lines.length === 0) return { ...plain, coupon: coupon ? "unknown" : "" };
	const goods = draft.lines.map((line) => goodsOf(line, itemOf));
	const context = { ...contextOf(snapshot, date, coupon), ...(customer && partyOf(customer, snapshot)) };
	const pricing = priceLines(rules, goods, context);
	return applied(draft, pricing, itemOf, (names) => titlesOf(rules, names));
}

function goodsOf(line: DraftLine, itemOf: ItemOf): PricingLine {
	const item = itemOf(line.item);
	const { brand = "", variant_of = "" } = item?.more ?? {};
	return {
		item: line.item, quantity: line.quantity, unit: line.unit, price_minor: line.price_minor,
		group: item?.group ?? "", brand, variant_of,
		stock_unit: item?.unit ?? line.unit, factor: line.conversion ?? "1",
	};
}

function contextOf(snapshot: Snapshot, date: string, coupon: string) {
	const shop = snapshot.pricing_for;
	return {
		currency: snapshot.currency, currency_precision: snapshot.currency_precision, rounding: snapshot.rounding,
		price_list: shop?.price_list ?? "", discount_on: shop?.discount_on ?? ("grand" as const), coupon, date,
		customer: shop?.customer ?? "", customer_group: shop?.customer_group ?? "", territory: shop?.territory ?? "",
	};
}

/** The feed does not say where a customer lives: rules for territories are for whoever walks in. */
function partyOf({ customer, price_list, group = "" }: Buyer, { pricing_for }: Snapshot) {
	return { customer, customer_group: group, territory: "", price_list: price_list || (pricing_for?.price_list ?? "") };
}

function titlesOf(rules: readonly Rule[], names: readonly string[]): string[] {
	return names.map((name) => rules.find(({ rule }) => rule === name)?.title || name);
}

function applied(
	draft: SaleDraft, pricing: Pricing, itemOf: ItemOf, titled: (names: readonly string[]) => string[],
): Promoted {
	const lines = draft.lines.map((line, index) => {
		const price = pricing.lines[index];
		return price && price.rules.length > 0 && !isDiscounted(line) ? atPrice(line, price, titled) : line;
	});
	const gifts = pricing.free.flatMap((gift) => giftLine(gift, itemOf, titled) ?? []);
	const all = [...lines, ...gifts];
	const discount = ticketOf(pricing, titled);
	return {
		draft: { ...draft, lines: all, ...(discount ? { discount } : {}) },
		titles: all.map((line) => titled(line.rules ?? [])),
		coupon: pricing.coupon,
		conflicts: pricing.conflicts,
	};
}

function isDiscounted(line: DraftLine): boolean {
	return line.discount_percent !== undefined || line.unit_discount_minor !== undefined;
}

function atPrice(line: DraftLine, price: LinePrice, titled: (names: readonly string[]) => string[]): DraftLine {
	const off = price.discount_percent !== "0" || price.unit_discount_minor !== 0;
	return {
		...line,
		price_minor: price.price_minor,
		...(price.discount_percent !== "0" && { discount_percent: price.discount_percent }),
		...(price.unit_discount_minor !== 0 && { unit_discount_minor: price.unit_discount_minor }),
		...(price.margin_percent !== "0" && { margin_percent: price.margin_percent }),
		...(price.unit_margin_minor !== 0 && { unit_margin_minor: price.unit_margin_minor }),
		...(off && { discount_reason: titled(price.rules).join(", ") }),
		rules: price.rules,
	};
}

/** What is given away is worth its price, with what is to be paid for it taken off; not sold here, it can't be given. */
function giftLine(gift: FreeItem, itemOf: ItemOf, titled: (names: readonly string[]) => string[]): DraftLine | undefined {
	const item = itemOf(gift.item);
	if (!item) return undefined;
	const isOwnUnit = gift.unit === item.unit;
	const worth = isOwnUnit ? Math.max(item.price_minor, gift.rate_minor) : gift.rate_minor;
	const factor = factorOf(item, gift.unit);
	const off = worth - gift.rate_minor;
	return {
		item: gift.item, name: item.name, quantity: gift.quantity, unit: gift.unit, price_minor: worth, rates: item.rates,
		...(gift.rate_minor === 0 ? { discount_percent: "100" } : off > 0 && { unit_discount_minor: off }),
		...(!isOwnUnit && factor !== undefined && { conversion: factor }),
		discount_reason: titled([gift.rule]).join(", "),
		rules: [gift.rule],
	};
}

function ticketOf({ ticket }: Pricing, titled: (names: readonly string[]) => string[]): TicketDiscount | undefined {
	if (!ticket) return undefined;
	const how = ticket.percent === "0" ? { amount_minor: ticket.amount_minor } : { percent: ticket.percent };
	return { on: ticket.on === "net" ? "net_total" : "grand_total", ...how, reason: titled(ticket.rules).join(", ") };
}
