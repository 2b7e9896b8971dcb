"""Finds what may be a card's number in a text, so that none is ever kept, sent or logged.

It never says which card it is. Codes on goods are not looked at: one EAN in ten passes the same check.
"""

import re
from collections.abc import Iterator

SHORTEST, LONGEST = 13, 19
"""Digits of a card's number (ISO/IEC 7812)."""
HIDDEN = "[card number removed]"

_RUN = re.compile(r"[0-9]+(?:[ -][0-9]+)*")
_DIGITS = re.compile("[0-9]+")


def holds_card_number(text: str) -> bool:
	"""True if some digits, alone or in groups with a blank or hyphen between, can be a card's number."""
	return next(_found(text), None) is not None


def without_card_numbers(text: str) -> str:
	"""The text with each of them replaced by `HIDDEN`."""
	kept, at = [], 0
	for start, end in _found(text):
		kept += [text[at:start], HIDDEN]
		at = end
	return "".join((*kept, text[at:]))


def _found(text: str) -> Iterator[tuple[int, int]]:
	for run in _RUN.finditer(text):
		groups = list(_DIGITS.finditer(text, run.start(), run.end()))
		first = 0
		while first < len(groups):
			after = _number_from(groups, first)
			if after > first:
				yield groups[first].start(), groups[after - 1].end()
			first = max(after, first + 1)


def _number_from(groups: list[re.Match[str]], first: int) -> int:
	"""Behind the last group of the longest number that begins with `first`; `first` if there is none."""
	digits, found = "", first
	for after, group in enumerate(groups[first:], start=first + 1):
		digits += group[0]
		if len(digits) > LONGEST:
			break
		if len(digits) >= SHORTEST and _passes(digits):
			found = after
	return found


def _passes(digits: str) -> bool:
	"""The check of ISO/IEC 7812 (Luhn); noughts alone are no number."""
	total = 0
	for place, digit in enumerate(reversed(digits)):
		doubled = int(digit) * (1 + place % 2)
		total += doubled - 9 if doubled > 9 else doubled
	return total % 10 == 0 and bool(digits.strip("0"))
