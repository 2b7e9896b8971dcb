"""What goes wrong while a shop is told its stock is said, waits for its time, and stops nothing else."""

from datetime import timedelta

import frappe
import pytest
from online_shop import open_online_shop
from told_shop import channel, come, in_shop, let_try_again, level, net, switch

from pos_bridge import stock_out
from pos_bridge.channels.fake.connector import Fake
from pos_bridge.core.errors import Malformed, Rejected, Retryable, Unauthenticated


def test_a_net_number_is_not_set_while_an_order_can_t_be_read(web, monkeypatch, pushed):
	net(monkeypatch)
	switch(web, locations=[])
	web.place(4)
	fetch = Fake.fetch_order

	def away(self, order):
		raise Retryable("The shop is busy.")

	monkeypatch.setattr(Fake, "fetch_order", away)
	stock_out.flush()
	assert pushed == []
	assert "not known" in channel(web).stock_fault
	monkeypatch.setattr(Fake, "fetch_order", fetch)
	frappe.db.set_value("Channel Order", {"channel": web.channel}, "next_try_at", None)
	let_try_again(web)
	stock_out.flush()
	assert in_shop(web) == 96


def test_an_item_that_the_shop_lacks_or_refuses_stops_no_other(web, monkeypatch):
	push = Fake.push_stock

	def choosy(self, targets, key):
		if any(each.item == "1" for each in targets):
			raise Rejected("The shop does not like tees.")
		return push(self, targets, key)

	monkeypatch.setattr(Fake, "push_stock", choosy)
	come(web, web.items[0], 1)
	come(web, web.items[1], 1)
	stock_out.flush()
	assert (level(web).result, level(web).reason) == ("refused", "The shop does not like tees.")
	assert (in_shop(web), in_shop(web, 2)) == (100, 101)
	monkeypatch.undo()
	web.shop.products["7"] = web.shop.products.pop("1")
	come(web, web.items[0], 1)
	come(web, web.items[1], 1)
	stock_out.flush()
	assert (level(web).result, in_shop(web, 2)) == ("not_found", 102)
	assert channel(web).stock_refused == 1


def test_a_fault_is_waited_for_as_long_as_the_shop_says_and_then_made_up_for(web, pushed):
	come(web, web.items[0], 1)
	web.trouble.before.append(Retryable("The shop is busy.", retry_after_seconds=120))
	before = frappe.utils.now_datetime()
	stock_out.flush()
	waiting = channel(web)
	assert (waiting.stock_fault, waiting.stock_attempts) == ("The shop is busy.", 1)
	assert waiting.stock_next_try_at >= before + timedelta(seconds=120)
	stock_out.flush()
	assert (len(pushed), in_shop(web)) == (1, 100)
	let_try_again(web)
	stock_out.flush()
	assert (in_shop(web), channel(web).stock_attempts) == (101, 0)
	assert channel(web).stock_fault == ""


@pytest.mark.parametrize("fault", [Unauthenticated("The key is wrong."), Malformed("That is a page.")])
def test_a_wrong_key_or_a_page_instead_of_an_answer_is_said_and_tried_again(web, fault):
	come(web, web.items[0], 1)
	web.trouble.before.append(fault)
	stock_out.flush()
	assert channel(web).stock_fault == fault.message
	let_try_again(web)
	stock_out.flush()
	assert in_shop(web) == 101


def test_an_answer_that_was_lost_does_no_harm(web):
	come(web, web.items[0], 1)
	web.trouble.after.append(Retryable("No answer."))
	stock_out.flush()
	come(web, web.items[0], 1)
	let_try_again(web)
	stock_out.flush()
	assert in_shop(web) == 102


def test_a_number_that_changed_in_the_shop_meanwhile_is_read_and_told_again(web, monkeypatch):
	push, rounds = Fake.push_stock, []

	def meanwhile(self, targets, key):
		rounds.append(key)
		if len(rounds) == 1:
			web.shop.drift("1", -5)
		return push(self, targets, key)

	monkeypatch.setattr(Fake, "push_stock", meanwhile)
	come(web, web.items[0], 1)
	stock_out.flush()
	assert len(set(rounds)) == 2
	assert (in_shop(web), level(web).result) == (101, "ok")


def test_a_number_that_changes_in_the_shop_all_the_time_waits(web, monkeypatch):
	push, rounds = Fake.push_stock, []

	def restless(self, targets, key):
		rounds.append(key)
		web.shop.drift("1", -1)
		return push(self, targets, key)

	monkeypatch.setattr(Fake, "push_stock", restless)
	come(web, web.items[0], 1)
	stock_out.flush()
	assert (len(rounds), level(web).result) == (stock_out.MAX_STALE, "stale")
	assert level(web).next_try_at > frappe.utils.now_datetime()
	monkeypatch.setattr(Fake, "push_stock", push)
	let_try_again(web)
	stock_out.flush()
	assert in_shop(web) == 101


def test_a_shop_s_own_counter_is_never_the_truth_and_its_drift_is_shown_and_put_right(web):
	web.shop.drift("1", 9)
	web.shop.drift("2", -2, "city")
	stock_out.compare()
	assert (channel(web).stock_drift, level(web).drift, level(web).found) == (2, 9, 109)
	assert level(web, 2, "city").drift == -2
	assert (in_shop(web), in_shop(web, 2, "city")) == (100, 100)
	stock_out.compare()
	assert (channel(web).stock_drift, level(web).drift) == (0, 0)


def test_one_shop_s_fault_keeps_no_other_from_being_told(web):
	other = open_online_shop(stock_out=1)
	for each in (web, other):
		come(each, each.items[0], 1)
	web.trouble.before.append(Retryable("The shop is busy."))
	stock_out.flush()
	assert (in_shop(web), in_shop(other)) == (100, 101)
	switch(other, stock_out=0)


def test_a_shop_with_one_location_is_compared_though_its_channel_names_none(web):
	for product in web.shop.products.values():
		product.on_hand = {"dc": 0}
	switch(web, locations=[])
	stock_out.flush()
	assert in_shop(web) == 100
	web.shop.drift("1", 4)
	stock_out.compare()
	assert (channel(web).stock_drift, level(web, location="").drift, in_shop(web)) == (1, 4, 100)
