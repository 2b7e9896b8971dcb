"""Which pricing rules match a line, whether quantity and amount are enough, and which of them is chosen.

It never computes a price, and never asks a tree, a clock or a database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pos_bridge.core.money import SCALE
from pos_bridge.core.pricing.rules import ON, Rule, RuleRow


@dataclass(frozen=True, slots=True)
class Matched:
	"""A rule with the row through which it matched: one rule can match through several."""

	rule: Rule
	row: RuleRow


@dataclass(frozen=True, slots=True)
class Goods:
	"""What rules look at on a line."""

	item: str
	variant_of: str
	group: str
	brand: str
	unit: str

	def named(self, on: str) -> str:
		return {"item": self.item, "group": self.group, "brand": self.brand}[on]


@dataclass(frozen=True, slots=True)
class Buyer:
	"""Who buys when: names as ERPNext has them, the date as `2026-11-26`."""

	customer: str
	customer_group: str
	territory: str
	date: str


def matching(rules: Sequence[Rule], goods: Goods, buyer: Buyer) -> list[Matched]:
	"""The rules that may apply on a line, in the order in which they came; quantities are not looked at.

	Source: `get_pricing_rules` and `_get_pricing_rules` in ERPNext's pricing_rule/utils.py.
	"""
	found: list[Matched] = []
	for on in ON[:3]:
		if goods.named(on):
			found += _matching_on(on, rules, goods, buyer)
		if found and found[0].rule.has_priority:
			continue
		if found and not all(each.rule.multiple for each in found):
			break
	return found


def _matching_on(on: str, rules: Sequence[Rule], goods: Goods, buyer: Buyer) -> list[Matched]:
	of_this_kind = [rule for rule in rules if rule.on == on and is_for(rule, buyer) and is_valid(rule, buyer)]
	return [Matched(rule, row) for rule in of_this_kind for row in rule.rows if _matches(rule, row, goods)]


def _matches(rule: Rule, row: RuleRow, goods: Goods) -> bool:
	name = goods.named(rule.on)
	if rule.other_on == rule.on and rule.other == name:
		return True
	if rule.on == "item" and goods.variant_of and row.own == goods.variant_of:
		return True
	# ERPNext doesn't look at the unit of a brand's row.
	return name in row.names and (rule.on == "brand" or row.unit in ("", goods.unit))


def is_for(rule: Rule, buyer: Buyer) -> bool:
	"""Whether the rule is for this customer. Source: `get_other_conditions`."""
	return (
		rule.customer in ("", buyer.customer)
		and (not rule.customer_groups or buyer.customer_group in rule.customer_groups)
		and (not rule.territories or buyer.territory in rule.territories)
	)


def is_valid(rule: Rule, buyer: Buyer) -> bool:
	return (rule.valid_from or "2000-01-01") <= buyer.date <= (rule.valid_upto or "2500-12-31")


def enough(each: Matched, quantity: int, minor: int, unit: str) -> bool:
	"""Whether a stock quantity and an amount in minor units, both integers of 10^-18, are what it asks for.

	Source: `filter_pricing_rules_for_qty_amount`.
	"""
	rule, row = each.rule, each.row
	factor = row.factor if row.unit else SCALE
	if quantity < rule.min_quantity * factor:
		return False
	if rule.max_quantity and quantity > rule.max_quantity * factor:
		return False
	if row.unit and row.unit == unit:
		factor = SCALE
	if minor < rule.min_minor * factor * SCALE:
		return False
	return not rule.max_minor or minor <= rule.max_minor * factor * SCALE


def highest(found: Sequence[Matched], currency: str, price_list: str) -> list[Matched]:
	"""Those of the matching rules that are left: one, or several that ERPNext can't choose from."""
	left = list(found)
	if len(left) > 1:
		left = _preferring(left, lambda each: each.rule.currency == currency)
	most = max((each.rule.priority for each in left), default=0)
	if most:
		left = [each for each in left if each.rule.priority == most]
	if len(left) > 1 and all(each.rule.by_percent for each in left):
		left = _preferring(left, lambda each: each.rule.price_list == price_list)
	return left


def _preferring(found: list[Matched], better: Callable[[Matched], bool]) -> list[Matched]:
	return [each for each in found if better(each)] or found
