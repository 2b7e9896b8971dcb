"""The posting side of `POS Entry`: claimed by row lock, and kept as posted, held or waiting.

It never reads a body and never commits.
"""

from collections.abc import Mapping, Sequence
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
_DUE = "state = 'waiting' AND hop <> 'channel' AND (next_try_at IS NULL OR next_try_at <= %(now)s)"
"""Entries of online orders are booked with their order: erpnext/online."""


def count_due() -> int:
	return int(
		frappe.db.sql(f"SELECT COUNT(*) FROM `tabPOS Entry` WHERE {_DUE}", {"now": now_datetime()})[0][0]
	)


def claim() -> Mapping[str, Any] | None:
	"""The oldest entry that is due and that nobody else has, locked until the transaction's end.

	A killed worker's lock ends with its connection, so its entry is claimed by the next one.
	"""
	return _claim_one(_DUE)


def claim_named(name: str) -> Mapping[str, Any] | None:
	"""That entry, locked, if it is due or only waited for others, and nobody else has it."""
	return _claim_one(f"({_DUE} OR {_UNTRIED}) AND name = %(name)s", name=name)


def _claim_one(which: str, **values: Any) -> Mapping[str, Any] | None:
	rows = _claim(which, 1, **values)
	return rows[0] if rows else None


def _claim(which: str, limit: int, **values: Any) -> list[Mapping[str, Any]]:
	return frappe.db.sql(
		"SELECT name, position, kind, till, hash, text, sent_by, hop, recorded_at, state, attempts, post_on,"
		f" against_entry, business_date, company FROM `tabPOS Entry` WHERE {which}"
		f" ORDER BY position LIMIT {limit} FOR UPDATE SKIP LOCKED",
		{"now": now_datetime(), **values},
		as_dict=True,
	)


_UNTRIED = "state = 'waiting' AND post_on IS NULL AND COALESCE(attempts, 0) = 0"
"""Due, or waiting for others."""
_UNTRIED_SALE = f"kind = 'sale' AND till = %(till)s AND {_UNTRIED}"


def claim_beside(claimed: Mapping[str, Any], limit: int) -> list[Mapping[str, Any]]:
	"""Sales of the same till and business date that were never tried and nobody else has, oldest first."""
	beside = "business_date = %(business_date)s AND name <> %(name)s"
	named = {name: claimed[name] for name in ("name", "till", "business_date")}
	return _claim(f"{_UNTRIED_SALE} AND {beside}", limit, **named)


def is_asked_for(till: str, position: int) -> bool:
	"""Whether a till's sales are wanted: by a closing behind that position, or a return of one that waits."""
	closed, wanted = frappe.db.sql(
		"SELECT EXISTS (SELECT 1 FROM `tabPOS Entry` WHERE till = %(till)s AND kind = 'shift_close'"
		"  AND state = 'waiting' AND position > %(position)s),"
		" EXISTS (SELECT 1 FROM `tabPOS Entry` back JOIN `tabPOS Entry` sold"
		"  ON sold.name = back.against_entry WHERE back.kind = 'return' AND back.state IN ('waiting', 'held')"
		"  AND sold.till = %(till)s AND sold.state = 'waiting')",
		{"till": till, "position": position},
	)[0]
	return bool(closed or wanted)


def wait_for_more(names: Sequence[str], until: datetime) -> None:
	"""Let sales that are due and were not tried wait for others."""
	frappe.db.sql(
		f"UPDATE `tabPOS Entry` SET next_try_at = %(until)s WHERE name IN %(names)s AND {_DUE}",
		{"until": until, "names": tuple(names), "now": now_datetime()},
	)


def ask_for_sales_before(claimed: Mapping[str, Any]) -> bool:
	"""Whether sales waited for others that a claimed closing or return comes after; they are due now."""
	upto = (claimed["till"], claimed["position"]) if claimed["kind"] == "shift_close" else _returned(claimed)
	if upto is None:
		return False
	names = frappe.db.sql_list(
		f"SELECT name FROM `tabPOS Entry` WHERE {_UNTRIED_SALE} AND next_try_at > %(now)s"
		" AND position <= %(position)s ORDER BY position FOR UPDATE",
		{"till": upto[0], "now": now_datetime(), "position": upto[1]},
	)
	if names:
		frappe.db.sql("UPDATE `tabPOS Entry` SET next_try_at = NULL WHERE name IN %s", (tuple(names),))
	return bool(names)


def _returned(claimed: Mapping[str, Any]) -> tuple[str, int] | None:
	"""Till and position of the sale that a return takes back, if that one waits."""
	if claimed["kind"] != "return" or not claimed["against_entry"]:
		return None
	waits = {"name": claimed["against_entry"], "state": "waiting"}
	return frappe.db.get_value("POS Entry", waits, ["till", "position"])


def stored(row: Mapping[str, Any]) -> Stored:
	"""A claimed row as core's Stored, its text and hash verified again."""
	wire = WireEntry(row["hash"], row["text"])
	arrival = Arrival(row["sent_by"], row["hop"], row["recorded_at"])
	return Stored(int(row["position"]), wire, open_wire(wire), arrival, State(row["state"]))


def keep(bookings: Mapping[str, Booking]) -> None:
	"""Say that entries are in the books, by which documents, and with which flags; entry to booking."""
	for name, booking in bookings.items():
		_keep_rows(name, booking)
	names = tuple(bookings)
	settle_promise(names)
	returns = "SELECT name FROM `tabPOS Entry` WHERE against_entry IN %s AND state = 'held'"
	release(frappe.db.sql_list(returns, (names,)))
	_update(names, state="posted", posted_at=now_datetime(), **_NOT_HELD, next_try_at=None, last_fault="")


def _keep_rows(name: str, booking: Booking) -> None:
	for index, (part, document) in enumerate(booking.documents.items(), start=1):
		_posting(name, index, part, document)
	for index, (flag, details) in enumerate(booking.flags, start=1):
		_remark(name, index, flag, details)


def join(name: str, part: str, document: tuple[str, str]) -> None:
	"""Hang one more document on an entry, be it posted already."""
	_posting(name, frappe.db.count("POS Entry Posting", {"parent": name}) + 1, part, document)


def flag(name: str, flag: str, details: str) -> None:
	"""Put one more remark on an entry, be it posted already."""
	_remark(name, frappe.db.count("POS Entry Flag", {"parent": name}) + 1, flag, details)


def _posting(name: str, index: int, part: str, document: tuple[str, str]) -> None:
	of_document = {"document_type": document[0], "document_name": document[1]}
	_child("POS Entry Posting", "postings", name, index, part=part, **of_document)


def _remark(name: str, index: int, flag: str, details: str) -> None:
	_child("POS Entry Flag", "remarks", name, index, flag=flag, details=details)


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
		[name],
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
	_update([name], attempts=tries, last_fault=fault[:1_000], next_try_at=until)


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
		_update([name], state="waiting", next_try_at=None, **asked, **_NOT_HELD)
	return len(rows)


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


def _update(names: Sequence[str], **values: Any) -> None:
	values = {**_shown(values), "modified": now_datetime()}
	assignments = ", ".join(f"`{column}` = %({column})s" for column in values)
	frappe.db.sql(
		f"UPDATE `tabPOS Entry` SET {assignments} WHERE name IN %(names)s AND state <> 'posted'",
		{**values, "names": tuple(names)},
	)


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
	return {name: plain(value) if isinstance(value, str) else value for name, value in values.items()}
