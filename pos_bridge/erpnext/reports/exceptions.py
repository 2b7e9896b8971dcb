"""What somebody has to look at: held and long waiting entries, what was put aside, flags, and differences.

It never changes an entry: a review is written beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from pos_bridge.erpnext.credit.write_off import left_uncovered
from pos_bridge.erpnext.reconcile.difference import Kind, Reconciliation
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.erpnext.reports.remedies import SHORTAGES, remedies, remedy_in
from pos_bridge.erpnext.reports.seen import Asked, check_company
from pos_bridge.erpnext.shown import plain

MAX_ROWS = 5_000
"""Rows of each kind that a report shows, newest first."""
MAX_COMPARED_DAYS = 31
LONG_WAIT = timedelta(hours=24)
MAX_NOTE = 1_000
_SHOWN_ELSEWHERE = (Kind.HELD, Kind.WAITING, Kind.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Row:
	"""One thing to look at; `what` is `held`, `waiting`, `flag`, `quarantined` or `difference`.

	`name` is what an action is about: the entry, the flag's row, the quarantine's row.
	"""

	what: str
	name: str
	reason: str
	remedy: str
	fields: dict[str, Any] = field(default_factory=dict)


def exceptions(asked: Asked, closed: bool, compare: bool) -> list[Row]:
	"""All of these days that is open, or that somebody has reviewed."""
	found = [*_flags(asked, closed), *_quarantined(asked, closed)]
	if closed:
		return found
	found = [*_held(asked), *_waiting(asked), *found]
	if compare and (asked.last - asked.first).days < MAX_COMPARED_DAYS and not asked.shop:
		found += _differences(asked)
	return found


_ENTRY = (
	"entry.name AS entry, entry.receipt_number, entry.kind, entry.till, entry.pos_profile AS shop,"
	" entry.cashier, entry.business_date, entry.occurred_at, entry.total, entry.currency,"
	" entry.recorded_at, entry.creation"
)


def _held(asked: Asked) -> Iterator[Row]:
	yield from _entries("held", "entry.state = 'held'", asked)


def _waiting(asked: Asked) -> Iterator[Row]:
	"""What has waited for longer than a day: nobody posts."""
	since = now_datetime() - LONG_WAIT
	yield from _entries(
		"waiting", "entry.state = 'waiting' AND entry.creation < %(since)s", asked, since=since
	)


def _entries(what: str, where: str, asked: Asked, **more: Any) -> Iterator[Row]:
	for row in _select(
		f"SELECT {_ENTRY}, entry.reason, entry.remedy, entry.last_fault, entry.period_closed"
		f" FROM `tabPOS Entry` entry WHERE {asked.where} AND {where} ORDER BY entry.position DESC",
		asked,
		**more,
	):
		reason, fault = row.pop("reason") or "", row.pop("last_fault") or ""
		remedy = row.pop("remedy") or ""
		if what == "waiting":
			reason, remedy = fault, _("See whether posting is paused and whether workers run.")
		yield Row(what, row["entry"], reason, remedy, row)


def _flags(asked: Asked, closed: bool) -> Iterator[Row]:
	known = remedies()
	rows = _select(
		f"SELECT {_ENTRY}, flag.name AS row_name, flag.flag, flag.details, flag.reviewed_by,"
		" flag.reviewed_at, flag.review_note FROM `tabPOS Entry Flag` flag"
		" JOIN `tabPOS Entry` entry ON entry.name = flag.parent"
		f" WHERE COALESCE(flag.reviewed, 0) = {int(closed)} AND {asked.where} ORDER BY entry.position DESC",
		asked,
	)
	owed = left_uncovered([row["entry"] for row in rows if row["flag"] in SHORTAGES])
	for row in rows:
		name, flag, details = row.pop("row_name"), row.pop("flag"), row.pop("details") or ""
		reason, remedy = f"{flag_label(flag)}: {details}", remedy_in(known, flag)
		short = owed.get(row["entry"]) if flag in SHORTAGES else None
		yield Row("flag", name, reason, remedy, {**row, **_marks(flag), "not_covered": short})


def _quarantined(asked: Asked, closed: bool) -> Iterator[Row]:
	"""By arrival: of what was put aside nothing else is certain."""
	if asked.shop:
		return
	for row in _select(
		"SELECT aside.name AS row_name, aside.reason, aside.sent_by AS till, aside.recorded_at,"
		" aside.creation, aside.reviewed_by, aside.reviewed_at, aside.review_note, entry.name AS entry"
		" FROM `tabPOS Quarantine` aside JOIN `tabPOS Till` place ON place.name = aside.sent_by"
		" LEFT JOIN `tabPOS Entry` entry ON entry.name = aside.entry_id AND aside.entry_id <> ''"
		f" WHERE COALESCE(aside.reviewed, 0) = {int(closed)} AND place.company = %(company)s"
		" AND (%(till)s = '' OR aside.sent_by = %(till)s)"
		" AND LEFT(aside.recorded_at, 10) BETWEEN %(first)s AND %(last)s ORDER BY aside.position DESC",
		asked,
	):
		words = _(
			"Compare it with the till's receipt, book by hand what is missing, and mark it as reviewed."
		)
		yield Row("quarantined", row.pop("row_name"), row.pop("reason") or "", words, row)


def _differences(asked: Asked) -> Iterator[Row]:
	result: Reconciliation = reconcile(Scope(asked.company, asked.first, asked.last, asked.till))
	for each in result.unexplained:
		if each.kind in _SHOWN_ELSEWHERE:
			continue
		figures = " / ".join(filter(None, (each.expected, each.found)))
		reason = f"{each.cause} ({figures})" if figures else each.cause
		names = {"entry": each.entry, "receipt_number": each.receipt_number, "till": each.till}
		documents = {"document_type": each.document_type, "document": each.document}
		yield Row("difference", "", reason, each.remedy, {**names, **documents})


def _select(query: str, asked: Asked, **more: Any) -> list[dict[str, Any]]:
	rows: list[dict[str, Any]] = frappe.db.sql(
		f"{query} LIMIT {MAX_ROWS}", {**asked.values, **more}, as_dict=True
	)
	return rows


def _marks(flag: str) -> dict[str, Any]:
	return {"flag": flag, "uncovered": int(flag in SHORTAGES)}


def flag_label(flag: str) -> str:
	"""A flag in the reader's language, as words."""
	words = str(frappe._(flag, context="POS Entry Flag"))
	return words if words != flag else flag.replace("_", " ").capitalize()


def older_open(asked: Asked) -> int:
	"""Held entries and flags of earlier days that are open, too."""
	(counted,) = frappe.db.sql(
		"SELECT (SELECT COUNT(*) FROM `tabPOS Entry` WHERE company = %(company)s AND state = 'held'"
		" AND business_date < %(first)s) + (SELECT COUNT(*) FROM `tabPOS Entry Flag` flag"
		" JOIN `tabPOS Entry` entry ON entry.name = flag.parent WHERE COALESCE(flag.reviewed, 0) = 0"
		" AND entry.company = %(company)s AND entry.business_date < %(first)s)",
		asked.values,
	)
	return int(counted[0])


def age_of(created: datetime | None) -> float | None:
	"""Days since it came."""
	return round((now_datetime() - created).total_seconds() / 86_400, 1) if created else None


def review_flag(name: str, note: str, reviewed: bool) -> None:
	"""Write down that somebody looked at a flag, or take that back; the entry stays as it is."""
	entry = frappe.db.get_value("POS Entry Flag", {"name": name, "parenttype": "POS Entry"}, "parent")
	if not entry:
		frappe.throw(_("There is no such remark (any more)."), frappe.DoesNotExistError)
	document = frappe.get_doc("POS Entry", entry)
	document.check_permission("read")
	check_company(document.company)
	values = {
		"reviewed": int(reviewed),
		"reviewed_by": frappe.session.user if reviewed else None,
		"reviewed_at": now_datetime() if reviewed else None,
		"review_note": plain(note),
	}
	frappe.db.set_value("POS Entry Flag", name, values)


def review_shortages(entry: str, note: str) -> None:
	"""What an entry left uncovered is written off: its remarks about that are closed."""
	filters = {"parenttype": "POS Entry", "parent": entry, "flag": ("in", SHORTAGES), "reviewed": 0}
	for name in frappe.get_all("POS Entry Flag", filters, pluck="name"):
		review_flag(name, note, True)


def review_quarantine(name: str, note: str, reviewed: bool) -> None:
	"""The same for what was put aside."""
	document = frappe.get_doc("POS Quarantine", name)
	document.check_permission("write")
	check_company(frappe.db.get_value("POS Till", document.sent_by, "company"))
	document.reviewed, document.review_note = int(reviewed), plain(note)
	document.save()
