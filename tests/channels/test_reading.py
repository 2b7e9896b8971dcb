"""A shop's JSON becomes values of one form, or is said to be none."""

import base64
import hashlib
import hmac
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.channels import reading
from pos_bridge.core.errors import Malformed


@pytest.mark.parametrize(
	("value", "precision", "amount"),
	[
		("89.80", 2, 8980),
		("-17.99", 2, -1799),
		(Decimal("77.3143"), 2, 7731),
		(Decimal("0.005"), 2, 1),
		("-0.005", 2, -1),
		("1.005", 2, 101),
		(5, 2, 500),
		("500", 0, 500),
		("1.2345", 3, 1235),
		("1e2", 2, 10000),
	],
)
def test_an_amount_is_rounded_once_and_halves_go_away_from_zero(value, precision, amount):
	assert reading.minor(value, precision) == amount


@pytest.mark.parametrize(
	"value", [None, True, 1.5, "", "x", "NaN", "Infinity", "1e99999999", "9" * 41, 10**40, [], {}]
)
def test_what_is_no_amount_is_refused(value):
	with pytest.raises(ValueError, match=r"figure|larger|digits"):
		reading.minor(value, 2)


@given(st.decimals(allow_nan=True) | st.text() | st.integers() | st.floats() | st.none())
def test_whatever_stands_for_an_amount_it_is_an_integer_or_a_malformed_order(value):
	with suppress(Malformed):
		assert isinstance(reading.payload(lambda: reading.minor(value, 2), "An order"), int)


@pytest.mark.parametrize(
	("said", "instant"),
	[
		("2026-11-22T13:18:05", "2026-11-22T13:18:05.000Z"),
		("2026-11-22T13:18:05Z", "2026-11-22T13:18:05.000Z"),
		("2026-11-22T13:18:05.738Z", "2026-11-22T13:18:05.738Z"),
		("2026-11-22T14:18:05+01:00", "2026-11-22T13:18:05.000Z"),
	],
)
def test_a_time_has_one_form(said, instant):
	assert reading.instant(said) == instant


@pytest.mark.parametrize("said", [None, 5, "yesterday", "", "2026-13-01T00:00:00", "x" * 100])
def test_no_time(said):
	with pytest.raises((TypeError, ValueError)):
		reading.instant(said)


def test_a_text_can_steer_nothing():
	assert reading.words("Tee\x1b[2J\n\u202eevil\ud800") == "Tee [2J evil"
	assert reading.words("x" * 1000) == "x" * 140
	assert reading.words(None) == ""
	with pytest.raises(TypeError):
		reading.words(5)


@pytest.mark.parametrize(("said", "identity"), [(22, "22"), ("gid://shop/Order/1", "gid://shop/Order/1")])
def test_an_id_is_a_text(said, identity):
	assert reading.identity(said) == identity


@pytest.mark.parametrize("said", [0, -1, "", None, True, 1.5, "a b", "a\n", "x" * 141, "ü"])
def test_no_id(said):
	with pytest.raises(ValueError, match="no id"):
		reading.identity(said)


@pytest.mark.parametrize(
	("said", "pieces"), [(7, 7), (None, None), (Decimal("2.9"), 2), (Decimal("-0.5"), -1)]
)
def test_a_level_is_whole_pieces_rounded_down(said, pieces):
	assert reading.pieces(said) == pieces


def test_a_signature_is_taken_under_the_secret_before_as_well():
	raw = b'{"id": 1}'
	signature = hmac.new(b"old", raw, hashlib.sha256).digest()
	assert reading.is_signed(signature, raw, ("new", "old"))
	assert not reading.is_signed(signature, raw, ("new",))
	assert not reading.is_signed(signature, raw + b" ", ("new", "old"))
	assert not reading.is_signed(base64.b64encode(signature), raw, ("old",))
	empty = hmac.new(b"", raw, hashlib.sha256).digest()
	assert not reading.is_signed(empty, raw, ("", ""))
	assert not reading.is_signed(b"", raw, ())


def test_a_key_is_found_behind_however_long_a_text():
	said = reading.marked("x" * 1000 + "\n", "0192-key")
	assert len(said) < 100
	assert reading.is_marked(said, "0192-key")
	assert reading.is_marked(reading.marked("", "k"), "k")
	assert not reading.is_marked(said, "key2")
	assert not reading.is_marked(None, "k")


def test_a_digest_does_not_hang_on_the_order_of_names_and_a_key_does_on_where_parts_end():
	assert reading.digest({"a": 1, "b": Decimal("1.5")}) == reading.digest({"b": Decimal("1.5"), "a": 1})
	assert reading.digest({"a": 1}) != reading.digest({"a": 2})
	assert reading.delivery_key("ab", "c") != reading.delivery_key("a", "bc")
