"""Vouchers that posting made, when the desk changes them: noted on their entry; only deleting is refused.

It never corrects a voucher; reconciliation says what it came to.
"""

from typing import Any

import frappe
from frappe import _

from pos_bridge.erpnext.overrides.sales_invoice import AMENDED, CANCELLED, MAX_AMENDMENTS, show_on_entry

VOUCHER = "Journal Entry"


def on_cancel(doc: Any, method: str | None = None) -> None:
	"""A cancelled voucher of ours shows on its entry; a cancelled amendment no longer stands for it."""
	_mark(first_of(doc.name))


def on_submit(doc: Any, method: str | None = None) -> None:
	"""A voucher of the desk that amends one of ours shows on that one's entry."""
	if not doc.flags.pos_bridge_posting and doc.amended_from:
		_mark(first_of(doc.name))


def on_trash(doc: Any, method: str | None = None) -> None:
	"""The document of an entry stays. Frappe's own check of links reads a cache that may be old."""
	for row in _postings(doc.name):
		frappe.throw(
			_(
				"Journal Entry {0} is what entry {1} of a till became. It can be cancelled, not deleted."
			).format(doc.name, row.parent),
			frappe.LinkExistsError,
		)


def first_of(name: str) -> str:
	"""The voucher of which this one is an amendment, at any remove; itself if it is none."""
	for _step in range(MAX_AMENDMENTS):
		before = frappe.db.get_value(VOUCHER, name, "amended_from")
		if not before:
			break
		name = str(before)
	return name


def versions(name: str) -> list[str]:
	"""`name` and what it was amended to, in that order."""
	names = [name]
	while len(names) <= MAX_AMENDMENTS:
		following = frappe.db.get_value(VOUCHER, {"amended_from": names[-1]}, order_by="creation desc")
		if not following:
			break
		names.append(str(following))
	return names


def living(name: str) -> str | None:
	"""The submitted voucher that `name` is or was amended to; None if there is none (any more)."""
	return next((each for each in versions(name) if _docstatus(each) == 1), None)


def _docstatus(name: str) -> int:
	return int(frappe.db.get_value(VOUCHER, name, "docstatus") or 0)


def _postings(voucher: str) -> list[Any]:
	return frappe.get_all(
		"POS Entry Posting",
		{"document_type": VOUCHER, "document_name": voucher, "parenttype": "POS Entry"},
		["name", "parent"],
	)


def _mark(voucher: str) -> None:
	for row in _postings(voucher):
		stands = living(voucher)
		state = CANCELLED if stands is None else "" if stands == voucher else AMENDED
		frappe.db.set_value("POS Entry Posting", row.name, "desk_state", state, update_modified=False)
		show_on_entry(row.parent)
