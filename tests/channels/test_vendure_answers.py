"""What Vendure may answer, without a Vendure: errors in their three forms, and orders that are odd."""

import copy
import json
import lzma
from decimal import Decimal
from pathlib import Path

import pytest

from pos_bridge.channels.base import Handover, Settings
from pos_bridge.channels.http import HttpResponse
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.vendure import Vendure
from pos_bridge.core.errors import Malformed, Rejected, Retryable, Unauthenticated
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import OrderTax, check_order

SIGNED_IN = {"data": {"login": {"__typename": "CurrentUser"}}}
RECORDED = json.loads(
	lzma.decompress((Path(__file__).parent / "vendure_3.7.3_order.json.xz").read_bytes()),
	parse_float=Decimal,
)


class Said:
	"""A transport that lets everybody in and then answers as told, once each, the last for ever."""

	def __init__(self, *answers):
		self.answers, self.asked = list(answers), []

	def send(self, request):
		asked = json.loads(request.body)
		self.asked.append(asked)
		if "login(" in asked["query"]:
			return HttpResponse(200, {"vendure-auth-token": "t"}, json.dumps(SIGNED_IN).encode())
		status, answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
		return HttpResponse(status, {}, answer if isinstance(answer, bytes) else json.dumps(answer).encode())


def vendure(*answers, **options):
	settings = Settings("v", "https://shop.example", "u", "p", ("whsec",), options)
	return Vendure(settings, Said(*answers), Bucket(Budget(1000, 1000)))


def failed(code, message="no"):
	return 200, {"errors": [{"message": message, "extensions": {"code": code}}], "data": None}


@pytest.mark.parametrize(
	("answer", "kind", "code"),
	[
		(failed("FORBIDDEN"), Unauthenticated, "channel_unauthenticated"),
		(failed("ENTITY_NOT_FOUND"), Rejected, "channel_not_found"),
		(failed("USER_INPUT_ERROR"), Rejected, "channel_refused"),
		(failed("INTERNAL_SERVER_ERROR"), Retryable, "channel_fault"),
		((200, {"errors": [{"message": "no"}]}), Retryable, "channel_fault"),
		((200, b"<html>"), Retryable, "channel_answer"),
		((200, b""), Retryable, "channel_answer"),
		((500, b"<html>"), Retryable, "channel_fault"),
		((429, b""), Retryable, "channel_busy"),
		((200, {}), Malformed, "channel_payload"),
		((200, []), Malformed, "channel_payload"),
		((200, {"data": []}), Malformed, "channel_payload"),
		((200, {"data": {"order": None}}), Rejected, "channel_not_found"),
	],
)
def test_each_way_to_fail_is_told_from_the_others(answer, kind, code):
	connector = vendure(answer)
	with pytest.raises(kind) as raised:
		connector.fetch_order("1")
	assert raised.value.code == code


def test_a_result_that_is_an_error_is_refused_in_the_shops_words():
	order = copy.deepcopy(RECORDED["order"])
	result = {"__typename": "X", "errorCode": "INSUFFICIENT_STOCK_ON_HAND_ERROR", "message": "Not enough"}
	connector = vendure(
		(200, {"data": {"order": plain(order)}}),
		(200, {"data": {"activeChannel": {"pricesIncludeTax": True}, "orders": {}}}),
		(200, {"data": {"addFulfillmentToOrder": result}}),
	)
	with pytest.raises(Rejected, match="Not enough") as raised:
		connector.push_fulfilment(Handover("1", ()), "k")
	assert raised.value.code == "channel_refused"


def plain(row):
	return json.loads(json.dumps(row, default=str))


def test_the_session_is_begun_again_once_and_not_for_ever():
	connector = vendure(failed("FORBIDDEN"))
	with pytest.raises(Unauthenticated):
		connector.test_connection()
	assert len([each for each in connector._shop._http._transport.asked if "login(" in each["query"]]) == 2


def test_a_recorded_order_is_read_to_the_cent():
	order = vendure((200, {})).normalise(RECORDED)
	assert check_order(order) == ()
	assert order.total_minor == order.parts_minor
	assert (order.total_minor, order.captured_minor, order.refunded_minor) == (4988, 6987, 2499)
	assert order.credited_minor == 500
	edited, late = order.refunds
	assert [(line.quantity, line.net_minor + line.tax_minor) for line in edited.lines] == [(SCALE, 1999)]
	assert (edited.adjustment_minor, late.adjustment_minor) == (0, 500)
	assert order.charges[0].taxes == (OrderTax("shipping tax", 78, 19 * SCALE),)


def test_several_rates_on_one_line_share_its_tax():
	raw = copy.deepcopy(RECORDED)
	raw["order"]["lines"][0]["taxLines"] = [
		{"description": "State", "taxRate": 6},
		{"description": "City", "taxRate": Decimal("3.5")},
	]
	line = vendure((200, {})).normalise(raw).lines[0]
	assert sum(tax.amount_minor for tax in line.taxes) == line.tax_minor
	assert [tax.rate for tax in line.taxes] == [6 * SCALE, 3_500_000_000]


def test_a_surcharge_and_money_of_three_decimals():
	raw = copy.deepcopy(RECORDED)
	surcharge = {
		"id": "1", "description": "Voucher", "price": -840, "priceWithTax": -1000,
		"taxLines": [{"description": "Standard", "taxRate": 19}],
	}  # fmt: skip
	raw["order"]["surcharges"] = [surcharge]
	raw["order"] |= {
		"total": raw["order"]["total"] - 840,
		"totalWithTax": raw["order"]["totalWithTax"] - 1000,
	}
	order = vendure((200, {})).normalise(raw)
	assert order.charges[-1].taxes == (OrderTax("Standard", -160, 19 * SCALE),)
	assert check_order(order) == ()
	finer = vendure((200, {}), money_decimals="3").normalise(raw)
	assert finer.total_minor == round(order.total_minor / 10)


@pytest.mark.parametrize(
	("name", "value"),
	[
		("lines", None),
		("totalWithTax", "NaN"),
		("totalWithTax", 1.5),
		("id", ""),
		("currencyCode", None),
		("history", {"items": [None]}),
		("payments", [{}]),
		("customer", {"id": None}),
	],
)
def test_an_order_of_another_form_is_malformed(name, value):
	raw = copy.deepcopy(RECORDED)
	raw["order"][name] = value
	with pytest.raises(Malformed):
		vendure((200, {})).normalise(raw)


def test_an_order_of_nobody_without_an_address_is_an_order():
	raw = copy.deepcopy(RECORDED)
	raw["order"] |= {"customer": None, "shippingAddress": None, "billingAddress": None, "fulfillments": None}
	order = vendure((200, {})).normalise(raw)
	assert (order.customer, order.ship_country, order.contact.name) == ("", "", "")
