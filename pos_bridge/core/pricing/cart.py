"""What pricing is asked and what it answers: lines and circumstances in, prices, gifts and conflicts out.

It never computes any of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.pricing.matching import Buyer

MAX_LINES = 500
MAX_QUANTITY = 10**9 * SCALE
MAX_PRICE_MINOR = 10**12


@dataclass(frozen=True, slots=True)
class PricingLine:
	"""A line before rules: `factor` is what one `unit` holds in stock units, an integer of 10^-9."""

	item: str
	quantity: int
	unit: str
	price_minor: int
	group: str
	brand: str = ""
	variant_of: str = ""
	stock_unit: str = ""
	factor: int = SCALE


@dataclass(frozen=True, slots=True)
class PricingContext:
	"""Where, when and to whom is sold; `discount_on` is the shop's own ("net" or "grand")."""

	currency: str
	currency_precision: int
	rounding: Rounding
	price_list: str
	buyer: Buyer
	coupon: str = ""
	discount_on: str = "grand"


@dataclass(frozen=True, slots=True)
class LinePrice:
	"""A line's price by the rules: never a discount in percent and one as an amount at once.

	`rate_minor` is what a unit costs with margin and discount; `rules` made it so.
	"""

	price_minor: int
	rate_minor: int
	discount_percent: int = 0
	unit_discount_minor: int = 0
	margin_percent: int = 0
	unit_margin_minor: int = 0
	rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FreeItem:
	"""What a rule gives away, or sells at `rate_minor`."""

	item: str
	quantity: int
	unit: str
	rate_minor: int
	rule: str


@dataclass(frozen=True, slots=True)
class TicketDiscount:
	"""A discount on the whole ticket: a percent, or an amount."""

	on: str
	percent: int
	amount_minor: int
	rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
	"""A line, from 1, on which no rule applies: `same_criteria` (ERPNext can't choose) or `below_zero`."""

	line: int
	kind: str
	rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pricing:
	"""What came out. `coupon` is "", "taken", "unknown", "not_started", "expired" or "not_used"."""

	lines: tuple[LinePrice, ...]
	free: tuple[FreeItem, ...]
	ticket: TicketDiscount | None
	conflicts: tuple[Conflict, ...]
	coupon: str


def check_lines(lines: Sequence[PricingLine]) -> None:
	"""`Rejected` if a line is none: no quantity, or no such price."""
	if len(lines) > MAX_LINES:
		raise Rejected(f"A sale has up to {MAX_LINES} lines, not {len(lines)}.")
	for number, line in enumerate(lines, start=1):
		if not (0 < line.quantity <= MAX_QUANTITY and 0 < line.factor <= MAX_QUANTITY):
			raise Rejected(f"Line {number} ({line.item}): the quantity is not between 0 and 1,000,000,000.")
		if not 0 <= line.price_minor <= MAX_PRICE_MINOR:
			raise Rejected(f"Line {number} ({line.item}): the price is negative or too large.")
