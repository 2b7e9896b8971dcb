"""Several workers post one shift: its closing and its sales don't pass each other by."""

from datetime import date

import frappe
import pytest
from books import COMPANY, DAY, entry_of, gl, record
from disposable import wait_until
from drawers import (
	cash_in,
	cash_of,
	close,
	counts_of,
	difference_account,
	open_shift,
	posted,
	sell,
	shift_of,
)

from benchmarks.chaos_worker import Workers
from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.jobs import sweep

SALES = 12


@pytest.fixture
def workers(connected, tmp_path):
	running = Workers(tmp_path, seed=1)
	yield running
	running.stop()


def all_posted(shop):
	frappe.db.rollback()
	return not frappe.db.exists("POS Entry", {"till": shop.till, "state": ("!=", "posted")})


@pytest.mark.timeout(300)
def test_what_is_posted_beside_the_closing_is_counted_by_it_or_corrects_it(own_shop, workers):
	shop = own_shop  # nobody else's late sales let ERPNext value its stock anew
	posted(shop, cash_in(shop, None, 5_000))
	opened = open_shift(shop, 5_000)
	before = [sell(shop, opened) for _ in range(SALES)]
	closed = close(shop, opened, 7_000)
	after = [sell(shop, opened) for _ in range(SALES)]
	second = close(shop, opened, 9_000)
	record(shop, opened, *before, closed, *after, second)
	for _ in workers.processes:
		frappe.enqueue("pos_bridge.jobs.post_waiting", queue="default")
	sweep()
	wait_until(lambda: all_posted(shop), "posting by several workers", 200)
	expected = 5_000 + sum(open_wire(wire).body["total_minor"] for wire in (*before, *after))
	booked = 0
	for wire in (opened, *before, closed, *after, second):
		for row in entry_of(wire).postings:
			if row.part in ("difference", "late_difference"):
				booked += round(gl(row.document_name)[difference_account(shop)] * 100)
	assert booked == expected - 7_000
	cash = counts_of(shift_of(opened))[cash_of(shop)]
	assert (cash["expected"], cash["difference"]) == (expected, 7_000 - expected)
	assert shift_of(opened).sales == 2 * SALES
	day = date.fromisoformat(DAY)
	assert reconcile(Scope(COMPANY, day, day, shop.till)).differences == ()
