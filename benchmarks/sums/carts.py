"""Carts from a seeded dice, each naming what it tries, and how to make a cart that goes wrong smaller.

It computes a cart only to choose an amount that can come off it.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.sale import Direction, DraftLine, SaleDraft, compute
from pos_bridge.core.tax import HUNDRED_PERCENT, ON_PREVIOUS_ROW, Charge, Tax
from pos_bridge.core.ticket import On, TicketDiscount, TotalRounding

FLOAT_PRECISION = 3
"""Decimals that Frappe keeps of quantities, percents and rates unless System Settings say otherwise."""
STEP = SCALE // 10**FLOAT_PRECISION
CARTS_OF_A_SHOP = 100
STEPS = 60
"""Of making a cart smaller."""
TEMPLATES_OF_A_SHOP = 3
RATES = (0, 5, 5.5, 6.25, 7, 7.7, 10, 13, 19, 20, 21, 22.5, 25, 8.875, 2.125, 0.1, 99.999, -10, -2.5)


NET, AMOUNT, TOTAL = Charge.NET_TOTAL, Charge.PREVIOUS_ROW_AMOUNT, Charge.PREVIOUS_ROW_TOTAL
QUANTITY, ACTUAL = Charge.ITEM_QUANTITY, Charge.ACTUAL


@dataclass(frozen=True, slots=True)
class Row:
	"""A tax row of a shop; `on` is the place of the row that it is charged on, from 0."""

	charge: Charge = NET
	inclusive: bool = False
	on: int = 0


@dataclass(frozen=True, slots=True)
class TaxKind:
	"""Tax rows of a shop, in their order."""

	name: str
	rows: tuple[Row, ...]


IN, TOP = Row(inclusive=True), Row()
TAX_KINDS = (
	TaxKind("no tax", ()),
	TaxKind("one inclusive tax", (IN,)),
	TaxKind("two inclusive taxes", (IN, IN)),
	TaxKind("one tax on top", (TOP,)),
	TaxKind("two taxes on top", (TOP, TOP)),
	TaxKind("inclusive, then on top", (IN, TOP)),
	TaxKind("on top, then inclusive", (TOP, IN)),
	TaxKind("three inclusive and one on top", (IN, IN, TOP, IN)),
	TaxKind("on the amount of a row", (TOP, Row(AMOUNT))),
	TaxKind("on the total of a row", (TOP, Row(TOTAL), Row(TOTAL, on=1))),
	TaxKind("all of it included, on amount and total", (IN, Row(AMOUNT, True), Row(TOTAL, True, 1))),
	TaxKind("on top of the total with what is included", (IN, Row(TOTAL))),
	TaxKind("for the quantity", (Row(QUANTITY), TOP)),
	TaxKind("for the quantity, included", (Row(QUANTITY, True), IN)),
	TaxKind("a fixed amount", (TOP, Row(ACTUAL))),
	TaxKind("a fixed amount and a tax on it", (Row(ACTUAL), Row(AMOUNT), Row(TOTAL, on=1), TOP)),
	TaxKind("every charge", (IN, Row(QUANTITY), Row(ACTUAL), Row(TOTAL, on=2), Row(AMOUNT, on=3))),
)
DISCOUNTS = ("no discount", "percent", "amount off a unit", "all of it off")
MARGINS = ("no margin", "no margin", "no margin", "percent", "amount")
QUANTITIES = ("one", "some", "weighed", "many")
PRICES = ("cents", "shelf", "dear", "nothing")
OFF_THE_TICKET = ("nothing", "nothing", "percent", "amount")
TOTALS = ("as it is", "as it is", "to the coin", "to the unit")
DIRECTIONS: tuple[Direction, ...] = ("sale", "sale", "sale", "return", "exchange")
COINS = (5, 10, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class Cart:
	"""A draft, where its goods go, and the names of what it tries."""

	draft: SaleDraft
	direction: Direction
	tries: frozenset[str]


def random_carts(dice: random.Random) -> Iterator[Cart]:
	"""Rows of every kind, currencies of 0, 2 and 3 decimals, all three methods, one to twelve lines.

	Decimals and the shop's rates change now and then only: in ERPNext they are settings and documents.
	"""
	while True:
		precision = dice.choice((0, 2, 2, 2, 3))
		decimals = dice.choice((0, 0, 4, 6))
		shops = {kind.name: _rates(dice, kind) for kind in TAX_KINDS}
		for _ in range(CARTS_OF_A_SHOP):
			yield _cart(dice, precision, decimals, shops)


def _rates(dice: random.Random, kind: TaxKind) -> list[dict[str, int]]:
	"""What the item tax templates of a shop say: for some taxes nothing."""
	return [
		{
			_name(place): _rate(dice, row)
			for place, row in enumerate(kind.rows)
			if row.charge is not ACTUAL and dice.random() < 0.8
		}
		for _ in range(TEMPLATES_OF_A_SHOP)
	]


def _rate(dice: random.Random, row: Row) -> int:
	if row.charge is QUANTITY:
		return dice.choice((5, 25, 100, 250, 1_000, 12_345)) * STEP
	return round(dice.choice(RATES) * SCALE)


def _name(place: int) -> str:
	return f"TAX-{place}"


def _cart(dice: random.Random, precision: int, decimals: int, shops: dict[str, list[dict[str, int]]]) -> Cart:
	kind, rounding, direction = dice.choice(TAX_KINDS), dice.choice(tuple(Rounding)), dice.choice(DIRECTIONS)
	row_wise = dice.random() < 0.2
	tries = {f"taxes: {kind.name}", f"{precision} decimals", rounding.value, direction}
	tries |= {f"charge: {row.charge.value}" for row in kind.rows} | {f"rates of {decimals} decimals"}
	tries |= {"tax rounded for each line"} if row_wise else set()
	lines = tuple(_line(dice, shops[kind.name], direction, tries) for _ in range(_line_count(dice)))
	draft = SaleDraft(
		"EUR",
		precision,
		rounding,
		_taxes(dice, kind, direction),
		lines,
		total_rounding=_total_rounding(dice, precision, tries),
		row_wise_tax=row_wise,
		rate_decimals=decimals,
	)
	return Cart(_discounted(dice, draft, direction, tries), direction, frozenset(tries))


def _taxes(dice: random.Random, kind: TaxKind, direction: Direction) -> tuple[Tax, ...]:
	taxes = []
	for place, row in enumerate(kind.rows):
		previous = row.charge in ON_PREVIOUS_ROW
		fixed = dice.randint(1, 2_000) * (-1 if direction == "return" else 1)
		taxes.append(
			Tax(
				_name(place),
				f"Tax {place}",
				row.inclusive,
				row.charge,
				_name(row.on) if previous else "",
				round(dice.choice(RATES) * SCALE) if previous else 0,
				fixed if row.charge is ACTUAL else 0,
			)
		)
	return tuple(taxes)


def _total_rounding(dice: random.Random, precision: int, tries: set[str]) -> TotalRounding | None:
	how = dice.choice(TOTALS)
	tries.add(f"total: {how}")
	if how == "to the coin":
		return TotalRounding(dice.choice(COINS))
	return TotalRounding(10**precision, halves_down=False) if how == "to the unit" else None


def _discounted(dice: random.Random, draft: SaleDraft, direction: Direction, tries: set[str]) -> SaleDraft:
	how = dice.choice(OFF_THE_TICKET)
	on: On = dice.choice(("net_total", "grand_total"))
	tries.add(f"off the ticket: {how} of {on}" if how != "nothing" else "off the ticket: nothing")
	if how == "percent":
		return replace(draft, discount=TicketDiscount(on, percent=dice.randint(1, 100_000) * STEP))
	if how == "nothing":
		return draft
	totals = compute(draft, direction)
	grand_minor = totals.total_minor - totals.rounding_adjustment_minor
	whole = totals.net_minor if on == "net_total" else grand_minor
	amount_minor = dice.randint(min(whole, 0), max(whole, 0))
	return replace(draft, discount=TicketDiscount(on, amount_minor=amount_minor))


def _line_count(dice: random.Random) -> int:
	return dice.choice((1, 1, 2, 3, dice.randint(4, 12)))


def _line(
	dice: random.Random, templates: list[dict[str, int]], direction: Direction, tries: set[str]
) -> DraftLine:
	names = (dice.choice(each) for each in (PRICES, QUANTITIES, DISCOUNTS, MARGINS))
	price, quantity, discount, margin = names
	tries |= {f"price: {price}", f"quantity: {quantity}", f"discount: {discount}", f"margin: {margin}"}
	rates = dice.choice(templates)
	back = direction == "return" or (direction == "exchange" and dice.random() < 0.5)
	sign = -1 if back else 1
	line = DraftLine("TEA", "Tea", sign * _quantity(dice, quantity), "Nos", _price(dice, price), rates)
	return _with_margin(dice, margin, _less(dice, discount, line))


def _less(dice: random.Random, discount: str, line: DraftLine) -> DraftLine:
	if discount == "percent":
		return replace(line, discount_percent=dice.randint(1, 99_999) * STEP)
	if discount == "amount off a unit" and line.price_minor:
		return replace(line, unit_discount_minor=dice.randint(1, line.price_minor))
	return replace(line, discount_percent=HUNDRED_PERCENT) if discount == "all of it off" else line


def _with_margin(dice: random.Random, margin: str, line: DraftLine) -> DraftLine:
	"""ERPNext knows no margin on nothing; with one in percent and an amount off it leaves rates unrounded."""
	if not line.price_minor or margin == "no margin":
		return line
	if margin == "percent" and not line.unit_discount_minor:
		return replace(line, margin_percent=dice.randint(1, 60_000) * STEP)
	return replace(line, unit_margin_minor=dice.randint(1, 5_000))


def _price(dice: random.Random, name: str) -> int:
	ranges = {"cents": (1, 99), "shelf": (100, 19_999), "dear": (20_000, 9_999_999), "nothing": (0, 0)}
	return dice.randint(*ranges[name])


def _quantity(dice: random.Random, name: str) -> int:
	if name == "weighed":
		return dice.randint(1, 25_000) * STEP
	return dice.randint(*{"one": (1, 1), "some": (2, 9), "many": (10, 999)}[name]) * SCALE


def smallest(draft: SaleDraft, differs: Callable[[SaleDraft], bool]) -> SaleDraft:
	"""A cart that still differs and of which nothing more can be taken away, or not within `STEPS`."""
	for _ in range(STEPS):
		smaller = next((each for each in _smaller(draft) if differs(each)), None)
		if smaller is None:
			break
		draft = smaller
	return draft


def _smaller(draft: SaleDraft) -> Iterator[SaleDraft]:
	for at in range(len(draft.lines)) if len(draft.lines) > 1 else ():
		yield replace(draft, lines=draft.lines[:at] + draft.lines[at + 1 :])
	for tax in draft.taxes:
		if all(other.row != tax.tax for other in draft.taxes):
			yield _without(draft, tax)
	simple = replace(draft, discount=None), replace(draft, total_rounding=None)
	yield from (each for each in (*simple, replace(draft, row_wise_tax=False)) if each != draft)
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
	if line.margin_percent or line.unit_margin_minor:
		yield replace(line, margin_percent=0, unit_margin_minor=0)
	if abs(line.quantity) != SCALE:
		yield replace(line, quantity=SCALE if line.quantity > 0 else -SCALE)
	for tax in line.rates:
		yield replace(line, rates={name: rate for name, rate in line.rates.items() if name != tax})
	for price in (line.price_minor // 10, line.price_minor - 1):
		if line.unit_discount_minor <= price != line.price_minor and price > 0:
			yield replace(line, price_minor=price)
