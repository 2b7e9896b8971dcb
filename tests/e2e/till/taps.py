"""Counts what a finger does on the page, against the budgets that docs/till.md promises."""

import re
from pathlib import Path

TABLE = Path(__file__).parents[3] / "docs/till.md"


def budget(flow: str) -> int:
	"""The taps that the table allows for a flow."""
	found = re.search(rf"^\| {re.escape(flow)} \| (\d+) \|", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
	assert found, f"{TABLE.name} has no row for {flow}"
	return int(found[1])


class Taps:
	"""Taps on a page, counted until the flow is over."""

	def __init__(self) -> None:
		self.count = 0

	def __call__(self, target) -> None:
		target.click()
		self.count += 1

	def digits(self, page, digits: str) -> None:
		"""Typed on the page's own keypad; they count as no taps of a flow."""
		for digit in digits:
			page.locator(".keypad").get_by_role("button", name=digit, exact=True).click()

	def end(self, flow: str) -> None:
		"""The flow is over: it took no more than its budget."""
		assert self.count <= budget(flow), f"{flow} took {self.count} taps"
		self.count = 0
