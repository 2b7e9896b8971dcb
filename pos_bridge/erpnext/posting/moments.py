"""Times: when something arrived, when it happened, and the posting time that the books give it.

It never orders entries by a clock; a posting time only keeps a stock ledger from being reposted.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe import _
from frappe.utils import get_system_timezone, getdate

from pos_bridge.core.daybook import Arrival

_TICK = timedelta(microseconds=1)
_WRITTEN_OUT = 100
"""Python writes fewer millionths than these with an exponent."""
_DAY_END = time(23, 59, 59, 999_999)
_MAX_CLOCK_MS = 10**14
"""No clock is wrong by more than three thousand years; a larger number would not fit into a span."""


def arrival_now(till: str, hop: str) -> Arrival:
	"""An arrival stamped with this machine's clock, in UTC."""
	now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
	return Arrival(till, hop, now.replace("+00:00", "Z"))


def shop_time(occurred_at: str, time_zone: str) -> datetime:
	"""The till's instant as the clock on the shop's wall showed it, without a zone."""
	instant = datetime.fromisoformat(occurred_at.replace("Z", "+00:00"))
	return instant.astimezone(_zone(time_zone)).replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
	try:
		return ZoneInfo(name or get_system_timezone())
	except (ZoneInfoNotFoundError, ValueError):
		return ZoneInfo(get_system_timezone())


def posting_moment(occurred: datetime, business_date: date, last_move: datetime | None) -> datetime:
	"""When the books say that it happened: on the business date, and after the last move of its goods.

	`occurred` and `last_move` are wall clock times. Outside of the business date (a night's sale that belongs
	to the day before) the nearest moment of that date counts. Within a business day an item's posting time in
	a warehouse never goes back, else ERPNext would repost its stock for each such sale.
	"""
	first, last = datetime.combine(business_date, time.min), datetime.combine(business_date, _DAY_END)
	moment = min(max(occurred, first), last)
	if last_move is not None and last_move >= moment:
		moment = min(last_move + _TICK, last)
	return _readable(moment)


def _readable(moment: datetime) -> datetime:
	"""Later by less than a millisecond where Frappe would write `8:40:5e-06`, in which MariaDB sees no time.

	ERPNext then finds no move before this one: no batch, no serial number, and no cost of them.
	"""
	small = moment.second == 0 and 0 < moment.microsecond < _WRITTEN_OUT
	return moment.replace(microsecond=_WRITTEN_OUT) if small else moment


def last_move_of(items: Sequence[str], warehouse: str, business_date: date) -> datetime | None:
	"""The latest stock move of any of these items on that date. The caller holds their Bins' locks."""
	if not items:
		return None
	found = frappe.db.sql(
		"SELECT MAX(posting_datetime) FROM `tabStock Ledger Entry` WHERE item_code IN %s AND warehouse = %s"
		" AND posting_datetime BETWEEN %s AND %s AND is_cancelled = 0",
		(tuple(items), warehouse, business_date, datetime.combine(business_date, _DAY_END)),
	)[0][0]
	return found or None


_TOLERATED_CLOCK = timedelta(minutes=10)
"""A till's clock may be off by so much before an accountant hears of it."""


def wrong_clock(note: Mapping[str, Any]) -> str:
	"""What the till itself knew to be wrong with its clock (docs/protocol.md, `clock`), or nothing."""
	ahead, back = (_milliseconds(note.get(name)) for name in ("ahead_ms", "back_ms"))
	words: list[str] = []
	if ahead > _TOLERATED_CLOCK:
		words.append(_("The till's clock was {0} minutes ahead.").format(_minutes(ahead)))
	if -ahead > _TOLERATED_CLOCK:
		words.append(_("The till's clock was {0} minutes behind.").format(_minutes(-ahead)))
	if back > _TOLERATED_CLOCK:
		words.append(_("The till's clock went back by {0} minutes before it.").format(_minutes(back)))
	return " ".join(words)


def _milliseconds(value: object) -> timedelta:
	known = isinstance(value, int) and abs(value) < _MAX_CLOCK_MS
	return timedelta(milliseconds=int(str(value))) if known else timedelta()


def _minutes(span: timedelta) -> int:
	return span // timedelta(minutes=1)


def is_impossible(occurred: datetime, business_date: date, recorded_at: str, time_zone: str) -> str:
	"""Why a till's time can't be right, or nothing: in the future, or over a day off its business date."""
	arrived = shop_time(recorded_at, time_zone)
	if occurred > arrived + _TOLERATED_CLOCK:
		words = _("The till's clock said {0}; the entry arrived {1}.")
		return words.format(f"{occurred:%Y-%m-%d %H:%M}", f"{arrived:%Y-%m-%d %H:%M}")
	if abs((occurred.date() - getdate(business_date)).days) > 1:
		return _("The till's clock said {0}, its business date is {1}.").format(
			occurred.date(), business_date
		)
	return ""
