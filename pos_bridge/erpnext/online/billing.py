"""Sales Invoices and credit notes of an online order, to the shop's figures.

It never moves stock, and never credits an amount that the plan does not name.
"""

from datetime import datetime
from typing import Any

import frappe

from pos_bridge.core.online import Step
from pos_bridge.erpnext.online.context import Context, Document, submitted
from pos_bridge.erpnext.online.rows import check_total, fill


def bill(step: Step, context: Context) -> Document:
	"""The invoice of a delivery, or of what an order costs more now; what was paid for it is allocated."""
	document = _invoice(context, context.moment(step))
	fill(document, step, context)
	_follow_delivery(document, step, context)
	document.allocate_advances_automatically = 1
	# Else ERPNext takes money that the same customer paid for another order.
	document.only_include_allocated_payments = 1
	made = submitted(document)
	check_total(document, step.figures.total_minor, context)
	return made


def credit(step: Step, context: Context) -> Document:
	"""A credit note against the invoice that has its rows, or by itself where no single one has."""
	against = context.documents.get(step.against)
	document = _invoice(context, context.moment(step, against))
	document.is_return = 1
	fill(document, step, context, sign=-1)
	if against:
		document.return_against = against[1]
		billed = {row.pos_bridge_line: row.name for row in frappe.get_doc(*against).items}
		for row in document.items:
			row.sales_invoice_item = billed.get(row.pos_bridge_line) if row.pos_bridge_line else None
	made = submitted(document)
	check_total(document, -step.figures.total_minor, context)
	return made


def _invoice(context: Context, moment: datetime) -> Any:
	return frappe.get_doc(
		{
			"doctype": "Sales Invoice",
			**context.common(),
			"set_posting_time": 1,
			"posting_date": moment.date(),
			"posting_time": moment - datetime.combine(moment.date(), datetime.min.time()),
			"due_date": moment.date(),
			"ignore_default_payment_terms_template": 1,
			"update_stock": 0,
			"cost_center": context.channel.cost_center,
			"pos_bridge_channel": context.channel.name,
			"remarks": context.order.number,
		}
	)


def _follow_delivery(document: Any, step: Step, context: Context) -> None:
	"""Rows name the Delivery Note's and the Sales Order's, so that both count as billed."""
	delivered = context.documents.get(step.against)
	rows = {row.pos_bridge_line: row for row in frappe.get_doc(*delivered).items} if delivered else {}
	for row in document.items:
		sent = rows.get(row.pos_bridge_line) if row.pos_bridge_line else None
		if sent is not None:
			row.delivery_note, row.dn_detail = sent.parent, sent.name
			row.sales_order, row.so_detail = sent.against_sales_order, sent.so_detail
