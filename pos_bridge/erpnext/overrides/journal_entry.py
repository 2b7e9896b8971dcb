"""Vouchers that posting made, when the desk changes them: noted on their entry; only deleting is refused.

It never corrects a voucher; reconciliation says what it came to.
"""

from typing import Any

import frappe
from frappe import _

from pos_bridge.erpnext.credit import write_off
from pos_bridge.erpnext.overrides import amendments
from pos_bridge.erpnext.overrides.amendments import AMENDED, CANCELLED

VOUCHER = "Journal Entry"


def on_cancel(doc: Any, method: str | None = None) -> None:
	"""A cancelled voucher of ours shows on its entry; a cancelled amendment no longer stands for it."""
	amendments.mark(VOUCHER, first_of(doc.name), _state_of)
	write_off.undo(doc.name)


def on_submit(doc: Any, method: str | None = None) -> None:
	"""A voucher of the desk that amends one of ours shows on that one's entry."""
	if not doc.flags.pos_bridge_posting and doc.amended_from:
		_refuse_write_off(doc)
		amendments.mark(VOUCHER, first_of(doc.name), _state_of)


def _refuse_write_off(doc: Any) -> None:
	"""Cancelling made the shortage due again; a copy by hand would not settle it."""
	if write_off.is_write_off(first_of(doc.name)):
		frappe.throw(
			_("{0} was a write-off. Write the shortage off again in Held and Exceptions.").format(
				doc.amended_from
			)
		)


def on_trash(doc: Any, method: str | None = None) -> None:
	"""The document of an entry stays. Frappe's own check of links reads a cache that may be old."""
	for row in amendments.postings_of(VOUCHER, doc.name):
		frappe.throw(
			_(
				"Journal Entry {0} is what entry {1} of a till became. It can be cancelled, not deleted."
			).format(doc.name, row.parent),
			frappe.LinkExistsError,
		)


def first_of(name: str) -> str:
	"""The voucher of which this one is an amendment, at any remove; itself if it is none."""
	return amendments.first_of(VOUCHER, name)


def versions(name: str) -> list[str]:
	"""`name` and what it was amended to, in that order."""
	return list(amendments.versions(VOUCHER, name))


def _state_of(voucher: str) -> str:
	stands = amendments.living(VOUCHER, voucher)
	if stands is None:
		return CANCELLED
	return AMENDED if stands != voucher else ""
