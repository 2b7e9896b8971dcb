"""What a document of an order says in money: rows, charges, taxes, each an exact share of the order's.

It never decides which documents there are; plan.py does. All amounts are minor units of the order's currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pos_bridge.core.money import Rounding, format_decimal, parse_decimal, round_ratio
from pos_bridge.core.online.order import Order, OrderCharge, OrderLine, OrderTax

ROUNDING = "rounding"
"""Id and kind of what an order has beside its parts: it is booked like a charge."""


@dataclass(frozen=True, slots=True)
class Amount:
	"""A net amount and its taxes by `tax_key`; below zero where it takes back."""

	net_minor: int = 0
	taxes: Mapping[str, int] = field(default_factory=dict)

	@property
	def total_minor(self) -> int:
		return self.net_minor + sum(self.taxes.values())

	def plus(self, other: "Amount") -> "Amount":
		keys = [*self.taxes, *(key for key in other.taxes if key not in self.taxes)]
		taxes = {key: self.taxes.get(key, 0) + other.taxes.get(key, 0) for key in keys}
		return Amount(self.net_minor + other.net_minor, {key: minor for key, minor in taxes.items() if minor})

	def negated(self) -> "Amount":
		return Amount(-self.net_minor, {key: -minor for key, minor in self.taxes.items()})

	def less(self, other: "Amount") -> "Amount":
		return self.plus(other.negated())

	def share(self, part: int, whole: int) -> "Amount":
		"""`part` of `whole` of it, each figure rounded by itself; all of it where part is whole."""
		return Amount(
			round_ratio(self.net_minor * part, whole, Rounding.COMMERCIAL),
			{key: round_ratio(minor * part, whole, Rounding.COMMERCIAL) for key, minor in self.taxes.items()},
		)


@dataclass(frozen=True, slots=True)
class Row:
	"""So much (10^-9) of an order's line."""

	quantity: int
	amount: Amount


@dataclass(frozen=True, slots=True)
class Figures:
	"""A document's rows by line, and its charges by id."""

	rows: Mapping[str, Row] = field(default_factory=dict)
	charges: Mapping[str, Amount] = field(default_factory=dict)

	@property
	def amount(self) -> Amount:
		return sum_of((*(row.amount for row in self.rows.values()), *self.charges.values()))

	@property
	def total_minor(self) -> int:
		return self.amount.total_minor

	def negated(self) -> "Figures":
		rows = {line: Row(-row.quantity, row.amount.negated()) for line, row in self.rows.items()}
		return Figures(rows, {charge: amount.negated() for charge, amount in self.charges.items()})

	def plus(self, other: "Figures") -> "Figures":
		rows = dict(self.rows)
		for line, row in other.rows.items():
			mine = rows.get(line, Row(0, Amount()))
			rows[line] = Row(mine.quantity + row.quantity, mine.amount.plus(row.amount))
		charges = dict(self.charges)
		for charge, amount in other.charges.items():
			charges[charge] = charges.get(charge, Amount()).plus(amount)
		return Figures(rows, charges)


def sum_of(amounts: Iterable[Amount]) -> Amount:
	total = Amount()
	for amount in amounts:
		total = total.plus(amount)
	return total


def tax_key(tax: OrderTax) -> str:
	"""`19 VAT`: the rate in percent and the title, by which a channel's taxes find their accounts."""
	return f"{format_decimal(tax.rate)} {tax.title}".strip()


def tax_of_key(key: str) -> tuple[int, str]:
	"""Rate (percent in 10^-9) and title of a `tax_key`."""
	rate, _, title = key.partition(" ")
	return parse_decimal(rate), title


UNNAMED_TAX = "0"
"""The key of a tax that a shop states as an amount alone."""


def amount_of(part: OrderLine | OrderCharge) -> Amount:
	"""What a part comes to. Its named taxes add up to its tax: what they lack, the first one has more."""
	taxes: dict[str, int] = {}
	for tax in part.taxes:
		taxes[tax_key(tax)] = taxes.get(tax_key(tax), 0) + tax.amount_minor
	off = part.tax_minor - sum(taxes.values())
	if off:
		first = next(iter(taxes), UNNAMED_TAX)
		taxes[first] = taxes.get(first, 0) + off
	return Amount(part.net_minor, {key: minor for key, minor in taxes.items() if minor})


def charges_of(order: Order) -> dict[str, Amount]:
	"""Charges by id, and as `ROUNDING` what the order's total has beside its parts."""
	found: dict[str, Amount] = {}
	for charge in order.charges:
		found[charge.id] = found.get(charge.id, Amount()).plus(amount_of(charge))
	parts: tuple[OrderLine | OrderCharge, ...] = (*order.lines, *order.charges)
	if rest := order.total_minor - sum(part.net_minor + part.tax_minor for part in parts):
		found[ROUNDING] = Amount(rest)
	return {charge: amount for charge, amount in found.items() if amount != Amount()}


def figures_fields(figures: Figures) -> dict[str, Any]:
	"""As JSON, to be kept beside a document: `{rows: {line: [quantity, net, taxes]}, charges}`."""
	return {
		"rows": {
			line: [row.quantity, row.amount.net_minor, dict(row.amount.taxes)]
			for line, row in figures.rows.items()
		},
		"charges": {
			charge: [amount.net_minor, dict(amount.taxes)] for charge, amount in figures.charges.items()
		},
	}


def read_figures(fields: Mapping[str, Any]) -> Figures:
	"""What `figures_fields` wrote."""
	rows = {
		line: Row(quantity, Amount(net, taxes)) for line, (quantity, net, taxes) in fields["rows"].items()
	}
	return Figures(rows, {charge: Amount(net, taxes) for charge, (net, taxes) in fields["charges"].items()})
