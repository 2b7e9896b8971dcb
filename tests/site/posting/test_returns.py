"""Goods coming back: against the right invoice, in the right quantity, once."""

import frappe
from books import book, entry_of, flags, gl, invoice_of, make_item, on_hand, open_till, returned

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire


def test_a_return_becomes_a_credit_note_against_the_sales_invoice(shop):
	tea, cake, _ = shop.items
	sold = shop.sale(shop.line(tea, "3", percent=10), shop.line(cake))
	back = returned(shop, sold, {1: 2})
	before = on_hand(tea, shop.shop.warehouse)
	book(shop, sold, back)
	invoice, note = invoice_of(sold), invoice_of(back)
	assert (note.is_return, note.return_against, note.docstatus) == (1, invoice.name, 1)
	assert (note.items[0].qty, note.items[0].sales_invoice_item) == (-2, invoice.items[0].name)
	assert on_hand(tea, shop.shop.warehouse) == before - 1
	assert flags(back) == []
	assert round(sum(gl(note.name).values()), 2) == 0
	cash = shop.shop.tenders[next(iter(shop.shop.tenders))]
	assert gl(note.name)[cash] == note.grand_total == open_wire(back).body["total_minor"] / 100


def test_a_whole_return_leaves_nothing_of_the_sale_on_any_account(shop):
	sold = shop.sale(shop.line(shop.items[0], "2"), shop.line(shop.items[1]))
	back = returned(shop, sold, {1: 2, 2: 1})
	book(shop, sold, back)
	one, other = gl(invoice_of(sold).name), gl(invoice_of(back).name)
	assert {account: round(one[account] + other.get(account, 0), 2) for account in one} == dict.fromkeys(
		one, 0
	)


def test_more_than_was_sold_is_booked_with_a_flag_and_without_naming_the_invoice(shop):
	sold = shop.sale(shop.line(shop.items[0], "2"))
	first, second = returned(shop, sold, {1: 2}), returned(shop, sold, {1: 1})
	book(shop, sold, first, second)
	assert flags(second) == ["over_returned"]
	assert invoice_of(second).return_against is None
	assert "sold 2, back before 2, now 1" in entry_of(second).remarks[0].details


def test_a_return_that_arrives_before_its_sale_waits_for_it(shop):
	sold = shop.sale(shop.line(shop.items[0], "2"))
	back = returned(shop, sold, {1: 1})
	(held,) = book(shop, back)
	assert held.state == "held"
	assert "has not arrived yet" in held.reason
	book(shop, sold)
	jobs.post_waiting()
	assert invoice_of(back).return_against == invoice_of(sold).name


def test_a_service_comes_back_though_the_clock_of_its_return_is_behind(shop):
	repair = make_item(f"{shop.till}-repair", 500, is_stock_item=0)
	sold = shop.sale(shop.line(repair), at=f"{shop.day}T12:30:00.250+01:00")
	back = returned(shop, sold, {1: 1}, at=f"{shop.day}T12:10:00.000+01:00")
	book(shop, sold, back)
	assert invoice_of(back).return_against == invoice_of(sold).name
	assert invoice_of(back).posting_time == invoice_of(sold).posting_time
	assert invoice_of(back).pos_bridge_occurred_at == open_wire(back).occurred_at


def test_a_return_at_another_till_finds_the_sale(shop, shared_shop):
	sold = shop.sale(shop.line(shop.items[0]))
	book(shop, sold)
	other = open_till(shared_shop)
	back = returned(other, sold, {1: 1})
	book(other, back)
	assert invoice_of(back).return_against == invoice_of(sold).name


def test_a_return_without_a_receipt_is_booked_with_a_flag(shop):
	sold = shop.sale(shop.line(shop.items[0]))
	body = dict(open_wire(returned(shop, sold, {1: 1})).body)
	del body["against"]
	body["lines"] = [{k: v for k, v in line.items() if k != "against_line"} for line in body["lines"]]
	back = shop.seal("return", body)
	book(shop, back)
	assert flags(back) == ["without_receipt"]
	assert frappe.db.get_value("Sales Invoice", invoice_of(back).name, "is_return") == 1
