"""Gift cards and store credit of the standalone company: how they stand, and what is kept for a till.

It never decides what a move comes to (`core.kinds.standing` does); balances change with their booking only.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from pos_bridge.agent.standalone.demo_shop import CURRENCY, CURRENCY_PRECISION
from pos_bridge.agent.store import Store
from pos_bridge.core.entry import Entry
from pos_bridge.core.kinds.credit import CreditMove, credit_effects
from pos_bridge.core.kinds.credit_number import masked
from pos_bridge.core.kinds.lease import (
	MAX_UNKNOWN,
	UNKNOWN_SECONDS,
	Ask,
	Known,
	Lease,
	credit_answer,
	grant,
	too_many_unknown,
)
from pos_bridge.core.kinds.standing import Settled, Standing, settle_all
from pos_bridge.core.money import format_minor


def move(db: sqlite3.Connection, entry: Entry) -> tuple[list[Settled], str]:
	"""Move the credits that an entry names: what it came to, and what an accountant should know of it."""
	moves = credit_effects(entry)
	standings = {each.credit: found for each in moves if (found := standing_of(db, each.credit))}
	settled = settle_all(moves, standings, entry.business_date)
	for number, standing in standings.items():
		_keep(db, number, standing)
	for each, came in zip(moves, settled, strict=True):
		db.execute(
			"INSERT INTO credit_move VALUES (?, ?, ?, ?, ?, ?)",
			(entry.id, each.part, each.credit, came.kind, came.amount_minor, came.short_minor),
		)
		db.execute(
			"UPDATE credit_lease SET amount_minor = max(amount_minor - ?, 0) WHERE number = ? AND till = ?",
			(max(-came.amount_minor, 0), each.credit, entry.till),
		)
	return settled, " ".join(_notes(moves, settled))


def _notes(moves: Sequence[CreditMove], settled: Sequence[Settled]) -> list[str]:
	notes = []
	for each, came in zip(moves, settled, strict=True):
		amount = format_minor(abs(came.short_minor), CURRENCY_PRECISION)
		if came.trouble:
			why = came.trouble.removeprefix("credit_")
			notes.append(f"{masked(each.credit)} did not cover {amount}: {why}.")
		elif came.short_minor:
			notes.append(f"{amount} on {masked(each.credit)} paid for what was spent beyond its balance.")
	return notes


def standing_of(db: sqlite3.Connection, number: str) -> Standing | None:
	row = db.execute(
		"SELECT kind, balance_minor, overspent_minor, expires_on, issued FROM credit WHERE number = ?",
		(number,),
	).fetchone()
	return Standing(row[0], row[1], row[2], row[3], issued=bool(row[4])) if row else None


def _keep(db: sqlite3.Connection, number: str, standing: Standing) -> None:
	db.execute(
		"INSERT INTO credit VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (number) DO UPDATE SET"
		" kind = ?2, balance_minor = ?3, overspent_minor = ?4, expires_on = ?5, issued = ?6",
		(
			*(number, standing.kind, standing.balance_minor, standing.overspent_minor),
			*(standing.expires_on, int(standing.issued)),
		),
	)


def known(db: sqlite3.Connection, number: str) -> Known | None:
	"""A credit with what is kept for tills; None if nobody has heard of it."""
	standing = standing_of(db, number)
	rows = db.execute("SELECT till, amount_minor, until_ms FROM credit_lease WHERE number = ?", (number,))
	leases = tuple(Lease(*row) for row in rows)
	return Known(standing, CURRENCY, CURRENCY_PRECISION, leases) if standing else None


class Credits:
	"""What tills ask about credits. `clock` gives Unix seconds."""

	def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
		self._store = store
		self._clock = clock
		self._guesses: Counter[tuple[str, int]] = Counter()

	def ask(self, till: str, ask: Ask) -> dict[str, Any]:
		"""Balance, what this till may spend, its lease."""
		self._check_guesses(till)
		return self._answer(till, ask, self._store.read(lambda db: known(db, ask.credit)))

	async def lease(self, till: str, ask: Ask) -> dict[str, Any]:
		"""Keep so much of a credit for this till, instead of what was kept before."""
		self._check_guesses(till)
		now_ms, day = self._now()
		found = await self._store.write(lambda db: _lease(db, till, ask, now_ms, day))
		return self._answer(till, ask, found)

	def _answer(self, till: str, ask: Ask, found: Known | None) -> dict[str, Any]:
		if found is None or not found.standing.issued:
			self._guesses[(till, self._hour())] += 1
		return credit_answer(ask.credit, found, till, *self._now())

	def _check_guesses(self, till: str) -> None:
		if self._guesses[(till, self._hour())] > MAX_UNKNOWN:
			raise too_many_unknown()

	def _hour(self) -> int:
		return int(self._clock()) // UNKNOWN_SECONDS

	def _now(self) -> tuple[int, str]:
		seconds = self._clock()
		return int(seconds * 1000), time.strftime("%Y-%m-%d", time.localtime(seconds))


def _lease(db: sqlite3.Connection, till: str, ask: Ask, now_ms: int, day: str) -> Known | None:
	found = known(db, ask.credit)
	if found is None:
		return None
	db.execute(
		"DELETE FROM credit_lease WHERE number = ? AND (till = ? OR until_ms <= ?)",
		(ask.credit, till, now_ms),
	)
	if lease := grant(ask, found, till, now_ms, day):
		db.execute(
			"INSERT INTO credit_lease VALUES (?, ?, ?, ?)",
			(ask.credit, till, lease.amount_minor, lease.until_ms),
		)
	return known(db, ask.credit)
