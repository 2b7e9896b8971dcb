"""One contract for new customers at every company: taken once, nobody twice, nothing lost.

A test module imports all of it and brings the fixture `customers`.
"""

import itertools
import secrets
import time
from collections.abc import Mapping
from typing import Any, Protocol

from pos_bridge.core.entry import uuid7

_numbers = itertools.count(secrets.randbelow(10**6))


class Customers(Protocol):
	"""A company that takes new customers of one till, and tells of them."""

	def send(self, *records: Mapping[str, Any]) -> list[Mapping[str, Any]]:
		"""The results of a call with these records."""

	def ask(self, customer: str) -> Mapping[str, Any]:
		"""What it tells of a customer."""


def a_record(**more: Any) -> dict[str, Any]:
	"""A record of somebody whom nobody knows."""
	number = next(_numbers)
	return {
		"customer": uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10)),
		"name": f"Mira Novak {number}",
		"mobile": f"0171 4{number:08d}",
		"email": f"mira{number}@novak.example",
		"consents": {"receipts": {"given_at": "2026-11-25T12:00:00.000+01:00", "wording": "2026-11"}},
		"created_at": "2026-11-25T12:00:00.000+01:00",
		"cashier": "Ada",
		"salt": secrets.token_hex(16),
		**more,
	}


def test_a_new_customer_is_known_by_the_tills_id(customers):
	record = a_record()
	(result,) = customers.send(record)
	assert (result["customer"], result["outcome"], result["reason"]) == (record["customer"], "created", "")
	told = customers.ask(record["customer"])
	assert (told["known"], told["known_as"], told["name"]) == (True, result["known_as"], record["name"])
	assert (told["owed_minor"], told["purchases"]) == (0, [])


def test_a_record_that_comes_by_two_ways_makes_one_customer(customers):
	record = a_record()
	((first,), (again,)) = customers.send(record), customers.send(record)
	assert (first["outcome"], again["outcome"]) == ("created", "exists")
	assert again["known_as"] == first["known_as"]


def test_two_records_of_one_number_however_it_is_written_are_one_customer(customers):
	one = a_record()
	other = a_record(mobile="+49 " + one["mobile"].replace(" ", "")[1:], email="")
	other["consents"] = {}
	first, second = customers.send(one, other)
	assert (first["outcome"], second["outcome"]) == ("created", "same_as")
	assert second["known_as"] == first["known_as"]
	assert customers.ask(other["customer"])["name"] == one["name"]


def test_two_records_of_one_address_are_one_customer(customers):
	one = a_record()
	first, second = customers.send(one, a_record(email=f" {one['email'].upper()} "))
	assert second["known_as"] == first["known_as"]


def test_a_record_that_cannot_be_taken_is_kept_and_those_behind_it_are_taken(customers):
	bad = a_record(name="Mira 😀", mobile="ask Mira", email="mira at novak")
	held, taken = customers.send(bad, a_record())
	assert (held["outcome"], held["known_as"], taken["outcome"]) == ("held", "", "created")
	assert held["reason"] != ""
	assert customers.ask(bad["customer"]) == {"customer": bad["customer"], "known": False}


def test_a_name_of_three_hundred_characters_is_held(customers):
	(result,) = customers.send(a_record(name="x" * 300))
	assert result["outcome"] == "held"


def test_of_somebody_whom_nobody_knows_nothing_is_told(customers):
	id = a_record()["customer"]
	assert customers.ask(id) == {"customer": id, "known": False}
