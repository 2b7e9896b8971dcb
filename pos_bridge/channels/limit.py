"""How fast a shop may be asked: a bucket of points that fills again, so that no answer has to be 429.

It never waits longer than it is allowed to; then the call is for later.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pos_bridge.core.errors import Retryable

MAX_WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Budget:
	"""So many points at once, and so many more a second. A plain call costs one point."""

	points: int
	per_second: float


@dataclass(slots=True)
class Bucket:
	"""What is left of a budget, for one thread of one process; the shop counts over all of them."""

	budget: Budget
	clock: Callable[[], float] = time.monotonic
	sleep: Callable[[float], None] = time.sleep
	_left: float = field(init=False)
	_at: float = field(init=False)

	def __post_init__(self) -> None:
		self._left = float(self.budget.points)
		self._at = self.clock()

	def take(self, points: int = 1) -> None:
		"""Wait until there are so many and take them; `Retryable` if that takes over MAX_WAIT_SECONDS."""
		self._fill()
		wanted = min(points, self.budget.points)
		missing = (wanted - self._left) / self.budget.per_second
		if missing > MAX_WAIT_SECONDS:
			raise Retryable(
				"The shop was asked as often as it allows. It goes on by itself.",
				code="channel_busy",
				retry_after_seconds=int(missing) + 1,
			)
		if missing > 0:
			self.sleep(missing)
			self._fill()
		self._left -= wanted

	def observe(self, left: float) -> None:
		"""What the shop itself says is left (Shopify's `throttleStatus`): others may use the same budget."""
		self._fill()
		self._left = min(self._left, left)

	def _fill(self) -> None:
		now = self.clock()
		grown = self._left + (now - self._at) * self.budget.per_second
		self._left, self._at = min(float(self.budget.points), grown), now
