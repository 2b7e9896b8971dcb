"""A shelf: one SQLite file with one writer thread, whose answers are true on disk when they are given.

It knows nothing of entries, jobs or money, and never opens a file that a newer release has written.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Generic, TypeVar

from pos_bridge.agent.schema import migrate
from pos_bridge.core.errors import Rejected, Retryable

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

log = logging.getLogger(__name__)


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
		"""Open or create the shelf and bring it to this release's schema ("agent" or "company").

		`Rejected` says why it can't be: another process has it, a newer release wrote it, the disk refuses.
		"""
		self.path = path
		try:
			path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
			self._lock, self._writer, self._reader = _open(path, schema)
		except (OSError, sqlite3.Error) as error:
			raise Rejected(
				f"The shelf {path} can't be opened ({error}). Check that this folder may be written and has"
				" space, or choose another one: --data-dir",
				code="shelf_unusable",
			) from error
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
		for connection in (self._reader, self._writer, self._lock):
			connection.close()

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
		except Exception as error:  # noqa: BLE001 - the thread's outermost loop: it must outlive any fault
			self._give_up(group, error)
			return
		for write in group:
			write.answer()

	def _give_up(self, group: Sequence[_Write[Any]], error: Exception) -> None:
		try:
			if self._writer.in_transaction:
				self._writer.execute("ROLLBACK")
		except sqlite3.Error:
			log.exception("The shelf %s could not take back a group of writes; the next one tries", self.path)
		for write in group:
			fault = Retryable(f"The disk did not take the write ({error}): nothing was kept.", code="disk")
			fault.__cause__ = error
			write.future.set_exception(fault)

	def _checkpoint(self) -> None:
		try:
			self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
		except sqlite3.Error as error:
			# What was committed is safe in the log, and the next quiet moment tries again.
			log.warning("The shelf %s could not be folded together yet: %s", self.path, error)


def _open(path: Path, schema: str) -> tuple[sqlite3.Connection, sqlite3.Connection, sqlite3.Connection]:
	"""The lock, the writer and the reader of a shelf; all or none of them stay open."""
	with ExitStack() as opened:
		lock = opened.enter_context(closing(_sole_owner(path)))
		writer = opened.enter_context(closing(_connect(path)))
		migrate(writer, schema)
		reader = opened.enter_context(closing(_connect(path)))
		reader.execute("PRAGMA query_only = ON")
		opened.pop_all()
	return lock, writer, reader


def _sole_owner(path: Path) -> sqlite3.Connection:
	"""A lock that lasts as long as its connection: the system frees it also when the process is killed."""
	lock = sqlite3.connect(
		path.with_suffix(".lock"), timeout=0, isolation_level=None, check_same_thread=False
	)
	try:
		lock.execute("BEGIN EXCLUSIVE")
	except sqlite3.OperationalError as error:
		lock.close()
		if "locked" not in str(error):
			raise
		raise Rejected(
			f"Another POS Bridge is working in {path.parent}: end that one, or give this one a folder of its"
			" own: --data-dir",
			code="shelf_in_use",
		) from error
	return lock


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
