"""A card terminal that speaks ZVT over TCP (Germany, Austria, Switzerland): register, pay, refund,
reverse, end of day.

It never sends a payment twice: once a terminal may have heard of one, only its answer, or asking for it,
settles it.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

from pos_bridge.agent.devices.attached.address import Address
from pos_bridge.agent.devices.terminal.apdu import PAN, TLV, Apdu, bcd, digits, fields, read_apdu
from pos_bridge.agent.devices.terminal.port import MAX_LINES, Asked, CardResult, TerminalStatus
from pos_bridge.core.errors import Malformed, Rejected

PORT = 20_007
CONNECT_SECONDS = 5.0
ACKNOWLEDGED_SECONDS = 6.0
SILENCE_SECONDS = 130.0
"""A terminal says something at least this often while a customer is at it."""
MAX_MESSAGES = 2_000

REGISTRATION, AUTHORISATION, REVERSAL, REFUND = 0x0600, 0x0601, 0x0630, 0x0631
END_OF_DAY, REPEAT_RECEIPT, STATUS_ENQUIRY, ABORT_BY_TILL = 0x0650, 0x0620, 0x0501, 0x06B0
STATUS, INTERMEDIATE, COMPLETION, ABORTED = 0x040F, 0x04FF, 0x060F, 0x061E
PRINT_LINE, PRINT_BLOCK = 0x06D1, 0x06D3
ACKNOWLEDGED, REFUSED = 0x80, 0x84
"""First bytes of the answer to a command: taken, or not, with the reason as second byte."""

CURRENCIES: Mapping[str, int] = {
	"EUR": 978,
	"CHF": 756,
	"GBP": 826,
	"PLN": 985,
	"CZK": 203,
	"SEK": 752,
	"DKK": 208,
}
CONFIG = 0x8E
"""Registration: receipts come to us, payments begin at the till, intermediate states are sent, texts in
lines.
"""
_REASONS: Mapping[int, str] = {
	0x05: "The card's bank declined.",
	0x64: "The card can't be read.",
	0x6B: "A terminal without password: set the right one.",
	0x6C: "It was cancelled.",
	0x6F: "The terminal does not know this currency.",
	0x83: "It is switched off for this.",
	0x84: "The terminal waits for something else: look at its display.",
	0x9C: "The terminal is not ready: look at its display.",
	0x9D: "The terminal is not ready: look at its display.",
	0xA0: "The terminal could not take the answer.",
	0xB1: "No receipt is kept.",
	0xB4: "This can't be taken back any more.",
	0xDE: "The terminal has no connection to its bank.",
	0xF0: "The terminal must do its end of day first.",
}
_CANCELLED = 0x6C
_NOTHING_THERE = 0xB1
_LINE_TAG = 0x07


class _Unknown(Exception):
	"""The line broke or fell silent after the terminal may have heard of it."""


class _NotSent(Exception):
	"""The terminal did not take the command: nothing has happened."""


@dataclass
class _Told:
	"""What a terminal said until it was done."""

	status: Mapping[int, bytes] = field(default_factory=dict)
	lines: list[str] = field(default_factory=list)
	aborted: int | None = None


class ZvtTerminal:
	"""`password` is the terminal's, six digits. A connection lasts for one command."""

	kind = "zvt"

	def __init__(self, host: str, port: int = PORT, password: str = "000000") -> None:
		self._place = (host, port)
		self._password = bytes.fromhex(password)
		self._line: asyncio.StreamWriter | None = None

	async def pay(self, asked: Asked) -> CardResult:
		return await self._money(asked, AUTHORISATION)

	async def refund(self, asked: Asked) -> CardResult:
		return await self._money(asked, REFUND, self._password)

	async def reverse(self, asked: Asked) -> CardResult:
		number = asked.against.receipt_number if asked.against else ""
		if not (number.isdecimal() and len(number) <= 4):
			return CardResult(
				"failed", "The terminal's number of the payment is not known: take it back there."
			)
		return await self._money(asked, REVERSAL, self._password + b"\x87" + bcd(int(number), 2))

	async def cancel(self) -> None:
		if self._line:
			with suppress(OSError):
				self._line.write(Apdu(ABORT_BY_TILL).encode())

	async def last_result(self, asked: Asked) -> CardResult | None:
		"""Its last receipt, told from the one before by the trace number. No trace known: a person has to
		look.
		"""
		try:
			told = await self._command(Apdu(REPEAT_RECEIPT, self._password))
		except (_NotSent, _Unknown):
			return None
		if told.aborted == _NOTHING_THERE and not asked.before_trace:
			return CardResult("failed", "The terminal knows of no payment.")
		trace = digits(told.status.get(0x0B, b""))
		if told.aborted is not None or not trace:
			return None
		if trace == asked.before_trace:
			return CardResult("failed", "The terminal did nothing after the payment before this one.")
		return self._of_another(asked, told) if asked.before_trace else None

	def _of_another(self, asked: Asked, told: _Told) -> CardResult | None:
		same = digits(told.status.get(0x04, b"")) == f"{asked.amount_minor:012d}"
		return _result(told) if same else None

	async def status(self) -> TerminalStatus:
		try:
			await self._command(Apdu(STATUS_ENQUIRY, self._password))
		except (_NotSent, _Unknown) as error:
			return TerminalStatus(False, str(error))
		return TerminalStatus(True)

	async def end_of_day(self) -> CardResult:
		"""Kassenschnitt (06 50). A terminal may end it without a status: its completion says that it is
		done.
		"""
		try:
			told = await self._command(Apdu(END_OF_DAY, self._password))
		except _NotSent as error:
			return CardResult("failed", str(error))
		except _Unknown as error:
			return CardResult("unsure", str(error))
		said = told.aborted if told.aborted is not None else int.from_bytes(told.status.get(0x27, b""), "big")
		failed = told.aborted is not None or said != 0
		outcome, reason = ("failed", _reason(said)) if failed else ("approved", "")
		return replace(_result(told), outcome=outcome, reason=reason)

	async def close(self) -> None:
		if self._line:
			self._line.close()

	async def _money(self, asked: Asked, command: int, data: bytes = b"") -> CardResult:
		if asked.currency not in CURRENCIES:
			return CardResult("failed", f"The terminal takes no {asked.currency}: charge it by hand.")
		if not 0 < asked.amount_minor < 10**12:
			return CardResult("failed", "The amount is none that a terminal takes.")
		if command != REVERSAL:  # which names a payment, and so its amount
			data += b"\x04" + bcd(asked.amount_minor, 6) + b"\x49" + bcd(CURRENCIES[asked.currency], 2)
		try:
			told = await self._command(Apdu(command, data))
		except _NotSent as error:
			return CardResult("failed", str(error))
		except _Unknown as error:
			return CardResult("unsure", str(error))
		return _result(told)

	async def _command(self, command: Apdu) -> _Told:
		"""Register, send, and hear the terminal out."""
		async with self._connected() as (reader, writer):
			await self._hear_out(reader, writer, self._registration(), sure=True)
			return await self._hear_out(reader, writer, command, sure=False)

	def _registration(self) -> Apdu:
		return Apdu(REGISTRATION, self._password + bytes((CONFIG,)) + bcd(CURRENCIES["EUR"], 2))

	@asynccontextmanager
	async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
		try:
			reader, writer = await asyncio.wait_for(asyncio.open_connection(*self._place), CONNECT_SECONDS)
		except (OSError, asyncio.TimeoutError, ValueError, OverflowError) as error:
			# The last two: a host or port that is none. Whatever it is, the terminal has heard nothing.
			raise _NotSent("The terminal can't be reached: check its power, network and address.") from error
		self._line = writer
		try:
			yield reader, writer
		finally:
			self._line = None
			writer.close()
			with suppress(OSError):
				await writer.wait_closed()

	async def _hear_out(
		self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: Apdu, sure: bool
	) -> _Told:
		"""`sure`: a fault means that nothing has happened, for this command moves no money."""
		lost = _NotSent if sure else _Unknown
		try:
			writer.write(command.encode())
			await writer.drain()
			answer = await asyncio.wait_for(read_apdu(reader), ACKNOWLEDGED_SECONDS)
			if answer.command >> 8 == REFUSED:
				raise _NotSent(_reason(answer.command & 0xFF))
			told = _Told()
			if answer.command >> 8 != ACKNOWLEDGED and not _take(answer, told):
				return told
			return await self._until_done(reader, writer, told)
		except (OSError, EOFError, asyncio.TimeoutError, Malformed) as error:
			raise lost("The line to the terminal broke, or it fell silent.") from error

	async def _until_done(
		self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: _Told
	) -> _Told:
		for _ in range(MAX_MESSAGES):
			said = await asyncio.wait_for(read_apdu(reader), SILENCE_SECONDS)
			if said.command >> 8 in (ACKNOWLEDGED, REFUSED):
				continue  # the answer to a cancellation
			goes_on = _take(said, told)
			writer.write(Apdu(ACKNOWLEDGED << 8).encode())
			await writer.drain()
			if not goes_on:
				return told
		raise Malformed("The terminal never came to an end.")


def _take(said: Apdu, told: _Told) -> bool:
	"""Note what a terminal says; False if it was its last word."""
	if said.command == STATUS:
		told.status = {**told.status, **fields(said.data)}
	elif said.command == PRINT_LINE and len(told.lines) < MAX_LINES:
		told.lines.append(_text(said.data[1:]))
	elif said.command == PRINT_BLOCK:
		told.lines += _lines_of(said.data)[: MAX_LINES - len(told.lines)]
	elif said.command == ABORTED:
		told.aborted = said.data[0] if said.data else 0
	return said.command not in (COMPLETION, ABORTED)


def _result(told: _Told) -> CardResult:
	status = told.status
	code = told.aborted if told.aborted is not None else int.from_bytes(status.get(0x27, b""), "big")
	if told.aborted is None and 0x27 not in status:
		return CardResult("unsure", "The terminal did not say with what it ended.", lines=tuple(told.lines))
	approved = code == 0 and told.aborted is None
	outcome = "approved" if approved else "cancelled" if code == _CANCELLED else "declined"
	return CardResult(
		outcome,
		"" if outcome == "approved" else _reason(code),
		scheme=_text(status.get(0x8B, b"")).rstrip("\x00"),
		last_four=status.get(PAN, b"").decode("ascii").lstrip("e"),
		auth_code=_text(status.get(0x3B, b"")).strip("\x00 "),
		trace=digits(status.get(0x0B, b"")),
		terminal_id=digits(status.get(0x29, b"")),
		receipt_number=digits(status.get(0x87, b"")),
		lines=tuple(told.lines),
	)


def _reason(code: int) -> str:
	return _REASONS.get(code, f"The terminal refused (code {code:02X}): look at its display.")


def _text(raw: bytes) -> str:
	"""Code page 437, which terminals use unless told otherwise."""
	return raw.decode("cp437", "replace")


def _lines_of(data: bytes) -> list[str]:
	"""The lines in a text block: TLV 06, container 25, lines in tag 07."""
	return [_text(value) for tag, value in _tags(fields(data).get(TLV, b"")) if tag == _LINE_TAG]


def _tags(data: bytes) -> list[tuple[int, bytes]]:
	found: list[tuple[int, bytes]] = []
	at = 0
	while at + 1 < len(data):
		tag, length = data[at], data[at + 1]
		start = at + 2
		if tag & 0x1F == 0x1F:
			tag, length, start = tag << 8 | data[at + 1], data[at + 2] if at + 2 < len(data) else 0, at + 3
		if length == 0x81 and start < len(data):
			length, start = data[start], start + 1
		value = data[start : start + length]
		found += _tags(value) if tag == 0x25 else [(tag, value)]
		at = start + length
	return found


def zvt_terminal(address: Address) -> ZvtTerminal:
	"""The terminal of an address `zvt:HOST[:PORT]?password=000000`."""
	host, _, port = address.place.partition(":")
	number = int(port) if re.fullmatch("[0-9]{1,5}", port) else 0 if port else PORT
	password = address.options.get("password", "000000")
	if not host or not 0 < number < 65_536 or not re.fullmatch("[0-9]{6}", password):
		raise Rejected(f"{address} is no ZVT terminal: say zvt:HOST:20007?password=000000, six digits.")
	return ZvtTerminal(host, number, password)
