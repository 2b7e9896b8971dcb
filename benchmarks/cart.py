"""A cart of any length with discounts and two taxes, for Python and, as wire fields, for TypeScript."""

from typing import Any

from pos_bridge.core.money import SCALE, Rounding, format_decimal
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


def wire_fields(draft: SaleDraft) -> dict[str, Any]:
	"""The draft as the page's engine takes it."""
	return {
		"currency": draft.currency,
		"currency_precision": draft.currency_precision,
		"rounding": draft.rounding.value,
		"taxes": [{"tax": tax.tax, "label": tax.label, "inclusive": tax.inclusive} for tax in draft.taxes],
		"lines": [_wire_line(line) for line in draft.lines],
	}


def _wire_line(line: DraftLine) -> dict[str, Any]:
	discount: dict[str, str | int] = {}
	if line.discount_percent:
		discount["discount_percent"] = format_decimal(line.discount_percent)
	if line.unit_discount_minor:
		discount["unit_discount_minor"] = line.unit_discount_minor
	return {
		"item": line.item,
		"name": line.name,
		"quantity": format_decimal(line.quantity),
		"unit": line.unit,
		"price_minor": line.price_minor,
		"rates": {tax: format_decimal(rate) for tax, rate in line.rates.items()},
		**discount,
	}
