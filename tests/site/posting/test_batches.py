"""Plain sales in one invoice: to the cent what they are one by one; what is special stays alone."""

import frappe
import pytest
from books import (
	COMPANY,
	book,
	entry_of,
	flags,
	gl,
	invoice_of,
	make_item,
	open_shop,
	receive,
	returned,
)
from given.batched import batching_shop, booked, make_batches, names, plain, predicted, state

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Rejected
from pos_bridge.core.tenders import Tender
from pos_bridge.erpnext.batches import gather
from pos_bridge.erpnext.posting import invoice as invoices
from pos_bridge.erpnext.stock import available


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""A shop whose plain sales are booked in batches."""
	return batching_shop()


@pytest.fixture
def no_waiting(monkeypatch):
	"""Two sales are enough."""
	monkeypatch.setattr(gather, "ENOUGH_SALES", 2)


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


def test_the_end_of_a_shift_asks_for_its_sales_and_what_comes_later_amends_it(shop, monkeypatch):
	opening = {"currency": "EUR", "currency_precision": 2, "float": []}
	opened = shop.seal("shift_open", opening)
	shift = {"shift": open_wire(opened).id}
	wires = [plain(shop, body=shift), plain(shop, body=shift)]
	book(shop, opened, *wires)
	assert state(wires[0]) == "waiting"
	closing = {"currency": "EUR", "currency_precision": 2, "counted": [], **shift}
	closed, late = shop.seal("shift_close", closing), [plain(shop, body=shift) for _ in range(2)]
	book(shop, closed)
	assert len(set(names(*wires))) == 1
	assert [flags(wire) for wire in (closed, *wires)] == [[], [], []]
	monkeypatch.setattr(gather, "WAIT_MINUTES", 0)
	book(shop, *late)
	assert len(set(names(*late))) == 1
	assert [flags(wire) for wire in late] == [["late_for_shift"]] * 2


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
	make_batches(shop)
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
