"""Which Item a shop's line means: by the shop's own id, else by SKU, else by barcode.

It never makes an Item and never drops a line: what nobody knows is `Rejected`, for a person to map.
"""

import frappe
from frappe import _

from pos_bridge.core.errors import Rejected
from pos_bridge.core.online import OrderLine
from pos_bridge.erpnext.shown import plain

UNKNOWN = "item_unknown"


class UnknownItem(Rejected):
	"""A line of which nobody knows the Item; `remote_id` is by what a person can map it."""

	code = UNKNOWN

	def __init__(self, message: str, remote_id: str) -> None:
		super().__init__(message)
		self.remote_id = remote_id


def remote_id_of(line: OrderLine) -> str:
	"""By what a line's item is mapped: the shop's id of it, else its SKU."""
	return line.item or f"sku:{line.sku}"


def item_of(channel: str, line: OrderLine) -> str:
	"""The Item of a line; raises `UnknownItem`."""
	if found := find_item(channel, line.item, line.sku, line.barcode):
		return found
	words = _("Nobody knows which Item “{0}” is (SKU: {1}, barcode: {2}, in the shop: {3}).")
	told = (each or _("none") for each in (line.sku, line.barcode, line.item))
	raise UnknownItem(words.format(line.title, *told), remote_id_of(line))


def find_item(channel: str, remote_id: str, sku: str, barcode: str) -> str:
	"""The Item that a shop means by its own id, a SKU or a barcode (each may be ""); "" if nobody knows."""
	for named in (each for each in (remote_id, f"sku:{sku}" if sku else "") if each):
		mapped = frappe.db.get_value("Channel Item", {"channel": channel, "remote_id": named}, "item")
		if mapped:
			return str(mapped)
	return _by_code(sku) or _by_barcode(barcode)


def _by_code(sku: str) -> str:
	"""MariaDB takes `tee` for `TEE`, and drops a blank at the end: only the same letters count."""
	name = frappe.db.get_value("Item", {"name": sku, "has_variants": 0}, "name") if sku else None
	return str(name) if name == sku and name else ""


def _by_barcode(barcode: str) -> str:
	parent = frappe.db.get_value("Item Barcode", {"barcode": barcode}, "parent") if barcode else None
	return str(parent or "")


def map_item(channel: str, remote_id: str, title: str, item: str) -> None:
	"""From now on the shop's id means this Item."""
	known = frappe.db.get_value("Channel Item", {"channel": channel, "remote_id": remote_id}, "name")
	fields = {"channel": channel, "remote_id": remote_id, "title": plain(title)[:140], "item": item}
	if known:
		document = frappe.get_doc("Channel Item", known)
		document.update(fields)
		document.save()
	else:
		frappe.get_doc({"doctype": "Channel Item", **fields}).insert()
