"""An entry is what its hash says, in one canonical text."""

import itertools
import json
import uuid
from dataclasses import replace

import pytest
from carts import till_day
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.entry import (
	GENESIS,
	MAX_ENTRY_BYTES,
	WireEntry,
	_is_canonical,
	canonical,
	chain_hash,
	open_wire,
	receipt_number,
	seal,
	uuid7,
)
from pos_bridge.core.errors import Malformed

json_values = st.recursive(
	st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
	lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
	max_leaves=20,
)


@given(json_values)
def test_canonical_text_reads_back_and_stays_the_same(value):
	text = canonical(value)
	assert json.loads(text) == value
	assert canonical(json.loads(text)) == text
	assert "\n" not in text


@given(st.dictionaries(st.text(), json_values, max_size=4), st.booleans(), st.booleans())
def test_the_quick_check_of_a_canonical_text_says_what_the_slow_one_says(value, escape, sort):
	for text in (canonical(value), json.dumps(value, ensure_ascii=escape, sort_keys=sort)):
		assert _is_canonical(text, value) is (canonical(value) == text)


@pytest.mark.parametrize("value", [1.5, None, 2**53, "\ud800", {"\udfff": 1}, b"x", {1: 2}, float("nan")])
def test_what_has_no_exact_canonical_text_is_refused(value):
	with pytest.raises(Malformed):
		canonical(value)


def test_deep_nesting_is_refused_in_words_and_not_by_a_crash():
	value: object = "x"
	for _ in range(100):
		value = [value]
	with pytest.raises(Malformed, match="nested deeper"):
		canonical(value)
	deep = "[" * 100_000
	with pytest.raises(Malformed):
		open_wire(WireEntry(GENESIS, deep))


def test_an_entry_survives_the_wire():
	for wire in till_day(6):
		assert seal(open_wire(wire)) == wire


def test_an_entry_of_nobody_who_is_signed_in_survives_the_wire():
	wire = seal(replace(open_wire(till_day(1)[0]), cashier=""))
	assert '"cashier":""' in wire.text
	assert open_wire(wire).cashier == ""


def test_each_entry_carries_the_hash_before_it():
	day = till_day(4)
	assert open_wire(day[0]).previous == GENESIS
	for before, wire in itertools.pairwise(day):
		assert open_wire(wire).previous == before.hash


@given(st.data())
def test_one_changed_character_is_found(data):
	wire = till_day(1)[0]
	at = data.draw(st.integers(0, len(wire.text) - 1))
	other = data.draw(st.characters(codec="utf-8").filter(lambda each: each != wire.text[at]))
	with pytest.raises(Malformed):
		open_wire(WireEntry(wire.hash, wire.text[:at] + other + wire.text[at + 1 :]))


def changed(**changes):
	"""A wire entry with fields changed and the hash made right again: only the fields can be at fault."""
	fields = json.loads(till_day(1)[0].text) | changes
	text = canonical({name: value for name, value in fields.items() if value is not ...})
	previous = fields["previous"] if isinstance(fields["previous"], str) else GENESIS
	return WireEntry(chain_hash(previous if len(previous) == 64 else GENESIS, text), text)


@pytest.mark.parametrize(
	"changes",
	[
		{"protocol": 2},
		{"protocol": True},
		{"id": "17"},
		{"kind": "gift"},
		{"kind": ...},
		{"till": "../T1"},
		{"till": 7},
		{"writer": "stranger"},
		{"previous": "00"},
		{"previous": "1" * 64},
		{"sequence": 0},
		{"sequence": True},
		{"epoch": -1},
		{"occurred_at": "yesterday"},
		{"business_date": "2026-13-01"},
		{"business_date": "\u0662\u0660\u0662\u0666-11-22"},
		{"occurred_at": "2026-11-22T12:00:00.00\u0660Z"},
		{"cashier": "A\nB"},
		{"body": []},
		{"body": ...},
		{"receipt_number": ...},
		{"receipt_number": "T2-1-000001"},
		{"receipt_number": "T1-1-1"},
		{"kind": "no_sale"},
		{"continues": {}},
		{"fiscal": "signed"},
	],
)
def test_a_field_out_of_its_form_is_named(changes):
	with pytest.raises(Malformed):
		open_wire(changed(**changes))


def test_the_slots_for_an_older_chain_and_a_fiscal_signature_are_read():
	older = {"chain": str(uuid.UUID(int=7)), "sequence": 9, "hash": "a" * 64}
	entry = open_wire(changed(continues=older, fiscal={"signature": "abc"}))
	assert entry.continues == older
	assert entry.fiscal == {"signature": "abc"}


def test_a_field_of_a_later_release_is_kept_in_the_text():
	assert open_wire(changed(weather="rain")).kind == "sale"


def test_an_entry_over_the_limit_is_refused():
	with pytest.raises(Malformed, match="256 KiB"):
		open_wire(changed(body={"note": "x" * MAX_ENTRY_BYTES}))


@given(st.text())
def test_any_text_is_an_entry_or_malformed(text):
	with pytest.raises(Malformed):
		open_wire(WireEntry(GENESIS, text))


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_7_that_sorts_by_time(milliseconds, random_bytes):
	made = uuid.UUID(uuid7(milliseconds, random_bytes))
	assert made.variant == uuid.RFC_4122
	assert made.version == 7
	assert made.int >> 80 == milliseconds


def test_a_receipt_number_has_till_epoch_and_six_digits():
	assert receipt_number("T1", 3, 42) == "T1-3-000042"
	assert receipt_number("T1", 3, 1_234_567) == "T1-3-1234567"
