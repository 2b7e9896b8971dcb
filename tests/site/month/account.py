"""What the books have to say after a month, added up from the raw entries by nobody of ours.

It reads JSON and adds whole numbers. It imports nothing of the app: what that does wrong, it does not repeat.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from month.cards import Cards
from month.points import Points
from month.stockroom import Stockroom, quantity_of


@dataclass
class Shift:
	"""What lay in the drawers of a shift, what moved, what was counted first."""

	till: str
	floats: dict[str, int] = field(default_factory=dict)
	moved: Counter = field(default_factory=Counter)
	counted: dict[str, int] | None = None

	@property
	def differences(self) -> dict[str, int]:
		there = (self.counted or {}).items()
		return {tender: count - self.floats.get(tender, 0) - self.moved[tender] for tender, count in there}


@dataclass
class Account:
	"""Debits less credits by cost center and account, in minor units, and what stands behind them."""

	charts: dict
	cards: Cards
	points: Points
	stock: Stockroom
	accounts: Counter = field(default_factory=Counter)
	owed: Counter = field(default_factory=Counter)
	taxes: Counter = field(default_factory=Counter)
	shifts: dict[str, Shift] = field(default_factory=dict)
	sold: dict[str, dict] = field(default_factory=dict)
	came_back: Counter = field(default_factory=Counter)
	over_returned: int = 0

	def add(self, text: str) -> None:
		"""The next entry, in the order in which they were booked."""
		entry = json.loads(text)
		if book := getattr(self, f"_{entry['kind']}", None):
			book(entry, entry["body"], self.charts[entry["till"]])

	def balances(self) -> Counter:
		"""All accounts of the company."""
		found: Counter = Counter(self.accounts)
		chart = next(iter(self.charts.values()))
		for purpose, amount in self.cards.owed.items():
			found[chart.purposes[purpose]] -= amount
		found[chart.lapsed] -= self.cards.lapsed
		for worth in self.stock.worth.values():
			found[chart.stock] -= worth
			found[chart.cost] += worth
		for shift in self.shifts.values():
			chart = self.charts[shift.till]
			for tender, difference in shift.differences.items():
				found[chart.tenders[tender]] += difference
				found[chart.purposes["difference"]] -= difference
		return found

	# Goods

	def _sale(self, entry, body, chart):
		self.sold[entry["id"]] = entry
		self.stock.sell(entry, chart.warehouse)
		self._figures(body, chart)
		points, amount = _points(body)
		total = body["total_minor"] - _coins(body)
		customer = body.get("customer", "")
		covered = self.points.sell(entry["id"], customer, entry["business_date"], total, points, amount)
		self.accounts[chart.points] += covered
		self.accounts[chart.purposes["shortage"]] += amount - covered
		self._tenders(entry, body, chart)

	def _return(self, entry, body, chart):
		against = body.get("against", {}).get("entry", "")
		counted = bool(against) and self._counts(against, body)
		self.stock.take_back(entry, chart.warehouse, counted)
		self._figures(body, chart)
		points, amount = _points(body)
		total = body["total_minor"] - _coins(body)
		customer = body.get("customer", "")
		day = entry["business_date"]
		self.points.take_back(against if counted else "", day, total, points, customer)
		self.accounts[chart.points] += amount
		self._tenders(entry, body, chart)

	def _counts(self, against: str, body) -> bool:
		"""No more comes back than was sold; if it does, none of this return counts against the sale."""
		asked: Counter = Counter()
		for line in body["lines"]:
			asked[line["against_line"]] -= quantity_of(line)
		lines = self.sold[against]["body"]["lines"]
		for number, quantity in asked.items():
			if self.came_back[against, number] + quantity > quantity_of(lines[number - 1]):
				self.over_returned += 1
				return False
		for number, quantity in asked.items():
			self.came_back[against, number] += quantity
		return True

	def _figures(self, body, chart):
		self.accounts[chart.income] -= body["net_minor"]
		for tax in body["taxes"]:
			self.accounts[tax["tax"]] -= tax["amount_minor"]
			self.taxes[tax["tax"]] += tax["amount_minor"]
		self.accounts[chart.round_off] -= body["round_off_minor"] + _coins(body)
		self.accounts[chart.purposes["tips"]] -= body.get("tip_minor", 0)
		self.accounts[chart.write_off] += body.get("write_off_minor", 0)

	# Money

	def _tenders(self, entry, body, chart):
		for tender in body["tenders"]:
			self._tender(tender, entry, body, chart)
		if body.get("change_minor"):
			first = (tender["tender"] for tender in body["tenders"] if tender["kind"] == "cash")
			self._money(body.get("change_from") or next(first), -body["change_minor"], entry, chart)

	def _tender(self, tender, entry, body, chart):
		kind, amount = tender["kind"], tender["amount_minor"]
		if kind == "on_account":
			self.accounts[chart.receivable] += amount
			self.owed[body["customer"]] += amount
		elif kind == "exchange":
			self.accounts[chart.purposes["exchange"]] += amount
		elif kind in ("gift_card", "store_credit") and amount > 0:
			self.cards.spend(tender["credit"], kind, amount, entry["business_date"])
		elif kind in ("gift_card", "store_credit"):
			self.cards.fill(tender["credit"], kind, -amount, entry["business_date"])
		elif kind != "points":
			self._money(tender["tender"], amount, entry, chart)

	def _money(self, tender, amount, entry, chart):
		self.accounts[chart.tenders[tender]] += amount
		if shift := entry["body"].get("shift"):
			self._shift(shift, entry).moved[tender] += amount

	def _credit_issue(self, entry, body, chart):
		self._tenders(entry, body, chart)
		until = body.get("expires_on", "")
		day, amount = entry["business_date"], body["amount_minor"]
		self.cards.fill(body["credit"], body["credit_kind"], amount, day, until)

	# The drawer

	def _cash_in(self, entry, body, chart):
		self._moved(entry, body, body["amount_minor"], chart)

	def _cash_out(self, entry, body, chart):
		self._moved(entry, body, -body["amount_minor"], chart)

	def _moved(self, entry, body, amount, chart):
		purpose = "other_cash" if body["purpose"] == "other" else body["purpose"]
		self._money(body["tender"], amount, entry, chart)
		self.accounts[chart.purposes[purpose]] -= amount

	def _shift(self, shift, entry) -> Shift:
		return self.shifts.setdefault(shift, Shift(entry["till"]))

	def _shift_open(self, entry, body, chart):
		floats = {row["tender"]: row["counted_minor"] for row in body["float"]}
		self._shift(entry["id"], entry).floats = floats

	def _shift_close(self, entry, body, chart):
		shift = self._shift(body["shift"], entry)
		if shift.counted is None:
			shift.counted = {row["tender"]: row["counted_minor"] for row in body["counted"]}


def _coins(body) -> int:
	"""By how much the total was rounded to coins."""
	return body.get("total_rounding", {}).get("adjustment_minor", 0)


def _points(body) -> tuple[int, int]:
	"""Points, and what they are worth to the receipt."""
	paid = [tender for tender in body["tenders"] if tender["kind"] == "points"]
	return sum(tender["points"] for tender in paid), sum(tender["amount_minor"] for tender in paid)


def counted_in(there: dict[tuple[str, str], float]) -> dict[tuple[str, str], Decimal]:
	"""Quantities as the books show them, to a gram."""
	return {place: Decimal(str(quantity)).quantize(Decimal("0.001")) for place, quantity in there.items()}
