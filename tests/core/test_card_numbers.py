"""What may be a card's number is found, however it is grouped; codes and dates are not taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.card_numbers import HIDDEN, holds_card_number, without_card_numbers


def luhn(body):
	"""The body with its check digit, computed by trying."""
	for last in "0123456789":
		total = 0
		for place, digit in enumerate(reversed(body + last)):
			value = int(digit) * (2 if place % 2 else 1)
			total += value // 10 + value % 10
		if total % 10 == 0:
			return body + last
	raise AssertionError


numbers = (
	st.integers(12, 18).flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size)).map(luhn)
)


@given(
	numbers.filter(lambda number: number.strip("0")),
	st.sampled_from(["", " ", "-"]),
	st.text("abc .:=\n", max_size=9),
)
def test_a_cards_number_is_found_and_taken_out_whatever_stands_around_it(number, gap, around):
	grouped = gap.join(number[at : at + 4] for at in range(0, len(number), 4))
	text = f"{around}x{grouped}x{around}"
	assert holds_card_number(text)
	assert without_card_numbers(text) == f"{around}x{HIDDEN}x{around}"


@pytest.mark.parametrize(
	("text", "expected"),
	[
		("pay 12 4111111111111111 now", f"pay 12 {HIDDEN} now"),
		("4111 1111 1111 1111=2512", f"{HIDDEN}=2512"),
		("4111111111111112", "4111111111111112"),
		("000000000000000000", "000000000000000000"),
		("…1234", "…1234"),
		("2026-11-27 12:00", "2026-11-27 12:00"),
		("4111111111111111" * 2, "4111111111111111" * 2),
		("", ""),
	],
)
def test_what_is_none_stays(text, expected):
	assert without_card_numbers(text) == expected
	assert holds_card_number(text) is (text != expected)
