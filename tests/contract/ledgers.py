"""One contract for every ledger: SQLite and ERPNext book the same entries to the same effect, once.

A test module imports all of it and brings a fixture `books` (see `Books`), which may share its stock.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import pytest

from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.journal import Accounts, effect_of
from pos_bridge.core.kinds.shift_state import state_of
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

	def seal(self, kind: str, body: Mapping[str, Any]) -> WireEntry:
		"""The till's next entry, of any kind without a receipt number."""

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


def predicted(books, wire, *before):
	"""What core's journal says that the entry does, booked after these entries of its shift: the oracle."""
	shift = state_of(map(open_wire, before))
	effect = effect_of(open_wire(wire), books.accounts, books.warehouse, shift=shift)
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


def test_numbers_of_goods_that_the_company_does_not_tell_apart_change_nothing(books):
	plain = books.sale()
	lines = [{**line, "batch": f"B-{line['item']}"} for line in open_wire(plain).body["lines"]]
	wire = books.sale({"lines": lines})
	books.post(plain, wire)
	assert (books.state(wire), books.remarks(wire)) == (("posted", ""), books.remarks(plain))
	assert (books.net(wire), books.moves(wire)) == predicted(books, wire)
	assert books.moves(wire) == books.moves(plain)


def money(books, **body):
	"""A body in the currency that the till sells in, which its next sale says."""
	sold = open_wire(books.sale()).body
	return {**{name: sold[name] for name in ("currency", "currency_precision")}, **body}


def cash(books):
	return next(iter(books.accounts.tenders))


def opened(books, minor=10_000):
	return books.seal("shift_open", money(books, float=[{"tender": cash(books), "counted_minor": minor}]))


def closed(books, shift, minor):
	counted = [{"tender": cash(books), "counted_minor": minor}]
	body = {name: open_wire(shift).body[name] for name in ("currency", "currency_precision")}
	return books.seal("shift_close", {**body, "shift": open_wire(shift).id, "counted": counted})


def sold_in(books, shift):
	return books.sale({"shift": open_wire(shift).id})


def cash_of(wire):
	body = open_wire(wire).body
	return sum(tender["amount_minor"] for tender in body["tenders"]) - body["change_minor"]


@pytest.mark.parametrize(
	("kind", "purpose", "account", "sign"),
	[
		("cash_in", "safe", "safe", 1),
		("cash_in", "other", "other_cash", 1),
		("cash_out", "safe", "safe", -1),
		("cash_out", "deposit", "deposit", -1),
		("cash_out", "petty_cash", "petty_cash", -1),
		("cash_out", "other", "other_cash", -1),
	],
)
def test_cash_that_is_put_in_or_taken_out_is_booked_against_its_purpose(books, kind, purpose, account, sign):
	body = money(books, tender=cash(books), amount_minor=4_050, purpose=purpose, reason="a reason")
	wire = books.seal(kind, body)
	books.post(wire)
	assert books.state(wire) == ("posted", "")
	drawer, other = books.accounts.tenders[cash(books)], books.accounts.purposes[account]
	assert books.net(wire) == {drawer: sign * 4_050, other: -sign * 4_050} == predicted(books, wire)[0]


def test_a_shift_is_closed_with_its_difference(books):
	opening = opened(books)
	sale = sold_in(books, opening)
	closing = closed(books, opening, 10_000 + cash_of(sale) - 320)
	books.post(opening, sale, closing)
	drawer, difference = books.accounts.tenders[cash(books)], books.accounts.purposes["difference"]
	assert books.net(closing) == {drawer: -320, difference: 320}
	assert books.net(closing) == predicted(books, closing, opening, sale)[0]
	assert (books.net(opening), books.remarks(closing)) == ({}, "")


def test_a_sale_after_the_closing_is_booked_and_corrects_the_difference(books):
	opening = opened(books)
	late = sold_in(books, opening)
	closing = closed(books, opening, 10_000 + cash_of(late))
	books.post(opening, closing)
	books.post(late)
	assert books.net(late) == predicted(books, late, opening, closing)[0]
	assert books.net(late)[books.accounts.purposes["difference"]] == cash_of(late)
	assert books.accounts.tenders[cash(books)] not in books.net(late), "what was counted stays"
	assert "closed" in books.remarks(late)


def test_an_opening_after_the_closing_brings_the_difference(books):
	opening = opened(books)
	closing = closed(books, opening, 9_680)
	books.post(closing)
	assert books.net(closing) == {}
	assert "float is unknown" in books.remarks(closing)
	books.post(opening)
	assert books.net(opening) == predicted(books, opening, closing)[0]
	assert books.net(opening)[books.accounts.purposes["difference"]] == 320


def test_a_second_closing_books_nothing(books):
	opening = opened(books)
	first, second = closed(books, opening, 9_000), closed(books, opening, 10_000)
	books.post(opening, first, second)
	assert (books.state(second)[0], books.net(second)) == ("posted", {})
	assert "closed before" in books.remarks(second)


@pytest.mark.parametrize("kind", ["shift_open", "shift_close", "cash_in"])
def test_money_of_another_currency_is_held(books, kind):
	body = {"float": [], "counted": [], "shift": "a shift", "tender": "Cash", "amount_minor": 5}
	wire = books.seal(kind, {**money(books, purpose="safe", **body), "currency": "USD"})
	books.post(wire)
	state, reason = books.state(wire)
	assert (state, "USD" in reason) == ("held", True), reason


@pytest.mark.parametrize("kind", ["void", "no_sale", "reprint", "approval", "training_sale"])
def test_what_moves_neither_money_nor_goods_is_taken_and_books_nothing(books, kind):
	body = {**open_wire(books.sale()).body} if kind == "training_sale" else {"reason": "a reason"}
	wire = books.seal(kind, body)
	books.post(wire)
	assert books.state(wire) == ("posted", "")
	assert (books.net(wire), books.moves(wire)) == ({}, {})


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
