"""The Sales Order of an online order: made with the shop's prices and taxes, changed, closed, opened again.

It never lets ERPNext compute a price, and never cancels: an order that comes to nothing is closed.
"""

import json
from typing import Any

import frappe

from pos_bridge.core.online import Step
from pos_bridge.erpnext.online.channel import local_time
from pos_bridge.erpnext.online.context import Context, Document, submitted
from pos_bridge.erpnext.online.rows import check_total, fill


def make(step: Step, context: Context) -> Document:
	"""The Sales Order, submitted, with goods reserved where they will leave."""
	day = local_time(step.occurred_at).date()
	document = frappe.get_doc(
		{
			"doctype": "Sales Order",
			**context.common(),
			"transaction_date": day,
			"delivery_date": day,
			"order_type": "Sales",
			"cost_center": context.channel.cost_center,
		}
	)
	fill(document, step, context)
	for row in document.items:
		row.warehouse, row.delivery_date = context.channel.warehouse_at(step.location), day
	made = submitted(document)
	check_total(document, step.figures.total_minor, context)
	return made


def change(step: Step, context: Context) -> Document:
	"""Bring the Sales Order to what the shop says now, by ERPNext's own way of changing rows."""
	from erpnext.controllers.accounts_controller import update_child_qty_rate

	name = context.sales_order
	target = frappe.get_doc({"doctype": "Sales Order", **context.common()})
	fill(target, step, context)
	rows = {row.pos_bridge_line: row for row in frappe.get_doc("Sales Order", name).items}
	wanted = [_wanted(row, rows, step) for row in target.items]
	# ERPNext asks for the user's own right to write, and channels have none.
	user = frappe.session.user
	frappe.set_user("Administrator")
	try:
		update_child_qty_rate("Sales Order", json.dumps(wanted, default=str), name)
		_name_new_rows(name, target, rows)
		_set_taxes(name, target)
	finally:
		frappe.set_user(user)
	check_total(frappe.get_doc("Sales Order", name), step.figures.total_minor, context)
	return "Sales Order", name


def _wanted(row: Any, rows: dict[str, Any], step: Step) -> dict[str, Any]:
	before = rows.get(row.pos_bridge_line)
	fields = {"item_code": row.item_code, "qty": row.qty, "rate": row.rate, "uom": row.uom}
	fields |= {"conversion_factor": 1, "delivery_date": str(local_time(step.occurred_at).date())}
	return fields | ({"docname": before.name, "idx": before.idx} if before else {})


def _name_new_rows(name: str, target: Any, rows: dict[str, Any]) -> None:
	"""ERPNext makes a row from the few fields that its dialog has."""
	made = frappe.get_all(
		"Sales Order Item", {"parent": name, "pos_bridge_line": ("is", "not set")}, ["name", "item_code"]
	)
	new = [row for row in target.items if row.pos_bridge_line not in rows]
	for row in new:
		fits = next(each for each in made if each.item_code == row.item_code)
		made.remove(fits)
		fields = {"pos_bridge_line": row.pos_bridge_line, "item_name": row.item_name}
		frappe.db.set_value("Sales Order Item", fits.name, fields, update_modified=False)


def _set_taxes(name: str, target: Any) -> None:
	"""The shop's taxes, and rates without the margins and discounts that ERPNext makes of a new rate."""
	document = frappe.get_doc("Sales Order", name)
	rates = {row.pos_bridge_line: row.rate for row in target.items}
	for row in document.items:
		rate = rates[row.pos_bridge_line]
		row.update({"price_list_rate": rate, "rate": rate, "discount_percentage": 0, "discount_amount": 0})
		row.update({"margin_type": "", "margin_rate_or_amount": 0, "rate_with_margin": 0})
	fields = ("charge_type", "account_head", "description", "tax_amount", "cost_center")
	document.set("taxes", [])
	for row in target.taxes:
		document.append("taxes", {field: row.get(field) for field in fields})
	document.flags.ignore_validate_update_after_submit = True
	document.calculate_taxes_and_totals()
	document.save(ignore_permissions=True)


def close(step: Step, context: Context) -> Document:
	"""What has not left is not reserved any more."""
	return _turned(context.sales_order, "Closed")


def reopen(step: Step, context: Context) -> Document:
	return _turned(context.sales_order, "Draft")


def _turned(name: str, status: str) -> Document:
	document = frappe.get_doc("Sales Order", name)
	document.flags.ignore_permissions = True
	document.update_status(status)
	return "Sales Order", name
