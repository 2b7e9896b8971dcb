"""Reads what an ESC/POS printer sends back, byte by byte, by the fixed bits that tell its answers apart.

It never takes an answer of one kind for another: that is how a driver prints with an open cover.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pos_bridge.agent.devices.printer import Condition, Status

ASK_PRINTER, ASK_OFFLINE_CAUSE, ASK_ERROR, ASK_PAPER = (b"\x10\x04" + bytes((n,)) for n in (1, 2, 3, 4))
"""`DLE EOT n`: answered in real time, also by a printer that is off-line."""

FENCE = b"\x1dr\x01"
"""`GS r 1` is carried out in order with the data: its answer says that all before it has been taken."""

_AUTOMATIC_LENGTH = 4


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


Answer = RealTime | Automatic | Fenced


def split(data: bytes) -> Iterator[Answer]:
	"""Tell the answers in a stream apart (Epson's ESC/POS reference, `DLE EOT` and `GS a`)."""
	position = 0
	while position < len(data):
		byte = data[position]
		if byte & 0x93 == 0x10:
			yield Automatic(data[position : position + _AUTOMATIC_LENGTH])
			position += _AUTOMATIC_LENGTH
			continue
		if byte & 0x93 == 0x12:
			yield RealTime(byte)
		elif byte & 0x90 == 0:  # XON (0x11) and XOFF (0x13) have bit 4 and fall through
			yield Fenced(byte)
		position += 1


def status_of(answers: Mapping[bytes, int]) -> Status:
	"""A printer's condition from its answers to `ASK_PRINTER` and, where it is off-line, the other three."""
	general = answers.get(ASK_PRINTER, 0)
	cause = answers.get(ASK_OFFLINE_CAUSE, 0)
	drawer_open = bool(general & 0x04)
	if cause & 0x04:
		return Status(Condition.COVER_OPEN, "The cover is open: close it.", drawer_open)
	if answers.get(ASK_PAPER, 0) & 0x60 or cause & 0x20:
		return Status(Condition.PAPER_OUT, "The paper is out: put in a new roll.", drawer_open)
	if cause & 0x40:
		return Status(Condition.OFFLINE, _error_words(answers.get(ASK_ERROR, 0)), drawer_open)
	if general & 0x08:
		return Status(
			Condition.OFFLINE, "The printer is switched off-line: press its feed button.", drawer_open
		)
	return Status(Condition.READY, "", drawer_open)


def _error_words(error: int) -> str:
	if error & 0x08:
		return "The cutter is stuck: open the cover and free it."
	if error & 0x20:
		return "The printer reports a fault that it can't recover from: switch it off and on."
	return "The print head is too hot or the printer reports a fault: wait a moment."
