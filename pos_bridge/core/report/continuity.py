"""Which entries belong to a shift, and whether its chains and receipt numbers are without gaps.

It never judges a gap: what is missing may still be on its way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pos_bridge.core.entry import Entry
from pos_bridge.core.report.figures import ChainFigures, NumberFigures, Told
from pos_bridge.core.report.parts import MONEY_KINDS

MAX_NAMED = 20
"""Missing receipt numbers that a report names, of each prefix."""


@dataclass(frozen=True, slots=True)
class Span:
	"""Sequences `first` to `last` of a chain, both of the shift."""

	first: int
	last: int


def spans_of(
	opening: Entry | None, named: Sequence[Entry], told: Sequence[Told], closing: Entry | None
) -> dict[str, Span]:
	"""The shift's part of each chain that it has entries in.

	It begins with the opening and ends with the closing where these are in the chain, else with the entries
	that name the shift. While it is open, all that was recorded since belongs to its part.
	"""
	own = [*([opening] if opening else []), *named]
	chains = {entry.chain for entry in own}
	since = _until_the_next_shift(opening, [each.entry for each in told]) if opening and not closing else []
	ends = [*own, *(entry for entry in since if entry.chain in chains)]
	spans: dict[str, Span] = {}
	for entry in ends:
		known = spans.get(entry.chain, Span(entry.sequence, entry.sequence))
		spans[entry.chain] = Span(min(known.first, entry.sequence), max(known.last, entry.sequence))
	if opening:
		spans[opening.chain] = Span(opening.sequence, spans[opening.chain].last)
	if closing:
		first = min(spans.get(closing.chain, Span(closing.sequence, 0)).first, closing.sequence)
		spans[closing.chain] = Span(first, closing.sequence)
	return spans


def _until_the_next_shift(opening: Entry, entries: Sequence[Entry]) -> list[Entry]:
	"""A shift that nobody closed ends in each chain where another one is opened."""
	nexts: dict[str, int] = {}
	for entry in entries:
		behind = entry.chain != opening.chain or entry.sequence > opening.sequence
		if entry.kind == "shift_open" and entry.id != opening.id and behind:
			nexts[entry.chain] = min(nexts.get(entry.chain, entry.sequence), entry.sequence)
	return [each for each in entries if each.sequence < nexts.get(each.chain, each.sequence + 1)]


def belongs(entry: Entry, shift: str, spans: dict[str, Span]) -> bool:
	"""It names the shift; or it names none, moves no money, and lies in the shift's part of its chain."""
	named = entry.body.get("shift")
	if named or entry.kind in MONEY_KINDS or entry.kind in ("shift_open", "shift_close"):
		return bool(named == shift) and entry.kind not in ("shift_open", "shift_close")
	span = spans.get(entry.chain)
	return span is not None and span.first <= entry.sequence <= span.last


def chains_of(told: Sequence[Told], spans: dict[str, Span]) -> tuple[ChainFigures, ...]:
	"""`told` is all that is known of these chains, of whatever shift."""
	there: dict[str, dict[int, Told]] = {chain: {} for chain in spans}
	for each in told:
		span = spans.get(each.entry.chain)
		if span and span.first <= each.entry.sequence <= span.last:
			there[each.entry.chain][each.entry.sequence] = each
	found = []
	for chain, span in spans.items():
		head = there[chain][max(there[chain])]
		missing = span.last - span.first + 1 - len(there[chain])
		found.append(ChainFigures(chain, head.entry.epoch, span.first, span.last, missing, head.hash))
	return tuple(found)


def numbers_of(own: Sequence[Told], told: Sequence[Told]) -> tuple[NumberFigures, ...]:
	"""Numbers of `own` entries; one of `told`, of whatever shift or voided, accounts for one between."""
	known: dict[str, set[int]] = {}
	for each in told:
		if place := _number_of(each.entry):
			known.setdefault(place[0], set()).add(place[1])
	ranges: dict[str, Span] = {}
	for each in own:
		if place := _number_of(each.entry):
			prefix, counter = place
			span = ranges.get(prefix, Span(counter, counter))
			ranges[prefix] = Span(min(span.first, counter), max(span.last, counter))
	return tuple(_numbers(prefix, span, known[prefix]) for prefix, span in ranges.items())


def _numbers(prefix: str, span: Span, known: set[int]) -> NumberFigures:
	there = sorted(counter for counter in known if span.first <= counter <= span.last)
	missing = span.last - span.first + 1 - len(there)
	named: list[int] = []
	for before, after in pairwise(there):
		named += range(before + 1, min(after, before + 1 + MAX_NAMED))
	return NumberFigures(prefix, span.first, span.last, missing, tuple(named[:MAX_NAMED]))


def _number_of(entry: Entry) -> tuple[str, int] | None:
	"""Prefix and counter of the entry's receipt number, or of the one that a void accounts for."""
	number = entry.receipt_number or (entry.body.get("receipt_number") if entry.kind == "void" else "")
	if not isinstance(number, str):
		return None
	prefix, _, counter = number.rpartition("-")
	digits = counter.isascii() and counter.isdigit() and len(counter) <= 15
	return (prefix, int(counter)) if prefix and digits else None
