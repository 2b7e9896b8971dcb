"""Refunds need a credit note for what the order's total does not show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from online_orders import AT, an_order, orders

from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Refund, RefundLine, credits_of

LATE = Refund("late", 500, AT.format(1))
HOODIE = Refund("hoodie", 2999, AT.format(2), (RefundLine("15", SCALE, 2520, 479),))
TEE = Refund("tee", 1799, AT.format(3), (RefundLine("14", SCALE, 1512, 287),))


def credited(minor, *refunds):
	order = an_order(refunds=refunds, credited_minor=minor)
	return {refund.id: part for refund, part in credits_of(order)}


def test_where_the_total_stays_every_refund_needs_one():
	assert credited(500 + 1799, LATE, TEE) == {"late": 500, "tee": 1799}


@pytest.mark.parametrize("refunds", [(LATE, HOODIE), (HOODIE, LATE)])
def test_a_refund_for_pieces_that_were_taken_off_the_order_needs_none(refunds):
	assert credited(500, *refunds) == {
		"late": 500,
		"hoodie": 0,
	}  # two hoodies were ordered, it is for one now


def test_pieces_that_were_taken_off_explain_one_refund_only():
	twice = Refund("again", 2999, AT.format(4), HOODIE.lines)
	assert credited(2999, HOODIE, twice) == {"hoodie": 0, "again": 2999}


def test_where_the_sums_say_otherwise_they_hold():
	assert credited(100, HOODIE) == {"hoodie": 100}
	assert credited(0, LATE, TEE) == {"late": 0, "tee": 0}


@given(orders, st.data())
def test_the_parts_add_up_to_what_is_credited(order, data):
	whole = sum(refund.total_minor for refund in order.refunds)
	minor = data.draw(st.integers(0, whole))
	parts = credits_of(an_order(refunds=order.refunds, credited_minor=minor))
	assert sum(part for _, part in parts) == minor
	assert all(0 <= part <= refund.total_minor for refund, part in parts)
