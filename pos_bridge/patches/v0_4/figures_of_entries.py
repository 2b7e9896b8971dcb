"""Entries that were recorded without the figures that reports read get them from their texts, which stay."""

import frappe

from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.errors import Malformed
from pos_bridge.erpnext.reports.figures import SOLD, columns_of

PAGE = 1_000


def execute() -> None:
	"""Page by page; run again, it fills what is still empty.

	Frappe refuses more than 200,000 writes in one transaction, so a big shop's are committed on the way.
	"""
	frappe.db.auto_commit_on_many_writes = True
	cursor = 0
	while page := frappe.db.sql(
		"SELECT name, position, hash, text FROM `tabPOS Entry`"
		" WHERE position > %s AND kind IN %s AND (channel IS NULL OR sold IS NULL)"
		f" ORDER BY position LIMIT {PAGE}",
		(cursor, SOLD),
	):
		for name, position, hash, text in page:
			cursor = position
			_fill(name, WireEntry(hash, text))


def _fill(name: str, wire: WireEntry) -> None:
	try:
		columns = columns_of(open_wire(wire))
	except Malformed:
		return  # damaged in the database: reconciliation says so
	marks = ", ".join(f"`{column}` = %({column})s" for column in columns)
	frappe.db.sql(f"UPDATE `tabPOS Entry` SET {marks} WHERE name = %(name)s", {**columns, "name": name})
