"""The posting side of `POS Entry`: claimed by row lock, and kept as posted, held or waiting.

It never reads a body and never commits.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import now_datetime

from pos_bridge.core.daybook import Arrival, State, Stored
from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.refusals import Refusal
from pos_bridge.erpnext.shown import plain
from pos_bridge.erpnext.stock import settle_promise

MAX_RELEASED = 5_000
"""Entries that one Retry all takes up."""
_DUE = "state = 'waiting' AND (next_try_at IS NULL OR next_try_at <= %(now)s)"


def count_due() -> int:
	return int(
		frappe.db.sql(f"SELECT COUNT(*) FROM `tabPOS Entry` WHERE {_DUE}", {"now": now_datetime()})[0][0]
	)


_CLAIMED = (
	"name, position, kind, till, hash, text, sent_by, hop, recorded_at, state, attempts, post_on,"
	" business_date, company"
)


def claim(passed_over: Collection[str] = ()) -> Mapping[str, Any] | None:
	"""The oldest entry that is due and that nobody else has, locked until the transaction's end.

	Sales of the tills that are `passed_over` are left waiting, and closings, which come after them. A killed
	worker's lock ends with its connection, so its entry is claimed by the next one.
	"""
	rows = frappe.db.sql(
		f"SELECT {_CLAIMED} FROM `tabPOS Entry` WHERE {_DUE}"
		" AND NOT (kind IN ('sale', 'shift_close') AND till IN %(passed_over)s)"
		" ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED",
		{"now": now_datetime(), "passed_over": tuple(passed_over) or ("",)},
		as_dict=True,
	)
	return rows[0] if rows else None


def claim_after(first: Mapping[str, Any], limit: int) -> list[Mapping[str, Any]]:
	"""Due sales of the same till and business date behind a claimed one, never tried yet, oldest first."""
	return frappe.db.sql(
		f"SELECT {_CLAIMED} FROM `tabPOS Entry` WHERE {_DUE} AND {_BESIDE} AND position > %(position)s"
		" ORDER BY position LIMIT %(limit)s FOR UPDATE SKIP LOCKED",
		{**first, "now": now_datetime(), "limit": limit},
		as_dict=True,
	)


def claim_named(name: str) -> Mapping[str, Any] | None:
	"""That entry, locked, if it is due and nobody else has it."""
	rows = frappe.db.sql(
		f"SELECT {_CLAIMED} FROM `tabPOS Entry` WHERE name = %(name)s AND {_DUE} FOR UPDATE SKIP LOCKED",
		{"name": name, "now": now_datetime()},
		as_dict=True,
	)
	return rows[0] if rows else None


def due_beside(first: Mapping[str, Any]) -> tuple[int, bool]:
	"""How many sales `claim_after` could take, with the first; and whether somebody asks for any of them.

	Its shift was closed, or a return wants one of the till's sales that wait.
	"""
	due, closed, wanted = frappe.db.sql(
		f"SELECT (SELECT COUNT(*) FROM `tabPOS Entry` WHERE {_DUE} AND {_BESIDE}),"
		" EXISTS (SELECT 1 FROM `tabPOS Entry` WHERE till = %(till)s AND business_date >= %(business_date)s"
		"  AND kind = 'shift_close' AND position > %(position)s),"
		" EXISTS (SELECT 1 FROM `tabPOS Entry` back JOIN `tabPOS Entry` sold"
		"  ON sold.name = back.against_entry WHERE back.kind = 'return' AND back.state IN ('waiting', 'held')"
		"  AND sold.till = %(till)s AND sold.state = 'waiting')",
		{**first, "now": now_datetime()},
	)[0]
	return int(due), bool(closed or wanted)


_BESIDE = (
	"kind = 'sale' AND till = %(till)s AND business_date = %(business_date)s AND post_on IS NULL"
	" AND COALESCE(attempts, 0) = 0"
)


def stored(row: Mapping[str, Any]) -> Stored:
	"""A claimed row as core's Stored, its text and hash verified again."""
	wire = WireEntry(row["hash"], row["text"])
	arrival = Arrival(row["sent_by"], row["hop"], row["recorded_at"])
	return Stored(int(row["position"]), wire, open_wire(wire), arrival, State(row["state"]))


def keep(name: str, booking: Booking) -> None:
	"""Say that an entry is in the books, by which documents, and with which flags."""
	for index, (part, (doctype, document)) in enumerate(booking.documents.items(), start=1):
		_child(
			"POS Entry Posting",
			"postings",
			name,
			index,
			part=part,
			document_type=doctype,
			document_name=document,
		)
	for index, (flag, details) in enumerate(booking.flags, start=1):
		_child("POS Entry Flag", "remarks", name, index, flag=flag, details=details)
	settle_promise(name)
	release_returns_of(name)
	_update(name, state="posted", posted_at=now_datetime(), **_NOT_HELD, next_try_at=None, last_fault="")


def keep_all(bookings: Mapping[str, Booking]) -> None:
	"""`keep` for entries that one document booked, in a handful of statements."""
	names = tuple(bookings)
	_write_postings(
		(index, name, part, *document)
		for name, booking in bookings.items()
		for index, (part, document) in enumerate(booking.documents.items(), start=1)
	)
	for name, booking in bookings.items():
		for index, (flag, details) in enumerate(booking.flags, start=1):
			_child("POS Entry Flag", "remarks", name, index, flag=flag, details=details)
	settle_promise(*names)
	returns = "SELECT name FROM `tabPOS Entry` WHERE against_entry IN %s AND state = 'held'"
	release(frappe.db.sql_list(returns, (names,)))
	_update(*names, state="posted", posted_at=now_datetime(), **_NOT_HELD, next_try_at=None, last_fault="")


def _write_postings(rows: Iterable[tuple[int, str, str, str, str]]) -> None:
	now, user = now_datetime(), frappe.session.user
	values = [
		(frappe.generate_hash(length=10), now, now, user, user, "POS Entry", "postings", *row) for row in rows
	]
	marks = ", ".join([f"({', '.join(['%s'] * 12)})"] * len(values))
	frappe.db.sql(
		"INSERT INTO `tabPOS Entry Posting` (name, creation, modified, owner, modified_by, parenttype,"
		f" parentfield, idx, parent, part, document_type, document_name) VALUES {marks}",
		[value for row in values for value in row],
	)


_NOT_HELD: dict[str, Any] = {
	"reason": "",
	"remedy": "",
	"cause_doctype": "",
	"cause_name": "",
	"period_closed": 0,
}


def hold(name: str, refusal: Refusal, tries: int) -> None:
	"""Keep an entry that the books refused, with the reason and what to do."""
	_update(
		name,
		state="held",
		reason=refusal.reason,
		remedy=refusal.remedy,
		cause_doctype=refusal.doctype,
		cause_name=refusal.name,
		period_closed=int(refusal.period_closed),
		attempts=tries,
		next_try_at=None,
	)


def wait(name: str, tries: int, fault: str, until: datetime) -> None:
	"""Let an entry that met a passing fault wait, visibly."""
	_update(name, attempts=tries, last_fault=fault[:1_000], next_try_at=until)


def release(names: Sequence[str], by: str = "") -> int:
	"""Held entries wait again; how many there were. A posted one is never touched.

	`by` is the user who wants it; empty where it happens by itself.
	"""
	if not names:
		return 0
	rows = frappe.db.sql(
		"SELECT name FROM `tabPOS Entry` WHERE name IN %s AND state = 'held' FOR UPDATE", (tuple(names),)
	)
	asked = {"retried_by": by, "retried_at": now_datetime()} if by else {}
	for (name,) in rows:
		_update(name, state="waiting", next_try_at=None, **asked, **_NOT_HELD)
	return len(rows)


def release_returns_of(entry: str) -> int:
	"""Returns that were held because the sale they take back was not in the books wait again."""
	held = "SELECT name FROM `tabPOS Entry` WHERE against_entry = %s AND state = 'held'"
	return release(frappe.db.sql_list(held, entry))


def document_of(entry: str, part: str) -> tuple[str, str] | None:
	"""The document that an entry's part became, if it is posted."""
	row = frappe.db.get_value(
		"POS Entry Posting", {"parent": entry, "part": part}, ["document_type", "document_name"]
	)
	return (row[0], row[1]) if row else None


def _child(doctype: str, field: str, parent: str, index: int, **values: str) -> None:
	row = frappe.get_doc(
		{
			"doctype": doctype,
			"parent": parent,
			"parenttype": "POS Entry",
			"parentfield": field,
			"idx": index,
			**_shown(values),
		}
	)
	row.db_insert()


def _update(*names: str, **values: Any) -> None:
	values = {**_shown(values), "modified": now_datetime()}
	assignments = ", ".join(f"`{column}` = %({column})s" for column in values)
	frappe.db.sql(
		f"UPDATE `tabPOS Entry` SET {assignments} WHERE name IN %(names)s AND state <> 'posted'",
		{**values, "names": names},
	)


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
	return {name: plain(value) if isinstance(value, str) else value for name, value in values.items()}
