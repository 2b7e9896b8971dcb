"""Rows of price lists and what is asked of them, named and by a seeded dice; `core.pricing` picks."""

import random
from dataclasses import replace
from typing import Any

from pos_bridge.core.money import SCALE, format_decimal
from pos_bridge.core.pricing.price_list import Asked, Price, rate_of

SEED = 20261127
RANDOM_CASES = 150
LIST, OTHER = "Retail", "Wholesale"


def row(rate: int, **more: Any) -> Price:  # noqa: ANN401
	fields = {"price_list": LIST, "unit": "", "customer": "", "valid_from": "", "valid_upto": ""}
	return Price(**{**fields, "packing_unit": 0, "rate": rate * SCALE, **more})


def asked(**more: Any) -> Asked:  # noqa: ANN401
	return Asked(**{"price_list": LIST, "unit": "Nos", "stock_unit": "Nos", "day": "2026-06-15", **more})


def named() -> list[tuple[str, list[Price], Asked]]:
	box = {"unit": "Box", "factor": 12 * SCALE}
	ours = {"customer": "Ada"}
	hers, packs = row(8, **ours), row(8, packing_unit=3 * SCALE, **ours)
	newer = row(10, valid_from="2026-06-01")
	return [
		("one price for everybody", [row(10)], asked()),
		("another list's price is not this one's", [row(10, price_list=OTHER)], asked()),
		("no price at all", [], asked()),
		("the price that began last", [row(10), row(12, valid_from="2026-06-15")], asked()),
		("not the one that begins tomorrow", [row(10), row(12, valid_from="2026-06-16")], asked()),
		("a price on its last day", [row(10, valid_upto="2026-06-15")], asked()),
		("a price that ended yesterday", [row(10, valid_upto="2026-06-14")], asked()),
		("a customer's own price", [row(10), row(8, customer="Ada")], asked(**ours)),
		("another customer's price is not his", [row(10), row(8, customer="Bo")], asked(**ours)),
		(
			"a customer's older price before a newer one for all",
			[hers, newer],
			asked(**ours),
		),
		("a box has its own price", [row(10), row(99, unit="Box")], asked(**box)),
		("a box without one costs twelve pieces", [row(10, unit="Nos")], asked(**box)),
		("a price without a unit counts for pieces, too", [row(10)], asked(**box)),
		("among equals the one that names the unit", [row(10), row(9, unit="Nos")], asked()),
		("among equals the one made first", [row(10, unit="Nos"), row(9, unit="Nos")], asked()),
		(
			"packs of three, six wanted",
			[packs],
			asked(quantity=6 * SCALE, **ours),
		),
		(
			"packs of three, four wanted: not even the price for everybody",
			[packs, row(10)],
			asked(quantity=4 * SCALE, **ours),
		),
		("a template's price where a variant has none", [row(10, of_template=True)], asked()),
		(
			"a variant's own price before its template's newer one",
			[row(9), replace(newer, of_template=True)],
			asked(),
		),
		("half a stock unit in one", [row(3)], asked(unit="Half", factor=SCALE // 2)),
	]


def dice_case(dice: random.Random) -> tuple[list[Price], Asked]:
	dates = ["", "2026-01-01", "2026-06-15", "2026-07-01"]
	rows = [
		row(
			dice.randint(1, 99),
			price_list=dice.choice([LIST, LIST, OTHER]),
			unit=dice.choice(["", "Nos", "Box"]),
			customer=dice.choice(["", "", "Ada"]),
			valid_from=dice.choice(dates),
			valid_upto=dice.choice(["", "", "2026-06-30"]),
			packing_unit=dice.choice([0, 0, 3]) * SCALE,
			of_template=dice.random() < 0.2,
		)
		for _ in range(dice.randint(1, 6))
	]
	unit = dice.choice(["Nos", "Box"])
	wanted = asked(
		price_list=dice.choice([LIST, LIST, OTHER]),
		unit=unit,
		factor=(12 if unit == "Box" else 1) * SCALE,
		customer=dice.choice(["", "Ada"]),
		day=dice.choice(["2025-12-31", "2026-06-15", "2026-12-31"]),
		quantity=dice.randint(1, 6) * SCALE,
	)
	return rows, wanted


def price_cases() -> list[dict[str, Any]]:
	dice = random.Random(SEED)
	tried = named() + [(f"random rows {number}", *dice_case(dice)) for number in range(RANDOM_CASES)]
	return [_case(*each) for each in tried]


def _case(why: str, rows: list[Price], wanted: Asked) -> dict[str, Any]:
	rate = rate_of(rows, wanted)
	decimals = ("factor", "quantity")
	ask = {name: getattr(wanted, name) for name in wanted.__slots__}
	return {
		"why": why,
		"rows": [_fields(each) for each in rows],
		"ask": {name: format_decimal(value) if name in decimals else value for name, value in ask.items()},
		"expected": None if rate is None else format_decimal(rate),
	}


def _fields(each: Price) -> list[Any]:
	named_first = [each.price_list, each.unit, each.customer, each.valid_from, each.valid_upto]
	return [*named_first, format_decimal(each.packing_unit), format_decimal(each.rate), each.of_template]
