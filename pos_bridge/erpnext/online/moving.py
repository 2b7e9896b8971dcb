"""Goods of an online order that left or came back, as Delivery Notes; stock below zero is booked and said.

It never bills: a Delivery Note moves stock and its cost alone.
"""

from datetime import datetime
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Step
from pos_bridge.erpnext import stock
from pos_bridge.erpnext.online.context import Context, Document, submitted
from pos_bridge.erpnext.online.rows import item_row
from pos_bridge.erpnext.posting.moments import last_move_of, posting_moment


def deliver(step: Step, context: Context) -> Document:
	"""The Delivery Note of a fulfilment, from where the shop says that the goods left."""
	warehouse = context.channel.warehouse_at(step.location)
	ordered = _ordered(context)
	document = _note(step, context, warehouse, context.moment(step))
	for line, row in step.figures.rows.items():
		fields = item_row(line, row, context)
		before = ordered.get(line)
		named = {"against_sales_order": context.sales_order, "so_detail": before.name} if before else {}
		rate = {"rate": before.rate, "price_list_rate": before.rate} if before else {}
		document.append("items", {**fields, **named, **rate, "warehouse": warehouse})
	made = submitted(document)
	_say_what_is_below_zero(document, warehouse, step, context)
	return made


def take_back(step: Step, context: Context) -> Document:
	"""Goods of one delivery that came back to a location, at the cost at which they had left."""
	warehouse = context.channel.warehouse_at(step.location)
	delivered = context.documents[step.against]
	rows = {row.pos_bridge_line: row for row in frappe.get_doc(*delivered).items}
	document = _note(step, context, warehouse, context.moment(step, delivered))
	document.is_return, document.return_against = 1, delivered[1]
	for line, row in step.figures.rows.items():
		sold = rows[line]
		fields = {**item_row(line, row, context), "rate": sold.rate, "price_list_rate": sold.rate}
		fields |= {"qty": -row.quantity / SCALE, "dn_detail": sold.name, "warehouse": warehouse}
		fields |= {"against_sales_order": sold.against_sales_order, "so_detail": sold.so_detail}
		document.append("items", fields)
	return submitted(document)


def _note(step: Step, context: Context, warehouse: str, occurred: datetime) -> Any:
	codes = {context.item(line) for line in step.figures.rows}
	items = stock.lock_bins(codes, warehouse)
	day = occurred.date()
	moment = posting_moment(occurred, day, last_move_of(items, warehouse, day))
	return frappe.get_doc(
		{
			"doctype": "Delivery Note",
			**context.common(),
			"set_posting_time": 1,
			"posting_date": moment.date(),
			"posting_time": moment - datetime.combine(moment.date(), datetime.min.time()),
			"cost_center": context.channel.cost_center,
		}
	)


def _ordered(context: Context) -> dict[str, Any]:
	"""The Sales Order's rows by line."""
	if not context.sales_order:
		return {}
	return {row.pos_bridge_line: row for row in frappe.get_doc("Sales Order", context.sales_order).items}


def _say_what_is_below_zero(document: Any, warehouse: str, step: Step, context: Context) -> None:
	items = sorted({row.item_code for row in document.items})
	for item, quantity in stock.below_zero(items, warehouse):
		below = _("{0} is at {1} in {2}.").format(item, f"{quantity:g}", warehouse)
		context.flags.append((step.entry, "negative_stock", below))
