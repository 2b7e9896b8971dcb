"""Goods with batches and serial numbers: those that were sold leave and come back; what can't is flagged."""

from contextlib import contextmanager
from datetime import date

import frappe
import pytest
from books import book, entry_of, flags, gl, invoice_of, make_item, on_hand, open_till, returned
from books import receive as receive_plain
from goods_in_stock import bundle_of, make_batch, make_tracked, moved, of, place_of, receive

from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope


@pytest.fixture
def warehouse(shop):
	return shop.shop.warehouse


def unmoved(wire):
	"""The sale is booked with its money, and its rows moved nothing."""
	invoice = invoice_of(wire)
	assert invoice.docstatus == 1
	assert (invoice.rounded_total or invoice.grand_total) == open_wire(wire).body["total_minor"] / 100
	assert moved(invoice.name) == []
	assert round(sum(gl(invoice.name).values()), 2) == 0
	return invoice


def details(wire):
	return " ".join(row.details for row in entry_of(wire).remarks)


# Serial numbers


@pytest.fixture
def phone(shop, warehouse):
	item = make_tracked(shop, "phone", serials=1)
	receive(item, warehouse, 3, serials=serials(shop, 3))
	return item


def serials(shop, count):
	return [f"{shop.till}-SN-{number}" for number in range(1, count + 1)]


def test_the_serial_number_that_was_sold_leaves_and_comes_back(shop, phone, warehouse):
	first, second, _third = serials(shop, 3)
	sold = shop.sale(of(shop.line(phone, "2"), serials=[second, first]))
	book(shop, sold)
	invoice = invoice_of(sold)
	assert flags(sold) == []
	assert sorted(moved(invoice.name)) == [(phone, None, first, -1), (phone, None, second, -1)]
	assert (place_of(first), place_of(second), on_hand(phone, warehouse)) == (None, None, 1)
	assert sum(amount for account, amount in gl(invoice.name).items() if "Cost of Goods" in account) == 8
	back = returned(shop, sold, {1: 2})
	book(shop, back)
	assert flags(back) == []
	assert invoice_of(back).return_against == invoice.name
	assert sorted(moved(invoice_of(back).name)) == [(phone, None, first, 1), (phone, None, second, 1)]
	assert (place_of(first), place_of(second), on_hand(phone, warehouse)) == (warehouse, warehouse, 3)


def test_of_two_serial_numbers_the_one_that_the_return_names_comes_back(shop, phone, warehouse):
	first, second, _third = serials(shop, 3)
	sold = shop.sale(of(shop.line(phone, "2"), serials=[first, second]))
	back = returned(shop, sold, {1: 1}, serials={1: (second,)})
	book(shop, sold, back)
	assert flags(back) == []
	assert (place_of(first), place_of(second)) == (None, warehouse)
	rest = returned(shop, sold, {1: 1})
	book(shop, rest)
	assert flags(rest) == []
	assert place_of(first) == warehouse


def test_a_serial_number_that_nobody_named_is_picked_by_stock_settings(shop, phone, warehouse):
	first, *_rest = serials(shop, 3)
	sold = shop.sale(shop.line(phone))
	book(shop, sold)
	assert flags(sold) == []
	assert moved(invoice_of(sold).name) == [(phone, None, first, -1)]


def test_where_one_line_names_a_serial_number_another_line_does_not_take_it(shop, phone):
	first, second, _third = serials(shop, 3)
	sold = shop.sale(shop.line(phone), of(shop.line(phone), serials=[first]))
	book(shop, sold)
	assert flags(sold) == []
	assert sorted(moved(invoice_of(sold).name)) == [(phone, None, first, -1), (phone, None, second, -1)]


def test_without_a_serial_number_to_pick_the_sale_is_booked_without_a_move(shop, warehouse):
	item = make_tracked(shop, "tablet", serials=1)
	sold = shop.sale(shop.line(item))
	book(shop, sold)
	assert flags(sold) == ["serial_missing"]
	assert unmoved(sold).items[0].warehouse is None
	assert on_hand(item, warehouse) == 0


def test_where_stock_settings_pick_nothing_nothing_is_picked(shop, phone, changed_settings):
	with changed("auto_create_serial_and_batch_bundle_for_outward", 0):
		sold = shop.sale(shop.line(phone))
		book(shop, sold)
	assert flags(sold) == ["serial_missing"]
	assert "by Stock Settings none is picked" in details(sold)
	unmoved(sold)


@contextmanager
def changed(setting, value):
	before = frappe.db.get_single_value("Stock Settings", setting)
	frappe.db.set_single_value("Stock Settings", setting, value)
	frappe.db.commit()
	frappe.clear_cache()
	try:
		yield
	finally:
		frappe.db.rollback()
		frappe.db.set_single_value("Stock Settings", setting, before)
		frappe.db.commit()
		frappe.clear_cache()


def test_an_unknown_serial_number_is_booked_with_a_flag_and_moves_nothing(shop, phone, warehouse):
	sold = shop.sale(of(shop.line(phone), serials=["NOBODY-KNOWS"]), shop.line(shop.items[0]))
	before = on_hand(shop.items[0], warehouse)
	book(shop, sold)
	assert flags(sold) == ["serial_missing"]
	assert "NOBODY-KNOWS" in details(sold)
	assert [row[0] for row in moved(invoice_of(sold).name)] == [shop.items[0]]
	assert on_hand(shop.items[0], warehouse) == before - 1
	assert on_hand(phone, warehouse) == 3


def test_a_serial_number_that_was_sold_before_is_booked_with_a_flag(shop, phone):
	first, *_rest = serials(shop, 3)
	sold, again = (shop.sale(of(shop.line(phone), serials=[first])) for _ in range(2))
	book(shop, sold, again)
	assert (flags(sold), flags(again)) == ([], ["serial_sold_before"])
	assert invoice_of(sold).name in details(again)
	unmoved(again)


def test_a_serial_number_of_another_warehouse_is_booked_with_a_flag(shop, warehouse):
	item = make_tracked(shop, "watch", serials=1)
	other = frappe.db.get_value(
		"Warehouse", {"is_group": 0, "name": ("!=", warehouse), "company": shop.shop.company}
	)
	receive(item, other, 1, serials=[f"{shop.till}-W-1"])
	sold = shop.sale(of(shop.line(item), serials=[f"{shop.till}-W-1"]))
	book(shop, sold)
	assert flags(sold) == ["serial_missing"]
	assert other in details(sold)
	assert unmoved(sold)
	assert place_of(f"{shop.till}-W-1") == other


def test_what_moved_nothing_comes_back_without_a_move_and_with_a_flag(shop, phone, warehouse):
	sold = shop.sale(of(shop.line(phone), serials=["NOBODY-KNOWS"]))
	back = returned(shop, sold, {1: 1})
	book(shop, sold, back)
	assert flags(back) == ["serial_missing"]
	unmoved(back)
	assert invoice_of(back).return_against == invoice_of(sold).name
	assert on_hand(phone, warehouse) == 3


def test_a_serial_number_that_the_books_have_in_stock_does_not_come_back_twice(shop, phone, warehouse):
	first, second, _third = serials(shop, 3)
	sold = shop.sale(shop.line(phone))
	back = returned(shop, sold, {1: 1}, serials={1: (second,)})
	book(shop, sold, back)
	assert flags(back) == ["serial_in_stock"]
	unmoved(back)
	assert place_of(first) is None


def test_an_invoice_that_moved_nothing_can_be_cancelled_in_the_desk(shop, phone, warehouse):
	sold = shop.sale(of(shop.line(phone), serials=["NOBODY-KNOWS"]))
	book(shop, sold)
	invoice_of(sold).cancel()
	frappe.db.commit()
	assert on_hand(phone, warehouse) == 3
	assert moved(invoice_of(sold).name) == []


# Batches


@pytest.fixture
def cheese(shop, warehouse):
	"""Two batches of 10 and 5."""
	item = make_tracked(shop, "cheese", batches=1)
	for name, count, expires in (("B1", 10, "2027-12-31"), ("B2", 5, "2027-06-30")):
		receive(item, warehouse, count, batch=make_batch(item, f"{shop.till}-{name}", expires))
	return item


def test_the_batch_that_was_sold_leaves_and_comes_back(shop, cheese, warehouse):
	second = f"{shop.till}-B2"
	sold = shop.sale(of(shop.line(cheese, "3"), batch=second))
	back = returned(shop, sold, {1: 2})
	book(shop, sold, back)
	assert (flags(sold), flags(back)) == ([], [])
	assert moved(invoice_of(sold).name) == [(cheese, second, None, -3)]
	assert moved(invoice_of(back).name) == [(cheese, second, None, 2)]
	assert on_hand(cheese, warehouse) == 14


@pytest.mark.parametrize(("rule", "batch"), [("FIFO", "B1"), ("Expiry", "B2")])
def test_a_batch_that_nobody_named_is_picked_by_stock_settings(shop, cheese, rule, batch, changed_settings):
	with changed("pick_serial_and_batch_based_on", rule):
		sold = shop.sale(shop.line(cheese, "2"))
		back = returned(shop, sold, {1: 1})
		book(shop, sold, back)
	assert (flags(sold), flags(back)) == ([], [])
	assert moved(invoice_of(sold).name) == [(cheese, f"{shop.till}-{batch}", None, -2)]
	assert moved(invoice_of(back).name) == [(cheese, f"{shop.till}-{batch}", None, 1)]


def test_more_than_one_batch_holds_is_picked_from_two(shop, cheese):
	sold = shop.sale(shop.line(cheese, "12"))
	book(shop, sold)
	assert flags(sold) == []
	assert sum(row[3] for row in moved(invoice_of(sold).name)) == -12
	assert len(moved(invoice_of(sold).name)) == 2
	back = returned(shop, sold, {1: 12})
	book(shop, back)
	assert flags(back) == []
	assert sorted(row[3] for row in moved(invoice_of(back).name)) == [2, 10]


def test_a_batch_of_which_too_little_is_there_is_booked_with_a_flag_and_stays_above_zero(
	shop, cheese, warehouse
):
	sold = shop.sale(of(shop.line(cheese, "6"), batch=f"{shop.till}-B2"))
	book(shop, sold)
	assert flags(sold) == ["batch_short"]
	assert "there were 5, sold were 6" in details(sold)
	unmoved(sold)
	assert on_hand(cheese, warehouse) == 15


def test_two_lines_of_a_batch_are_counted_together(shop, cheese):
	line = of(shop.line(cheese, "3"), batch=f"{shop.till}-B2")
	sold = shop.sale(line, line)
	book(shop, sold)
	assert flags(sold) == ["batch_short"]
	assert moved(invoice_of(sold).name) == [(cheese, f"{shop.till}-B2", None, -3)]


def test_a_line_that_names_no_batch_takes_none_that_another_line_needs(shop, cheese):
	sold = shop.sale(shop.line(cheese, "3"), of(shop.line(cheese, "9"), batch=f"{shop.till}-B1"))
	book(shop, sold)
	assert flags(sold) == []
	assert {row[1]: row[3] for row in moved(invoice_of(sold).name)} == {
		f"{shop.till}-B1": -9,
		f"{shop.till}-B2": -3,
	}


def test_more_than_all_batches_hold_is_booked_with_a_flag(shop, cheese):
	sold = shop.sale(shop.line(cheese, "16"))
	book(shop, sold)
	assert flags(sold) == ["batch_short"]
	unmoved(sold)


@pytest.mark.parametrize("whose", ["nobody's", "another item's"])
def test_a_batch_that_is_not_the_item_s_is_booked_with_a_flag(shop, cheese, whose):
	other = make_tracked(shop, "butter", batches=1)
	name = make_batch(other, f"{shop.till}-X") if whose == "another item's" else "NO-SUCH-BATCH"
	sold = shop.sale(of(shop.line(cheese), batch=name))
	book(shop, sold)
	assert flags(sold) == ["batch_missing"]
	unmoved(sold)


def test_a_batch_of_another_warehouse_is_booked_with_a_flag(shop, warehouse):
	item = make_tracked(shop, "yoghurt", batches=1)
	other = frappe.db.get_value(
		"Warehouse", {"is_group": 0, "name": ("!=", warehouse), "company": shop.shop.company}
	)
	batch = make_batch(item, f"{shop.till}-Y")
	receive(item, other, 5, batch=batch)
	sold = shop.sale(of(shop.line(item), batch=batch))
	book(shop, sold)
	assert flags(sold) == ["batch_short"]
	unmoved(sold)
	assert on_hand(item, other) == 5


def test_an_expired_batch_that_was_sold_leaves_with_a_flag(shop, warehouse):
	item = make_tracked(shop, "milk", batches=1)
	batch = make_batch(item, f"{shop.till}-OLD", "2026-11-20")
	receive(item, warehouse, 5, batch=batch)
	sold = shop.sale(of(shop.line(item), batch=batch))
	back = returned(shop, sold, {1: 1})
	book(shop, sold, back)
	assert (flags(sold), flags(back)) == (["batch_expired"], [])
	assert moved(invoice_of(sold).name) == [(item, batch, None, -1)]
	assert on_hand(item, warehouse) == 5


def test_without_a_batch_to_pick_the_sale_is_booked_without_a_move(shop):
	item = make_tracked(shop, "quark", batches=1)
	sold = shop.sale(shop.line(item))
	book(shop, sold)
	assert flags(sold) == ["batch_missing"]
	unmoved(sold)


def test_a_batch_with_serial_numbers_says_when_the_till_named_another_batch(shop, warehouse):
	item = make_tracked(shop, "drill", batches=1, serials=1)
	batch, other = make_batch(item, f"{shop.till}-D1"), make_batch(item, f"{shop.till}-D2")
	receive(item, warehouse, 2, batch=batch, serials=[f"{shop.till}-D-1", f"{shop.till}-D-2"])
	right = shop.sale(of(shop.line(item), batch=batch, serials=[f"{shop.till}-D-1"]))
	wrong = shop.sale(of(shop.line(item), batch=other, serials=[f"{shop.till}-D-2"]))
	book(shop, right, wrong)
	assert (flags(right), flags(wrong)) == ([], ["batch_differs"])
	assert moved(invoice_of(wrong).name) == [(item, batch, f"{shop.till}-D-2", -1)]


def test_reconciliation_says_what_moved_nothing_and_finds_nothing_else(shop, cheese, phone):
	book(
		shop,
		shop.sale(of(shop.line(cheese, "6"), batch=f"{shop.till}-B2")),
		shop.sale(of(shop.line(phone), serials=serials(shop, 1)), shop.line(cheese, "2")),
	)
	found = [each for each in differences(shop) if each.kind is not Kind.REPOST]
	assert [(each.explained, each.account_or_item, each.expected, each.found) for each in found] == [
		(True, cheese, "-6", "0")
	]


def differences(shop):
	day = date.fromisoformat(shop.day)
	return list(reconcile(Scope(shop.shop.company, day, day, shop.till)).differences)


def test_a_bundle_with_a_batch_and_a_serial_number_takes_and_gives_back_the_same(
	shop, cheese, phone, warehouse
):
	basket = make_item(f"{shop.till}-gift", 5000, is_stock_item=0)
	bundle_of(basket, {cheese: 2, phone: 1})
	sold = shop.sale(shop.line(basket))
	back = returned(shop, sold, {1: 1})
	book(shop, sold, back)
	assert (flags(sold), flags(back)) == ([], [])
	out, again = moved(invoice_of(sold).name), moved(invoice_of(back).name)
	assert sorted((row[0], row[1] or row[2], -row[3]) for row in out) == sorted(
		(row[0], row[1] or row[2], row[3]) for row in again
	)
	assert (on_hand(cheese, warehouse), on_hand(phone, warehouse)) == (15, 3)


def test_a_bundle_of_which_a_serial_number_is_missing_is_booked_with_a_flag(shop, warehouse):
	part, item = make_item(f"{shop.till}-strap", 100), make_tracked(shop, "camera", serials=1)
	receive_plain([part], warehouse, 10)
	basket = make_item(f"{shop.till}-set", 9000, is_stock_item=0)
	bundle_of(basket, {item: 1, part: 1})
	sold = shop.sale(shop.line(basket))
	back = returned(shop, sold, {1: 1})
	book(shop, sold, back)
	assert (flags(sold), flags(back)) == (["serial_missing"], ["serial_missing"])
	assert moved(invoice_of(sold).name) == [(part, None, None, -1)]
	assert moved(invoice_of(back).name) == [(part, None, None, 1)]
	assert not [each for each in differences(shop) if not each.explained]


def test_a_batch_comes_back_at_another_till_without_its_receipt(shop, shared_shop, cheese):
	other = open_till(shared_shop)
	batch = f"{shop.till}-B1"
	sold = shop.sale(of(shop.line(cheese), batch=batch))
	book(shop, sold)
	body = dict(open_wire(returned(shop, sold, {1: 1})).body)
	del body["against"]
	body["lines"] = [{k: v for k, v in line.items() if k != "against_line"} for line in body["lines"]]
	back = other.seal("return", body)
	book(other, back)
	assert flags(back) == ["without_receipt"]
	assert moved(invoice_of(back).name) == [(cheese, batch, None, 1)]
