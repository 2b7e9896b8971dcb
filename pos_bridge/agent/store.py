"""A shelf: one SQLite file with one writer thread, whose answers are true on disk when they are given.

It knows nothing of entries, jobs or money, and never opens a file that a newer release has written.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Generic, TypeVar

from pos_bridge.agent.schema import migrate
from pos_bridge.core.errors import Retryable

T = TypeVar("T")

MAX_GROUP = 256
"""Writes that share one commit at most: a bound on how long the first of them waits."""
MAX_WAITING_WRITES = 4_096
"""Writes that may wait for the disk; beyond this the caller is told to come back."""
IDLE_SECONDS = 1.0
"""Quiet time after which the write-ahead log is copied back into the file."""
WAL_PAGES = 4_000
"""Upper bound of the write-ahead log (16 MB) should the shelf never be idle."""
BUSY_MILLISECONDS = 5_000
CACHE_KIB = 4_096


class _Write(Generic[T]):
	"""A callable on its way to the writer thread, and the future that its caller waits for."""

	__slots__ = ("error", "future", "run", "value")

	def __init__(self, run: Callable[[sqlite3.Connection], T]) -> None:
		self.run = run
		self.future: Future[T] = Future()
		self.value: T | None = None
		self.error: Exception | None = None

	def attempt(self, connection: sqlite3.Connection) -> None:
		"""Run inside a savepoint of its own, so that its failure undoes nothing of its neighbours."""
		connection.execute("SAVEPOINT one_write")
		try:
			self.value = self.run(connection)
		except Exception as error:  # BLE001 - carried to the caller, who decides
			if not connection.in_transaction:
				raise  # SQLite gave the whole transaction up (a full disk): none of the group is kept
			connection.execute("ROLLBACK TO one_write")
			self.error = error
		connection.execute("RELEASE one_write")

	def answer(self) -> None:
		if self.error is not None:
			self.future.set_exception(self.error)
		else:
			self.future.set_result(self.value)  # type: ignore[arg-type]


class Store:
	"""One file, one writer thread with group commit, one read-only connection beside it.

	`write(fn)` hands `fn(connection)` to the writer; it may raise, which undoes its own changes only.
	Several waiting writes share one transaction and one fsync; every answer comes after that fsync.
	"""

	def __init__(self, path: Path, schema: str) -> None:
		"""Open or create the shelf and bring it to this release's schema ("agent" or "company")."""
		self.path = path
		self._writer = _connect(path)
		migrate(self._writer, schema)
		self._reader = _connect(path)
		self._reader.execute("PRAGMA query_only = ON")
		self._reading = threading.Lock()
		self._waiting: queue.Queue[_Write[Any] | None] = queue.Queue(MAX_WAITING_WRITES)
		self._closed = False
		self._thread = threading.Thread(target=self._work, name=f"shelf-{schema}", daemon=True)
		self._thread.start()

	async def write(self, run: Callable[[sqlite3.Connection], T]) -> T:
		"""Run in the writer's next transaction; returns after its commit has reached the disk."""
		return await asyncio.wrap_future(self._hand_over(run))

	def write_now(self, run: Callable[[sqlite3.Connection], T]) -> T:
		"""The same for callers without an event loop; blocks until the commit has reached the disk."""
		return self._hand_over(run).result()

	def read(self, run: Callable[[sqlite3.Connection], T]) -> T:
		"""Run against what is committed; for look-ups of a few milliseconds. Writing raises."""
		with self._reading:
			return run(self._reader)

	def close(self) -> None:
		"""Finish what was handed over, fold the log into the file and let go of it."""
		if self._closed:
			return
		self._closed = True
		self._waiting.put(None)
		self._thread.join()
		self._reader.close()
		self._writer.close()

	def _hand_over(self, run: Callable[[sqlite3.Connection], T]) -> "Future[T]":
		if self._closed:
			raise Retryable("The shelf is closed: the till's process is stopping.", code="closed")
		write = _Write(run)
		try:
			self._waiting.put_nowait(write)
		except queue.Full:
			message = f"{MAX_WAITING_WRITES} writes are waiting for the disk: try again in a moment."
			raise Retryable(message, code="busy") from None
		return write.future

	def _work(self) -> None:
		checkpointed = True
		while True:
			try:
				first = self._waiting.get(timeout=None if checkpointed else IDLE_SECONDS)
			except queue.Empty:
				self._checkpoint()
				checkpointed = True
				continue
			group, last = self._gather(first)
			if group:
				self._commit(group)
				checkpointed = False
			if last:
				self._checkpoint()
				return

	def _gather(self, first: _Write[Any] | None) -> tuple[list[_Write[Any]], bool]:
		group: list[_Write[Any]] = []
		write = first
		while write is not None:
			if write.future.set_running_or_notify_cancel():
				group.append(write)
			if len(group) >= MAX_GROUP or self._waiting.empty():
				return group, False
			write = self._waiting.get_nowait()
		return group, True

	def _commit(self, group: Sequence[_Write[Any]]) -> None:
		try:
			self._writer.execute("BEGIN IMMEDIATE")
			for write in group:
				write.attempt(self._writer)
			self._writer.execute("COMMIT")
		except sqlite3.Error as error:
			self._give_up(group, error)
			return
		for write in group:
			write.answer()

	def _give_up(self, group: Sequence[_Write[Any]], error: sqlite3.Error) -> None:
		if self._writer.in_transaction:
			self._writer.execute("ROLLBACK")
		for write in group:
			fault = Retryable(f"The disk did not take the write ({error}): nothing was kept.", code="disk")
			fault.__cause__ = error
			write.future.set_exception(fault)

	def _checkpoint(self) -> None:
		self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _connect(path: Path) -> sqlite3.Connection:
	connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
	connection.row_factory = sqlite3.Row
	connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
	connection.execute("PRAGMA journal_mode = WAL")
	connection.execute("PRAGMA synchronous = FULL")
	connection.execute("PRAGMA foreign_keys = ON")
	connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
	connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
	return connection
