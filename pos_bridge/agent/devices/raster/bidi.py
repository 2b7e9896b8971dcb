"""In which order the runs of a line stand on paper when it is written in both directions.

A short form of the Unicode Bidirectional Algorithm (UAX #9) without explicit marks, which never get here.
Inside of a run the letters are ordered and joined by the font's shaper.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_STRONG = {"L": 0, "R": 1, "AL": 1}
_NUMBERS = frozenset({"EN", "AN"})


@dataclass(frozen=True, slots=True)
class Directed:
	"""Neighbouring characters of one level: odd levels are read from the right."""

	text: str
	level: int

	@property
	def right_to_left(self) -> bool:
		return self.level % 2 == 1


def base_level(text: str) -> int:
	"""1 where the first letter is one that is read from the right (rules P2 and P3)."""
	kinds = map(unicodedata.bidirectional, text)
	return next((_STRONG[kind] for kind in kinds if kind in _STRONG), 0)


def levels(text: str, base: int) -> list[int]:
	"""One level for each character."""
	kinds = [unicodedata.bidirectional(character) for character in text]
	_join_marks(kinds)
	_join_numbers(kinds)
	directions = _directions(kinds, base)
	return [_level(kind, direction, base) for kind, direction in zip(kinds, directions, strict=True)]


def _join_marks(kinds: list[str]) -> None:
	"""A mark stands over the letter before it (rule W1)."""
	for at, kind in enumerate(kinds):
		if kind in ("NSM", "BN"):
			kinds[at] = kinds[at - 1] if at else "ON"


def _join_numbers(kinds: list[str]) -> None:
	"""`1,50` and `5 %` stay one number (rules W4 and W5)."""
	for at, kind in enumerate(kinds):
		before = kinds[at - 1] if at else ""
		after = kinds[at + 1] if at + 1 < len(kinds) else ""
		between = kind in ("ES", "CS") and before in _NUMBERS and after in _NUMBERS
		beside = kind == "ET" and _NUMBERS.intersection((before, _next_not_terminator(kinds, at)))
		if between or beside:
			kinds[at] = "EN"


def _next_not_terminator(kinds: Sequence[str], at: int) -> str:
	return next((kind for kind in kinds[at:] if kind != "ET"), "")


def _directions(kinds: Sequence[str], base: int) -> list[int]:
	"""Of each character; what has none goes with its neighbours if they agree, else with the line (N1)."""
	last = base
	found: list[int | None] = []
	for kind in kinds:
		last = _STRONG.get(kind, last)
		# A number behind Latin letters belongs to them (rule W7), elsewhere it counts as right to left (N1).
		found.append(last if kind in _STRONG else (last or int(kind == "AN")) if kind in _NUMBERS else None)
	return [_neutral(found, at, base) if each is None else each for at, each in enumerate(found)]


def _neutral(found: Sequence[int | None], at: int, base: int) -> int:
	before = next((each for each in reversed(found[:at]) if each is not None), base)
	after = next((each for each in found[at + 1 :] if each is not None), base)
	return before if before == after else base


def _level(kind: str, direction: int, base: int) -> int:
	"""Rules I1 and I2."""
	if kind in _NUMBERS and (direction or kind == "AN"):
		return 2
	return direction if base == 0 else (1 if direction else 2)


def visual_order(runs: Sequence[Directed]) -> list[Directed]:
	"""Runs from left to right (rule L2)."""
	ordered = list(runs)
	for level in range(max((run.level for run in runs), default=0), 0, -1):
		start = 0
		while start < len(ordered):
			end = start
			while end < len(ordered) and ordered[end].level >= level:
				end += 1
			ordered[start:end] = reversed(ordered[start:end])
			start = max(end, start + 1)
	return ordered
