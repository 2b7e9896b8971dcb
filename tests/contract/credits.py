"""One contract for gift cards and store credit on every ledger: what is owed, what was spent twice.

A test module imports all of it and brings the fixture `books` of `contract.ledgers`, with the entries below.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import pytest
from contract.ledgers import Books

from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.journal import effect_of
from pos_bridge.core.kinds.credit import credit_effects
from pos_bridge.core.kinds.credit_number import make_number
from pos_bridge.core.kinds.standing import Settled, settle_all


class CreditBooks(Books, Protocol):
	"""A ledger that knows credits."""

	def issue(self, credit: str, amount_minor: int, change: Mapping[str, Any] | None = None) -> WireEntry:
		"""The till's next entry: a gift card, sold for cash; `change` replaces fields of its body."""

	def pay_with(self, credit: str) -> WireEntry:
		"""The till's next entry: a sale that a gift card pays for, whole."""

	def onto(self, sold: WireEntry, credit: str) -> WireEntry:
		"""The till's next entry: all of a sale comes back, onto a gift card."""

	def settled(self, wire: WireEntry) -> list[Settled]:
		"""What its moves came to, as the ledger wrote it down; troubles left out."""

	def stands(self, credit: str) -> tuple[int, int]:
		"""Balance, and what was spent beyond it, in minor units."""


@pytest.fixture
def card():
	return make_number("gift_card", secrets.token_bytes(16))


def check(books, card, *wires):
	"""Every entry is booked, to what core says that its moves came to; so does the credit stand."""
	standings = {}
	for wire in wires:
		entry = open_wire(wire)
		assert books.state(wire) == ("posted", "")
		settled = settle_all(credit_effects(entry), standings, entry.business_date)
		assert books.settled(wire) == [replace(each, trouble="") for each in settled]
		expected = {}
		for line in effect_of(entry, books.accounts, books.warehouse, settled).lines:
			amount = line.debit_minor - line.credit_minor
			expected[line.account] = expected.get(line.account, 0) + amount
		assert books.net(wire) == {account: amount for account, amount in expected.items() if amount}
		assert sum(expected.values()) == 0
	stood = standings[card]
	assert books.stands(card) == (stood.balance_minor, stood.overspent_minor)
	return stood


def total(wire):
	return open_wire(wire).body["total_minor"]


def test_a_card_is_owed_until_it_pays(books, card):
	sold = books.pay_with(card)
	first, second = books.issue(card, total(sold) + 100), books.pay_with(card)
	assert total(second) == total(sold)
	books.post(first)
	books.post(second)
	stood = check(books, card, first, second)
	assert (stood.balance_minor, stood.overspent_minor) == (100, 0)


def test_what_a_card_does_not_cover_is_a_shortage_that_the_next_money_pays(books, card):
	first = books.issue(card, 100)
	spent = books.pay_with(card)
	again = books.issue(card, total(spent))
	for wire in (first, spent, again):
		books.post(wire)
	stood = check(books, card, first, spent, again)
	assert (stood.balance_minor, stood.overspent_minor) == (100, 0)
	assert card[-4:] in books.remarks(spent)


def test_a_card_that_is_spent_before_its_issue_arrives_stands_the_same_in_the_end(books, card):
	spent = books.pay_with(card)
	issued = books.issue(card, total(spent) + 700)
	books.post(spent)
	books.post(issued)
	assert check(books, card, spent, issued).balance_minor == 700


def test_a_return_puts_its_money_onto_a_card_that_it_makes(books, card):
	sold = books.sale()
	back = books.onto(sold, card)
	books.post(sold, back)
	assert check(books, card, sold, back).balance_minor == total(sold)


def test_posting_an_entry_again_moves_its_card_once(books, card):
	issued = books.issue(card, 900)
	books.post(issued, issued)
	books.post(issued)
	assert books.stands(card) == (900, 0)


def test_an_issue_that_does_not_add_up_is_held_and_nothing_is_owed(books, card):
	issued = books.issue(card, 900, {"amount_minor": 901})
	books.post(issued)
	state, reason = books.state(issued)
	assert (state, "less change" in reason) == ("held", True)
	assert books.stands(card) == (0, 0)
