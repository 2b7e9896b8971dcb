"""Carries out ESC/POS commands as a receipt printer's firmware does, and shows what a stream really does.

Written from Epson's command reference, not from our encoder: what the encoder lets through becomes visible.
It never guesses; a byte that it does not know is recorded in `unknown`.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pos_bridge.agent.devices.virtual.codes import code128_modules, code128_text
from pos_bridge.agent.devices.virtual.paper import (
	PLAIN,
	Alignment,
	Bars,
	Bitmap,
	Mark,
	QrCode,
	Slip,
	Style,
	Styled,
	TextLine,
)
from pos_bridge.agent.devices.virtual.stream import CHARACTER_TABLES, Characters, Command, Stream, Unknown

MAX_SLIP_MARKS = 2_000
"""Lines on one piece of paper; after that it counts as torn off."""
MAX_UNKNOWN = 100
"""Unknown commands that are remembered."""

_ALIGNMENTS: Mapping[int, Alignment] = {0: "left", 1: "center", 2: "right"}
_QR_LEVELS = {48: "L", 49: "M", 50: "Q", 51: "H"}
_CODE128 = 73
_PINS = {0: 2, 1: 5}


@dataclass(slots=True)
class _Settings:
	"""All that `ESC @` resets."""

	style: Style = PLAIN
	align: Alignment = "left"
	page: int = 0
	automatic_status: int = 0
	bar_height: int = 162
	bar_width: int = 3
	bar_text: int = 0
	qr_dots: int = 3
	qr_level: str = "L"
	qr_text: str = ""


class Interpreter:
	"""A receipt printer without a case: `feed` it bytes; read its paper, drawer, answers and complaints."""

	def __init__(self, columns: int) -> None:
		self.columns = columns
		self.finished: list[Slip] = []
		self.pulses: list[int] = []
		"""Connector pins (2 or 5) that were pulsed, in order."""
		self.unknown: deque[Unknown] = deque(maxlen=MAX_UNKNOWN)
		self.drawer_open = False
		self.cover_open = False
		self.paper_out = False
		self.paper_low = False
		self._answers = bytearray()
		self._stream = Stream()
		self._settings = _Settings()
		self._line: list[Styled] = []
		self._marks: list[Mark] = []
		self._slips = 0
		self._commands = {**self._layout_commands(), **self._device_commands()}

	def _layout_commands(self) -> Mapping[bytes, Callable[[bytes], None]]:
		return {
			b"\n": lambda _: self._end_line(),
			b"\r": _ignore,
			b"\x1b@": self._initialise,
			b"\x1b!": self._print_mode,
			b"\x1ba": self._align,
			b"\x1bE": lambda n: self._restyle(bold=bool(n[0] & 1)),
			b"\x1bG": lambda n: self._restyle(bold=bool(n[0] & 1)),
			b"\x1b-": lambda n: self._restyle(underline=n[0] % 48 in (1, 2)),
			b"\x1bt": self._select_page,
			b"\x1bd": lambda n: self._feed(n[0]),
			b"\x1bJ": lambda n: self._feed(1),
			b"\x1b2": _ignore,
			b"\x1b3": _ignore,
			b"\x1bM": _ignore,
			b"\x1bR": self._international,
			b"\x1c.": _ignore,
			b"\x1d!": lambda n: self._restyle(width=(n[0] >> 4 & 7) + 1, height=(n[0] & 7) + 1),
			b"\x1dB": lambda n: self._restyle(inverse=bool(n[0] & 1)),
		}

	def _device_commands(self) -> Mapping[bytes, Callable[[bytes], None]]:
		return {
			b"\x1bp": lambda n: self._pulse(n[0]),
			b"\x1da": self._automatic_status,
			b"\x1dr": self._transmit_status,
			b"\x1dV": self._cut,
			b"\x1dh": lambda n: self._set(bar_height=n[0]),
			b"\x1dw": lambda n: self._set(bar_width=n[0]),
			b"\x1dH": lambda n: self._set(bar_text=n[0] % 48),
			b"\x1df": _ignore,
			b"\x1dk": self._bar_code,
			b"\x1d(k": self._two_dimensional,
			b"\x1d(H": self._process_id,
			b"\x1dv": self._bitmap,
			b"\x10\x04": self._real_time_status,
			b"\x10\x14": self._real_time_request,
		}

	def feed(self, data: bytes) -> None:
		"""Carry out a piece of the stream; a command may be cut anywhere between two pieces."""
		for token in self._stream.read(data):
			if isinstance(token, Characters):
				self._print(token.data)
			elif isinstance(token, Command):
				self._commands[token.name](token.arguments)
			else:
				self.unknown.append(token)

	def current(self) -> Slip:
		"""The paper that hangs out of the printer."""
		return Slip(self._slips + 1, tuple(self._marks))

	def take_answers(self) -> bytes:
		"""What the printer has sent back since it was last asked."""
		answers = bytes(self._answers)
		self._answers.clear()
		return answers

	def notice_change(self) -> None:
		"""The paper, the cover or the drawer changed: say so unasked where `GS a` wants it."""
		if self._settings.automatic_status:
			self._answers += self._automatic_bytes()

	def _complain(self, name: bytes, arguments: bytes) -> None:
		self.unknown.append(Unknown(self._stream.offset, name + arguments))

	# Paper

	def _print(self, data: bytes) -> None:
		style = self._settings.style
		text = data.decode(CHARACTER_TABLES[self._settings.page], "replace")
		while text:
			room = (self.columns - self._used()) // style.width
			if room < 1:
				self._end_line()
				continue
			self._line.append(Styled(text[:room], style))
			text = text[room:]

	def _used(self) -> int:
		return sum(len(run.text) * run.style.width for run in self._line)

	def _end_line(self) -> None:
		self._mark(TextLine(self._settings.align, _joined(self._line)))
		self._line = []

	def _mark(self, mark: Mark) -> None:
		self._marks.append(mark)
		if len(self._marks) >= MAX_SLIP_MARKS:
			self._finish_slip(None)

	def _feed(self, lines: int) -> None:
		for _ in range(lines):
			self._end_line()

	def _cut(self, arguments: bytes) -> None:
		self._finish_slip("full" if arguments[0] in (0, 48, 65) else "partial")

	def _finish_slip(self, cut: Literal["full", "partial"] | None) -> None:
		if self._line:
			self._end_line()
		if self._marks:
			self.finished.append(replace(self.current(), cut=cut))
			self._slips += 1
			self._marks = []

	# Settings

	def _set(self, **changes: Any) -> None:  # noqa: ANN401 - each setting has its own type
		self._settings = replace(self._settings, **changes)

	def _restyle(self, **changes: Any) -> None:  # noqa: ANN401 - each setting has its own type
		self._set(style=replace(self._settings.style, **changes))

	def _initialise(self, _: bytes) -> None:
		self._settings = _Settings()
		self._line = []

	def _print_mode(self, n: bytes) -> None:
		size = {"width": 2 if n[0] & 0x20 else 1, "height": 2 if n[0] & 0x10 else 1}
		self._restyle(bold=bool(n[0] & 0x08), underline=bool(n[0] & 0x80), **size)

	def _align(self, n: bytes) -> None:
		if n[0] % 48 in _ALIGNMENTS:
			self._set(align=_ALIGNMENTS[n[0] % 48])
		else:
			self._complain(b"\x1ba", n)

	def _select_page(self, n: bytes) -> None:
		if n[0] in CHARACTER_TABLES:
			self._set(page=n[0])
		else:
			self._complain(b"\x1bt", n)

	def _international(self, n: bytes) -> None:
		if n[0] != 0:
			self._complain(b"\x1bR", n)

	# Codes

	def _bar_code(self, arguments: bytes) -> None:
		kind, data = arguments[0], arguments[2:]
		try:
			if kind != _CODE128:
				raise ValueError(f"bar code {kind} is not drawn here")
			modules, text = code128_modules(data), code128_text(data)
		except ValueError:
			self._complain(b"\x1dk", arguments)
			return
		now = self._settings
		below = now.bar_text in (2, 3)
		self._mark(Bars(now.align, "code128", text, modules, now.bar_width, now.bar_height, below))

	def _two_dimensional(self, arguments: bytes) -> None:
		kind, function, data = arguments[2:3], arguments[3:4], arguments[4:]
		if kind != b"1" or not function or not self._qr_function(function[0], data):
			self._complain(b"\x1d(k", arguments)

	def _qr_function(self, function: int, data: bytes) -> bool:
		if function == 67 and data and 1 <= data[0] <= 16:
			self._set(qr_dots=data[0])
		elif function == 69 and data and data[0] in _QR_LEVELS:
			self._set(qr_level=_QR_LEVELS[data[0]])
		elif function == 80 and data[:1] == b"0":
			self._set(qr_text=data[1:].decode("utf-8", "replace"))
		elif function == 81 and data[:1] == b"0" and self._settings.qr_text:
			now = self._settings
			self._mark(QrCode(now.align, now.qr_text, now.qr_level, now.qr_dots))
		else:
			return function == 65
		return True

	def _bitmap(self, arguments: bytes) -> None:
		width, dots = arguments[2] + 256 * arguments[3], arguments[6:]
		if arguments[:2] != b"0\x00" or not dots:
			self._complain(b"\x1dv", arguments[:6])
			return
		rows = (dots[at : at + width] for at in range(0, len(dots), width))
		self._mark(Bitmap(tuple("".join(f"{byte:08b}" for byte in row) for row in rows)))

	# Drawer and status

	def _pulse(self, pin: int) -> None:
		if pin % 48 not in _PINS:
			self._complain(b"\x1bp", bytes((pin,)))
			return
		self.pulses.append(_PINS[pin % 48])
		self.drawer_open = True
		self.notice_change()

	def _real_time_request(self, arguments: bytes) -> None:
		if arguments[0] == 1:
			self._pulse(arguments[1])
		else:
			self._complain(b"\x10\x14", arguments)

	def _automatic_status(self, n: bytes) -> None:
		self._set(automatic_status=n[0])
		self.notice_change()

	def _automatic_bytes(self) -> bytes:
		offline = 0x08 if self.cover_open or self.paper_out else 0
		general = 0x10 | (0x04 if self.drawer_open else 0) | offline | (0x20 if self.cover_open else 0)
		return bytes((general, 0, self._roll_sensors(), 0))

	def _roll_sensors(self) -> int:
		return (0x03 if self.paper_low or self.paper_out else 0) | (0x0C if self.paper_out else 0)

	def _process_id(self, arguments: bytes) -> None:
		"""`GS ( H` function 48: its number comes back when all before it is on paper."""
		if len(arguments) == 8 and arguments[2:4] == b"00":
			self._answers += b"\x37\x22" + arguments[4:] + b"\x00"
		else:
			self._complain(b"\x1d(H", arguments)

	def _transmit_status(self, n: bytes) -> None:
		if n[0] % 48 == 1:
			self._answers.append(self._roll_sensors())
		elif n[0] % 48 == 2:
			self._answers.append(0x01 if self.drawer_open else 0)
		else:
			self._complain(b"\x1dr", n)

	def _real_time_status(self, n: bytes) -> None:
		offline = self.cover_open or self.paper_out
		bits = {
			1: (0x04 if self.drawer_open else 0) | (0x08 if offline else 0),
			2: (0x04 if self.cover_open else 0) | (0x20 if self.paper_out else 0),
			3: 0,
			4: (0x60 if self.paper_out else 0) | (0x0C if self.paper_low or self.paper_out else 0),
		}
		if n[0] in bits:
			self._answers.append(0x12 | bits[n[0]])
		else:
			self._complain(b"\x10\x04", n)


def _ignore(_: bytes) -> None:
	"""A command that changes nothing shown here: line spacing, font, two-byte characters off."""


def _joined(runs: list[Styled]) -> tuple[Styled, ...]:
	joined: list[Styled] = []
	for run in runs:
		if joined and joined[-1].style == run.style:
			run = Styled(joined.pop().text + run.text, run.style)
		joined.append(run)
	return tuple(joined)
