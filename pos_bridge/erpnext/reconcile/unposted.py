"""What is recorded and not in the books: entries that wait or are held, and what is in quarantine.

It never posts anything, and never decides what becomes of what is quarantined.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from pos_bridge.core.daybook import State
from pos_bridge.core.entry import Entry
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.scope import Row, Scope

MAX_WAIT = timedelta(hours=24)
"""Waiting for longer is not explained any more: nobody posts."""
MAX_QUARANTINED = 1_000
"""Unreviewed bytes that are looked through."""


def unposted(row: Row, entry: Entry) -> Iterator[Difference]:
	"""Why an entry is not in the books yet; nothing if it is, or never has to be."""
	if row.state == State.HELD.value:
		yield row.differs(
			Kind.HELD,
			_("The books refused it: {0}").format(row.reason or _("No reason is kept.")),
			explained=True,
			remedy=row.remedy,
			expected=total_of(entry),
		)
	elif row.state == State.WAITING.value:
		yield _waiting(row, entry)


def _waiting(row: Row, entry: Entry) -> Difference:
	since = datetime.fromisoformat(row.recorded_at.replace("Z", "+00:00"))
	waited = datetime.now(timezone.utc) - since
	cause = _("It has waited for {0} to be posted.").format(_span(waited))
	if row.last_fault:
		cause += " " + _("The last of {0} tries: {1}").format(row.attempts, row.last_fault)
	return row.differs(
		Kind.WAITING,
		cause,
		explained=waited <= MAX_WAIT,
		remedy="" if waited <= MAX_WAIT else _("See whether posting is paused and whether workers run."),
		expected=total_of(entry),
	)


def _span(waited: timedelta) -> str:
	minutes = max(0, int(waited.total_seconds() // 60))
	hours, days = minutes // 60, minutes // (24 * 60)
	if days:
		return _("{0} days").format(days) if days > 1 else _("a day")
	return _("{0} hours").format(hours) if hours > 1 else _("{0} minutes").format(minutes)


def total_of(entry: Entry) -> str:
	"""What a sale or return comes to, for people; empty for every other kind."""
	total, decimals = entry.body.get("total_minor"), entry.body.get("currency_precision")
	counts = entry.kind in ("sale", "return") and isinstance(total, int) and isinstance(decimals, int)
	return amount(total, decimals) if counts else ""  # type: ignore[arg-type]


def quarantined(scope: Scope) -> Iterator[Difference]:
	"""What nobody has reviewed yet, of the business date that it names or, unreadable, of its arrival."""
	rows = frappe.db.sql(
		"SELECT aside.name, aside.raw, aside.reason, aside.entry_id, aside.sent_by, aside.recorded_at"
		" FROM `tabPOS Quarantine` aside JOIN `tabPOS Till` place ON place.name = aside.sent_by"
		" WHERE COALESCE(aside.reviewed, 0) = 0 AND place.company = %(company)s"
		f" AND (%(till)s = '' OR aside.sent_by = %(till)s) ORDER BY aside.position LIMIT {MAX_QUARANTINED}",
		scope.values,
		as_dict=True,
	)
	for row in rows:
		fields = _fields(row.raw)
		if scope.first <= _day(fields, row.recorded_at) <= scope.last:
			yield _aside(row, fields)


def _aside(row: Mapping[str, Any], fields: Mapping[str, Any]) -> Difference:
	known = row["entry_id"] if row["entry_id"] and frappe.db.exists("POS Entry", row["entry_id"]) else ""
	return Difference(
		Kind.QUARANTINED,
		row["reason"] or _("No reason is kept."),
		explained=False,
		till=row["sent_by"],
		entry=known,
		receipt_number=str(fields.get("receipt_number", "")),
		document_type="POS Quarantine",
		document=row["name"],
		remedy=_(
			"Compare it with the till's receipt, book by hand what is missing, and mark it as reviewed."
		),
	)


def _fields(raw: str) -> Mapping[str, Any]:
	"""What can be read of quarantined bytes; nothing of what is not even JSON."""
	try:
		fields = json.loads(json.loads(raw)["text"])
	except (ValueError, KeyError, TypeError, RecursionError):
		return {}
	return fields if isinstance(fields, dict) else {}


def _day(fields: Mapping[str, Any], recorded_at: str) -> date:
	try:
		return date.fromisoformat(fields["business_date"])
	except (KeyError, TypeError, ValueError):
		return getdate(recorded_at[:10])
