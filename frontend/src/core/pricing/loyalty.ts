// Loyalty points that a sale earns, by ERPNext's collection rules.
// Never redeems any, and never knows what a customer spent before.

import { Rejected } from "@/core/errors";
import { SCALE, parseDecimal } from "@/core/money";

/** A collection rule: so much of the currency, a canonical decimal, earns a point; "0" is one unit of it. */
export interface Tier {
	readonly tier: string;
	readonly min_spent_minor: number;
	readonly collection_factor: string;
}

/** The rule for a customer who spent this, with this sale: up to a tier's least amount it counts already. */
export function tierOf(tiers: readonly Tier[], spent_minor: number): Tier {
	const [highest, ...lower] = [...tiers].sort((one, other) => other.min_spent_minor - one.min_spent_minor);
	if (!highest) throw new Rejected("The loyalty program has no collection rules.");
	const passed = lower.findIndex((tier) => spent_minor > tier.min_spent_minor);
	return lower.slice(0, passed === -1 ? lower.length : passed).at(-1) ?? highest;
}

/** Whole points for a sale's total before it was rounded to a coin; a return's are below zero. */
export function pointsEarned(
	total_minor: number, tiers: readonly Tier[], precision: number, spent_before_minor = 0,
): number {
	if (!Number.isSafeInteger(total_minor) || tiers.some((tier) => parseDecimal(tier.collection_factor) < 0n)) {
		throw new Rejected("Points can't be computed: the total is too large, or a rule's factor below zero.");
	}
	const tier = tierOf(tiers, spent_before_minor + total_minor);
	const factor = parseDecimal(tier.collection_factor) || SCALE;
	return Number((BigInt(total_minor) * SCALE) / (factor * 10n ** BigInt(precision)));
}
