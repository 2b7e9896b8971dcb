"""Orders of an online shop become ERPNext's documents, with the shop's own prices and taxes."""

import frappe
import pytest
from online_shop import open_online_shop

from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Moved, RefundLine


@pytest.fixture(scope="module")
def web(connected):
	return open_online_shop()


def test_a_paid_order_is_a_sales_order_and_a_payment_on_the_gateways_account(site, web):
	order = web.place(3, 1)
	row = web.posted(order)
	assert web.documents(order) == ["order", "payment"]
	ordered = web.document(order, "order")
	assert ordered.docstatus == 1
	assert ordered.grand_total == web.shop.orders[order].total_minor / 100
	assert [tax.tax_amount for tax in ordered.taxes if tax.account_head == "Online VAT - LT"] == [10.89]
	assert ordered.advance_paid == ordered.grand_total
	assert web.books(order)["Online Card Clearing - LT"] == ordered.grand_total
	assert (row.customer, row.shop_state) == (ordered.customer, "open")


def test_goods_that_leave_in_parts_are_delivered_and_billed_to_the_last_cent(site, web):
	order = web.place(3, 1)
	web.send(order, 1, 0)
	web.posted(order)
	web.send(order, location="city")
	web.posted(order)
	assert web.documents(order) == ["order", "payment", *["delivery", "invoice"] * 2]
	invoices = [web.document(order, "invoice", index) for index in (0, 1)]
	assert round(sum(each.grand_total for each in invoices), 2) == web.shop.orders[order].total_minor / 100
	assert [each.outstanding_amount for each in invoices] == [0, 0]
	tee, mug = web.items
	assert web.moved(order) == {
		(tee, web.warehouse): -1, (tee, web.city): -2, (mug, web.city): -1,
	}  # fmt: skip
	assert web.document(order, "order").status == "Completed"
	assert "Debtors - LT" not in web.books(order)


def test_money_that_comes_after_the_goods_pays_the_invoice(site, web):
	order = web.place(1, pays="authorisation")
	web.send(order)
	web.posted(order)
	assert web.document(order, "invoice").outstanding_amount > 0
	web.shop.capture(order)
	web.posted(order)
	assert web.document(order, "invoice").outstanding_amount == 0
	assert web.documents(order) == ["order", "delivery", "invoice", "payment"]


def test_an_edit_before_goods_leave_changes_the_sales_order(site, web):
	order = web.place(3, 1)
	web.posted(order)
	web.shop.edit(order, web.line(order).id, 2)
	web.posted(order)
	assert web.documents(order) == ["order", "payment", "change", "payout"]
	ordered = web.document(order, "order")
	assert ordered.grand_total == web.shop.orders[order].total_minor / 100
	assert {row.item_code: row.qty for row in ordered.items} == dict(zip(web.items, (2, 1), strict=True))
	web.send(order)
	web.posted(order)
	assert web.document(order, "invoice").grand_total == ordered.grand_total


def test_an_edit_after_goods_left_credits_what_is_less(site, web):
	order = web.place(3, 1)
	web.send(order)
	web.posted(order)
	web.shop.edit(order, web.line(order).id, 2)
	web.posted(order)
	assert "correction" in web.documents(order)
	note = web.document(order, "correction")
	assert (note.is_return, note.grand_total) == (1, -19.99)
	assert note.return_against == web.document(order, "invoice").name


def test_a_refund_of_a_line_and_goods_that_come_back_are_two_documents(site, web):
	order = web.place(2)
	web.send(order)
	web.posted(order)
	line = web.line(order)
	refund = web.shop.refund(order, 1999, [RefundLine(line.id, SCALE, 1680, 319)])
	web.shop.take_back(order, [Moved(line.id, SCALE)], "city", refund)
	web.posted(order)
	assert web.documents(order)[4:] == ["return", "credit", "payout"]
	note = web.document(order, "credit")
	assert (note.grand_total, note.outstanding_amount) == (-19.99, 0)
	assert web.moved(order) == {(web.items[0], web.warehouse): -2, (web.items[0], web.city): 1}
	assert web.books(order)["Online Card Clearing - LT"] == round(
		web.shop.orders[order].total_minor / 100 - 19.99, 2
	)


def test_a_refund_of_an_amount_is_a_credit_note_without_an_item(site, web):
	order = web.place(1)
	web.send(order)
	web.shop.refund(order, 100, reason="late")
	web.posted(order)
	note = web.document(order, "credit")
	assert note.grand_total == -1
	assert [row.item_code for row in note.items] == [None]
	assert web.books(order)["Online Goodwill - LT"] == 1


def test_an_order_cancelled_before_goods_left_is_closed_and_its_money_gone(site, web):
	order = web.place(1)
	web.posted(order)
	web.shop.cancel(order)
	web.posted(order)
	assert web.documents(order) == ["order", "payment", "payout", "close"]
	assert web.document(order, "order").status == "Closed"
	assert web.books(order) == {}


def test_what_the_stock_can_not_cover_is_booked_and_said(site, web):
	order = web.place(0, 150)
	web.send(order)
	row = web.posted(order)
	assert "-" in row.attention
	assert web.items[1] in row.attention
	assert web.posted(order).attention == row.attention
	flags = {"parent": web.row(order).documents[-1].entry, "flag": "negative_stock"}
	frappe.db.set_value("POS Entry Flag", flags, "reviewed", 1)
	frappe.db.commit()
	assert not web.posted(order).attention


def test_each_fact_is_an_entry_of_the_daybook_and_names_its_documents(site, web):
	order = web.place(1)
	web.send(order)
	row = web.posted(order)
	entries = frappe.get_all(
		"POS Entry",
		{"channel_order": row.name},
		["name", "kind", "state", "till", "channel"],
		order_by="position",
	)
	kinds = ["online_order", "online_payment", "online_fulfilment"]
	assert [entry.kind for entry in entries] == kinds
	assert {(entry.state, entry.till, entry.channel) for entry in entries} == {("posted", None, web.channel)}
	shown = [
		{row.document_type for row in frappe.get_doc("POS Entry", entry.name).postings} for entry in entries
	]
	assert shown == [{"Sales Order"}, {"Payment Entry"}, {"Delivery Note", "Sales Invoice"}]


def test_an_order_read_again_records_and_makes_nothing(site, web):
	order = web.place(1)
	web.send(order)
	row = web.posted(order)
	before = frappe.db.count("POS Entry", {"channel_order": row.name})
	web.posted(order)
	assert frappe.db.count("POS Entry", {"channel_order": row.name}) == before
	assert web.documents(order) == ["order", "payment", "delivery", "invoice"]


def test_an_order_that_waits_for_money_makes_no_document(site, web):
	order = web.place(1, pays="later")
	row = web.posted(order)
	assert (row.documents, row.shop_state) == ([], "pending")
	web.shop.capture(order)
	web.posted(order)
	assert web.documents(order) == ["order", "payment"]


def test_an_order_from_before_the_channel_began_is_not_booked(site):
	web = open_online_shop(stock=0, orders_from="2030-01-01 00:00:00")
	order = web.place(1)
	row = web.read(order)
	assert (row.state, row.documents) == ("ignored", [])
	assert not frappe.db.exists("POS Entry", {"channel_order": row.name})
