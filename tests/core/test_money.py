"""Money: one rounding, exact decimals, and splits that add up."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.money import (
	SCALE,
	Rounding,
	allocate,
	format_decimal,
	format_minor,
	parse_decimal,
	round_ratio,
)

numerators = st.integers(-(10**18), 10**18)
denominators = st.integers(1, 10**12) | st.integers(-(10**6), -1)


@given(numerators, denominators, st.sampled_from(Rounding))
def test_rounding_is_never_further_than_half_away(numerator, denominator, rounding):
	rounded = round_ratio(numerator, denominator, rounding)
	assert abs(Fraction(numerator, denominator) - rounded) <= Fraction(1, 2)


@given(st.integers(-(10**9), 10**9))
def test_each_method_decides_an_exact_half_by_its_own_rule(floor):
	half = 2 * floor + 1
	away = floor + 1 if half > 0 else floor
	even = floor if floor % 2 == 0 else floor + 1
	assert round_ratio(half, 2, Rounding.COMMERCIAL) == away
	assert round_ratio(half, 2, Rounding.BANKERS) == even
	assert round_ratio(half, 2, Rounding.BANKERS_LEGACY) == floor + 1
	assert round_ratio(half, 2, Rounding.BANKERS_LEGACY, precision=0) == even


def test_the_default_of_frappe_rounds_the_measured_tie_as_its_python_does():
	assert round_ratio(-9171995, 10, Rounding.BANKERS_LEGACY) == -917199


weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any)


@given(st.integers(-(10**12), 10**12), weights)
def test_an_allocation_adds_up_and_no_part_is_off_by_a_whole_unit(total, weights):
	parts = allocate(total, weights)
	assert sum(parts) == total
	for part, weight in zip(parts, weights, strict=True):
		exact = Fraction(total * weight, sum(weights))
		assert math.floor(exact) <= part <= math.floor(exact) + 1


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_an_amount_is_not_split_over_nothing(weights):
	with pytest.raises(Rejected):
		allocate(100, weights)


@given(st.integers(-(10**21) + 1, 10**21 - 1))
def test_decimals_survive_writing_and_reading(scaled):
	assert parse_decimal(format_decimal(scaled)) == scaled


@given(st.text(max_size=12))
def test_a_text_is_a_decimal_only_in_its_one_canonical_form(text):
	try:
		scaled = parse_decimal(text)
	except Malformed:
		return
	assert format_decimal(scaled) == text
	assert Fraction(text) == Fraction(scaled, SCALE)


@given(st.integers(-(10**15), 10**15), st.integers(0, 3))
def test_a_formatted_amount_reads_back(amount_minor, precision):
	shown = format_minor(amount_minor, precision, ".", ",")
	assert Fraction(shown.replace(",", "")) * 10**precision == amount_minor
