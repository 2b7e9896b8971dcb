"""A shop is told what there is: after each movement, once, and never more than there is."""

from dataclasses import replace

import frappe
import pytest
from books import book, on_hand, open_shop, receive, record
from online_shop import open_online_shop
from told_shop import channel, come, in_shop, level, net, switch

from pos_bridge import stock_out
from pos_bridge.channels.fake.shop import FakeProduct
from pos_bridge.erpnext import stock_marks
from pos_bridge.erpnext.online.items import map_item


def test_a_shop_that_is_switched_on_is_told_of_all_its_goods(web):
	told = [in_shop(web, number, place) for number in (1, 2) for place in ("dc", "city")]
	assert told == [100] * 4
	assert level(web).result == "ok"
	assert channel(web).stock_fault in (None, "")


def test_a_movement_is_noted_only_while_a_channel_is_switched_on(site):
	web = open_online_shop()
	assert not stock_marks.is_on()
	come(web, web.items[0], 1)
	assert not frappe.db.count("Channel Stock Mark")
	switch(web, stock_out=1)
	come(web, web.items[0], 1)
	marks = frappe.get_all("Channel Stock Mark", ["item_code", "warehouse"], as_list=True)
	assert marks == ((web.items[0], web.warehouse),)
	switch(web, stock_out=0)
	assert not stock_marks.is_on()


def test_without_such_a_channel_a_movement_costs_one_look_into_the_cache(site, monkeypatch):
	web, asked = open_online_shop(), []
	assert not stock_marks.is_on()
	monkeypatch.setattr(stock_marks, "_any_channel", lambda: asked.append("database"))
	monkeypatch.setattr(stock_marks, "mark", lambda places: asked.append("mark"))
	come(web, web.items[0], 1)
	assert asked == []


def test_what_is_rolled_back_is_not_noted(web):
	receive([web.items[0]], web.warehouse, 1)
	frappe.db.rollback()
	frappe.db.commit()
	assert not frappe.db.count("Channel Stock Mark")


def test_two_movements_are_told_once_with_what_there_is_then(web, pushed):
	come(web, web.items[0], 3)
	come(web, web.items[0], 4)
	stock_out.flush()
	stock_out.flush()
	assert [[(each.item, each.location, each.quantity) for each in batch] for batch in pushed] == [
		[("1", "dc", 107)]
	]
	assert in_shop(web) == 107


@pytest.fixture
def till(web):
	"""A till that sells the shop's goods out of its warehouse `dc`."""
	till = open_shop(stock=0)
	profile = frappe.db.get_value("POS Till", till.till, "pos_profile")
	frappe.db.set_value("POS Profile", profile, "warehouse", web.warehouse)
	frappe.db.commit()
	frappe.clear_cache()
	till.items = web.items
	return till


def test_a_till_sale_lowers_what_the_shop_has_before_and_after_it_is_booked(web, till, pushed):
	sale = till.sale(till.line(web.items[0], "2"))
	record(till, sale)
	stock_out.flush()
	assert in_shop(web) == 98
	assert on_hand(web.items[0], web.warehouse) == 100
	book(till, till.sale(till.line(web.items[0], "1")))
	assert on_hand(web.items[0], web.warehouse) == 97
	stock_out.flush()
	assert in_shop(web) == 97
	assert all(each.item == "1" and each.location == "dc" for batch in pushed for each in batch)


def test_what_is_oversold_is_told_as_nothing(web, till):
	book(till, till.sale(till.line(web.items[0], "130")))
	stock_out.flush()
	assert on_hand(web.items[0], web.warehouse) == -30
	assert (in_shop(web), level(web).result) == (0, "ok")


def test_pieces_are_whole_and_some_are_kept_back(web):
	switch(web, stock_safety=10)
	come(web, web.items[0], 5)
	stock_out.flush()
	assert (in_shop(web), in_shop(web, 2)) == (95, 90)


def test_somebody_elses_sales_order_lowers_and_closing_it_raises_again(web):
	order = frappe.get_doc(
		{
			"doctype": "Sales Order",
			"company": frappe.db.get_value("Sales Channel", web.channel, "company"),
			"customer": frappe.db.get_value("Customer", {}),
			"delivery_date": frappe.utils.today(),
			"items": [{"item_code": web.items[0], "qty": 7, "rate": 1, "warehouse": web.warehouse}],
		}
	).insert()
	order.submit()
	frappe.db.commit()
	stock_out.flush()
	assert in_shop(web) == 93
	order.update_status("Closed")
	frappe.db.commit()
	stock_out.flush()
	assert in_shop(web) == 100


def test_a_shop_that_keeps_its_own_orders_apart_is_told_what_lies_there(web):
	order = web.place(4)
	web.posted(order)
	stock_out.flush()
	assert (in_shop(web), web.shop.products["1"].available) == (100, 196)
	web.send(order, 3)
	web.posted(order)
	stock_out.flush()
	assert (in_shop(web), web.shop.products["1"].available) == (97, 196)


def test_what_left_by_an_order_that_is_held_is_not_put_back_into_the_shop(web):
	order = web.place(4)
	web.shop.orders[order] = replace(web.shop.orders[order], total_minor=1)
	web.send(order, 3)
	assert web.read(order).state == "held"
	come(web, web.items[0], 10)
	stock_out.flush()
	assert in_shop(web) == 107


def test_before_a_net_number_is_set_the_orders_that_it_lacks_are_read(web, monkeypatch):
	net(monkeypatch)
	switch(web, locations=[], stock_safety=0)
	booked, held, unpaid = web.place(4), web.place(5), web.place(6, pays="later")
	given_up = web.place(7, pays="later")
	web.shop.cancel(given_up)
	web.shop.orders[held] = replace(web.shop.orders[held], total_minor=1)
	come(web, web.items[0], 10)
	stock_out.flush()
	assert [web.row(order).state for order in (booked, held)] == ["posted", "held"]
	assert web.documents(unpaid) == []
	assert in_shop(web) == 110 - 4 - 5 - 6


def test_what_changes_a_bin_past_all_events_is_told_too(web):
	frappe.db.set_value("Bin", {"item_code": web.items[0], "warehouse": web.warehouse}, {"reserved_qty": 6})
	frappe.db.commit()
	stock_out.flush()
	assert in_shop(web) == 94


def test_a_bundle_is_as_many_as_its_scarcest_part_allows(web):
	code = f"{web.channel}-set"
	frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": code,
			"item_group": frappe.db.get_value("Item Group", {"is_group": 0}),
			"stock_uom": "Nos",
			"is_stock_item": 0,
		}
	).insert()
	parts = [{"item_code": item, "qty": count} for item, count in zip(web.items, (3, 1), strict=True)]
	frappe.get_doc({"doctype": "Product Bundle", "new_item_code": code, "items": parts}).insert()
	frappe.db.commit()
	web.shop.products["9"] = FakeProduct("9", "Set", 100, code, on_hand={"dc": 0, "city": 0})
	stock_out.compare()
	assert in_shop(web, 9) == 33
	come(web, web.items[0], 2)
	stock_out.flush()
	assert in_shop(web, 9) == 34


def test_an_item_that_somebody_maps_is_told_from_then_on(web):
	web.shop.products["8"] = replace(web.shop.products["2"], item="8", sku="NOBODY", on_hand={"dc": 0})
	stock_out.compare()
	assert in_shop(web, 8) == 0
	map_item(web.channel, "8", "Mug again", web.items[1])
	frappe.db.commit()
	stock_out.flush()
	assert in_shop(web, 8) == 100


def test_two_locations_of_one_warehouse_would_each_be_told_all_of_it(site):
	web = open_online_shop(stock=0)
	rows = [{"location": place, "warehouse": web.warehouse} for place in ("dc", "city")]
	with pytest.raises(frappe.ValidationError, match="same warehouse"):
		switch(web, stock_out=1, locations=rows)


def test_the_job_is_called_after_the_commit_and_by_the_sweep(web, monkeypatch):
	called = []
	monkeypatch.setattr(frappe, "enqueue", lambda name, **more: called.append(name))
	stock_marks.begun()
	receive([web.items[0]], web.warehouse, 1)
	assert "pos_bridge.stock_out.flush" not in called
	frappe.db.commit()
	assert called.count("pos_bridge.stock_out.flush") == 1
	stock_out.sweep()
	assert called.count("pos_bridge.stock_out.flush") == 1
	stock_marks.begun()
	stock_out.sweep()
	assert called.count("pos_bridge.stock_out.flush") == 2
