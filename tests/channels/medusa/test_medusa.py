"""The contract, and what is Medusa's own, against a real Medusa that is started here. `make soak` runs it."""

import os
from decimal import Decimal

import pytest
from channels.medusa.people import Peer, Shop
from channels.medusa.server import EMAIL, PASSWORD, Server
from channels.peers import NotInstalled
from contract.channels import *  # noqa: F403 - the contract's tests
from contract.channels import Book, line_of, listed

from pos_bridge.channels.base import Handover, PriceTarget, Settings, StockLevel, StockTarget
from pos_bridge.channels.medusa import Medusa
from pos_bridge.core.errors import Rejected, Unauthenticated
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Moved

if not os.environ.get("POS_BRIDGE_MEDUSA"):
	pytest.skip(
		"a real Medusa takes minutes to install (680 MB): `make soak ONLY=medusa` runs it",
		allow_module_level=True,
	)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def medusa(tmp_path_factory):
	try:
		server = Server(tmp_path_factory.mktemp("medusa"))
	except NotInstalled as error:
		pytest.fail(f"asked for, and not run against a real Medusa: {error}")
	yield Shop(server.url, EMAIL, PASSWORD, server.inbox)
	server.stop()


@pytest.fixture
def shop(medusa):
	return Peer(medusa)


def test_money_that_moves_does_not_show_in_the_list_of_changed_orders(shop):
	"""Why open orders are read again each time, whatever the list says."""
	order = shop.place({shop.items[0]: 2}, paid=False)
	before = shop.connector.fetch_order(order)["order"]["updated_at"]
	shop.capture(order)
	assert shop.connector.fetch_order(order)["order"]["updated_at"] == before
	assert order in listed(shop.connector.list_open)


def test_an_order_to_fetch_waits_at_its_location(shop):
	city = shop.locations[1]
	shop.connector.push_stock([StockTarget(shop.items[1], 5, city)], "k")
	order = shop.place({shop.items[1]: 1}, shipping="fetch")
	read = Book(shop.connector).read(order)
	assert (read.pickup, read.total_minor) == (city, 500)
	handover = Handover(order, (Moved(read.lines[0].id, SCALE),), city, picked_up=True)
	made = shop.connector.push_fulfilment(handover, "key-pickup")
	assert shop.connector.push_fulfilment(handover, "key-pickup") == made
	done = Book(shop.connector).read(order)
	assert (done.state, done.fulfilments[0].location) == ("closed", city)


def test_goods_come_back_at_another_location(shop):
	"""Medusa wants a level there, be it of nothing."""
	shop.connector.push_stock([StockTarget(shop.items[0], 0, shop.locations[1])], "k")
	order = shop.place({shop.items[0]: 2})
	book = Book(shop.connector)
	line = line_of(book.read(order), shop.items[0])
	shop.fulfil(order, line, 2)
	book.read(order)
	made = shop.take_back(order, line, 1, shop.locations[1])
	(returned,) = book.read(order).returns
	assert (returned.id, returned.location) == (made, shop.locations[1])
	assert returned.lines == (Moved(line, SCALE),)
	shop.give_back(order, 1999)
	now = book.read(order)
	assert (now.lines[0].quantity, now.lines[0].ordered) == (SCALE, 2 * SCALE)
	assert (now.total_minor, now.refunded_minor, now.credited_minor) == (1999 + 490, 1999, 0)
	assert now.state == "closed"


def test_what_the_shop_does_not_round_is_rounded_once(shop):
	order = shop.place({shop.items[0]: 3})
	raw = shop.connector.fetch_order(order)["order"]
	assert Decimal(raw["tax_total"]) != round(Decimal(raw["tax_total"]), 2)
	read = Book(shop.connector).read(order)
	assert read.total_minor == 5997 + 490


def test_prices_of_another_currency_and_of_a_region_stay(shop, medusa):
	tee = shop.items[0]
	region = {"currency_code": "eur", "amount": 15, "rules": {"region_id": medusa.region}}
	path = f"/admin/product-variants?id={tee}&fields=id,product_id,*prices,*prices.price_rules"
	row = medusa.admin.get(path)["variants"][0]
	plain = {"id": row["prices"][0]["id"], "currency_code": "eur", "amount": 19.99}
	medusa.admin.post(f"/admin/products/{row['product_id']}/variants/{tee}", prices=[plain, region])
	for target in (PriceTarget(tee, 2999, "USD"), PriceTarget(tee, 2499, "EUR")):
		assert [each.result for each in shop.connector.push_prices([target], "k")] == ["ok"]
	prices = medusa.admin.get(path)["variants"][0]["prices"]
	assert sorted((each["currency_code"], each["amount"], bool(each["rules"])) for each in prices) == [
		("eur", 15, True),
		("eur", 24.99, False),
		("usd", 29.99, False),
	]


def test_a_level_that_is_not_there_yet_is_made(shop):
	tee, _ = shop.items
	here, there = shop.locations
	assert {each.location for each in shop.connector.read_stock([tee])} == {here}
	outcomes = shop.connector.push_stock([StockTarget(tee, 3, here), StockTarget(tee, 4, there)], "k")
	assert [each.result for each in outcomes] == ["ok", "ok"]
	assert set(shop.connector.read_stock([tee])) == {StockLevel(tee, 3, here), StockLevel(tee, 4, there)}


def test_a_wrong_key_is_for_a_person_and_a_wrong_id_is_no_path(shop, medusa):
	with pytest.raises(Unauthenticated):
		Medusa(Settings("m", medusa.url, secret="sk_wrong")).test_connection()
	for order in ("../products", "order_1?fields=x", "order_1/cancel"):
		with pytest.raises(Rejected):
			shop.connector.fetch_order(order)


def test_who_ordered_is_read(shop):
	order = Book(shop.connector).read(shop.place({shop.items[0]: 1}))
	assert (order.contact.name, order.contact.email) == ("Ann Example", "ann@example.com")
	assert (order.contact.shipping.city, order.ship_country) == ("Berlin", "DE")
