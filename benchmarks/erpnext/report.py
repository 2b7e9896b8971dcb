"""How long an accountant waits with fifty thousand entries: reports, the held list, a day's reconciliation.

It calls what the desk calls, in the process that holds the connection; no browser draws anything here.
"""

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

ENTRIES = 50_000
A_DAY = 250
HELD, FLAGS = 1_000, 2_000
CALLS = 5
GROUPINGS = ("channel", "shop", "till", "cashier", "hour", "business_date", "item_group", "item")


def measure(site: str) -> list[Figure]:
	last = date.fromisoformat(books.DAY)
	shop = books.open_shop(items=20, stock=1_000_000)
	daybook_filled.fill(shop, ENTRIES, last)
	daybook_filled.trouble(shop, HELD, FLAGS)
	busy = books.open_till(shop)
	books.book(busy, *(busy.sale(busy.line(busy.items[n % 20])) for n in range(A_DAY)))
	_post_all()
	timed = {name: [_seconds(call) for _ in range(CALLS)] for name, call in _calls(busy, last).items()}
	slowest = max(timed, key=lambda name: median(timed[name]))
	floor = [_seconds(_bare) for _ in range(CALLS)]
	each = ", ".join(f"{name} {median(samples):.2f}" for name, samples in timed.items())
	how = (
		f"{ENTRIES:,} entries over {daybook_filled.DAYS} days, {HELD:,} held, {FLAGS:,} remarks, and a day of"
		f" {A_DAY} posted sales: the slowest ({slowest}) of, in s: {each}. Floor: COUNT and SUM of the rows."
	)
	return [Figure.median("report_s", timed[slowest], floor, how)]


def _post_all() -> None:
	from pos_bridge import jobs

	while jobs.post_waiting():
		pass


def _calls(busy: books.TestShop, last: date) -> dict[str, Callable[[], object]]:
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
	calls["reconcile a day"] = lambda: reconcile(Scope(books.COMPANY, last, last, busy.till))
	calls["reconcile report"] = lambda: run(
		"Till Reconciliation", {**days, "from_date": str(last), "till": busy.till}
	)
	return calls


def _bare() -> None:
	frappe.db.sql("SELECT COUNT(*), SUM(total) FROM `tabPOS Entry`")


def _seconds(call: Callable[[], object]) -> float:
	begun = time.perf_counter()
	call()
	return time.perf_counter() - begun
