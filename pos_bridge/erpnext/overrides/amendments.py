"""Documents that posting made, followed through what the desk amended them to, and shown on their entry.

It never corrects a document, and knows no doctype by name.
"""

from collections.abc import Callable, Iterator
from typing import Any

import frappe

CANCELLED, AMENDED, RETURNED = "cancelled", "amended", "returned"
"""What an entry says of a document that the desk changed."""
MAX_AMENDMENTS = 20
"""How often a document may have been amended in the desk before we stop following it."""


def first_of(doctype: str, name: str) -> str:
	"""The document of which this one is an amendment, at any remove; itself if it is none."""
	for _step in range(MAX_AMENDMENTS):
		before = frappe.db.get_value(doctype, name, "amended_from")
		if not before:
			break
		name = str(before)
	return name


def versions(doctype: str, name: str) -> Iterator[str]:
	"""`name` and what it was amended to, in that order."""
	for _step in range(MAX_AMENDMENTS):
		yield name
		following = frappe.db.get_value(doctype, {"amended_from": name}, "name", order_by="creation desc")
		if not following:
			return
		name = str(following)


def living(doctype: str, name: str) -> str | None:
	"""The submitted document that `name` is or was amended to; None if there is none (any more)."""
	for version in versions(doctype, name):
		if frappe.db.get_value(doctype, version, "docstatus") == 1:
			return version
	return None


def postings_of(doctype: str, name: str) -> list[Any]:
	"""The entries that became this document: rows with `name` and `parent`."""
	return frappe.get_all(
		"POS Entry Posting",
		{"document_type": doctype, "document_name": name, "parenttype": "POS Entry"},
		["name", "parent"],
	)


def mark(doctype: str, name: str, state_of: Callable[[str], str]) -> None:
	"""Say on the entries that became this document what the desk did to it; most documents are no entry's."""
	rows = postings_of(doctype, name)
	state = state_of(name) if rows else ""
	for row in rows:
		frappe.db.set_value("POS Entry Posting", row.name, "desk_state", state, update_modified=False)
		_show_on_entry(row.parent)


def _show_on_entry(entry: str) -> None:
	"""The entry says what was done to any of its documents."""
	states = frappe.get_all("POS Entry Posting", {"parent": entry}, pluck="desk_state", order_by="idx")
	shown = ", ".join(dict.fromkeys(each for each in states if each))
	frappe.db.set_value("POS Entry", entry, "desk_state", shown, update_modified=False)
