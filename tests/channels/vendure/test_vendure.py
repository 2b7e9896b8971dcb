"""The contract, and what is Vendure's own, against a real Vendure that is started here."""

import pytest
from channels.peers import NotInstalled
from channels.vendure.people import Peer, Shop
from channels.vendure.server import Server
from contract.channels import *  # noqa: F403 - the contract's tests
from contract.channels import FAR_AHEAD, LONG_AGO, Book, listed

from pos_bridge.channels.base import Handover, PriceTarget, RefundWish, Settings, StockLevel, StockTarget
from pos_bridge.channels.vendure import Vendure
from pos_bridge.core.errors import Rejected, Unauthenticated
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Moved, RefundLine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def vendure(tmp_path_factory):
	try:
		server = Server(tmp_path_factory.mktemp("vendure"))
	except NotInstalled as error:
		pytest.skip(f"not run against a real Vendure: {error}")
	yield Shop(server)
	server.stop()


@pytest.fixture
def shop(vendure):
	return Peer(vendure)


def test_changes_of_money_and_goods_do_not_show_in_the_list_of_changed_orders(shop):
	"""Why open orders are read again each time, whatever the list says."""
	order = shop.place({shop.items[0]: 2}, paid=False)
	before = shop.connector.fetch_order(order)["order"]["updatedAt"]
	shop.capture(order)
	assert shop.connector.fetch_order(order)["order"]["updatedAt"] == before
	assert order in listed(shop.connector.list_open)


def test_an_order_to_fetch_waits_at_its_location(shop):
	order = shop.place({shop.items[1]: 1}, shipping="Fetch")
	read = Book(shop.connector).read(order)
	assert (read.pickup, read.total_minor) == (shop.locations[1], 500)
	handover = Handover(order, (Moved(read.lines[0].id, SCALE),), picked_up=True)
	shop.connector.push_fulfilment(handover, "key-pickup")
	assert Book(shop.connector).read(order).state == "closed"
	raw = shop.connector.fetch_order(order)["order"]
	assert (raw["state"], raw["fulfillments"][0]["state"]) == ("Delivered", "Delivered")


def test_a_handover_that_was_interrupted_is_finished(shop):
	order = shop.place({shop.items[1]: 1})
	(line,) = Book(shop.connector).read(order).lines
	handover = Handover(order, (Moved(line.id, SCALE),))
	made = shop.connector.push_fulfilment(handover, "key-half")
	assert shop.connector.push_fulfilment(Handover(order, handover.lines, picked_up=True), "key-half") == made
	assert shop.connector.fetch_order(order)["order"]["state"] == "Delivered"


def test_goods_that_were_cancelled_after_they_had_left_came_back(shop):
	order = shop.place({shop.items[0]: 2})
	book = Book(shop.connector)
	(line,) = book.read(order).lines
	shop.fulfil(order, line.id, 2)
	book.read(order)
	shop.cancel(order, [{"orderLineId": line.id, "quantity": 1}])
	now = book.read(order)
	assert [(each.lines, each.version) for each in now.returns] == [((Moved(line.id, SCALE),), SCALE)]
	levels = shop.connector.read_stock([shop.items[0]])
	assert next(each.quantity for each in levels if each.location == shop.locations[0]) == 19


def test_a_cancelled_fulfilment_is_undone(shop):
	order = shop.place({shop.items[0]: 1})
	book = Book(shop.connector)
	(line,) = book.read(order).lines
	made = shop.fulfil(order, line.id, 1)
	assert book.read(order).fulfilments[0].cancelled_at == ""
	shop.move_fulfilment(made, "Cancelled")
	now = book.read(order)
	assert now.fulfilments[0].cancelled_at
	assert book.folded(order).fulfilments[0].cancelled_at == now.fulfilments[0].cancelled_at


def test_a_line_that_is_cancelled_and_refunded_lowers_the_total_once(shop):
	order = shop.place({shop.items[0]: 3})
	book = Book(shop.connector)
	before = book.read(order)
	(line,) = before.lines
	shop.cancel(order, [{"orderLineId": line.id, "quantity": 1}])
	shop.give_back(order, 1999)
	now = book.read(order)
	assert (now.total_minor, now.refunded_minor, now.credited_minor) == (before.total_minor - 1999, 1999, 0)


def test_cancelling_leaves_alone_what_has_left(shop):
	order = shop.place({shop.items[0]: 3})
	(line,) = Book(shop.connector).read(order).lines
	shop.fulfil(order, line.id, 1)
	for _ in range(2):
		shop.connector.cancel(order, "Out of stock", "key-rest")
	now = Book(shop.connector).read(order)
	assert (now.lines[0].quantity, now.returns) == (SCALE, ())
	assert now.state == "closed"


def test_a_promise_of_a_cancelled_order_is_let_go(shop):
	order = shop.place({shop.items[0]: 1}, paid=False)
	shop.connector.cancel(order, "", "key-void")
	assert [each.kind for each in Book(shop.connector).read(order).payments] == ["void"]


def test_a_refund_says_which_goods_it_is_for(shop):
	order = shop.place({shop.items[0]: 2, shop.items[1]: 1})
	tee = next(line for line in Book(shop.connector).read(order).lines if line.item == shop.items[0])
	lines = (RefundLine(tee.id, SCALE, 1680, 319),)
	wish = RefundWish(order, 1999 + 490, "EUR", lines=lines, shipping_minor=490)
	shop.connector.refund(wish, "key-parts")
	(refund,) = Book(shop.connector).read(order).refunds
	assert refund.lines == lines
	assert refund.adjustment_minor == 490


def test_levels_of_two_locations_are_set_at_once(shop):
	tee, _ = shop.items
	here, there = shop.locations
	outcomes = shop.connector.push_stock([StockTarget(tee, 3, here), StockTarget(tee, 4, there)], "k")
	assert [each.result for each in outcomes] == ["ok", "ok"]
	assert set(shop.connector.read_stock([tee])) == {StockLevel(tee, 3, here), StockLevel(tee, 4, there)}
	shop.connector.push_stock([StockTarget(tee, 5)], "k")
	assert StockLevel(tee, 5, here) in shop.connector.read_stock([tee])


def test_fifty_levels_go_in_one_call(shop, vendure):
	items = [vendure.product("Bulk", 100) for _ in range(50)]
	targets = [StockTarget(item, number, shop.locations[0]) for number, item in enumerate(items)]
	assert {each.result for each in shop.connector.push_stock(targets, "k")} == {"ok"}
	here = [each for each in shop.connector.read_stock(items) if each.location == shop.locations[0]]
	assert sorted(each.quantity for each in here) == list(range(50))
	with pytest.raises(Rejected):
		shop.connector.read_stock(["1"] * 101)


def test_a_price_in_a_currency_that_the_shop_has_not_is_refused(shop):
	(outcome,) = shop.connector.push_prices([PriceTarget(shop.items[0], 100, "USD")], "k")
	assert outcome.result == "refused"


def test_a_wrong_password_is_for_a_person_and_a_session_that_ended_is_not(shop, vendure):
	wrong = Vendure(Settings("v", vendure.server.url, "superadmin", "wrong"))
	with pytest.raises(Unauthenticated):
		wrong.test_connection()
	shop.connector.test_connection()
	shop.connector._shop._token = "long gone"
	assert shop.connector.test_connection().software == "Vendure"


def test_pages_are_followed(shop, monkeypatch):
	monkeypatch.setattr("pos_bridge.channels.vendure.connector.TAKE", 2)
	placed = [shop.place({shop.items[1]: 1}) for _ in range(3)]
	created = listed(lambda cursor: shop.connector.list_created(LONG_AGO, FAR_AHEAD, cursor))
	assert [order for order in created if order in placed] == placed
	assert set(placed) <= set(listed(shop.connector.list_open))
	assert set(placed) <= set(listed(lambda cursor: shop.connector.list_changed(LONG_AGO, cursor)))


def test_who_ordered_is_read(shop):
	order = Book(shop.connector).read(shop.place({shop.items[0]: 1}))
	assert (order.contact.name, order.contact.email) == ("Ann Example", "ann@example.com")
	assert order.contact.email_verified is False
	assert (order.contact.shipping.city, order.ship_country) == ("Berlin", "DE")
