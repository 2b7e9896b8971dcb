"""From the company's daybook into its ledger: every waiting entry, effect and state in one transaction.

It never drops an entry: a refusal is held with its reason, a passing fault is tried again, both visibly.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence

from pos_bridge.agent.daybook import SqliteShelf, arrival_now
from pos_bridge.agent.rounds import Rounds
from pos_bridge.agent.standalone.demo_shop import ACCOUNTS, CURRENCY, CURRENCY_PRECISION, WAREHOUSE
from pos_bridge.agent.standalone.kinds import credit
from pos_bridge.agent.standalone.kinds.shifts import note_of, state_before
from pos_bridge.agent.standalone.ledger import book
from pos_bridge.agent.store import Store
from pos_bridge.core.daybook import State
from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.journal import effect_of

BATCH_ENTRIES = 200
SWEEP_SECONDS = 60.0
FAULT_SECONDS = 5.0
"""Wait after a fault before what is still waiting is tried again."""

log = logging.getLogger(__name__)


class Poster:
	"""Posts in the background; `wake` after each push."""

	def __init__(self, store: Store) -> None:
		self._store = store
		self._rounds = Rounds("poster", self._sweep)
		self.last_error = ""

	def start(self) -> None:
		self._rounds.start()

	async def stop(self) -> None:
		await self._rounds.stop()

	def wake(self) -> None:
		self._rounds.wake()

	async def retry(self, id: str) -> None:
		"""Try a held entry again now; `Rejected` if it is not held."""
		if not await self._store.write(lambda db: _release(db, id)):
			raise Rejected("This entry is not held, so there is nothing to try again.", code="not_held")
		self.wake()

	async def _sweep(self) -> float:
		return FAULT_SECONDS if await self.post_waiting() else SWEEP_SECONDS

	async def post_waiting(self) -> int:
		"""Post all that waits; how many met a fault and wait still."""
		cursor = faults = 0
		self.last_error = ""
		while batch := self._waiting_after(cursor):
			posted = await asyncio.gather(*(self._post(id) for _, id in batch))
			faults += posted.count(False)
			cursor = batch[-1][0]
		return faults

	def _waiting_after(self, cursor: int) -> Sequence[tuple[int, str]]:
		sql = "SELECT cursor, id FROM entry WHERE state = 'waiting' AND cursor > ? ORDER BY cursor LIMIT ?"
		rows = self._store.read(lambda db: db.execute(sql, (cursor, BATCH_ENTRIES)).fetchall())
		return [(row["cursor"], row["id"]) for row in rows]

	async def _post(self, id: str) -> bool:
		try:
			await self._book_or_hold(id)
		except Exception as error:  # noqa: BLE001 - one entry's fault must not keep the others from the books
			self._fault(id, error)
			return False
		return True

	async def _book_or_hold(self, id: str) -> None:
		try:
			await self._store.write(posting(id))
		except Rejected as error:
			reason = error.message
			await self._store.write(lambda db: SqliteShelf(db).settle(id, State.HELD, reason))

	def _fault(self, id: str, error: Exception) -> None:
		self.last_error = f"Entry {id} could not be booked yet: {error}"
		log.error("Entry %s could not be booked and is tried again", id, exc_info=error)


def posting(id: str) -> Callable[[sqlite3.Connection], None]:
	"""The write that books one entry and says so, or raises `Rejected` and leaves no trace."""

	def post(db: sqlite3.Connection) -> None:
		shelf = SqliteShelf(db)
		stored = shelf.find(id)
		if stored is None or stored.state is not State.WAITING:
			return
		_check_currency(stored.entry)
		settled, short = credit.move(db, stored.entry)
		shift = state_before(db, stored.entry)
		effect = effect_of(stored.entry, ACCOUNTS, WAREHOUSE, settled, shift)
		note = " ".join(filter(None, (short, note_of(stored.entry, shift))))
		book(db, id, effect, arrival_now("", "").recorded_at, note)
		shelf.settle(id, State.POSTED)

	return post


_OF_MONEY = frozenset(("sale", "return", "credit_issue", "cash_in", "cash_out", "shift_open", "shift_close"))


def _check_currency(entry: Entry) -> None:
	body = entry.body
	currency = (body.get("currency"), body.get("currency_precision"))
	if entry.kind in _OF_MONEY and currency != (CURRENCY, CURRENCY_PRECISION):
		kind = entry.kind.replace("_", " ")
		raise Rejected(f"The {kind} is in {body.get('currency')!r}, the books are in {CURRENCY}.")


def _release(db: sqlite3.Connection, id: str) -> int:
	return db.execute(
		"UPDATE entry SET state = 'waiting', reason = '' WHERE id = ? AND state = 'held'", (id,)
	).rowcount
