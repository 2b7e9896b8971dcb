"""Reads this computer's clock; notices when it jumps, by a steady clock beside it, and has it kept.

It sets no clock and corrects no time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timezone

LOOK_SECONDS = 10.0
JUMP_SECONDS = 2.0
"""Less is what keeps a clock right."""

Note = Callable[[str, str], Awaitable[None]]


def utc_now() -> str:
	"""UTC with milliseconds and a Z, as the wire has it."""
	return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def steady() -> float:
	"""Seconds that nobody can set; a computer that slept does not count as a jump where the system tells."""
	boot_time = getattr(time, "CLOCK_BOOTTIME", None)
	return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class ClockWatch:
	"""`look` says by how much the clock jumped since the last look."""

	def __init__(self, wall: Callable[[], float] = time.time, steadily: Callable[[], float] = steady) -> None:
		self._wall, self._steadily = wall, steadily
		self._last = (wall(), steadily())

	def look(self) -> float:
		"""Seconds that the clock went ahead (or below zero back) beside the steady one; 0 for what is no
		jump.
		"""
		now = (self._wall(), self._steadily())
		jumped = (now[0] - self._last[0]) - (now[1] - self._last[1])
		self._last = now
		return jumped if abs(jumped) >= JUMP_SECONDS else 0.0


async def watch_clock(note: Note, watch: ClockWatch | None = None, every: float = LOOK_SECONDS) -> None:
	"""Look for ever, and keep each jump; ends when it is cancelled."""
	watching = watch or ClockWatch()
	while True:
		await asyncio.sleep(every)
		jumped = watching.look()
		if jumped:
			way = "ahead" if jumped > 0 else "back"
			at = datetime.now(timezone.utc).isoformat(timespec="seconds")
			await note("clock", f"The clock jumped {abs(jumped):.0f} s {way}, to {at}.")
