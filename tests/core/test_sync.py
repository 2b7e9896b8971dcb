"""Pushes are read strictly; what is wrong with one is said."""

import json
from dataclasses import replace

import pytest
from carts import till_day
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.daybook import Arrival, Head, MemoryDaybook
from pos_bridge.core.entry import WireEntry, open_wire, seal
from pos_bridge.core.errors import Malformed, TooLarge
from pos_bridge.core.sync import (
	MAX_PUSH_BYTES,
	MAX_PUSH_ENTRIES,
	enrolment_epoch,
	latest_answer,
	next_epoch,
	push_body,
	read_before,
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


def test_entries_given_back_fill_a_frame_at_most_and_say_from_where_to_go_on():
	daybook = MemoryDaybook()
	arrival = Arrival("T1", "page", "2026-11-22T11:00:00.000Z")
	day = [seal(replace(open_wire(wire), body={"reason": "x" * 200_000})) for wire in till_day(8)[4:5]]
	assert latest_answer([]) == {"entries": [], "results": []}
	daybook.record_all(day, arrival)
	(stored,) = daybook.latest("T1", 0, 10)
	whole = latest_answer([stored] * 3)
	assert (len(whole["entries"]), "before" in whole) == (3, False)
	cut = latest_answer([stored] * 9)
	assert len(cut["entries"]) == 5
	assert cut["before"] == stored.cursor
	assert cut["results"][0]["state"] == "waiting"


@pytest.mark.parametrize("given", ["-1", "1.5", "٣", "9" * 20])
def test_a_place_to_go_on_from_is_a_number(given):
	with pytest.raises(Malformed):
		read_before(given)


def test_the_epoch_of_a_new_chain_is_above_all_others():
	assert next_epoch([]) == 1
	assert next_epoch([Head("T1", "a", 2, 9, ""), Head("T1", "b", 1, 3, "")]) == 3


def test_each_enrolment_begins_behind_whatever_epochs_the_till_took_by_itself():
	free_then_given = {1: 1, 2: 101, 8: 101, 101: 101, 102: 201, 150: 201, 202: 301}
	assert {free: enrolment_epoch(free) for free in free_then_given} == free_then_given
