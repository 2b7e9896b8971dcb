"""What is booked of a shift, read in the transaction that books the next entry of it. It never writes."""

import sqlite3
from collections.abc import Iterator

from pos_bridge.core.entry import Entry, WireEntry, open_wire
from pos_bridge.core.kinds.shift_state import NOTHING_BOOKED, ShiftState, shift_of, state_of

_SHIFT = "iif(json_valid(entry.text), json_extract(entry.text, '$.body.shift'), NULL)"
"""As the index has it."""


def state_before(db: sqlite3.Connection, entry: Entry) -> ShiftState:
	"""The state of the entry's shift; nothing where it can't matter, because nobody has closed it."""
	shift = shift_of(entry)
	if not shift or (entry.kind != "shift_close" and not _is_closed(db, entry.till, shift)):
		return NOTHING_BOOKED
	return state_of(_booked(db, entry.till, shift))


def note_of(entry: Entry, before: ShiftState) -> str:
	"""What the books say of an entry that came late, twice, or without its opening; empty for most."""
	if entry.kind == "shift_close":
		if before.counted is not None:
			return "The shift was closed before: this count books nothing."
		unknown = "Its opening is not in the books: its float is unknown, so no difference is booked yet."
		return unknown if before.floats is None else ""
	return (
		"It came after its shift was closed: the difference is corrected."
		if before.counted is not None
		else ""
	)


def _is_closed(db: sqlite3.Connection, till: str, shift: str) -> bool:
	sql = f"SELECT 1 FROM entry WHERE {_SHIFT} = ? AND kind = 'shift_close' AND till = ? AND state = 'posted'"
	return db.execute(sql, (shift, till)).fetchone() is not None


def _booked(db: sqlite3.Connection, till: str, shift: str) -> Iterator[Entry]:
	"""In the order in which they were booked: of two closings the first one counts."""
	rows = db.execute(
		"SELECT entry.hash, entry.text FROM entry JOIN booking ON booking.booking = entry.id"
		f" WHERE entry.id IN (SELECT ?1 UNION ALL SELECT id FROM entry WHERE {_SHIFT} = ?1)"
		" AND entry.till = ?2 AND entry.state = 'posted'"
		" ORDER BY booking.rowid",
		(shift, till),
	)
	for row in rows:
		yield open_wire(WireEntry(row[0], row[1]))
