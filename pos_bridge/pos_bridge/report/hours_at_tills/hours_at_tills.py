"""The desk's view of hours at tills, by person and day. It pairs nothing; erpnext/people/hours.py does."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from frappe import _

from pos_bridge.erpnext.people.hours import Day, hours
from pos_bridge.erpnext.reports.columns import Columns, column
from pos_bridge.erpnext.reports.seen import asked

_HOUR = timedelta(hours=1)


def execute(filters: Mapping[str, Any] | None = None) -> tuple[Columns, list[dict[str, Any]]]:
	"""Frappe's form: columns and rows."""
	return columns(), [_row(day) for day in hours(asked(filters or {}))]


def columns() -> Columns:
	return [
		column("cashier", _("Cashier"), width=160),
		column("day", _("Business Date"), "Date", width=120),
		column("first_in", _("First In"), width=90),
		column("last_out", _("Last Out"), width=90),
		column("times", _("Times"), "Int", width=70),
		column("hours", _("Hours"), "Float", width=90),
		column("remark", _("Remark"), width=320),
	]


def _row(day: Day) -> dict[str, Any]:
	return {
		"cashier": day.name,
		"day": day.day,
		"first_in": _clock(day.first_in),
		"last_out": _clock(day.last_out),
		"times": day.times,
		"hours": round(day.worked / _HOUR, 2),
		"remark": _remark(day),
	}


def _clock(at: datetime | None) -> str:
	"""By the till's own clock, as the receipt says it."""
	return at.strftime("%H:%M") if at else ""


def _remark(day: Day) -> str:
	words = []
	if day.no_out:
		words.append(_("Came and did not clock out: {0}.").format(day.no_out))
	if day.no_in:
		words.append(_("Went and had not clocked in: {0}.").format(day.no_in))
	return " ".join(words)
