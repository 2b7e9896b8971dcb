"""What a page can ask of the till's process over its WebSocket, one operation after the other.

It answers every frame, also one that makes no sense, and never closes the connection for it.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from pos_bridge import __version__
from pos_bridge.agent.daybook import arrival_now
from pos_bridge.agent.devices.attached.operations import device_fields, device_operations
from pos_bridge.agent.devices.terminal.operations import CardOperations
from pos_bridge.agent.door.handshake import Handshake, Proven
from pos_bridge.agent.door.redact import redact
from pos_bridge.agent.door.scopes import EVERYTHING, check_scope, check_texts
from pos_bridge.agent.forwarding import MAX_ASKED_IDS
from pos_bridge.agent.ports import Submitted
from pos_bridge.agent.process import TillProcess
from pos_bridge.core.errors import Malformed, PosBridgeError, Rejected, TooLarge, Unauthenticated
from pos_bridge.core.sync import (
	MAX_LATEST_ENTRIES,
	MAX_PUSH_ENTRIES,
	PROTOCOL_VERSION,
	SUPPORTED_PROTOCOLS,
	head_fields,
	latest_answer,
	next_epoch,
	read_message,
	read_receipt_number,
	read_wire,
	receipt_answer,
	recorded_fields,
)

OPENS_DRAWER = ("sale", "return", "no_sale", "shift_open", "shift_close", "cash_in", "cash_out")
"""Kinds of entries that a drawer is opened for, outside of a receipt."""
MAX_NAME = 200
"""Characters of an id, a printer's name or a reason."""

_TEXT = re.compile(f"[^\ud800-\udfff]{{1,{MAX_NAME}}}", re.DOTALL)
"""Whole characters only: half of one (a lone surrogate) can be neither stored nor sent."""

log = logging.getLogger(__name__)

Message = Mapping[str, Any]
Answer = dict[str, Any]


class Operations:
	"""One page's conversation: it says hello, then records, prints and asks."""

	def __init__(self, process: TillProcess, origin: str = "") -> None:
		"""`origin` is the page's, as the browser says it; "" for a program."""
		self._process = process
		self._handshake = Handshake(process.door, origin)
		self._till = ""
		self.scopes: frozenset[str] = frozenset()
		self.faults = 0
		"""Frames that were answered with an error."""
		self._known: Mapping[str, Callable[[Message], Awaitable[Answer]]] = {
			"hello": self._hello,
			"prove": self._prove,
			"record": self._record,
			"print": self._print,
			"kick": self._kick,
			"unsure_jobs": self._unsure_jobs,
			"settle_print": self._settle_print,
			"acknowledged": self._acknowledged,
			"latest": self._latest,
			"receipt": self._receipt,
			"new_customers": self._new_customers,
			**device_operations(process.attached),
			**CardOperations(process.cards, process.days).by_name(),
		}

	@property
	def greeted(self) -> bool:
		"""Whether the page has said who it is; until then it hears no news."""
		return bool(self._till)

	async def answer(self, raw: str) -> Answer:
		"""The answer to one frame; a fault in it is answered with an error, never raised."""
		ref: Answer = {}
		try:
			message = read_message(raw)
			ref = _ref(message)
			return {**await self._dispatch(message), **ref}
		except PosBridgeError as error:
			self.faults += 1
			return _error(error) | ref
		except Exception:  # BLE001 - a connection's outermost loop: the page is told and goes on
			self.faults += 1
			log.exception("An operation failed")
			fault = PosBridgeError("The till's process met a fault; its log says more.", code="fault")
			return _error(fault) | ref

	async def _dispatch(self, message: Message) -> Answer:
		name = message.get("op")
		operation = self._known.get(name) if isinstance(name, str) else None
		if operation is None:
			said = redact(str(name))[:MAX_NAME]
			raise Malformed(f"The operation {said!r} is not known to this agent.", code="unknown_op")
		if not self._till and name not in ("hello", "prove"):
			raise Rejected('Say {"op":"hello"} with your till first.', code="not_greeted")
		check_scope(str(name), self.scopes)
		check_texts(message)
		return await operation(message)

	async def _hello(self, message: Message) -> Answer:
		protocol = message.get("protocol")
		if protocol not in SUPPORTED_PROTOCOLS or isinstance(protocol, bool):
			raise Rejected(
				f"The page speaks protocol {protocol!r}, not {list(SUPPORTED_PROTOCOLS)}: update the older.",
				code="unknown_protocol",
			)
		till = _text(message, "till")
		paired = self._process.pairing
		if paired and paired.till != till:
			raise Rejected(
				f"This agent serves till {paired.till}, the page is till {till}. Enrol one of them again.",
				code="wrong_till",
			)
		if "key" in message:
			return await self._handshake.challenge(till, message)
		if self._process.door.wants_keys(till):
			raise Unauthenticated(
				"This till's pages show a key, and this one has none: load the page anew, by https.",
				code="not_paired",
			)
		return self._let_in(Proven(till, EVERYTHING))

	async def _prove(self, message: Message) -> Answer:
		return self._let_in(self._handshake.prove(message))

	def _let_in(self, page: Proven) -> Answer:
		self._till, self.scopes = page.till, page.scopes
		return self._welcome()

	def _welcome(self) -> Answer:
		heads = self._process.daybook.heads(self._till)
		return {
			"op": "welcome",
			"protocol": PROTOCOL_VERSION,
			"till": self._till,
			"agent": __version__,
			"at": arrival_now("", "").recorded_at,
			"heads": [head_fields(head) for head in heads],
			"next_epoch": next_epoch(heads),
			"printers": [asdict(status) for status in self._process.spool.printers()],
			"devices": device_fields(self._process.attached),
			"scopes": sorted(self.scopes),
			"unforwarded": self._process.forwarding.unforwarded(),
			"reason": self._process.last_error(),
		}

	async def _record(self, message: Message) -> Answer:
		entries = _listed(message, "entries", MAX_PUSH_ENTRIES)
		items = [read_wire(entry) for entry in entries]
		results = await self._process.daybook.record(items, arrival_now(self._till, "page"))
		self._process.recorded()
		return {"op": "recorded", "results": [recorded_fields(result) for result in results]}

	async def _print(self, message: Message) -> Answer:
		job, document = _text(message, "job"), message.get("document")
		if not isinstance(document, dict):
			raise Malformed("A print has a document; to open the drawer alone, kick.")
		kick = message.get("kick", False)
		if not isinstance(kick, bool):
			raise Malformed("kick is true or false.")
		return _queued(job, await self._submit(message, job, document, kick))

	async def _kick(self, message: Message) -> Answer:
		entry = _text(message, "entry")
		recorded = self._process.daybook.find(entry)
		if recorded is None or recorded.entry.kind not in OPENS_DRAWER:
			raise Rejected(
				"The drawer opens for a recorded sale, return, no_sale, shift or cash movement only, and this"
				" agent has none of that id. Record it first, then kick.",
				code="no_entry",
			)
		job = f"{entry}:kick"
		return _queued(job, await self._submit(message, job, None, True))

	async def _submit(self, message: Message, job: str, document: Message | None, kick: bool) -> Submitted:
		printer, reason = _text(message, "printer"), _text(message, "reason")
		return await self._process.spool.submit(job, printer, document, kick, reason)

	async def _unsure_jobs(self, _: Message) -> Answer:
		return {"op": "unsure_jobs", "jobs": [asdict(job) for job in self._process.spool.unsure()]}

	async def _settle_print(self, message: Message) -> Answer:
		job, printed = _text(message, "job"), message.get("printed")
		if not isinstance(printed, bool):
			raise Malformed("printed is true or false: what a person saw on the paper.")
		return _queued(job, Submitted("exists", await self._process.spool.answer_unsure(job, printed)))

	async def _acknowledged(self, message: Message) -> Answer:
		ids = _listed(message, "ids", MAX_ASKED_IDS)
		if not all(map(_is_text, ids)):
			raise Malformed(f"ids are texts of 1 to {MAX_NAME} characters.")
		results = self._process.forwarding.answers(ids)
		return {"op": "acknowledged", "results": [recorded_fields(result) for result in results]}

	async def _latest(self, message: Message) -> Answer:
		before = message.get("before", 0)
		if not isinstance(before, int) or isinstance(before, bool) or not 0 <= before < 2**63:
			raise Malformed("before is the number that an earlier answer gave, or 0.")
		found = self._process.daybook.latest(self._till, before, MAX_LATEST_ENTRIES)
		return {"op": "latest", **latest_answer(found)}

	async def _receipt(self, message: Message) -> Answer:
		number = read_receipt_number(message.get("receipt_number"))
		return {"op": "receipt", **receipt_answer(self._process.daybook.of_receipt(number))}

	async def _new_customers(self, message: Message) -> Answer:
		"""Keeps the records; `results` are those that the company has answered for."""
		return {"op": "new_customers", "results": await self._process.new_customers.keep(message)}


def _queued(job: str, submitted: Submitted) -> Answer:
	return {"op": "queued", "job": job, "outcome": submitted.outcome, "state": submitted.state}


def _ref(message: Message) -> Answer:
	ref = message.get("ref")
	return {"ref": ref} if isinstance(ref, int) and not isinstance(ref, bool) else {}


def _error(error: PosBridgeError) -> Answer:
	return {"op": "error", "code": error.code, "message": error.message, "retryable": error.retryable}


def _text(message: Message, name: str) -> str:
	value = message.get(name)
	if not _is_text(value):
		raise Malformed(f"{name} is missing, empty, longer than {MAX_NAME} characters or broken.")
	return str(value)


def _is_text(value: object) -> bool:
	return isinstance(value, str) and bool(_TEXT.fullmatch(value))


def _listed(message: Message, name: str, limit: int) -> list[Any]:
	value = message.get(name)
	if not isinstance(value, list):
		raise Malformed(f"{name} is not a list.")
	if len(value) > limit:
		raise TooLarge(f"{name} holds {len(value)}; {limit} is the most. Send fewer at a time.")
	return value
