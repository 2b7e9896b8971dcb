"""The fake keeps the contract, and does all that real shops were seen to do."""

from random import Random

import pytest
from contract.channels import *  # noqa: F403 - the contract's tests
from contract.channels import FAR_AHEAD, LONG_AGO, Book, listed, settled
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.channels.base import Handover, Hint, Ping, RefundWish, Settings, StockTarget
from pos_bridge.channels.fake import Fake, FakeProduct, FakeShop, Trouble, troubled
from pos_bridge.core.errors import Rejected, Retryable
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Address, Contact, Moved

ANN = Contact("Ann Example", "ann@example.com", shipping=Address(country="DE", city="Berlin"))


class Clock:
	"""A second for every look."""

	def __init__(self):
		self.seconds = 0

	def __call__(self):
		self.seconds += 1
		minutes, seconds = divmod(self.seconds, 60)
		return f"2026-11-22T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.000Z"


class Peer:
	"""People at the fake shop."""

	secret, items, locations = "whsec", ("tee", "mug"), ("dc", "city")

	def __init__(self, **options):
		products = (
			FakeProduct("tee", "Tee", 1999, "TEE", "4006381333931", {"dc": 20}),
			FakeProduct("mug", "Mug", 500, "MUG", "", {"dc": 20}),
		)
		self.fake = FakeShop(products, "web", self.secret, Clock(), **options)
		self.connector = Fake(
			Settings("web", "https://shop.example", secrets=(self.secret,)), self.fake, Trouble()
		)
		self.capture, self.cancel = self.fake.capture, self.fake.cancel
		self.edit, self.give_back = self.fake.edit, self.fake.refund

	def place(self, wanted, paid=True):
		return self.fake.place(wanted, ANN, pays="capture" if paid else "authorisation")

	def fulfil(self, order, line, pieces):
		return self.fake.fulfil(order, [Moved(line, pieces * SCALE)])

	def deliveries(self):
		return [(each.headers, each.body) for each in self.fake.deliveries]


@pytest.fixture
def shop():
	return Peer()


def test_last_pieces_are_sold_once_or_more_often_where_the_shop_does_not_look(shop):
	shop.fake.place({"mug": 20})
	with pytest.raises(Rejected, match="sold out"):
		shop.fake.place({"mug": 1})
	careless = Peer(oversells=True)
	for _ in range(4):
		careless.fake.place({"mug": 20})
	assert careless.fake.products["mug"].available == -60


def test_stock_that_is_not_as_expected_is_stale(shop):
	shop.fake.drift("tee", -2)
	(outcome,) = shop.connector.push_stock([StockTarget("tee", 30, "dc", expected=20)], "k")
	assert (outcome.result, outcome.found) == ("stale", 18)
	(outcome,) = shop.connector.push_stock([StockTarget("tee", 30, "dc", expected=18)], "k")
	assert outcome.result == "ok"


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_done_twice(shop):
	order = shop.place({"tee": 2})
	(line,) = Book(shop.connector).read(order).lines
	shop.connector.trouble.after = [Retryable("lost")]
	handover = Handover(order, (Moved(line.id, SCALE),))
	with pytest.raises(Retryable):
		shop.connector.push_fulfilment(handover, "k1")
	made = shop.connector.push_fulfilment(handover, "k1")
	shop.connector.trouble.after = [Retryable("lost")]
	wish = RefundWish(order, 1999, "EUR")
	with pytest.raises(Retryable):
		shop.connector.refund(wish, "k2")
	refund = shop.connector.refund(wish, "k2")
	now = Book(shop.connector).read(order)
	assert [each.id for each in now.fulfilments] == [made]
	assert [each.id for each in now.refunds] == [refund]


def test_goods_come_back_at_another_location(shop):
	order = shop.place({"tee": 2})
	(line,) = Book(shop.connector).read(order).lines
	shop.fulfil(order, line.id, 2)
	shop.fake.take_back(order, [Moved(line.id, SCALE)], "city")
	(returned,) = Book(shop.connector).read(order).returns
	assert (returned.location, returned.lines) == ("city", (Moved(line.id, SCALE),))
	assert shop.fake.products["tee"].on_hand == {"dc": 18, "city": 1}


def test_an_order_that_waits_for_money_is_pending_until_it_came(shop):
	order = shop.fake.place({"tee": 1}, pays="later")
	assert Book(shop.connector).read(order).state == "pending"
	shop.fake.capture(order)
	assert Book(shop.connector).read(order).state == "open"


def test_an_order_to_fetch_is_handed_over_where_it_waits(shop):
	order = shop.fake.place({"tee": 1}, pickup="city")
	read = Book(shop.connector).read(order)
	assert (read.pickup, read.charges) == ("city", ())
	shop.connector.push_fulfilment(Handover(order, (Moved(read.lines[0].id, SCALE),), picked_up=True), "k")
	done = Book(shop.connector).read(order)
	assert (done.fulfilments[0].location, done.state) == ("city", "closed")


def test_a_ping_and_signed_garbage_are_no_orders(shop):
	order = shop.place({"tee": 1})
	arrived = troubled(shop.fake, shop.fake.deliveries, Random(1))
	understood = [shop.connector.verify_webhook(each.headers, each.body) for each in arrived]
	assert {type(each) for each in understood} == {Hint, Ping}
	assert {each.id for each in understood if isinstance(each, Hint)} == {order}


@given(st.randoms(use_true_random=False))
def test_whatever_becomes_of_webhooks_the_books_are_the_same(dice):
	shop = Peer()
	by_hints, by_rounds = Book(shop.connector), Book(shop.connector)
	first, second = shop.place({"tee": 3, "mug": 1}), shop.place({"tee": 1}, paid=False)
	line = shop.fake.orders[first].lines[0].id
	for step in (
		lambda: shop.fulfil(first, line, 1),
		lambda: shop.edit(first, line, 2),
		lambda: shop.capture(second),
		lambda: shop.give_back(first, 500),
		lambda: shop.fulfil(first, line, 1),
	):
		step()
		arriving, shop.fake.deliveries = troubled(shop.fake, shop.fake.deliveries, dice), []
		for delivery in arriving:
			hint = shop.connector.verify_webhook(delivery.headers, delivery.body)
			if isinstance(hint, Hint):
				by_hints.read(hint.id)
	for book in (by_hints, by_rounds):
		for order in listed(lambda cursor: shop.connector.list_created(LONG_AGO, FAR_AHEAD, cursor)):
			book.read(order)
	for order in (first, second):
		assert settled(by_hints.folded(order)) == settled(by_rounds.folded(order))
