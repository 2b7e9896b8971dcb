"""Shift and drawer in the journal: what moved, what was missing, and what came too late, in any order."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shifts import lone_entry as entry

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.journal import Accounts, balance_of, difference_lines, effect_of
from pos_bridge.core.kinds.shift_state import (
	NOTHING_BOOKED,
	Moved,
	difference_change,
	moved_by,
	shift_of,
	state_of,
)

ACCOUNTS = Accounts(
	receivable="Debtors",
	revenue="Sales",
	round_off="Round Off",
	taxes={},
	tenders={"Cash": "Cash in till", "Card": "Card clearing"},
	purposes={
		"difference": "Over and short",
		"safe": "Safe",
		"deposit": "On its way",
		"petty_cash": "Petty cash",
		"other_cash": "Other cash",
	},
)


def opening(minor=10_000):
	return entry("shift_open", id="shift", float=[{"tender": "Cash", "counted_minor": minor}])


def closing(**counted):
	counts = [{"tender": tender, "counted_minor": minor} for tender, minor in counted.items()]
	return entry("shift_close", shift="shift", counted=counts)


def cash(kind, minor, purpose="safe"):
	return entry(kind, shift="shift", tender="Cash", amount_minor=minor, purpose=purpose)


def sold(minor, tender="Cash", kind="cash"):
	tenders = [{"tender": tender, "kind": kind, "amount_minor": minor}]
	return entry("sale", shift="shift", tenders=tenders, change_minor=0)


def net(lines):
	sums = {}
	for line in lines:
		sums[line.account] = sums.get(line.account, 0) + line.debit_minor - line.credit_minor
	return {account: minor for account, minor in sums.items() if minor}


@pytest.mark.parametrize(
	("kind", "purpose", "account", "sign"),
	[
		("cash_in", "safe", "Safe", 1),
		("cash_in", "other", "Other cash", 1),
		("cash_out", "safe", "Safe", -1),
		("cash_out", "deposit", "On its way", -1),
		("cash_out", "petty_cash", "Petty cash", -1),
		("cash_out", "other", "Other cash", -1),
	],
)
def test_money_put_in_and_taken_out_goes_against_the_account_of_its_purpose(kind, purpose, account, sign):
	effect = effect_of(cash(kind, 4_050, purpose), ACCOUNTS, "Shop")
	assert net(effect.lines) == {"Cash in till": sign * 4_050, account: -sign * 4_050}
	assert not effect.moves


def test_a_movement_without_an_account_is_refused_by_its_purpose():
	with pytest.raises(Rejected, match="petty_cash"):
		effect_of(cash("cash_out", 5, "petty_cash"), replace(ACCOUNTS, purposes={}), "Shop")


def test_an_opening_moves_nothing():
	assert effect_of(opening(), ACCOUNTS, "Shop") == effect_of(entry("void"), ACCOUNTS, "Shop")


@pytest.mark.parametrize("kind", ["shift_open", "shift_close", "cash_in", "cash_out"])
def test_a_body_that_is_no_such_body_is_refused(kind):
	with pytest.raises(Malformed):
		effect_of(entry(kind, shift="shift"), ACCOUNTS, "Shop")


def test_a_closing_books_what_is_missing_and_what_is_too_much_of_each_tender_that_was_counted():
	before = state_of([opening(), sold(5_000), sold(999, "Card", "card"), cash("cash_out", 3_000)])
	effect = effect_of(closing(Cash=11_680, Card=1_000), ACCOUNTS, "Shop", shift=before)
	assert net(effect.lines) == {"Cash in till": -320, "Card clearing": 1, "Over and short": 319}
	assert balance_of(effect.lines) == 0
	assert not effect_of(closing(Cash=12_000), ACCOUNTS, "Shop", shift=before).lines


def test_a_difference_without_an_account_is_refused():
	with pytest.raises(Rejected, match="'difference'"):
		effect_of(closing(Cash=1), replace(ACCOUNTS, purposes={}), "Shop", shift=state_of([opening()]))


def test_what_comes_after_the_closing_corrects_the_difference_by_what_it_moved():
	before = state_of([opening(), sold(5_000), closing(Cash=15_000)])
	late = sold(1_250)
	assert net(difference_lines(late, ACCOUNTS, before)) == {"Cash in till": -1_250, "Over and short": 1_250}
	on_card = sold(1_250, "Card", "card")
	assert not difference_lines(on_card, ACCOUNTS, before), "cards were not counted"


def test_a_second_closing_changes_nothing():
	before = state_of([opening(), closing(Cash=9_000)])
	assert not effect_of(closing(Cash=1), ACCOUNTS, "Shop", shift=before).lines
	assert before.after(closing(Cash=1)) == before


def test_without_its_opening_a_closing_has_no_difference_and_the_opening_brings_it():
	before = state_of([sold(5_000), closing(Cash=14_680)])
	assert before.differences == {}
	effect = effect_of(opening(), ACCOUNTS, "Shop", shift=before)
	assert net(effect.lines) == {"Cash in till": -320, "Over and short": 320}


def test_what_moved_is_told_apart_by_where_it_came_from():
	assert moved_by(sold(5_000)) == {"Cash": Moved(received_minor=5_000)}
	back = entry("return", tenders=[{"tender": "Cash", "kind": "cash", "amount_minor": -250}], change_minor=0)
	assert moved_by(back) == {"Cash": Moved(returned_minor=250)}
	assert moved_by(cash("cash_in", 7)) == {"Cash": Moved(in_minor=7)}
	assert moved_by(cash("cash_out", 7)) == {"Cash": Moved(out_minor=7)}
	assert moved_by(entry("no_sale", reason="change")) == {}


def test_a_shift_is_named_by_its_opening():
	assert shift_of(opening()) == "shift"
	assert shift_of(sold(1)) == "shift"
	assert shift_of(entry("sale", shift=7)) == ""


def test_training_and_what_only_opens_the_drawer_never_change_a_difference():
	before = state_of([opening(), closing(Cash=10_000)])
	tenders = [{"tender": "Cash", "kind": "cash", "amount_minor": 500}]
	for kind in ("training_sale", "training_return", "no_sale", "void", "reprint", "approval"):
		assert difference_change(entry(kind, shift="shift", tenders=tenders), before) == {}


@given(st.lists(st.integers(-5_000, 5_000).filter(bool), max_size=3), st.integers(0, 30_000))
def test_in_whatever_order_it_is_booked_the_difference_is_the_same(movements, counted):
	entries = [
		opening(),
		closing(Cash=counted),
		*(cash("cash_in" if minor > 0 else "cash_out", abs(minor)) for minor in movements),
	]
	for order in itertools.permutations(entries):
		state, booked = NOTHING_BOOKED, 0
		for each in order:
			booked += difference_change(each, state).get("Cash", 0)
			state = state.after(each)
		assert booked == counted - 10_000 - sum(movements)
