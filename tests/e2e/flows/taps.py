"""Taps of a flow counted, and the budget that docs/till.md gives it."""

import re
from pathlib import Path

TABLE = Path(__file__).parents[3] / "docs/till.md"


class Taps:
	"""What a finger does; a scan is none."""

	def __init__(self, page):
		self.page = page
		self.count = 0

	def on(self, locator):
		locator.click()
		self.count += 1


def budget(flow: str) -> int:
	"""The most taps that a flow may take, from the table in docs/till.md."""
	row = re.search(rf"^\| {re.escape(flow)} \| (\d+) \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
	assert row, f"docs/till.md has no budget for the flow {flow!r}"
	return int(row[1])
