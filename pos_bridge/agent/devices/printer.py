"""The port of every receipt printer: bytes in, a condition out. It never knows what the bytes mean."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from pos_bridge.agent.devices.profile import PrinterProfile
from pos_bridge.core.errors import Rejected, Retryable


class Condition(str, Enum):
	"""What a printer says of itself, in the words of the protocol."""

	READY = "ready"
	PAPER_OUT = "paper_out"
	COVER_OPEN = "cover_open"
	OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Status:
	"""A printer's condition, why, the drawer: None where the printer doesn't tell; and whether the roll is
	near its end, which stops nothing yet."""

	condition: Condition
	reason: str = ""
	drawer_open: bool | None = None
	paper_low: bool = False

	@property
	def ready(self) -> bool:
		return self.condition is Condition.READY


class PrinterAway(Retryable):
	"""Not one byte of the job left this machine: sending all of it again prints it once."""

	code = "printer_away"


class PrintUnsure(Rejected):
	"""The job broke off after `sent` of `total` bytes: how much is on paper, only a person can see.

	No `Retryable`, because the same call again may print a second receipt that looks like the first.
	"""

	code = "print_unsure"

	def __init__(self, message: str, sent: int, total: int) -> None:
		super().__init__(message)
		self.sent = sent
		self.total = total


def broken_off(words: str, sent: int, total: int) -> PrinterAway | PrintUnsure:
	"""The error for a job that ended after `sent` of `total` bytes; `words` say where and why."""
	if sent == 0:
		return PrinterAway(f"{words} Nothing was printed; it is tried again.")
	return PrintUnsure(f"{words} {sent} of {total} bytes were sent: look at the paper.", sent, total)


Tell = Callable[[Status], bool]
"""Told what the printer says while a job is at it; False if nobody can wait any longer."""


def nobody(_: Status) -> bool:
	"""Listens to nothing, waits for ever."""
	return True


class Printer(Protocol):
	"""A printer that one thread uses at a time."""

	@property
	def kind(self) -> str:
		"""virtual | network | serial | usb | cups | file"""

	@property
	def profile(self) -> PrinterProfile: ...

	def status(self) -> Status:
		"""Ask the printer; silence is `offline`. Never raises for a printer that is away."""

	def send(self, data: bytes, tell: Tell = nobody) -> str:
		"""Deliver one whole job; what this printer can't vouch for comes back in words, "" if all is proven.

		Raises PrinterAway (nothing left this machine) or PrintUnsure (some of it did, and nobody knows).
		"""

	def watch(self, changed: Callable[[], None]) -> None:
		"""Call `changed`, from any thread, when `status` is worth asking again; some printers never do."""

	def close(self) -> None: ...
