"""Puts summed figures into a Sales Invoice: lines net, taxes and rounding as amounts, money as it was kept.

ERPNext computes nothing anew in an invoice that "is consolidated", its own word for many sales in one; it
never gets a rate to multiply, for the cents of many receipts are not those of one.
"""

import json
from collections.abc import Sequence
from typing import Any

import frappe

from pos_bridge.core.batch.together import Row, tax_of_items
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import Sale
from pos_bridge.core.tax import TaxAmount
from pos_bridge.erpnext.posting.invoice import tax_template_of
from pos_bridge.erpnext.shop import Shop
from pos_bridge.erpnext.tenders.modes import payment_rows


def put_sums(invoice: Any, sale: Sale, rows: Sequence[Row], shop: Shop) -> None:
	"""Make an unsaved invoice say a sale's sums, its lines in these rows.

	The shop sells in its company's currency.
	"""
	unit = 10**sale.draft.currency_precision
	rounding = (sale.totals.round_off_minor + sale.totals.rounding_adjustment_minor) / unit
	total = sale.totals.total_minor / unit if rounding else 0
	invoice.update(
		{
			"is_consolidated": 1,
			"disable_rounded_total": 1,
			"change_amount": 0,
			"discount_amount": 0,
			"additional_discount_percentage": 0,
			**_both("rounding_adjustment", rounding),
			**_both("rounded_total", total),
		}
	)
	invoice.set("items", [_item_row(row, sale, shop) for row in rows])
	invoice.set("taxes", _tax_rows(sale, shop))
	invoice.set("payments", payment_rows(sale, shop))


def _both(field: str, value: float) -> dict[str, float]:
	"""In the invoice's currency and in the company's, which is the same."""
	return {field: value, f"base_{field}": value}


def _item_row(row: Row, sale: Sale, shop: Shop) -> dict[str, Any]:
	line, draft = row.line, sale.draft
	unit = 10**draft.currency_precision
	amount, rate = row.net_minor / unit, net_rate_minor(row, sale) / unit
	return {
		"item_code": line.item,
		"item_name": line.name[:140],
		"qty": line.quantity / SCALE,
		"uom": line.unit,
		**({"conversion_factor": line.conversion / SCALE} if line.conversion != SCALE else {}),
		"warehouse": shop.warehouse,
		"income_account": shop.income_account,
		"cost_center": shop.cost_center,
		**shop.dimensions,
		"item_tax_template": tax_template_of(line, shop),
		**_both("price_list_rate", 0.0),
		**{name: value for field in ("rate", "net_rate") for name, value in _both(field, rate).items()},
		**{name: value for field in ("amount", "net_amount") for name, value in _both(field, amount).items()},
	}


def net_rate_minor(row: Row, sale: Sale) -> int:
	"""About what one unit came to without taxes: for people; the row's amount is exact."""
	return sale.draft.terms.round(row.net_minor * SCALE, row.line.quantity)


def _tax_rows(sale: Sale, shop: Shop) -> list[dict[str, Any]]:
	"""The shop's rows, and those that only the sale has: what the receipts say is booked."""
	unit = 10**sale.draft.currency_precision
	charged = {each.tax.tax: each for each in sale.totals.taxes}
	known = {row.account: row for row in shop.taxes}
	return [
		{
			"charge_type": "Actual",
			"account_head": account,
			"description": known[account].label if account in known else charged[account].tax.label,
			"tax_amount": charged[account].amount_minor / unit if account in charged else 0.0,
			"cost_center": (account in known and known[account].cost_center) or shop.cost_center,
			**shop.dimensions,
			**(_tax_by_item(sale, charged[account], unit) if account in charged else {}),
		}
		for account in dict.fromkeys((*known, *charged))
	]


def _tax_by_item(sale: Sale, tax: TaxAmount, unit: int) -> dict[str, Any]:
	"""What reports by item read; ERPNext would spread an amount over all lines, whatever their rates."""
	if not frappe.get_meta("Sales Taxes and Charges").has_field("item_wise_tax_detail"):
		return {}
	detail = {
		item: [rate / SCALE, share.numerator / (share.denominator * unit)]
		for item, (rate, share) in tax_of_items(sale, tax).items()
	}
	return {"dont_recompute_tax": 1, "item_wise_tax_detail": json.dumps(detail, separators=(",", ":"))}
