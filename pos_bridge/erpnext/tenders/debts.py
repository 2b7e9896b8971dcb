"""On account: what a customer owes after a sale, and what he owes less after a return.

It never decides who may owe how much; the goods are gone.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate

from pos_bridge.core.entry import Entry
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.voucher import VoucherLine, submit_voucher
from pos_bridge.erpnext.shop import Shop

PART = "debt"
"""The voucher that moves what a note owes to the customer whom its return names."""


def adds_to_them(entry: Entry) -> bool:
	"""Whether a customer owes more after this entry, read as it is said: it is checked later."""
	tenders = entry.body.get("tenders")
	rows = tenders if entry.kind == "sale" and isinstance(tenders, list) else []
	return any(isinstance(row, dict) and row.get("kind") == "on_account" for row in rows)


def prepare(invoice: Any, sale: Sale) -> None:
	"""A debt is due by the customer's payment terms; a return takes it off the invoice that is still owed."""
	owed_minor = sale.owed_minor
	if owed_minor > 0:
		invoice.due_date = None  # ERPNext sets it by the customer's payment terms
	if owed_minor < 0 and invoice.return_against:
		outstanding = frappe.db.get_value(
			"Sales Invoice", invoice.return_against, "outstanding_amount", for_update=True
		)
		if round(flt(outstanding) * 10**sale.draft.currency_precision) >= -owed_minor:
			# Else the note stays open itself: what was paid already is owed to the customer.
			invoice.update_outstanding_for_self = 0


def follow(entry: Entry, invoice: Any, sale: Sale, shop: Shop, booking: Booking) -> None:
	"""Settle a note with its invoice, and put it onto the account of whom it names.

	ERPNext leaves on a note what it has just taken off the invoice: it would be counted twice. And it gives
	every note the customer of its invoice; what a walk-in bought may come back onto somebody's account.
	"""
	if invoice.is_return and invoice.return_against and not invoice.update_outstanding_for_self:
		frappe.db.set_value("Sales Invoice", invoice.name, "outstanding_amount", 0, update_modified=False)
	named = _owner(sale)
	if invoice.is_return and named and named != invoice.customer:
		lines = [
			VoucherLine(invoice.debit_to, -sale.owed_minor, "Customer", invoice.customer),
			VoucherLine(invoice.debit_to, sale.owed_minor, "Customer", named),
		]
		remark = _("{0} came back onto the account of {1}.").format(entry.receipt_number, named)
		booking.documents[PART] = submit_voucher(
			entry, shop, lines, getdate(invoice.posting_date), remark, PART
		)


def _owner(sale: Sale) -> str:
	"""Who owes less by a return, if there still is such a customer."""
	who = {"name": sale.payer.customer, "disabled": 0}
	return frappe.db.get_value("Customer", who) or "" if sale.owed_minor < 0 else ""
