"""Goods with batches and serial numbers for the tests, received by ERPNext's own documents."""

from dataclasses import replace

import frappe
from books import COMPANY, make_item

from pos_bridge.core.money import SCALE


def make_batch(item: str, name: str, expires: str | None = None) -> str:
	document = {"doctype": "Batch", "item": item, "batch_id": name, "expiry_date": expires}
	return frappe.get_doc(document).insert().name


def make_tracked(shop, kind: str, *, serials=0, batches=0, price=1000, **more) -> str:
	"""An item with serial numbers, batches or both; nothing of it is in stock."""
	flags = {"has_serial_no": int(bool(serials)), "has_batch_no": int(bool(batches)), **more}
	return make_item(f"{shop.till}-{kind}", price, **flags)


def receive(item: str, warehouse: str, quantity: float, batch="", serials=(), rate=4.0, day="2026-01-02"):
	"""Goods come in, of one batch, with these serial numbers."""
	row = {
		"item_code": item,
		"t_warehouse": warehouse,
		"qty": quantity,
		"basic_rate": rate,
		"use_serial_batch_fields": 1,
		"batch_no": batch or None,
		"serial_no": "\n".join(serials) or None,
	}
	entry = {
		"doctype": "Stock Entry",
		"stock_entry_type": "Material Receipt",
		"company": COMPANY,
		"set_posting_time": 1,
		"posting_date": day,
		"posting_time": "08:00:00",
		"items": [row],
	}
	frappe.get_doc(entry).submit()
	frappe.db.commit()


def of(line, batch="", serials=(), **more):
	"""The line with a batch and serial numbers."""
	return replace(line, batch=batch, serials=tuple(serials), **more)


def moved(invoice: str) -> list[tuple]:
	"""Item, batch, serial number and quantity of every move of a voucher."""
	rows = frappe.db.sql(
		"SELECT move.item_code, entry.batch_no, entry.serial_no, entry.qty, move.actual_qty"
		" FROM `tabStock Ledger Entry` move"
		" LEFT JOIN `tabSerial and Batch Entry` entry ON entry.parent = move.serial_and_batch_bundle"
		" WHERE move.voucher_no = %s AND move.is_cancelled = 0 ORDER BY move.creation, entry.idx",
		invoice,
	)
	return [
		(item, batch, serial, entry if entry is not None else moved)
		for item, batch, serial, entry, moved in rows
	]


def place_of(serial: str) -> str | None:
	return frappe.db.get_value("Serial No", serial, "warehouse") or None


def quantity(number: str) -> int:
	return round(float(number) * SCALE)


def bundle_of(item, parts):
	rows = [{"item_code": part, "qty": count} for part, count in parts.items()]
	frappe.get_doc({"doctype": "Product Bundle", "new_item_code": item, "items": rows}).insert()
	frappe.db.commit()
