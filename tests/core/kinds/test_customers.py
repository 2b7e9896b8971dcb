"""New customers' records: numbers and addresses in one form, faults by field, and the salted hash."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pos_bridge.core.customers import (
	faults_of,
	normal_email,
	normal_mobile,
	read_asked_customer,
	read_new_customers,
	record_hash,
)
from pos_bridge.core.customers.new_customer import MAX_RECORDS, MAX_TEXT
from pos_bridge.core.errors import Malformed, TooLarge

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/contact.json").read_text(encoding="utf-8"))
RECORD = VECTORS["records"][0]["record"]


@pytest.mark.parametrize("case", VECTORS["mobiles"], ids=lambda case: case["text"])
def test_a_telephone_number_has_one_form(case):
	assert normal_mobile(case["text"], case["country"]) == case["normal"]


@pytest.mark.parametrize("case", VECTORS["emails"], ids=lambda case: case["text"])
def test_an_address_has_one_form(case):
	assert normal_email(case["text"]) == case["normal"]


@pytest.mark.parametrize("case", VECTORS["records"], ids=lambda case: case["record"]["name"])
def test_what_is_wrong_is_said_by_field_and_the_hash_is_the_pages(case):
	(record,) = read_new_customers({"customers": [case["record"]]})
	assert [list(fault) for fault in faults_of(record, case["country"])] == case["faults"]
	assert record_hash(record) == case["hash"]


def test_the_hash_tells_nothing_without_the_salt():
	(record,) = read_new_customers({"customers": [RECORD]})
	assert record_hash(replace(record, salt="1" * 32)) != record_hash(record)


def test_a_wrong_text_is_kept_as_long_as_it_is_bounded():
	(record,) = read_new_customers({"customers": [{**RECORD, "name": "x" * 5_000, "mobile": "call 😀"}]})
	assert (len(record.name), record.mobile) == (MAX_TEXT, "call 😀")
	assert faults_of(record, "49") == [("name", "too_long"), ("mobile", "no_number")]


@pytest.mark.parametrize(
	"more",
	[
		{"customer": "Jana"},
		{"salt": "ff"},
		{"name": 7},
		{"created_at": "today"},
		{"consents": {"receipts": {}}},
	],
	ids=str,
)
def test_what_is_no_record_is_malformed(more):
	with pytest.raises(Malformed):
		read_new_customers({"customers": [{**RECORD, **more}]})


def test_a_call_is_bounded():
	with pytest.raises(TooLarge):
		read_new_customers({"customers": [RECORD] * (MAX_RECORDS + 1)})
	with pytest.raises(Malformed):
		read_asked_customer({"customer": ""})
