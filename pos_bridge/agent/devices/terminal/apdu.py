"""ZVT's messages as bytes (ZVT protocol, revision 13, chapters 3 and 8): APDUs, and the fields inside of
them.

It holds no connection; fields with a card's number or track are skipped, never returned.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from pos_bridge.core.errors import Malformed

LONG_LENGTH = 0xFF
MAX_APDU = 16 * 1024

_FIXED: Mapping[int, int] = {
	0x01: 1,
	0x02: 1,
	0x03: 1,
	0x04: 6,
	0x05: 1,
	0x0B: 3,
	0x0C: 3,
	0x0D: 2,
	0x0E: 2,
	0x17: 2,
	0x19: 1,
	0x27: 1,
	0x29: 4,
	0x2A: 15,
	0x37: 3,
	0x3A: 2,
	0x3B: 8,
	0x3D: 3,
	0x49: 2,
	0x87: 2,
	0x88: 3,
	0x8A: 1,
	0x8C: 1,
	0xA0: 1,
	0xAA: 3,
	0xBA: 5,
	0xD0: 1,
	0xD1: 1,
	0xD2: 1,
	0xD3: 1,
}
"""Bytes of the fields with a fixed length."""
_TWO_DIGITS = frozenset((0x22, 0x23, 0x2D, 0x8B, 0xA7))
_THREE_DIGITS = frozenset((0x24, 0x2E, 0x3C, 0x60, 0x92, 0x9A, 0xAF))
"""Fields whose length is written in two or three digits in front, F0 to F9 each."""
TLV = 0x06
_TRACKS = frozenset((0x23, 0x24, 0x2D, 0x2E))
PAN = 0x22
SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Apdu:
	"""One message: two bytes that say what it is, and its data."""

	command: int
	data: bytes = b""

	def __str__(self) -> str:
		return f"{self.command >> 8:02X} {self.command & 0xFF:02X}"

	def encode(self) -> bytes:
		length = len(self.data)
		head = self.command.to_bytes(2, "big")
		if length < LONG_LENGTH:
			return head + bytes((length,)) + self.data
		return head + bytes((LONG_LENGTH,)) + length.to_bytes(2, "little") + self.data


async def read_apdu(reader: asyncio.StreamReader) -> Apdu:
	"""The next message; `IncompleteReadError` if the line ends, `Malformed` if it is larger than any that
	is known.
	"""
	head = await reader.readexactly(3)
	length = head[2]
	if length == LONG_LENGTH:
		length = int.from_bytes(await reader.readexactly(2), "little")
	if length > MAX_APDU:
		raise Malformed(f"The terminal announced a message of {length} bytes.")
	return Apdu(int.from_bytes(head[:2], "big"), await reader.readexactly(length))


def bcd(number: int, size: int) -> bytes:
	"""A whole number as `size` bytes of two digits each."""
	return bytes.fromhex(f"{number:0{2 * size}d}")


def digits(field: bytes) -> str:
	"""The digits of a BCD field as they stand; one that holds no digits is ""."""
	text = field.hex()
	return text if text.isdecimal() else ""


def fields(data: bytes) -> Mapping[int, bytes]:
	"""The fields of a message by their numbers, without tracks, and of a card's number the last four digits
	only.

	It stops at the first field that it does not know, since nobody can tell how long that is.
	"""
	found: dict[int, bytes] = {}
	at = 0
	while at < len(data):
		number = data[at]
		start, length = _extent(number, data, at + 1)
		value = data[start : start + length]
		if length < 0 or len(value) < length:
			break
		if number == PAN:
			found[number] = _last_digits(value)
		elif number not in _TRACKS:
			found.setdefault(number, value)
		at = start + length
	return found


def _extent(number: int, data: bytes, at: int) -> tuple[int, int]:
	"""Where a field's value begins and how long it is; below zero if that can't be told."""
	if number in _FIXED:
		return at, _FIXED[number]
	if number in _TWO_DIGITS:
		return at + 2, _counted(data[at : at + 2], 2)
	if number in _THREE_DIGITS:
		return at + 3, _counted(data[at : at + 3], 3)
	return _tlv_length(data, at) if number == TLV else (at, -1)


def _counted(prefix: bytes, size: int) -> int:
	if len(prefix) < size or any(byte & 0xF0 != 0xF0 or byte & 0x0F > 9 for byte in prefix):
		return -1
	return int("".join(str(byte & 0x0F) for byte in prefix))


def _tlv_length(data: bytes, at: int) -> tuple[int, int]:
	"""BER: one byte below 128, or 81 or 82 and one or two more."""
	first = data[at] if at < len(data) else 0xFF
	if first < 0x80:
		return at + 1, first
	size = first & 0x7F
	if size not in (1, 2) or len(data) < at + 1 + size:
		return at, -1
	return at + 1 + size, int.from_bytes(data[at + 1 : at + 1 + size], "big")


def _last_digits(field: bytes) -> bytes:
	"""At most four digits from the end; terminals mask the others as E, and fill an odd number up with F."""
	return field.hex().rstrip("f")[-SHOWN_DIGITS:].encode("ascii")
