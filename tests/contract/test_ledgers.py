"""The standalone ledger, held to the one contract of all ledgers."""

import asyncio
from contextlib import contextmanager
from dataclasses import replace

import pytest
from carts import till_day
from contract.credits import *  # noqa: F403 - the contract's tests
from contract.ledgers import *  # noqa: F403 - the contract's tests

from pos_bridge.agent.daybook import SqliteDaybook, recording
from pos_bridge.agent.standalone import poster as poster_module
from pos_bridge.agent.standalone import reading
from pos_bridge.agent.standalone.demo_once import demo_sale
from pos_bridge.agent.standalone.demo_shop import ACCOUNTS, WAREHOUSE, goods
from pos_bridge.agent.standalone.kinds.credit import standing_of
from pos_bridge.agent.standalone.ledger import COST_ACCOUNT, STOCK_ACCOUNT, Opening, book_openings
from pos_bridge.agent.standalone.poster import Poster
from pos_bridge.agent.store import Store
from pos_bridge.core.daybook import Arrival
from pos_bridge.core.entry import GENESIS, NUMBERED_KINDS, open_wire, seal
from pos_bridge.core.kinds.credit import issue_body, make_issue
from pos_bridge.core.kinds.standing import Settled
from pos_bridge.core.money import SCALE, parse_decimal
from pos_bridge.core.returns import draft_of_return, make_return, return_body
from pos_bridge.core.sale import DraftLine, Tender, compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.tenders import Payer

NOW = "2026-11-22T11:00:00.000Z"
ARRIVAL = Arrival("T1", "page", NOW)


class StandaloneBooks:
	accounts = ACCOUNTS
	warehouse = WAREHOUSE
	cash, card = "Cash", "Card"

	def __init__(self, store):
		self.store = store
		self.pages = iter(map(open_wire, till_day(40)))
		self.head = GENESIS
		openings = [Opening(each.item.item, WAREHOUSE, each.opening, each.cost_minor) for each in goods()]
		store.write_now(lambda db: book_openings(db, openings, NOW))

	def _seal(self, kind, body):
		page = next(self.pages)
		number = page.receipt_number or f"T1-1-{900_000 + page.sequence}"
		number = number if kind in NUMBERED_KINDS else ""
		wire = seal(replace(page, kind=kind, body=body, previous=self.head, receipt_number=number))
		self.head = wire.hash
		return wire

	seal = _seal

	def sale(self, change=None):
		return self._seal("sale", {**sale_body(demo_sale()), **(change or {})})

	def sale_beyond_stock(self):
		each = goods()[0]
		line = demo_sale().draft.lines[0]
		line = DraftLine(
			each.item.item, each.item.name, each.opening + SCALE, each.item.unit, 100, line.rates
		)
		draft = replace(demo_sale().draft, lines=(line,))
		return self._seal(
			"sale", sale_body(make_sale(draft, [Tender("Cash", "cash", compute(draft).total_minor)]))
		)

	def take_back(self, sold):
		entry = open_wire(sold)
		sale = sale_from_body(entry.body)
		draft = draft_of_return(sale, {n: line.quantity for n, line in enumerate(sale.draft.lines, start=1)})
		tenders = [Tender("Cash", "cash", compute(draft, "return").total_minor)]
		return self._seal("return", return_body(make_return(draft, tenders, entry.id, entry.receipt_number)))

	def issue(self, credit, amount_minor, change=None):
		made = make_issue(
			("EUR", 2), credit, "gift_card", amount_minor, [Tender("Cash", "cash", amount_minor)]
		)
		return self._seal("credit_issue", {**issue_body(made), **(change or {})})

	def pay_with(self, credit):
		draft = demo_sale().draft
		tender = Tender("Gift Card", "gift_card", compute(draft).total_minor, credit)
		return self._seal("sale", sale_body(make_sale(draft, [tender])))

	def onto(self, sold, credit):
		entry = open_wire(sold)
		sale = sale_from_body(entry.body)
		draft = draft_of_return(sale, {n: line.quantity for n, line in enumerate(sale.draft.lines, start=1)})
		tender = Tender("Gift Card", "gift_card", compute(draft, "return").total_minor, credit)
		return self._seal("return", return_body(make_return(draft, [tender], entry.id, entry.receipt_number)))

	def settled(self, wire):
		sql = "SELECT part, kind, amount_minor, short_minor FROM credit_move WHERE entry = ?"
		rows = self.store.read(lambda db: db.execute(sql, (open_wire(wire).id,)).fetchall())
		return [Settled(*row) for row in rows]

	def stands(self, credit):
		found = self.store.read(lambda db: standing_of(db, credit))
		return (found.balance_minor, found.overspent_minor) if found else (0, 0)

	def paid(self, pays, tip=0, exchange=""):
		draft = demo_sale().draft
		tenders = pays(compute(draft).total_minor)
		return self._seal("sale", sale_body(make_sale(draft, tenders, tip, 0, Payer("Ada", exchange))))

	def given_back(self, sold, pays, exchange=""):
		entry = open_wire(sold)
		sale = sale_from_body(entry.body)
		draft = draft_of_return(sale, {n: line.quantity for n, line in enumerate(sale.draft.lines, start=1)})
		tenders = pays(compute(draft, "return").total_minor)
		payer = Payer("Ada", exchange)
		return_ = make_return(draft, tenders, entry.id, entry.receipt_number, payer=payer)
		return self._seal("return", return_body(return_))

	def post(self, *wires):
		self.store.write_now(recording(wires, ARRIVAL))
		asyncio.run(Poster(self.store).post_waiting())

	def retry(self, wire):
		async def again():
			poster = Poster(self.store)
			await poster.retry(open_wire(wire).id)
			await poster.post_waiting()

		asyncio.run(again())

	def state(self, wire):
		stored = SqliteDaybook(self.store).find(open_wire(wire).id)
		return stored.state.value, stored.reason

	def _entry(self, wire):
		return self.store.read(lambda db: reading.entry(db, open_wire(wire).id))

	def _net(self, wire):
		net = {}
		for line in self._entry(wire)["journal"]:
			net[line["account"]] = net.get(line["account"], 0) + line["debit_minor"] - line["credit_minor"]
		return {account: amount for account, amount in net.items() if amount}

	def net(self, wire):
		costs = (COST_ACCOUNT, STOCK_ACCOUNT)
		return {account: amount for account, amount in self._net(wire).items() if account not in costs}

	def cost_is_balanced(self, wire):
		net = self._net(wire)
		return net[COST_ACCOUNT] == -net[STOCK_ACCOUNT] > 0

	def moves(self, wire):
		moves = self._entry(wire)["stock_moves"]
		return {move["item"]: parse_decimal(move["quantity"]) for move in moves}

	def remarks(self, wire):
		return self._entry(wire)["memo"]

	@contextmanager
	def fault(self):
		def broken(*_):
			raise OSError("the disk hiccups")

		with pytest.MonkeyPatch.context() as patch:
			patch.setattr(poster_module.SqliteShelf, "settle", broken)
			yield


@pytest.fixture
def books(tmp_path):
	store = Store(tmp_path / "company.sqlite", "company")
	yield StandaloneBooks(store)
	store.close()
