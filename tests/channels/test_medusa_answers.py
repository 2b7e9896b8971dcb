"""What Medusa may answer, without a Medusa: a recorded order, orders that are odd, and refusals."""

import copy
import json
import lzma
from decimal import Decimal
from pathlib import Path

import pytest

from pos_bridge.channels.base import PriceTarget, RefundWish, Settings, StockTarget
from pos_bridge.channels.http import HttpResponse
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.medusa import Medusa
from pos_bridge.core.errors import Malformed, Rejected, Retryable, Unauthenticated
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import check_order

RECORDED = json.loads(
	lzma.decompress((Path(__file__).parent / "medusa_2.21.2_order.json.xz").read_bytes()), parse_float=Decimal
)


class Said:
	"""A transport that answers as told, once each, the last for ever."""

	def __init__(self, *answers):
		self.answers, self.asked = list(answers), []

	def send(self, request):
		self.asked.append((request.method, request.url, json.loads(request.body or b"null")))
		status, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
		body = answer if isinstance(answer, bytes) else json.dumps(answer, default=str).encode()
		return HttpResponse(status, {}, body)


def medusa(*answers):
	settings = Settings("m", "https://shop.example", secret="sk", secrets=("whsec",))
	connector = Medusa(settings, Said(*(answers or [(200, {})])), Bucket(Budget(1000, 1000)))
	connector.asked = connector._http._transport.asked
	return connector


def changed(**fields):
	raw = copy.deepcopy(RECORDED)
	raw["order"] |= fields
	return raw


def test_a_recorded_order_with_an_edit_a_return_and_refunds_is_read_to_the_cent():
	order = medusa().normalise(RECORDED)
	assert check_order(order) == ()
	assert (order.total_minor, order.captured_minor) == (4988, 7487)
	assert (order.refunded_minor, order.credited_minor) == (2799, 300)
	assert [each.total_minor for each in order.refunds] == [500, 1999, 300]
	tee, mug = order.lines
	assert (tee.quantity, tee.ordered, tee.net_minor + tee.tax_minor) == (2 * SCALE, 3 * SCALE, 3998)
	assert (mug.quantity, mug.net_minor + mug.tax_minor) == (SCALE, 500)
	(returned,) = order.returns
	assert (returned.lines[0].line, returned.lines[0].quantity) == (tee.id, SCALE)
	assert returned.location != order.fulfilments[0].location
	assert order.state == "open"  # one tee has not left yet


def test_prices_without_tax_are_exact_before_it_and_those_with_tax_after_it():
	raw = copy.deepcopy(RECORDED)
	line = raw["order"]["items"][0]
	line |= {"total": Decimal("71.3643"), "tax_total": Decimal("11.3943"), "is_tax_inclusive": False}
	assert medusa().normalise(raw).lines[0].net_minor == 5997
	line |= {"total": Decimal("59.97"), "tax_total": Decimal("9.575042"), "is_tax_inclusive": True}
	read = medusa().normalise(raw).lines[0]
	assert (read.net_minor, read.tax_minor) == (5997 - 958, 958)


def test_a_credit_line_that_is_for_no_refund_is_a_difference_for_a_person():
	credit_lines = [{"total": 50}]
	order = medusa().normalise(changed(credit_lines=credit_lines, total=Decimal("-0.12")))
	assert [difference.what for difference in check_order(order)] == ["total"]


def test_a_total_that_is_almost_nothing_is_nothing():
	assert medusa().normalise(changed(total=Decimal("-5.1E-21"))).total_minor == 300


@pytest.mark.parametrize(
	("name", "value"),
	[
		("items", None),
		("total", "NaN"),
		("currency_code", None),
		("currency_code", "euros"),
		("display_id", None),
		("fulfillments", [{}]),
		("returns", "x"),
		("shipping_methods", [None]),
	],
)
def test_an_order_of_another_form_is_malformed(name, value):
	with pytest.raises(Malformed):
		medusa().normalise(changed(**{name: value}))


def test_an_order_without_what_medusa_leaves_out_is_an_order():
	raw = changed()
	for name in (
		"customer",
		"billing_address",
		"shipping_address",
		"fulfillments",
		"returns",
		"credit_lines",
	):
		raw["order"].pop(name, None)
	order = medusa().normalise(raw)
	assert (order.fulfilments, order.returns, order.ship_country) == ((), (), "")


@pytest.mark.parametrize(
	("answer", "kind", "code"),
	[
		((401, {"message": "Unauthorized"}), Unauthenticated, "channel_unauthenticated"),
		((404, {"message": "Order id not found"}), Rejected, "channel_not_found"),
		((400, {"message": "Not allowed"}), Rejected, "channel_refused"),
		((500, {"code": "unknown_error"}), Retryable, "channel_fault"),
		((200, b"<html>"), Retryable, "channel_answer"),
		((200, {}), Malformed, "channel_payload"),
		((200, []), Malformed, "channel_payload"),
	],
)
def test_each_way_to_fail_is_told_from_the_others(answer, kind, code):
	connector = medusa(answer)
	with pytest.raises(kind) as raised:
		connector.fetch_order("order_1")
	assert raised.value.code == code


def test_a_bundle_is_not_counted_and_a_level_that_is_missing_is_made():
	single = {"id": "variant_1", "inventory_items": [{"inventory_item_id": "iitem_1"}]}
	bundle = {
		"id": "variant_2",
		"inventory_items": [{"inventory_item_id": "i2"}, {"inventory_item_id": "i3"}],
	}
	levels = [{"id": "iitem_1", "location_levels": [{"location_id": "dc", "stocked_quantity": 1}]}]
	connector = medusa((200, {"variants": [single, bundle]}), (200, {"inventory_items": levels}), (200, {}))
	targets = [
		StockTarget("variant_1", 2, "dc"),
		StockTarget("variant_1", 3, "city"),
		StockTarget("variant_2", 1, "dc"),
	]
	outcomes = connector.push_stock([*targets, StockTarget("variant_3", 1, "dc")], "k")
	assert [each.result for each in outcomes] == ["ok", "ok", "refused", "not_found"]
	asked = connector.asked[-1][2]
	assert asked["update"] == [{"inventory_item_id": "iitem_1", "location_id": "dc", "stocked_quantity": 2}]
	assert asked["create"] == [{"inventory_item_id": "iitem_1", "location_id": "city", "stocked_quantity": 3}]


def price(number, currency, amount, rules=None, least=None):
	return {
		"id": number, "currency_code": currency, "amount": amount, "rules": rules or {},
		"min_quantity": least, "max_quantity": None,
	}  # fmt: skip


def pushed(*prices):
	row = {"id": "variant_1", "product_id": "prod_1", "prices": list(prices)}
	connector = medusa((200, {"variants": [row]}), (200, {}))
	(outcome,) = connector.push_prices([PriceTarget("variant_1", 1999, "EUR")], "k")
	return outcome, connector.asked[-1][2]


def test_prices_of_other_currencies_regions_and_quantities_are_kept():
	"""What is left out of the call, Medusa deletes."""
	region = {"region_id": "reg_1"}
	outcome, asked = pushed(
		price("p1", "eur", 10),
		price("p2", "usd", Decimal("11.5")),
		price("p3", "eur", 9, region),
		price("p4", "eur", 8, least=10),
	)
	assert outcome.result == "ok"
	assert asked["prices"] == [
		{"id": "p2", "currency_code": "usd", "amount": 11.5},
		{"id": "p3", "currency_code": "eur", "amount": 9, "rules": {"region_id": "reg_1"}},
		{"id": "p4", "currency_code": "eur", "amount": 8, "min_quantity": 10},
		{"id": "p1", "currency_code": "eur", "amount": 19.99},
	]


def test_a_price_whose_rule_can_not_be_said_again_is_left_alone():
	rule = {"item_total": [{"operator": "gte", "value": 100}]}
	outcome, asked = pushed(price("p1", "eur", 10), price("p2", "eur", 9, rule))
	assert outcome.result == "refused"
	assert asked is None


def test_a_refund_is_found_again_by_its_key_and_an_unknown_payment_is_refused():
	raw = changed()
	refund = raw["order"]["payment_collections"][0]["payments"][0]["refunds"][0]
	refund["note"] = "Returned (key-1)"
	connector = medusa((200, raw))
	assert connector.refund(RefundWish(raw["order"]["id"], 500, "EUR"), "key-1") == refund["id"]
	assert {each[0] for each in connector.asked} == {"GET"}
	with pytest.raises(Rejected, match="no payment"):
		connector.refund(RefundWish(raw["order"]["id"], 500, "EUR", payment="pay_x"), "key-2")
