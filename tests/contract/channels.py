"""One contract for every connector: what holds for the fake holds for each real shop.

A test module imports all of it and brings a fixture `shop` with `connector`, `secret`, `items` (the ids of a
tee at 19.99 and a mug at 5.00, both with 19 % tax in them, 20 pieces each at `locations[0]`), and what people
do at the shop: `place({item: pieces})` ordered and paid, `place(..., paid=False)` only promised,
`capture(order)`, `fulfil(order, line, pieces)`, `edit(order, line, pieces)`, `give_back(order, minor)` an
amount alone, `cancel(order)`; and `deliveries()`, what it has sent so far, as (headers, raw).
"""

from dataclasses import replace

import pytest

from pos_bridge.channels.base import (
	MAX_WEBHOOK_BYTES,
	Handover,
	Hint,
	PriceTarget,
	RefundWish,
	Refusal,
	StockTarget,
)
from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import (
	Contact,
	Moved,
	RefundLine,
	Tracking,
	check_order,
	facts,
	fold,
	snapshot_digest,
	unrecorded,
	vanished,
)

LONG_AGO, FAR_AHEAD = "2020-01-01T00:00:00.000Z", "2090-01-01T00:00:00.000Z"


class Book:
	"""What a company records of a shop's orders: each fact once, whatever it reads how often."""

	def __init__(self, connector):
		self.connector = connector
		self.facts = {}

	def read(self, order):
		"""Read the order and record what is new; the order. What was recorded must not have changed."""
		now = self.connector.normalise(self.connector.fetch_order(order))
		known = [fact for fact in self.facts.values() if fact.body["order"] == order]
		before = fold(known) if known else None
		revision = before.revision + (before.digest != snapshot_digest(now)) if before else 1
		assert not before or vanished(before, now) == []
		missing, changed = unrecorded(
			facts(now, revision), {fact.id: fact.body for fact in self.facts.values()}
		)
		assert changed == []
		self.facts |= {fact.id: fact for fact in missing}
		assert check_order(now) == ()
		return now

	def folded(self, order):
		return fold(fact for fact in self.facts.values() if fact.body["order"] == order).order


def settled(order):
	"""What the books need of an order: promises of money are none of it, nor is who it is for."""
	payments = tuple(each for each in order.payments if each.kind in ("capture", "refund"))
	made = tuple(replace(each, tracking=()) for each in order.fulfilments)
	lines = tuple(replace(line, notes=()) for line in order.lines)
	return replace(
		order,
		lines=lines,
		payments=payments,
		fulfilments=made,
		contact=Contact(),
		changed_at="",
		raw_digest="",
	)


def listed(page_of):
	ids, cursor = [], ""
	while True:
		page = page_of(cursor)
		ids += [each.id for each in page.orders]
		cursor = page.next
		if not cursor:
			return ids


@pytest.fixture
def book(shop):
	return Book(shop.connector)


def test_an_order_is_read_to_the_minor_unit(shop, book):
	tee, mug = shop.items
	order = book.read(shop.place({tee: 3, mug: 1}))
	assert {line.item: line.quantity for line in order.lines} == {tee: 3 * SCALE, mug: SCALE}
	assert {line.item: line.net_minor + line.tax_minor for line in order.lines} == {tee: 5997, mug: 500}
	assert order.total_minor == order.parts_minor
	assert all(tax.rate == 19 * SCALE for line in order.lines for tax in line.taxes)
	assert order.captured_minor == order.total_minor
	assert (order.state, order.currency, order.currency_precision) == ("open", "EUR", 2)
	assert order.credited_minor == 0
	assert all(line.sku for line in order.lines)


def test_many_orders_read_at_once_are_what_each_is_by_itself(shop):
	tee, mug = shop.items
	placed = [shop.place({tee: 1}), shop.place({mug: 2}, paid=False), shop.place({tee: 1, mug: 1})]
	shop.give_back(placed[0], 100)
	together = shop.connector.fetch_orders([*placed, "987654321"])
	read = [replace(shop.connector.normalise(raw), raw_digest="") for raw in together]
	each = (shop.connector.normalise(shop.connector.fetch_order(order)) for order in placed)
	alone = [replace(order, raw_digest="") for order in each]
	assert sorted(read, key=lambda order: order.id) == sorted(alone, key=lambda order: order.id)
	assert shop.connector.capabilities.fetch_size >= len(placed)
	assert shop.connector.fetch_orders([]) == ()


def test_normalising_is_pure(shop):
	order = shop.place({shop.items[0]: 1})
	raw = shop.connector.fetch_order(order)
	assert shop.connector.normalise(raw) == shop.connector.normalise(raw)


def test_a_promise_is_no_money_until_it_is_captured(shop, book):
	order = shop.place({shop.items[0]: 1}, paid=False)
	assert book.read(order).captured_minor == 0
	shop.capture(order)
	now = book.read(order)
	assert now.captured_minor == now.total_minor
	assert book.folded(order).captured_minor == now.total_minor


def test_goods_leave_in_parts(shop, book):
	order = shop.place({shop.items[0]: 3})
	(line,) = book.read(order).lines
	shop.fulfil(order, line.id, 1)
	(first,) = book.read(order).fulfilments
	assert [(each.line, each.quantity) for each in first.lines] == [(line.id, SCALE)]
	shop.fulfil(order, line.id, 2)
	now = book.read(order)
	assert sum(each.quantity for made in now.fulfilments for each in made.lines) == 3 * SCALE
	assert now.fulfilments[0] == first


def test_an_edit_makes_the_order_smaller_and_gives_back_what_was_paid_too_much(shop, book):
	order = shop.place({shop.items[0]: 3})
	before = book.read(order)
	shop.edit(order, before.lines[0].id, 2)
	now = book.read(order)
	assert now.lines[0].quantity == 2 * SCALE
	assert now.lines[0].ordered in (3 * SCALE, 2 * SCALE)  # some shops forget what it was
	assert now.total_minor == before.total_minor - 1999
	assert (now.refunded_minor, now.credited_minor) == (1999, 0)


def test_a_refund_of_an_amount_stands_beside_the_total(shop, book):
	order = shop.place({shop.items[0]: 3})
	before = book.read(order)
	shop.give_back(order, 1000)
	now = book.read(order)
	assert [each.adjustment_minor for each in now.refunds] == [1000]
	assert (now.total_minor, now.refunded_minor, now.credited_minor) == (before.total_minor, 1000, 1000)
	assert [each.refund for each in now.payments if each.kind == "refund"] == [now.refunds[0].id]


def test_a_cancelled_order_is_not_open_and_not_kept(shop, book):
	order = shop.place({shop.items[0]: 1})
	assert order in listed(shop.connector.list_open)
	book.read(order)
	shop.cancel(order)
	assert book.read(order).state == "cancelled"
	assert order not in listed(shop.connector.list_open)


def test_the_books_are_the_same_however_often_an_order_was_read(shop, book):
	tee, mug = shop.items
	order = shop.place({tee: 3, mug: 2}, paid=False)
	steps = [
		lambda: shop.capture(order),
		lambda: shop.fulfil(order, line_of(book.read(order), tee), 1),
		lambda: shop.edit(order, line_of(book.read(order), mug), 1),
		lambda: shop.give_back(order, 300),
	]
	for step in steps:
		book.read(order)
		step()
		book.read(order)
	once = Book(shop.connector)
	once.read(order)
	assert settled(book.folded(order)) == settled(once.folded(order))


def test_whatever_becomes_of_webhooks_the_books_are_the_same(shop):
	"""On, off, doubled and turned round, and late: a scheduled reading at the end makes them equal."""
	ways = {
		"on": lambda new, late: new,
		"off": lambda new, late: [],
		"doubled and turned round": lambda new, late: [*reversed(new), *new],
		"late": lambda new, late: late,
	}
	books = {way: Book(shop.connector) for way in ways}
	tee, mug = shop.items
	order = shop.place({tee: 2, mug: 1}, paid=False)
	first = shop.connector.normalise(shop.connector.fetch_order(order))
	seen, late = 0, []
	for step in (
		lambda: shop.capture(order),
		lambda: shop.fulfil(order, line_of(first, tee), 1),
		lambda: shop.edit(order, line_of(first, mug), 0),
		lambda: shop.give_back(order, 200),
		lambda: shop.fulfil(order, line_of(first, tee), 1),
	):
		step()
		arrived = shop.deliveries()
		new, seen = arrived[seen:], len(arrived)
		for way, understood in ways.items():
			for headers, raw in understood(new, late):
				hint = shop.connector.verify_webhook(headers, raw)
				if isinstance(hint, Hint) and hint.id == order:
					books[way].read(order)
		late = new
	for book in books.values():
		book.read(order)
	folded = [settled(book.folded(order)) for book in books.values()]
	assert folded.count(folded[0]) == len(ways)
	assert folded[0].refunded_minor == 700


def line_of(order, item):
	return next(line.id for line in order.lines if line.item == item)


def test_new_orders_and_open_ones_are_listed_and_nothing_else_is(shop):
	first, second = shop.place({shop.items[0]: 1}), shop.place({shop.items[1]: 1})
	created = listed(lambda cursor: shop.connector.list_created(LONG_AGO, FAR_AHEAD, cursor))
	assert created.index(first) < created.index(second)
	assert len(set(created)) == len(created)
	assert {first, second} <= set(listed(shop.connector.list_open))
	assert listed(lambda cursor: shop.connector.list_created(LONG_AGO, LONG_AGO, cursor)) == []


def test_a_fulfilment_that_is_told_twice_is_one(shop, book):
	order = shop.place({shop.items[0]: 2})
	(line,) = book.read(order).lines
	handover = Handover(order, (Moved(line.id, SCALE),), tracking=Tracking("TRACK-1", "DHL"))
	first = shop.connector.push_fulfilment(handover, "key-f1")
	assert shop.connector.push_fulfilment(handover, "key-f1") == first
	now = book.read(order)
	assert [(made.id, made.lines) for made in now.fulfilments] == [(first, handover.lines)]
	assert now.fulfilments[0].tracking[0].number == "TRACK-1"
	assert shop.connector.push_fulfilment(handover, "key-f2") != first


def test_a_refund_that_is_asked_for_twice_is_one(shop, book):
	order = shop.place({shop.items[0]: 2})
	(line,) = book.read(order).lines
	net = line.net_minor // 2
	lines = (RefundLine(line.id, SCALE, net, 1999 - net),)
	wish = RefundWish(order, 1999, "EUR", lines=lines, reason="Returned at a till" + ", unopened" * 50)
	first = shop.connector.refund(wish, "key-r1")
	assert shop.connector.refund(wish, "key-r1") == first
	now = book.read(order)
	assert [(each.id, each.total_minor) for each in now.refunds] == [(first, 1999)]
	assert (now.refunded_minor, now.credited_minor) == (1999, 1999)
	assert "Returned at a till" in now.refunds[0].reason


def test_more_than_was_paid_is_not_refunded(shop, book):
	order = shop.place({shop.items[0]: 1})
	with pytest.raises(Rejected):
		shop.connector.refund(RefundWish(order, 10**8, "EUR"), "key-much")
	assert book.read(order).refunds == ()


def test_cancelling_twice_is_cancelling(shop, book):
	order = shop.place({shop.items[0]: 1}, paid=False)
	shop.connector.cancel(order, "Out of stock", "key-c1")
	shop.connector.cancel(order, "Out of stock", "key-c1")
	assert book.read(order).state == "cancelled"


def test_what_the_shop_does_not_have_is_said_so(shop):
	for ask in (
		lambda: shop.connector.fetch_order("987654321"),
		lambda: shop.connector.cancel("987654321", "", "key-none"),
	):
		with pytest.raises(Rejected) as raised:
			ask()
		assert raised.value.code == "channel_not_found"


def test_stock_is_set_and_a_wrong_item_stops_no_other(shop):
	tee, mug = shop.items
	location = shop.locations[0]
	targets = [
		StockTarget(tee, 7, location),
		StockTarget("987654321", 1, location),
		StockTarget(mug, 0, location),
	]
	for _ in range(2):
		outcomes = shop.connector.push_stock(targets, "key-s1")
		assert [each.result for each in outcomes] == ["ok", "not_found", "ok"]
		assert [each.item for each in outcomes] == [tee, "987654321", mug]
		levels = shop.connector.read_stock([tee, mug])
		here = {each.item: each.quantity for each in levels if each.location == location}
		assert here == {tee: 7, mug: 0}


def test_prices_are_set(shop, book):
	tee, _ = shop.items
	outcomes = shop.connector.push_prices(
		[PriceTarget(tee, 2499, "EUR"), PriceTarget("987654321", 1, "EUR")], "key-p1"
	)
	assert [each.result for each in outcomes] == ["ok", "not_found"]
	order = book.read(shop.place({tee: 1}))
	assert order.lines[0].net_minor + order.lines[0].tax_minor == 2499


def test_products_and_locations_can_be_mapped(shop):
	products = {each.item: each for each in shop.connector.list_products().products}
	assert set(shop.items) <= set(products)
	assert all(products[item].sku and products[item].title for item in shop.items)
	if shop.connector.capabilities.multi_location:
		assert set(shop.locations) <= {each.id for each in shop.connector.locations()}
	assert shop.connector.test_connection().currency == "EUR"


def test_a_delivery_is_a_hint_of_an_order_and_only_under_its_signature(shop):
	order = shop.place({shop.items[0]: 1})
	understood = [
		(headers, raw, shop.connector.verify_webhook(headers, raw)) for headers, raw in shop.deliveries()
	]
	mine = [each for each in understood if isinstance(each[2], Hint) and each[2].id == order]
	assert mine
	headers, raw, hint = mine[0]
	assert hint.resource == "order"
	assert shop.connector.verify_webhook(headers, raw) == hint
	for forged in (raw + b" ", raw[:-1], b"", raw.replace(b"1", b"2", 1) + b" "):
		assert not isinstance(shop.connector.verify_webhook(headers, forged), Hint)
	assert isinstance(shop.connector.verify_webhook({}, raw), Refusal)
	large = shop.connector.verify_webhook(headers, b"x" * (MAX_WEBHOOK_BYTES + 1))
	assert isinstance(large, Refusal)
	assert large.status == 413


@pytest.mark.parametrize("raw", [{}, {"id": None}, {"order": []}, {"facts": "x"}, {"lines": {}}])
def test_a_payload_that_is_none_is_malformed_and_no_crash(shop, raw):
	with pytest.raises(Malformed):
		shop.connector.normalise(raw)
