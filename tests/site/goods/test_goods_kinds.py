"""Bundles, units, weights, gifts, services and stock below zero: what they move, cost, and bring back."""

from dataclasses import replace

import frappe
import pytest
from books import DAY, book, flags, gl, invoice_of, make_item, on_hand, record, returned
from books import receive as receive_plain
from goods_in_stock import bundle_of, make_batch, make_tracked, moved, of, quantity, receive

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.stock import available


@pytest.fixture
def warehouse(shop):
	return shop.shop.warehouse


def total(wire):
	return open_wire(wire).body["total_minor"] / 100


def test_a_bundle_leaves_and_comes_back_as_what_it_is_made_of(shop, warehouse):
	parts = [make_item(f"{shop.till}-part-{n}", 100) for n in (1, 2)]
	receive_plain(parts, warehouse, 10, rate=2)
	basket = make_item(f"{shop.till}-basket", 2000, is_stock_item=0)
	bundle_of(basket, {parts[0]: 2, parts[1]: 1})
	sold = shop.sale(shop.line(basket, "3"))
	back = returned(shop, sold, {1: 1})
	book(shop, sold, back)
	assert (flags(sold), flags(back)) == ([], [])
	assert {row[0]: row[3] for row in moved(invoice_of(sold).name)} == {parts[0]: -6, parts[1]: -3}
	assert (on_hand(parts[0], warehouse), on_hand(parts[1], warehouse)) == (6, 8)
	assert cost(sold) == 18
	assert cost(back) == -6


@pytest.fixture
def basket(shop, warehouse):
	"""A bundle of two apples, of which ten are there."""
	apple = make_item(f"{shop.till}-apple", 100)
	receive_plain([apple], warehouse, 10, rate=2)
	basket = make_item(f"{shop.till}-apples", 500, is_stock_item=0)
	bundle_of(basket, {apple: 2})
	return basket, apple


def test_a_bundle_whose_parts_run_out_is_booked_with_a_flag(shop, basket, warehouse):
	bundle, apple = basket
	sold = shop.sale(shop.line(bundle, "6"))
	book(shop, sold)
	assert flags(sold) == ["negative_stock"]
	assert on_hand(apple, warehouse) == -2


def test_a_bundle_leaves_after_the_last_move_of_its_parts_so_nothing_is_valued_anew(shop, basket):
	bundle, apple = basket
	late = shop.sale(shop.line(apple), at=f"{DAY}T15:00:00.000+01:00")
	early = shop.sale(shop.line(bundle), at=f"{DAY}T14:00:00.000+01:00")
	book(shop, late, early)
	assert invoice_of(early).posting_time > invoice_of(late).posting_time
	assert not frappe.db.exists("Repost Item Valuation", {"item_code": apple})


def test_a_bundle_that_is_not_booked_yet_is_no_longer_for_sale_in_its_parts(shop, basket, warehouse):
	bundle, apple = basket
	record(shop, shop.sale(shop.line(bundle, "3")))
	assert available([bundle, apple], [warehouse]) == {(apple, warehouse): 4}
	jobs.post_waiting()
	assert available([bundle, apple], [warehouse]) == {(apple, warehouse): 4}


def test_sales_in_the_same_moment_of_a_whole_minute_find_their_batch_and_its_cost(shop, warehouse):
	item = make_tracked(shop, "milk", batches=1)
	batch = make_batch(item, f"{shop.till}-MILK")
	receive(item, warehouse, 10, batch=batch)
	at = f"{DAY}T08:40:00.000+01:00"
	first, second, third = (shop.sale(of(shop.line(item), batch=batch), at=at) for _ in range(3))
	book(shop, first, second, third)
	assert [flags(each) for each in (first, second, third)] == [[], [], []]
	assert [cost(each) for each in (first, second, third)] == [4, 4, 4]


def test_goods_that_never_came_in_are_held_until_somebody_says_what_they_cost(shop, warehouse):
	new = make_item(f"{shop.till}-new", 350)
	sold = shop.sale(shop.line(new))
	(held,) = book(shop, sold)
	assert (held.state, "Valuation Rate" in held.reason) == ("held", True)
	frappe.db.set_value("Item", new, "valuation_rate", 1.2)
	jobs.retry([held.name])
	frappe.db.commit()
	jobs.post_waiting()
	assert (cost(sold), on_hand(new, warehouse), flags(sold)) == (1.2, -1, ["negative_stock"])


def cost(wire):
	return round(
		sum(amount for account, amount in gl(invoice_of(wire).name).items() if "Cost of Goods" in account), 2
	)


def test_a_crate_moves_bottles_and_comes_back_as_a_crate(shop, warehouse):
	water = make_item(f"{shop.till}-water", 100, uoms=[{"uom": "Box", "conversion_factor": 12}])
	receive_plain([water], warehouse, 100, rate=0.5)
	line = replace(shop.line(water, "2", price=1100), unit="Box", conversion=12 * quantity("1"))
	sold = shop.sale(line)
	back = returned(shop, sold, {1: 1})
	book(shop, sold, back)
	assert on_hand(water, warehouse) == 88
	assert (cost(sold), cost(back)) == (12, -6)
	assert invoice_of(back).items[0].uom == "Box"


def test_weighed_goods_move_by_the_gram_and_come_back(shop, warehouse):
	nuts = make_item(f"{shop.till}-nuts", 1990, "Reduced", stock_uom="Kg")
	receive_plain([nuts], warehouse, 20, rate=10)
	sold = shop.sale(shop.line(nuts, "0.345"))
	back = returned(shop, sold, {1: 0.1})
	book(shop, sold, back)
	assert total(sold) == 6.87
	assert on_hand(nuts, warehouse) == pytest.approx(19.755)
	assert (cost(sold), cost(back)) == (3.45, -1)


def test_a_gift_costs_the_shop_and_not_the_customer(shop, warehouse):
	cup = make_item(f"{shop.till}-cup", 300)
	receive_plain([cup], warehouse, 10, rate=1.5)
	sold = shop.sale(shop.line(cup, percent=100), shop.line(shop.items[0]))
	back = returned(shop, sold, {1: 1})
	book(shop, sold, back)
	assert invoice_of(sold).items[0].rate == 0
	assert on_hand(cup, warehouse) == 10
	assert next((row[0], row[3]) for row in moved(invoice_of(sold).name)) == (cup, -1)
	assert total(back) == 0
	assert cost(back) == -1.5


def test_nothing_but_a_gift_is_booked_too(shop, warehouse):
	cup = make_item(f"{shop.till}-mug", 0)
	receive_plain([cup], warehouse, 10, rate=1.5)
	sold = shop.sale(shop.line(cup))
	book(shop, sold)
	assert (total(sold), cost(sold), on_hand(cup, warehouse)) == (0, 1.5, 9)


def test_a_service_has_no_stock_and_no_cost(shop):
	repair = make_item(f"{shop.till}-repair", 500, is_stock_item=0)
	sold = shop.sale(shop.line(repair, "2"))
	back = returned(shop, sold, {1: 1})
	book(shop, sold, back)
	assert (moved(invoice_of(sold).name), moved(invoice_of(back).name)) == ([], [])
	assert (cost(sold), cost(back)) == (0, 0)
	assert round(sum(gl(invoice_of(back).name).values()), 2) == 0


def test_stock_below_zero_is_booked_with_a_flag_and_comes_back(shop, warehouse):
	nail = make_item(f"{shop.till}-nail", 100)
	receive_plain([nail], warehouse, 2, rate=0.5)
	sold = shop.sale(shop.line(nail, "5"))
	back = returned(shop, sold, {1: 4})
	book(shop, sold, back)
	assert (flags(sold), flags(back)) == (["negative_stock"], [])
	assert on_hand(nail, warehouse) == 1
	assert round(sum(gl(invoice_of(sold).name).values()), 2) == 0
