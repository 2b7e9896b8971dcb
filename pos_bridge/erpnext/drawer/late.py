"""What is booked after its shift was closed: the difference is corrected by a further voucher, the Z amended.

It never touches the voucher of the closing, and never holds an entry because its shift is closed.
"""

from datetime import date
from typing import Any

from frappe import _
from frappe.utils import getdate

from pos_bridge.core.daybook import Stored
from pos_bridge.core.entry import Entry
from pos_bridge.core.kinds.shift_state import ShiftState, difference_change, shift_of
from pos_bridge.core.money import format_minor
from pos_bridge.erpnext.drawer import known
from pos_bridge.erpnext.drawer.counts import state_in, tallied, write_state
from pos_bridge.erpnext.drawer.shift import save
from pos_bridge.erpnext.drawer.vouchers import book_difference
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.shop import Shop, shop_of
from pos_bridge.erpnext.shown import plain


def amend(stored: Stored, post_on: date | None, booking: Booking) -> None:
	"""Call it with every entry, after what it books itself: nothing happens unless its shift is closed."""
	entry = stored.entry
	named = shift_of(entry)
	if not named or entry.kind not in known.OF_A_SHIFT:
		return
	shift = known.closed_shift(entry.till, named)
	if shift is None:
		return
	shop = shop_of(entry.till)
	before = state_in(shift, shop)
	after = before.after(entry)
	change = difference_change(entry, before)
	words = _("Corrects the difference of {0}, {1}").format(shift.name, entry.receipt_number or entry.till)
	day = post_on or getdate(entry.business_date)
	voucher = book_difference(entry, shop, change, day, "late_difference", words)
	if voucher:
		booking.documents["late_difference"] = voucher
	_write(shift, entry, after, shop)
	booking.flag("late_for_shift", _in_words(shift.name, before, after, shop))


def _write(shift: Any, entry: Entry, after: ShiftState, shop: Shop) -> None:
	if entry.kind == "shift_open":
		shift.opened_at = entry.occurred_at
		shift.business_date = entry.business_date
		shift.cashier = entry.cashier
	shift.amended = (shift.amended or 0) + 1
	write_state(shift, after, shop)
	tallied(shift, [entry])
	save(shift)


def _in_words(name: str, before: ShiftState, after: ShiftState, shop: Shop) -> str:
	tenders = [*(after.floats or {}), *after.moved]
	moved = {tender: after.expected(tender) - before.expected(tender) for tender in tenders}
	changes = ", ".join(
		f"{plain(tender)} {'+' if minor > 0 else ''}{format_minor(minor, shop.currency_precision)}"
		for tender, minor in moved.items()
		if minor
	)
	if not changes:
		return _("It arrived after {0} was closed.").format(name)
	return _("It arrived after {0} was closed. What was expected changes: {1}.").format(name, changes)
