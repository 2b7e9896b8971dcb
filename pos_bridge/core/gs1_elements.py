"""GS1 codes that say more than which goods: element strings (GS1-128, DataBar, Data Matrix, QR) and
Digital Links.

It looks no item up; what it does not know is skipped, and a code that breaks off in the middle says nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pos_bridge.core.gs1 import is_gtin
from pos_bridge.core.money import SCALE

SEPARATOR = "\x1d"
"""FNC1 as scanners send it."""

_AIM = re.compile(r"\](C1|e0|d2|Q3|J1)")
_DIGITS = re.compile(r"[0-9]+")
_VALUE = re.compile(r"[!-~]{1,90}")
_LINK = re.compile(r"https?://[^/?#]+(/[^?#]*)(?:\?([^#]*))?", re.IGNORECASE)
_FIXED = {"00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "20": 2}
"""Digits behind an identifier that needs no separator (GS1 General Specifications, figure 7.8.5-2)."""
_SHORT = frozenset(("10", "21", "22", "30", "37", "90", "91", "92", "93", "94", "95", "96", "97", "98", "99"))
_OF_THREE = frozenset(("23", "24", "25", "40", "41", "42", "71"))


@dataclass(frozen=True, slots=True)
class Elements:
	"""What a GS1 code says of one pack: its GTIN, and what of it is no matter of course.

	`quantity` is the net weight in 10^-9 kg, `price` what the pack costs in 10^-9 of the currency, `count`
	how many are in it; `expires_on` is YYMMDD as it stands. "" and None where the code says nothing.
	"""

	gtin: str
	quantity: int | None = None
	price: int | None = None
	count: int | None = None
	batch: str = ""
	serial: str = ""
	expires_on: str = ""


def parse_elements(scanned: str) -> Elements | None:
	"""The elements of a scanned code; None if it is no GS1 code, has no GTIN or is not whole."""
	code = scanned.strip(" \t\r\n")
	link = _LINK.fullmatch(code.removeprefix("]Q3").removeprefix("]d2"))
	if link:
		return _of_pairs(dict(_link_pairs(link[1], link[2] or "")))
	prefixed = _AIM.match(code)
	text = code[prefixed.end() :] if prefixed else code
	if not prefixed and SEPARATOR not in text and not (text.startswith("01") and is_gtin(text[2:16])):
		return None
	pairs: dict[str, str] = {}
	for pair in _pairs(text.strip(SEPARATOR)):
		if pair is None:
			return None
		pairs.setdefault(*pair)
	return _of_pairs(pairs)


def _pairs(text: str) -> Iterator[tuple[str, str] | None]:
	"""Identifiers and values in order; None where the text is no element string."""
	while text:
		identifier, length = _identifier(text)
		if not _DIGITS.fullmatch(identifier):
			yield None
			return
		rest = text[len(identifier) :]
		value = rest[:length] if length else rest.partition(SEPARATOR)[0]
		if not _VALUE.fullmatch(value) or (
			length and not (len(value) == length and _DIGITS.fullmatch(value))
		):
			yield None
			return
		yield identifier, value
		text = rest[len(value) :].removeprefix(SEPARATOR)


def _identifier(text: str) -> tuple[str, int]:
	"""The identifier in front, and the length of its value; 0 if a separator ends it."""
	two = text[:2]
	if two in _FIXED:
		return two, _FIXED[two]
	if "11" <= two <= "19":
		return two, 6
	if "31" <= two <= "36":
		return text[:4], 6
	if two == "41":
		return text[:3], 13
	if two in _SHORT:
		return two, 0
	return (text[:3] if two in _OF_THREE else text[:4]), 0


def _link_pairs(path: str, query: str) -> Iterator[tuple[str, str]]:
	parts = path.split("/")
	if "01" not in parts:
		return
	steps = parts[parts.index("01") :]
	yield from zip(steps[::2], steps[1::2], strict=False)
	for field in re.split("[&;]", query):
		name, _, value = field.partition("=")
		yield name, value


def _of_pairs(pairs: dict[str, str]) -> Elements | None:
	gtin = pairs.get("01", "")
	if not is_gtin(gtin):
		return None
	count = pairs.get("30", "")
	return Elements(
		gtin.zfill(14),
		_decimal(pairs, "310"),
		_decimal(pairs, "392"),
		int(count) if _DIGITS.fullmatch(count) and len(count) <= 8 else None,
		_plain(pairs.get("10", "")),
		_plain(pairs.get("21", "")),
		pairs.get("17", "") if re.fullmatch("[0-9]{6}", pairs.get("17", "")) else "",
	)


def _decimal(pairs: dict[str, str], stem: str) -> int | None:
	"""The value of 310n or 392n, whose n digits from the right are decimals, in 10^-9."""
	for places in range(10):
		value = pairs.get(f"{stem}{places}", "")
		if _DIGITS.fullmatch(value) and len(value) <= 15:
			return int(value) * SCALE // int(10**places)
	return None


def _plain(value: str) -> str:
	"""A batch or serial number; one that is written in escapes is left out."""
	return value if len(value) <= 20 and _VALUE.fullmatch(value) and "%" not in value else ""
