"""Where batches and serial numbers are by the books, asked with ERPNext's own functions where it has them.

It never writes, and never picks for a sale what is not there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import frappe
from erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle import (
	get_auto_batch_nos,
	get_available_serial_nos,
)
from frappe.utils import flt

MAX_PICKED = 100_000
"""Serial numbers that are looked at for one line."""


def serials_of(item: str, names: Sequence[str]) -> dict[str, Any]:
	"""Warehouse, batch and customer of an item's serial numbers; those that are not known are left out."""
	rows = frappe.get_all(
		"Serial No",
		{"name": ("in", list(names)), "item_code": item},
		["name", "warehouse", "batch_no", "customer"],
	)
	return {row.name: row for row in rows}


def last_delivery_of(serial: str) -> str:
	"""The voucher by which a serial number left last, if it did."""
	found = _moves_of([serial], "bundle.type_of_transaction = 'Outward'")
	return str(found[-1][1]) if found else ""


def later_move_of(serials: Sequence[str], moment: datetime) -> tuple[str, str] | None:
	"""A serial number of these that was moved after `moment`, and by which voucher; ERPNext forbids it."""
	found = _moves_of(
		serials,
		"TIMESTAMP(bundle.posting_date, bundle.posting_time) > %(moment)s",
		moment=moment,
	)
	return (str(found[0][0]), str(found[0][1])) if found else None


def _moves_of(serials: Sequence[str], condition: str, **values: Any) -> Sequence[Sequence[str]]:
	if not serials:
		return ()
	return frappe.db.sql(
		"SELECT entry.serial_no, bundle.voucher_no FROM `tabSerial and Batch Entry` entry"
		" JOIN `tabSerial and Batch Bundle` bundle ON bundle.name = entry.parent"
		" WHERE entry.serial_no IN %(serials)s AND bundle.docstatus = 1 AND bundle.is_cancelled = 0"
		f" AND bundle.type_of_transaction IN ('Inward', 'Outward') AND {condition}"
		" ORDER BY bundle.posting_date, bundle.posting_time, bundle.creation",
		{"serials": tuple(serials), **values},
	)


def pickable_serials(item: str, warehouse: str, without: Sequence[str], batch: str = "") -> list[str]:
	"""Serial numbers that are in a warehouse, in the order in which ERPNext picks them."""
	asked = frappe._dict(
		item_code=item,
		warehouse=warehouse,
		based_on=_order(),
		qty=MAX_PICKED,
		has_batch_no=1,
		ignore_serial_nos=list(without),
	)
	rows = get_available_serial_nos(asked)
	return [row.serial_no for row in rows if not batch or row.batch_no == batch]


def batches_in(
	item: str, warehouse: str, moment: datetime, batch: str = "", expired_too: bool = False
) -> dict[str, float]:
	"""What a warehouse has of an item's batches, in the order in which ERPNext picks them.

	As much as there was at `moment` and still is: what was sold since can't be sold before.
	"""
	now = _batches(item, warehouse, None, batch, expired_too)
	then = _batches(item, warehouse, moment, batch, expired_too)
	return {name: min(there, now[name]) for name, there in then.items() if name in now}


def _batches(
	item: str, warehouse: str, moment: datetime | None, batch: str, expired_too: bool
) -> dict[str, float]:
	asked = frappe._dict(item_code=item, warehouse=warehouse, based_on=_order())
	if batch:
		asked.batch_no = batch
	if expired_too:
		asked.for_stock_levels = True
	if moment:
		asked.update(posting_date=moment.date(), posting_time=moment.time(), do_not_check_future_batches=1)
	found: dict[str, float] = {}
	for row in get_auto_batch_nos(asked):
		found[row.batch_no] = found.get(row.batch_no, 0.0) + flt(row.qty, 9)
	return found


def _order() -> str | None:
	return frappe.db.get_single_value("Stock Settings", "pick_serial_and_batch_based_on")


def left_with(row: str, item: str) -> tuple[list[str], dict[str, float]]:
	"""Serial numbers, and batches with how much of each, that an invoice's row took out of stock."""
	found = frappe.db.sql(
		"SELECT entry.serial_no, entry.batch_no, -entry.qty FROM `tabSerial and Batch Entry` entry"
		" JOIN `tabSerial and Batch Bundle` bundle ON bundle.name = entry.parent"
		" WHERE bundle.voucher_type = 'Sales Invoice' AND bundle.voucher_detail_no = %s"
		" AND bundle.item_code = %s AND bundle.docstatus = 1 AND bundle.is_cancelled = 0"
		" ORDER BY bundle.creation, entry.idx",
		(row, item),
	)
	batches: dict[str, float] = {}
	for _serial, batch, quantity in found:
		if batch:
			batches[batch] = batches.get(batch, 0.0) + float(quantity)
	return [serial for serial, _batch, _quantity in found if serial], batches
