"""Stock moves of our invoices carry channel, till and entry, so that stock reports can be read by them.

It never changes a quantity or a value.
"""

from typing import Any

import frappe

FIELDS = ("pos_bridge_channel", "pos_bridge_till", "pos_bridge_entry")


def before_insert(doc: Any, method: str | None = None) -> None:
	"""Copy the three from the voucher; while posting it is at hand, else it is read."""
	if doc.voucher_type != "Sales Invoice":
		return
	posting = getattr(frappe.flags, "pos_bridge_posting", None)
	values = posting if posting and posting["name"] == doc.voucher_no else _read(doc.voucher_no)
	if values:
		doc.update({field: values[field] for field in FIELDS})


def _read(invoice: str) -> dict[str, Any] | None:
	found = frappe.db.get_value("Sales Invoice", invoice, list(FIELDS), as_dict=True)
	return found if found and found.pos_bridge_till else None
