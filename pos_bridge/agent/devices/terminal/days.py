"""Ends the days of card terminals: asks each once for an attempt, and keeps what it answered.

It charges nobody and asks for nothing again by itself; a person does, and may at any time.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pos_bridge.agent.devices.terminal.desk import CardDesk
from pos_bridge.agent.devices.terminal.port import CardResult, safe
from pos_bridge.agent.life.clock import utc_now
from pos_bridge.agent.store import Store
from pos_bridge.core.errors import Rejected

ANSWER_SECONDS = 600.0
"""A terminal sends a whole day to its bank, perhaps by telephone."""
MAX_LISTED = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TerminalDay:
	"""One attempt to end a terminal's day. state: waiting | approved | failed | unsure."""

	ref: str
	terminal: str
	state: str
	reason: str
	lines: tuple[str, ...]
	asked_at: str
	changed_at: str


DayListener = Callable[[TerminalDay], None]


class DayDesk:
	"""The ends of day of all card terminals of a till."""

	def __init__(self, store: Store, cards: CardDesk, answer_seconds: float = ANSWER_SECONDS) -> None:
		self._store = store
		self._cards = cards
		self._answer_seconds = answer_seconds
		self._tasks: set[asyncio.Task[None]] = set()
		self._listeners: list[DayListener] = []

	def listen(self, listener: DayListener) -> None:
		"""Called on the loop whenever one is asked for or has ended."""
		self._listeners.append(listener)

	async def start(self) -> None:
		"""What was asked for when this process died is unsure now: nobody can be asked what became of it."""
		for ref in self._store.read(_waiting):
			await self._finish(ref, CardResult("unsure", "The agent stopped while the terminal was at it."))

	async def stop(self) -> None:
		for task in tuple(self._tasks):
			task.cancel()
		await asyncio.gather(*self._tasks, return_exceptions=True)

	async def end(self, terminal: str, ref: str) -> TerminalDay:
		"""Take it in; durable when it answers, "waiting" until the terminal has answered. The same ref again
		asks nothing and tells what is known of it.

		`Rejected` while the terminal is at something, or nobody knows what became of a payment there: its
		last receipt, which tells, is gone with the day.
		"""
		self._cards.driver(terminal)
		now = utc_now()
		created = await self._store.write(lambda db: _insert(db, terminal, ref, now))
		day = self._store.read(lambda db: _require(db, ref))
		if created:
			self._tell(day)
			self._begin(self._carry_out(day))
		return day

	def of(self, shift: str) -> list[TerminalDay]:
		"""All attempts for one shift, oldest first."""
		return self._store.read(lambda db: _of(db, shift))

	def latest(self) -> Mapping[str, TerminalDay | None]:
		"""The newest attempt of each terminal, by the terminals' names."""
		return {name: self._store.read(partial(_latest, terminal=name)) for name in self._cards.kinds()}

	def _begin(self, work: Coroutine[Any, Any, None]) -> None:
		task = asyncio.create_task(work)
		self._tasks.add(task)
		task.add_done_callback(self._tasks.discard)

	async def _carry_out(self, day: TerminalDay) -> None:
		async with self._cards.at_work(day.terminal) as driver:
			try:
				result = await asyncio.wait_for(driver.end_of_day(), self._answer_seconds)
			except asyncio.TimeoutError:
				result = CardResult("unsure", "The terminal did not answer in time.")
			except Exception:  # BLE001 - whatever a driver trips over, the terminal may have heard of it
				log.exception("A card terminal's driver failed at its end of day")
				result = CardResult("unsure", "The agent met a fault meanwhile; its log says more.")
		await self._finish(day.ref, result)

	async def _finish(self, ref: str, result: CardResult) -> None:
		now = utc_now()
		self._tell(await self._store.write(lambda db: _decide(db, ref, result, now)))

	def _tell(self, day: TerminalDay) -> None:
		for listener in self._listeners:
			listener(day)


def _insert(db: sqlite3.Connection, terminal: str, ref: str, now: str) -> bool:
	"""False if this ref is known."""
	known = db.execute("SELECT terminal FROM terminal_day WHERE ref = ?", (ref,)).fetchone()
	if known:
		if known["terminal"] != terminal:
			raise Rejected("This was asked of another terminal: make another attempt.", code="conflict")
		return False
	_refuse_now(db, terminal)
	db.execute(
		"INSERT INTO terminal_day (ref, terminal, state, after_payment, asked_at, changed_at)"
		" SELECT ?, ?, 'waiting', coalesce(max(position), 0), ?, ? FROM card_payment",
		(ref, terminal, now, now),
	)
	return True


def _refuse_now(db: sqlite3.Connection, terminal: str) -> None:
	states = {
		row["state"]
		for row in db.execute(
			"SELECT state FROM card_payment WHERE state IN ('waiting', 'unsure') AND terminal = ?",
			(terminal,),
		)
	}
	if "unsure" in states:
		raise Rejected(
			"It is not known yet what became of a payment at this terminal: find that out first.",
			code="unsettled",
		)
	if (
		states
		or db.execute(
			"SELECT 1 FROM terminal_day WHERE state = 'waiting' AND terminal = ?", (terminal,)
		).fetchone()
	):
		raise Rejected("The terminal is at something else: wait until it is done.", code="terminal_busy")


def _decide(db: sqlite3.Connection, ref: str, result: CardResult, now: str) -> TerminalDay:
	result = safe(result)
	state = result.outcome if result.outcome in ("approved", "failed") else "unsure"
	db.execute(
		"UPDATE terminal_day SET state = ?, reason = ?, lines = ?, trace = ?, changed_at = ?"
		" WHERE ref = ? AND state = 'waiting'",
		(state, result.reason, json.dumps(result.lines), result.trace, now, ref),
	)
	return _require(db, ref)


def _require(db: sqlite3.Connection, ref: str) -> TerminalDay:
	return _day(db.execute("SELECT * FROM terminal_day WHERE ref = ?", (ref,)).fetchone())


def _waiting(db: sqlite3.Connection) -> list[str]:
	return [row["ref"] for row in db.execute("SELECT ref FROM terminal_day WHERE state = 'waiting'")]


def _of(db: sqlite3.Connection, shift: str) -> list[TerminalDay]:
	rows = db.execute(
		"SELECT * FROM terminal_day WHERE ref LIKE ? ORDER BY position LIMIT ?", (f"{shift}:%", MAX_LISTED)
	)
	return [_day(row) for row in rows]


def _latest(db: sqlite3.Connection, terminal: str) -> TerminalDay | None:
	row = db.execute(
		"SELECT * FROM terminal_day WHERE terminal = ? ORDER BY position DESC LIMIT 1", (terminal,)
	).fetchone()
	return _day(row) if row else None


def _day(row: sqlite3.Row) -> TerminalDay:
	texts = {name: row[name] for name in ("ref", "terminal", "state", "reason", "asked_at", "changed_at")}
	return TerminalDay(**texts, lines=tuple(json.loads(row["lines"])))
