"""Work that goes on in the background in rounds, until it is told to stop.

It never decides what a round does or how long the pause behind it is.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

FAULT_SECONDS = 30.0
"""Pause after a round that met a fault."""

log = logging.getLogger(__name__)


class Rounds:
	"""Runs `round` again and again; each round says for how many seconds to wait for news behind it."""

	def __init__(self, name: str, round: Callable[[], Awaitable[float]]) -> None:
		self._name = name
		self._round = round
		self._news = asyncio.Event()
		self._task: asyncio.Task[None] | None = None
		self._stopping = False

	def start(self) -> None:
		self._task = asyncio.create_task(self._run(), name=self._name)

	async def stop(self) -> None:
		# Python before 3.12 may swallow a cancel inside wait_for: the flag ends the loop then.
		self._stopping = True
		self._news.set()
		if self._task:
			self._task.cancel()
			await asyncio.gather(self._task, return_exceptions=True)
			self._task = None

	def wake(self) -> None:
		"""There is news: the pause ends now."""
		self._news.set()

	async def _run(self) -> None:
		while not self._stopping:
			self._news.clear()
			seconds = await self._one()
			try:
				await asyncio.wait_for(self._news.wait(), seconds)
			except asyncio.TimeoutError:
				continue

	async def _one(self) -> float:
		try:
			return await self._round()
		except Exception:  # BLE001 - the outermost loop: one fault must not end the rounds for good
			log.exception("A round of the %s met a fault; there will be another one", self._name)
			return FAULT_SECONDS
