"""Loyalty points that a sale earns. It never redeems any, and never knows what a customer spent before.

Source: ERPNext's `get_loyalty_program_details_with_points` and `make_loyalty_point_entry`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import MAX_MINOR, SCALE


@dataclass(frozen=True, slots=True)
class Tier:
	"""A collection rule: so much money (10^-9 of the currency) earns a point; 0 is one unit of it."""

	tier: str
	min_spent_minor: int
	collection_factor: int


def tier_of(tiers: Sequence[Tier], spent_minor: int) -> Tier:
	"""The rule that counts for a customer who spent this, with this sale. `Rejected` without rules.

	As in ERPNext, what is spent up to a tier's least amount earns by that tier already.
	"""
	if not tiers:
		raise Rejected("The loyalty program has no collection rules.")
	highest, *lower = sorted(tiers, key=lambda tier: tier.min_spent_minor, reverse=True)
	found = highest
	for tier in lower:
		if spent_minor > tier.min_spent_minor:
			break
		found = tier
	return found


def points_earned(
	total_minor: int, tiers: Sequence[Tier], precision: int, spent_before_minor: int = 0
) -> int:
	"""Whole points for a sale's total before it was rounded to a coin; a return's are below zero."""
	if abs(total_minor) > MAX_MINOR or any(tier.collection_factor < 0 for tier in tiers):
		raise Rejected("Points can't be computed: the total is too large, or a rule's factor below zero.")
	factor = tier_of(tiers, spent_before_minor + total_minor).collection_factor or SCALE
	points = abs(total_minor) * SCALE // (factor * int(10**precision))
	return points if total_minor >= 0 else -points
