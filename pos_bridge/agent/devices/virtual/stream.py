"""Cuts a stream of ESC/POS bytes into text, commands and bytes that are neither, wherever the pieces break.

It carries nothing out. Lengths and tables are from Epson's command reference, not from our encoder.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_COMMAND_STARTS = frozenset(b"\x1b\x1d\x1c\x10")
_LINE_FEED, _CARRIAGE_RETURN = 0x0A, 0x0D
_BUFFER_CLEAR = 8

_FIXED: Mapping[bytes, int] = {
	**dict.fromkeys((b"\x1b@", b"\x1b2", b"\x1c."), 0),
	**dict.fromkeys((b"\x1b!", b"\x1ba", b"\x1bE", b"\x1bG", b"\x1b-", b"\x1bt", b"\x1bd"), 1),
	**dict.fromkeys((b"\x1bJ", b"\x1b3", b"\x1bM", b"\x1bR", b"\x10\x04"), 1),
	**dict.fromkeys((b"\x1d!", b"\x1dB", b"\x1da", b"\x1dr", b"\x1dh", b"\x1dw", b"\x1dH", b"\x1df"), 1),
	b"\x1bp": 3,
}
"""Bytes after the name, for the commands that always have as many."""

_MEASURED = frozenset({b"\x1dV", b"\x1dk", b"\x1d(k", b"\x1d(H", b"\x1dv", b"\x10\x14"})
"""Commands whose first bytes tell their length."""


CHARACTER_TABLES: Mapping[int, str] = {
	**{0: "437", 2: "850", 3: "860", 4: "863", 5: "865", 13: "857", 14: "737", 15: "iso8859-7"},
	**{16: "cp1252", 17: "866", 18: "852", 19: "858", 33: "775", 34: "855", 35: "861", 36: "862"},
	**{38: "869", 39: "iso8859-2", 40: "iso8859-15", 45: "cp1250", 46: "cp1251", 47: "cp1253"},
	**{48: "cp1254", 51: "cp1257", 52: "cp1258"},
}
"""`ESC t` numbers of Epson's character code tables, kept apart from the encoder's own list on purpose."""


@dataclass(frozen=True, slots=True)
class Characters:
	"""Bytes of printable characters in whatever code page is selected."""

	data: bytes


@dataclass(frozen=True, slots=True)
class Command:
	"""A whole command: its name as sent (`ESC p` is b"\\x1bp") and what follows. Line feed is b"\\n"."""

	name: bytes
	arguments: bytes


@dataclass(frozen=True, slots=True)
class Unknown:
	"""Bytes that are no command of this printer, and where in the stream they came."""

	offset: int
	data: bytes


Token = Characters | Command | Unknown


class Stream:
	"""Remembers the beginning of a command until its end comes."""

	def __init__(self) -> None:
		self._pending = b""
		self.offset = 0

	@property
	def unfinished(self) -> bytes:
		"""The beginning of a command whose end has not come."""
		return self._pending

	def read(self, data: bytes) -> Iterator[Token]:
		"""What the stream holds now; a command that is cut off is kept for the next piece."""
		self._pending += data
		while self._pending and (token := self._next(self._pending)):
			length = _length_of(token)
			self._pending = self._pending[length:]
			self.offset += length
			yield token

	def _next(self, data: bytes) -> Token | None:
		byte = data[0]
		if byte in _COMMAND_STARTS:
			return self._command(data)
		if byte in (_LINE_FEED, _CARRIAGE_RETURN):
			return Command(data[:1], b"")
		end = next((at for at, byte in enumerate(data) if byte < 0x20 or byte == 0x7F), len(data))
		return Characters(data[:end]) if end else Unknown(self.offset, data[:1])

	def _command(self, data: bytes) -> Token | None:
		name = data[:3] if data[:2] == b"\x1d(" else data[:2]
		if len(name) < 2 or name == b"\x1d(":
			return None
		if name not in _FIXED and name not in _MEASURED:
			return Unknown(self.offset, name)
		rest = data[len(name) :]
		length = _FIXED.get(name, _measured_length(name, rest))
		return Command(name, rest[:length]) if 0 <= length <= len(rest) else None


def _length_of(token: Token) -> int:
	return len(token.name) + len(token.arguments) if isinstance(token, Command) else len(token.data)


def _measured_length(name: bytes, rest: bytes) -> int:
	"""Bytes after the name, or -1 where those that tell have not come."""
	if name in (b"\x1d(k", b"\x1d(H"):
		return 2 + rest[0] + 256 * rest[1] if len(rest) >= 2 else -1
	if name == b"\x1dv":
		size = rest[2:6]
		rows = size[2] + 256 * size[3] if len(size) == 4 else 0
		return 6 + (size[0] + 256 * size[1]) * rows if len(size) == 4 else -1
	if not rest:
		return -1
	if name == b"\x1dV":
		return 2 if rest[0] in (65, 66) else 1
	if name == b"\x10\x14":
		return 8 if rest[0] == _BUFFER_CLEAR else 3
	if rest[0] <= 6:
		return rest.find(0, 1) + 1 or -1
	return 2 + rest[1] if len(rest) >= 2 else -1
