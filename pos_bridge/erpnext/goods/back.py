"""Batch and serial numbers of goods that come back: the same that left, into the warehouse again.

It never puts a serial number into stock that the books have in stock, nor one that left with another row.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe

from pos_bridge.erpnext.goods import trouble
from pos_bridge.erpnext.goods.trouble import Trouble
from pos_bridge.erpnext.goods.whereabouts import left_with, serials_of


def troubles(row: Any, customer: str, serials: Sequence[str], batch: str) -> Iterable[Trouble]:
	"""Why a row can't take back what the return names."""
	sold = row.get("sales_invoice_item")
	left, left_batches = left_with(sold, row.item_code) if sold else ([], {})
	known = serials_of(row.item_code, serials) if serials else {}
	for serial in serials:
		there = known.get(serial)
		if there is None:
			yield trouble.not_known("serial_missing", serial, row.item_code)
		elif there.warehouse:
			yield trouble.still_here(serial, row.item_code, there.warehouse)
		elif left and serial not in left:
			yield trouble.did_not_leave("serial_missing", serial, row.item_code, sold)
		elif not sold and there.customer not in (None, "", customer):
			yield trouble.of_another(serial, row.item_code, there.customer)
	if batch and not serials:
		yield from _batch_troubles(row, batch, left_batches)


def _batch_troubles(row: Any, batch: str, left: Mapping[str, float]) -> Iterable[Trouble]:
	if not frappe.db.exists("Batch", {"name": batch, "item": row.item_code}):
		yield trouble.not_known("batch_missing", batch, row.item_code)
	elif left and batch not in left:
		yield trouble.did_not_leave("batch_missing", batch, row.item_code, row.sales_invoice_item)


def same_again(row: Any, note: Any) -> Iterable[Trouble]:
	"""A row that names none takes back what its sale's row took out; ERPNext chooses which part of it."""
	sold = _sold_row(row, note)
	serials, batches = left_with(sold, row.item_code) if sold else ([], {})
	if not (serials or batches):
		has_serials = frappe.get_cached_value("Item", row.item_code, "has_serial_no")
		return [trouble.never_left("serial_missing" if has_serials else "batch_missing", row.item_code)]
	if row.doctype != "Packed Item":
		row.use_serial_batch_fields = 0
		return []
	return _of_bundle(row, serials, list(batches))


def _sold_row(row: Any, note: Any) -> str:
	if row.doctype != "Packed Item":
		return str(row.get("sales_invoice_item") or "")
	of = (each for each in note.items if each.name == row.parent_detail_docname)
	return str(next((each.sales_invoice_item for each in of if each.sales_invoice_item), ""))


def _of_bundle(row: Any, serials: Sequence[str], batches: Sequence[str]) -> list[Trouble]:
	"""What a bundle consists of names no sale's row, so ERPNext would make new numbers for it."""
	wanted = round(abs(float(row.qty)))
	if serials:
		known = serials_of(row.item_code, serials)
		out = [each for each in serials if each in known and not known[each].warehouse][:wanted]
		if len(out) < wanted:
			return [trouble.never_left("serial_missing", row.item_code)]
		row.serial_no = "\n".join(out)
	elif len(batches) == 1:
		row.batch_no = batches[0]
	else:
		return [trouble.never_left("batch_missing", row.item_code)]
	row.use_serial_batch_fields = 1
	return []
