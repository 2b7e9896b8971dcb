"""A till without a page: makes entries of a real chain and speaks to an agent as a page does."""

import asyncio
import os
import random
import time
from types import TracebackType
from typing import Any

import aiohttp

from pos_bridge.core.entry import GENESIS, Entry, WireEntry, receipt_number, seal, uuid7
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.receipt import ReceiptHeader, document_fields, receipt_of_sale
from pos_bridge.core.sale import DraftLine, Sale, SaleDraft, Tender, compute, make_sale
from pos_bridge.core.sale_body import sale_body
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, PROTOCOL_VERSION, wire_fields
from pos_bridge.core.tax import Tax

TILL = "T1"
TAXES = (Tax("VAT-19", "VAT 19 %", True), Tax("VAT-7", "VAT 7 %", True))
GOODS = (("BAR-01", "Espresso", 240, "VAT-19", 19), ("BAR-04", "Cappuccino", 340, "VAT-19", 19))
ANSWER_SECONDS = 30.0


class ScriptedTill:
	"""Makes sales one after the other: sealed, numbered and chained as a page would."""

	def __init__(self, epoch: int, seed: int) -> None:
		self.epoch = epoch
		self.chain = uuid7(_now(), os.urandom(10))
		self.made: list[tuple[Entry, WireEntry]] = []
		self._random = random.Random(seed)

	def sell(self, lines: int = 0) -> tuple[Entry, WireEntry]:
		"""A cash sale of `lines` lines (one to five if 0), paid with a round amount."""
		sale = random_sale(self._random, lines)
		sequence = len(self.made) + 1
		entry = Entry(
			id=uuid7(_now(), os.urandom(10)),
			kind="sale",
			till=TILL,
			writer="page",
			chain=self.chain,
			epoch=self.epoch,
			sequence=sequence,
			previous=self.made[-1][1].hash if self.made else GENESIS,
			occurred_at="2026-11-22T12:00:00.000+01:00",
			business_date="2026-11-22",
			cashier="Ada",
			body=sale_body(sale),
			receipt_number=receipt_number(TILL, self.epoch, sequence),
		)
		self.made.append((entry, seal(entry)))
		return self.made[-1]


def random_sale(chance: random.Random, lines: int = 0) -> Sale:
	"""A cash sale of `lines` lines (one to five if 0), paid with a round amount."""
	draft = SaleDraft("EUR", 2, Rounding.COMMERCIAL, TAXES, _lines(chance, lines or chance.randint(1, 5)))
	total = compute(draft).total_minor
	return make_sale(draft, (Tender("Cash", "cash", total + chance.choice((0, 5, 500))),))


def _lines(chance: random.Random, count: int) -> tuple[DraftLine, ...]:
	goods = (chance.choice(GOODS) for _ in range(count))
	return tuple(
		DraftLine(item, name, chance.randint(1, 3) * SCALE, "Nos", price, {tax: rate * SCALE})
		for item, name, price, tax, rate in goods
	)


class AgentLine:
	"""A page's WebSocket to the agent: requests with their answers, events put aside."""

	def __init__(self, url: str) -> None:
		self._url = url.replace("http", "ws", 1) + AGENT_PATH
		self._ref = 0
		self.events: list[dict[str, Any]] = []

	async def __aenter__(self) -> "AgentLine":
		self._session = aiohttp.ClientSession()
		self._socket = await self._session.ws_connect(self._url, protocols=(AGENT_SUBPROTOCOL,))
		self.welcome = await self.ask(
			{"op": "hello", "protocol": PROTOCOL_VERSION, "till": TILL, "page": "script"}
		)
		return self

	async def __aexit__(
		self,
		kind: type[BaseException] | None,
		error: BaseException | None,
		trace: TracebackType | None,
	) -> None:
		await self._session.close()

	async def send(self, message: dict[str, Any]) -> int:
		"""Send without waiting for an answer; returns the request's `ref`."""
		self._ref += 1
		await self._socket.send_json(message | {"ref": self._ref})
		return self._ref

	async def ask(self, message: dict[str, Any]) -> dict[str, Any]:
		"""Send and wait for the answer. ConnectionError if the agent goes away first."""
		ref = await self.send(message)
		return await asyncio.wait_for(self._answer(ref), ANSWER_SECONDS)

	async def event(self, op: str) -> dict[str, Any]:
		"""The next event of that kind, among those put aside or as it comes."""
		while True:
			for event in self.events:
				if event["op"] == op:
					self.events.remove(event)
					return event
			frame = await asyncio.wait_for(self._socket.receive(), ANSWER_SECONDS)
			if frame.type is not aiohttp.WSMsgType.TEXT:
				raise ConnectionError("The agent closed the connection.")
			self.events.append(frame.json())

	async def _answer(self, ref: int) -> dict[str, Any]:
		while True:
			frame = await self._socket.receive()
			if frame.type is not aiohttp.WSMsgType.TEXT:
				raise ConnectionError("The agent closed the connection.")
			answer: dict[str, Any] = frame.json()
			if answer.get("ref") == ref:
				return answer
			self.events.append(answer)

	async def record(self, wires: list[WireEntry]) -> list[dict[str, str]]:
		answer = await self.ask({"op": "record", "entries": [wire_fields(wire) for wire in wires]})
		results: list[dict[str, str]] = answer["results"]
		return results

	async def print_receipt(self, entry: Entry, wire: WireEntry) -> dict[str, Any]:
		return await self.ask(print_request(entry, wire))


def print_request(entry: Entry, wire: WireEntry) -> dict[str, Any]:
	"""The page's request to print a sale's receipt and open the drawer."""
	document = receipt_of_sale(entry, wire.hash, ReceiptHeader("Chaos Shop"))
	return {
		"op": "print",
		"job": f"{entry.id}:receipt",
		"printer": "receipt",
		"document": document_fields(document),
		"kick": True,
		"reason": f"sale {entry.receipt_number}",
	}


def _now() -> int:
	return time.time_ns() // 1_000_000
