"""What posting has at hand is not read again: the invoice just written, a Bin's name, a default account.

It never changes what ERPNext writes; where nothing is at hand, ERPNext's own function runs.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import erpnext.accounts.doctype.sales_invoice.sales_invoice as sales_invoice
import erpnext.controllers.selling_controller as selling_controller
import erpnext.stock.stock_ledger as stock_ledger
import frappe


@contextmanager
def nothing_read_twice(invoice: Any) -> Iterator[None]:
	"""Within it, the ERPNext functions named below use what posting `invoice` knows already."""
	replaced: list[tuple[Any, str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = [
		(sales_invoice, "update_voucher_outstanding", lambda own: _update_voucher_outstanding(own, invoice)),
		(selling_controller, "set_item_default", _set_item_default),
		(stock_ledger, "get_or_make_bin", _get_or_make_bin),
	]
	before = [(module, name, getattr(module, name)) for module, name, _ in replaced if hasattr(module, name)]
	for module, name, replacement in replaced:
		if hasattr(module, name):
			setattr(module, name, replacement(getattr(module, name)))
	try:
		yield
	finally:
		for module, name, own in before:
			setattr(module, name, own)


def _update_voucher_outstanding(own: Callable[..., None], invoice: Any) -> Callable[..., None]:
	"""ERPNext reads the whole invoice again, twice, to write its outstanding amount and status."""

	def update_voucher_outstanding(voucher_type: str, voucher_no: str, *more: Any, **named: Any) -> None:
		if (voucher_type, voucher_no) != (invoice.doctype, invoice.name):
			return own(voucher_type, voucher_no, *more, **named)
		get_doc = frappe.get_doc

		def at_hand(*arguments: Any, **options: Any) -> Any:
			if arguments == (voucher_type, voucher_no) and not options:
				return _as_written(invoice)
			return get_doc(*arguments, **options)

		frappe.get_doc = at_hand
		try:
			return own(voucher_type, voucher_no, *more, **named)
		finally:
			frappe.get_doc = get_doc

	return update_voucher_outstanding


def _as_written(invoice: Any) -> Any:
	"""The invoice as it would be read: a document of its own, not new, with its state before the change."""
	written = copy.copy(invoice)
	for document in (written, before := copy.copy(invoice)):
		document.flags = frappe._dict()
		document.__dict__.pop("__islocal", None)
		document.__dict__.pop("run_before_save_methods", None)
	written._doc_before_save = before
	return written


def _set_item_default(own: Callable[..., None]) -> Callable[..., None]:
	"""ERPNext writes the same account into the same row for every sale, which locks that row for others."""

	def set_item_default(item_code: str, company: str, fieldname: str, value: Any) -> None:
		known = frappe.db.get_value("Item Default", {"parent": item_code, "company": company}, fieldname)
		if known != value:
			own(item_code, company, fieldname, value)

	return set_item_default


def _get_or_make_bin(own: Callable[..., str]) -> Callable[..., str]:
	"""ERPNext reads the whole Bin and puts it into Redis to learn its name; posting holds the Bins' locks."""
	names: dict[tuple[str, str], str] = {}

	def get_or_make_bin(item_code: str, warehouse: str) -> str:
		place = (item_code, warehouse)
		if place not in names:
			names[place] = _bin(item_code, warehouse) or own(item_code, warehouse)
		return names[place]

	return get_or_make_bin


def _bin(item_code: str, warehouse: str) -> str:
	found = frappe.db.sql(
		"SELECT name FROM `tabBin` WHERE item_code = %s AND warehouse = %s", (item_code, warehouse)
	)
	return found[0][0] if found else ""
