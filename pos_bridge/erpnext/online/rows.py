"""Figures as rows of a selling document: items at rounded rates, taxes and charges as fixed amounts.

What quantity times a rounded rate has too much or too little is one more row to the income account, so that
the document comes to the figures to the minor unit. It never computes a tax.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, Rounding, format_minor, round_ratio
from pos_bridge.core.online import ADJUSTMENT, ROUNDING, Amount, Figures, OrderCharge, Row, Step, tax_of_key
from pos_bridge.erpnext.online.context import Context

_CENT_OFF = 2
"""Minor units by which a unit's rate may differ from the order's and still be taken for the same."""


def fill(document: Any, step: Step, context: Context, sign: int = 1) -> None:
	"""Append items, taxes and charges of a step's figures to a document; `sign` is -1 in credit notes."""
	figures, off = step.figures, 0
	for line, row in figures.rows.items():
		fields = item_row(line, row, context) if row.quantity else _value_row(line, row, context)
		fields["qty"] *= sign
		document.append("items", fields)
		booked = flt(flt(fields["rate"]) * flt(fields["qty"]), document.precision("total") or 2)
		off += sign * row.amount.net_minor - context.minor(booked)
	for charge, amount in figures.charges.items():
		fixed = _charge_row(charge, amount, step, context)
		if amount.net_minor > 0 and not figures.rows:
			label, account = fixed["description"], fixed["account_head"]
			rate = context.amount(amount.net_minor)
			document.append("items", {**_nameless(label, account, context), "qty": sign, "rate": rate})
		elif amount.net_minor:
			document.append("taxes", {**fixed, "tax_amount": sign * context.amount(amount.net_minor)})
	for tax in _tax_rows(figures, context, sign):
		document.append("taxes", tax)
	if off:
		rest = _fixed(context.channel.revenue_account, _("Rounding of unit prices"), context)
		document.append("taxes", {**rest, "tax_amount": context.amount(off)})


def item_row(line: str, row: Row, context: Context) -> dict[str, Any]:
	"""An item's row: its quantity, and the rate of the Sales Order where the figures have about the same."""
	item = context.item(line)
	standing = context.line(line)
	rate = context.amount(_unit_rate(line, row, context))
	name = standing.title if standing else frappe.get_cached_value("Item", item, "item_name")
	return {
		"item_code": item,
		"item_name": name[:140],
		"qty": row.quantity / SCALE,
		"uom": frappe.get_cached_value("Item", item, "stock_uom"),
		"conversion_factor": 1,
		"rate": rate,
		# A price that differs from the rate, or none, would make ERPNext compute the rate from it.
		"price_list_rate": rate,
		"discount_percentage": 0,
		"discount_amount": 0,
		"item_tax_template": "",
		"cost_center": context.channel.cost_center,
		"pos_bridge_line": line,
		**context.revenue(standing),
	}


def _unit_rate(line: str, row: Row, context: Context) -> int:
	own = round_ratio(row.amount.net_minor * SCALE, row.quantity, Rounding.COMMERCIAL)
	named = {"parent": context.sales_order, "pos_bridge_line": line}
	ordered = context.sales_order and frappe.db.get_value("Sales Order Item", named, "rate")
	if not ordered:
		return own
	agreed = context.minor(ordered)
	return agreed if abs(agreed - own) <= _CENT_OFF else own


def _value_row(line: str, row: Row, context: Context) -> dict[str, Any]:
	"""Money for a line without a quantity: its price was changed after it had been billed."""
	standing = context.line(line)
	title = standing.title if standing else line
	account = context.revenue(standing).get("income_account") or context.channel.revenue_account
	return {**_nameless(title, account, context), "qty": 1, "rate": context.amount(row.amount.net_minor)}


def _nameless(title: str, account: str, context: Context) -> dict[str, Any]:
	"""A row that is for no Item."""
	unit = frappe.db.get_single_value("Stock Settings", "stock_uom") or "Nos"
	return {
		"item_name": title[:140],
		"description": title,
		"uom": unit,
		"stock_uom": unit,
		"conversion_factor": 1,
		"income_account": account,
		"cost_center": context.channel.cost_center,
	}


def _charge_row(charge: str, amount: Amount, step: Step, context: Context) -> dict[str, Any]:
	if charge == ROUNDING:
		return _fixed(context.channel.charge_account(ROUNDING), _("Rounding"), context)
	if charge == ADJUSTMENT:
		account = context.channel.account("refund_account")
		return _fixed(account, _("Refund"), context)
	known = _named(charge, (*step.charges, *context.order.charges))
	if known is None:
		# It was in the order when it was billed, and is gone from it now.
		return _fixed(context.channel.charge_account("shipping"), _("Charge {0}").format(charge), context)
	return _fixed(context.channel.charge_account(known.kind), known.title or known.kind, context)


def _named(charge: str, charges: Iterable[OrderCharge]) -> OrderCharge | None:
	return next((each for each in charges if each.id == charge), None)


def _tax_rows(figures: Figures, context: Context, sign: int) -> list[dict[str, Any]]:
	taxes: Mapping[str, int] = figures.amount.taxes
	return [
		{
			**_fixed(context.channel.tax_account(key), _tax_label(key), context),
			"tax_amount": sign * context.amount(minor),
		}
		for key, minor in taxes.items()
	]


def _tax_label(key: str) -> str:
	rate, title = tax_of_key(key)
	return title or _("Tax {0} %").format(f"{rate / SCALE:g}")


def _fixed(account: str, label: str, context: Context) -> dict[str, Any]:
	return {
		"charge_type": "Actual",
		"account_head": account,
		"description": label,
		"cost_center": context.channel.cost_center,
	}


def check_total(document: Any, expected_minor: int, context: Context) -> None:
	"""`Rejected` with both figures unless ERPNext came to what the shop says, to the minor unit."""
	found = context.minor(document.grand_total)
	if found != expected_minor:
		decimals = context.order.currency_precision
		words = _("{0} for order {1}: the shop says {2}, ERPNext comes to {3}. Nothing was booked.")
		shop, books = format_minor(expected_minor, decimals), format_minor(found, decimals)
		raise Rejected(
			words.format(frappe._(document.doctype), context.order.number, shop, books),
			code="order_totals_differ",
		)
