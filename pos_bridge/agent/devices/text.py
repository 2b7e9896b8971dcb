"""Makes any text fit for a receipt printer: no control character survives, each character becomes one byte.

It never drops a letter in silence: what no code page of the printer carries is replaced visibly and counted.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pos_bridge.agent.devices.profile import CODE_PAGES, PrinterProfile

MAX_TEXT_CHARACTERS = 1_000
"""Longest text of one element; what is longer ends in an ellipsis."""

REPLACEMENTS = "■?"
"""Stand for a character that can't be printed: the first that the printer carries."""

_SPACES = frozenset("\t\n\v\f\r\x85\u2028\u2029")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Controls, format characters (bidi overrides, zero-width joiners), lone surrogates, private, unassigned."""

_JOINERS = frozenset("\u200c\u200d")

_SPELLED: Mapping[str, str] = {
	**dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
	**dict.fromkeys("\u2018\u2019\u201a\u2032", "'"),
	**dict.fromkeys("\u201c\u201d\u201e\u2033", '"'),
	"…": "...",
	"•": "*",
	"™": "(TM)",
	**dict(zip("ȘșȚț", "ŞşŢţ", strict=True)),
}
"""How signs are spelled where no code page of the printer has them; Romanian commas become cedillas."""


@dataclass(frozen=True, slots=True)
class Run:
	"""Neighbouring characters that one code page carries, as the bytes to send."""

	page: int
	data: bytes


def clean(text: str) -> str:
	"""Without any control, format or undefined character; white space of every kind becomes a space."""
	if text.isascii() and text.isprintable():
		return text[:MAX_TEXT_CHARACTERS]
	kept = (_clean_character(character) for character in unicodedata.normalize("NFC", text))
	return _bounded("".join(kept))


def clean_for_drawing(text: str) -> str:
	"""The same for text that is drawn, where joiners decide how letters and emoji look. Marks that turn the
	direction of what follows are dropped all the same: a name must not turn its price around."""
	kept = (
		character if character in _JOINERS else _clean_character(character)
		for character in unicodedata.normalize("NFC", text)
	)
	return "".join(kept)[:MAX_TEXT_CHARACTERS]


def _clean_character(character: str) -> str:
	category = unicodedata.category(character)
	if character in _SPACES or category == "Zs":
		return " "
	return "" if category in _DROPPED_CATEGORIES else character


def _bounded(text: str) -> str:
	return text if len(text) <= MAX_TEXT_CHARACTERS else text[: MAX_TEXT_CHARACTERS - 3] + "..."


class CodePages:
	"""The characters that a printer's code pages carry, and the bytes that stand for them."""

	def __init__(self, pages: tuple[int, ...]) -> None:
		"""`pages` are `ESC t` numbers; the first that carries a text is used."""
		self.first = pages[0]
		self._tables = {page: _table(page) for page in pages}
		self._replacement = next(sign for sign in REPLACEMENTS if self.carries(sign))

	def carries(self, character: str) -> bool:
		return any(character in table for table in self._tables.values())

	def printable(self, text: str) -> tuple[str, int]:
		"""Clean text in characters that the printer has, and how many had to be replaced."""
		cleaned = clean(text)
		if cleaned.isascii():
			return cleaned, 0
		spelled = [self._spell(character) for character in cleaned]
		return "".join(sign or self._replacement for sign in spelled), spelled.count("")

	def _spell(self, character: str) -> str:
		spelling = character if self.carries(character) else _SPELLED.get(character, "")
		return spelling if all(map(self.carries, spelling)) else ""

	def runs(self, text: str, page: int) -> Iterator[Run]:
		"""Split printable text by code page, staying on `page` for as long as it carries the characters."""
		data = bytearray()
		for character in text:
			if character not in self._tables[page]:
				if data:
					yield Run(page, bytes(data))
				data.clear()
				page = self._page_of(character)
			data.append(self._tables[page][character])
		if data:
			yield Run(page, bytes(data))

	def _page_of(self, character: str) -> int:
		return next(page for page, table in self._tables.items() if character in table)


@lru_cache(maxsize=8)
def code_pages(profile: PrinterProfile) -> CodePages:
	"""The code pages of a profile, built once."""
	return CodePages(profile.code_pages)


@lru_cache(maxsize=len(CODE_PAGES))
def _table(page: int) -> Mapping[str, int]:
	"""Printable ASCII and the upper half of a page: a byte below 0x20 can't come out of it."""
	upper = {bytes((byte,)).decode(CODE_PAGES[page], "ignore"): byte for byte in range(0x80, 0x100)}
	carried = {character: byte for character, byte in upper.items() if character and clean(character).strip()}
	return {**carried, **{chr(byte): byte for byte in range(0x20, 0x7F)}}
