"""What comes after a batch: returns, what the desk does; a hundred sales of any kind, a worker killed."""

import random
import subprocess
import sys
import time

import frappe
import pytest
from batched import (
	batching_shop,
	book_together,
	booked,
	compared,
	names,
	plain,
	predicted,
	state,
	two_are_enough,
)
from books import book, entry_of, flags, invoice_of, open_till, record, returned
from disposable import ROOT, environment

from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.reconcile.difference import Kind


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""A shop whose plain sales are booked in batches."""
	return batching_shop()


def test_goods_of_a_batch_come_back_sale_by_sale_and_only_once(shop):
	tea, cake, _ = shop.items
	one, other = shop.sale(shop.line(tea, "2"), shop.line(cake)), plain(shop, "3")
	backs = [returned(shop, one, {1: 1}), returned(shop, other, {1: 3}), returned(shop, one, {1: 1, 2: 1})]
	batch = book_together(shop, one, other)
	book(shop, *backs)
	for back in backs:
		note = invoice_of(back)
		assert (note.return_against, note.is_return, flags(back)) == (batch, 1, [])
		assert booked(shop, note.name) == predicted(shop, back)
	everything = booked(shop, batch, *names(*backs))
	assert everything == ({}, dict.fromkeys((tea, cake), 0))
	again = returned(shop, one, {1: 1})
	book(shop, again)
	assert flags(again) == ["over_returned"]
	assert "sold 2, back before 2, now 1" in entry_of(again).remarks[0].details
	assert invoice_of(again).return_against is None
	assert booked(shop, *names(again)) == predicted(shop, again)
	compared(shop)


def test_lines_of_one_price_come_back_in_one_return_as_often_as_they_were_sold(shop):
	tea = shop.items[0]
	sold = shop.sale(shop.line(tea, "2"), shop.line(tea), shop.line(tea, "3", price=229))
	batch = book_together(shop, sold, plain(shop))
	back = returned(shop, sold, {1: 2, 2: 1, 3: 1})
	book(shop, back)
	assert (flags(back), invoice_of(back).return_against) == ([], batch)
	assert booked(shop, *names(back)) == predicted(shop, back)
	too_many = returned(shop, sold, {2: 1, 3: 3})
	book(shop, too_many)
	assert flags(too_many) == ["over_returned"]
	compared(shop)


def test_goods_of_a_batch_that_come_back_at_another_till_are_counted_together(shop, shared_shop):
	sold = plain(shop, "2")
	batch = book_together(shop, sold, plain(shop, "5"))
	other = open_till(shared_shop)
	here, there, more = returned(shop, sold, {1: 1}), returned(other, sold, {1: 1}), None
	book(shop, here)
	book(other, there)
	more = returned(other, sold, {1: 1})
	book(other, more)
	assert [invoice_of(back).return_against for back in (here, there, more)] == [batch, batch, None]
	assert [flags(back) for back in (here, there, more)] == [[], [], ["over_returned"]]


def test_a_cancelled_batch_shows_on_all_its_entries_and_is_explained(shop):
	wires = [plain(shop, "2"), plain(shop), plain(shop)]
	book_together(shop, *wires)
	invoice_of(wires[0]).cancel()
	frappe.db.commit()
	assert [entry_of(wire).desk_state for wire in wires] == ["cancelled"] * 3
	result, differences = compared(shop)
	assert [each.kind for each in differences] == [Kind.CANCELLED] * 3
	assert (result.totals[0].books_minor, result.totals[0].tills_minor > 0) == (0, True)
	back = returned(shop, wires[0], {1: 1})
	book(shop, back)
	assert flags(back) == ["sale_cancelled"]


def test_an_amended_batch_shows_on_all_its_entries_and_takes_back_no_more_than_it_holds(shop):
	wires = [plain(shop, "2"), plain(shop)]
	book_together(shop, *wires)
	batch = invoice_of(wires[0])
	batch.cancel()
	copy = frappe.copy_doc(batch, ignore_no_copy=False)
	copy.update({"amended_from": batch.name, "docstatus": 0, "set_posting_time": 1})
	copy.items[0].update({"qty": 1, "amount": copy.items[0].rate, "net_amount": copy.items[0].rate})
	copy.items[0].update({"base_amount": copy.items[0].rate, "base_net_amount": copy.items[0].rate})
	copy.insert()
	copy.payments[0].amount = copy.rounded_total or copy.grand_total
	copy.save()
	copy.submit()
	frappe.db.commit()
	assert [entry_of(wire).desk_state for wire in wires] == ["amended"] * 2
	_, differences = compared(shop)
	assert Kind.AMENDED in {each.kind for each in differences}
	back = returned(shop, wires[0], {1: 2})
	book(shop, back)
	assert flags(back) == ["over_returned"]


SEED = random.randrange(10**6)
RANDOM_SALES = 100


def random_sale(shop, chance):
	lines = [
		shop.line(
			chance.choice(shop.items),
			str(chance.randint(1, 4)),
			price=chance.choice([None, 229, 99, 1999]),
			percent=chance.choice([0, 0, 0, 7, 33]),
			off=0,
		)
		for _ in range(chance.randint(1, 5))
	]
	special = {"customer": "Nobody"} if chance.random() < 0.1 else {}
	return shop.sale(*lines, over=chance.choice([0, 1, 350]), body=special)


def test_a_hundred_random_sales_and_their_returns_are_in_the_books_to_the_cent(shop):
	chance = random.Random(SEED)
	print("seed", SEED)
	sold = [random_sale(shop, chance) for _ in range(RANDOM_SALES)]
	with two_are_enough():
		book(shop, *sold)
	backs = []
	for wire in chance.sample(sold, 20):
		lines = open_wire(wire).body["lines"]
		number = chance.randint(1, len(lines))
		backs.append(returned(shop, wire, {number: chance.randint(1, int(lines[number - 1]["quantity"]))}))
	book(shop, *backs)
	made = {*names(*sold, *backs)}
	assert len(made) < RANDOM_SALES
	assert booked(shop, *made) == predicted(shop, *sold, *backs)
	assert {flag for wire in (*sold, *backs) for flag in flags(wire)} <= {"customer_gone"}
	result, differences = compared(shop)
	assert differences == []
	assert [total.difference_minor for total in result.totals] == [0]


WORKER = """
import frappe, sys
from pos_bridge import jobs
from pos_bridge.erpnext.batches import gather
from pos_bridge.erpnext.posting import fate
frappe.init(sys.argv[1], sites_path="."); frappe.connect(); frappe.set_user("Administrator")
gather.WAIT_MINUTES, gather.MAX_SALES = 0, 20
print("ready", flush=True); sys.stdin.readline()
while fate.count_due():
	jobs.post_waiting()
"""


def start_worker(site):
	worker = subprocess.Popen(
		[sys.executable, "-c", WORKER, site.name],
		env=environment(ROOT / "tests/site"),
		stdin=subprocess.PIPE,
		stdout=subprocess.PIPE,
		text=True,
	)
	worker.stdout.readline()
	return worker


def go(worker):
	worker.stdin.write("go\n")
	worker.stdin.flush()


@pytest.mark.timeout(300)
def test_workers_that_post_at_once_and_one_that_is_killed_book_every_sale_once(site, shop, shared_shop):
	tills = [shop, open_till(shared_shop)]
	sold = {till.till: [random_sale(till, random.Random(SEED + n)) for n in range(60)] for till in tills}
	killed, *others = [start_worker(site) for _ in range(3)]
	try:
		for till in tills:
			record(till, *sold[till.till])
		for worker in (killed, *others):
			go(worker)
		time.sleep(1.5)
		killed.kill()
		assert [worker.wait(200) for worker in others] == [0, 0]
	finally:
		for worker in (killed, *others):
			worker.kill()
			worker.wait()
	frappe.db.rollback()
	for till in tills:
		wires = sold[till.till]
		assert {state(wire) for wire in wires} == {"posted"}
		assert booked(till, *{*names(*wires)}) == predicted(till, *wires)
		_, differences = compared(till)
		assert differences == []
