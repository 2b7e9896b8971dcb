"""A USB scanner that acts as a keyboard, taken exclusively on Linux: its keys reach nobody but us.

Without a grab it would type into whatever has the focus, in whatever layout the desktop has. Needs the
extra `hid`.
"""

import select
from collections.abc import Callable, Iterable
from typing import Protocol

from pos_bridge.agent.devices.attached.address import Address
from pos_bridge.agent.devices.attached.line import LineDown
from pos_bridge.agent.devices.attached.scanner import MAX_CODE, scan_of
from pos_bridge.agent.devices.attached.serial_scanner import Watched
from pos_bridge.core.errors import Rejected

KEY_EVENT = 1
DOWN = 1
QUIET_SECONDS = 0.2
_SHIFTS = frozenset({42, 54})
_CONTROLS = frozenset({29, 97})
_ENDS = frozenset({15, 28, 96})
"""Tabulator, Enter, and the Enter of the keypad."""

_ROWS = (
	(2, "1234567890-=", "!@#$%^&*()_+"),
	(16, "qwertyuiop[]", "QWERTYUIOP{}"),
	(30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
	(43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
	(57, " ", " "),
	(71, "789-456+1230.", "789-456+1230."),
)
"""Linux key codes from a first one on; scanners ship with the US layout, and are set to it by their sheet
of codes.
"""
_KEYS = {
	first + place: (plain, shifted)
	for first, plains, shifteds in _ROWS
	for place, (plain, shifted) in enumerate(zip(plains, shifteds, strict=True))
}
_GROUP_SEPARATOR_KEY = 27
"""Ctrl and ] is GS, the separator in GS1 codes."""


class InputEvent(Protocol):
	"""What of an evdev event is looked at."""

	type: int
	code: int
	value: int


class InputDevice(Protocol):
	"""What of an evdev device is used."""

	fd: int

	def grab(self) -> None: ...

	def read(self) -> Iterable[InputEvent]: ...

	def close(self) -> None: ...


class KeyReader:
	"""Key strokes into codes; `ended` holds those that are whole."""

	def __init__(self) -> None:
		self._text = ""
		self._held: set[int] = set()

	def feed(self, events: Iterable[InputEvent]) -> list[str]:
		"""The texts that an Enter or tabulator has ended."""
		ended = []
		for event in events:
			if event.type != KEY_EVENT:
				continue
			if event.code in _ENDS and event.value == DOWN:
				ended.append(self.quiet())
			else:
				self._key(event.code, event.value)
		return [text for text in ended if text]

	def quiet(self) -> str:
		"""What was typed and not ended."""
		text, self._text = self._text, ""
		return text

	def _key(self, code: int, value: int) -> None:
		if code in _SHIFTS | _CONTROLS:
			(self._held.add if value else self._held.discard)(code)
		elif value == DOWN and len(self._text) <= MAX_CODE:
			self._text += self._character(code)

	def _character(self, code: int) -> str:
		if self._held & _CONTROLS:
			return "\x1d" if code == _GROUP_SEPARATOR_KEY else ""
		plain, shifted = _KEYS.get(code, ("", ""))
		return shifted if self._held & _SHIFTS else plain


class HidScanner(Watched):
	"""`open_device` gives an evdev InputDevice; tests bring their own."""

	def __init__(
		self, device: str, path: str, open_device: Callable[[str], InputDevice] | None = None
	) -> None:
		super().__init__(device, "hid")
		self._path = path
		self._open = open_device or _evdev_device

	def _read_until_down(self) -> None:
		try:
			opened = self._open(self._path)
		except OSError as error:
			raise _down(self._path, error) from error
		try:
			opened.grab()
			self._become(True, "")
			self._read(opened)
		except OSError as error:
			raise _down(self._path, error) from error
		finally:
			opened.close()

	def _read(self, opened: InputDevice) -> None:
		reader = KeyReader()
		while not self._stopping.is_set():
			ready, _, _ = select.select([opened.fd], [], [], QUIET_SECONDS)
			for text in reader.feed(opened.read()) if ready else [reader.quiet()]:
				scan = scan_of(text)
				if scan:
					self._on_scan(scan)


def _evdev_device(path: str) -> InputDevice:
	try:
		import evdev
	except ImportError as error:
		raise LineDown("Reading a HID scanner needs evdev: pip install 'pos-bridge[hid]'.") from error
	opened: InputDevice = evdev.InputDevice(path)
	return opened


def _down(path: str, error: OSError) -> LineDown:
	return LineDown(
		f"{path} can't be read ({error.strerror or error}). Is it plugged in, and may the till's user read it"
		" (group input)?"
	)


def hid_scanner(device: str, address: Address) -> HidScanner:
	"""The scanner of an address `hid:/dev/input/by-id/…`; by its id, since numbers change with each
	plugging in.
	"""
	if not address.place.startswith("/dev/input/"):
		raise Rejected(f"{address} is no input device: say hid:/dev/input/by-id/NAME-event-kbd.")
	return HidScanner(device, address.place)
