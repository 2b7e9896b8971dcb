"""What a company's file says of a till's chain: every entry verified, every link followed. It only reads."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pos_bridge.core.entry import GENESIS, WireEntry, open_wire

ENTRIES = "SELECT hash, text FROM entry ORDER BY chain, sequence"
RECORDED = "SELECT count(*) FROM entry"
POSTED = "SELECT count(*) FROM entry WHERE state = 'posted'"
QUARANTINED = "SELECT count(*) FROM quarantine"


@dataclass(frozen=True, slots=True)
class Chain:
	"""Counts: `out_of_chain` don't name the one before, `doubled` is an id or a receipt number twice."""

	entries: int
	posted: int
	doubled: int
	out_of_chain: int
	quarantined: int

	def fields(self, recorded: int) -> dict[str, int]:
		"""Beside what a till recorded."""
		return {
			"at_company": self.entries,
			"missing": recorded - self.entries,
			"doubled": self.doubled,
			"out_of_chain": self.out_of_chain,
			"quarantined": self.quarantined,
			"unbooked": recorded - self.posted,
		}


def recorded(shelf: Path) -> int:
	with closing(sqlite3.connect(shelf)) as connection:
		return _number(connection, RECORDED)


def posted(shelf: Path) -> int:
	with closing(sqlite3.connect(shelf)) as connection:
		return _number(connection, POSTED)


def read_chain(shelf: Path) -> Chain:
	"""Of a company that is at rest or at work; `PosBridgeError` for an entry that does not verify."""
	with closing(sqlite3.connect(shelf)) as connection:
		wires = [WireEntry(*row) for row in connection.execute(ENTRIES)]
		counts = _number(connection, POSTED), _number(connection, QUARANTINED)
	entries = [open_wire(wire) for wire in wires]
	ids = {entry.id for entry in entries}
	numbers = {entry.receipt_number for entry in entries}
	return Chain(
		entries=len(entries),
		posted=counts[0],
		doubled=2 * len(entries) - len(ids) - len(numbers),
		out_of_chain=sum(1 for _ in _broken_links(wires)),
		quarantined=counts[1],
	)


def _broken_links(wires: list[WireEntry]) -> Iterator[WireEntry]:
	chain, sequence, hash = "", 0, GENESIS
	for wire in wires:
		entry = open_wire(wire)
		if entry.chain != chain:
			chain, sequence, hash = entry.chain, 0, GENESIS
		if (entry.sequence, entry.previous) != (sequence + 1, hash):
			yield wire
		sequence, hash = entry.sequence, wire.hash


def _number(connection: sqlite3.Connection, query: str) -> int:
	return int(connection.execute(query).fetchone()[0])
