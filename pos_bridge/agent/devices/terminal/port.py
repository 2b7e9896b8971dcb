"""The seam to card terminals: what is asked, what comes back, and the Protocol that each driver keeps.

It does nothing, and has no field that a card's number would fit into.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from pos_bridge.agent.devices.text import clean
from pos_bridge.core.codes.card_numbers import without_card_numbers

MAX_TEXT = 60
MAX_LINES = 120
MAX_LINE = 64
TEXTS = ("scheme", "last_four", "auth_code", "trace", "terminal_id", "receipt_number")


@dataclass(frozen=True, slots=True)
class Asked:
	"""One thing that a terminal is asked for. `against` is what a reversal takes back.

	`before_trace` is the terminal's last transaction that we know of from before this one, "" if none is
	known.
	"""

	ref: str
	kind: str
	amount_minor: int
	currency: str
	before_trace: str = ""
	against: "CardResult | None" = None


@dataclass(frozen=True, slots=True)
class CardResult:
	"""What became of it.

	outcome: approved | declined | cancelled | failed (nothing was charged) | unsure (nobody knows yet).
	`lines` are the receipt's, as the terminal would print them.
	"""

	outcome: str
	reason: str = ""
	scheme: str = ""
	last_four: str = ""
	auth_code: str = ""
	trace: str = ""
	terminal_id: str = ""
	receipt_number: str = ""
	lines: tuple[str, ...] = ()

	def texts(self) -> Mapping[str, str]:
		"""Those that a tender can carry; what is empty is left out."""
		found = {name: getattr(self, name) for name in TEXTS}
		return {name: text for name, text in found.items() if text}


@dataclass(frozen=True, slots=True)
class TerminalStatus:
	"""Whether a terminal answers, and in words why not."""

	online: bool
	reason: str = ""


class CardTerminal(Protocol):
	"""One terminal, asked for one thing at a time.

	`pay`, `refund`, `reverse` and `end_of_day` answer "unsure" whenever the terminal may have heard of it
	and no answer came; they never ask a second time. They raise nothing but `asyncio.CancelledError`.
	"""

	kind: str

	async def pay(self, asked: Asked) -> CardResult: ...

	async def refund(self, asked: Asked) -> CardResult: ...

	async def reverse(self, asked: Asked) -> CardResult: ...

	async def cancel(self) -> None:
		"""Ask the terminal to give up what it is at; the answer comes where it was asked for."""

	async def last_result(self, asked: Asked) -> CardResult | None:
		"""What became of something unsure; None if the terminal can't tell now. Charges nothing."""

	async def end_of_day(self) -> CardResult:
		"""The terminal settles its day with its bank: approved, failed (it did not, in words), or unsure.
		Its receipt comes as lines. Doing it again charges nobody.
		"""
		...

	async def status(self) -> TerminalStatus: ...

	async def close(self) -> None: ...


def safe(result: CardResult) -> CardResult:
	"""Without control characters, without anything that looks like a card's number, and of bounded length."""
	texts = {name: _safe(getattr(result, name), MAX_TEXT) for name in (*TEXTS, "reason")}
	texts["last_four"] = "".join(filter(str.isdecimal, result.last_four))[-4:]
	texts["reason"] = _safe(result.reason, 4 * MAX_TEXT)
	return replace(result, **texts, lines=tuple(_safe(line, MAX_LINE) for line in result.lines[:MAX_LINES]))


def _safe(text: str, limit: int) -> str:
	return without_card_numbers(clean(text))[:limit].rstrip()
