"""Vouchers of the drawer: money put in and taken out, and what is missing or too much of a shift.

It never decides what a difference is; it books what it is told to the accounts of tenders and purposes.
"""

from collections.abc import Mapping
from datetime import date

from frappe import _
from frappe.utils import getdate

from pos_bridge.core.daybook import Stored
from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.shift import CashMovement, ShiftClosing, ShiftOpening, movement_of
from pos_bridge.erpnext.posting.accounts import account_for
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.voucher import VoucherLine, submit_voucher
from pos_bridge.erpnext.shop import Shop
from pos_bridge.erpnext.shown import plain
from pos_bridge.erpnext.tenders.modes import account_of


def post_movement(stored: Stored, shop: Shop, post_on: date | None, booking: Booking) -> None:
	"""Book money that was put in or taken out beside sales."""
	entry = stored.entry
	movement = movement_of(entry)
	check_currency(movement, shop)
	lines = (
		VoucherLine(account_of(movement.tender, shop), movement.amount_minor),
		VoucherLine(account_for(movement.account, shop), -movement.amount_minor),
	)
	day = post_on or getdate(entry.business_date)
	booking.documents[entry.kind] = submit_voucher(entry, shop, lines, day, _remark(entry, movement))


def _remark(entry: Entry, movement: CashMovement) -> str:
	words = {
		("cash_in", "safe"): _("Fetched from the safe"),
		("cash_in", "other"): _("Put into the drawer"),
		("cash_out", "safe"): _("Taken to the safe"),
		("cash_out", "deposit"): _("Taken to the bank"),
		("cash_out", "petty_cash"): _("Paid out of the drawer"),
		("cash_out", "other"): _("Taken out of the drawer"),
	}[entry.kind, movement.purpose]
	return ", ".join(filter(None, (words, entry.till, plain(entry.cashier), plain(movement.reason))))


def book_difference(
	entry: Entry, shop: Shop, change: Mapping[str, int], day: date, part: str, remark: str
) -> tuple[str, str] | None:
	"""The voucher over what a shift's difference is or changes by, by tender; None where that is nothing."""
	if not change:
		return None
	difference = account_for("difference", shop)
	lines: list[VoucherLine] = []
	for tender, minor in change.items():
		lines += [VoucherLine(account_of(tender, shop), minor), VoucherLine(difference, -minor)]
	return submit_voucher(entry, shop, lines, day, remark, part)


def check_currency(said: CashMovement | ShiftOpening | ShiftClosing, shop: Shop) -> None:
	"""`Rejected` where the money is of another currency than the shop's."""
	told = (said.currency, said.currency_precision)
	if told != (shop.currency, shop.currency_precision):
		raise Rejected(
			_("The money is counted in {0} with {1} decimals; {2} sells in {3} with {4}.").format(
				*told, shop.profile, shop.currency, shop.currency_precision
			),
			code="currency_differs",
		)
