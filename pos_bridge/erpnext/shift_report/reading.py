"""A POS Shift's entries on their way into core's report. It never writes, and reads no document's figures."""

from collections.abc import Iterable
from typing import Any

import frappe

from pos_bridge.core.entry import Entry, entry_from_shelf
from pos_bridge.core.report import ReportSettings, ShiftReport, Told, shift_report
from pos_bridge.erpnext.shown import refusals_shown

_COLUMNS = "SELECT text, hash, position FROM `tabPOS Entry`"


def report_of(shift: Any) -> ShiftReport:
	"""The X of a POS Shift while it is open, then its Z, out of what its entries say up to now."""
	closed_as = shift.closing_entry and frappe.db.get_value("POS Entry", shift.closing_entry, "position")
	named = _told(f"{_COLUMNS} WHERE shift = %s ORDER BY position", (shift.opening_entry,), closed_as)
	ends = _told(f"{_COLUMNS} WHERE name IN %s", ([shift.opening_entry, shift.closing_entry or ""],), None)
	found = {each.entry.id: each for each in ends}
	opening, closing = found.get(shift.opening_entry), found.get(shift.closing_entry)
	told = [*_beside(shift.opening_entry, opening, named, closing), *named]
	settings = ReportSettings(shift.get("z_number") or 0, shift.get("amended") or 0, _groups(named))
	with refusals_shown():
		return shift_report(opening, told, closing, settings)


def _told(query: str, values: tuple[Any, ...], closed_as: int | None) -> list[Told]:
	return [
		Told(entry_from_shelf(text), hash, bool(closed_as and position > closed_as))
		for text, hash, position in frappe.db.sql(query, values)
	]


def _beside(shift: str, opening: Told | None, named: list[Told], closing: Told | None) -> list[Told]:
	"""What the shift's chains have between its entries, and after them while it is open."""
	chains: dict[str, list[int]] = {}
	for entry in (each.entry for each in ([opening] if opening else []) + named):
		chains.setdefault(entry.chain, []).append(entry.sequence)
	beside: list[Told] = []
	for chain, sequences in chains.items():
		first = min(sequences)
		last = max(sequences) if closing else _before_the_next_shift(chain, first)
		query = f"{_COLUMNS} WHERE chain = %s AND sequence BETWEEN %s AND %s AND NOT shift <=> %s"
		beside += _told(f"{query} ORDER BY sequence", (chain, first, last, shift), None)
	return beside


def _before_the_next_shift(chain: str, first: int) -> int:
	rows = frappe.db.sql(
		"SELECT sequence FROM `tabPOS Entry` WHERE chain = %s AND sequence > %s AND kind = 'shift_open'"
		" ORDER BY sequence LIMIT 1",
		(chain, first),
	)
	return int(rows[0][0]) if rows else 2**31 - 1


def _groups(told: Iterable[Told]) -> dict[str, str]:
	"""Item groups by item, as they are today."""
	items = {item for each in told for item in _items(each.entry)}
	rows = frappe.db.sql("SELECT name, item_group FROM `tabItem` WHERE name IN %s", (list(items) or [""],))
	return {item: group or "" for item, group in rows}


def _items(entry: Entry) -> list[str]:
	"""Read as it is said: what has no such form is left out of the report and told there."""
	lines = entry.body.get("lines")
	if not isinstance(lines, list):
		return []
	named = (line.get("item") for line in lines if isinstance(line, dict))
	return [item for item in named if isinstance(item, str)]
