"""What a scale says, as exact decimals, and asking it: each answer is fresh, an old weight is never given
again.

It converts no unit and knows no price.
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from pos_bridge.agent.devices.attached.line import Line, LineDown, LineSettings
from pos_bridge.core.errors import Retryable

UNITS = ("kg", "g", "lb", "oz")
MAX_WAITING = 4
"""Questions that may wait for one scale; a page asks again anyway."""
_NUMBER = re.compile(r"-?[0-9]{1,7}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Weight:
	"""One answer of a scale.

	state: stable | unstable | overload | underzero | unreadable | offline. `value` is a decimal as the
	protocol has it ("0.345"), "" where the scale gave none; only a stable one may be sold by.
	"""

	state: str
	value: str = ""
	unit: str = ""
	net: bool = False
	reason: str = ""


class Scale(Protocol):
	"""Asked in a thread of its own; answers within a second or raises `LineDown`."""

	kind: str

	def weigh(self) -> Weight: ...

	def close(self) -> None: ...


def weight_of(number: str, unit: str, stable: bool, net: bool = False) -> Weight:
	"""A number as a scale writes it; what is none, or has an unknown unit, is unreadable."""
	text = number.strip()
	if not _NUMBER.fullmatch(text) or unit not in UNITS:
		return Weight("unreadable", reason=f"The scale said {text[:20]!r} {unit[:10]!r}, which is no weight.")
	value = Decimal(text)
	shown = format(value.normalize(), "f") if value else "0"
	if value < 0:
		return Weight(
			"underzero", shown, unit, net, "Less than nothing is on the scale: empty it and set it to zero."
		)
	return Weight("stable" if stable else "unstable", shown, unit, net)


class OpenedOnDemand:
	"""Keeps a scale's line open between questions, and opens it again after a fault."""

	def __init__(self, settings: LineSettings, open_line: Callable[[LineSettings], Line] = Line) -> None:
		self._settings = settings
		self._open_line = open_line
		self._line: Line | None = None

	def ask(self, question: bytes, end: bytes, seconds: float) -> bytes:
		if self._line is None:
			self._line = self._open_line(self._settings)
		try:
			return self._line.ask(question, end, seconds)
		except LineDown:
			self.close()
			raise

	def close(self) -> None:
		if self._line:
			self._line.close()
		self._line = None


class ScaleDesk:
	"""One scale for all pages: questions one after the other, each answered by the scale itself."""

	def __init__(self, device: str, scale: Scale) -> None:
		self.device = device
		self.kind = scale.kind
		self._scale = scale
		self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"scale-{device}")
		self._waiting = 0

	async def weigh(self) -> Weight:
		"""What lies on the scale now; a scale that can't be asked is "offline", with the reason."""
		if self._waiting >= MAX_WAITING:
			raise Retryable("The scale is being asked already: ask again in a moment.", code="busy")
		self._waiting += 1
		try:
			return await asyncio.get_running_loop().run_in_executor(self._thread, self._scale.weigh)
		except LineDown as down:
			return Weight("offline", reason=down.message)
		finally:
			self._waiting -= 1

	def close(self) -> None:
		self._thread.shutdown(wait=True, cancel_futures=True)
		self._scale.close()
