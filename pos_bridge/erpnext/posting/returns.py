"""A return's entry as an ERPNext credit note against the invoice of the sale that it takes back.

It never trusts a return's claim about the sale: what was sold and what came back already is read under lock.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, to_timedelta

from pos_bridge.core.batch.together import rows_of
from pos_bridge.core.daybook import State, Stored, against_of
from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, format_decimal
from pos_bridge.core.returns import OverReturned, Return, check_return, over_returned, return_from_body
from pos_bridge.core.sale import Sale
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext.batches.returns import is_batch, places_of, returned_at_tills
from pos_bridge.erpnext.batches.sums import put_sums
from pos_bridge.erpnext.daybook import FrappeDaybook
from pos_bridge.erpnext.overrides.sales_invoice import living
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.fate import document_of
from pos_bridge.erpnext.posting.invoice import invoice_of
from pos_bridge.erpnext.shop import Shop


def return_of(
	entry: Entry, shop: Shop, customer: str, moment: datetime, booking: Booking
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
		_refer(invoice, return_, shop, booking)
	else:
		booking.flag("without_receipt", _("Taken back without a receipt."))
	return invoice, sale


def lock_sale_of(entry: Entry) -> None:
	"""Lock the sale that a return takes back, before its goods' Bins: as whoever posts that sale does."""
	frappe.db.sql("SELECT name FROM `tabPOS Entry` WHERE name = %s FOR UPDATE", against_of(entry))


def _refer(invoice: Any, return_: Return, shop: Shop, booking: Booking) -> None:
	sold = _lock_sale(return_)
	document = document_of(return_.against_entry, "sale")
	original = living(document[1]) if document else None
	if original is None:
		cancelled = _("The invoice of {0} was cancelled in the desk.").format(return_.against_receipt)
		booking.flag("sale_cancelled", cancelled)
		return
	if document and is_batch(document[1]):
		_refer_to_batch(invoice, original, return_, sold, shop, booking)
		return
	rows = _rows_of(original, sold)
	excess = over_returned(return_, sold, _already_returned(original, rows, sold))
	if excess:
		booking.flag("over_returned", _in_words(excess, return_))
		return
	if cheaper := _cheaper(return_, rows):
		amended = _("The desk amended {0} to a lower price of {1}.").format(original, cheaper)
		booking.flag("sale_amended", amended)
		return
	invoice.return_against = original
	invoice.customer = frappe.db.get_value("Sales Invoice", original, "customer")
	_not_before(original, invoice)
	for row, line in zip(invoice.items, return_.sale.draft.lines, strict=True):
		row.sales_invoice_item = rows[line.against_line].name


def _refer_to_batch(
	invoice: Any, batch: str, return_: Return, sold: Sale, shop: Shop, booking: Booking
) -> None:
	excess = over_returned(return_, sold, returned_at_tills(return_.against_entry, batch))
	if excess:
		booking.flag("over_returned", _in_words(excess, return_))
		return
	rows = rows_of(return_.sale)
	places = places_of(rows, return_.sale, batch)
	if places is None:
		words = _("The desk changed {0}, or took goods of it back: what is left does not take this return.")
		booking.flag("over_returned", words.format(batch))
		return
	put_sums(invoice, return_.sale, rows, shop)
	invoice.return_against = batch
	invoice.customer = frappe.db.get_value("Sales Invoice", batch, "customer")
	_not_before(batch, invoice)
	unit = 10**return_.sale.draft.currency_precision
	for row, place in zip(invoice.items, places, strict=True):
		rate = place.rate_minor / unit
		row.update({"sales_invoice_item": place.name, "rate": rate, "base_rate": rate})


def _not_before(original: str, invoice: Any) -> None:
	"""On the day of its sale, a return happened after it, whatever the clocks say: ERPNext insists on that.

	Goods of the stock ledger see to it by themselves (`posting_moment`); this is for services.
	"""
	sold_on, sold_at = frappe.db.get_value("Sales Invoice", original, ["posting_date", "posting_time"])
	if getdate(sold_on) == getdate(invoice.posting_date) and to_timedelta(invoice.posting_time) < sold_at:
		invoice.posting_time = str(sold_at)


def _lock_sale(return_: Return) -> Sale:
	"""The sale that is taken back; its row is the lock that lets its returns be posted one by one."""
	found = frappe.db.sql(
		"SELECT state FROM `tabPOS Entry` WHERE name = %s AND kind = 'sale' FOR UPDATE", return_.against_entry
	)
	if not found:
		raise Rejected(
			_("The sale {0} that is taken back has not arrived yet.").format(return_.against_receipt),
			code="sale_unknown",
		)
	if found[0][0] != State.POSTED.value:
		raise Rejected(
			_("The sale {0} that is taken back is not in the books yet.").format(return_.against_receipt),
			code="sale_not_posted",
		)
	stored = FrappeDaybook().find(return_.against_entry)
	assert isinstance(stored, Stored)
	return sale_from_body(stored.entry.body)


def _rows_of(invoice: str, sold: Sale) -> dict[int, Any]:
	"""The invoice's item rows by the number of the sale's line that they came from.

	By their place; where the desk amended the invoice, by item and unit. A line that it left out has no row.
	"""
	left = frappe.get_all(
		"Sales Invoice Item",
		{"parent": invoice},
		["idx", "name", "item_code", "uom", "qty", "rate"],
		order_by="idx",
	)
	lines = dict(enumerate(sold.draft.lines, start=1))
	found: dict[int, Any] = {}
	for in_place in (True, False):
		for number, line in lines.items():
			fits = (
				row
				for row in left
				if (row.item_code, row.uom) == (line.item, line.unit) and (row.idx == number or not in_place)
			)
			if number not in found and (row := next(fits, None)):
				found[number] = row
				left.remove(row)
	return found


def _already_returned(invoice: str, rows: Mapping[int, Any], sold: Sale) -> dict[int, int]:
	"""What can't come back any more of each line, as quantities of 10^-9.

	Returned at tills or in the desk, or taken off the invoice when the desk amended it.
	"""
	taken = _taken_back(invoice, rows)
	already = {}
	for number, line in enumerate(sold.draft.lines, start=1):
		stands = round(float(rows[number].qty) * SCALE) if number in rows else 0
		already[number] = taken.get(number, 0) + max(0, line.quantity - stands)
	return already


def back_in_desk(sold: Stored) -> dict[int, int]:
	"""What came back of a sale's lines by credit notes made by hand, as quantities of 10^-9.

	Nothing of a batched sale: a credit note of its batch does not say whose goods came back.
	"""
	document = document_of(sold.entry.id, "sale") if sold.entry.kind == "sale" else None
	invoice = living(document[1]) if document else None
	if document is None or invoice is None or is_batch(document[1]):
		return {}
	rows = _rows_of(invoice, sale_from_body(sold.entry.body))
	return _taken_back(invoice, rows, " AND COALESCE(note.pos_bridge_entry, '') = ''")


def _taken_back(invoice: str, rows: Mapping[int, Any], whose: str = "") -> dict[int, int]:
	"""By credit notes; one that was made by hand may name no row, then the item's first line counts."""
	notes = frappe.db.sql(
		"SELECT item.sales_invoice_item, item.item_code, SUM(-item.qty) FROM `tabSales Invoice Item` item"
		" JOIN `tabSales Invoice` note ON note.name = item.parent"
		f" WHERE note.return_against = %s AND note.docstatus = 1{whose}"
		" GROUP BY item.sales_invoice_item, item.item_code",
		invoice,
	)
	taken: dict[int, int] = {}
	for name, item, quantity in notes:
		named = [number for number, row in rows.items() if row.name == name]
		numbers = named or [number for number, row in sorted(rows.items()) if row.item_code == item]
		for number in numbers[:1]:
			taken[number] = taken.get(number, 0) + round(float(quantity) * SCALE)
	return taken


def _cheaper(return_: Return, rows: Mapping[int, Any]) -> str:
	"""An item that came to cost less than the return pays out: ERPNext takes no such credit note."""
	precision = return_.sale.draft.currency_precision
	for line, amounts in zip(return_.sale.draft.lines, return_.sale.totals.lines, strict=True):
		if round(float(rows[line.against_line].rate) * 10**precision) < amounts.rate_minor:
			return line.name
	return ""


def _in_words(excess: list[OverReturned], return_: Return) -> str:
	parts = [
		_("line {0}: sold {1}, back before {2}, now {3}").format(
			each.line, format_decimal(each.sold), format_decimal(each.already), format_decimal(each.asked)
		)
		for each in excess
	]
	receipt = return_.against_receipt
	return _("More came back of {0} than was sold ({1}).").format(receipt, "; ".join(parts))
