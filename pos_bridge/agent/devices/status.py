"""Reads what an ESC/POS printer sends back, byte by byte, by the fixed bits that tell its answers apart.

It never takes an answer of one kind for another: that is how a driver prints with an open cover.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pos_bridge.agent.devices.printer import Condition, Status

ASK_PRINTER, ASK_OFFLINE_CAUSE, ASK_ERROR, ASK_PAPER = (b"\x10\x04" + bytes((n,)) for n in (1, 2, 3, 4))
"""`DLE EOT n`: answered in real time, also by a printer that is off-line."""

FENCE = b"\x1dr\x01"
"""`GS r 1` is carried out in order with the data: its answer says that all before it has been taken."""

PAPER_END = 0x0C
"""Bits of the answer to `GS r 1` and of the third byte of automatic status."""

_AUTOMATIC_LENGTH = 4
_PROCESS_HEADER = b"\x37\x22"
_PROCESS_LENGTH = 7
_HIGH: Literal["high", "low", "none"] = "high"


def process_id(number: str) -> bytes:
	"""`GS ( H` function 48 with four digits: they come back when all before them has been printed."""
	return b"\x1d(H\x06\x0000" + number.encode()


@dataclass(frozen=True, slots=True)
class RealTime:
	"""The answer to a `DLE EOT`."""

	bits: int


@dataclass(frozen=True, slots=True)
class Automatic:
	"""The four bytes of automatic status back (`GS a`)."""

	bytes: bytes


@dataclass(frozen=True, slots=True)
class Fenced:
	"""The answer to a `GS r`."""

	bits: int


@dataclass(frozen=True, slots=True)
class ProcessId:
	"""The answer to a `GS ( H` function 48."""

	number: str


Answer = RealTime | Automatic | Fenced | ProcessId


class Reader:
	"""Tells the answers in a stream apart (Epson's ESC/POS reference), wherever its pieces are cut."""

	def __init__(self) -> None:
		self._rest = b""

	def feed(self, data: bytes) -> Iterator[Answer]:
		"""The answers that are whole by now; the beginning of one is kept for the next piece."""
		self._rest += data
		while self._rest:
			length = _length(self._rest)
			if length > len(self._rest):
				return
			taken, self._rest = self._rest[:length], self._rest[length:]
			answer = _answer(taken)
			if answer is not None:
				yield answer


def split(data: bytes) -> Iterator[Answer]:
	"""The answers in a stream that is whole."""
	return Reader().feed(data)


def _length(data: bytes) -> int:
	if data[0] & 0x93 == 0x10:
		return _AUTOMATIC_LENGTH
	return _PROCESS_LENGTH if _PROCESS_HEADER.startswith(data[:2]) else 1


def _answer(taken: bytes) -> Answer | None:
	byte = taken[0]
	if len(taken) == _AUTOMATIC_LENGTH:
		return Automatic(taken)
	if len(taken) == _PROCESS_LENGTH:
		return ProcessId(taken[2:6].decode("ascii", "replace"))
	if byte & 0x93 == 0x12:
		return RealTime(byte)
	# XON (0x11) and XOFF (0x13) have bit 4 and are no answers.
	return Fenced(byte) if byte & 0x90 == 0 else None


def status_of(answers: Mapping[bytes, int], sensor: Literal["high", "low", "none"] = _HIGH) -> Status:
	"""A printer's condition from its answers to `ASK_PRINTER`, `ASK_PAPER` and, where it is off-line, the
	other two. `sensor` is what the drawer's pin is while it is open."""
	general = answers.get(ASK_PRINTER, 0)
	cause = answers.get(ASK_OFFLINE_CAUSE, 0)
	paper = answers.get(ASK_PAPER, 0)
	return _status(
		drawer=_drawer(bool(general & 0x04), sensor),
		cover_open=bool(cause & 0x04),
		paper_out=bool(paper & 0x60 or cause & 0x20),
		paper_low=bool(paper & 0x0C),
		fault=_error_words(answers.get(ASK_ERROR, 0)) if cause & 0x40 else "",
		offline=bool(general & 0x08),
	)


def status_of_automatic(told: Automatic, sensor: Literal["high", "low", "none"] = _HIGH) -> Status:
	"""The same from the four bytes that a printer sends unasked."""
	general, error, paper = told.bytes[:3]
	return _status(
		drawer=_drawer(bool(general & 0x04), sensor),
		cover_open=bool(general & 0x20),
		paper_out=bool(paper & PAPER_END),
		paper_low=bool(paper & 0x03),
		fault=_error_words(error) if error & 0x68 else "",
		offline=bool(general & 0x08),
	)


def _drawer(pin_high: bool, sensor: Literal["high", "low", "none"]) -> bool | None:
	return None if sensor == "none" else pin_high is (sensor == "high")


def _status(
	*, drawer: bool | None, cover_open: bool, paper_out: bool, paper_low: bool, fault: str, offline: bool
) -> Status:
	if cover_open:
		return Status(Condition.COVER_OPEN, "The cover is open: close it.", drawer, paper_low)
	if paper_out:
		return Status(Condition.PAPER_OUT, "The paper is out: put in a new roll.", drawer, paper_low)
	if fault:
		return Status(Condition.OFFLINE, fault, drawer, paper_low)
	if offline:
		words = "The printer is switched off-line: press its feed button."
		return Status(Condition.OFFLINE, words, drawer, paper_low)
	return Status(Condition.READY, "", drawer, paper_low)


def _error_words(error: int) -> str:
	if error & 0x08:
		return "The cutter is stuck: open the cover and free it."
	if error & 0x20:
		return "The printer reports a fault that it can't recover from: switch it off and on."
	return "The print head is too hot or the printer reports a fault: wait a moment."
