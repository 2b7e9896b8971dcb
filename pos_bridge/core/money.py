"""Money as integers in minor units, quantities and rates as exact decimals, and the one rounding function.

It never sees a float: what has to leave the integers leaves as text.
"""

import re
from collections.abc import Sequence
from enum import Enum

from pos_bridge.core.errors import Malformed, Rejected

SCALE = 10**9
"""Quantities, percents and rates are held as integers of 10^-9."""

MAX_MINOR = 2**53 - 1
"""The largest amount: what JavaScript holds exactly."""

_NO_DECIMALS = frozenset(
	(
		*("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"),
		*("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"),
	)
)
_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{0,8}[1-9])?")


class Rounding(str, Enum):
	"""ERPNext's three rounding methods (System Settings, "Rounding Method")."""

	COMMERCIAL = "commercial"
	"""Half away from zero."""
	BANKERS = "bankers"
	"""Half to even."""
	BANKERS_LEGACY = "bankers_legacy"
	"""Half toward plus infinity, but half to even where the currency has no minor unit."""


def round_ratio(numerator: int, denominator: int, rounding: Rounding, precision: int = 2) -> int:
	"""The integer nearest to `numerator / denominator`; `rounding` decides the exact halves.

	`precision` is the currency's number of decimals; only the legacy method looks at it.
	Source of the tie rules: Frappe `flt` / `rounded` (frappe/utils/data.py).
	"""
	if denominator < 0:
		numerator, denominator = -numerator, -denominator
	floor, remainder = divmod(numerator, denominator)
	twice = 2 * remainder
	if twice != denominator:
		return floor + (twice > denominator)
	return floor + _tie_goes_up(floor, rounding, precision)


def _tie_goes_up(floor: int, rounding: Rounding, precision: int) -> bool:
	if rounding is Rounding.COMMERCIAL:
		return floor >= 0
	if rounding is Rounding.BANKERS_LEGACY and precision > 0:
		return True
	return floor % 2 == 1


def currency_decimals(currency: str) -> int:
	"""How many decimals a currency's minor unit has. Source: ISO 4217."""
	if currency in _NO_DECIMALS:
		return 0
	return 3 if currency in _THREE_DECIMALS else 2


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
	"""Split `total` in proportion to `weights` so that the parts add up to it exactly.

	Largest remainders first, earlier parts first among equals. Weights are >= 0 with a sum > 0,
	else `Rejected`.
	"""
	whole = sum(weights)
	if whole <= 0 or min(weights) < 0:
		raise Rejected("An amount can only be split over weights that are not negative and not all zero.")
	parts = [total * weight // whole for weight in weights]
	remainders = [total * weight % whole for weight in weights]
	by_remainder = sorted(range(len(weights)), key=lambda index: -remainders[index])
	for index in by_remainder[: total - sum(parts)]:
		parts[index] += 1
	return tuple(parts)


def parse_decimal(text: object) -> int:
	"""Canonical decimal text ("1.25", "-2") as an integer of 10^-9; any other input is `Malformed`."""
	if not isinstance(text, str) or not _DECIMAL.fullmatch(text) or text == "-0":
		raise Malformed(f"{text!r} is not a decimal like 1.25: digits, one point, no trailing zeros.")
	whole, _, fraction = text.partition(".")
	scaled = abs(int(whole)) * SCALE + int(fraction.ljust(9, "0"))
	return -scaled if text.startswith("-") else scaled


def format_decimal(scaled: int) -> str:
	"""The canonical decimal text of an integer of 10^-9."""
	whole, fraction = divmod(abs(scaled), SCALE)
	digits = f"{fraction:09d}".rstrip("0")
	sign = "-" if scaled < 0 else ""
	return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def format_minor(amount_minor: int, precision: int, point: str = ".", group: str = "") -> str:
	"""An amount for people, without its currency: 123456 with precision 2 is "1234.56"."""
	digits = str(abs(amount_minor)).rjust(precision + 1, "0")
	whole, fraction = (digits[:-precision], digits[-precision:]) if precision else (digits, "")
	if group:
		whole = f"{int(whole):,}".replace(",", group)
	sign = "-" if amount_minor < 0 else ""
	return f"{sign}{whole}{point}{fraction}" if fraction else f"{sign}{whole}"
