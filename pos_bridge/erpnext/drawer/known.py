"""What is booked of a shift, read under locks, so that a closing and its sales don't pass each other by.

It never writes. A shift is known by its till and the id of its opening, whether that has come or not.
"""

from collections.abc import Iterator
from typing import Any

import frappe

from pos_bridge.core.daybook import Gap
from pos_bridge.core.entry import Entry, WireEntry, open_wire
from pos_bridge.erpnext.daybook import FrappeDaybook

TALLIES = {
	"sale": "sales",
	"return": "returns",
	"no_sale": "no_sales",
	"void": "voids",
	"reprint": "reprints",
	"approval": "approvals",
}
"""Kind to the field of POS Shift that says how many there were."""
OF_A_SHIFT = frozenset((*TALLIES, "cash_in", "cash_out", "credit_issue", "shift_open"))
"""Kinds that a shift is amended by when they come late; training never is one."""


def locked_shift(till: str, shift: str) -> Any | None:
	"""The POS Shift, locked to be opened; None if there is none yet."""
	return _shift(till, shift, "FOR UPDATE")


def shift_to_close(till: str, shift: str) -> Any | None:
	"""The POS Shift, locked to be closed; None if there is none yet.

	First it waits for what is being posted of the shift: a worker holds the row of its entry. What is
	recorded meanwhile waits for the POS Shift (`closed_shift`), or is too late and corrects it.
	"""
	for column in ("shift", "name"):
		frappe.db.sql(
			f"SELECT name FROM `tabPOS Entry` WHERE {column} = %s AND till = %s AND state = 'waiting'"
			" FOR UPDATE",
			(shift, till),
		)
	return _shift(till, shift, "FOR UPDATE")


def closed_shift(till: str, shift: str) -> Any | None:
	"""The POS Shift, locked, if its closing is booked; if not, nobody closes it before this transaction ends.

	Open ones are locked for reading only, so that the shift's sales don't wait for each other.
	"""
	closed = frappe.db.get_value(
		"POS Shift", {"till": till, "opening_entry": shift, "closing_entry": ("is", "set")}
	)
	if closed or _is_closed(till, shift):
		return _shift(till, shift, "FOR UPDATE")
	return None


def _is_closed(till: str, shift: str) -> bool:
	found = frappe.db.sql(
		"SELECT closing_entry FROM `tabPOS Shift` WHERE opening_entry = %s AND till = %s LOCK IN SHARE MODE",
		(shift, till),
	)
	return bool(found and found[0][0])


def _shift(till: str, shift: str, lock: str) -> Any | None:
	found = frappe.db.sql(
		f"SELECT name FROM `tabPOS Shift` WHERE opening_entry = %s AND till = %s {lock}", (shift, till)
	)
	return frappe.get_doc("POS Shift", found[0][0]) if found else None


def booked_entries(till: str, shift: str) -> Iterator[Entry]:
	"""The shift's opening and entries that are in the books, without closings."""
	rows = frappe.db.sql(
		"SELECT hash, text FROM `tabPOS Entry` WHERE name = %(shift)s AND kind = 'shift_open'"
		" AND till = %(till)s AND state = 'posted' UNION ALL SELECT hash, text FROM `tabPOS Entry`"
		" WHERE shift = %(shift)s AND till = %(till)s AND state = 'posted' AND kind IN %(kinds)s",
		{"till": till, "shift": shift, "kinds": tuple(OF_A_SHIFT)},
	)
	for hash, text in rows:
		yield open_wire(WireEntry(hash, text))


def not_booked(till: str, shift: str) -> int:
	"""How many entries of the shift are recorded and not in the books."""
	return int(
		frappe.db.sql(
			"SELECT COUNT(*) FROM `tabPOS Entry` WHERE shift = %s AND till = %s AND kind IN %s"
			" AND state IN ('waiting', 'held')",
			(shift, till, tuple(OF_A_SHIFT)),
		)[0][0]
	)


def missing_before(closing: Entry, opening: Entry | None) -> int:
	"""How many entries of the closing's chain have not arrived that can be of its shift."""
	first = opening.sequence if opening and opening.chain == closing.chain else 0

	def within(gap: Gap) -> bool:
		return gap.chain == closing.chain and first < gap.first < closing.sequence

	return sum(gap.last - gap.first + 1 for gap in FrappeDaybook().gaps(closing.till) if within(gap))
