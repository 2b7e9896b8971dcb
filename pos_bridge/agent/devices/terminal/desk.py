"""Asks card terminals, one thing at a time, and keeps what they answer before anybody hears of it.

After any silence it asks what became of the payment; it never charges again for it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from pos_bridge.agent.devices.terminal import book
from pos_bridge.agent.devices.terminal.book import CardPayment
from pos_bridge.agent.devices.terminal.port import Asked, CardResult, CardTerminal, TerminalStatus
from pos_bridge.agent.life.clock import utc_now
from pos_bridge.agent.store import Store
from pos_bridge.core.errors import Rejected

ANSWER_SECONDS = 240.0
"""A customer may look for his card; after this the terminal is asked what became of it."""
ASK_AGAIN_SECONDS = (1.0, 3.0, 10.0)
STATUS_SECONDS = 10.0
LATELY_SECONDS = 30.0
"""A status is shown for this long before the terminal is asked again: each question is a connection."""

log = logging.getLogger(__name__)

CardListener = Callable[[CardPayment], None]


class CardDesk:
	"""All card terminals of a till, by the names that pages use."""

	def __init__(
		self,
		store: Store,
		terminals: Mapping[str, CardTerminal],
		answer_seconds: float = ANSWER_SECONDS,
		ask_again_seconds: tuple[float, ...] = ASK_AGAIN_SECONDS,
	) -> None:
		self._store = store
		self._terminals = terminals
		self._answer_seconds = answer_seconds
		self._ask_again_seconds = ask_again_seconds
		self._locks = {name: asyncio.Lock() for name in terminals}
		self._tasks: set[asyncio.Task[None]] = set()
		self._in_flight: dict[str, str] = {}
		self._seen: dict[str, tuple[float, TerminalStatus]] = {}
		self._tell: CardListener = lambda _: None

	async def start(self, tell: CardListener) -> None:
		"""What was being asked when this process died is unsure now, and the terminal is asked for it."""
		self._tell = tell
		left = self._store.read(lambda db: book.in_states(db, *book.OPEN))
		for payment in left:
			unsure = CardResult("unsure", "The agent stopped while the terminal was at it.")
			if payment.state == "waiting":
				await self._finish(payment.ref, unsure)
			if payment.terminal in self._terminals:
				self._begin(self._find_out(payment))

	async def stop(self) -> None:
		for task in tuple(self._tasks):
			task.cancel()
		await asyncio.gather(*self._tasks, return_exceptions=True)
		for terminal in self._terminals.values():
			await terminal.close()

	async def ask(self, terminal: str, cart: str, asked: Asked, against: str = "") -> CardPayment:
		"""Take in a payment, refund or reversal; durable when it answers, "waiting" until the terminal has
		answered.

		The same ref again changes nothing and tells what is known of it.
		"""
		self._driver(terminal)
		now = utc_now()
		created = await self._store.write(lambda db: book.insert(db, terminal, cart, asked, against, now))
		if created is None:
			return self.find(asked.ref)
		self._begin(self._carry_out(created))
		return created

	async def reverse(self, ref: str, cart: str, terminal: str, against: str) -> CardPayment:
		"""Take an approved payment back."""
		paid = self.find(against)
		if paid.kind != "pay" or paid.terminal != terminal or paid.state not in ("approved", "reversed"):
			raise Rejected(
				"Only a payment that this terminal approved can be taken back.", code="not_approved"
			)
		return await self.ask(
			terminal, cart, Asked(ref, "reversal", paid.amount_minor, paid.currency), against
		)

	async def cancel(self, ref: str) -> CardPayment:
		"""Ask the terminal to give up; what became of it is told when the terminal has answered."""
		payment = self.find(ref)
		if self._in_flight.get(payment.terminal) == ref:
			await self._driver(payment.terminal).cancel()
		return payment

	async def result(self, ref: str) -> CardPayment:
		"""What is known; of something unsure the terminal is asked now."""
		payment = self.find(ref)
		if payment.state != "unsure":
			return payment
		return await self._ask_last_result(payment)

	async def settle(self, ref: str, charged: bool) -> CardPayment:
		"""A person looked at the terminal and says what became of something unsure."""
		payment = self.find(ref)
		if payment.state != "unsure":
			return payment
		outcome = "approved" if charged else "failed"
		words = "A person read it off the terminal." if charged else "A person saw that no money moved."
		return await self._finish(ref, CardResult(outcome, words), "person")

	def find(self, ref: str) -> CardPayment:
		"""`Rejected` if this agent was never asked for it."""
		return self._store.read(lambda db: book.require(db, ref))

	def of_cart(self, cart: str) -> list[CardPayment]:
		return self._store.read(lambda db: book.of_cart(db, cart))

	def unsettled(self) -> list[CardPayment]:
		"""What a person has to look at: unsure, or money moved without a recorded entry."""
		return self._store.read(lambda db: [*book.in_states(db, "unsure"), *book.without_sale(db)])

	async def status(self, terminal: str) -> TerminalStatus:
		"""How it is now: it is asked, unless it is at work."""
		driver = self._driver(terminal)
		if self._locks[terminal].locked():
			return TerminalStatus(True, "It is at work.")
		async with self._locks[terminal]:
			try:
				said = await asyncio.wait_for(driver.status(), STATUS_SECONDS)
			except asyncio.TimeoutError:
				said = TerminalStatus(False, "It does not answer.")
		self._seen[terminal] = (time.monotonic(), said)
		return said

	async def status_lately(self, terminal: str) -> TerminalStatus:
		"""How it was at most `LATELY_SECONDS` ago, for a page that looks every moment."""
		at, said = self._seen.get(terminal, (float("-inf"), TerminalStatus(False)))
		fresh = time.monotonic() - at < LATELY_SECONDS and not self._locks[terminal].locked()
		return said if fresh else await self.status(terminal)

	def kinds(self) -> Mapping[str, str]:
		return {name: terminal.kind for name, terminal in self._terminals.items()}

	def driver(self, terminal: str) -> CardTerminal:
		"""For the page with the simulated terminal's switches; `Rejected` if there is none of that name."""
		return self._driver(terminal)

	@asynccontextmanager
	async def at_work(self, terminal: str) -> AsyncIterator[CardTerminal]:
		"""A terminal that is asked for nothing else meanwhile."""
		async with self._locks[terminal]:
			yield self._driver(terminal)

	def _driver(self, terminal: str) -> CardTerminal:
		driver = self._terminals.get(terminal)
		if driver is None:
			raise Rejected(
				"This till has no card terminal of that name: add one with pos-bridge agent devices.",
				code="no_terminal",
			)
		return driver

	def _begin(self, work: Coroutine[Any, Any, None]) -> None:
		task = asyncio.create_task(work)
		self._tasks.add(task)
		task.add_done_callback(self._tasks.discard)

	async def _carry_out(self, payment: CardPayment) -> None:
		async with self._locks[payment.terminal]:
			self._in_flight[payment.terminal] = payment.ref
			try:
				result = await self._answer_of(payment)
			finally:
				self._in_flight.pop(payment.terminal, None)
		finished = await self._finish(payment.ref, result)
		if finished.state == "unsure":
			await self._find_out(finished)

	async def _answer_of(self, payment: CardPayment) -> CardResult:
		driver = self._terminals[payment.terminal]
		against = self.find(payment.against).result if payment.against else None
		asked = _asked(payment, against)
		call = {"pay": driver.pay, "refund": driver.refund, "reversal": driver.reverse}[payment.kind]
		try:
			return await asyncio.wait_for(call(asked), self._answer_seconds)
		except asyncio.TimeoutError:
			return CardResult("unsure", "The terminal did not answer in time.")
		except Exception:  # BLE001 - whatever a driver trips over, the terminal may have heard of it
			log.exception("A card terminal's driver failed")
			return CardResult(
				"unsure", "The agent met a fault while the terminal was at it; its log says more."
			)

	async def _find_out(self, payment: CardPayment) -> None:
		for seconds in self._ask_again_seconds:
			if (await self._ask_last_result(payment)).state != "unsure":
				return
			await asyncio.sleep(seconds)

	async def _ask_last_result(self, payment: CardPayment) -> CardPayment:
		driver = self._driver(payment.terminal)
		async with self._locks[payment.terminal]:
			if self.find(payment.ref).state != "unsure":
				return self.find(payment.ref)
			try:
				found = await asyncio.wait_for(driver.last_result(_asked(payment)), STATUS_SECONDS)
			except asyncio.TimeoutError:
				found = None
		if found is None or found.outcome == "unsure":
			return self.find(payment.ref)
		return await self._finish(payment.ref, found)

	async def _finish(self, ref: str, result: CardResult, decided_by: str = "") -> CardPayment:
		now = utc_now()
		finished = await self._store.write(lambda db: book.finish(db, ref, result, now, decided_by))
		self._tell(finished)
		return finished


def _asked(payment: CardPayment, against: CardResult | None = None) -> Asked:
	return Asked(
		payment.ref, payment.kind, payment.amount_minor, payment.currency, payment.before_trace, against
	)
