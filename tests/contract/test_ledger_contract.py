"""The ledger: every effect once, balanced, with its cost; what the books refuse is held, the rest goes on."""

import asyncio
from dataclasses import replace

import pytest
from carts import return_of, till_day
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.agent.daybook import SqliteDaybook, SqliteShelf, recording
from pos_bridge.agent.standalone import poster as poster_module
from pos_bridge.agent.standalone import reading
from pos_bridge.agent.standalone.demo_once import demo_sale
from pos_bridge.agent.standalone.demo_shop import WAREHOUSE, goods
from pos_bridge.agent.standalone.ledger import Level, Opening, book, book_openings, cost_of, level_of
from pos_bridge.agent.standalone.poster import Poster
from pos_bridge.agent.store import Store
from pos_bridge.core.daybook import Arrival, State
from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.errors import PosBridgeError, Rejected, Retryable
from pos_bridge.core.journal import Effect, JournalLine, StockMove
from pos_bridge.core.money import SCALE
from pos_bridge.core.returns import return_body
from pos_bridge.core.sale_body import sale_body

ARRIVAL = Arrival("T1", "page", "2026-11-22T11:00:00.000Z")
NOW = "2026-11-22T11:00:00.000Z"


@pytest.fixture
def store(tmp_path):
	store = Store(tmp_path / "company.sqlite", "company")
	yield store
	store.close()


def chain(*bodies):
	"""A chain of sales with these bodies, and returns where one says what it is against."""
	wires = []
	for entry, body in zip(map(open_wire, till_day(4)), bodies, strict=False):
		previous = wires[-1].hash if wires else entry.previous
		kind = "return" if "against" in body else "sale"
		wires.append(seal(replace(entry, kind=kind, body=body, previous=previous)))
	return wires


def good():
	return sale_body(demo_sale())


async def post(store, wires):
	await store.write(recording(wires, ARRIVAL))
	poster = Poster(store)
	faults = await poster.post_waiting()
	return poster, faults


def states(store):
	return [(stored.state, stored.reason) for stored in SqliteDaybook(store).after(0, 100)]


def book_stock(store, count=0):
	openings = [Opening(each.item.item, WAREHOUSE, each.opening, each.cost_minor) for each in goods(count)]
	store.write_now(lambda db: book_openings(db, openings, NOW))


async def test_a_sale_is_booked_balanced_with_its_taxes_tenders_and_cost(store):
	book_stock(store)
	await post(store, chain(good()))
	id = SqliteDaybook(store).after(0, 1)[0].entry.id
	booked = store.read(lambda db: reading.entry(db, id))
	assert booked["state"] == "posted"
	net = {}
	for line in booked["journal"]:
		net[line["account"]] = net.get(line["account"], 0) + line["debit_minor"] - line["credit_minor"]
	assert net == {
		"Debtors": 0,
		"Sales": -1922,
		"VAT 19 % Payable": -54,
		"VAT 7 % Payable": -115,
		"Cash": 2091,
		"Cost of Goods Sold": 1081,
		"Stock In Hand": -1081,
	}
	moves = [(move["item"], move["quantity"], move["value_minor"]) for move in booked["stock_moves"]]
	assert moves == [("BEA-01", "-2", -924), ("BAR-04", "-1", -79), ("40104", "-0.75", -78)]


async def test_a_return_of_all_of_it_leaves_accounts_and_shelves_as_they_were(store):
	book_stock(store)
	before = store.read(reading.balances)
	sale = demo_sale()
	await post(store, chain(sale_body(sale), return_body(return_of(sale))))
	assert states(store) == [(State.POSTED, "")] * 2
	after = store.read(reading.balances)
	left = {each["account"]: each["balance_minor"] for each in after["accounts"] if each["balance_minor"]}
	assert left == {each["account"]: each["balance_minor"] for each in before["accounts"]}
	for opening in goods(0):
		level = store.read(lambda db, item=opening.item.item: level_of(db, item, WAREHOUSE))
		assert level.quantity == opening.opening


async def test_goods_that_come_back_come_in_at_the_moving_average_cost(store):
	store.write_now(lambda db: book_openings(db, [Opening("BEA-01", WAREHOUSE, 5 * SCALE, 462)], NOW))
	sale = demo_sale()
	await post(store, chain(sale_body(sale), return_body(return_of(sale, {1: SCALE}))))
	id = SqliteDaybook(store).after(0, 2)[1].entry.id
	booked = store.read(lambda db: reading.entry(db, id))
	moves = [(move["item"], move["quantity"], move["value_minor"]) for move in booked["stock_moves"]]
	assert moves == [("BEA-01", "1", 462)]
	net = {line["account"]: line["debit_minor"] - line["credit_minor"] for line in booked["journal"]}
	assert (net["Stock In Hand"], net["Cost of Goods Sold"]) == (462, -462)
	assert net["Cash"] == sum(tender.amount_minor for tender in return_of(sale, {1: SCALE}).sale.tenders)


@pytest.mark.parametrize(
	("change", "words"),
	[
		({"currency": "USD"}, "return is in 'USD', the books are in EUR"),
		({"change_minor": 1}, "exactly its total"),
		({"against": {"entry": ""}}, "against"),
	],
)
async def test_a_return_that_the_books_refuse_is_held_with_its_reason(store, change, words):
	sale = demo_sale()
	await post(store, chain(sale_body(sale), {**return_body(return_of(sale)), **change}))
	posted, (held, reason) = states(store)
	assert posted == (State.POSTED, "")
	assert held is State.HELD
	assert words in reason


async def test_the_trial_balance_adds_up_to_zero_and_says_what_lies_on_the_shelves(store):
	book_stock(store)
	await post(store, chain(good(), good(), good()))
	balances = store.read(reading.balances)
	assert balances["balance_minor"] == 0
	assert balances["debit_minor"] == balances["credit_minor"] > 0
	on_the_books = next(each for each in balances["accounts"] if each["account"] == "Stock In Hand")
	levels = store.read(lambda db: db.execute("SELECT sum(value_minor) FROM stock_level").fetchone()[0])
	assert on_the_books["balance_minor"] == levels


async def test_posting_again_changes_nothing(store):
	book_stock(store)
	poster, _ = await post(store, chain(good()))
	before = store.read(reading.balances)
	await poster.post_waiting()
	await store.write(recording(chain(good()), ARRIVAL))
	await poster.post_waiting()
	assert store.read(reading.balances) == before


@pytest.mark.parametrize(
	("change", "words"),
	[
		({"total_minor": 1}, "not what its lines come to"),
		({"currency": "USD"}, "books are in EUR"),
		({"lines": "none"}, "protocol"),
		({"tenders": [{"tender": "Shells", "kind": "cash", "amount_minor": 5000}]}, "Shells"),
	],
)
async def test_what_the_books_refuse_is_held_with_its_reason_and_the_next_is_booked(store, change, words):
	await post(store, chain({**good(), **change}, good()))
	(held, reason), posted = states(store)
	assert held is State.HELD
	assert words in reason
	assert posted == (State.POSTED, "")
	lines = store.read(
		lambda db: db.execute("SELECT count(DISTINCT booking) FROM journal_line").fetchone()[0]
	)
	assert lines == 1


async def test_a_held_entry_is_tried_again_when_the_accountant_says_so(store):
	poster, _ = await post(store, chain({**good(), "currency": "USD"}, good()))
	held, posted = SqliteDaybook(store).after(0, 2)
	await poster.retry(held.entry.id)
	assert SqliteDaybook(store).find(held.entry.id).state is State.WAITING
	await poster.post_waiting()
	assert SqliteDaybook(store).find(held.entry.id).state is State.HELD
	with pytest.raises(Rejected, match="not held"):
		await poster.retry(posted.entry.id)


async def test_a_fault_leaves_no_trace_and_the_entry_waits_visibly_for_the_next_try(store, monkeypatch):
	from pos_bridge.agent.standalone import poster as module

	def broken(*_):
		raise OSError("the disk hiccups")

	with monkeypatch.context() as patch:
		patch.setattr(module.SqliteShelf, "settle", broken)
		poster, faults = await post(store, chain(good()))
	assert faults == 1
	assert "hiccups" in poster.last_error
	assert states(store) == [(State.WAITING, "")]
	assert store.read(reading.balances)["accounts"] == []
	assert await poster.post_waiting() == 0
	assert states(store) == [(State.POSTED, "")]


async def test_what_is_sold_beyond_the_stock_is_booked_at_the_last_cost_and_said(store):
	store.write_now(lambda db: book_openings(db, [Opening("BEA-01", WAREHOUSE, SCALE, 462)], NOW))
	await post(store, chain(good()))
	id = SqliteDaybook(store).after(0, 1)[0].entry.id
	booked = store.read(lambda db: reading.entry(db, id))
	assert booked["state"] == "posted"
	assert "BEA-01 is below zero: -1" in booked["memo"]
	assert "No cost is known for BAR-04" in booked["memo"]
	level = store.read(lambda db: level_of(db, "BEA-01", WAREHOUSE))
	assert (level.quantity, level.value_minor) == (-SCALE, -462)


def test_opening_stock_is_booked_once_for_each_item(store):
	book_stock(store)
	before = store.read(reading.balances)
	book_stock(store)
	assert store.read(reading.balances) == before
	book_stock(store, count=210)
	after = store.read(reading.balances)
	assert after["debit_minor"] > before["debit_minor"]
	assert after["balance_minor"] == 0


def test_a_journal_that_does_not_balance_is_never_booked(store):
	effect = Effect((JournalLine("Cash", 100, 0), JournalLine("Sales", 0, 99)))
	with pytest.raises(PosBridgeError, match="balance"):
		store.write_now(lambda db: book(db, "x", effect, NOW))
	assert store.read(reading.balances)["accounts"] == []


@pytest.mark.parametrize(
	"sql",
	[
		"UPDATE journal_line SET account = 'Elsewhere'",
		"DELETE FROM journal_line",
		"UPDATE stock_move SET quantity = '0'",
		"DELETE FROM stock_move",
		"UPDATE entry SET text = '{}'",
		"DELETE FROM entry",
	],
)
async def test_what_is_booked_is_never_edited(store, sql):
	book_stock(store)
	await post(store, chain(good()))
	with pytest.raises(Exception, match="never"):
		store.write_now(lambda db: db.execute(sql).rowcount)


@given(
	st.integers(0, 10**6),
	st.integers(0, 10**9),
	st.integers(0, 10**5),
	st.lists(st.integers(1, 10**6), max_size=9),
)
def test_the_cost_of_all_that_leaves_is_the_value_that_was_there(quantity, value, unit_cost, parts):
	level = Level(quantity * SCALE, value if quantity else 0, unit_cost)
	left = level
	for part in parts:
		cost = cost_of(left, part * SCALE)
		left = replace(left, quantity=left.quantity - part * SCALE, value_minor=left.value_minor - cost)
	if left.quantity == 0:
		assert left.value_minor == 0
	if left.quantity < 0:
		assert left.value_minor == unit_cost * (left.quantity // SCALE)


@given(
	st.integers(0, 3 * SCALE),
	st.integers(0, 10**6),
	st.integers(0, 10**5),
	st.lists(st.integers(-2 * SCALE, 2 * SCALE), max_size=9),
)
def test_an_empty_shelf_is_worth_nothing_whatever_left_and_came_back(quantity, value, unit_cost, parts):
	left = Level(quantity, value if quantity else 0, unit_cost)
	for part in [*parts, None]:
		taken = left.quantity if part is None else part
		cost = cost_of(left, taken)
		left = replace(left, quantity=left.quantity - taken, value_minor=left.value_minor - cost)
	assert (left.quantity, left.value_minor) == (0, 0)


async def test_entries_are_found_by_receipt_number_page_by_page(store):
	wires = till_day(12)
	await post(store, wires)
	first = store.read(lambda db: reading.entries(db, 2**53, 5, ""))
	second = store.read(lambda db: reading.entries(db, first["next"], 50, ""))
	assert [each["sequence"] for each in first["entries"] + second["entries"]] == list(range(12, 0, -1))
	found = store.read(lambda db: reading.entries(db, 2**53, 50, "T1-1-000003"))
	assert [each["receipt_number"] for each in found["entries"]] == ["T1-1-000003"]
	assert store.read(lambda db: reading.entries(db, 2**53, 50, "%_"))["entries"] == []


async def test_a_disk_that_refuses_for_a_moment_does_not_end_the_posting(store, monkeypatch):
	monkeypatch.setattr(poster_module, "FAULT_SECONDS", 0.01)
	refusals = [Retryable("the disk is full"), Retryable("the disk is full")]
	settle = SqliteShelf.settle

	def refused(shelf, *arguments):
		if refusals:
			raise refusals.pop()
		settle(shelf, *arguments)

	monkeypatch.setattr(SqliteShelf, "settle", refused)
	await store.write(recording(chain({"total_minor": 1}), ARRIVAL))
	poster = Poster(store)
	poster.start()
	for _ in range(500):
		if states(store)[0][0] is State.HELD:
			break
		await asyncio.sleep(0.01)
	await poster.stop()
	assert states(store)[0][0] is State.HELD
	assert refusals == []


def test_a_stock_move_is_kept_exactly(store):
	moves = (StockMove("X", WAREHOUSE, -123_456_789_012 * SCALE - 1),)
	store.write_now(lambda db: book(db, "x", Effect((), moves), NOW))
	level = store.read(lambda db: level_of(db, "X", WAREHOUSE))
	assert level.quantity == -123_456_789_012 * SCALE - 1
