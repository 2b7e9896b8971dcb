"""A cart of any length with discounts and two taxes."""

from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.sale import DraftLine, SaleDraft
from pos_bridge.core.tax import Tax

TAXES = (Tax("VAT-19", "VAT 19 %", True), Tax("VAT-7", "VAT 7 %", True))


def draft_of(lines: int) -> SaleDraft:
	"""Every third line is discounted, every second one has the other tax."""
	return SaleDraft("EUR", 2, Rounding.COMMERCIAL, TAXES, tuple(map(_line, range(lines))))


def _line(number: int) -> DraftLine:
	tax, rate = (("VAT-19", 19), ("VAT-7", 7))[number % 2]
	return DraftLine(
		item=f"SKU-{number}",
		name=f"Coffee beans, roast {number}",
		quantity=(number % 4 + 1) * SCALE,
		unit="Nos",
		price_minor=199 + number * 37,
		rates={tax: rate * SCALE},
		discount_percent=10 * SCALE if number % 3 == 0 else 0,
	)
