// A discount on the whole sale that the cashier gives: in place of what a promotion takes off the whole.
// Never more than there is: where lines left the cart since, an amount is as much as is still sold for.

import { computeSale } from "@/core/sale";
import type { TicketDiscount } from "@/core/ticket";
import type { Promoted } from "@/promotions/promotions";
import type { Snapshot } from "@/server/api";
import type { ByHand } from "@/till/cart";

export function byHand(promoted: Promoted, discount: ByHand | undefined, { pricing_for }: Snapshot): Promoted {
	if (!discount || promoted.draft.lines.length === 0) return promoted;
	const { discount: _rule, ...draft } = promoted.draft;
	const on = pricing_for?.discount_on === "net" ? "net_total" : "grand_total";
	const { percent, amount_minor = 0, reason } = discount;
	const off: TicketDiscount = percent !== undefined
		? { on, percent, reason }
		: { on, amount_minor: Math.min(amount_minor, mostOff(draft, on)), reason };
	return { ...promoted, draft: { ...draft, discount: off } };
}

/** What a discount can take off at most. */
export function mostOff(draft: Promoted["draft"], on: TicketDiscount["on"]): number {
	const { total_rounding: _rounding, discount: _discount, ...plain } = draft;
	const { net_minor, total_minor } = computeSale(plain);
	return Math.max(on === "net_total" ? net_minor : total_minor, 0);
}
