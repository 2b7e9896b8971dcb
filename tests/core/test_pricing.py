"""Pricing rules: the cases that the page's engine reads too, what always holds, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.pricing import Buyer, PricingContext, PricingLine, price, rules_from_wire
from pos_bridge.core.pricing.wire import price_of, wire_of
from pos_bridge.core.sale import DraftLine, SaleDraft, compute

CASES = json.loads((Path(__file__).parents[2] / "vectors/pricing.json").read_text(encoding="utf-8"))["cases"]
BUYER = Buyer("Walk-in", "Individual", "Town", "2026-11-26")
CONTEXT = PricingContext("EUR", 2, Rounding.COMMERCIAL, "Shop", BUYER)
TEA = PricingLine("TEA", 2 * SCALE, "Nos", 1_999, "Drinks", stock_unit="Nos")


def named(cases):
	return [pytest.param(case, id=case["why"]) for case in cases]


def rule(gives, **more):
	fields = {"rule": "R1", "title": "One", "on": "item", "gives": gives, "currency": "EUR"}
	return {**fields, "rows": [{"name": "TEA"}], **more}


@pytest.mark.parametrize("case", named(case for case in CASES if "asked" in case))
def test_a_cart_is_priced_as_the_vectors_say(case):
	answer = wire_of(price_of(case["asked"]))
	assert answer == case["expected"]
	for place, value in case["says"].items():
		found = answer
		for step in place.split("."):
			found = found[int(step)] if step.isdigit() else found[step]
		assert found == value


@pytest.mark.parametrize("case", named(case for case in CASES if "bad" in case))
def test_a_rule_that_is_wrong_is_refused_by_its_name(case):
	with pytest.raises(Malformed, match="BAD"):
		rules_from_wire([case["bad"]])


@pytest.mark.parametrize("wire", [None, "rule", 7, []])
def test_what_is_no_rule_at_all_is_refused(wire):
	with pytest.raises(Malformed):
		rules_from_wire([wire])


def test_two_rules_of_one_name_are_refused():
	with pytest.raises(Malformed, match="same name"):
		rules_from_wire([rule("percent"), rule("percent")])


@pytest.mark.parametrize(
	"line", [replace(TEA, quantity=0), replace(TEA, price_minor=-1), replace(TEA, factor=0)]
)
def test_a_line_that_is_none_is_refused(line):
	with pytest.raises(Rejected, match="Line 1"):
		price((), [line], CONTEXT)


GIVEN = some.one_of(
	some.builds(lambda minor: rule("rate", rate_minor=minor), some.integers(1, 10_000)),
	some.builds(lambda minor: rule("amount", amount_minor=minor), some.integers(1, 5_000)),
	some.builds(lambda whole: rule("percent", percent=str(whole)), some.integers(1, 100)),
)
MORE = some.fixed_dictionaries(
	{},
	optional={
		"margin_percent": some.sampled_from(["5", "12.5"]),
		"min_quantity": some.sampled_from(["1", "3"]),
		"multiple": some.booleans(),
		"mixed": some.booleans(),
		"priority": some.integers(0, 3),
		"on": some.just("group"),
	},
)
LINES = some.lists(
	some.builds(
		lambda item, quantity, minor: replace(TEA, item=item, quantity=quantity * SCALE, price_minor=minor),
		some.sampled_from(["TEA", "MATE"]),
		some.integers(1, 9),
		some.integers(0, 20_000),
	),
	min_size=1,
	max_size=4,
)


def with_names(pairs):
	rows = {"group": [{"name": "Drinks"}], "item": [{"name": "TEA"}]}
	return rules_from_wire(
		[
			{**first, **more, "rule": f"R{place}", "rows": rows[more.get("on", "item")]}
			for place, (first, more) in enumerate(pairs)
		]
	)


@given(some.lists(some.tuples(GIVEN, MORE), max_size=4), LINES, some.sampled_from(Rounding))
def test_whatever_the_rules_a_line_can_be_sold_at_its_price(pairs, lines, rounding):
	pricing = price(with_names(pairs), lines, replace(CONTEXT, rounding=rounding))
	assert len(pricing.lines) == len(lines)
	for line, priced in zip(lines, pricing.lines, strict=True):
		assert priced.rate_minor >= 0
		assert not (priced.discount_percent and priced.unit_discount_minor)
		if priced.margin_percent or priced.unit_margin_minor:
			continue
		draft = DraftLine(
			line.item,
			line.item,
			line.quantity,
			line.unit,
			priced.price_minor,
			{},
			discount_percent=priced.discount_percent,
			unit_discount_minor=priced.unit_discount_minor,
		)
		sale = compute(SaleDraft("EUR", 2, rounding, (), (draft,)))
		assert sale.lines[0].rate_minor == priced.rate_minor


@given(some.lists(some.tuples(GIVEN, MORE), max_size=4), LINES)
def test_a_line_says_which_rules_made_its_price_and_no_other_does(pairs, lines):
	rules = with_names(pairs)
	pricing = price(rules, lines, CONTEXT)
	in_conflict = {each.line for each in pricing.conflicts}
	for number, (line, priced) in enumerate(zip(lines, pricing.lines, strict=True), start=1):
		assert set(priced.rules) <= {each.rule for each in rules}
		if number in in_conflict or not priced.rules:
			assert priced.rate_minor == line.price_minor


@given(LINES)
def test_without_rules_nothing_changes(lines):
	pricing = price((), lines, CONTEXT)
	assert [each.rate_minor for each in pricing.lines] == [each.price_minor for each in lines]
	assert (pricing.free, pricing.ticket, pricing.conflicts, pricing.coupon) == ((), None, (), "")


def test_the_lines_of_a_conflict_keep_their_price_and_the_others_are_priced():
	rules = rules_from_wire(
		[
			rule("percent", percent="10"),
			rule("percent", percent="20", rule="R2"),
			rule("percent", percent="50", rule="R3", rows=[{"name": "MATE"}]),
		]
	)
	pricing = price(rules, [TEA, replace(TEA, item="MATE")], CONTEXT)
	assert [line.rate_minor for line in pricing.lines] == [1_999, 1_000]
	assert pricing.conflicts[0].rules == ("R1", "R2")
