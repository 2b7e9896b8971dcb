"""Invoices that posting made, when the desk changes them: noted on their entry; only deleting is refused.

It never corrects a document; reconciliation explains what it came to.
"""

from typing import Any

import frappe
from frappe import _

from pos_bridge.erpnext.tenders import points

CANCELLED, AMENDED, RETURNED = "cancelled", "amended", "returned"
MAX_AMENDMENTS = 20
"""How often an invoice may have been amended in the desk before we stop following it."""


def on_cancel(doc: Any, method: str | None = None) -> None:
	"""A cancelled invoice of ours shows on its entry; a cancelled amendment or return no longer does."""
	_note(doc)
	if doc.is_return and doc.get("pos_bridge_entry"):
		points.forget(doc.name)


def on_submit(doc: Any, method: str | None = None) -> None:
	"""An invoice of the desk that amends one of ours, or takes goods back, shows on that one's entry."""
	if not doc.flags.pos_bridge_posting:
		_note(doc)


def on_trash(doc: Any, method: str | None = None) -> None:
	"""The document of an entry stays. Frappe's own check of links reads a cache that may be old."""
	for row in _postings(doc.name):
		frappe.throw(
			_(
				"Sales Invoice {0} is what entry {1} of a till became. It can be cancelled, not deleted."
			).format(doc.name, row.parent),
			frappe.LinkExistsError,
		)


def _note(doc: Any) -> None:
	touched = {first_of(doc.name)}
	if doc.is_return and doc.return_against:
		touched.add(first_of(doc.return_against))
	for invoice in touched:
		_mark(invoice)


def first_of(name: str) -> str:
	"""The invoice of which this one is an amendment, at any remove; itself if it is none."""
	for _step in range(MAX_AMENDMENTS):
		before = frappe.db.get_value("Sales Invoice", name, "amended_from")
		if not before:
			break
		name = str(before)
	return name


def living(name: str) -> str | None:
	"""The submitted invoice that `name` is or was amended to; None if there is none (any more)."""
	for _step in range(MAX_AMENDMENTS):
		if frappe.db.get_value("Sales Invoice", name, "docstatus") == 1:
			return name
		following = frappe.db.get_value(
			"Sales Invoice", {"amended_from": name}, "name", order_by="creation desc"
		)
		if not following:
			break
		name = str(following)
	return None


def _state_of(invoice: str) -> str:
	stands = living(invoice)
	if stands is None:
		return CANCELLED
	states = [AMENDED] if stands != invoice else []
	if any(not _is_ours(note) for note in _notes_against(stands)):
		states.append(RETURNED)
	return ", ".join(states)


def _notes_against(invoice: str) -> list[str]:
	return frappe.get_all("Sales Invoice", {"return_against": invoice, "docstatus": 1}, pluck="name")


def _is_ours(note: str) -> bool:
	"""Whether a credit note is a return of a till's, perhaps amended."""
	if frappe.db.get_value("Sales Invoice", note, "pos_bridge_entry"):
		return True
	return bool(_postings(first_of(note)))


def _postings(invoice: str) -> list[Any]:
	return frappe.get_all(
		"POS Entry Posting",
		{"document_type": "Sales Invoice", "document_name": invoice, "parenttype": "POS Entry"},
		["name", "parent"],
	)


def _mark(invoice: str) -> None:
	for row in _postings(invoice):
		state = _state_of(invoice)
		frappe.db.set_value("POS Entry Posting", row.name, "desk_state", state, update_modified=False)
		show_on_entry(row.parent)


def show_on_entry(entry: str) -> None:
	"""The entry says what was done to any of its documents."""
	states = frappe.get_all("POS Entry Posting", {"parent": entry}, pluck="desk_state", order_by="idx")
	shown = ", ".join(dict.fromkeys(each for each in states if each))
	frappe.db.set_value("POS Entry", entry, "desk_state", shown, update_modified=False)
