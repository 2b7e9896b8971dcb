"""A return's entry as an ERPNext credit note against the invoice of the sale that it takes back.

It never trusts a return's claim about the sale: what was sold and what came back already is read under lock.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import frappe

from pos_bridge.core.daybook import State, Stored
from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, format_decimal
from pos_bridge.core.returns import OverReturned, Return, check_return, over_returned, return_from_body
from pos_bridge.core.sale import Sale, sale_from_body
from pos_bridge.erpnext.daybook import FrappeDaybook
from pos_bridge.erpnext.posting.fate import document_of
from pos_bridge.erpnext.posting.invoice import invoice_of
from pos_bridge.erpnext.shop import Shop

if TYPE_CHECKING:
	from pos_bridge.erpnext.posting.post import Booking

MAX_AMENDMENTS = 20
"""How often an invoice may have been amended in the desk before we stop following it."""


def return_of(
	entry: Entry, shop: Shop, customer: str, moment: datetime, booking: "Booking"
) -> tuple[Any, Sale]:
	"""The unsaved credit note of a return, and the figures that it has to come to.

	More coming back than was sold is booked without naming the invoice, with a flag: the money was paid.
	"""
	return_ = return_from_body(entry.body)
	check_return(return_)
	sale = return_.sale
	invoice = invoice_of(entry, sale, shop, customer, moment)
	invoice.is_return = 1
	if return_.against_entry:
		_refer(invoice, return_, booking)
	else:
		booking.flag("without_receipt", "Taken back without a receipt.")
	return invoice, sale


def _refer(invoice: Any, return_: Return, booking: "Booking") -> None:
	sold = _lock_sale(return_)
	original = _living(document_of(return_.against_entry, "sale"))
	if original is None:
		booking.flag("sale_cancelled", f"The invoice of {return_.against_receipt} was cancelled in the desk.")
		return
	rows = _rows_of(original)
	excess = over_returned(return_, sold, _already_returned(original, rows))
	if excess:
		booking.flag("over_returned", _in_words(excess, return_))
		return
	invoice.return_against = original
	invoice.customer = frappe.db.get_value("Sales Invoice", original, "customer")
	for row, line in zip(invoice.items, return_.sale.draft.lines, strict=True):
		row.sales_invoice_item = rows.get(line.against_line)


def _lock_sale(return_: Return) -> Sale:
	"""The sale that is taken back; its row is the lock that lets its returns be posted one by one."""
	found = frappe.db.sql(
		"SELECT state FROM `tabPOS Entry` WHERE name = %s AND kind = 'sale' FOR UPDATE", return_.against_entry
	)
	if not found:
		raise Rejected(
			f"The sale {return_.against_receipt} that is taken back has not arrived yet. The return is"
			" posted by itself as soon as the sale is in the books.",
			code="sale_unknown",
		)
	if found[0][0] != State.POSTED.value:
		raise Rejected(
			f"The sale {return_.against_receipt} that is taken back is not in the books yet. The return is"
			" posted by itself as soon as it is.",
			code="sale_not_posted",
		)
	stored = FrappeDaybook().find(return_.against_entry)
	assert isinstance(stored, Stored)
	return sale_from_body(stored.entry.body)


def _living(document: tuple[str, str] | None) -> str | None:
	"""The submitted invoice: the one that posting made, or what the desk amended it to; None if cancelled."""
	name = document[1] if document else None
	for _ in range(MAX_AMENDMENTS):
		if name is None or frappe.db.get_value("Sales Invoice", name, "docstatus") == 1:
			return name
		name = frappe.db.get_value("Sales Invoice", {"amended_from": name, "docstatus": ("<", 2)})
	return None


def _rows_of(invoice: str) -> dict[int, str]:
	"""The invoice's item rows by the number of the sale's line that they came from."""
	rows = frappe.get_all("Sales Invoice Item", {"parent": invoice}, ["idx", "name"])
	return {row.idx: row.name for row in rows}


def _already_returned(invoice: str, rows: Mapping[int, str]) -> dict[int, int]:
	"""What came back of each line, at tills or in the desk, as quantities of 10^-9."""
	taken = frappe.db.sql(
		"SELECT item.sales_invoice_item, SUM(-item.qty) FROM `tabSales Invoice Item` item"
		" JOIN `tabSales Invoice` note ON note.name = item.parent"
		" WHERE note.return_against = %s AND note.docstatus = 1 GROUP BY item.sales_invoice_item",
		invoice,
	)
	by_row = {row: round(float(quantity) * SCALE) for row, quantity in taken}
	return {number: by_row[row] for number, row in rows.items() if row in by_row}


def _in_words(excess: list[OverReturned], return_: Return) -> str:
	parts = [
		f"line {each.line}: sold {format_decimal(each.sold)}, back before {format_decimal(each.already)},"
		f" now {format_decimal(each.asked)}"
		for each in excess
	]
	return f"More came back of {return_.against_receipt} than was sold ({'; '.join(parts)})."
