"""A receipt printer on a serial line, also one that USB shows as such; and a drawer with a line of its own.

The line stays open: status comes unasked, and opening it makes some printers start anew.
"""

import contextlib
import os
import select
import time

from pos_bridge.agent.devices.links.dialogue import TalkingPrinter
from pos_bridge.agent.devices.printer import PrinterAway
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile

DEFAULT_BAUD = 9_600
KICK_SECONDS = 2.0
"""Longest wait for a drawer's line to take its byte."""
_KICK = b"\x07"
"""Any character opens a drawer that has a line of its own; BEL is what they are sold with."""
_CHUNK = 4_096


def serial_printer(device: str, baud: int, profile: PrinterProfile = GENERIC_80MM) -> TalkingPrinter:
	"""The printer at a serial device, such as /dev/ttyUSB0 or COM3."""
	name = f"The printer at {device}"
	return TalkingPrinter("serial", name, lambda: SerialLink(device, baud), profile, hold=True)


class SerialLink:
	"""8 data bits, no parity; the printer stops us by XOFF, which no answer of it can be taken for."""

	def __init__(self, device: str, baud: int = DEFAULT_BAUD) -> None:
		import serial

		try:
			self._port = serial.Serial(
				device,
				baud,
				timeout=0,
				write_timeout=0,
				xonxoff=True,
				exclusive=None if os.name == "nt" else True,
			)
		except (serial.SerialException, ValueError, OSError) as error:
			raise OSError(f"{device} can't be opened: {error}") from error
		except Exception as error:  # BLE001 - pyserial raises its own, termios.error, TypeError
			raise OSError(f"{device} can't be set up: {error}") from error

	def write(self, data: bytes, seconds: float) -> int:
		if os.name == "posix" and not select.select([], [self._port.fileno()], [], seconds)[1]:
			return 0
		return int(self._port.write(data) or 0)

	def read(self, seconds: float) -> bytes:
		deadline = time.monotonic() + seconds
		while not (received := bytes(self._port.read(_CHUNK))):
			left = deadline - time.monotonic()
			if left <= 0:
				return b""
			if os.name == "posix":
				select.select([self._port.fileno()], [], [], left)
			else:
				time.sleep(min(left, 0.01))
		return received

	def close(self) -> None:
		# A line that is gone has nothing to let go of.
		with contextlib.suppress(Exception):
			self._port.close()


class SerialDrawer:
	"""A cash drawer on a serial line of its own: a character opens it. It can't say whether it is open."""

	def __init__(self, device: str, baud: int = DEFAULT_BAUD) -> None:
		self._device, self._baud = device, baud

	def kick(self) -> None:
		"""Open it. Raises PrinterAway when the line is not there."""
		try:
			link = SerialLink(self._device, self._baud)
			try:
				taken = link.write(_KICK, KICK_SECONDS)
			finally:
				link.close()
		except OSError as error:
			raise PrinterAway(f"The drawer at {self._device} can't be opened: {error}") from error
		if not taken:
			raise PrinterAway(f"The drawer at {self._device} takes nothing: check its cable.")
