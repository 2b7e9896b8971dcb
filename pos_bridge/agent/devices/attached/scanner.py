"""What a scanner sends, cut into codes: prefix and suffix taken off, control characters dropped, the
symbology named.

It looks no item up, and a code never becomes a command: only its text goes on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_bridge.agent.devices.text import clean

MAX_CODE = 400
"""Characters of a code; what is longer was no code, or two at once, and is dropped and counted."""
GROUP_SEPARATOR = "\x1d"
"""FNC1 between the elements of a GS1 code: the only control character that means something."""
SUFFIXES = ("\r\n", "\r", "\n", "\t")

_AIM = re.compile(r"\](?P<letter>[A-Za-z])(?P<modifier>[0-9A-Fa-f])")
_GS1_MODIFIERS = {"C": "1", "d": "2", "Q": "3", "J": "1", "e": "0"}
_SYMBOLOGIES = {
	"A": "Code 39",
	"C": "Code 128",
	"E": "EAN/UPC",
	"F": "Codabar",
	"G": "Code 93",
	"I": "Interleaved 2 of 5",
	"L": "PDF417",
	"Q": "QR Code",
	"d": "Data Matrix",
	"e": "GS1 DataBar",
	"J": "DotCode",
	"z": "Aztec Code",
}
"""ISO/IEC 15424: the letter behind the bracket."""


@dataclass(frozen=True, slots=True)
class Scan:
	"""A code as it was read, with its AIM identifier if the scanner sends one, and what that says."""

	code: str
	symbology: str


@dataclass(frozen=True, slots=True)
class DeviceStatus:
	"""What is known of a device: `reason` says in words why it is not online."""

	device: str
	kind: str
	online: bool
	reason: str


OnScan = Callable[[Scan], None]
OnStatus = Callable[[DeviceStatus], None]


class Scanner(Protocol):
	"""Reads codes in a thread of its own and tells them from there. Plugging in and out is its own affair."""

	def start(self, on_scan: OnScan, on_status: OnStatus) -> None: ...

	def stop(self) -> None: ...

	def status(self) -> DeviceStatus: ...


def scan_of(raw: bytes | str) -> Scan | None:
	"""The code in what a scanner sent between two ends; None if nothing of it is one."""
	text = raw if isinstance(raw, str) else _decoded(raw)
	parts = [clean(part).strip() for part in text.split(GROUP_SEPARATOR)]
	code = GROUP_SEPARATOR.join(parts).strip(GROUP_SEPARATOR)
	if not 0 < len(code) <= MAX_CODE or not code.strip("]"):
		return None
	return Scan(code, symbology_of(code))


def symbology_of(code: str) -> str:
	"""What an AIM identifier in front of a code says; "" if there is none, or one that we don't know."""
	found = _AIM.match(code)
	if not found:
		return ""
	letter = found["letter"]
	name = _SYMBOLOGIES.get(letter, "")
	of_gs1 = _GS1_MODIFIERS.get(letter) == found["modifier"]
	return f"GS1 {name}" if name and of_gs1 and not name.startswith("GS1") else name


def _decoded(raw: bytes) -> str:
	try:
		return raw.decode("utf-8")
	except UnicodeDecodeError:
		return raw.decode("latin-1")


class Framing:
	"""Cuts a stream into codes. `prefix` is what a scanner puts in front of each, if it was set up so."""

	def __init__(self, prefix: str = "", suffix: str = "") -> None:
		"""Without `suffix`, a line's end of any kind or a tabulator ends a code."""
		self._prefix = prefix.encode("latin-1", "ignore")
		ends = (suffix,) if suffix else SUFFIXES
		self._end = re.compile(b"|".join(re.escape(end.encode("latin-1", "ignore")) for end in ends))
		self._left = b""
		self.dropped = 0
		"""Codes that were too long, or empty behind their prefix."""

	def feed(self, data: bytes) -> list[Scan]:
		"""The codes that are whole now."""
		*whole, self._left = self._end.split(self._left + data)
		if len(self._left) > 4 * MAX_CODE:
			self._left = b""
			self.dropped += 1
		return self._codes(whole)

	def quiet(self) -> list[Scan]:
		"""Nothing more came: a scanner that sends no suffix ends its codes so."""
		left, self._left = self._left, b""
		return self._codes([left])

	def _codes(self, raws: list[bytes]) -> list[Scan]:
		wanted = [raw.removeprefix(self._prefix) for raw in raws if raw.strip()]
		found = [scan_of(raw) for raw in wanted]
		self.dropped += found.count(None)
		return [scan for scan in found if scan]
