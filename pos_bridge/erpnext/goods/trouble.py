"""What is wrong with batches and serial numbers, as a flag of its own with words for the accountant.

It never decides what is booked; `tracked` does.
"""

from dataclasses import dataclass

import frappe
from frappe import _


@dataclass(frozen=True, slots=True)
class Trouble:
	"""A flag and its details; the row that has it moves no stock, unless it is only `noted`."""

	flag: str
	details: str
	noted: bool = False


def nobody_said(item: str, flag: str) -> Trouble:
	"""No batch or serial number was named, and there is none to pick, or ERPNext is not to pick."""
	if picks_by_itself():
		words = _("Nobody said which of {0} was sold, and the books don't have enough of it to pick one.")
	else:
		words = _("Nobody said which of {0} was sold, and by Stock Settings none is picked.")
	return _to_move(flag, words.format(item), item)


def not_known(flag: str, name: str, item: str) -> Trouble:
	return _to_move(flag, _("{0} is not a batch or serial number of {1}.").format(name, item), item)


def elsewhere(serial: str, item: str, warehouse: str) -> Trouble:
	words = _("{0} of {1} is in {2} by the books.").format(serial, item, warehouse)
	return _to_move("serial_missing", words, item)


def not_here(serial: str, item: str) -> Trouble:
	words = _("{0} of {1} is in no warehouse by the books.").format(serial, item)
	return _to_move("serial_missing", words, item)


def moved_later(serial: str, item: str, voucher: str) -> Trouble:
	words = _("{0} of {1} was moved later, with {2}; ERPNext takes no move before that one.")
	return _to_move("serial_missing", words.format(serial, item, voucher), item)


def sold_before(serial: str, item: str, voucher: str) -> Trouble:
	words = _("{0} of {1} was delivered with {2} already.").format(serial, item, voucher)
	return _to_move("serial_sold_before", words, item)


def short(batch: str, item: str, there: float, wanted: float) -> Trouble:
	words = _("Of batch {0} of {1} there were {2}, sold were {3}.")
	return _to_move("batch_short", words.format(batch, item, f"{there:g}", f"{wanted:g}"), item)


def expired(batch: str, item: str, day: object) -> Trouble:
	words = _("Batch {0} of {1} expired on {2}.").format(batch, item, day)
	return Trouble("batch_expired", words, noted=True)


def differs(serial: str, batch: str, said: str) -> Trouble:
	words = _("{0} is of batch {1} by the books; the till said {2}.").format(serial, batch, said)
	return Trouble("batch_differs", words, noted=True)


def did_not_leave(flag: str, name: str, item: str, row: str) -> Trouble:
	invoice = frappe.db.get_value("Sales Invoice Item", row, "parent")
	words = _("{0} of {1} did not leave with {2}.").format(name, item, invoice)
	return _to_move(flag, words, item)


def never_left(flag: str, item: str) -> Trouble:
	words = _("Nobody said which of {0} came back, and the books don't know which one left.").format(item)
	return _to_move(flag, words, item)


def still_here(serial: str, item: str, warehouse: str) -> Trouble:
	words = _("{0} of {1} came back, but by the books it is in {2}.").format(serial, item, warehouse)
	return _to_move("serial_in_stock", words, item)


def of_another(serial: str, item: str, customer: str) -> Trouble:
	words = _("{0} of {1} belongs to {2} by the books.").format(serial, item, customer)
	return _to_move("serial_missing", words, item)


def picks_by_itself() -> bool:
	"""Whether ERPNext may pick batches and serial numbers that nobody named."""
	return bool(
		frappe.db.get_single_value("Stock Settings", "auto_create_serial_and_batch_bundle_for_outward")
	)


def _to_move(flag: str, words: str, item: str) -> Trouble:
	return Trouble(
		flag, f"{words} " + _("No stock was moved for {0}: move the right one by a Stock Entry.").format(item)
	)
