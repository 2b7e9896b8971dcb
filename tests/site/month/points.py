"""What points members have to have, and what they paid with them, added up from the raw entries.

One point for each whole unit of money; a point is worth a tenth. The program has one tier.
"""

from collections import Counter
from dataclasses import dataclass, field

UNIT = 100


@dataclass
class Sold:
	"""A member's sale: its total before coins, what points paid of it, what it earned, what came back."""

	customer: str
	total: int
	by_points: int
	earned: int
	back: int = 0
	taken: int = 0


@dataclass
class Points:
	members: set[str]
	moves: list[tuple[str, str, int]] = field(default_factory=list)
	"""Customer, day, points."""
	sales: dict[str, Sold] = field(default_factory=dict)
	short: int = 0

	def sell(self, id: str, customer: str, day: str, total: int, points: int, amount: int) -> int:
		"""How much of `amount` the points cover that the member has: then, and still now."""
		if customer not in self.members:
			return 0
		there = max(0, min(points, self._had(customer, day), self._had(customer, "9999")))
		covered = (amount * there * 2 + points) // (2 * points) if points else 0
		earned = (total - covered // UNIT * UNIT) // UNIT
		self.sales[id] = Sold(customer, total, covered, earned)
		self.moves += [(customer, day, earned), (customer, day, -there if covered else 0)]
		self.short += amount - covered
		return covered

	def take_back(self, against: str, day: str, total: int, points: int, customer: str) -> None:
		"""`against` is empty where it counts for no sale; `total` and `points` are below zero."""
		sold = self.sales.get(against)
		member = sold.customer if sold else customer
		if member in self.members:
			self.moves.append((member, day, -points))
		if sold and sold.earned > 0:
			sold.back += total
			kept = max(0, sold.total - sold.by_points // UNIT * UNIT + sold.back) // UNIT
			less = min(0, kept - sold.earned - sold.taken)
			sold.taken += less
			self.moves.append((member, day, less))

	def _had(self, customer: str, day: str) -> int:
		return sum(points for who, when, points in self.moves if who == customer and when <= day)

	def balances(self) -> Counter:
		found: Counter = Counter()
		for customer, _day, points in self.moves:
			found[customer] += points
		return found
