"""Breaks an element of a receipt into lines by the columns that its characters take on paper.

Like `element_lines` of the core for scripts whose characters are wide, stacked or joined; it never draws.
"""

import unicodedata

from pos_bridge.core.receipt import Element, Row, Text


def columns_of(text: str) -> int:
	"""East Asian characters take two columns, marks and joiners none (UAX #11)."""
	return sum(map(_columns, text))


def _columns(character: str) -> int:
	if character.isascii():
		return 1
	if unicodedata.category(character) in ("Mn", "Me", "Cf"):
		return 0
	return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def one_line_each(element: Element, columns: int) -> list[Element]:
	"""The element in pieces of one line; a row's amount stands in its first."""
	if isinstance(element, Text):
		width = columns // 2 if element.large else columns
		return [Text(line, element.align, element.bold, element.large) for line in _wrap(element.text, width)]
	if isinstance(element, Row):
		room = columns - min(columns_of(element.right), columns - 2) - 1
		first, *more = _wrap(element.left, room)
		return [Row(first, element.right, element.bold), *(Text(line, bold=element.bold) for line in more)]
	return [element]


def _wrap(text: str, width: int) -> list[str]:
	indent = text[: len(text) - len(text.lstrip(" "))][: width // 2]
	room = max(2, width - len(indent))
	lines = [""]
	for word in text.split():
		for piece in _pieces(word, room):
			joined = f"{lines[-1]} {piece}" if lines[-1] else piece
			if columns_of(joined) <= room:
				lines[-1] = joined
			else:
				lines.append(piece)
	return [indent + line for line in lines]


def _pieces(word: str, room: int) -> list[str]:
	"""A word that is wider than the paper is cut, never between a letter and its marks."""
	pieces, used = [""], 0
	for character in word:
		wide = _columns(character)
		if used + wide > room:
			pieces.append("")
			used = 0
		pieces[-1] += character
		used += wide
	return pieces
