"""A serial line that may be unplugged at any moment, by pyserial: real ports, ptys, `socket://`, `rfc2217://`.

It knows no device's language, and never waits for ever.
"""

from dataclasses import dataclass
from typing import Any

from pos_bridge.agent.devices.attached.address import Address
from pos_bridge.core.errors import Rejected, Retryable

READ_SECONDS = 0.2
WRITE_SECONDS = 1.0
MAX_ANSWER_BYTES = 256


class LineDown(Retryable):
	"""The line can't be opened, or broke: unplugged, without power, or not ours to use."""

	code = "line_down"


@dataclass(frozen=True, slots=True)
class LineSettings:
	"""How a device's line is set; scales are particular about it."""

	place: str
	baud: int = 9_600
	bits: int = 8
	parity: str = "N"
	stop: int = 1


def settings_of(address: Address, baud: int, bits: int, parity: str) -> LineSettings:
	"""The line of an address, with what is usual for its device where the address says nothing."""
	chosen = address.options.get("parity", parity).upper()
	settings = LineSettings(
		address.place,
		address.number("baud", baud),
		address.number("bits", bits),
		chosen,
		address.number("stop", 1),
	)
	if (
		not settings.place
		or settings.bits not in (7, 8)
		or chosen not in ("N", "E", "O")
		or settings.stop not in (1, 2)
	):
		raise Rejected(
			f"{address} names no serial line: a place, bits 7 or 8, parity N, E or O, stop 1 or 2."
		)
	return settings


class Line:
	"""One opened line. Every fault of the port is `LineDown`."""

	def __init__(self, settings: LineSettings) -> None:
		import serial  # pyserial is loaded by the first device that needs it

		self.settings = settings
		try:
			self._port: Any = serial.serial_for_url(
				settings.place,
				baudrate=settings.baud,
				bytesize=settings.bits,
				parity=settings.parity,
				stopbits=settings.stop,
				timeout=READ_SECONDS,
				write_timeout=WRITE_SECONDS,
				exclusive=None if "://" in settings.place else True,
			)
		except Exception as error:
			raise _down(settings, error) from error

	def read(self) -> bytes:
		"""What came, at once; empty after `READ_SECONDS` of silence."""
		try:
			first: bytes = self._port.read(1)
			return first + self._port.read(min(self._port.in_waiting, MAX_ANSWER_BYTES)) if first else b""
		except Exception as error:
			raise _down(self.settings, error) from error

	def ask(self, question: bytes, end: bytes, seconds: float) -> bytes:
		"""Drop what is old, send, and read up to `end`; what came so far if the time is over."""
		try:
			self._port.reset_input_buffer()
			self._port.timeout = seconds
			self._port.write(question)
			answer: bytes = self._port.read_until(end, MAX_ANSWER_BYTES)
			return answer
		except Exception as error:
			raise _down(self.settings, error) from error

	def close(self) -> None:
		try:
			self._port.close()
		except Exception:  # noqa: BLE001 - an unplugged port can't be closed in order; it is gone either way
			return


def _down(settings: LineSettings, error: Exception) -> LineDown:
	cause = str(error) or type(error).__name__
	return LineDown(
		f"{settings.place} does not work ({cause}). Check cable, power and the till user's rights."
	)
