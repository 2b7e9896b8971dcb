"""Codes: what the shop's scale printed, and what it did not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.codes.gs1 import check_digit, is_gtin, normalise_code, parse_in_store_code
from pos_bridge.core.errors import Rejected

digits = st.text("0123456789", min_size=12, max_size=12)


@given(digits, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(body, at, by):
	code = body + check_digit(body)
	wrong = code[:at] + str((int(code[at]) + by) % 10) + code[at + 1 :]
	assert is_gtin(code)
	assert not is_gtin(wrong)


@given(st.text(max_size=20))
def test_any_text_normalises_and_stays_so(text):
	once = normalise_code(text)
	assert normalise_code(once) == once or once.startswith("]")


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_a_weight_code_gives_back_item_and_grams(item, grams):
	body = f"21{item:05d}{grams:05d}"
	found = parse_in_store_code(body + check_digit(body), ["21IIIIIWWWWWC"])
	assert found is not None
	assert (found.item_code, found.quantity) == (f"{item:05d}", grams * 10**6)


def test_a_pattern_that_is_none_is_refused_with_an_example():
	with pytest.raises(Rejected, match="21IIIIIWWWWWC"):
		parse_in_store_code("2112345003459", ["weight"])
