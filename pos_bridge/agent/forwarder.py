"""The way to the company: what it has not answered for is pushed until it has, with the browser closed too.

It never drops an entry, and never waits behind one that the company can't take.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pos_bridge.agent.company import Pairing
from pos_bridge.agent.forwarding import Due, Forwarding, push_bytes
from pos_bridge.core.daybook import Recorded
from pos_bridge.core.errors import Malformed, PosBridgeError, Rejected, Retryable, TooLarge
from pos_bridge.core.sync import read_recorded

FIRST_DELAY_SECONDS = 0.5
MAX_DELAY_SECONDS = 60.0
JITTER = 0.25
"""Share of a delay that chance may add, so that a shop's tills don't all come back in one moment."""
SWEEP_SECONDS = 60.0
"""Without news it looks at the shelf this often all the same."""
STEP_ASIDE_SECONDS = 3_600.0
"""An entry that the company can't take even alone is tried again after this long."""
MAX_STEPPED_ASIDE = 10_000

log = logging.getLogger(__name__)

Answered = Callable[[Sequence[Recorded]], None]


class PushTarget(Protocol):
	"""Where pushes go; `company.Company` over HTTP, a fake in tests."""

	async def push(self, body: bytes, token: str) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Delays:
	"""How long to wait after the n-th failure in a row: doubling, capped, with jitter on top."""

	first: float = FIRST_DELAY_SECONDS
	longest: float = MAX_DELAY_SECONDS

	def after(self, failures: int) -> float:
		plain = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
		return plain * (1 + JITTER * random.random())


class Forwarder:
	"""Pushes one till's daybook to its company. `on_answered` hears every stored answer."""

	def __init__(
		self,
		shelf: Forwarding,
		company: PushTarget,
		pairing: Pairing,
		on_answered: Answered,
		delays: Delays | None = None,
	) -> None:
		self._shelf = shelf
		self._company = company
		self._pairing = pairing
		self._on_answered = on_answered
		self._delays = delays or Delays()
		self._news = asyncio.Event()
		self._task: asyncio.Task[None] | None = None
		self._stopping = False
		self._aside: dict[int, float] = {}
		self.last_error = ""

	def start(self) -> None:
		self._task = asyncio.create_task(self._run(), name="forwarder")

	async def stop(self) -> None:
		# Python before 3.12 may swallow a cancel inside wait_for: the flag ends the loop then.
		self._stopping = True
		self._news.set()
		if self._task:
			self._task.cancel()
			await asyncio.gather(self._task, return_exceptions=True)
			self._task = None

	def wake(self) -> None:
		"""Something was recorded: push now, whatever the back-off says."""
		self._news.set()

	async def _run(self) -> None:
		failures = 0
		while not self._stopping:
			self._news.clear()
			try:
				await self.push_all()
				failures, self.last_error = 0, ""
			except PosBridgeError as error:
				failures, self.last_error = failures + 1, error.message
			except Exception:  # BLE001 - the outermost loop: one fault must not end the forwarding
				failures, self.last_error = failures + 1, "A fault in the forwarder; its log says more."
				log.exception("The forwarder met a fault and tries again")
			delay = self._delays.after(failures) if failures else SWEEP_SECONDS
			await self._wait_for_news(delay)

	async def _wait_for_news(self, seconds: float) -> None:
		try:
			await asyncio.wait_for(self._news.wait(), seconds)
		except asyncio.TimeoutError:
			return

	async def push_all(self) -> None:
		"""Push until nothing is due. Raises Retryable if the company is away, Rejected if it refuses us."""
		while batch := self._shelf.due(self._stepped_aside()):
			await self._push(batch)

	async def _push(self, batch: Sequence[Due]) -> None:
		try:
			answer = await self._company.push(push_bytes(self._pairing.till, batch), self._pairing.token)
		except (Malformed, TooLarge) as error:
			if error.code == "unknown_protocol":
				raise
			await self._divide(batch, error)
			return
		results = _results(answer, batch)
		await self._shelf.answered(batch, results)
		self._on_answered([result for result in results if result.id])

	async def _divide(self, batch: Sequence[Due], error: Rejected) -> None:
		"""Push the halves on their own; the one that can't go even alone steps aside and the others pass."""
		if len(batch) == 1:
			self._aside[batch[0].cursor] = time.monotonic() + STEP_ASIDE_SECONDS
			await self._shelf.stepped_aside(batch[0], error.message)
			return
		middle = len(batch) // 2
		await self._push(batch[:middle])
		await self._push(batch[middle:])

	def _stepped_aside(self) -> frozenset[int]:
		now = time.monotonic()
		latest = sorted(self._aside.items(), key=lambda item: item[1])[-MAX_STEPPED_ASIDE:]
		self._aside = {cursor: until for cursor, until in latest if until > now}
		return frozenset(self._aside)


def _results(answer: Mapping[str, Any], batch: Sequence[Due]) -> list[Recorded]:
	"""The answer's results, one for each entry sent, with the ids that were sent; else `Retryable`."""
	listed = answer.get("results")
	if not isinstance(listed, list) or len(listed) != len(batch):
		raise Retryable("The company's answer does not match what was sent; sent again.", code="bad_answer")
	try:
		results = [read_recorded(fields) for fields in listed]
	except Malformed as error:
		raise Retryable(error.message, code="bad_answer") from error
	for due, result in zip(batch, results, strict=True):
		if result.id not in ("", due.id):
			raise Retryable(f"The company answered {result.id} where {due.id} was sent.", code="bad_answer")
	return [
		Recorded(due.id, result.outcome, result.state, result.reason)
		for due, result in zip(batch, results, strict=True)
	]
