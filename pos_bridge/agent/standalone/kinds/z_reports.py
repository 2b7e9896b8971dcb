"""The latest shifts with their X or Z, read from the daybook. It never writes.

Z numbers count a till's closings in the order in which they arrived; each late entry is an amendment.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pos_bridge.core.entry import entry_from_shelf
from pos_bridge.core.errors import Rejected
from pos_bridge.core.receipt import ReceiptHeader
from pos_bridge.core.report import (
	REPORT_LABELS,
	ReportSettings,
	ShiftReport,
	Told,
	report_head,
	report_sections,
	shift_report,
)

MAX_SHIFTS = 5
"""Shifts that the ledger page shows."""

_OF_SHIFT = (
	"WITH named AS (SELECT * FROM entry WHERE id = ?1 OR json_extract(text, '$.body.shift') = ?1),"
	" span AS (SELECT chain, min(sequence) AS first, max(sequence) AS last FROM named GROUP BY chain)"
	" SELECT cursor, hash, text FROM entry WHERE id IN (SELECT id FROM named) UNION"
	" SELECT cursor, hash, text FROM entry JOIN span USING (chain)"
	" WHERE sequence >= first AND (?2 OR sequence <= last) ORDER BY cursor"
)


def latest(db: sqlite3.Connection, groups: Mapping[str, str], shop: str) -> list[dict[str, Any]]:
	"""Newest first: `{title, head, sections}` in words, of what can't be read `{title, fault}`."""
	rows = db.execute(
		"SELECT id, till FROM entry WHERE kind = 'shift_open' ORDER BY cursor DESC LIMIT ?", (MAX_SHIFTS,)
	)
	return [_shown(db, row["id"], groups, shop) for row in rows.fetchall()]


def _shown(db: sqlite3.Connection, shift: str, groups: Mapping[str, str], shop: str) -> dict[str, Any]:
	try:
		report = report_of(db, shift, groups)
	except Rejected as error:
		return {"title": shift, "fault": error.message}
	sections = report_sections(report, ReceiptHeader(shop))
	return {
		"title": REPORT_LABELS["z" if report.closed_at else "x"],
		"head": report_head(report),
		"sections": [{"title": each.title, "heads": each.heads, "rows": each.rows} for each in sections],
	}


def report_of(db: sqlite3.Connection, shift: str, groups: Mapping[str, str]) -> ShiftReport:
	"""The report of the shift that this entry opened; `Malformed` or `Rejected` where it can't be read."""
	closed = db.execute(
		"SELECT cursor, id, till FROM entry WHERE kind = 'shift_close'"
		" AND json_extract(text, '$.body.shift') = ? ORDER BY cursor LIMIT 1",
		(shift,),
	).fetchone()
	rows = db.execute(_OF_SHIFT, (shift, closed is None)).fetchall()
	told = {}
	for row in rows:
		entry = entry_from_shelf(row["text"])
		is_late = bool(closed and row["cursor"] > closed["cursor"] and entry.body.get("shift") == shift)
		told[entry.id] = Told(entry, row["hash"], is_late)
	closing = told[closed["id"]] if closed else None
	number = _number(db, closed["till"], closed["cursor"]) if closed else 0
	report = shift_report(told[shift], told.values(), closing, ReportSettings(number, groups=groups))
	return replace(report, amended=report.happened.late)


def _number(db: sqlite3.Connection, till: str, cursor: int) -> int:
	sql = "SELECT count(*) FROM entry WHERE till = ? AND kind = 'shift_close' AND cursor <= ?"
	return int(db.execute(sql, (till, cursor)).fetchone()[0])
