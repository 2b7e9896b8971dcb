"""One contract for every ledger: SQLite and ERPNext book the same entries to the same effect, once.

A test module imports all of it and brings a fixture `books` (see `Books`), which may share its stock.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pytest

from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.journal import Accounts, effect_of
from pos_bridge.core.tenders import Foreign, Tender

Pays = Callable[[int], Sequence[Tender]]
"""The tenders for a total."""


class Books(Protocol):
	"""A ledger as the contract sees it."""

	accounts: Accounts
	warehouse: str

	def sale(self, change: Mapping[str, Any] | None = None) -> WireEntry:
		"""The till's next sale, of goods that are in stock; `change` replaces fields of its body."""

	def sale_beyond_stock(self) -> WireEntry: ...

	cash: str
	card: str
	"""Tenders."""

	def take_back(self, sold: WireEntry) -> WireEntry:
		"""The till's next entry: all of a sale comes back."""

	def paid(self, pays: Pays, tip: int = 0, exchange: str = "") -> WireEntry:
		"""The till's next sale, of goods in stock, by a customer with a hundred points, paid so."""

	def given_back(self, sold: WireEntry, pays: Pays, exchange: str = "") -> WireEntry:
		"""The till's next entry: all of a sale comes back, and this is given for it."""

	def post(self, *wires: WireEntry) -> None:
		"""Record them and post all that waits."""

	def retry(self, wire: WireEntry) -> None: ...

	def state(self, wire: WireEntry) -> tuple[str, str]:
		"""State and reason."""

	def net(self, wire: WireEntry) -> dict[str, int]:
		"""Debits less credits by account in minor units; zeros and the cost of goods left out."""

	def cost_is_balanced(self, wire: WireEntry) -> bool: ...

	def moves(self, wire: WireEntry) -> dict[str, int]:
		"""Quantities (10^-9) by item; what left is below zero."""

	def remarks(self, wire: WireEntry) -> str:
		"""What an accountant is told of a booked entry."""

	def fault(self) -> AbstractContextManager[None]:
		"""Within it, posting meets a fault that passes."""


def predicted(books, wire):
	"""What core's journal says that the entry does: the oracle."""
	effect = effect_of(open_wire(wire), books.accounts, books.warehouse)
	net, moves = {}, {}
	for line in effect.lines:
		net[line.account] = net.get(line.account, 0) + line.debit_minor - line.credit_minor
	for move in effect.moves:
		moves[move.item] = moves.get(move.item, 0) + move.quantity
	return {account: amount for account, amount in net.items() if amount}, moves


def test_the_books_say_what_the_journal_predicts(books):
	wire = books.sale()
	books.post(wire)
	assert books.state(wire) == ("posted", "")
	net, moves = predicted(books, wire)
	assert books.net(wire) == net
	assert books.moves(wire) == moves
	assert sum(net.values()) == 0
	assert books.cost_is_balanced(wire)


def test_what_comes_back_undoes_the_sale(books):
	sold = books.sale()
	back = books.take_back(sold)
	books.post(sold, back)
	assert (books.state(sold)[0], books.state(back)[0]) == ("posted", "posted")
	assert books.net(back) == predicted(books, back)[0]
	assert books.net(back) == {account: -amount for account, amount in books.net(sold).items()}
	assert books.moves(back) == {item: -quantity for item, quantity in books.moves(sold).items()}


def test_posting_again_books_nothing_more(books):
	wire = books.sale()
	books.post(wire, wire)
	before = books.net(wire), books.moves(wire)
	books.post(wire)
	assert (books.net(wire), books.moves(wire)) == before


@pytest.mark.parametrize(
	("change", "words"),
	[
		({"total_minor": 1}, "not what its lines come to"),
		({"currency": "USD"}, "USD"),
		({"lines": "none"}, "protocol"),
		({"tenders": [{"tender": "Shells", "kind": "cash", "amount_minor": 50_000}]}, "Shells"),
	],
	ids=["total", "currency", "form", "tender"],
)
def test_what_the_books_refuse_leaves_no_trace_and_the_next_is_booked(books, change, words):
	if "tenders" in change:
		total = open_wire(books.sale()).body["total_minor"]
		change = {**change, "change_minor": 50_000 - total}
	wrong, right = books.sale(change), books.sale()
	books.post(wrong, right)
	state, reason = books.state(wrong)
	assert state == "held"
	assert words in reason
	assert (books.net(wrong), books.moves(wrong)) == ({}, {})
	assert books.state(right) == ("posted", "")


def test_a_held_entry_is_tried_again_when_someone_says_so(books):
	wire = books.sale({"currency": "USD"})
	books.post(wire)
	books.retry(wire)
	assert books.state(wire)[0] == "held"


def test_a_fault_leaves_no_trace_and_the_entry_is_booked_later(books):
	wire = books.sale()
	with books.fault():
		books.post(wire)
	assert books.state(wire)[0] == "waiting"
	assert (books.net(wire), books.moves(wire)) == ({}, {})
	books.post()
	assert books.state(wire)[0] == "posted"


def test_what_is_sold_beyond_the_stock_is_booked_and_said(books):
	wire = books.sale_beyond_stock()
	books.post(wire)
	assert books.state(wire)[0] == "posted"
	assert books.net(wire) == predicted(books, wire)[0]
	assert "-1" in books.remarks(wire)


def by(tender, kind, **more):
	return lambda total: [Tender(tender, kind, total, **more)]


def in_dollars(books):
	"""Ten of them, at a rate that has to be rounded."""
	dollars = Foreign("USD", 2, 1_000, 2_512_345_678)
	return lambda total: [Tender(books.cash, "cash", dollars.worth_minor(2), foreign=dollars)]


WAYS_TO_PAY = {
	"tip": lambda books: (lambda total: [Tender(books.card, "card", total + 150)], 150),
	"tip in cash": lambda books: (
		lambda total: [Tender(books.card, "card", 100), Tender(books.cash, "cash", total + 400)],
		150,
	),
	"on account": lambda books: (by("On account", "on_account"), 0),
	"partly on account, with a tip": lambda books: (
		lambda total: [Tender(books.cash, "cash", 100), Tender("Later", "on_account", total)],
		100,
	),
	"foreign cash": lambda books: (in_dollars(books), 0),
	"points": lambda books: (
		lambda total: [Tender("Points", "points", 500, points=50), Tender(books.cash, "cash", total)],
		0,
	),
}


@pytest.mark.parametrize("way", WAYS_TO_PAY)
def test_each_way_to_pay_does_what_the_journal_predicts(books, way):
	pays, tip = WAYS_TO_PAY[way](books)
	wire = books.paid(pays, tip)
	books.post(wire)
	assert books.state(wire) == ("posted", "")
	assert books.net(wire) == predicted(books, wire)[0]
	assert books.remarks(wire) == ""


WAYS_TO_GIVE_BACK = {
	"on account": by("On account", "on_account"),
	"points": by("Points", "points", points=-10),
}


@pytest.mark.parametrize("way", WAYS_TO_GIVE_BACK)
def test_each_way_to_give_back_does_what_the_journal_predicts(books, way):
	sold = books.paid(by("On account", "on_account"))
	back = books.given_back(sold, WAYS_TO_GIVE_BACK[way])
	books.post(sold, back)
	assert books.state(back) == ("posted", "")
	assert books.net(back) == predicted(books, back)[0]


def test_the_halves_of_an_exchange_leave_nothing_on_the_clearing_account(books):
	sold = books.paid(by("On account", "on_account"))
	id = open_wire(sold).id
	back = books.given_back(sold, by("Exchange", "exchange"), exchange=id[:-4] + "0a0a")
	new = books.paid(by("Exchange", "exchange"), exchange=open_wire(back).id)
	books.post(sold, back, new)
	assert (books.state(back)[0], books.state(new)[0]) == ("posted", "posted")
	assert (books.net(back), books.net(new)) == (predicted(books, back)[0], predicted(books, new)[0])
	clearing = books.accounts.purposes["exchange"]
	assert books.net(back)[clearing] == -books.net(new)[clearing] < 0
