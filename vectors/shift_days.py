"""Shifts for the vectors of X and Z: a till's entries in their order, chosen by name and by a seeded dice.

It never computes a figure of the report; `make.py` asks `pos_bridge.core`.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from inputs import (
	AGAINST,
	SEED,
	a_return,
	a_sale,
	a_sale_with_added_tax,
	a_sale_with_everything,
	an_entry,
	given_back,
	random_draft,
	sold,
)

from pos_bridge.core import returns, sale, sale_body
from pos_bridge.core.entry import GENESIS, WireEntry, seal, uuid7
from pos_bridge.core.report import ReportSettings

EURO = {"currency": "EUR", "currency_precision": 2}
SHIFT = uuid7(1_795_000_000_500, bytes(10))
OTHER = uuid7(1_795_000_000_501, bytes(10))
GROUPS = {"TEA": "Drinks"}


@dataclass
class Till:
	"""One chain: `tell` seals what happens next. `told` are those entries that arrived."""

	epoch: int = 1
	previous: str = GENESIS
	sequence: int = 0
	receipts: int = 0
	told: list[WireEntry] = field(default_factory=list)

	def tell(self, kind: str, body: Mapping[str, Any], **more: Any) -> WireEntry:  # noqa: ANN401
		self.sequence += 1
		numbered = kind in ("sale", "return", "credit_issue")
		self.receipts += numbered
		entry = an_entry(
			self.sequence,
			self.previous,
			kind,
			id=more.pop("id", uuid7(1_795_000_000_000 + self.sequence, bytes([self.epoch] * 10))),
			chain=uuid7(1_795_000_000_000 + self.epoch, bytes(10)),
			epoch=self.epoch,
			body=body,
			receipt_number=f"T1-{self.epoch}-{self.receipts:06d}" if numbered else "",
			occurred_at=f"2026-11-22T12:{self.sequence:02d}:00.000+01:00",
			**more,
		)
		wire = seal(entry)
		self.previous = wire.hash
		self.told.append(wire)
		return wire

	def open(self, shift: str = SHIFT) -> WireEntry:
		counted = {"tender": "Cash", "counted_minor": 10_000, "denominations": [["5000", 2]]}
		return self.tell("shift_open", {**EURO, "float": [counted]}, id=shift)

	def close(self, counted: Sequence[Mapping[str, Any]], **more: Any) -> WireEntry:  # noqa: ANN401
		return self.tell("shift_close", {**EURO, "shift": SHIFT, "counted": counted, **more}, cashier="Noor")

	def sale(self, made: sale.Sale, **more: Any) -> WireEntry:  # noqa: ANN401
		cashier = more.pop("cashier", "Ada")
		return self.tell("sale", {**sale_body.sale_body(made), "shift": SHIFT, **more}, cashier=cashier)

	def lose(self) -> None:
		"""What was told last has not arrived."""
		self.told.pop()


@dataclass(frozen=True)
class ShiftDay:
	"""A case: entries in the order in which they are handed in, opening and closing among them."""

	why: str
	opening: WireEntry | None
	entries: Sequence[WireEntry]
	closing: WireEntry | None = None
	settings: ReportSettings = field(default_factory=ReportSettings)
	late: Sequence[int] = ()
	"""Places in `entries` of those that arrived late."""


def shift_days() -> list[ShiftDay]:
	dice = random.Random(SEED + 6)
	days = [
		_nothing(),
		_everything(),
		_gaps(),
		_new_chain(),
		_not_closed(),
		_unreadable(),
		_unknown_words(),
		_no_opening(),
	]
	return [*days, *(_random_day(dice, number) for number in range(12)), _change_of_another_tender()]


def _nothing() -> ShiftDay:
	till = Till()
	return ShiftDay("a shift in which nothing happened yet", till.open(), till.told)


def _everything() -> ShiftDay:
	till = Till()
	opening = till.open()
	till.sale(a_sale())
	till.sale(a_sale_with_everything(), cashier="Noor")
	till.sale(a_sale_with_added_tax())
	_with_rules_and_tip(till)
	for against in (AGAINST, {}):
		till.tell("return", {**returns.return_body(a_return(**against)), "shift": SHIFT})
	_paid_without_money(till)
	_drawer(till)
	for kind in ("no_sale", "reprint", "approval", "training_sale"):
		till.tell(kind, {"reason": "change for the meter"}, clock={"ahead_ms": 700_000, "against": "agent"})
	till.tell("void", {"reason": "changed his mind", "lines": 2, "total_minor": 730})
	counted = [
		{"tender": "Cash", "counted_minor": 7_230, "denominations": [["5000", 1], ["10", 223]]},
		{"tender": "Vouchers", "counted_minor": 0},
	]
	closing = till.close(counted, note="The drawer was stuck.")
	settings = ReportSettings(1234, 2, GROUPS)
	return ShiftDay("everything that a shift can bring, closed", opening, till.told, closing, settings)


def _with_rules_and_tip(till: Till) -> None:
	body = sale_body.sale_body(sold(replace(a_sale().draft, lines=a_sale().draft.lines[:1])))
	line = {**body["lines"][0], "item": "TEA-2", "discount_reason": "", "rules": ["PRLE-1", "PRLE-2"]}
	tenders = [{"tender": "Card", "kind": "card", "amount_minor": body["total_minor"] + 50}]
	more = {"lines": [line], "tip_minor": 100, "write_off_minor": 50, "tenders": tenders}
	till.tell("sale", {**body, **more, "shift": SHIFT})


def _paid_without_money(till: Till) -> None:
	owed = [
		{"tender": "Gift card", "kind": "gift_card", "amount_minor": 500, "credit": "GC-1"},
		{"tender": "Points", "kind": "points", "amount_minor": 300, "points": 30},
		{"tender": "Account", "kind": "on_account", "amount_minor": 200},
	]
	body = sale_body.sale_body(sold(_of_a_thousand()))
	till.tell("sale", {**body, "tenders": owed, "customer": "C-1", "shift": SHIFT})
	card = [{"tender": "Card", "kind": "card", "amount_minor": 5_000}]
	issue = {"credit": "GC-2", "credit_kind": "gift_card", "amount_minor": 5_000, "tenders": card}
	till.tell("credit_issue", {**EURO, **issue, "change_minor": 0, "shift": SHIFT})


def _of_a_thousand() -> sale.SaleDraft:
	(first, *_) = a_sale().draft.lines
	first = replace(first, price_minor=1_000, quantity=10**9, discount_percent=0)
	return replace(a_sale().draft, lines=(first,))


def _drawer(till: Till) -> None:
	for kind, purpose, amount, reason in (
		("cash_in", "safe", 3_000, ""),
		("cash_out", "deposit", 20_000, ""),
		("cash_out", "petty_cash", 450, "Milk"),
		("cash_out", "petty_cash", 250, "Milk"),
	):
		moved = {"tender": "Cash", "amount_minor": amount, "purpose": purpose}
		more = {"reason": reason} if reason else {}
		till.tell(kind, {**EURO, **moved, **more, "shift": SHIFT})


def _gaps() -> ShiftDay:
	till = Till()
	opening = till.open()
	till.sale(a_sale())
	for _ in range(25):
		till.sale(a_sale())
		till.lose()
	till.tell("sale", {**sale_body.sale_body(a_sale()), "shift": OTHER})
	till.sale(a_sale())
	till.tell("void", {"receipt_number": "T1-1-000004", "total_minor": 0})
	closing = till.close([])
	return ShiftDay(
		"numbers are missing; a void and another shift account for some", opening, till.told, closing
	)


def _new_chain() -> ShiftDay:
	first, second = Till(), Till(2)
	opening = first.open()
	first.sale(a_sale())
	second.sale(a_sale())
	closing = second.close([{"tender": "Cash", "counted_minor": 1}])
	second.sale(a_sale())
	second.tell("no_sale", {"reason": "after the shift"})
	first.sale(a_sale_with_added_tax())
	told = [*first.told, *second.told]
	why = "it goes on in a new chain and is closed there; two sales come late"
	return ShiftDay(why, opening, told, closing, ReportSettings(9, 2), late=(2,))


def _not_closed() -> ShiftDay:
	till = Till()
	opening = till.open()
	till.sale(a_sale())
	till.tell("no_sale", {"reason": "change"})
	till.open(OTHER)
	till.tell("no_sale", {"reason": "change"})
	return ShiftDay("nobody closed it and another one began", opening, till.told)


def _unreadable() -> ShiftDay:
	till = Till()
	opening = till.open()
	till.sale(a_sale())
	for wrong in (
		{"currency": "USD"},
		{"total_minor": True},
		{"tenders": "cash"},
		{"lines": [{"item": "TEA"}]},
		{"lines": 7},
		{"taxes": [{"label": "VAT"}]},
		{"net_minor": "5"},
	):
		till.sale(a_sale(), **wrong)
	moved = {**EURO, "tender": "Cash", "shift": SHIFT}
	till.tell("cash_in", {**moved, "amount_minor": 5, "purpose": "deposit"})
	till.tell("cash_out", {**moved, "amount_minor": -5, "purpose": "safe"})
	return ShiftDay("what can't be read is counted and left out whole", opening, till.told)


def _unknown_words() -> ShiftDay:
	till = Till()
	opening = till.open()
	body = sale_body.sale_body(a_sale())
	tenders = [
		{"tender": "__proto__", "kind": "cash", "amount_minor": body["total_minor"] - 1},
		{"tender": "constructor", "kind": "store_credit", "amount_minor": 1},
	]
	lines = [{**each, "item": "toString", "name": "ÄÖÜ 🍵"} for each in body["lines"]]
	change = {"change_minor": 0, "tenders": tenders, "lines": lines}
	till.tell("sale", {**body, **change, "shift": SHIFT}, cashier="hasOwnProperty")
	return ShiftDay("names that mean something to a program", opening, till.told)


def _no_opening() -> ShiftDay:
	till = Till()
	till.open()
	till.lose()
	till.sale(a_sale())
	closing = till.close([{"tender": "Cash", "counted_minor": 12_000}])
	return ShiftDay("its opening has not arrived", None, till.told, closing)


def _change_of_another_tender() -> ShiftDay:
	till = Till()
	opening = till.open()
	body = sale_body.sale_body(sold(_of_a_thousand()))
	tenders = [
		{"tender": "Dollars", "kind": "cash", "amount_minor": 1_500},
		{"tender": "Cash", "kind": "cash", "amount_minor": 1},
	]
	paid = {"tenders": tenders, "change_minor": 501, "change_from": "Cash"}
	till.tell("sale", {**body, **paid, "shift": SHIFT})
	return ShiftDay("change was given out of another tender than the first cash", opening, till.told)


def _random_day(dice: random.Random, number: int) -> ShiftDay:
	till = Till()
	opening = till.open()
	for _ in range(dice.randint(1, 6)):
		cart = replace(random_draft(dice), currency_precision=2)
		made = sold(cart)
		if dice.random() < 0.3 and made.totals.total_minor:
			back = replace(cart, lines=tuple(replace(each, quantity=-each.quantity) for each in cart.lines))
			till.tell("return", {**returns.return_body(given_back(back)), "shift": SHIFT})
		else:
			till.sale(made, cashier=dice.choice(["Ada", "Noor"]))
		if dice.random() < 0.1:
			till.lose()
	closing = (
		till.close([{"tender": "Cash", "counted_minor": dice.randint(0, 10**6)}]) if number % 2 else None
	)
	settings = ReportSettings(number, groups=GROUPS)
	return ShiftDay(f"random shift {number}", opening, till.told, closing, settings)
