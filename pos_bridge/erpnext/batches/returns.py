"""What came back of a sale that is booked in a batch, and the batch's rows that a return takes from.

A batch's rows hold many sales, so what came back of one is read from the entries; the caller holds its lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe

from pos_bridge.core.batch.together import Row
from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.money import SCALE
from pos_bridge.core.returns import quantities_returned, return_from_body
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.batches.sums import net_rate_minor
from pos_bridge.erpnext.overrides.sales_invoice import living


def is_batch(invoice: str) -> bool:
	"""Whether it is what posting made of many sales; amended in the desk it may not say so any more."""
	return bool(frappe.db.get_value("Sales Invoice", invoice, "is_consolidated"))


def returned_at_tills(sold_entry: str, batch: str) -> dict[int, int]:
	"""What tills took back of each line of a sale (10^-9) and still counts against the batch."""
	rows = frappe.db.sql(
		"SELECT entry.hash, entry.text, posting.document_name FROM `tabPOS Entry` entry"
		" JOIN `tabPOS Entry Posting` posting ON posting.parent = entry.name AND posting.part = 'return'"
		" WHERE entry.against_entry = %s AND entry.state = 'posted'",
		sold_entry,
	)
	return quantities_returned(
		return_from_body(open_wire(WireEntry(digest, text)).body)
		for digest, text, note in rows
		if _counts(note, batch)
	)


def _counts(note: str, batch: str) -> bool:
	stands = living(note)
	return bool(stands) and frappe.db.get_value("Sales Invoice", stands, "return_against") == batch


@dataclass(slots=True)
class Place:
	"""A row of a batch, and how much can still come back of it (10^-9)."""

	name: str
	item: str
	unit: str
	rate_minor: int
	left: int


def places_of(rows: Sequence[Row], sale: Sale, batch: str) -> list[Place] | None:
	"""The batch's row for each of a return's rows; None where what is left there is not enough.

	ERPNext lets no more come back of a row than it holds. The row's lock lets returns be posted one by one.
	"""
	frappe.db.sql("SELECT name FROM `tabSales Invoice` WHERE name = %s FOR UPDATE", batch)
	places = _places(batch, sale.draft.currency_precision)
	found = []
	for row in rows:
		place = _place_of(row, net_rate_minor(row, sale), places)
		if place is None:
			return None
		place.left += row.line.quantity
		found.append(place)
	return found


def _place_of(row: Row, rate_minor: int, places: list[Place]) -> Place | None:
	"""Of the item's rows the one with the nearest price: an average of what was rounded for each sale."""
	off_minor = 1 + SCALE // abs(row.line.quantity)
	fit = [
		place
		for place in places
		if (place.item, place.unit) == (row.line.item, row.line.unit)
		and place.left >= -row.line.quantity
		and abs(place.rate_minor - rate_minor) <= off_minor
	]
	return min(fit, key=lambda place: abs(place.rate_minor - rate_minor), default=None)


def _places(batch: str, decimals: int) -> list[Place]:
	taken: Mapping[str, Any] = dict(
		frappe.db.sql(
			"SELECT item.sales_invoice_item, SUM(-item.qty) FROM `tabSales Invoice Item` item"
			" JOIN `tabSales Invoice` note ON note.name = item.parent"
			" WHERE note.return_against = %s AND note.docstatus = 1 AND note.is_return = 1"
			" GROUP BY item.sales_invoice_item",
			batch,
		)
	)
	rows = frappe.get_all(
		"Sales Invoice Item",
		{"parent": batch},
		["name", "item_code", "uom", "qty", "net_rate"],
		order_by="idx",
	)
	return [
		Place(
			row.name,
			row.item_code,
			row.uom,
			round(float(row.net_rate) * 10**decimals),
			round(float(row.qty) * SCALE) - round(float(taken.get(row.name, 0)) * SCALE),
		)
		for row in rows
	]
