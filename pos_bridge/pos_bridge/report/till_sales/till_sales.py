"""The desk's view of what tills sold: by channel, shop, till, cashier, hour, day, item group or item.

It never adds up; pos_bridge/erpnext/reports/sales.py does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import fmt_money, formatdate

from pos_bridge.erpnext.reports.columns import Columns, column
from pos_bridge.erpnext.reports.sales import BY, OF_LINES, booked_elsewhere, not_booked, sales
from pos_bridge.erpnext.reports.seen import asked

MAX_BARS = 40
"""Groups that the chart shows; more are in the table."""
_IN_ORDER = ("hour", "business_date")


def execute(
	filters: Mapping[str, Any] | None = None,
) -> tuple[Columns, list[dict[str, Any]], str | None, dict[str, Any] | None, list[dict[str, Any]]]:
	"""Frappe's form: columns, rows, message, chart, summary."""
	chosen = filters or {}
	scope = asked(chosen)
	by = _by(chosen.get("group_by"))
	rows = sales(scope, by)
	words = [_left_out(each) for each in not_booked(scope)]
	words += [_elsewhere(each) for each in booked_elsewhere(scope)]
	return columns(by), rows, "<br>".join(words) or None, chart(by, rows), summary(by, rows)


def _by(chosen: object) -> list[str]:
	"""What is grouped by: a list, or a text with commas; the shop if nothing is chosen."""
	names = chosen if isinstance(chosen, list) else str(chosen or "").split(",")
	by = list(dict.fromkeys(str(name).strip() for name in names if str(name).strip()))
	unknown = [name for name in by if name not in BY]
	if unknown:
		frappe.throw(
			_("Sales can't be added up by {0}.").format(", ".join(map(frappe.utils.escape_html, unknown)))
		)
	return by or ["shop"]


def _left_out(each: Mapping[str, Any]) -> str:
	total = fmt_money(each["total"], currency=each["currency"] or None)
	if each["state"] == "held":
		return _("Not in these figures, because the books refused it: {0} tickets, {1}.").format(
			each["number"], total
		)
	return _("Not in these figures, because it waits to be posted: {0} tickets, {1}.").format(
		each["number"], total
	)


def _elsewhere(each: Mapping[str, Any]) -> str:
	net, tax = (fmt_money(each[name], currency=each["currency"] or None) for name in ("net", "tax"))
	if each["came"]:
		words = _("Not in these figures, but booked on these days: {0} tickets of others, net {1}, tax {2}.")
	else:
		words = _("In these figures, but booked on other days: {0} tickets, net {1}, tax {2}.")
	return words.format(each["number"], net, tax)


def columns(by: Sequence[str]) -> Columns:
	"""The groups' columns, then the figures'."""
	groups = {
		"channel": column("channel", _("Channel")),
		"shop": column("shop", _("Shop"), "Link", "POS Profile", 140),
		"till": column("till", _("Till"), "Link", "POS Till", 80),
		"cashier": column("cashier", _("Cashier"), width=130),
		"hour": column("hour", _("Hour"), "Int", width=70),
		"business_date": column("business_date", _("Business Date"), "Date", width=110),
		"item_group": column("item_group", _("Item Group"), "Link", "Item Group", 140),
		"item": column("item", _("Item"), "Link", "Item", 140),
	}
	figures = _line_figures() if set(by) & set(OF_LINES) else _ticket_figures()
	currency = column("currency", _("Currency"), "Link", "Currency", 80)
	return [*(groups[name] for name in by), *figures, currency]


def _ticket_figures() -> Columns:
	return [
		column("tickets", _("Tickets"), "Int", width=80),
		column("sold", _("Sales"), "Currency", "currency", 110),
		column("returned_tickets", _("Number of Returns"), "Int", width=80),
		column("returned", _("Returns"), "Currency", "currency", 100),
		column("net", _("Net"), "Currency", "currency", 110),
		column("tax", _("Tax"), "Currency", "currency", 100),
		column("rounding", _("Rounding"), "Currency", "currency", 90),
		column("total", _("Total"), "Currency", "currency", 110),
		column("average", _("Average Ticket"), "Currency", "currency", 110),
		column("discount", _("Discounts"), "Currency", "currency", 100),
	]


def _line_figures() -> Columns:
	return [
		column("quantity", _("Quantity"), "Float", width=90),
		column("returned_quantity", _("Quantity Returned"), "Float", width=110),
		column("amount", _("Amount"), "Currency", "currency", 110),
		column("net", _("Net"), "Currency", "currency", 110),
	]


def chart(by: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
	"""Bars of the first group: times in their order, all else largest first."""
	figure = "net" if set(by) & set(OF_LINES) else "total"
	sums: dict[Any, float] = {}
	for row in rows:
		sums[row[by[0]]] = sums.get(row[by[0]], 0.0) + float(row[figure] or 0)
	if not sums:
		return None
	ordered = sorted(sums, key=lambda key: (key is None, key) if by[0] in _IN_ORDER else (False, -sums[key]))
	shown = ordered[-MAX_BARS:] if by[0] in _IN_ORDER else ordered[:MAX_BARS]
	values = [round(sums[key], 2) for key in shown]
	title = _("Net") if figure == "net" else _("Total")
	labels = [_label(by[0], key) for key in shown]
	return {
		"data": {"labels": labels, "datasets": [{"name": title, "values": values}]},
		"type": "bar",
		"fieldtype": "Currency",
	}


def _label(by: str, key: Any) -> str:
	if by == "business_date":
		return str(formatdate(key))
	if by == "hour":
		return "?" if key is None else f"{key}:00"
	return str(key) or "?"


def summary(by: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
	"""Net, tax and total in each currency."""
	figures = [("net", _("Net"))]
	if not set(by) & set(OF_LINES):
		figures += [("tax", _("Tax")), ("total", _("Total")), ("discount", _("Discounts"))]
	return [
		{
			"label": title,
			"value": sum(float(row[name] or 0) for row in rows if row["currency"] == currency),
			"datatype": "Currency",
			"currency": currency,
			"indicator": "Blue",
		}
		for currency in sorted({row["currency"] or "" for row in rows})
		for name, title in figures
	]
