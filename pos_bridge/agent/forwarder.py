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

from pos_bridge.agent.company import AWAY, Pairing
from pos_bridge.agent.forwarding import Due, Forwarding, push_bytes
from pos_bridge.agent.rounds import Rounds
from pos_bridge.core.daybook import Recorded, State
from pos_bridge.core.errors import Malformed, PosBridgeError, Rejected, Retryable, TooLarge
from pos_bridge.core.sync import read_recorded

FIRST_DELAY_SECONDS = 0.5
MAX_DELAY_SECONDS = 60.0
BREATH_SECONDS = 1.0
"""After a failure it stays quiet for this long, however much is recorded meanwhile."""
JITTER = 0.25
"""Share of a delay that chance may add, so that a shop's tills don't all come back in one moment."""
ASK_AGAIN_SECONDS = 30.0
"""So often it looks at the shelf without news, and asks what became of one batch of undecided entries."""
STEP_ASIDE_SECONDS = 3_600.0
"""An entry that the company can't take even alone is tried again after this long."""
MAX_STEPPED_ASIDE = 10_000
PATIENCE = 3
"""Faults in a row of a company that answers, after which entries are pushed one by one to find the cause."""
MAX_PROBES = 5
"""Entries tried one by one in a round; if the company fails at all of them, none is to blame."""

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
		self._rounds = Rounds("forwarder", self._forward)
		self._failures = 0
		self._aside: dict[int, float] = {}
		self._aside_reason = ""
		self._stumbles = 0
		self._ask_at = 0.0
		self._asked_up_to = 0
		self.last_error = ""

	def start(self) -> None:
		self._rounds.start()

	async def stop(self) -> None:
		await self._rounds.stop()

	def wake(self) -> None:
		"""Something was recorded: push now, or a breath after the last failure."""
		self._rounds.wake()

	async def _forward(self) -> float:
		"""One round; the seconds to wait for news behind it."""
		try:
			await self.push_all()
			await self._ask_again()
			self._failures, self.last_error = 0, self._left_aside()
			return ASK_AGAIN_SECONDS
		except PosBridgeError as error:
			self.last_error = error.message
		except Exception:  # BLE001 - the outermost loop: one fault must not end the forwarding
			self.last_error = "A fault in the forwarder; its log says more."
			log.exception("The forwarder met a fault and tries again")
		self._failures += 1
		return await self._breathe(self._delays.after(self._failures))

	async def _breathe(self, delay: float) -> float:
		"""What is left of `delay` after a moment that no news cuts short: each try encodes a batch."""
		breath = min(delay, BREATH_SECONDS)
		await asyncio.sleep(breath)
		return delay - breath

	async def push_all(self) -> None:
		"""Push until nothing is due. Raises Retryable if the company is away, Rejected if it refuses us."""
		while batch := self._shelf.due(self._stepped_aside()):
			try:
				if self._stumbles < PATIENCE:
					await self._push(batch)
				else:
					await self._probe(batch[:MAX_PROBES])
			except Retryable as error:
				self._stumbles += error.code != AWAY
				raise
		self._stumbles = 0

	async def _push(self, batch: Sequence[Due]) -> None:
		try:
			results = await self._exchange(batch)
		except (Malformed, TooLarge) as error:
			if error.code == "unknown_protocol":
				raise
			await self._divide(batch, error)
			return
		self._on_answered([result for result in results if result.id])

	async def _exchange(self, batch: Sequence[Due]) -> Sequence[Recorded]:
		"""Push a batch and keep what the company answered."""
		answer = await self._company.push(push_bytes(self._pairing.till, batch), self._pairing.token)
		results = _results(answer, batch)
		await self._shelf.answered(batch, results)
		return results

	async def _probe(self, batch: Sequence[Due]) -> None:
		"""Push one by one until one passes; what fails even then is what the company stumbles over."""
		failed: list[Due] = []
		for due in batch:
			fault = await self._fault_of(due)
			if fault is None:
				break
			failed.append(due)
			if len(failed) == len(batch):
				raise fault
		for due in failed:
			if fault := await self._fault_of(due):
				await self._step_aside(due, fault)

	async def _fault_of(self, due: Due) -> Retryable | None:
		try:
			await self._push([due])
		except Retryable as error:
			if error.code == AWAY:
				raise
			return error
		return None

	async def _ask_again(self) -> None:
		"""What the company keeps but has not booked is pushed again, for it answers with its state by now."""
		if time.monotonic() < self._ask_at:
			return
		self._ask_at = time.monotonic() + ASK_AGAIN_SECONDS
		batch = self._shelf.undecided(self._asked_up_to) or self._shelf.undecided(0)
		if batch:
			self._asked_up_to = batch[-1].cursor
			results = await self._exchange(batch)
			self._on_answered([result for result in results if result.state is not State.WAITING])

	async def _divide(self, batch: Sequence[Due], error: Rejected) -> None:
		"""Push the halves on their own; the one that can't go even alone steps aside and the others pass."""
		if len(batch) == 1:
			await self._step_aside(batch[0], error)
			return
		middle = len(batch) // 2
		await self._push(batch[:middle])
		await self._push(batch[middle:])

	async def _step_aside(self, due: Due, error: PosBridgeError) -> None:
		self._aside[due.cursor] = time.monotonic() + STEP_ASIDE_SECONDS
		self._aside_reason = error.message
		await self._shelf.stepped_aside(due, error.message)

	def _left_aside(self) -> str:
		"""In words what is kept here because the company can't take it; "" when there is nothing."""
		count = len(self._stepped_aside())
		return f"Kept here, for the company can't take them: {count}. {self._aside_reason}" if count else ""

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
		# What could not be read here has no id here; a newer company may well be able to read it.
		if due.id and result.id not in ("", due.id):
			raise Retryable(f"The company answered {result.id} where {due.id} was sent.", code="bad_answer")
	return [
		Recorded(due.id or result.id, result.outcome, result.state, result.reason)
		for due, result in zip(batch, results, strict=True)
	]
