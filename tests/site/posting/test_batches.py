"""Plain sales in one invoice: to the cent what they are one by one; what is special stays alone."""

import random
import subprocess
import sys
import time
from datetime import date

import frappe
import pytest
from books import (
	COMPANY,
	DAY,
	book,
	entry_of,
	flags,
	gl,
	invoice_of,
	make_item,
	open_shop,
	open_till,
	receive,
	record,
	returned,
)
from disposable import ROOT, environment

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Rejected
from pos_bridge.core.journal import Accounts, effect_of
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import Tender
from pos_bridge.erpnext.batches import gather
from pos_bridge.erpnext.posting import invoice as invoices
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.erpnext.stock import available


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""A shop whose plain sales are booked in batches."""
	shop = open_shop(stock=100_000)
	profile = frappe.db.get_value("POS Till", shop.till, "pos_profile")
	frappe.db.set_value("POS Profile", profile, "pos_bridge_batches", 1)
	frappe.clear_document_cache("POS Profile", profile)
	frappe.db.commit()
	return shop


@pytest.fixture
def no_waiting(monkeypatch):
	"""Two sales are enough."""
	monkeypatch.setattr(gather, "ENOUGH_SALES", 2)


def accounts_of(shop):
	place = shop.shop
	company = frappe.get_cached_doc("Company", place.company)
	return Accounts(
		receivable=company.default_receivable_account,
		revenue=place.income_account,
		round_off=company.round_off_account,
		taxes={row.account: row.account for row in place.taxes},
		tenders=place.tenders,
	)


def predicted(shop, *wires):
	"""What core's journal says of all these entries together."""
	net, moves = {}, {}
	for wire in wires:
		effect = effect_of(open_wire(wire), accounts_of(shop), shop.shop.warehouse)
		for line in effect.lines:
			net[line.account] = net.get(line.account, 0) + line.debit_minor - line.credit_minor
		for move in effect.moves:
			moves[move.item] = moves.get(move.item, 0) + move.quantity
	return {account: amount for account, amount in net.items() if amount}, moves


def booked(shop, *documents):
	"""What GL and stock ledger say of documents; the cost of goods is left out."""
	company = frappe.get_cached_doc("Company", shop.shop.company)
	costs = (company.default_expense_account, company.default_inventory_account)
	net, moves = {}, {}
	for name in documents:
		for account, amount in gl(name).items():
			if account not in costs:
				net[account] = net.get(account, 0) + round(amount * 100)
		for row in frappe.get_all(
			"Stock Ledger Entry", {"voucher_no": name, "is_cancelled": 0}, ["item_code", "actual_qty"]
		):
			moves[row.item_code] = moves.get(row.item_code, 0) + round(row.actual_qty * SCALE)
	return {account: amount for account, amount in net.items() if amount}, moves


def test_plain_sales_become_one_invoice_that_books_what_they_book_one_by_one(shop, no_waiting):
	tea, cake, milk = shop.items
	card = [*shop.shop.tenders][1]
	lines = [shop.line(tea, "3"), shop.line(cake, "4"), shop.line(milk, "2", percent=7)]
	total = open_wire(shop.sale(*lines)).body["total_minor"]
	wires = [
		shop.sale(shop.line(tea, "2", price=229), over=50),
		shop.sale(*lines, tenders=[Tender(card, "card", total)]),
		shop.sale(shop.line(tea, price=229), shop.line(tea, "5")),
	]
	book(shop, *wires)
	(name,) = {invoice_of(wire).name for wire in wires}
	invoice = invoice_of(wires[0])
	assert name == f"{open_wire(wires[0]).receipt_number}-B"
	assert (invoice.docstatus, invoice.status, invoice.outstanding_amount) == (1, "Paid", 0)
	assert booked(shop, name) == predicted(shop, *wires)
	assert round(sum(gl(name).values()), 2) == 0
	assert [row.qty for row in invoice.items] == [3, 8, 4, 2]
	assert invoice.change_amount == 0
	assert all(flags(wire) == [] for wire in wires)
	assert "3 sales" in invoice.remarks


def plain(shop, quantity="1", **more):
	return shop.sale(shop.line(shop.items[0], quantity), **more)


def names(*wires):
	return [invoice_of(wire).name for wire in wires]


def state(wire):
	return entry_of(wire).state


def compared(shop):
	"""Unexplained differences there are none; the others but for stock values that ERPNext computes again."""
	result = reconcile(Scope(COMPANY, date.fromisoformat(DAY), date.fromisoformat(DAY), shop.till))
	assert result.unexplained == ()
	return result, [each for each in result.differences if each.kind is not Kind.REPOST]


def test_what_is_special_is_booked_alone_and_the_plain_ones_around_it_together(shop, no_waiting):
	gone = make_item(f"{shop.till}-gone", 300)
	receive([gone], shop.shop.warehouse, 5)
	special = [
		plain(shop, body={"customer": "Nobody"}),
		shop.sale(shop.line(gone)),
		plain(shop, body={"coupon": "SPRING"}),
	]
	frappe.db.set_value("Item", gone, "disabled", 1)
	frappe.clear_document_cache("Item", gone)
	first, last = plain(shop), plain(shop)
	book(shop, *special, first, last)
	assert names(*special) == [open_wire(wire).receipt_number for wire in special]
	assert names(first, last) == [f"{open_wire(first).receipt_number}-B"] * 2
	assert [flags(wire) for wire in special] == [["customer_gone"], ["item_disabled"], []]


def test_one_plain_sale_alone_is_an_invoice_like_any_other(shop, monkeypatch):
	monkeypatch.setattr(gather, "WAIT_MINUTES", 0)
	wire = plain(shop)
	book(shop, wire)
	assert names(wire) == [open_wire(wire).receipt_number]
	assert invoice_of(wire).is_consolidated == 0


def test_a_shop_that_does_not_batch_books_each_sale_as_it_comes(shared_shop):
	other = open_shop()
	wires = [plain(other), plain(other)]
	book(other, *wires)
	assert names(*wires) == [open_wire(wire).receipt_number for wire in wires]


def test_few_sales_wait_for_more_but_not_for_long(shop, monkeypatch):
	wires = [plain(shop), plain(shop)]
	warehouse, tea = shop.shop.warehouse, shop.items[0]
	before = available([tea], [warehouse])
	book(shop, *wires)
	assert [state(wire) for wire in wires] == ["waiting", "waiting"]
	promised = available([tea], [warehouse])
	assert promised[tea, warehouse] == before[tea, warehouse] - 2
	monkeypatch.setattr(gather, "WAIT_MINUTES", 0)
	jobs.post_waiting()
	assert len(set(names(*wires))) == 1
	assert available([tea], [warehouse]) == promised


def test_the_end_of_a_shift_asks_for_its_sales(shop):
	opening = {"currency": "EUR", "currency_precision": 2, "float": []}
	opened = shop.seal("shift_open", opening)
	wires = [plain(shop), plain(shop)]
	book(shop, opened, *wires)
	assert state(wires[0]) == "waiting"
	closing = {"currency": "EUR", "currency_precision": 2, "counted": [], "shift": open_wire(opened).id}
	book(shop, shop.seal("shift_close", closing))
	assert len(set(names(*wires))) == 1


def test_a_return_asks_for_its_sale(shop):
	wires = [plain(shop, "2"), plain(shop)]
	book(shop, *wires)
	assert state(wires[0]) == "waiting"
	back = returned(shop, wires[0], {1: 1})
	book(shop, back)
	jobs.post_waiting()
	assert invoice_of(back).return_against == names(wires[1])[0]
	assert flags(back) == []


def test_what_is_refused_together_is_booked_one_by_one_and_leaves_no_trace(shop, no_waiting, monkeypatch):
	check = invoices.check_totals

	def refuse(invoice, sale):
		if invoice.is_consolidated:
			raise Rejected("Not together.")
		check(invoice, sale)

	monkeypatch.setattr(invoices, "check_totals", refuse)
	wires = [plain(shop), plain(shop)]
	book(shop, *wires)
	assert names(*wires) == [open_wire(wire).receipt_number for wire in wires]
	refused = f"{open_wire(wires[0]).receipt_number}-B"
	assert not frappe.db.exists("Sales Invoice", refused)
	assert booked(shop, refused) == ({}, {})


def test_where_the_books_are_closed_each_sale_of_a_batch_is_held_with_its_reason(own_shop, no_waiting):
	shop = own_shop
	profile = shop.shop.profile
	frappe.db.set_value("POS Profile", profile, "pos_bridge_batches", 1)
	frappe.clear_document_cache("POS Profile", profile)
	wires = [plain(shop, day="2026-03-02"), plain(shop, day="2026-03-02")]
	period = frappe.get_doc(
		{
			"doctype": "Accounting Period",
			"period_name": f"Closed for {shop.till}",
			"company": COMPANY,
			"start_date": "2026-03-01",
			"end_date": "2026-03-31",
			"closed_documents": [{"document_type": "Sales Invoice", "closed": 1}],
		}
	).insert()
	frappe.db.commit()
	try:
		book(shop, *wires)
		assert [state(wire) for wire in wires] == ["held", "held"]
		assert all(entry_of(wire).period_closed for wire in wires)
	finally:
		period.delete()
		frappe.db.commit()
	frappe.clear_cache()
	jobs.retry([open_wire(wire).id for wire in wires])
	frappe.db.commit()
	jobs.post_waiting()
	assert [state(wire) for wire in wires] == ["posted", "posted"]


def test_who_sold_below_zero_is_told_sale_by_sale(shop, no_waiting):
	rare = make_item(f"{shop.till}-rare", 700)
	receive([rare], shop.shop.warehouse, 3)
	wires = [shop.sale(shop.line(rare, "2")) for _ in range(3)]
	book(shop, *wires)
	assert len(set(names(*wires))) == 1
	assert [flags(wire) for wire in wires] == [[], ["negative_stock"], ["negative_stock"]]
	words = [entry_of(wire).remarks[0].details for wire in wires[1:]]
	assert [f"is at {left} in" in told for left, told in zip((-1, -3), words, strict=True)] == [True, True]


def test_goods_of_a_batch_come_back_sale_by_sale_and_only_once(shop, no_waiting):
	tea, cake, _ = shop.items
	one, other = shop.sale(shop.line(tea, "2"), shop.line(cake)), plain(shop, "3")
	backs = [returned(shop, one, {1: 1}), returned(shop, other, {1: 3}), returned(shop, one, {1: 1, 2: 1})]
	book(shop, one, other)
	book(shop, *backs)
	(batch,) = {*names(one, other)}
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


def test_a_cancelled_batch_shows_on_all_its_entries_and_is_explained(shop, no_waiting):
	wires = [plain(shop, "2"), plain(shop), plain(shop)]
	book(shop, *wires)
	invoice_of(wires[0]).cancel()
	frappe.db.commit()
	assert [entry_of(wire).desk_state for wire in wires] == ["cancelled"] * 3
	result, differences = compared(shop)
	assert [each.kind for each in differences] == [Kind.CANCELLED] * 3
	assert (result.totals[0].books_minor, result.totals[0].tills_minor > 0) == (0, True)
	back = returned(shop, wires[0], {1: 1})
	book(shop, back)
	assert flags(back) == ["sale_cancelled"]


def test_an_amended_batch_shows_on_all_its_entries_and_takes_back_no_more_than_it_holds(shop, no_waiting):
	wires = [plain(shop, "2"), plain(shop)]
	book(shop, *wires)
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


def test_a_hundred_random_sales_and_their_returns_are_in_the_books_to_the_cent(shop, no_waiting):
	chance = random.Random(SEED)
	print("seed", SEED)
	sold = [random_sale(shop, chance) for _ in range(RANDOM_SALES)]
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
gather.ENOUGH_SALES, gather.MAX_SALES = 2, 20
print("ready", flush=True); sys.stdin.readline()
while fate.count_due() > 1:
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
