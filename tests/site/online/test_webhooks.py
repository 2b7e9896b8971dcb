"""Messages of shops: verified, kept once, answered at once; whatever becomes of them, the books agree."""

import base64
import hashlib
import hmac
import json
from random import Random

import frappe
import pytest
from online_shop import open_online_shop

from pos_bridge import online
from pos_bridge.channels.base import MAX_WEBHOOK_BYTES
from pos_bridge.channels.fake.trouble import GARBAGE, PING, troubled
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Moved, RefundLine

SECRET = "a-secret"
WEBHOOK = "/api/method/pos_bridge.api.webhook?channel="


@pytest.fixture(scope="module")
def web(connected):
	return open_online_shop(stock=1_000)


@pytest.fixture(scope="module")
def woo(connected):
	"""A channel whose messages are verified in the server's own processes."""
	shop = open_online_shop(stock=0)
	channel = frappe.get_doc("Sales Channel", shop.channel)
	channel.update({"kind": "woocommerce", "url": "http://127.0.0.1:9", "webhook_secret": SECRET})
	channel.webhook_secret_before = "the-one-before"
	channel.save()
	frappe.db.commit()
	return shop.channel


def signed(body, secret=SECRET):
	signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
	return {
		"Content-Type": "application/json",
		"X-WC-Webhook-Topic": "order.updated",
		"X-WC-Webhook-Resource": "order",
		"X-WC-Webhook-ID": "1",
		"X-WC-Webhook-Signature": signature,
	}


def events(channel):
	frappe.db.rollback()
	return frappe.db.count("Channel Event", {"channel": channel})


def wanted(channel, order):
	frappe.db.rollback()
	return frappe.db.get_value("Channel Order", {"channel": channel, "remote_id": order}, "wanted_seq")


def test_a_signed_message_is_kept_once_and_asks_for_its_order(site, server, woo):
	body = json.dumps({"id": 22, "status": "processing", "number": "22"}).encode()
	status, _ = server.post(WEBHOOK + woo, body, **signed(body))
	assert status == 200
	assert (events(woo), wanted(woo, "22")) == (1, 1)
	status, _ = server.post(WEBHOOK + woo, body, **signed(body))
	assert status == 200
	assert (events(woo), wanted(woo, "22")) == (1, 2)


def test_the_secret_before_is_still_taken(site, server, woo):
	body = json.dumps({"id": 23, "number": "23"}).encode()
	assert server.post(WEBHOOK + woo, body, **signed(body, "the-one-before"))[0] == 200
	assert wanted(woo, "23") == 1


@pytest.mark.parametrize(
	("body", "headers", "status"),
	[
		(b'{"id": 24}', signed(b'{"id": 24}', "forged"), 401),
		(b'{"id": 24}', {"Content-Type": "application/json"}, 401),
		(b'{"id": 25}', signed(b'{"id": 24}'), 401),
		(b"[" + b" " * MAX_WEBHOOK_BYTES + b"]", {}, 413),
	],
)
def test_a_message_that_is_forged_or_too_large_is_refused_and_leaves_nothing(
	site, server, woo, body, headers, status
):
	before = events(woo)
	assert server.post(WEBHOOK + woo, body, **headers)[0] == status
	assert (events(woo), wanted(woo, "24"), wanted(woo, "25")) == (before, None, None)


def test_a_message_can_not_name_another_channel_in_its_body(site, server, woo):
	body = json.dumps({"id": 26, "number": "26", "channel": "elsewhere"}).encode()
	assert server.post(WEBHOOK + woo, body, **signed(body))[0] == 200
	assert wanted(woo, "26") == 1


def test_a_channel_that_is_not_there_is_not_found(site, server):
	assert server.post(WEBHOOK + "nowhere", b"{}")[0] == 404


def test_a_ping_and_signed_garbage_are_answered_and_mean_nothing(site, web):
	before = events(web.channel)
	assert online.take(web.channel, PING.headers, PING.body) == (200, "")
	headers = web.shop.signed("order.updated", GARBAGE, "1")
	assert online.take(web.channel, headers, GARBAGE) == (200, "")
	frappe.db.commit()
	assert events(web.channel) == before


def story(web):
	"""Three orders with everything that happens to orders; their ids."""
	shop = web.shop
	first, second, third = web.place(3, 2), web.place(2), web.place(1, 1)
	yield
	web.send(first, 1, 2)
	yield
	shop.edit(first, web.line(first).id, 2)
	shop.cancel(third)
	yield
	web.send(first)
	web.send(second, location="city")
	yield
	line = web.line(second)
	refund = shop.refund(second, 1999, [RefundLine(line.id, SCALE, 1680, 319)])
	shop.take_back(second, [Moved(line.id, SCALE)], "dc", refund)
	shop.refund(first, 150, reason="late")
	yield
	web.told = [first, second, third]


def tell(web, deliveries):
	"""Deliver as they come, with a job for each order that one wakes, at once."""
	for each in deliveries:
		status, row = online.take(web.channel, each.headers, each.body)
		assert status in (200, 401)
		frappe.db.commit()
		if row:
			online.sync_order(row)


def by_account(web, orders):
	books = web.books(*orders)
	return {account.replace(web.channel, "web"): amount for account, amount in books.items()}


def by_place(web, orders):
	return {
		(item.split("-")[1], place == web.warehouse): moved
		for (item, place), moved in web.moved(*orders).items()
	}


@pytest.fixture(scope="module")
def told_in_order(connected):
	"""The story told without trouble: each message at once."""
	web = open_online_shop(stock=1_000)
	for _ in story(web):
		tell(web, web.shop.deliveries)
		web.shop.deliveries.clear()
	assert all(web.row(order).state == "posted" for order in web.told)
	return by_account(web, web.told), by_place(web, web.told)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_messages_doubled_reordered_dropped_and_late_end_in_the_same_books(site, told_in_order, seed):
	dice, web = Random(seed), open_online_shop(stock=1_000)
	late = []
	for _ in story(web):
		arriving = troubled(web.shop, [*late, *web.shop.deliveries], dice)
		late = [each for each in arriving if dice.random() < 0.3]
		tell(web, [each for each in arriving if each not in late])
		web.shop.deliveries.clear()
	tell(web, late)
	online.reconcile()
	online.reconcile_days()
	for row in online.orders.due():
		online.sync_order(row)
	assert {web.row(order).state for order in web.told} == {"posted"}
	assert (by_account(web, web.told), by_place(web, web.told)) == told_in_order


def test_without_any_message_reconciliation_reads_all_of_it(site, told_in_order):
	web = open_online_shop(stock=1_000)
	for _ in story(web):
		pass
	online.reconcile()
	for row in online.orders.due():
		online.sync_order(row)
	assert (by_account(web, web.told), by_place(web, web.told)) == told_in_order


def test_a_shop_that_fails_keeps_no_other_from_being_read(site):
	from pos_bridge.core.errors import Retryable

	broken, whole = open_online_shop(stock=0), open_online_shop(stock=0)
	broken.place(1)
	order = whole.place(1)
	broken.trouble.before.extend([Retryable("The shop answers with a page.")] * 5)
	online.reconcile()
	assert (
		frappe.db.get_value("Sales Channel", broken.channel, "last_fault") == "The shop answers with a page."
	)
	assert whole.row(order).wanted_seq >= 1
	broken.trouble.before.clear()
	online.reconcile()
	assert not frappe.db.get_value("Sales Channel", broken.channel, "last_fault")
	assert frappe.db.count("Channel Order", {"channel": broken.channel}) == 1


def test_an_order_that_changes_while_it_is_read_is_read_again(site, web):
	order = web.place(1)
	row = online.orders.hear(web.channel, order)
	frappe.db.commit()
	fetch, times = web.shop.orders[order], []
	record = online.recording.record

	def changes_meanwhile(*arguments):
		if not times:
			web.send(order)
			online.orders.hear(web.channel, order)
		times.append(1)
		return record(*arguments)

	online.recording.record = changes_meanwhile
	try:
		online.sync_order(row)
	finally:
		online.recording.record = record
	assert fetch.fulfilments == ()
	assert len(times) == 2
	assert web.documents(order) == ["order", "payment", "delivery", "invoice"]
