"""How long an accountant waits with fifty thousand entries: reports, the held list, a day's reconciliation.

It calls what the desk calls, in the process that holds the connection; no browser draws anything here.
"""

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

import books
import frappe

from benchmarks.erpnext import daybook_filled
from benchmarks.figure import Figure
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.erpnext.shift_report.shown import pos_bridge_shift_report

SHIFTS, TICKETS = 25, 2_000
CARDS = 50_000
A_DAY = 250
HELD, FLAGS = 1_000, 2_000
CALLS = 5
GROUPINGS = ("channel", "shop", "till", "cashier", "hour", "business_date", "item_group", "item")


def measure(site: str) -> list[Figure]:
	last = date.fromisoformat(books.DAY)
	shop = books.open_shop(items=20, stock=1_000_000)
	*closed, still_open = daybook_filled.fill(shop, SHIFTS, TICKETS, last)
	daybook_filled.trouble(shop, HELD, FLAGS)
	daybook_filled.cards(CARDS, last)
	busy = books.open_till(shop)
	books.book(busy, *(busy.sale(busy.line(busy.items[n % 20])) for n in range(A_DAY)))
	_post_all()
	calls = {**_reports(last), **_of_a_day(busy, last), **_of_shifts(closed[-1], still_open)}
	timed = {name: [_seconds(call) for _ in range(CALLS)] for name, call in calls.items()}
	busy_for = {name: _processor_seconds(call) for name, call in calls.items()}
	slowest = max(timed, key=lambda name: median(timed[name]))
	floor = [_seconds(_bare) for _ in range(CALLS)]
	how = (
		f"{SHIFTS * TICKETS:,} tickets of {daybook_filled.TICKET_LINES} lines in {SHIFTS} shifts over"
		f" {daybook_filled.DAYS} days, {HELD:,} held, {FLAGS:,} remarks, {CARDS:,} gift cards, and a day of"
		f" {A_DAY} posted sales: the slowest ({slowest}) of, in s: {_told(timed, busy_for)}."
		f" Load {os.getloadavg()[1]:.0f} on {os.cpu_count()} cores. Floor: COUNT and SUM of the rows."
	)
	return [Figure.median("report_s", timed[slowest], floor, how), _giant(shop, last)]


def _giant(shop: books.TestShop, last: date) -> Figure:
	"""A shift that nobody ever had: as many tickets as all others together."""
	till = books.open_till(shop)
	(shift,) = daybook_filled.fill(till, 1, SHIFTS * TICKETS, last, close_last=True)
	timed = {"Z": [_seconds(lambda: pos_bridge_shift_report(shift)) for _ in range(CALLS)]}
	floor = [_seconds(_bare) for _ in range(CALLS)]
	processor = _processor_seconds(lambda: pos_bridge_shift_report(shift))
	how = (
		f"The Z of one shift of {SHIFTS * TICKETS:,} tickets, among twice as many; a processor took"
		f" {processor:.2f} s. Floor: as for report_s."
	)
	return Figure.median("giant_z_s", timed["Z"], floor, how)


def _told(timed: dict[str, list[float]], busy_for: dict[str, float]) -> str:
	"""Median, the first call, and what a processor was busy for, which neighbours change less."""
	return ", ".join(
		f"{name} {median(samples):.2f} (first {samples[0]:.2f}, processor {busy_for[name]:.2f})"
		for name, samples in timed.items()
	)


def _post_all() -> None:
	from pos_bridge import jobs

	while jobs.post_waiting():
		pass


def _reports(last: date) -> dict[str, Callable[[], object]]:
	from frappe.desk.query_report import run

	days = {
		"company": books.COMPANY,
		"from_date": str(last - timedelta(days=daybook_filled.DAYS)),
		"to_date": str(last),
	}
	calls: dict[str, Callable[[], object]] = {
		f"sales by {by}": lambda by=by: run("Till Sales", {**days, "group_by": [by]}) for by in GROUPINGS
	}
	calls["held and exceptions"] = lambda: run("Held and Exceptions", days)
	calls["held list"] = lambda: frappe.get_list(
		"POS Entry", {"state": "held"}, ["*"], order_by="position desc", limit_page_length=20
	)
	credit = {"company": books.COMPANY, "as_of": str(last)}
	calls["gift cards and credit"] = lambda: run("Gift Cards and Credit Outstanding", credit)
	return calls


def _of_a_day(busy: books.TestShop, last: date) -> dict[str, Callable[[], object]]:
	from frappe.desk.query_report import run

	day = {"company": books.COMPANY, "from_date": str(last), "to_date": str(last), "till": busy.till}
	return {
		"reconcile a day": lambda: reconcile(Scope(books.COMPANY, last, last, busy.till)),
		"reconcile report": lambda: run("Till Reconciliation", day),
	}


def _of_shifts(closed: str, still_open: str) -> dict[str, Callable[[], object]]:
	return {
		f"Z of {TICKETS:,} tickets": lambda: pos_bridge_shift_report(closed),
		f"X of {TICKETS:,} tickets": lambda: pos_bridge_shift_report(still_open),
		"Z as a page to print": lambda: frappe.get_print("POS Shift", closed, print_format="POS Z Report"),
	}


def _bare() -> None:
	frappe.db.sql("SELECT COUNT(*), SUM(total) FROM `tabPOS Entry`")


def _processor_seconds(call: Callable[[], object]) -> float:
	"""Of this process and of the database's thread, which its own profiling tells of the last statements."""
	for setting in ("profiling_history_size = 100", "profiling = 1"):
		frappe.db.sql(f"SET {setting}")
	(before,) = frappe.db.sql("SELECT COALESCE(MAX(QUERY_ID), 0) FROM information_schema.PROFILING")[0]
	begun = time.process_time()
	call()
	own = time.process_time() - begun
	frappe.db.sql("SET profiling = 0")
	(database,) = frappe.db.sql(
		"SELECT SUM(CPU_USER + CPU_SYSTEM) FROM information_schema.PROFILING WHERE QUERY_ID > %s", before
	)[0]
	return own + float(database or 0)


def _seconds(call: Callable[[], object]) -> float:
	begun = time.perf_counter()
	call()
	return time.perf_counter() - begun
