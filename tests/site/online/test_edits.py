"""Orders that are changed, undone, in another currency, with two taxes, or handed over in a shop."""

from dataclasses import replace

import frappe
import pytest
from books import tax_account
from online_shop import account, open_online_shop

from pos_bridge.core.money import SCALE
from pos_bridge.core.online import OrderCharge, OrderLine, OrderTax


@pytest.fixture(scope="module")
def web(connected):
	return open_online_shop(gift_card_account=account("Online Gift Cards", "Liability"))


def edited(web, order, lines, charges=None):
	"""The shop changed the order; its totals follow."""
	now = web.shop.orders[order]
	charges = now.charges if charges is None else charges
	tax = sum(part.tax_minor for part in (*lines, *charges))
	total = tax + sum(part.net_minor for part in (*lines, *charges))
	changes = {"lines": tuple(lines), "charges": tuple(charges), "total_minor": total, "tax_minor": tax}
	web.shop.orders[order] = replace(now, **changes)
	return total / 100


def test_a_line_that_comes_and_one_that_goes_change_the_sales_order(site, web):
	order = web.place(2, 1)
	web.posted(order)
	tee = web.line(order)
	more = OrderLine("900", "Another mug", 5 * SCALE, 5 * SCALE, 1399, 266, web.items[1], "", "2",
		(OrderTax("VAT 19 %", 266, 19 * SCALE),))  # fmt: skip
	total = edited(web, order, [tee, more])
	web.posted(order)
	ordered = web.document(order, "order")
	assert ordered.grand_total == total
	assert {row.pos_bridge_line: row.qty for row in ordered.items} == {tee.id: 2, "900": 5}
	web.send(order)
	web.posted(order)
	assert web.document(order, "invoice").grand_total == total
	assert web.document(order, "order").status == "Completed"


def test_a_cheaper_line_of_which_a_part_left_is_billed_to_the_new_total(site, web):
	order = web.place(3)
	web.send(order, 1)
	web.posted(order)
	line = web.line(order)
	tax = OrderTax("VAT 19 %", 570, 19 * SCALE)
	total = edited(web, order, [replace(line, net_minor=3000, tax_minor=570, taxes=(tax,))])
	web.posted(order)
	web.send(order)
	web.posted(order)
	billed = [web.document(order, "invoice", index).grand_total for index in (0, 1)]
	assert round(sum(billed), 2) == total


def test_a_charge_that_comes_after_the_invoice_is_billed_by_itself(site, web):
	order = web.place(1)
	web.send(order)
	web.posted(order)
	now = web.shop.orders[order]
	express = OrderCharge("77", "fee", "Express", 500, 95, (OrderTax("VAT 19 %", 95, 19 * SCALE),))
	edited(web, order, now.lines, (*now.charges, express))
	web.posted(order)
	extra = web.document(order, "invoice", 1)
	assert (extra.grand_total, extra.items[0].item_name) == (5.95, "Express")


def test_a_fulfilment_that_is_undone_brings_goods_and_revenue_back(site, web):
	order = web.place(2)
	web.send(order)
	web.posted(order)
	now = web.shop.orders[order]
	gone = replace(now.fulfilments[0], cancelled_at=now.fulfilments[0].occurred_at)
	web.shop.orders[order] = replace(now, fulfilments=(gone,), state="open")
	web.posted(order)
	assert web.documents(order)[-2:] == ["return", "correction"]
	assert web.moved(order) == {}
	assert list(web.books(order)) == ["Debtors - LT", "Online Card Clearing - LT"]


def test_an_order_in_another_currency_is_booked_at_the_shops_rate(site, web):
	order = web.place(2)
	now = web.shop.orders[order]
	ours = frappe.get_cached_value("Company", "Lindenhof Trading Ltd", "default_currency")
	foreign = "USD" if ours != "USD" else "EUR"
	paid = replace(now.payments[0], currency=foreign)
	rate = {"settlement_currency": ours, "settlement_rate": 9 * SCALE // 10}
	web.shop.orders[order] = replace(now, currency=foreign, payments=(paid,), **rate)
	web.send(order)
	web.posted(order)
	invoice = web.document(order, "invoice")
	assert (invoice.currency, invoice.conversion_rate) == (foreign, 0.9)
	assert invoice.grand_total == now.total_minor / 100
	assert invoice.outstanding_amount == 0
	assert web.books(order)["Online Card Clearing - LT"] == round(now.total_minor / 100 * 0.9, 2)


def test_taxes_of_two_rates_go_to_their_accounts(site, web):
	channel = frappe.get_doc("Sales Channel", web.channel)
	channel.append("taxes", {"title": "Reduced", "rate": 7, "account": tax_account("Online VAT reduced")})
	channel.save()
	frappe.db.commit()
	order = web.place(1, 1)
	now = web.shop.orders[order]
	mug = replace(now.lines[1], net_minor=311, tax_minor=22, taxes=(OrderTax("Reduced", 22, 7 * SCALE),))
	edited(web, order, [now.lines[0], mug])
	web.send(order)
	web.posted(order)
	books = web.books(order)
	assert books["Online VAT reduced - LT"] == -0.22
	assert books["Online VAT - LT"] == -round((319 + now.charges[0].tax_minor) / 100, 2)


def test_a_gift_card_that_was_sold_is_owed_and_no_revenue(site, web):
	order = web.place(0, 1)
	now = web.shop.orders[order]
	edited(web, order, [replace(now.lines[0], gift_card=True, net_minor=2500, tax_minor=0, taxes=())])
	web.send(order)
	web.posted(order)
	assert web.books(order)["Online Gift Cards - LT"] == -25


def test_a_free_line_stays_free(site, web):
	order = web.place(1, 2)
	now = web.shop.orders[order]
	edited(web, order, [now.lines[0], replace(now.lines[1], net_minor=0, tax_minor=0, taxes=())])
	web.send(order)
	web.posted(order)
	assert {row.item_code: row.rate for row in web.document(order, "invoice").items}[web.items[1]] == 0


def test_an_order_that_is_fetched_is_reserved_where_it_is_fetched(site, web):
	order = web.place(1, pickup="city")
	web.posted(order)
	assert {row.warehouse for row in web.document(order, "order").items} == {web.city}
	web.send(order, location="city")
	web.posted(order)
	assert web.moved(order) == {(web.items[0], web.city): -1}


def test_an_order_that_was_closed_and_is_open_again_reserves_again(site, web):
	order = web.place(2)
	web.posted(order)
	now = web.shop.orders[order]
	web.shop.orders[order] = replace(now, state="closed")
	web.posted(order)
	assert web.document(order, "order").status == "Closed"
	web.shop.orders[order] = now
	web.posted(order)
	assert web.document(order, "order").status == "To Deliver and Bill"
