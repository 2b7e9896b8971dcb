"""Taxes on the lines of a sale: nets of inclusive prices, and one amount per tax.

It follows ERPNext's order of rounding (controllers/taxes_and_totals.py): the net of each line, then each
tax once over all lines. It never looks at tenders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pos_bridge.core.money import SCALE, Rounding, round_ratio

HUNDRED_PERCENT = 100 * SCALE
ROUND_OFF_LIMIT_MINOR = 5
"""ERPNext books a difference of inclusive prices up to this size as rounding."""


@dataclass(frozen=True, slots=True)
class Tax:
	"""A tax row of the till: its id, what the receipt calls it, and whether prices include it."""

	tax: str
	label: str
	inclusive: bool


@dataclass(frozen=True, slots=True)
class TaxAmount:
	"""What a sale owes of one tax, and the net amount that it was computed on."""

	tax: Tax
	base_minor: int
	amount_minor: int


def net_of(
	amount_minor: int, rates: Mapping[str, int], taxes: Sequence[Tax], rounding: Rounding, precision: int
) -> int:
	"""The line's amount without its inclusive taxes. `rates` are percents as integers of 10^-9."""
	included = sum(rates.get(tax.tax, 0) for tax in taxes if tax.inclusive)
	if not included:
		return amount_minor
	return round_ratio(amount_minor * HUNDRED_PERCENT, HUNDRED_PERCENT + included, rounding, precision)


def tax_amounts(
	nets: Sequence[tuple[int, Mapping[str, int]]], taxes: Sequence[Tax], rounding: Rounding, precision: int
) -> tuple[TaxAmount, ...]:
	"""One amount for each tax that a line uses, rounded once; `nets` are the lines' net and rates."""
	return tuple(
		_tax_amount(tax, nets, rounding, precision)
		for tax in taxes
		if any(tax.tax in rates for _, rates in nets)
	)


def _tax_amount(
	tax: Tax, nets: Sequence[tuple[int, Mapping[str, int]]], rounding: Rounding, precision: int
) -> TaxAmount:
	taxed = [(net, rates[tax.tax]) for net, rates in nets if tax.tax in rates]
	weighted = sum(net * rate for net, rate in taxed)
	amount = round_ratio(weighted, HUNDRED_PERCENT, rounding, precision)
	return TaxAmount(tax, sum(net for net, _ in taxed), amount)


def round_off(amounts_minor: int, nets_minor: int, taxes: Sequence[TaxAmount]) -> int:
	"""What is left between inclusive prices and the sum of nets and taxes; booked to "Round Off".

	Source: `adjust_grand_total_for_inclusive_tax`, which lets a larger difference stand in the total.
	"""
	if not any(tax.tax.inclusive for tax in taxes):
		return 0
	exclusive = sum(tax.amount_minor for tax in taxes if not tax.tax.inclusive)
	difference = amounts_minor + exclusive - nets_minor - sum(tax.amount_minor for tax in taxes)
	return difference if abs(difference) <= ROUND_OFF_LIMIT_MINOR else 0
