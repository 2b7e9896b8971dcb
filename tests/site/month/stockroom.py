"""What the shelves have to hold after a month, counted from the raw entries by nobody of ours.

It reads the JSON of entries and moves pieces; what they cost is told by the facts about the goods.
"""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass
class Stockroom:
	"""Pieces by item and warehouse, where each serial number is, what is left of each batch."""

	goods: dict
	there: Counter = field(default_factory=Counter)
	serials: dict[str, str] = field(default_factory=dict)
	batches: Counter = field(default_factory=Counter)
	moved: dict[tuple[str, int], bool] = field(default_factory=dict)
	"""By sale and line, whether it moved what is tracked one by one."""
	left_lying: int = 0
	worth: Counter = field(default_factory=Counter)
	"""What left, less what came back, in minor units, by warehouse."""

	def sell(self, entry: dict, warehouse: str) -> None:
		for number, line in enumerate(entry["body"]["lines"], start=1):
			fits = self._can_leave(line, warehouse)
			self.moved[entry["id"], number] = fits
			self._move(line, warehouse, fits)

	def take_back(self, entry: dict, warehouse: str, counted: bool) -> None:
		"""`counted`: it is a return of a sale, of which no more comes back than was sold."""
		against = entry["body"].get("against", {}).get("entry", "")
		for line in entry["body"]["lines"]:
			sold = (against, line.get("against_line", 0))
			self._move(line, warehouse, self._can_come_back(line, counted, sold))

	def _can_leave(self, line: dict, warehouse: str) -> bool:
		if "serials" in line:
			return all(self.serials.get(serial) == warehouse for serial in line["serials"])
		if "batch" in line:
			return self.batches[line["item"], line["batch"], warehouse] >= quantity_of(line)
		return True

	def _can_come_back(self, line: dict, counted: bool, sold: tuple[str, int]) -> bool:
		if "serials" in line:
			return all(self.serials.get(serial) == "" for serial in line["serials"])
		if self.goods[line["item"]].tracked == "one batch":
			return counted
		if "batch" in line:
			return self.moved[sold] or not counted
		return True

	def _move(self, line: dict, warehouse: str, fits: bool) -> None:
		if not fits:
			self.left_lying += 1
			return
		item, quantity = line["item"], quantity_of(line)
		for serial in line.get("serials", ()):
			self.serials[serial] = warehouse if quantity < 0 else ""
		if "batch" in line:
			self.batches[item, line["batch"], warehouse] -= quantity
		parts = self.goods[item].parts
		for part, count in {item: 1}.items() if parts is None else parts.items():
			self.there[part, warehouse] -= quantity * count
			cost = quantity * count * self.goods[part].cost_minor
			assert cost == int(cost), (part, quantity)
			self.worth[warehouse] += int(cost)


def quantity_of(line: dict) -> Decimal:
	"""In stock units."""
	return Decimal(line["quantity"]) * Decimal(line.get("conversion", "1"))
