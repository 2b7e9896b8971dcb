"""The daybook on SQLite: the same port as the memory daybook, durable. It never decides by a body.

The algorithm of recording is core's; this room gives it look-ups and writes.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence

from pos_bridge.agent.life.clock import utc_now
from pos_bridge.agent.store import Store
from pos_bridge.core.daybook import (
	MAX_OF_RECEIPT,
	Arrival,
	Gap,
	Head,
	Link,
	Quarantined,
	Recorded,
	State,
	Stored,
	record,
	set_aside,
)
from pos_bridge.core.entry import Entry, WireEntry, open_wire

MAX_GAPS = 1_000
"""Gaps that one answer names at most; the rest is named when these are filled."""

_ENTRY = "SELECT cursor, hash, text, sent_by, hop, recorded_at, state, reason FROM entry"

_RETURNS_OF = (
	"WHERE kind = 'return' AND iif(json_valid(text), json_extract(text, '$.body.against.entry'), NULL) = ?"
	" ORDER BY cursor"
)
"""As the index `return_of_sale` has it."""


class SqliteShelf:
	"""The look-ups and writes of recording, inside the transaction of the connection it is given."""

	def __init__(self, connection: sqlite3.Connection) -> None:
		self._connection = connection

	def find(self, id: str) -> Stored | None:
		return self._one("WHERE id = ?", id)

	def link(self, chain: str, sequence: int) -> Link | None:
		row = self._connection.execute(
			"SELECT hash, iif(json_valid(text), json_extract(text, '$.previous'), '') FROM entry"
			" WHERE chain = ? AND sequence = ?",
			(chain, sequence),
		).fetchone()
		return Link(*row) if row else None

	def keep(self, wire: WireEntry, entry: Entry, arrival: Arrival) -> None:
		self._connection.execute(
			"INSERT INTO entry (id, hash, text, till, chain, sequence, kind, receipt_number, sent_by, hop,"
			" recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			(
				*(entry.id, wire.hash, wire.text, entry.till, entry.chain, entry.sequence, entry.kind),
				*(entry.receipt_number, arrival.till, arrival.hop, arrival.recorded_at),
			),
		)
		self._connection.execute(
			"INSERT INTO chain VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (chain) DO UPDATE SET"
			" entries = entries + 1,"
			" epoch = iif(excluded.head_sequence > head_sequence, excluded.epoch, epoch),"
			" head_hash = iif(excluded.head_sequence > head_sequence, excluded.head_hash, head_hash),"
			" head_sequence = max(excluded.head_sequence, head_sequence)",
			(entry.chain, entry.till, entry.epoch, entry.sequence, wire.hash),
		)

	def set_aside(self, raw: bytes, id: str, arrival: Arrival, reason: str) -> None:
		self._connection.execute(
			"INSERT INTO quarantine (digest, raw, id, sent_by, hop, recorded_at, reason)"
			" VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
			(
				*(hashlib.sha256(raw).hexdigest(), raw, id),
				*(arrival.till, arrival.hop, arrival.recorded_at, reason),
			),
		)

	def settle(self, id: str, state: State, reason: str = "") -> None:
		self._connection.execute(
			"UPDATE entry SET state = ?, reason = ? WHERE id = ? AND state <> 'posted'",
			(state.value, reason, id),
		)

	def after(self, cursor: int, limit: int) -> list[Stored]:
		return self._many("WHERE cursor > ? ORDER BY cursor LIMIT ?", cursor, limit)

	def latest(self, till: str, before: int, limit: int) -> list[Stored]:
		where = "WHERE till = ? AND (? = 0 OR cursor < ?) ORDER BY cursor DESC LIMIT ?"
		return self._many(where, till, before, before, limit)

	def of_receipt(self, number: str) -> list[Stored]:
		named = self._many("WHERE receipt_number = ? AND receipt_number <> ''", number)
		returns = [row for one in named for row in self._many(_RETURNS_OF, one.entry.id)]
		return [*named, *returns][:MAX_OF_RECEIPT]

	def in_state(self, state: State, limit: int) -> list[Stored]:
		return self._many("WHERE state = ? ORDER BY cursor LIMIT ?", state.value, limit)

	def heads(self, till: str) -> list[Head]:
		rows = self._connection.execute(
			"SELECT till, chain, epoch, head_sequence, head_hash FROM chain WHERE till = ? ORDER BY rowid",
			(till,),
		)
		return [Head(*row) for row in rows]

	def gaps(self, till: str) -> list[Gap]:
		rows = self._connection.execute(
			"SELECT chain, before + 1, sequence - 1 FROM ("
			" SELECT entry.chain, sequence,"
			"  lag(sequence, 1, 0) OVER (PARTITION BY entry.chain ORDER BY sequence) AS before"
			" FROM chain JOIN entry USING (chain)"
			" WHERE chain.till = ? AND chain.entries < chain.head_sequence"
			") WHERE sequence > before + 1 LIMIT ?",
			(till, MAX_GAPS),
		)
		return [Gap(*row) for row in rows]

	def quarantined(self, limit: int) -> list[Quarantined]:
		rows = self._connection.execute(
			"SELECT digest, raw, id, sent_by, hop, recorded_at, reason FROM quarantine"
			" ORDER BY cursor LIMIT ?",
			(limit,),
		)
		return [Quarantined(row[0], row[1], row[2], Arrival(*row[3:6]), row[6]) for row in rows]

	def _one(self, where: str, *values: str | int) -> Stored | None:
		row = self._connection.execute(f"{_ENTRY} {where}", values).fetchone()
		return self._stored(row) if row else None

	def _many(self, where: str, *values: str | int) -> list[Stored]:
		return [self._stored(row) for row in self._connection.execute(f"{_ENTRY} {where}", values)]

	def _stored(self, row: sqlite3.Row) -> Stored:
		wire = WireEntry(row["hash"], row["text"])
		arrival = Arrival(row["sent_by"], row["hop"], row["recorded_at"])
		return Stored(row["cursor"], wire, open_wire(wire), arrival, State(row["state"]), row["reason"])


class SqliteDaybook:
	"""core's Daybook over a Store: every write is on disk when the call returns, every read is committed."""

	def __init__(self, store: Store) -> None:
		self._store = store

	async def record(self, items: Sequence[WireEntry | bytes], arrival: Arrival) -> list[Recorded]:
		"""`record_all` for the event loop: shares its fsync with whoever records at the same moment."""
		return await self._store.write(recording(items, arrival))

	def record_all(self, wires: Sequence[WireEntry], arrival: Arrival) -> list[Recorded]:
		return self._store.write_now(recording(wires, arrival))

	def find(self, id: str) -> Stored | None:
		return self._store.read(lambda connection: SqliteShelf(connection).find(id))

	def link(self, chain: str, sequence: int) -> Link | None:
		return self._store.read(lambda connection: SqliteShelf(connection).link(chain, sequence))

	def keep(self, wire: WireEntry, entry: Entry, arrival: Arrival) -> None:
		self._store.write_now(lambda connection: SqliteShelf(connection).keep(wire, entry, arrival))

	def set_aside(self, raw: bytes, id: str, arrival: Arrival, reason: str) -> None:
		self._store.write_now(lambda connection: SqliteShelf(connection).set_aside(raw, id, arrival, reason))

	def settle(self, id: str, state: State, reason: str = "") -> None:
		self._store.write_now(lambda connection: SqliteShelf(connection).settle(id, state, reason))

	def after(self, cursor: int, limit: int) -> list[Stored]:
		return self._store.read(lambda connection: SqliteShelf(connection).after(cursor, limit))

	def latest(self, till: str, before: int, limit: int) -> list[Stored]:
		return self._store.read(lambda connection: SqliteShelf(connection).latest(till, before, limit))

	def of_receipt(self, number: str) -> list[Stored]:
		return self._store.read(lambda connection: SqliteShelf(connection).of_receipt(number))

	def in_state(self, state: State, limit: int) -> list[Stored]:
		return self._store.read(lambda connection: SqliteShelf(connection).in_state(state, limit))

	def heads(self, till: str) -> list[Head]:
		return self._store.read(lambda connection: SqliteShelf(connection).heads(till))

	def gaps(self, till: str) -> list[Gap]:
		return self._store.read(lambda connection: SqliteShelf(connection).gaps(till))

	def quarantined(self, limit: int) -> list[Quarantined]:
		return self._store.read(lambda connection: SqliteShelf(connection).quarantined(limit))


def recording(
	items: Sequence[WireEntry | bytes], arrival: Arrival
) -> Callable[[sqlite3.Connection], list[Recorded]]:
	"""The write that records all of `items`; bytes, which have not even an entry's shape, are put aside."""

	def run(connection: sqlite3.Connection) -> list[Recorded]:
		shelf = SqliteShelf(connection)
		return [_record(shelf, item, arrival) for item in items]

	return run


def _record(shelf: SqliteShelf, item: WireEntry | bytes, arrival: Arrival) -> Recorded:
	if isinstance(item, bytes):
		return set_aside(shelf, item, "", arrival, "It is not an entry: an entry has a hash and a text.")
	return record(shelf, item, arrival)


def arrival_now(till: str, hop: str) -> Arrival:
	"""An arrival stamped with this machine's clock, in UTC."""
	return Arrival(till, hop, utc_now())
