"""What a till is told of a customer who stands there: purchases of every channel, points, debts.

It never tells of another company's, and writes nothing.
"""

from typing import Any

import frappe
from erpnext.accounts.doctype.loyalty_program.loyalty_program import get_loyalty_details
from erpnext.selling.doctype.customer.customer import get_customer_outstanding
from frappe.utils import cint, flt, get_datetime, today

from pos_bridge.core.customers import MAX_GOODS_NAMED, MAX_PURCHASES, is_made_at_till
from pos_bridge.erpnext.customers.rows import row_of
from pos_bridge.erpnext.shop import Shop, minor, shop_of
from pos_bridge.erpnext.tenders.points import program_of


def customer_answer(till: str, asked: str) -> dict[str, Any]:
	"""See docs/protocol.md, "A customer"; `known` false and nothing else for one that is not there."""
	shop = shop_of(till)
	row = row_of(asked) if is_made_at_till(asked) else None
	name = (row.customer or "") if row else asked
	known = frappe.db.get_value(
		"Customer", {"name": name, "disabled": 0}, ["customer_name", "customer_group"]
	)
	if not known:
		return {"customer": asked, "known": False}
	return {
		"customer": asked,
		"known": True,
		"known_as": name,
		"name": known[0],
		"group": known[1] or "",
		"currency": shop.currency,
		"owed_minor": minor(get_customer_outstanding(name, shop.company, True), shop.currency_precision),
		**_points(name, shop),
		"purchases": _purchases(name, shop),
	}


def _points(customer: str, shop: Shop) -> dict[str, Any]:
	program = program_of(customer, shop.company)
	if program is None:
		return {}
	details = get_loyalty_details(customer, program.name, today(), shop.company)
	points = max(cint(details["loyalty_points"]), 0)
	factor = flt(frappe.get_cached_value("Loyalty Program", program.name, "conversion_factor"))
	return {"points": points, "points_minor": minor(points * factor, shop.currency_precision)}


def _purchases(customer: str, shop: Shop) -> list[dict[str, Any]]:
	found = frappe.get_all(
		"Sales Invoice",
		{"customer": customer, "company": shop.company, "docstatus": 1, "currency": shop.currency},
		[
			"name",
			"posting_date",
			"posting_time",
			"grand_total",
			"rounded_total",
			"is_return",
			"pos_bridge_entry",
		],
		order_by="posting_date desc, posting_time desc",
		limit=MAX_PURCHASES,
	)
	names = _names([row.name for row in found])
	return [
		{
			"receipt_number": row.name if row.pos_bridge_entry else "",
			"document": row.name,
			"at": get_datetime(f"{row.posting_date} {row.posting_time}").isoformat(timespec="minutes"),
			"total_minor": minor(row.rounded_total or row.grand_total, shop.currency_precision),
			"is_return": bool(row.is_return),
			"items": names.get(row.name, []),
		}
		for row in found
	]


def _names(invoices: list[str]) -> dict[str, list[str]]:
	rows = frappe.get_all(
		"Sales Invoice Item",
		{"parent": ("in", invoices or [""]), "idx": ("<=", MAX_GOODS_NAMED)},
		["parent", "item_name"],
		order_by="parent, idx",
	)
	found: dict[str, list[str]] = {}
	for row in rows:
		found.setdefault(row.parent, []).append(row.item_name)
	return found
