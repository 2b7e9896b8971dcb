"""A shift's money: what lay there, what came and went, what was counted, and what is missing."""

import pytest
from shifts import lone_entry as entry

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.kinds.shift import closing_of, drawer_effect, movement_of, opening_of
from pos_bridge.core.kinds.shift_state import ShiftState, state_of


def cash(amount, **more):
	return {"tender": "Cash", "kind": "cash", "amount_minor": amount, **more}


OPENING = entry("shift_open", float=[{"tender": "Cash", "counted_minor": 10_000}])


def test_what_is_expected_is_the_float_and_all_that_came_and_went():
	entries = [
		entry("sale", tenders=[cash(5_000)], change_minor=1_402),
		entry("sale", tenders=[{"tender": "Card", "kind": "card", "amount_minor": 999}], change_minor=0),
		entry("return", tenders=[cash(-250)], change_minor=0),
		entry("credit_issue", tenders=[cash(2_000)], change_minor=0),
		entry("cash_in", tender="Cash", amount_minor=3_000, purpose="safe"),
		entry("cash_out", tender="Cash", amount_minor=7_500, purpose="deposit"),
		entry("no_sale", reason="change"),
	]
	state = state_of([OPENING, *entries])
	assert {tender: state.expected(tender) for tender in state.moved} == {
		"Cash": 10_000 + 5_000 - 1_402 - 250 + 2_000 + 3_000 - 7_500,
		"Card": 999,
	}


def test_change_comes_out_of_the_first_cash_unless_the_entry_names_another():
	tenders = [{**cash(1_500), "tender": "Dollars"}, cash(1)]
	given = {"tenders": tenders, "change_minor": 501}
	assert drawer_effect(entry("sale", **given)) == {"Dollars": 999, "Cash": 1}
	assert drawer_effect(entry("sale", **given, change_from="Cash")) == {"Dollars": 1_500, "Cash": -500}


def test_what_is_no_money_is_not_in_the_drawer():
	kinds = ("gift_card", "store_credit", "points", "on_account", "exchange")
	tenders = [{"tender": kind, "kind": kind, "amount_minor": 100} for kind in kinds]
	assert drawer_effect(entry("sale", tenders=tenders, change_minor=0)) == {}


def test_the_difference_is_counted_less_expected_of_what_was_counted():
	counted = [
		{"tender": "Cash", "counted_minor": 9_680, "denominations": [["5000", 1], ["2000", 2], ["10", 68]]}
	]
	closing = closing_of(entry("shift_close", shift="id", counted=counted))
	counted = {count.tender: count.counted_minor for count in closing.counted}
	state = ShiftState(floats={"Cash": 10_000, "Card": 5}, counted=counted)
	assert state.differences == {"Cash": -320}


@pytest.mark.parametrize(
	("read", "kind", "body", "words"),
	[
		(opening_of, "shift_open", {}, "float"),
		(closing_of, "shift_close", {"counted": [], "shift": 7}, "not a text"),
		(movement_of, "cash_in", {"tender": "Cash", "amount_minor": "5", "purpose": "safe"}, "whole number"),
	],
)
def test_a_body_of_another_form_is_malformed(read, kind, body, words):
	with pytest.raises(Malformed, match=words):
		read(entry(kind, **body))


@pytest.mark.parametrize(
	("read", "kind", "body", "words"),
	[
		(movement_of, "cash_in", {"amount_minor": 5, "purpose": "deposit"}, "purpose"),
		(movement_of, "cash_out", {"amount_minor": 0, "purpose": "safe"}, "above zero"),
		(opening_of, "shift_open", {"float": [{"tender": "Cash", "counted_minor": -1}]}, "below zero"),
		(opening_of, "shift_open", {"float": [{"tender": "Cash", "counted_minor": 1}] * 2}, "counted once"),
		(
			closing_of,
			"shift_close",
			{
				"shift": "id",
				"counted": [{"tender": "Cash", "counted_minor": 7, "denominations": [["5", 1]]}],
			},
			"notes and coins",
		),
	],
)
def test_figures_that_can_not_be_are_refused_in_words(read, kind, body, words):
	with pytest.raises(Rejected, match=words):
		read(entry(kind, **{"tender": "Cash", **body}))
