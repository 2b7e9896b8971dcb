"""ERPNext's sums, rounded where floats can't: an exact half is a half, whatever the float before it says.

Floats put a computed 33.165 a hair above or below itself, so ERPNext's own rounding of it is chance. The
receipt was printed by the rule; while a sale is posted, ERPNext's sums follow it too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from erpnext.accounts.doctype.sales_invoice import sales_invoice
from erpnext.controllers import taxes_and_totals

from pos_bridge.core.money import Rounding, round_ratio
from pos_bridge.erpnext.overrides.definitions import replaced
from pos_bridge.erpnext.shop import rounding_method

DIGITS = 14
"""That a sum of floats has right; behind them stands the noise."""
SPARE_DECIMALS = 7
"""More than what is rounded to: a small difference of two large sums has noise before its last digits."""
SPARE_BELOW_A_UNIT = 5
"""The same for what is less than the unit that it is rounded to: that is what rounding millions left."""


@contextmanager
def exact_halves() -> Iterator[None]:
	"""Within it, `calculate_taxes_and_totals` rounds halves by the system's rounding method.

	And a whole number of loyalty points that floats put a hair below itself is not one point less; a total
	of nothing, which floats leave a hair of, has no discount spread over it.
	"""
	sums = taxes_and_totals.calculate_taxes_and_totals
	with (
		replaced(taxes_and_totals, "flt", _exactly),
		replaced(sums, "get_total_for_discount_amount", _nothing_is_nothing),
		replaced(sales_invoice, "cint", _whole),
	):
		yield


def _exactly(own: Callable[..., Any]) -> Callable[..., Any]:
	def flt(value: Any, precision: int | None = None, rounding_method: str | None = None) -> Any:
		number = own(value)
		if precision is None or abs(number) >= 10 ** (DIGITS - 2 - int(precision)):
			return own(value, precision, rounding_method)
		return _rounded(number, int(precision))

	return flt


def _nothing_is_nothing(own: Callable[..., Any]) -> Callable[..., Any]:
	def get_total_for_discount_amount(sums: Any) -> Any:
		total = own(sums)
		return 0.0 if abs(total) < 10**-SPARE_DECIMALS else total

	return get_total_for_discount_amount


def _whole(own: Callable[..., Any]) -> Callable[..., Any]:
	def cint(value: Any, default: int = 0) -> Any:
		if isinstance(value, float) and abs(value - round(value)) < 10**-SPARE_DECIMALS:
			return round(value)
		return own(value, default)

	return cint


def _rounded(number: float, precision: int) -> float:
	whole_digits = len(str(int(abs(number))))
	spare = SPARE_DECIMALS if abs(number) >= 10**-precision else SPARE_BELOW_A_UNIT
	decimals = min(precision + spare, DIGITS - whole_digits)
	exact = Fraction(f"{number:.{decimals}f}") * 10**precision
	rounded = round_ratio(exact.numerator, exact.denominator, Rounding(rounding_method()), precision)
	return float(rounded) if not precision else rounded / 10**precision
