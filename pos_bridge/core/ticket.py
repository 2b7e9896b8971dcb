"""What is done to a ticket as a whole: a discount spread over its lines, the total rounded to a coin.

It follows ERPNext's `apply_discount_amount` and `set_rounded_total`. It never looks at an item.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pos_bridge.core.money import Rounding, round_ratio
from pos_bridge.core.tax import HUNDRED_PERCENT, ON_PREVIOUS_ROW, Charge, Charged, Ratio, Terms

On = Literal["net_total", "grand_total"]
"""What the discount is taken off."""


@dataclass(frozen=True, slots=True)
class TicketDiscount:
	"""Off the whole ticket: `percent` (10^-9 percent) of its total, else an amount; a return's is below 0."""

	on: On
	percent: int = 0
	amount_minor: int = 0
	reason: str = ""


@dataclass(frozen=True, slots=True)
class TotalRounding:
	"""The total is paid in steps of `to_minor`, as ERPNext's Rounded Total.

	Halves go down where the step is the currency's smallest fraction, and by the cart's rounding where the
	currency names none and the step is a whole unit.
	"""

	to_minor: int
	halves_down: bool = True


def discount_minor(discount: TicketDiscount, net_minor: int, grand_minor: int, terms: Terms) -> int:
	"""The amount that comes off."""
	if not discount.percent:
		return discount.amount_minor
	whole = net_minor if discount.on == "net_total" else grand_minor
	return terms.round(whole * discount.percent, HUNDRED_PERCENT)


def total_to_spread_over(net_minor: int, charged: Charged, terms: Terms) -> int:
	"""The grand total that a discount on it is spread over: each row is rounded as it is added."""
	total = net_minor
	for exact in charged.exact:
		total = terms.round(*Ratio(total, 1).plus(exact))
	return total


def fixed_part(charged: Charged) -> Ratio:
	"""What a discount does not make smaller: fixed amounts, amounts for quantities, and taxes on these."""
	total = Ratio(0, 1)
	fixed: dict[str, tuple[Ratio, Ratio]] = {}
	for row in charged.amounts:
		if row.tax.charge in (Charge.ACTUAL, Charge.ITEM_QUANTITY):
			amount = Ratio(row.amount_minor, 1)
		elif row.tax.charge in ON_PREVIOUS_ROW and row.tax.row in fixed:
			alone, upto = fixed[row.tax.row]
			amount = (alone if row.tax.charge is Charge.PREVIOUS_ROW_AMOUNT else upto).percent(row.tax.rate)
		else:
			continue
		total = total.plus(amount)
		fixed[row.tax.tax] = amount, total
	return total


def nets_after(nets: Sequence[int], off_minor: int, over: Ratio, terms: Terms) -> list[int]:
	"""The lines' nets with `off_minor` spread over them in proportion; each bears the rounding so far."""
	found: list[int] = []
	whole = over.numerator
	kept = whole - off_minor * over.denominator
	before = after = 0
	for net in nets:
		own = terms.round(net * kept, whole)
		before, after = before + net, after + own
		left = terms.round(before * kept - after * whole, whole)
		after += left
		found.append(own + left)
	return found


def rounding_adjustment(total_minor: int, how: TotalRounding, rounding: Rounding) -> int:
	"""What the rounded total has more than the total, or less.

	A total that would round to nothing is paid as it is: ERPNext takes a rounded total of 0 for none.
	"""
	rounded = _rounded(total_minor, how, rounding)
	return rounded - total_minor if rounded else 0


def _rounded(total_minor: int, how: TotalRounding, rounding: Rounding) -> int:
	step = how.to_minor
	if not how.halves_down:
		# A whole unit: the legacy method rounds those to even.
		return round_ratio(total_minor, step, rounding, 0) * step
	rest = total_minor % step
	return total_minor + (step - rest if 2 * rest > step else -rest)
