"""WooCommerce 11.0.1 as it was recorded, with everything odd that it did."""

import base64
import hashlib
import hmac
import json

import pytest
from channels.replay import LINES, Replay
from contract.channels import Book

from pos_bridge.channels.base import (
	Handover,
	Hint,
	Ping,
	PriceTarget,
	RefundWish,
	Refusal,
	Settings,
	StockLevel,
	StockTarget,
)
from pos_bridge.channels.http import HttpResponse
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.woocommerce import WooCommerce
from pos_bridge.core.errors import Malformed, Rejected, Retryable
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Moved, OrderTax, RefundLine, Tracking, check_order

PLACED, EDITED, LINE_REMOVED, REFUNDED_LINE, REFUNDED_AMOUNT, COMPLETED = 16, 22, 24, 29, 31, 34
SECRETS = ("newer", "whsec")


def shop_at(line, transport=None):
	transport = transport or Replay(line)
	settings = Settings("web", "https://shop.example", "ck", "cs", SECRETS)
	connector = WooCommerce(settings, transport, Bucket(Budget(10_000, 10_000)))
	connector.sent = transport.sent
	return connector


def order_at(line, order="22"):
	connector = shop_at(line)
	return connector.normalise(connector.fetch_order(order))


def webhooks():
	return [(line["headers"], line["body"].encode()) for line in LINES if line["kind"] == "webhook"]


def test_an_order_with_coupon_shipping_and_a_variation_is_read_to_the_cent():
	order = order_at(PLACED)
	assert check_order(order) == ()
	assert (order.total_minor, order.tax_minor, order.parts_minor) == (8980, 1434, 8980)
	assert (order.state, order.number, order.prices_include_tax) == ("open", "22", True)
	assert order.placed_at == "2026-11-22T13:18:05.000Z"
	tee, hoodie = order.lines
	assert (tee.item, tee.quantity, tee.net_minor, tee.tax_minor) == ("18", 3 * SCALE, 4536, 862)
	assert (tee.barcode, hoodie.item) == ("4006381333931", "19:20")
	assert tee.taxes == (OrderTax("VAT", 862, 19 * SCALE),)
	assert [each.amount_minor for each in (*tee.discounts, *hoodie.discounts)] == [503, 281]
	(shipping,) = order.charges
	assert (shipping.kind, shipping.net_minor, shipping.tax_minor) == ("shipping", 490, 93)
	assert order.payments == ()  # cash on delivery
	assert order.ship_country == "DE"


def test_an_edit_that_changes_quantity_and_not_money_is_taken_as_it_is():
	tee, _ = order_at(EDITED).lines
	assert (tee.quantity, tee.net_minor) == (2 * SCALE, 4536)
	assert check_order(order_at(EDITED)) == ()


def test_a_removed_line_is_gone_though_the_coupon_still_says_more():
	order = order_at(LINE_REMOVED)
	assert (order.total_minor, len(order.lines), check_order(order)) == (5981, 1, ())
	assert order.discounts[0].amount_minor == 784
	assert order.lines[0].discounts[0].amount_minor == 503


def test_refunds_leave_the_total_and_are_read_with_their_lines():
	order = order_at(REFUNDED_AMOUNT)
	of_line, amount = order.refunds
	assert of_line.lines == (RefundLine("14", SCALE, 1512, 287),)
	assert (of_line.total_minor, of_line.adjustment_minor, of_line.reason) == (1799, 0, "damaged")
	assert (amount.lines, amount.adjustment_minor) == ((), 100)
	assert (order.total_minor, order.credited_minor) == (5981, 1899)
	assert [each.gateway for each in order.payments] == ["manual", "manual"]
	assert check_order(order) == ()


def test_the_list_of_refunds_is_what_was_said_when_they_were_made():
	listed = next(line for line in LINES if line.get("label") == "refund list")
	made = json.loads(Replay(REFUNDED_AMOUNT)._refunds("orders/22/refunds").body)
	assert made == listed["response"]


def test_what_was_refunded_before_the_order_was_completed_was_not_sent_and_did_not_come_back():
	order = order_at(COMPLETED)
	(made,) = order.fulfilments
	assert made.lines == (Moved("14", SCALE),)
	assert order.returns == ()
	assert order.state == "closed"
	(paid, *back) = order.payments
	assert (paid.kind, paid.gateway, paid.amount_minor) == ("capture", "cod", 5981)
	assert [each.kind for each in back] == ["refund", "refund"]


def test_goods_that_were_put_back_after_they_had_left_came_back():
	raw = shop_at(COMPLETED).fetch_order("22")
	for refund in raw["refunds"]:
		refund["date_created_gmt"] = "2026-11-23T10:00:00"
	order = shop_at(COMPLETED).normalise(raw)
	assert order.fulfilments[0].lines == (Moved("14", 2 * SCALE),)
	(returned,) = order.returns
	assert (returned.id, returned.lines, returned.version) == ("14", (Moved("14", SCALE),), SCALE)
	assert check_order(order) == ()


def test_a_full_refund_names_less_than_it_is_and_the_rest_is_an_amount():
	order = order_at(42, "26")
	(refund,) = order.refunds
	assert (refund.total_minor, refund.adjustment_minor) == (2582, 583)
	assert (order.state, order.total_minor, order.credited_minor) == ("closed", 2582, 2582)
	assert order.fulfilments == ()
	assert check_order(order) == ()


def test_a_cancelled_order_and_one_that_waits_for_money():
	assert order_at(36, "25").state == "open"
	assert order_at(38, "25").state == "cancelled"
	waiting = next(line for line in LINES if line.get("path") == "orders" and line["method"] == "POST")
	order = shop_at(44).normalise({"order": waiting["response"], "refunds": []})
	assert (order.state, order.total_minor, order.pickup) == ("pending", 4295, "local_pickup")
	fee = next(charge for charge in order.charges if charge.kind == "fee")
	assert (fee.net_minor, fee.tax_minor, fee.taxes[0].amount_minor) == (250, 47, 48)
	assert check_order(order) == ()


def test_the_story_of_an_order_is_recorded_fact_by_fact_and_nothing_changes_afterwards():
	transport = Replay(PLACED)
	book = Book(shop_at(PLACED, transport))
	for line in (PLACED, EDITED, EDITED, LINE_REMOVED, REFUNDED_LINE, REFUNDED_AMOUNT, COMPLETED, COMPLETED):
		transport.at = line
		order = book.read("22")
	kinds = sorted(fact.kind for fact in book.facts.values())
	assert kinds == [
		*["online_fulfilment"],
		*["online_order"] * 6,
		*["online_payment"] * 3,
		*["online_refund"] * 2,
	]
	assert book.folded("22").total_minor == order.total_minor == 5981


def test_a_refund_made_while_the_order_is_read_is_read_again():
	transport = Replay(LINE_REMOVED)
	real, calls = transport.send, []

	def send(request):
		calls.append(request)
		transport.at = REFUNDED_LINE if len(calls) == 1 else REFUNDED_AMOUNT
		return real(request)

	transport.send = send
	raw = shop_at(0, transport).fetch_order("22")
	assert [row["id"] for row in raw["refunds"]] == [24, 23]
	assert len(calls) == 4


def test_every_recorded_delivery_is_a_hint_or_a_ping_and_ids_that_are_equal_are_told_apart():
	understood = [shop_at(0).verify_webhook(headers, raw) for headers, raw in webhooks()]
	assert [type(each) for each in understood].count(Ping) == 5
	hints = [each for each in understood if isinstance(each, Hint)]
	assert len({each.key for each in hints}) == len(hints) == 7
	deliveries = [
		headers["X-WC-Webhook-Delivery-ID"] for headers, _ in webhooks() if "X-WC-Webhook-ID" in headers
	]
	assert len(set(deliveries)) < len(deliveries)
	assert [(each.topic, each.id) for each in hints if each.resource == "order"] == [
		("order.updated", "22"),
		("order.created", "22"),
		("order.updated", "22"),
	]


def test_a_forged_a_garbled_and_an_oversize_delivery_are_refused():
	headers, raw = next(each for each in webhooks() if "X-WC-Webhook-ID" in each[0])
	connector = shop_at(0)
	for forged in (raw + b" ", raw[:-1], b"", raw.replace(b"89.80", b"9.80", 1) + b"\n"):
		assert isinstance(connector.verify_webhook(headers, forged), Refusal)
	assert isinstance(connector.verify_webhook({}, raw), Refusal)
	wrong = {**headers, "X-WC-Webhook-Signature": "ü"}
	assert isinstance(connector.verify_webhook(wrong, raw), Refusal)
	assert connector.verify_webhook(headers, b"x" * (1024 * 1024 + 1)).status == 413
	old = WooCommerce(Settings("web", "https://shop.example", secrets=("other",)), Replay())
	assert isinstance(old.verify_webhook(headers, raw), Refusal)


@pytest.mark.parametrize("body", [b'{"code":"rest_no_route"}', b'{"id":null}', b"[]", b"[" * 100_000, b'"x"'])
def test_signed_garbage_is_no_order_and_no_refusal(body):
	signature = base64.b64encode(hmac.new(b"whsec", body, hashlib.sha256).digest()).decode()
	understood = shop_at(0).verify_webhook({"x-wc-webhook-signature": signature}, body)
	assert isinstance(understood, Ping)


def test_lists_are_asked_for_with_a_second_before_and_their_pages_counted():
	connector = shop_at(45)
	page = connector.list_changed("2026-11-22T13:18:05.500Z")
	assert [each.id for each in page.orders] == ["11", "13"]
	assert page.next == "2"
	assert connector.sent[-1][2]["modified_after"] == "2026-11-22T13:18:04"
	assert connector.list_changed("2026-11-22T13:18:05.500Z", "4").next == ""
	connector.list_created("2026-11-22T00:00:00.000Z", "2026-11-23T00:00:00.000Z")
	asked = connector.sent[-1][2]
	assert (asked["after"], asked["before"]) == ("2026-11-21T23:59:59", "2026-11-23T00:00:00")
	connector.list_open()
	assert connector.sent[-1][2]["status"] == "pending,on-hold,processing"


def test_a_batch_with_a_bad_id_sets_the_others():
	connector = shop_at(46)
	good, bad = connector.push_stock([StockTarget("18", 7), StockTarget("999999", 1)], "k")
	assert (good.result, bad.result, bad.reason) == ("ok", "not_found", "Invalid ID.")
	assert connector.sent[-1][3] == {
		"update": [{"id": 18, "stock_quantity": 7}, {"id": 999999, "stock_quantity": 1}]
	}
	outcomes = connector.push_prices([PriceTarget("18", 1999, "EUR"), PriceTarget("999999", 5, "EUR")], "k")
	assert [each.result for each in outcomes] == ["ok", "not_found"]
	assert connector.sent[-1][3]["update"][0] == {"id": 18, "regular_price": "19.99"}


class Said:
	"""Answers of a shop that were not recorded, by method and path."""

	def __init__(self, **answers):
		self.answers, self.sent = answers, []

	def send(self, request):
		self.sent.append((request.method, request.url, json.loads(request.body or b"null")))
		status, answer = next(
			value for name, value in self.answers.items() if name.replace("__", "/") in request.url
		)
		body = answer if isinstance(answer, bytes) else json.dumps(answer, default=str).encode()
		return HttpResponse(status, {}, body)


def test_variations_have_an_address_of_their_own_and_what_is_not_counted_is_said():
	rows = [
		{"id": 20, "stock_quantity": 4, "manage_stock": True},
		{"id": 21, "stock_quantity": None, "manage_stock": "parent"},
	]
	transport = Said(
		products__19__variations__batch=(200, {"update": rows}), products__19__variations=(200, rows)
	)
	connector = shop_at(0, transport)
	outcomes = connector.push_stock([StockTarget("19:20", 4), StockTarget("19:21", 4)], "k")
	assert [each.result for each in outcomes] == ["ok", "refused"]
	assert connector.read_stock(["19:20", "19:21"]) == (StockLevel("19:20", 4), StockLevel("19:21", None))


def test_a_refund_tells_each_tax_by_its_rate_and_is_found_again():
	wish = RefundWish("22", 1799, "EUR", lines=(RefundLine("14", SCALE, 1512, 287),), reason="Returned")
	before = shop_at(LINE_REMOVED).fetch_order("22")
	first = Said(refunds=(201, {"id": 23}), orders=(200, before["order"]))
	assert shop_at(0, first).refund(wish, "key-1") == "23"
	method, url, asked = first.sent[-1]
	assert (method, url.rpartition("/v3/")[2]) == ("POST", "orders/22/refunds")
	assert asked["amount"] == LINES[28]["request"]["amount"]
	assert asked["line_items"] == [
		{"id": 14, "quantity": 1, "refund_total": "15.12", "refund_tax": [{"id": 1, "refund_total": "2.87"}]}
	]
	assert (asked["api_refund"], asked["api_restock"]) == (False, False)
	assert asked["meta_data"] == [{"key": "_pos_bridge_key", "value": "key-1"}]
	after = shop_at(REFUNDED_LINE).fetch_order("22")
	made = {**after["refunds"][0], "meta_data": asked["meta_data"]}
	again = Said(refunds=(200, [made]), orders=(200, after["order"]))
	assert shop_at(0, again).refund(wish, "key-1") == "23"
	assert [each[0] for each in again.sent] == ["GET", "GET"]


@pytest.mark.parametrize(
	"wish",
	[
		RefundWish("22", 10**6, "EUR"),
		RefundWish("22", 100, "USD"),
		RefundWish("22", 0, "EUR"),
		RefundWish("22", 100, "EUR", lines=(RefundLine("99", SCALE, 84, 16),)),
	],
)
def test_a_refund_that_can_not_be_is_refused_before_it_is_asked_for(wish):
	connector = shop_at(LINE_REMOVED)
	with pytest.raises(Rejected):
		connector.refund(wish, "k")
	assert {each[0] for each in connector.sent} == {"GET"}


def test_an_order_is_completed_when_all_of_it_has_left_and_once():
	with pytest.raises(Rejected) as raised:
		shop_at(REFUNDED_LINE).push_fulfilment(Handover("22", ()), "k")
	assert raised.value.code == "channel_partial"
	before = shop_at(REFUNDED_AMOUNT).fetch_order("22")
	said = Said(refunds=(200, before["refunds"]), orders=(200, before["order"]))
	handover = Handover("22", (Moved("14", SCALE),), tracking=Tracking("TRACK-1"))
	assert shop_at(0, said).push_fulfilment(handover, "k") == "completed"
	method, _, asked = said.sent[-1]
	assert method == "PUT"
	assert asked == {
		"status": "completed",
		"meta_data": [{"key": "_pos_bridge_tracking", "value": "TRACK-1"}],
	}
	done = shop_at(COMPLETED)
	assert done.push_fulfilment(handover, "k") == "completed"
	assert {each[0] for each in done.sent} == {"GET"}


def test_cancelling_what_is_cancelled_or_completed():
	done = shop_at(38)
	done.cancel("25", "", "k")
	assert {each[0] for each in done.sent} == {"GET"}
	with pytest.raises(Rejected, match="refund it instead"):
		shop_at(COMPLETED).cancel("22", "", "k")
	said = Said(orders=(200, {"status": "processing"}))
	shop_at(0, said).cancel("25", "", "k")
	assert said.sent[-1][2] == {"status": "cancelled"}


def test_many_orders_are_read_at_once_and_those_with_refunds_once_more():
	plain, refunded = (shop_at(line).fetch_order("22") for line in (PLACED, REFUNDED_LINE))
	listed = [plain["order"] | {"id": 23}, refunded["order"]]
	one = {"refunds": (200, refunded["refunds"]), "orders/22": (200, refunded["order"])}
	said = Said(**one, include=(200, listed))
	read = [shop_at(0, said).normalise(raw) for raw in shop_at(0, said).fetch_orders(["23", "22"])]
	assert [(order.id, len(order.refunds)) for order in read] == [("23", 0), ("22", 1)]


def test_webhooks_are_registered_once_and_switched_on_again():
	known = [{"id": 5, "topic": "order.updated", "delivery_url": "https://erp.example/hook"}]
	said = Said(webhooks=(200, known))
	topics = shop_at(0, said).register_webhooks("https://erp.example/hook")
	assert set(topics) == {"order.created", "order.updated", "order.deleted", "order.restored"}
	sent = [(method, url.rpartition("/v3/")[2], body["topic"]) for method, url, body in said.sent if body]
	assert ("PUT", "webhooks/5", "order.updated") in sent
	assert [method for method, _, _ in sent].count("POST") == 3
	assert {body["secret"] for _, _, body in said.sent if body} == {"newer"}
	with pytest.raises(Rejected, match="secret"):
		WooCommerce(Settings("web", "https://shop.example"), said).register_webhooks("https://erp.example")


def test_what_is_not_there_and_what_is_no_id_are_said_so():
	for order in ("987654321", "../settings", "22?x=1", ""):
		with pytest.raises(Rejected) as raised:
			shop_at(46).fetch_order(order)
		assert raised.value.code == "channel_not_found"


@pytest.mark.parametrize("answer", [{}, [], {"update": {}}, "x", [{"id": 1}]])
def test_answers_of_another_form_are_malformed_and_no_crash(answer):
	connector = shop_at(0, Said(wp=(200, answer)))
	for ask in (
		lambda: connector.test_connection(),
		lambda: connector.fetch_order("22"),
		lambda: connector.push_stock([StockTarget("18", 1)], "k"),
	):
		with pytest.raises(Malformed):
			ask()


@pytest.mark.parametrize(("status", "answer"), [(200, b"<html>"), (200, b""), (500, b"<html>"), (429, b"")])
def test_a_shop_in_trouble_is_a_passing_fault(status, answer):
	with pytest.raises(Retryable):
		shop_at(0, Said(wp=(status, answer))).fetch_order("22")


def test_what_plugins_add_is_read_with_care():
	raw = shop_at(PLACED).fetch_order("22")
	raw["order"] |= {"status": "wc-lab", "currency": "JPY"}
	raw["order"]["meta_data"].append({"id": 1, "key": "_vat", "value": "DE123"})
	raw["order"]["line_items"][1] |= {"product_id": 0, "variation_id": 0}
	settings = Settings("web", "https://shop.example", options={"tax_id_meta": "_vat"})
	order = WooCommerce(settings, Replay()).normalise(raw)
	assert order.contact.tax_id == "DE123"
	assert (order.state, order.currency_precision, order.total_minor) == ("pending", 0, 90)
	assert order.lines[1].item == ""
	raw["order"]["total"] = "NaN"
	with pytest.raises(Malformed):
		shop_at(PLACED).normalise(raw)
