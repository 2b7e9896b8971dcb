"""Shifts as documents: opened and closed by entries, and which sales came too late for theirs.

It never counts money; what a shift comes to is the reports' matter.
"""

from datetime import date

import frappe
from frappe import _

from pos_bridge.core.daybook import Stored
from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.shop import Shop


def post_open(stored: Stored, shop: Shop, post_on: date | None, booking: Booking) -> None:
	"""Open the POS Shift that the entry means."""
	entry = stored.entry
	shift = frappe.get_doc(
		{
			"doctype": "POS Shift",
			"till": entry.till,
			"company": shop.company,
			"cashier": entry.cashier,
			"status": "Open",
			"business_date": entry.business_date,
			"opened_at": entry.occurred_at,
			"opening_entry": entry.id,
		}
	)
	shift.insert(ignore_permissions=True)
	booking.documents["shift"] = (shift.doctype, shift.name)


def post_close(stored: Stored, shop: Shop, post_on: date | None, booking: Booking) -> None:
	"""Close the POS Shift that the entry means."""
	entry = stored.entry
	opened = entry.body.get("shift")
	name = frappe.db.get_value("POS Shift", {"opening_entry": opened, "till": entry.till}) if opened else None
	if not name:
		raise Rejected(_("The shift that this closes has not arrived yet."), code="shift_unknown")
	frappe.db.set_value(
		"POS Shift",
		name,
		{"status": "Closed", "closed_at": entry.occurred_at, "closing_entry": entry.id},
	)
	booking.documents["shift"] = ("POS Shift", str(name))


def late(entry: Entry, cursor: int) -> str:
	"""Words if the entry's shift was closed in the daybook before the entry arrived, else nothing."""
	opened = entry.body.get("shift")
	if not isinstance(opened, str) or not opened:
		return ""
	closing = frappe.db.get_value(
		"POS Shift", {"opening_entry": opened, "status": "Closed"}, ["name", "closing_entry"], as_dict=True
	)
	if not closing:
		return ""
	closed_as = frappe.db.get_value("POS Entry", closing.closing_entry, "position")
	return (
		_("It arrived after {0} was closed.").format(closing.name) if closed_as and closed_as < cursor else ""
	)
