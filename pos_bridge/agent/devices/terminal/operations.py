"""What a page can ask of a card terminal over its WebSocket, and how a payment looks on the wire.

It never charges twice for one ref, and never passes on more of a card than its last four digits.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from pos_bridge.agent.devices.terminal.book import CardPayment
from pos_bridge.agent.devices.terminal.days import DayDesk, TerminalDay
from pos_bridge.agent.devices.terminal.desk import CardDesk
from pos_bridge.agent.devices.terminal.port import Asked
from pos_bridge.core.errors import Malformed

_CART = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REF = re.compile(rf"{_CART.pattern}:[0-9]{{1,3}}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_CURRENCY = re.compile(r"[A-Z]{3}")
MAX_AMOUNT_MINOR = 10**12 - 1

Message = Mapping[str, Any]
Answer = dict[str, Any]
Operation = Callable[[Message], Awaitable[Answer]]


class CardOperations:
	"""One method for each operation, all with a message's fields checked before a terminal hears of it."""

	def __init__(self, desk: CardDesk, days: DayDesk) -> None:
		self._desk = desk
		self._days = days

	def by_name(self) -> Mapping[str, Operation]:
		"""Under the names that the protocol gives them."""
		return {
			"pay": self._pay,
			"refund": self._refund,
			"reverse": self._reverse,
			"cancel_card": self._cancel,
			"card_result": self._result,
			"settle_card": self._settle,
			"cards": self._cards,
			"terminal": self._status,
			"end_of_day": self._end_of_day,
			"days": self._of_shift,
		}

	async def _pay(self, message: Message) -> Answer:
		return await self._ask(message, "pay")

	async def _refund(self, message: Message) -> Answer:
		return await self._ask(message, "refund")

	async def _ask(self, message: Message, kind: str) -> Answer:
		ref = _matching(message, "attempt", _REF)
		asked = Asked(ref, kind, _amount(message), _matching(message, "currency", _CURRENCY))
		return card_fields(await self._desk.ask(_matching(message, "terminal", _NAME), cart_of(ref), asked))

	async def _reverse(self, message: Message) -> Answer:
		ref, against = _matching(message, "attempt", _REF), _matching(message, "against", _REF)
		terminal = _matching(message, "terminal", _NAME)
		return card_fields(await self._desk.reverse(ref, cart_of(ref), terminal, against))

	async def _cancel(self, message: Message) -> Answer:
		return card_fields(await self._desk.cancel(_matching(message, "attempt", _REF)))

	async def _result(self, message: Message) -> Answer:
		return card_fields(await self._desk.result(_matching(message, "attempt", _REF)))

	async def _settle(self, message: Message) -> Answer:
		charged = message.get("charged")
		if not isinstance(charged, bool):
			raise Malformed("charged is true or false: what a person saw at the terminal.")
		return card_fields(await self._desk.settle(_matching(message, "attempt", _REF), charged))

	async def _cards(self, message: Message) -> Answer:
		found = self._desk.of_cart(_matching(message, "cart", _CART))
		return {"op": "cards", "payments": [card_fields(payment) for payment in found]}

	async def _status(self, message: Message) -> Answer:
		name = _matching(message, "terminal", _NAME)
		said = await self._desk.status(name)
		return {"op": "terminal", "terminal": name, "online": said.online, "reason": said.reason}

	async def _end_of_day(self, message: Message) -> Answer:
		terminal, ref = _matching(message, "terminal", _NAME), _matching(message, "attempt", _REF)
		return day_fields(await self._days.end(terminal, ref))

	async def _of_shift(self, message: Message) -> Answer:
		found = self._days.of(_matching(message, "shift", _CART))
		return {"op": "days", "days": [day_fields(day) for day in found]}


def cart_of(ref: str) -> str:
	"""The cart that an attempt is for."""
	return ref.rpartition(":")[0]


def card_fields(payment: CardPayment) -> Answer:
	"""A payment as pages hear of it."""
	return {
		"op": "card",
		"attempt": payment.ref,
		"cart": payment.cart,
		"terminal": payment.terminal,
		"kind": payment.kind,
		"against": payment.against,
		"amount_minor": payment.amount_minor,
		"currency": payment.currency,
		"state": payment.state,
		"reason": payment.result.reason,
		"card": dict(payment.result.texts()),
		"lines": list(payment.result.lines),
		"decided_by": payment.decided_by,
	}


def day_fields(day: TerminalDay) -> Answer:
	"""A terminal's end of day as pages hear of it."""
	fields = asdict(day)
	return {"op": "day", "attempt": fields.pop("ref"), **fields, "lines": list(day.lines)}


def day_slip(day: TerminalDay, columns: int) -> Mapping[str, Any]:
	"""What the terminal says at its end of day, as a document for paper of that width."""
	texts = [
		{"type": "text", "text": line, "align": "left"} if line.strip() else {"type": "space"}
		for line in day.lines
	]
	return {"columns": columns, "elements": [*texts, {"type": "cut"}]}


def _matching(message: Message, name: str, pattern: "re.Pattern[str]") -> str:
	value = message.get(name)
	if not isinstance(value, str) or not pattern.fullmatch(value):
		raise Malformed(f"{name} is missing or not as the protocol has it.")
	return value


def _amount(message: Message) -> int:
	amount = message.get("amount_minor")
	if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= MAX_AMOUNT_MINOR:
		raise Malformed("amount_minor is a whole number above zero.")
	return amount
