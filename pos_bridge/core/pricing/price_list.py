"""Which row of a price list a customer pays by, for a unit, on a day. It never discounts or rounds to cents.

Source: ERPNext's `get_price_list_rate_for` and `get_item_price` (stock/get_item_details.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_bridge.core.money import SCALE, Rounding, round_ratio


@dataclass(frozen=True, slots=True)
class Price:
	"""A row of a price list. Dates are ISO texts, empty where open; rate and packing unit in 10^-9.

	Without a unit or a customer it is for any. `of_template`: it is a row of the item's template.
	"""

	price_list: str
	unit: str
	customer: str
	valid_from: str
	valid_upto: str
	packing_unit: int
	rate: int
	of_template: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
	"""What a price is wanted for. `factor`: stock units in one `unit`; quantity and factor in 10^-9.

	Without a customer it is for somebody who has no prices of his own.
	"""

	price_list: str
	unit: str
	stock_unit: str
	day: str
	customer: str = ""
	factor: int = SCALE
	quantity: int = SCALE


def rate_of(prices: Sequence[Price], asked: Asked) -> int | None:
	"""The price of a unit in 10^-9 of the currency, None if there is none.

	`prices` are in the order in which they were made.
	"""
	for of_template in (False, True):
		rows = [
			price
			for price in prices
			if price.of_template is of_template
			and price.price_list == asked.price_list
			and price.valid_from <= asked.day
			and (not price.valid_upto or price.valid_upto >= asked.day)
		]
		rate = _rate(rows, asked)
		if rate is not None:
			return rate
	return None


def _rate(rows: Sequence[Price], asked: Asked) -> int | None:
	own = _best(rows, asked.customer, asked.unit) if asked.customer else None
	if own and own.packing_unit and asked.quantity % own.packing_unit:
		# ERPNext does not fall back to the price for everybody then.
		return None
	found = own or _best(rows, "", asked.unit)
	if found is None and asked.unit != asked.stock_unit:
		found = _best(rows, "", asked.stock_unit)
	if found is None:
		return None
	if found.unit == asked.unit:
		return found.rate
	return round_ratio(found.rate * asked.factor, SCALE, Rounding.COMMERCIAL)


def _best(rows: Sequence[Price], customer: str, unit: str) -> Price | None:
	"""The one that began last, then the one that names the unit, then the first that was made."""
	fitting = [row for row in rows if row.customer == customer and row.unit in ("", unit)]
	return max(fitting, key=lambda row: (row.valid_from, row.unit), default=None)
