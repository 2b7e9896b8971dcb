"""A clock that stands still until it is told to go on, and shelves whose process can die at a commit."""

import asyncio
import sqlite3
import threading
import time

from pos_bridge.agent.store import Store

QUIET_TURNS = 30
"""Turns of the event loop in which no shelf had work, after which nobody has any."""
BREATH_SECONDS = 0.0001
"""A real pause, so that a shelf's thread gets the interpreter."""
COMMIT_SECONDS = 30
"""A bound on a thread that waits for the loop; it is never reached unless the test itself is broken."""


class StandingLoop(asyncio.SelectorEventLoop):
	"""Its timers fire when `go_on` reaches them: what happens never depends on how fast the machine is."""

	seconds = 0.0

	def time(self):
		return self.seconds

	def go_on(self, seconds):
		self.seconds += seconds


class Death(sqlite3.OperationalError):
	"""The process died at this statement: in SQLite's words, so that the shelf's own thread outlives it."""


class MortalStore(Store):
	"""A shelf that says whether it is at work, and whose process can be made to die at its next commit."""

	def __init__(self, path, schema):
		super().__init__(path, schema)
		self._writer = Mortal(self._writer)

	@property
	def busy(self):
		return not self._waiting.empty() or self._writer.in_write or self._unanswered > 0

	_unanswered = 0

	async def write(self, run):
		self._unanswered += 1
		try:
			return await super().write(run)
		finally:
			self._unanswered -= 1

	def die_at_commit(self, kept, on_death):
		"""`kept`: whether the commit reaches the disk. `on_death` runs on the loop before any answer."""
		self._writer.arm(kept, asyncio.get_running_loop(), on_death)

	def survive(self):
		self._writer.disarm()


class Mortal:
	"""The writer's connection. At the armed commit everything that was answered by then goes out; no more."""

	def __init__(self, connection):
		self._connection = connection
		self._armed = None
		self.in_write = False

	def __getattr__(self, name):
		return getattr(self._connection, name)

	def arm(self, kept, loop, on_death):
		self._armed = (kept, loop, on_death)

	def disarm(self):
		self._armed = None

	def execute(self, sql, *values):
		if sql == "BEGIN IMMEDIATE":
			self.in_write = True
		if sql == "COMMIT" and self._armed:
			self._die(*self._armed)
		result = self._connection.execute(sql, *values)
		if sql in ("COMMIT", "ROLLBACK"):
			self.in_write = False
		return result

	def _die(self, kept, loop, on_death):
		self._armed = None
		if kept:
			self._connection.execute("COMMIT")
		dead = threading.Event()
		loop.call_soon_threadsafe(lambda: loop.create_task(_die_soon(on_death, dead)))
		dead.wait(COMMIT_SECONDS)
		self.in_write = self._connection.in_transaction
		raise Death("the process died")


async def _die_soon(on_death, dead):
	for _ in range(QUIET_TURNS // 2):
		await asyncio.sleep(0)
	on_death()
	dead.set()


async def quiet(stores):
	"""Until nothing moves any more but what waits for the clock or for somebody's answer."""
	turns = 0
	while turns < QUIET_TURNS:
		await asyncio.sleep(0)
		turns += 1
		if any(store.busy for store in stores):
			turns = 0
			time.sleep(BREATH_SECONDS)
