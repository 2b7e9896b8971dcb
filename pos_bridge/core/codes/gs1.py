"""Codes on the goods: GTINs with their check digit, and in-store codes that carry a weight or a price.

It never looks an item up; it says what a scanned text means.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE

_AIM_PREFIX = re.compile(r"^\][A-Za-z][0-9A-Fa-f]")
_GTIN_LENGTHS = (8, 12, 13, 14)
_PATTERN = re.compile(r"\d{2}I+([WP]+)C")


@dataclass(frozen=True, slots=True)
class InStoreCode:
	"""A code that the shop's own scale printed. `quantity` (10^-9 kg) or `price_minor` is set, not both."""

	item_code: str
	quantity: int | None = None
	price_minor: int | None = None


def check_digit(digits: str) -> str:
	"""The last digit of a GTIN whose other digits are given (GS1 General Specifications, section 7.9)."""
	weighted = sum(int(digit) * (3, 1)[index % 2] for index, digit in enumerate(reversed(digits)))
	return str(-weighted % 10)


def is_gtin(code: str) -> bool:
	"""True for 8, 12, 13 or 14 digits with a right check digit."""
	is_number = code.isascii() and code.isdigit() and len(code) in _GTIN_LENGTHS
	return is_number and check_digit(code[:-1]) == code[-1]


def normalise_code(scanned: str) -> str:
	"""A scanned text as catalogues hold it: no AIM prefix, no blanks around, UPC-A and GTIN-14 as EAN-13."""
	code = _AIM_PREFIX.sub("", scanned.strip(" \t\r\n"))
	if is_gtin(code) and len(code) == 12:
		return "0" + code
	if is_gtin(code) and len(code) == 14 and code.startswith("0"):
		return code[1:]
	return code


def parse_in_store_code(code: str, patterns: Sequence[str]) -> InStoreCode | None:
	"""What an in-store code says, or None if it is none.

	A pattern such as `21IIIIIWWWWWC` has two digits of prefix, I for the item's code, W for grams or P for
	the price in minor units, C for the check digit. `Rejected` for a pattern not of this form.
	"""
	for pattern in patterns:
		fields = _PATTERN.fullmatch(pattern)
		if not fields:
			raise Rejected(f"{pattern!r} is no pattern of an in-store code; one looks like 21IIIIIWWWWWC.")
		if len(code) == len(pattern) and code.startswith(pattern[:2]) and is_gtin(code):
			item_code, number = code[2 : fields.start(1)], int(code[fields.start(1) : -1])
			if "W" in pattern:
				return InStoreCode(item_code, quantity=number * SCALE // 1000)
			return InStoreCode(item_code, price_minor=number)
	return None
