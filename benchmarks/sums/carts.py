"""Carts from a seeded dice, each naming what it tries, and how to make a cart that goes wrong smaller.

It never computes one.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.sale import DraftLine, SaleDraft
from pos_bridge.core.tax import HUNDRED_PERCENT, Tax

FLOAT_PRECISION = 3
"""Decimals that Frappe keeps of quantities, percents and rates unless System Settings say otherwise."""
STEP = SCALE // 10**FLOAT_PRECISION
CARTS_OF_A_SHOP = 100
TEMPLATES_OF_A_SHOP = 3
RATES = (0, 5, 5.5, 6.25, 7, 7.7, 10, 13, 19, 20, 21, 22.5, 25, 8.875, 2.125, 0.1, 99.999)


@dataclass(frozen=True, slots=True)
class TaxKind:
	"""Tax rows of a shop, in their order: whether each is included in the prices."""

	name: str
	inclusive: tuple[bool, ...]


TAX_KINDS = (
	TaxKind("no tax", ()),
	TaxKind("one inclusive tax", (True,)),
	TaxKind("two inclusive taxes", (True, True)),
	TaxKind("one tax on top", (False,)),
	TaxKind("two taxes on top", (False, False)),
	TaxKind("inclusive, then on top", (True, False)),
	TaxKind("on top, then inclusive", (False, True)),
	TaxKind("three inclusive and one on top", (True, True, False, True)),
)
DISCOUNTS = ("no discount", "percent", "amount off a unit", "all of it off")
QUANTITIES = ("one", "some", "weighed", "many")
PRICES = ("cents", "shelf", "dear", "nothing")


@dataclass(frozen=True, slots=True)
class Cart:
	"""A draft, and the names of what it tries."""

	draft: SaleDraft
	tries: frozenset[str]


def random_carts(dice: random.Random) -> Iterator[Cart]:
	"""Rows of every tax kind, currencies of 0, 2 and 3 decimals, all three methods, one to twelve lines.

	Decimals and the shop's rates change now and then only: in ERPNext they are settings and documents.
	"""
	while True:
		precision = dice.choice((0, 2, 2, 2, 3))
		shops = {kind.name: _rates(dice, kind) for kind in TAX_KINDS}
		for _ in range(CARTS_OF_A_SHOP):
			yield _cart(dice, precision, shops)


def _rates(dice: random.Random, kind: TaxKind) -> list[dict[str, int]]:
	"""What the item tax templates of a shop say: for some taxes nothing."""
	return [
		{
			f"TAX-{row}": round(dice.choice(RATES) * SCALE)
			for row in range(len(kind.inclusive))
			if dice.random() < 0.8
		}
		for _ in range(TEMPLATES_OF_A_SHOP)
	]


def _cart(dice: random.Random, precision: int, shops: dict[str, list[dict[str, int]]]) -> Cart:
	kind = dice.choice(TAX_KINDS)
	rounding = dice.choice(tuple(Rounding))
	taxes = tuple(Tax(f"TAX-{row}", f"Tax {row}", inclusive) for row, inclusive in enumerate(kind.inclusive))
	tries = {kind.name, f"{precision} decimals", rounding.value}
	lines = tuple(_line(dice, shops[kind.name], tries) for _ in range(_line_count(dice)))
	return Cart(SaleDraft("EUR", precision, rounding, taxes, lines), frozenset(tries))


def _line_count(dice: random.Random) -> int:
	return dice.choice((1, 1, 2, 3, dice.randint(4, 12)))


def _line(dice: random.Random, templates: list[dict[str, int]], tries: set[str]) -> DraftLine:
	price, quantity, discount = (dice.choice(names) for names in (PRICES, QUANTITIES, DISCOUNTS))
	tries |= {f"price: {price}", f"quantity: {quantity}", f"discount: {discount}"}
	rates = dice.choice(templates)
	line = DraftLine("TEA", "Tea", _quantity(dice, quantity), "Nos", _price(dice, price), rates)
	if discount == "percent":
		return replace(line, discount_percent=dice.randint(1, 99_999) * STEP)
	if discount == "amount off a unit" and line.price_minor:
		return replace(line, unit_discount_minor=dice.randint(1, line.price_minor))
	return replace(line, discount_percent=HUNDRED_PERCENT) if discount == "all of it off" else line


def _price(dice: random.Random, name: str) -> int:
	ranges = {"cents": (1, 99), "shelf": (100, 19_999), "dear": (20_000, 9_999_999), "nothing": (0, 0)}
	return dice.randint(*ranges[name])


def _quantity(dice: random.Random, name: str) -> int:
	if name == "weighed":
		return dice.randint(1, 25_000) * STEP
	return dice.randint(*{"one": (1, 1), "some": (2, 9), "many": (10, 999)}[name]) * SCALE


def smallest(draft: SaleDraft, differs: Callable[[SaleDraft], bool]) -> SaleDraft:
	"""A cart that still differs and of which nothing more can be taken away."""
	for smaller in _smaller(draft):
		if differs(smaller):
			return smallest(smaller, differs)
	return draft


def _smaller(draft: SaleDraft) -> Iterator[SaleDraft]:
	for at in range(len(draft.lines)) if len(draft.lines) > 1 else ():
		yield replace(draft, lines=draft.lines[:at] + draft.lines[at + 1 :])
	for tax in draft.taxes:
		yield _without(draft, tax)
	for at, line in enumerate(draft.lines):
		for simpler in _simpler(line):
			yield replace(draft, lines=(*draft.lines[:at], simpler, *draft.lines[at + 1 :]))


def _without(draft: SaleDraft, gone: Tax) -> SaleDraft:
	lines = tuple(
		replace(line, rates={tax: rate for tax, rate in line.rates.items() if tax != gone.tax})
		for line in draft.lines
	)
	return replace(draft, taxes=tuple(tax for tax in draft.taxes if tax != gone), lines=lines)


def _simpler(line: DraftLine) -> Iterator[DraftLine]:
	if line.discount_percent or line.unit_discount_minor:
		yield replace(line, discount_percent=0, unit_discount_minor=0)
	if line.quantity != SCALE:
		yield replace(line, quantity=SCALE)
	for tax in line.rates:
		yield replace(line, rates={name: rate for name, rate in line.rates.items() if name != tax})
	for price in (line.price_minor // 10, line.price_minor - 1):
		if line.unit_discount_minor <= price != line.price_minor and price > 0:
			yield replace(line, price_minor=price)
