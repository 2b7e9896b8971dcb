"""Pricing rules, coupons and carts from a seeded dice, each naming what it tries; how to make them smaller.

It never evaluates one. Rules are fields of ERPNext's Pricing Rule. The dice does not go where its floats
decide (docs/parity.md): amounts asked for end on odd cents, and no margin or discount makes half a cent.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

ITEMS = {
	"Rule tea": ("Rule drinks", "Rule Alpha", ""),
	"Rule mate": ("Rule drinks", "Rule Beta", ""),
	"Rule juice": ("Rule cold drinks", "", ""),
	"Rule bread": ("Rule food", "Rule Alpha", ""),
	"Rule shirt": ("Rule food", "Rule Beta", "template"),
	"Rule shirt-S": ("Rule food", "Rule Beta", "Rule shirt"),
	"Rule shirt-L": ("Rule food", "", "Rule shirt"),
}
"""Item to its group, brand and the template that it is a variant of."""
GROUPS = {"Rule goods": "", "Rule drinks": "Rule goods", "Rule cold drinks": "Rule drinks", "Rule food": ""}
BRANDS = ("Rule Alpha", "Rule Beta")
BOX = 12
PLAIN_STEP = 5
"""Cents that prices are multiples of where no percentage is taken of them."""
FOR_SALE = tuple(item for item, (_, _, template) in ITEMS.items() if template != "template")
TODAY = "2026-11-26"
ROUNDINGS = ("bankers_legacy", "bankers", "commercial")
BUYERS = (
	("Rule regular", "Rule guests", "Rule north"),
	("Rule member", "Rule members", "Rule town"),
)
Fields = dict[str, Any]


class RuleRefused(Exception):
	"""ERPNext does not take one of the rules, or not with this cart."""


@dataclass(frozen=True, slots=True)
class RuleCart:
	"""Pricing Rules, Coupon Codes (`rule`: the place of theirs), prices, and lines: item, quantity, unit."""

	rules: tuple[Fields, ...]
	coupons: tuple[Fields, ...]
	prices: dict[str, int]
	lines: tuple[tuple[str, float, str], ...]
	buyer: int
	coupon: str
	rounding: str
	tries: frozenset[str] = frozenset()


def random_rule_carts(dice: random.Random) -> Iterator[RuleCart]:
	while True:
		yield _cart(dice)


def _cart(dice: random.Random) -> RuleCart:
	tries: set[str] = set()
	rules = [_rule(dice, tries) for _ in range(dice.choice((1, 1, 2, 3, 4, 5)))]
	if dice.random() < 0.35:
		tries.add("all of them multiple")
		for rule in rules:
			rule["apply_multiple_pricing_rules"] = 1
			_on_discounted(dice, rule, tries)
	_order(dice, rules, tries)
	coupons = _coupons(dice, rules, tries)
	coupon = dice.choice(("", *(each["coupon_name"] for each in coupons))) if coupons else ""
	if coupon:
		tries.add("a coupon shown")
	lines = tuple(_line(dice, tries) for _ in range(dice.choice((1, 1, 2, 3, 4, 5))))
	if len({item for item, _, _ in lines}) < len(lines):
		tries.add("an item on two lines")
	step = _step(rules)
	_even_rates(dice, rules, step)
	prices = {item: step * dice.choice((1, 1, 2, 4)) * dice.randint(1, 400) for item in FOR_SALE}
	if dice.random() < 0.05:
		tries.add("a price of nothing")
		prices[dice.choice(FOR_SALE)] = 0
	return RuleCart(
		tuple(rules),
		coupons,
		prices,
		lines,
		dice.randrange(len(BUYERS)),
		coupon,
		dice.choice(ROUNDINGS),
		frozenset(tries),
	)


def _step(rules: list[Fields]) -> int:
	"""What prices are multiples of, in cents, so that no percentage of them ends on half a cent."""
	if any("apply_discount_on_rate" in rule for rule in rules):
		return 16_000
	by_percent = any("discount_percentage" in rule or rule.get("margin_type") for rule in rules)
	return 1_000 if by_percent else PLAIN_STEP


def _even_rates(dice: random.Random, rules: list[Fields], step: int) -> None:
	"""The prices that rules set are as even as those of the list where a percentage comes on top."""
	for rule in rules:
		if "rate" in rule and step > PLAIN_STEP:
			rule["rate"] = step * dice.randint(1, 20) / 100


def _rule(dice: random.Random, tries: set[str]) -> Fields:
	on = dice.choice(
		("Item Code", "Item Code", "Item Code", "Item Group", "Item Group", "Brand", "Transaction")
	)
	rule: Fields = {"apply_on": on, **_rows(dice, on, tries)}
	tries.add(f"on: {on}")
	rule |= _gives(dice, on, tries)
	rule |= _asked(dice, tries)
	rule |= _restricted(dice, on, tries)
	if on == "Transaction":
		return rule
	if dice.random() < 0.2 and not rule.get("is_recursive"):
		rule["mixed_conditions"] = 1
		tries.add("mixed conditions")
		if rule.get("same_item"):
			rule |= {"same_item": 0, "free_item": dice.choice(FOR_SALE)}
	elif dice.random() < 0.2 and rule["price_or_product_discount"] == "Price":
		rule |= _other(dice, on, tries)
	return rule


def _rows(dice: random.Random, on: str, tries: set[str]) -> Fields:
	if on == "Transaction":
		return {}
	table, field, names = {
		"Item Code": ("items", "item_code", tuple(ITEMS)),
		"Item Group": ("item_groups", "item_group", tuple(GROUPS)),
		"Brand": ("brands", "brand", BRANDS),
	}[on]
	chosen = dice.sample(names, min(len(names), dice.choice((1, 1, 2, 3))))
	if "Rule shirt" in chosen:
		tries.add("variants by their template")
	rows = [{field: name} for name in chosen]
	for row in rows:
		if dice.random() < 0.25:
			row["uom"] = dice.choice(("Box", "Nos"))
			tries.add("a unit on the rule's row")
	return {table: rows}


def _gives(dice: random.Random, on: str, tries: set[str]) -> Fields:
	kind = dice.choice(("Rate", "Discount Percentage", "Discount Percentage", "Discount Amount", "Product"))
	if on == "Transaction" and kind == "Rate":
		kind = "Discount Percentage"
	tries.add(f"gives: {kind}")
	if kind == "Product":
		return _free(dice, on, tries)
	fields: Fields = {"price_or_product_discount": "Price", "rate_or_discount": kind}
	fields |= {
		"Rate": {"rate": dice.randint(1, 9_999) / 100},
		"Discount Percentage": {
			"discount_percentage": dice.choice((5, 10, 12.5, 33.333, dice.randint(1, 99)))
		},
		"Discount Amount": {"discount_amount": dice.randint(1, 400) / 100},
	}[kind]
	if on == "Transaction":
		return {**fields, "apply_discount_on": dice.choice(("Grand Total", "Net Total"))}
	if dice.random() < 0.2:
		percent = dice.random() < 0.5
		fields["margin_type"] = "Percentage" if percent else "Amount"
		fields["margin_rate_or_amount"] = dice.choice((5, 7.5, 20)) if percent else dice.randint(1, 500) / 100
		tries.add(f"margin: {fields['margin_type']}")
	return fields


def _free(dice: random.Random, on: str, tries: set[str]) -> Fields:
	fields: Fields = {"price_or_product_discount": "Product", "free_qty": dice.choice((0, 1, 1, 2, 1.5))}
	if on != "Transaction" and dice.random() < 0.5:
		fields["same_item"] = 1
		tries.add("free: the same item")
	else:
		fields["free_item"] = dice.choice(FOR_SALE)
		tries.add("free: another item")
	if dice.random() < 0.4:
		fields["free_item_rate"] = dice.randint(1, 300) / 100
		tries.add("free: at a rate")
	if dice.random() < 0.3:
		fields["free_item_uom"] = dice.choice(("Box", "Nos"))
		tries.add("free: in a unit")
	if on != "Transaction" and dice.random() < 0.5:
		fields |= {
			"is_recursive": 1,
			"recurse_for": dice.choice((1, 2, 3)),
			"round_free_qty": dice.randint(0, 1),
		}
		tries.add("free: recursive" + (", rounded" if fields["round_free_qty"] else ""))
	return fields


def _asked(dice: random.Random, tries: set[str]) -> Fields:
	fields: Fields = {}
	if dice.random() < 0.45:
		fields["min_qty"] = dice.choice((1, 1, 2, 3, 5))
		tries.add("a least quantity")
		if dice.random() < 0.4:
			fields["apply_recursion_over"] = 1
	if dice.random() < 0.2:
		fields["max_qty"] = fields.get("min_qty", 0) + dice.choice((1, 5, 20))
		tries.add("a most quantity")
	if dice.random() < 0.25:
		fields["min_amt"] = dice.choice((0.01, 10.01, 50.03))
		tries.add("a least amount")
	if dice.random() < 0.15:
		fields["max_amt"] = dice.choice((201.04, 1000.02, 5000.01))
		tries.add("a most amount")
	return fields


def _restricted(dice: random.Random, on: str, tries: set[str]) -> Fields:
	fields: Fields = {}
	_, group, territory = BUYERS[dice.randrange(len(BUYERS))]
	kind = dice.choice((*("",) * 9, "Customer", "Customer Group", "Territory"))
	if kind:
		tries.add(f"for: {kind}")
		fields["applicable_for"] = kind
		fields |= {
			"Customer": {"customer": dice.choice(BUYERS)[0]},
			"Customer Group": {"customer_group": dice.choice((group, "All Customer Groups"))},
			"Territory": {"territory": dice.choice((territory, "Rule country"))},
		}[kind]
	if dice.random() < 0.1:
		fields |= dice.choice(
			(
				{"valid_from": "2026-11-26"},
				{"valid_from": "2026-11-27"},
				{"valid_upto": "2026-11-26"},
				{"valid_upto": "2026-11-25"},
			)
		)
		tries.add("dates")
	if dice.random() < 0.12:
		fields["for_price_list"] = dice.choice(("Rule prices", "Rule prices", "Rule other prices"))
		tries.add("a price list")
	if dice.random() < 0.08:
		fields["warehouse"] = dice.choice(("own", "above", "another"))
		tries.add("a warehouse")
	if dice.random() < 0.08 and not fields.get("for_price_list"):
		fields["currency"] = "USD"
		tries.add("another currency")
	return fields


def _other(dice: random.Random, on: str, tries: set[str]) -> Fields:
	other = on if dice.random() < 0.8 else dice.choice(("Item Code", "Item Group", "Brand"))
	names = {"Item Code": FOR_SALE, "Item Group": tuple(GROUPS), "Brand": BRANDS}[other]
	tries.add("applied on other goods")
	return {"apply_rule_on_other": other, "other_" + other.lower().replace(" ", "_"): dice.choice(names)}


def _on_discounted(dice: random.Random, rule: Fields, tries: set[str]) -> None:
	if rule.get("rate_or_discount") in ("Discount Percentage", "Discount Amount") and dice.random() < 0.3:
		rule |= {"apply_discount_on_rate": 1, "has_priority": 1, "priority": "2"}
		tries.add("on the discounted rate")


def _order(dice: random.Random, rules: list[Fields], tries: set[str]) -> None:
	if dice.random() < 0.6:
		for place in range(len(rules)):
			if not rules[place].get("priority") and dice.random() < 0.8:
				rules[place] |= {"has_priority": 1, "priority": str(dice.choice((1, 2, 3, 10)))}
				tries.add("priorities")


def _coupons(dice: random.Random, rules: list[Fields], tries: set[str]) -> tuple[Fields, ...]:
	coupons = []
	for place, rule in enumerate(rules):
		if dice.random() < 0.2:
			rule["coupon_code_based"] = 1
			tries.add("needs a coupon")
			coupons.append(
				{"coupon_name": f"Rule coupon {place}", "coupon_code": f"CODE{place}", "rule": place}
			)
	return tuple(coupons)


def _line(dice: random.Random, tries: set[str]) -> tuple[str, float, str]:
	quantity = dice.choice((1, 1, 2, 3, 4, 6, 13, dice.randint(1, 40) / 4))
	unit = "Box" if dice.random() < 0.2 else "Nos"
	if unit == "Box":
		tries.add("sold by the box")
	return dice.choice(FOR_SALE), quantity, unit


def smallest(cart: RuleCart, differs: Callable[[RuleCart], bool]) -> RuleCart:
	"""A cart that still differs and of which nothing more can be taken away."""
	for smaller in _smaller(cart):
		if differs(smaller):
			return smallest(smaller, differs)
	return cart


def _smaller(cart: RuleCart) -> Iterator[RuleCart]:
	yield from _fewer_lines(cart)
	yield from _fewer_rules(cart)
	if cart.coupon:
		yield replace(cart, coupon="")
	for at, rule in enumerate(cart.rules):
		for less in _simpler_rule(rule):
			yield replace(cart, rules=(*cart.rules[:at], less, *cart.rules[at + 1 :]))
	for at, (item, quantity, unit) in enumerate(cart.lines):
		for simpler in ((item, 1, unit), (item, quantity, "Nos")):
			if simpler != (item, quantity, unit):
				yield replace(cart, lines=(*cart.lines[:at], simpler, *cart.lines[at + 1 :]))


def _fewer_lines(cart: RuleCart) -> Iterator[RuleCart]:
	for at in range(len(cart.lines)) if len(cart.lines) > 1 else ():
		yield replace(cart, lines=cart.lines[:at] + cart.lines[at + 1 :])


def _fewer_rules(cart: RuleCart) -> Iterator[RuleCart]:
	for at in range(len(cart.rules)):
		if any(coupon["rule"] == at for coupon in cart.coupons):
			continue
		coupons = tuple({**each, "rule": each["rule"] - (each["rule"] > at)} for each in cart.coupons)
		yield replace(cart, rules=cart.rules[:at] + cart.rules[at + 1 :], coupons=coupons)


def _simpler_rule(rule: Fields) -> Iterator[Fields]:
	kept = {"apply_on", "price_or_product_discount", "rate_or_discount", "coupon_code_based"}
	for field in rule.keys() - kept:
		yield {name: value for name, value in rule.items() if name != field}
	for table in ("items", "item_groups", "brands"):
		for row in rule.get(table, ()) if len(rule.get(table, ())) > 1 else ():
			yield {**rule, table: [each for each in rule[table] if each != row]}
