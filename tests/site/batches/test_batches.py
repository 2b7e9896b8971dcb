"""Plain sales in one invoice: to the cent what they are one by one; what is special stays alone."""

import frappe
import pytest
from batched import (
	batching_shop,
	book_together,
	booked,
	make_batches,
	names,
	nothing_waits,
	plain,
	predicted,
	state,
	two_are_enough,
)
from books import (
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
from changes import changed, closed_period
from drawers import close, open_shift, sell, shift_of, voucher_of
from goods_in_stock import make_tracked
from goods_in_stock import receive as receive_tracked
from payers import paid

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Rejected
from pos_bridge.core.tenders import Tender
from pos_bridge.core.ticket import TicketDiscount
from pos_bridge.erpnext.batches import gather
from pos_bridge.erpnext.batches import plain as plainness
from pos_bridge.erpnext.posting import fate
from pos_bridge.erpnext.posting import invoice as invoices
from pos_bridge.erpnext.stock import available

AT_TERMINAL = (("attempt", "a1"), ("last_four", "1234"))


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""A shop whose plain sales are booked in batches."""
	return batching_shop()


def test_plain_sales_become_one_invoice_that_books_what_they_book_one_by_one(shop):
	tea, cake, milk = shop.items
	card = [*shop.shop.tenders][1]
	lines = [shop.line(tea, "3"), shop.line(cake, "4"), shop.line(milk, "2", percent=7)]
	total = open_wire(shop.sale(*lines)).body["total_minor"]
	wires = [
		shop.sale(shop.line(tea, "2", price=229), over=50),
		shop.sale(*lines, tenders=[Tender(card, "card", total)]),
		shop.sale(*lines, tenders=[Tender(card, "card", total, card=AT_TERMINAL)]),
		shop.sale(shop.line(tea, price=229), shop.line(tea, "5")),
	]
	name = book_together(shop, *wires)
	invoice = invoice_of(wires[0])
	assert name == f"{open_wire(wires[0]).receipt_number}-B"
	assert (invoice.docstatus, invoice.status, invoice.outstanding_amount) == (1, "Paid", 0)
	assert booked(shop, name) == predicted(shop, *wires)
	assert round(sum(gl(name).values()), 2) == 0
	assert [row.qty for row in invoice.items] == [3, 11, 8, 4]
	assert invoice.change_amount == 0
	assert all(flags(wire) == [] for wire in wires)
	assert "4 sales" in invoice.remarks


def test_what_is_special_is_booked_alone_and_the_plain_ones_around_it_together(shop):
	cash, card, *_ = shop.shop.tenders
	gone = make_item(f"{shop.till}-gone", 300)
	receive([gone], shop.shop.warehouse, 5)
	cheese = make_tracked(shop, "cheese", batches=1, create_new_batch=1, batch_number_series="CH.#####")
	receive_tracked(cheese, shop.shop.warehouse, 5)
	first = plain(shop)
	special = [
		plain(shop, body={"customer": "Nobody"}),
		shop.sale(shop.line(gone)),
		shop.sale(shop.line(cheese)),
		plain(shop, body={"coupon": "SPRING"}),
		paid(shop, [Tender(card, "card", 800)], tip=50),
		paid(shop, [Tender(cash, "cash", 700)], discount=TicketDiscount("grand_total", 0, 50)),
	]
	last = plain(shop)
	with changed("Item", gone, disabled=1):
		book_together_with(shop, [first, last], special)
	assert names(*special) == [open_wire(wire).receipt_number for wire in special]
	assert names(first, last) == [f"{open_wire(first).receipt_number}-B"] * 2
	assert [flags(wire) for wire in special[:4]] == [["customer_gone"], ["item_disabled"], [], []]
	assert booked(shop, *names(first)) == predicted(shop, first, last)


def book_together_with(shop, together, special):
	with two_are_enough():
		book(shop, together[0], *special, together[1])


def test_what_is_special_does_not_wait_with_the_plain_sales_before_it(shop):
	waits, special = plain(shop), plain(shop, body={"coupon": "SPRING"})
	book(shop, waits, special)
	assert [state(waits), state(special)] == ["waiting", "posted"]
	with nothing_waits():
		jobs.post_waiting()
	assert state(waits) == "posted"


def test_one_plain_sale_alone_is_an_invoice_like_any_other(shop):
	wire = plain(shop)
	with nothing_waits():
		book(shop, wire)
	assert names(wire) == [open_wire(wire).receipt_number]
	assert invoice_of(wire).is_consolidated == 0


def test_a_shop_that_does_not_batch_books_each_sale_as_it_comes(shared_shop):
	other = open_shop()
	wires = [plain(other), plain(other)]
	book(other, *wires)
	assert names(*wires) == [open_wire(wire).receipt_number for wire in wires]


def test_few_sales_wait_for_more_but_not_for_long(shop):
	wires = [plain(shop), plain(shop)]
	warehouse, tea = shop.shop.warehouse, shop.items[0]
	before = available([tea], [warehouse])
	book(shop, *wires)
	assert [state(wire) for wire in wires] == ["waiting", "waiting"]
	assert {entry_of(wire).next_try_at > frappe.utils.now_datetime() for wire in wires} == {True}
	promised = available([tea], [warehouse])
	assert promised[tea, warehouse] == before[tea, warehouse] - 2
	with nothing_waits():
		jobs.post_waiting()
	assert len(set(names(*wires))) == 1
	assert available([tea], [warehouse]) == promised


def test_the_end_of_a_shift_asks_for_its_sales_and_counts_them_all(shop):
	opened = open_shift(shop, 1_000)
	wires = [sell(shop, opened) for _ in range(3)]
	book(shop, opened, *wires)
	assert {state(wire) for wire in wires} == {"waiting"}
	closed = close(shop, opened, 1_000 + 750)
	book(shop, closed)
	assert len(set(names(*wires))) == 1
	assert [flags(wire) for wire in (closed, *wires)] == [[]] * 4
	shift = shift_of(opened)
	assert (shift.sales, shift.difference, shift.amended) == (3, 0, 0)


def test_a_closing_that_another_worker_is_in_the_way_of_still_comes_after_its_sales(shop, monkeypatch):
	opened = open_shift(shop, 1_000)
	sold = sell(shop, opened)
	book(shop, opened, sold)
	closed = close(shop, opened, 1_000 + 250)
	ask, asked = fate.ask_for_sales_before, []

	def clash_once(claimed):
		asked.append(claimed["name"])
		if len(asked) == 1:
			raise frappe.QueryDeadlockError
		return ask(claimed)

	monkeypatch.setattr(fate, "ask_for_sales_before", clash_once)
	book(shop, closed)
	assert asked[:2] == [open_wire(closed).id] * 2
	assert [flags(wire) for wire in (closed, sold)] == [[], []]
	assert (shift_of(opened).sales, shift_of(opened).amended) == (1, 0)


def test_few_sales_of_very_many_lines_do_not_wait(shop, monkeypatch):
	monkeypatch.setattr(gather, "MAX_LINES", 2)
	wires = [plain(shop) for _ in range(3)]
	book(shop, *wires)
	assert [state(wire) for wire in wires] == ["posted", "posted", "waiting"]
	assert len(set(names(*wires[:2]))) == 1


def test_a_late_sale_of_a_closed_shift_is_booked_alone_and_amends_its_z(shop):
	opened = open_shift(shop, 1_000)
	closed = close(shop, opened, 1_500)
	book(shop, opened, closed)
	late = [sell(shop, opened) for _ in range(2)]
	with two_are_enough():
		book(shop, *late, *(wires := [plain(shop), plain(shop)]))
	_booked_late(opened, late)
	assert names(*wires) == [f"{open_wire(wires[0]).receipt_number}-B"] * 2


def _booked_late(opened, late):
	assert names(*late) == [open_wire(wire).receipt_number for wire in late]
	assert [flags(wire) for wire in late] == [["late_for_shift"]] * 2
	assert [voucher_of(wire, "late_difference").total_debit for wire in late] == [2.5, 2.5]
	shift = shift_of(opened)
	assert (shift.sales, shift.difference, shift.amended) == (2, 0, 2)


def test_sales_whose_shift_is_closed_while_they_are_gathered_are_booked_one_by_one(shop, monkeypatch):
	opened = open_shift(shop, 1_000)
	book(shop, opened, close(shop, opened, 1_500))
	monkeypatch.setattr(plainness, "_closed_shifts", lambda till, shifts: frozenset())
	late = [sell(shop, opened) for _ in range(2)]
	with two_are_enough():
		book(shop, *late)
	_booked_late(opened, late)


def test_one_sale_more_makes_enough_of_those_that_wait(shop):
	wires = [plain(shop) for _ in range(3)]
	book(shop, *wires[:2])
	assert {state(wire) for wire in wires[:2]} == {"waiting"}
	with two_are_enough():
		book(shop, wires[2])
	assert names(*wires) == [f"{open_wire(wires[0]).receipt_number}-B"] * 3


def test_a_return_asks_for_its_sale_at_whatever_till_it_comes(shop, shared_shop):
	other = open_till(shared_shop)
	wires = [plain(shop, "2"), plain(shop)]
	book(shop, *wires)
	assert state(wires[0]) == "waiting"
	back = returned(other, wires[0], {1: 1})
	book(other, back)
	assert invoice_of(back).return_against == names(wires[1])[0]
	assert flags(back) == []


def refuse_batches(monkeypatch):
	"""No invoice of many sales comes to what they come to."""
	check = invoices.check_totals

	def refuse(invoice, sale):
		if invoice.is_consolidated:
			raise Rejected("Not together.")
		check(invoice, sale)

	monkeypatch.setattr(invoices, "check_totals", refuse)


def test_what_is_refused_together_is_booked_one_by_one_and_leaves_no_trace(shop, monkeypatch):
	refuse_batches(monkeypatch)
	wires = [plain(shop), plain(shop)]
	with two_are_enough():
		book(shop, *wires)
	assert names(*wires) == [open_wire(wire).receipt_number for wire in wires]
	refused = f"{open_wire(wires[0]).receipt_number}-B"
	assert not frappe.db.exists("Sales Invoice", refused)
	assert booked(shop, refused) == ({}, {})


def test_what_waited_for_others_is_booked_at_once_where_it_is_refused_with_them(shop, monkeypatch):
	waited, last = plain(shop), plain(shop)
	book(shop, waited)
	assert state(waited) == "waiting"
	refuse_batches(monkeypatch)
	with two_are_enough():
		book(shop, last)
	assert names(waited, last) == [open_wire(wire).receipt_number for wire in (waited, last)]


def test_a_fault_leaves_nothing_of_a_batch_and_its_sales_are_tried_again_one_by_one(shop, monkeypatch):
	def broken(*_):
		raise OSError("the disk hiccups")

	wires = [plain(shop), plain(shop)]
	with monkeypatch.context() as patch, two_are_enough():
		patch.setattr("pos_bridge.erpnext.posting.fate.keep", broken)
		book(shop, *wires)
	assert [(state(wire), entry_of(wire).attempts) for wire in wires] == [("waiting", 1)] * 2
	number = open_wire(wires[0]).receipt_number
	assert not frappe.get_all("Sales Invoice", {"name": ("in", (number, f"{number}-B"))})
	frappe.db.set_value("POS Entry", {"till": shop.till}, "next_try_at", None)
	frappe.db.commit()
	jobs.post_waiting()
	assert names(*wires) == [open_wire(wire).receipt_number for wire in wires]


def test_a_sale_that_cannot_be_booked_is_held_and_the_others_of_its_batch_are_booked(shop, monkeypatch):
	own = invoices.tax_template_of
	broken = make_item(f"{shop.till}-broken", 300)

	def refuse(line, place):
		if line.item == broken:
			raise Rejected("No template.", code="no_tax_template")
		return own(line, place)

	for module in ("posting.invoice", "batches.sums"):
		monkeypatch.setattr(f"pos_bridge.erpnext.{module}.tax_template_of", refuse)
	wires = [plain(shop), shop.sale(shop.line(broken)), plain(shop)]
	with two_are_enough():
		book(shop, *wires)
	assert [state(wire) for wire in wires] == ["posted", "held", "posted"]
	assert entry_of(wires[1]).reason == "No template."


def test_where_the_books_are_closed_each_sale_of_a_batch_is_held_with_its_reason(own_shop):
	shop = make_batches(own_shop)
	wires = [plain(shop, day="2026-03-02"), plain(shop, day="2026-03-02")]
	with closed_period(shop.till, "2026-03-01", "2026-03-31"), two_are_enough():
		book(shop, *wires)
		assert [state(wire) for wire in wires] == ["held", "held"]
		assert all(entry_of(wire).period_closed for wire in wires)
	frappe.clear_cache()
	jobs.retry([open_wire(wire).id for wire in wires])
	frappe.db.commit()
	jobs.post_waiting()
	assert names(*wires) == [open_wire(wire).receipt_number for wire in wires]


def test_who_sold_below_zero_is_told_sale_by_sale(shop):
	rare = make_item(f"{shop.till}-rare", 700)
	receive([rare], shop.shop.warehouse, 3)
	wires = [shop.sale(shop.line(rare, "2")) for _ in range(3)]
	book_together(shop, *wires)
	assert [flags(wire) for wire in wires] == [[], ["negative_stock"], ["negative_stock"]]
	words = [entry_of(wire).remarks[0].details for wire in wires[1:]]
	assert [f"is at {left} in" in told for left, told in zip((-1, -3), words, strict=True)] == [True, True]


def test_each_business_date_and_each_till_has_an_invoice_of_its_own(shop, shared_shop):
	other = open_till(shared_shop)
	today, yesterday = [plain(shop), plain(shop)], [plain(shop, day="2026-11-24") for _ in range(2)]
	with two_are_enough():
		record(other, *(elsewhere := [plain(other), plain(other)]))
		book(shop, today[0], yesterday[0], today[1], yesterday[1])
	invoices_of = [invoice_of(wires[0]) for wires in (today, yesterday, elsewhere)]
	for invoice, wires in zip(invoices_of, (today, yesterday, elsewhere), strict=True):
		assert names(*wires) == [f"{open_wire(wires[0]).receipt_number}-B"] * 2
		assert str(invoice.posting_date) == open_wire(wires[0]).business_date
	assert [invoice.pos_bridge_till for invoice in invoices_of] == [shop.till, shop.till, other.till]
	assert {invoice.pos_bridge_channel for invoice in invoices_of} == {"Till"}


def test_a_profiles_project_is_on_every_line_of_a_batch(own_shop):
	shop = make_batches(own_shop)
	project = frappe.get_doc({"doctype": "Project", "project_name": f"Fair {shop.till}"}).insert().name
	with changed("POS Profile", shop.shop.profile, project=project):
		name = book_together(shop, plain(shop), plain(shop))
	rows = frappe.get_all("GL Entry", {"voucher_no": name, "is_cancelled": 0}, pluck="project")
	assert set(rows) == {project}
	invoice = frappe.get_doc("Sales Invoice", name)
	assert {invoice.project, *(row.project for row in invoice.items)} == {project}
