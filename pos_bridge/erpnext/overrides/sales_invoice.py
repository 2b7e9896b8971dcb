"""Invoices that posting made, when someone changes them in the desk: noted on their entry, never prevented.

It never corrects a document; reconciliation explains what it came to.
"""

from typing import Any

import frappe

CANCELLED, AMENDED, RETURNED = "cancelled", "amended", "returned"


def on_cancel(doc: Any, method: str | None = None) -> None:
	"""A cancelled invoice of ours shows on its entry."""
	_mark(doc.name, CANCELLED)


def on_submit(doc: Any, method: str | None = None) -> None:
	"""An invoice of the desk that amends one of ours, or takes goods back, shows on that one's entry."""
	if doc.flags.pos_bridge_posting:
		return
	if doc.amended_from:
		_mark(_first_of(doc.amended_from), AMENDED)
	if doc.is_return and doc.return_against:
		_mark(_first_of(doc.return_against), RETURNED)


def _first_of(name: str) -> str:
	"""The invoice that posting made, of which this one is an amendment; itself if it is none."""
	while before := frappe.db.get_value("Sales Invoice", name, "amended_from"):
		name = before
	return name


def _mark(invoice: str, state: str) -> None:
	rows = frappe.get_all(
		"POS Entry Posting",
		{"document_type": "Sales Invoice", "document_name": invoice, "parenttype": "POS Entry"},
		["name", "parent"],
	)
	for row in rows:
		frappe.db.set_value("POS Entry Posting", row.name, "desk_state", state, update_modified=False)
		frappe.db.set_value("POS Entry", row.parent, "desk_state", state, update_modified=False)
