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


@contextmanager
def exact_halves() -> Iterator[None]:
	"""Within it, `calculate_taxes_and_totals` rounds halves by the system's rounding method.

	And a whole number of loyalty points that floats put a hair below itself is not one point less.
	"""
	with replaced(taxes_and_totals, "flt", _exactly), replaced(sales_invoice, "cint", _whole):
		yield


def _exactly(own: Callable[..., Any]) -> Callable[..., Any]:
	def flt(value: Any, precision: int | None = None, rounding_method: str | None = None) -> Any:
		number = own(value)
		if precision is None or abs(number) >= 10 ** (DIGITS - 2 - int(precision)):
			return own(value, precision, rounding_method)
		return _rounded(number, int(precision))

	return flt


def _whole(own: Callable[..., Any]) -> Callable[..., Any]:
	def cint(value: Any, default: int = 0) -> Any:
		if isinstance(value, float) and abs(value - round(value)) < 10**-SPARE_DECIMALS:
			return round(value)
		return own(value, default)

	return cint


def _rounded(number: float, precision: int) -> float:
	whole_digits = len(str(int(abs(number))))
	decimals = min(precision + SPARE_DECIMALS, DIGITS - whole_digits)
	exact = Fraction(f"{number:.{decimals}f}") * 10**precision
	rounded = round_ratio(exact.numerator, exact.denominator, Rounding(rounding_method()), precision)
	return float(rounded) if not precision else rounded / 10**precision
