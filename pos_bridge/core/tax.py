"""Taxes and charges on the lines of a sale: nets of inclusive prices, and one amount for each row.

It follows ERPNext's order of rounding (controllers/taxes_and_totals.py): the net of each line, then each row
once over all lines; until then every amount is an exact ratio. It never looks at tenders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, Rounding, allocate, round_ratio

HUNDRED_PERCENT = 100 * SCALE
ROUND_OFF_LIMIT_MINOR = 5
"""ERPNext books a difference of inclusive prices up to this size as rounding."""
MAX_TAXES = 50


class Charge(str, Enum):
	"""What a row is charged on; the names are ERPNext's."""

	NET_TOTAL = "on_net_total"
	PREVIOUS_ROW_AMOUNT = "on_previous_row_amount"
	PREVIOUS_ROW_TOTAL = "on_previous_row_total"
	"""Net and all taxes up to and with that row."""
	ITEM_QUANTITY = "on_item_quantity"
	"""The line's rate is an amount for each unit of quantity."""
	ACTUAL = "actual"
	"""A fixed amount for the ticket, spread over its lines."""


ON_PREVIOUS_ROW = (Charge.PREVIOUS_ROW_AMOUNT, Charge.PREVIOUS_ROW_TOTAL)


@dataclass(frozen=True, slots=True)
class Tax:
	"""A tax row of the till: its id, what the receipt calls it, and whether prices include it.

	`row` is the id of the earlier row that this one is charged on, and `rate` its usual rate (10^-9 percent):
	both only where it is charged on a previous row. `actual_minor` is the amount of a fixed charge.
	"""

	tax: str
	label: str
	inclusive: bool
	charge: Charge = Charge.NET_TOTAL
	row: str = ""
	rate: int = 0
	actual_minor: int = 0


@dataclass(frozen=True, slots=True)
class TaxAmount:
	"""What a sale owes of one row, and the net amount of the lines that owe it."""

	tax: Tax
	base_minor: int
	amount_minor: int


class Taxed(NamedTuple):
	"""What taxes look at of a line: `quantity` and `rates` are integers of 10^-9."""

	net_minor: int
	quantity: int
	rates: Mapping[str, int]


class Terms(NamedTuple):
	"""How a cart rounds. `row_wise`: each line's tax before they are added up (Accounts Settings)."""

	rounding: Rounding
	precision: int
	row_wise: bool = False

	def round(self, numerator: int, denominator: int) -> int:
		return round_ratio(numerator, denominator, self.rounding, self.precision)


class Ratio(NamedTuple):
	"""An exact amount. Denominators grow with the chain of rows only, so nothing is ever reduced."""

	numerator: int
	denominator: int

	def plus(self, other: "Ratio") -> "Ratio":
		mine, theirs = self.denominator, other.denominator
		if mine % theirs == 0:
			return Ratio(self.numerator + other.numerator * (mine // theirs), mine)
		return Ratio(self.numerator * theirs + other.numerator * mine, mine * theirs)

	def minus(self, other: "Ratio") -> "Ratio":
		return self.plus(Ratio(-other.numerator, other.denominator))

	def percent(self, rate: int) -> "Ratio":
		"""That much of it; `rate` in 10^-9 percent."""
		return Ratio(self.numerator * rate, self.denominator * HUNDRED_PERCENT)


ZERO = Ratio(0, 1)


def check_taxes(taxes: Sequence[Tax]) -> None:
	"""`Rejected` names the row that can't be computed. The rules are ERPNext's (accounts_controller.py)."""
	if len(taxes) > MAX_TAXES:
		raise Rejected(f"A till has at most {MAX_TAXES} tax rows, not {len(taxes)}.")
	before: dict[str, Tax] = {}
	for tax in taxes:
		if fault := _fault_of(tax, before):
			raise Rejected(f"Tax row {len(before) + 1} ({tax.label}): {fault}")
		before[tax.tax] = tax


def _fault_of(tax: Tax, before: Mapping[str, Tax]) -> str:
	if tax.tax in before:
		return "the same account stands in an earlier row."
	if tax.charge in ON_PREVIOUS_ROW and tax.row not in before:
		return "it is charged on a row that does not come before it."
	if not tax.inclusive:
		return ""
	if tax.charge is Charge.ACTUAL:
		return "a fixed amount can't be included in the prices."
	if tax.charge is Charge.PREVIOUS_ROW_AMOUNT and not before[tax.row].inclusive:
		return "prices include it, but not the row that it is charged on."
	if tax.charge is Charge.PREVIOUS_ROW_TOTAL and not all(row.inclusive for row in _upto(tax.row, before)):
		return "prices include it, but not all rows that it is charged on."
	return ""


def _upto(last: str, rows: Mapping[str, Tax]) -> list[Tax]:
	names = list(rows)
	return [rows[name] for name in names[: names.index(last) + 1]]


def net_of(line: Taxed, taxes: Sequence[Tax], terms: Terms) -> int:
	"""The line's amount (its `net_minor`) without what is included in it."""
	included, per_line = _included(line, taxes, terms)
	if not included.numerator and not per_line.numerator:
		return line.net_minor
	left = Ratio(line.net_minor, 1).minus(per_line)
	whole = included.denominator + included.numerator
	if whole <= 0:
		raise Rejected("The taxes that prices include take away the whole price. Check their rates.")
	return terms.round(left.numerator * included.denominator, left.denominator * whole)


def _included(line: Taxed, taxes: Sequence[Tax], terms: Terms) -> tuple[Ratio, Ratio]:
	"""What the net carries of inclusive taxes, as a part of it, and what is included for the quantity."""
	if all(tax.charge is Charge.NET_TOTAL for tax in taxes if tax.inclusive):
		return Ratio(sum(line.rates.get(tax.tax, 0) for tax in taxes if tax.inclusive), HUNDRED_PERCENT), ZERO
	part: dict[str, Ratio] = {}
	upto: dict[str, Ratio] = {}
	per_line, so_far = ZERO, Ratio(1, 1)
	for tax in taxes:
		share = ZERO
		rate = line.rates.get(tax.tax, 0)
		if tax.inclusive and rate:
			if tax.charge is Charge.NET_TOTAL:
				share = Ratio(rate, HUNDRED_PERCENT)
			elif tax.charge is Charge.PREVIOUS_ROW_AMOUNT:
				share = part[tax.row].percent(rate)
			elif tax.charge is Charge.PREVIOUS_ROW_TOTAL:
				share = upto[tax.row].percent(rate)
			else:
				per_line = per_line.plus(_for_quantity(rate, line, terms))
		so_far = so_far.plus(share)
		part[tax.tax], upto[tax.tax] = share, so_far
	return Ratio(so_far.numerator - so_far.denominator, so_far.denominator), per_line


def _for_quantity(rate: int, line: Taxed, terms: Terms) -> Ratio:
	return Ratio(rate * line.quantity * 10**terms.precision, SCALE * SCALE)


@dataclass(frozen=True, slots=True)
class Charged:
	"""What each row comes to over all lines: exactly, and rounded once."""

	exact: tuple[Ratio, ...]
	amounts: tuple[TaxAmount, ...]

	@property
	def tax_minor(self) -> int:
		return sum(each.amount_minor for each in self.amounts)


def charge(lines: Sequence[Taxed], taxes: Sequence[Tax], terms: Terms) -> Charged:
	"""One amount for each row, in the rows' order."""
	if terms.row_wise or any(tax.charge in ON_PREVIOUS_ROW for tax in taxes):
		exact = _line_by_line(lines, taxes, terms)
	else:
		exact = [_over_all(tax, lines, terms) for tax in taxes]
	pairs = zip(taxes, exact, strict=True)
	amounts = (TaxAmount(tax, _base(tax, lines), terms.round(*each)) for tax, each in pairs)
	return Charged(tuple(exact), tuple(amounts))


def _over_all(tax: Tax, lines: Sequence[Taxed], terms: Terms) -> Ratio:
	"""A row that looks at no other and is rounded once needs no line by itself."""
	if tax.charge is Charge.ACTUAL:
		return Ratio(tax.actual_minor, 1)
	if tax.charge is Charge.ITEM_QUANTITY:
		weighted = sum(line.rates.get(tax.tax, 0) * line.quantity for line in lines)
		return Ratio(weighted * 10**terms.precision, SCALE * SCALE)
	return Ratio(sum(line.net_minor * line.rates.get(tax.tax, 0) for line in lines), HUNDRED_PERCENT)


def _line_by_line(lines: Sequence[Taxed], taxes: Sequence[Tax], terms: Terms) -> list[Ratio]:
	net_minor = sum(line.net_minor for line in lines)
	sums = dict.fromkeys((tax.tax for tax in taxes), ZERO)
	for number, line in enumerate(lines, start=1):
		part: dict[str, Ratio] = {}
		upto: dict[str, Ratio] = {}
		so_far = Ratio(line.net_minor, 1)
		for tax in taxes:
			amount = _of_line(tax, line, net_minor, part, upto, terms)
			if terms.row_wise:
				amount = Ratio(terms.round(*amount), 1)
			if tax.charge is Charge.ACTUAL and number == len(lines):
				# The last line bears what dividing has left.
				amount = Ratio(tax.actual_minor, 1).minus(sums[tax.tax])
			sums[tax.tax] = amount.plus(sums[tax.tax])
			so_far = so_far.plus(amount)
			part[tax.tax], upto[tax.tax] = amount, so_far
	return list(sums.values())


def _of_line(
	tax: Tax,
	line: Taxed,
	net_minor: int,
	part: Mapping[str, Ratio],
	upto: Mapping[str, Ratio],
	terms: Terms,
) -> Ratio:
	if tax.charge is Charge.ACTUAL:
		return Ratio(line.net_minor * tax.actual_minor, net_minor) if net_minor else ZERO
	rate = line.rates.get(tax.tax, 0)
	if tax.charge is Charge.NET_TOTAL:
		return Ratio(line.net_minor * rate, HUNDRED_PERCENT)
	if tax.charge is Charge.ITEM_QUANTITY:
		return _for_quantity(rate, line, terms)
	return (part if tax.charge is Charge.PREVIOUS_ROW_AMOUNT else upto)[tax.row].percent(rate)


def _base(tax: Tax, lines: Sequence[Taxed]) -> int:
	if tax.charge is Charge.ACTUAL:
		return sum(line.net_minor for line in lines)
	return sum(line.net_minor for line in lines if tax.tax in line.rates)


def round_off(amounts_minor: int, discount_minor: int, nets_minor: int, taxes: Sequence[TaxAmount]) -> int:
	"""What is left between inclusive prices and the sum of nets and taxes; booked to "Round Off".

	Source: `adjust_grand_total_for_inclusive_tax`, which lets a larger difference stand in the total.
	"""
	on_top = sum(tax.amount_minor for tax in taxes if not tax.tax.inclusive)
	all_taxes = sum(tax.amount_minor for tax in taxes)
	difference = amounts_minor + on_top - discount_minor - nets_minor - all_taxes
	return difference if abs(difference) <= ROUND_OFF_LIMIT_MINOR else 0


def split_by_rate(amount_minor: int, nets: Mapping[int, int]) -> list[tuple[int, int, int]]:
	"""Rate, net amount and tax of each of several rates, highest first; none where it is one rate only."""
	sign = -1 if amount_minor < 0 else 1
	by_rate = sorted(nets.items(), reverse=True)
	weights = [sign * net * rate for rate, net in by_rate]
	if len(nets) < 2 or min(weights) < 0 or not sum(weights):
		return []
	parts = allocate(abs(amount_minor), weights)
	return [(rate, net, sign * part) for (rate, net), part in zip(by_rate, parts, strict=True)]
