"""Invoices that posting made, when the desk changes them: noted on their entry; only deleting is refused.

It never corrects a document; reconciliation explains what it came to.
"""

from typing import Any

import frappe
from frappe import _

from pos_bridge.erpnext.overrides import amendments
from pos_bridge.erpnext.overrides.amendments import AMENDED, CANCELLED, RETURNED
from pos_bridge.erpnext.tenders import points

INVOICE = "Sales Invoice"


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
	for row in amendments.postings_of(INVOICE, doc.name):
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
		amendments.mark(INVOICE, invoice, _state_of)


def first_of(name: str) -> str:
	"""The invoice of which this one is an amendment, at any remove; itself if it is none."""
	return amendments.first_of(INVOICE, name)


def living(name: str) -> str | None:
	"""The submitted invoice that `name` is or was amended to; None if there is none (any more)."""
	return amendments.living(INVOICE, name)


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
	return bool(amendments.postings_of(INVOICE, first_of(note)))
