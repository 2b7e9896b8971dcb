"""Shifts as documents: opened and closed by entries, in whichever order these come.

It never holds a closing over what is missing: each entry that comes later corrects it (`late`).
"""

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from pos_bridge.core.daybook import Stored
from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.shift import ShiftClosing, closing_of, opening_of
from pos_bridge.core.kinds.shift_state import NOTHING_BOOKED, difference_change, state_of
from pos_bridge.core.money import format_minor
from pos_bridge.erpnext.daybook import MAX_ID, lock_till
from pos_bridge.erpnext.drawer import known
from pos_bridge.erpnext.drawer.counts import tallied, write_state
from pos_bridge.erpnext.drawer.vouchers import book_difference, check_currency
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.shop import Shop
from pos_bridge.erpnext.shown import plain


def post_open(stored: Stored, shop: Shop, post_on: date | None, booking: Booking) -> None:
	"""Open the POS Shift that the entry means; if it is closed already, `late` adds the float."""
	entry = stored.entry
	opening = opening_of(entry)
	check_currency(opening, shop)
	shift = known.locked_shift(entry.till, entry.id)
	if shift is None:
		shift = _new(entry, entry.id, shop)
		shift.opened_at = entry.occurred_at
		write_state(shift, NOTHING_BOOKED.after(entry), shop)
		save(shift)
	booking.documents["shift"] = (shift.doctype, shift.name)


def post_close(stored: Stored, shop: Shop, post_on: date | None, booking: Booking) -> None:
	"""Close the POS Shift that the entry means with what is booked of it, and book the difference."""
	entry = stored.entry
	closing = closing_of(entry)
	check_currency(closing, shop)
	if not 0 < len(closing.shift) <= MAX_ID:
		raise Rejected(_("The closing does not name the shift that it closes."))
	shift = known.shift_to_close(entry.till, closing.shift) or _new(entry, closing.shift, shop)
	if shift.closing_entry:
		booking.documents["shift"] = (shift.doctype, shift.name)
		booking.flag("closed_twice", _closed_before(shift, closing))
		return
	booked = list(known.booked_entries(entry.till, closing.shift))
	before = state_of(booked)
	change = difference_change(entry, before)
	day = post_on or getdate(entry.business_date)
	remark = _("Counted less expected when the shift was closed, {0}, {1}").format(
		entry.till, plain(entry.cashier)
	)
	voucher = book_difference(entry, shop, change, day, "difference", remark)
	if voucher:
		booking.documents["difference"] = voucher
	_close(shift, entry, closing, voucher)
	write_state(shift, before.after(entry), shop)
	tallied(shift, booked)
	save(shift)
	booking.documents["shift"] = (shift.doctype, shift.name)
	_note_what_is_missing(entry, booked, booking)


def _new(entry: Entry, opened_by: str, shop: Shop) -> Any:
	return frappe.get_doc(
		{
			"doctype": "POS Shift",
			"till": entry.till,
			"company": shop.company,
			"cashier": entry.cashier,
			"status": "Open",
			"business_date": entry.business_date,
			"opening_entry": opened_by,
		}
	)


def _close(shift: Any, entry: Entry, closing: ShiftClosing, voucher: tuple[str, str] | None) -> None:
	shift.status = "Closed"
	shift.closed_at = entry.occurred_at
	shift.closing_entry = entry.id
	shift.note = plain(closing.note)
	shift.difference_voucher = voucher[1] if voucher else None
	shift.z_number = _next_z(entry.till)


def _next_z(till: str) -> int:
	"""Without gaps: two shifts of a till that are closed at once wait for each other."""
	lock_till(till)
	return (
		int(
			frappe.db.sql("SELECT COALESCE(MAX(z_number), 0) FROM `tabPOS Shift` WHERE till = %s", till)[0][0]
		)
		+ 1
	)


def _closed_before(shift: Any, closing: ShiftClosing) -> str:
	counted = ", ".join(
		f"{plain(count.tender)} {format_minor(count.counted_minor, closing.currency_precision)}"
		for count in closing.counted
	)
	words = _("{0} was closed before; this count books nothing ({1}). Ask which count is right.")
	return words.format(shift.name, counted)


def _note_what_is_missing(entry: Entry, booked: list[Entry], booking: Booking) -> None:
	opening = next((each for each in booked if each.kind == "shift_open"), None)
	if opening is None:
		words = _("Its opening is not in the books: its float is unknown, so no difference is booked yet.")
		booking.flag("opening_unknown", words)
	waiting = known.not_booked(entry.till, str(entry.body["shift"]))
	missing = known.missing_before(entry, opening)
	if waiting or missing:
		words = _(
			"{0} entries of the shift are not in the books yet and {1} numbers of its chain have not arrived:"
			" each corrects the difference when it comes."
		)
		booking.flag("shift_incomplete", words.format(waiting, missing))


def save(shift: Any) -> None:
	"""Write it as posting does; its opening may not be there, and the desk may not write at all."""
	shift.flags.pos_bridge_posting = True
	shift.flags.ignore_links = True
	shift.flags.ignore_permissions = True
	shift.save()
