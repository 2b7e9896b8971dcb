"""Hours of people at tills, out of what they clocked in and out. It corrects nothing and knows no wage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import frappe

from pos_bridge.erpnext.reports.seen import Asked

LONGEST = timedelta(hours=16)
"""Whoever is in for longer forgot to clock out."""
_AROUND = timedelta(days=1)
"""Who comes before midnight goes on the next day: one more day is looked at on both sides."""


@dataclass(frozen=True, slots=True)
class Stamp:
	"""Somebody came or went: `kind` is `clock_in` or `clock_out`."""

	name: str
	day: date
	at: datetime
	kind: str


@dataclass(slots=True)
class Day:
	"""One person's business date: the day on which he came counts."""

	name: str
	day: date
	first_in: datetime | None = None
	last_out: datetime | None = None
	worked: timedelta = field(default_factory=timedelta)
	times: int = 0
	no_out: int = 0
	"""Came, and nothing says when he went."""
	no_in: int = 0


def hours(asked: Asked) -> list[Day]:
	"""Each person's days in the range, by name and day."""
	wide = replace(asked, first=asked.first - _AROUND, last=asked.last + _AROUND)
	days = paired(_stamps(wide))
	return [day for day in days if asked.first <= day.day <= asked.last]


def paired(stamps: Iterable[Stamp]) -> list[Day]:
	"""Each coming with the next going of the same person, in the order of time at whatever till."""
	days: dict[tuple[str, date], Day] = {}
	came: dict[str, Stamp] = {}

	def of(stamp: Stamp) -> Day:
		return days.setdefault((stamp.name, stamp.day), Day(stamp.name, stamp.day))

	for stamp in sorted(stamps, key=lambda each: (each.name, each.at)):
		since = came.pop(stamp.name, None)
		if since and (stamp.kind == "clock_in" or stamp.at - since.at > LONGEST):
			of(since).no_out += 1
			since = None
		if stamp.kind == "clock_in":
			_come(of(stamp), stamp)
			came[stamp.name] = stamp
		elif since:
			_go(of(since), since, stamp)
		else:
			of(stamp).no_in += 1
	for since in came.values():
		of(since).no_out += 1
	return sorted(days.values(), key=lambda day: (day.name, day.day))


def _come(day: Day, stamp: Stamp) -> None:
	day.first_in = min(day.first_in or stamp.at, stamp.at)


def _go(day: Day, since: Stamp, stamp: Stamp) -> None:
	day.times += 1
	day.worked += stamp.at - since.at
	day.last_out = max(day.last_out or stamp.at, stamp.at)


def _stamps(asked: Asked) -> list[Stamp]:
	rows: Sequence[Any] = frappe.db.sql(
		"SELECT entry.cashier, entry.business_date, entry.occurred_at, entry.kind FROM `tabPOS Entry` entry"
		f" WHERE {asked.where} AND entry.kind IN ('clock_in', 'clock_out')",
		asked.values,
	)
	return [Stamp(name, day, _instant(at), kind) for name, day, at, kind in rows]


def _instant(text: str) -> datetime:
	# Python 3.10 reads no Z.
	return datetime.fromisoformat(text.replace("Z", "+00:00"))
