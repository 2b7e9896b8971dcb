"""What the books have to say after a month, added up from the raw entries by nobody of ours.

It reads JSON and adds whole numbers. It imports nothing of the app: what that does wrong, it does not repeat.
"""

import json
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Chart:
	"""The accounts of a shop, as an accountant knows them: tenders and purposes lead to theirs."""

	income: str
	round_off: str
	receivable: str
	tenders: dict[str, str]
	purposes: dict[str, str]


@dataclass
class Sums:
	"""Debits less credits by account, pieces by item, what customers owe and cards hold: minor units."""

	accounts: Counter = field(default_factory=Counter)
	sold: Counter = field(default_factory=Counter)
	owed: Counter = field(default_factory=Counter)
	credits: dict[str, int] = field(default_factory=dict)
	overspent: int = 0
	shifts: dict[str, Counter] = field(default_factory=dict)
	counted: dict[str, dict[str, int]] = field(default_factory=dict)

	def add(self, text: str, chart: Chart) -> None:
		entry = json.loads(text)
		body, kind = entry["body"], entry["kind"]
		add = getattr(self, f"_{kind}", None)
		if add:
			add(entry, body, chart)

	def close(self, charts: dict[str, Chart]) -> None:
		"""The differences of the shifts, when everything has come."""
		for shift, counted in self.counted.items():
			chart = charts[shift]
			for tender, amount in counted.items():
				difference = amount - self.shifts[shift][tender]
				self.accounts[chart.tenders[tender]] += difference
				self.accounts[chart.purposes["difference"]] -= difference

	def _sale(self, entry, body, chart):
		for account, amount in self._of_goods(body, chart):
			self.accounts[account] -= amount
		self.accounts[chart.purposes["tips"]] -= body.get("tip_minor", 0)
		for line in body["lines"]:
			self.sold[line["item"]] += float(line["quantity"]) * float(line.get("conversion", "1"))
		for tender in body["tenders"]:
			self._paid(tender, entry, chart)
		self._change(body, chart)

	_return = _sale

	def _of_goods(self, body, chart):
		yield chart.income, body["net_minor"]
		for tax in body["taxes"]:
			yield tax["tax"], tax["amount_minor"]
		adjusted = body.get("total_rounding", {}).get("adjustment_minor", 0)
		yield chart.round_off, body["round_off_minor"] + adjusted

	def _paid(self, tender, entry, chart):
		kind, amount = tender["kind"], tender["amount_minor"]
		if kind == "on_account":
			self.accounts[chart.receivable] += amount
			self.owed[entry["body"]["customer"]] += amount
		elif kind == "exchange":
			self.accounts[chart.purposes["exchange"]] += amount
		elif kind in ("gift_card", "store_credit"):
			self._credit(kind, tender["credit"], -amount, chart)
		else:
			self._money(tender["tender"], amount, entry["body"], chart)

	def _credit(self, kind, number, amount, chart):
		left = self.credits.get(number, 0) + amount
		short = min(left, 0) if amount < 0 else 0
		self.credits[number] = left - short
		self.overspent -= short
		self.accounts[chart.purposes[kind]] -= amount - short
		self.accounts[chart.purposes["shortage"]] -= short

	def _money(self, tender, amount, body, chart):
		self.accounts[chart.tenders[tender]] += amount
		if body.get("shift"):
			self.shifts.setdefault(body["shift"], Counter())[tender] += amount

	def _change(self, body, chart):
		if body["change_minor"]:
			cash = next(tender["tender"] for tender in body["tenders"] if tender["kind"] == "cash")
			self._money(cash, -body["change_minor"], body, chart)

	def _credit_issue(self, entry, body, chart):
		for tender in body["tenders"]:
			self._money(tender["tender"], tender["amount_minor"], body, chart)
		self._change(body, chart)
		self._credit(body["credit_kind"], body["credit"], body["amount_minor"], chart)

	def _cash_in(self, entry, body, chart):
		self._move(body, body["amount_minor"], chart)

	def _cash_out(self, entry, body, chart):
		self._move(body, -body["amount_minor"], chart)

	def _move(self, body, amount, chart):
		purpose = "other_cash" if body["purpose"] == "other" else body["purpose"]
		self._money(body["tender"], amount, body, chart)
		self.accounts[chart.purposes[purpose]] -= amount

	def _shift_open(self, entry, body, chart):
		sums = self.shifts.setdefault(entry["id"], Counter())
		for row in body["float"]:
			sums[row["tender"]] += row["counted_minor"]

	def _shift_close(self, entry, body, chart):
		self.counted[body["shift"]] = {row["tender"]: row["counted_minor"] for row in body["counted"]}
