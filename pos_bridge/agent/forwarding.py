"""The forwarder's side of the shelf: what is due, and what the company answered. It never sends anything."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pos_bridge.agent.daybook import SqliteShelf, arrival_now
from pos_bridge.agent.store import Store
from pos_bridge.core.daybook import Outcome, Recorded, State
from pos_bridge.core.entry import WireEntry
from pos_bridge.core.sync import push_body, wire_fields

MAX_BATCH_ENTRIES = 100
MAX_BATCH_BYTES = 512 * 1024
"""Half of what a usual reverse proxy lets through; one larger entry still goes, alone."""
MAX_ASKED_IDS = 500

_FORWARDED = (
	"SELECT forward.cursor, forward.source, forward.key, entry.hash, entry.text, quarantine.raw,"
	" coalesce(entry.id, quarantine.id) AS id FROM forward"
	" LEFT JOIN entry ON source = 'entry' AND entry.id = forward.key"
	" LEFT JOIN quarantine ON source = 'quarantine' AND quarantine.digest = forward.key"
)
_DUE = f"{_FORWARDED} WHERE forward.outcome IS NULL ORDER BY forward.cursor"
_UNDECIDED = f"{_FORWARDED} WHERE forward.state = 'waiting' AND forward.cursor > ? ORDER BY forward.cursor"
_ANSWERS = (
	"SELECT outcome, state, forward.reason FROM forward WHERE source = 'entry' AND key = ?1"
	" AND outcome IS NOT NULL UNION ALL "
	"SELECT outcome, state, forward.reason FROM quarantine JOIN forward"
	" ON source = 'quarantine' AND key = digest WHERE quarantine.id = ?1 AND outcome IS NOT NULL LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Due:
	"""Something the company has not answered for: the JSON that goes into the push, and whose it is."""

	cursor: int
	source: str
	key: str
	id: str
	json: str


class Forwarding:
	"""What goes to the company and what it said, on the agent's shelf."""

	def __init__(self, store: Store) -> None:
		self._store = store

	def due(self, aside: Collection[int], limit: int = MAX_BATCH_ENTRIES) -> list[Due]:
		"""The oldest that wait for an answer, without those that stepped aside, one batch at most."""
		return self._store.read(lambda db: _batch(db.execute(_DUE), aside, limit))

	def undecided(self, after: int) -> list[Due]:
		"""What the company keeps but has not booked when last heard, behind a cursor, one batch at most."""
		return self._store.read(lambda db: _batch(db.execute(_UNDECIDED, (after,)), (), MAX_BATCH_ENTRIES))

	def unforwarded(self) -> int:
		sql = "SELECT count(*) FROM forward WHERE outcome IS NULL"
		return int(self._store.read(lambda db: db.execute(sql).fetchone())[0])

	def answers(self, ids: Sequence[str]) -> list[Recorded]:
		"""What the company said of `ids`; those it has not answered for are left out."""
		return self._store.read(lambda db: [answer for id in ids for answer in _answer(db, id)])

	async def answered(self, batch: Sequence[Due], results: Sequence[Recorded]) -> None:
		"""Keep the company's answers, all in one commit."""
		await self._store.write(lambda db: _keep_answers(db, batch, results))

	async def stepped_aside(self, due: Due, reason: str) -> None:
		"""Keep in words why an entry could not go; it stays due."""
		sql = "UPDATE forward SET reason = ? WHERE cursor = ?"
		await self._store.write(lambda db: db.execute(sql, (reason, due.cursor)).rowcount)


def push_bytes(till: str, batch: Sequence[Due]) -> bytes:
	"""A push's body. Quarantined bytes travel as they are: the company's person sees what came."""
	# Joined as text: what was kept deeply nested would be too deep to be read and written once more.
	entries = ",".join(due.json for due in batch)
	return json.dumps(push_body(till, ())).replace("[]", f"[{entries}]", 1).encode()


def _batch(rows: Iterable[sqlite3.Row], aside: Collection[int], limit: int) -> list[Due]:
	batch: list[Due] = []
	size = 0
	for row in rows:
		if row["cursor"] in aside:
			continue
		due = Due(row["cursor"], row["source"], row["key"], row["id"], _json(row))
		size += len(due.json)
		if batch and (size > MAX_BATCH_BYTES or len(batch) == limit):
			return batch
		batch.append(due)
	return batch


def _json(row: sqlite3.Row) -> str:
	if row["source"] == "quarantine":
		return str(row["raw"], "utf-8")
	return json.dumps(wire_fields(WireEntry(row["hash"], row["text"])))


def _keep_answers(db: sqlite3.Connection, batch: Sequence[Due], results: Sequence[Recorded]) -> None:
	shelf = SqliteShelf(db)
	now = arrival_now("", "").recorded_at
	for due, result in zip(batch, results, strict=True):
		db.execute(
			"UPDATE forward SET outcome = ?, state = ?, reason = ?, answered_at = ? WHERE cursor = ?",
			(result.outcome.value, result.state.value, result.reason, now, due.cursor),
		)
		if due.source == "entry":
			shelf.settle(due.key, result.state, result.reason)


def _answer(db: sqlite3.Connection, id: str) -> list[Recorded]:
	rows = db.execute(_ANSWERS, (id,))
	return [Recorded(id, Outcome(row[0]), State(row[1]), row[2]) for row in rows]
