"""Pushes are read strictly; what is wrong with one is said."""

import json

import pytest
from carts import till_day
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.daybook import Head
from pos_bridge.core.entry import WireEntry
from pos_bridge.core.errors import Malformed, TooLarge
from pos_bridge.core.sync import (
	MAX_PUSH_BYTES,
	MAX_PUSH_ENTRIES,
	next_epoch,
	push_body,
	read_push,
	read_recorded,
	wire_fields,
)


def test_a_push_survives_the_wire():
	wires = till_day(5)
	push = read_push(json.dumps(push_body("T1", wires)).encode())
	assert push.till == "T1"
	assert list(push.items) == wires


@pytest.mark.parametrize("protocol", [2, 0, "1", True, None])
def test_an_unknown_protocol_is_named(protocol):
	with pytest.raises(Malformed) as caught:
		read_push(json.dumps({"protocol": protocol, "till": "T1", "entries": []}).encode())
	assert caught.value.code == "unknown_protocol"


@given(st.binary(max_size=80))
def test_any_bytes_are_a_push_or_malformed(raw):
	with pytest.raises(Malformed):
		read_push(raw)


@pytest.mark.parametrize("item", [None, 5, [], {}, {"hash": 1, "text": "x"}, {"text": "x"}])
def test_what_is_not_shaped_like_an_entry_comes_back_as_bytes_for_quarantine(item):
	raw = json.dumps({"protocol": 1, "till": "T1", "entries": [item, wire_fields(till_day(1)[0])]}).encode()
	strange, entry = read_push(raw).items
	assert strange == json.dumps(item, sort_keys=True).encode()
	assert isinstance(entry, WireEntry)


def test_a_push_over_a_limit_takes_nothing_and_says_so():
	with pytest.raises(TooLarge, match="nothing was taken"):
		read_push(b" " * (MAX_PUSH_BYTES + 1))
	many = {"protocol": 1, "till": "T1", "entries": [1] * (MAX_PUSH_ENTRIES + 1)}
	with pytest.raises(TooLarge, match="nothing was taken"):
		read_push(json.dumps(many).encode())


@pytest.mark.parametrize("fields", [{}, {"id": "x", "outcome": "maybe", "state": "posted", "reason": ""}])
def test_an_answer_that_is_not_known_is_malformed(fields):
	with pytest.raises(Malformed):
		read_recorded(fields)


def test_the_epoch_of_a_new_chain_is_above_all_others():
	assert next_epoch([]) == 1
	assert next_epoch([Head("T1", "a", 2, 9, ""), Head("T1", "b", 1, 3, "")]) == 3
