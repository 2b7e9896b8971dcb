"""How long the cash drawer has been open, from what its sensor says. It never opens it."""

import time

LEFT_OPEN_SECONDS = 180.0
"""A drawer that is open for longer was forgotten."""


class DrawerWatch:
	"""`state` is open, left_open or closed; "" where nobody knows."""

	def __init__(self) -> None:
		self.state = ""
		self._open_since = 0.0

	@property
	def is_open(self) -> bool:
		return self.state in ("open", "left_open")

	def see(self, drawer_open: bool | None) -> bool:
		"""Take in what the sensor says; whether that is news."""
		before = self.state
		now = time.monotonic()
		if not drawer_open:
			self.state = "" if drawer_open is None else "closed"
			return self.state != before
		if not self.is_open:
			self._open_since = now
		self.state = "left_open" if now - self._open_since > LEFT_OPEN_SECONDS else "open"
		return self.state != before
