"""Payment Entries of an online order: money that came in or went back, on the gateway's clearing account.

It never guesses an account, and never allocates one order's money to another's invoice.
"""

from typing import Any

import frappe
from erpnext.accounts.party import get_party_account
from frappe import _

from pos_bridge.core.errors import Rejected
from pos_bridge.core.online import Payment, Step
from pos_bridge.erpnext.online.channel import local_time
from pos_bridge.erpnext.online.context import Context, Document, submitted


def receive(step: Step, context: Context) -> Document:
	"""A captured payment, for this order's open invoices first, then for its Sales Order."""
	payment = _payment_of(step)
	amount = _in_company_currency(payment, context)
	document = _entry(payment, context, "Receive", amount)
	document.paid_to = document.pos_bridge_gateway_account
	document.paid_from = _receivable(context)
	left = amount
	for reference in (*_open_invoices(context), *_open_order(context)):
		left -= _refer(document, reference, min(left, reference["outstanding"]), context)
	return submitted(document)


def pay(step: Step, context: Context) -> Document:
	"""A refund that was paid out, for its credit note where there is one."""
	payment = _payment_of(step)
	amount = _in_company_currency(payment, context)
	document = _entry(payment, context, "Pay", amount)
	document.paid_from = document.pos_bridge_gateway_account
	document.paid_to = _receivable(context)
	note = context.documents.get(step.against)
	if note:
		outstanding = context.company_minor(frappe.db.get_value(*note, "outstanding_amount"))
		reference = {"doctype": note[0], "name": note[1], "outstanding": outstanding}
		_refer(document, reference, max(-amount, outstanding), context)
	return submitted(document)


def _payment_of(step: Step) -> Payment:
	if step.payment is None:
		raise Rejected(_("The step {0} has no payment.").format(step.key), code="channel_payment")
	return step.payment


def _in_company_currency(payment: Payment, context: Context) -> int:
	"""Minor units of the company's currency."""
	if payment.currency == context.channel.currency:
		return payment.amount_minor
	if payment.currency == context.order.currency:
		return context.company_minor(context.amount(payment.amount_minor) * context.rate())
	words = _("Order {0} is in {1} and was paid in {2}; the books can't tell what that is worth.")
	raise Rejected(
		words.format(context.order.number, context.order.currency, payment.currency), code="channel_currency"
	)


def _entry(payment: Payment, context: Context, kind: str, amount_minor: int) -> Any:
	gateway = context.channel.gateway(payment.gateway)
	day = local_time(payment.occurred_at).date()
	amount = amount_minor / context.company_unit
	document = frappe.get_doc(
		{
			"doctype": "Payment Entry",
			"payment_type": kind,
			"company": context.channel.company,
			"posting_date": day,
			"mode_of_payment": gateway.mode or None,
			"party_type": "Customer",
			"party": context.customer,
			"paid_amount": amount,
			"received_amount": amount,
			"source_exchange_rate": 1,
			"target_exchange_rate": 1,
			"reference_no": f"{context.order.number} {payment.id}"[:140],
			"reference_date": day,
			"cost_center": context.channel.cost_center,
			# ERPNext would write the buyer's name into a text that nothing can erase.
			"custom_remarks": 1,
			"remarks": f"{context.order.number} {payment.gateway} {payment.id}"[:140],
			"pos_bridge_channel_order": context.row,
		}
	)
	document.pos_bridge_gateway_account = gateway.account
	return document


def _receivable(context: Context) -> str:
	return str(get_party_account("Customer", context.customer, context.channel.company))


def _refer(document: Any, reference: dict[str, Any], amount_minor: int, context: Context) -> int:
	if not amount_minor:
		return 0
	document.append(
		"references",
		{
			"reference_doctype": reference["doctype"],
			"reference_name": reference["name"],
			"allocated_amount": amount_minor / context.company_unit,
		},
	)
	return amount_minor


def _open_invoices(context: Context) -> list[dict[str, Any]]:
	rows = frappe.get_all(
		"Sales Invoice",
		{"pos_bridge_channel_order": context.row, "docstatus": 1, "outstanding_amount": (">", 0)},
		["name", "outstanding_amount"],
		order_by="posting_date, creation",
	)
	return [
		{
			"doctype": "Sales Invoice",
			"name": row.name,
			"outstanding": context.company_minor(row.outstanding_amount),
		}
		for row in rows
	]


def _open_order(context: Context) -> list[dict[str, Any]]:
	"""The Sales Order with what is neither billed nor paid ahead of it."""
	name = context.sales_order
	order = name and frappe.get_doc("Sales Order", name)
	if not order or order.status == "Closed":
		return []
	billed = frappe.get_all(
		"Sales Invoice",
		{"pos_bridge_channel_order": context.row, "docstatus": 1, "is_return": 0},
		pluck="base_grand_total",
	)
	left = order.base_grand_total - order.advance_paid - sum(billed)
	outstanding = context.company_minor(left)
	return [{"doctype": "Sales Order", "name": name, "outstanding": outstanding}] if outstanding > 0 else []
