"""The record of a customer who is new at a till, as it travels beside the entries (docs/protocol.md).

It never goes into a chain: an entry names the id, and the record's salted hash.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pos_bridge.core.customers.contact import normal_email, normal_mobile
from pos_bridge.core.entry import INSTANT, canonical
from pos_bridge.core.errors import Malformed, TooLarge
from pos_bridge.core.sale_body import readable, text

NEW_CUSTOMERS_PATH = "/api/method/pos_bridge.api.new_customers"
CUSTOMER_PATH = "/api/method/pos_bridge.api.customer"
MAX_RECORDS = 50
"""Records in one call."""
MAX_RECORDS_BYTES = 256 * 1024
MAX_TEXT = 1_000
"""Characters of any field that are kept, however wrong they are."""
MAX_NAME = 140
MAX_PURCHASES = 20
"""Last purchases that a till is told of a customer."""
MAX_GOODS_NAMED = 3
"""Names of goods that are shown of a purchase."""
PURPOSES = ("receipts", "marketing")
"""What a customer may agree to: receipts by e-mail, and being written to."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_SALT = re.compile(r"[0-9a-f]{32}")
_NOT_IN_NAMES = re.compile(
	"[\x00-\x1f\x7f<>\u200b-\u200f\u2028-\u202e\u2190-\u2bff\ufe00-\ufe0f\U0001f000-\U0001faff]"
)
"""Control characters and signs that neither a printer nor ERPNext takes in a name; emoji among them."""


@dataclass(frozen=True, slots=True)
class Consent:
	"""Somebody agreed then (the till's time) to what the wording of this version says."""

	given_at: str
	wording: str


@dataclass(frozen=True, slots=True)
class NewCustomer:
	"""What a customer said of himself; `customer` is the id that the till made."""

	customer: str
	name: str
	mobile: str
	email: str
	consents: Mapping[str, Consent]
	created_at: str
	cashier: str
	salt: str


def is_made_at_till(customer: str) -> bool:
	"""Whether it is an id that tills make (UUIDv7), no customer's name."""
	return bool(_ID.fullmatch(customer))


def read_new_customers(body: Mapping[str, Any]) -> list[NewCustomer]:
	"""The records of a call; `Malformed` for what is none. What a record says may be wrong (`faults_of`)."""
	listed = body.get("customers")
	if not isinstance(listed, list):
		raise Malformed("customers is not a list.")
	if len(listed) > MAX_RECORDS:
		raise TooLarge(f"{len(listed)} customers; {MAX_RECORDS} is the most. Send fewer at a time.")
	return readable(lambda: [_read(each) for each in listed])


def read_asked_customer(body: Mapping[str, Any]) -> str:
	"""The id in the body of `customer`; `Malformed` if there is none."""
	asked = readable(lambda: text(body["customer"]))
	if not 0 < len(asked) <= MAX_NAME:
		raise Malformed(f"A customer's id has 1 to {MAX_NAME} characters.")
	return asked


def _read(fields: Mapping[str, Any]) -> NewCustomer:
	record = NewCustomer(
		customer=text(fields["customer"]),
		name=text(fields["name"])[:MAX_TEXT],
		mobile=text(fields.get("mobile", ""))[:MAX_TEXT],
		email=text(fields.get("email", ""))[:MAX_TEXT],
		consents={
			purpose: Consent(text(given["given_at"]), text(given["wording"])[:MAX_NAME])
			for purpose, given in fields.get("consents", {}).items()
			if purpose in PURPOSES
		},
		created_at=text(fields["created_at"]),
		cashier=text(fields.get("cashier", ""))[:MAX_NAME],
		salt=text(fields["salt"]),
	)
	instants = [record.created_at, *(given.given_at for given in record.consents.values())]
	if not is_made_at_till(record.customer) or not _SALT.fullmatch(record.salt):
		raise Malformed("A new customer has an id (UUIDv7) and a salt of 16 bytes, in hex.")
	if not all(INSTANT.fullmatch(instant) for instant in instants):
		raise Malformed("A new customer's times are not as the protocol says.")
	return record


def faults_of(record: NewCustomer, country: str) -> list[tuple[str, str]]:
	"""What is wrong with it, as (field, code); none of it keeps a record from being kept."""
	faults = []
	name = record.name.strip()
	if not name:
		faults.append(("name", "missing"))
	elif len(name) > MAX_NAME:
		faults.append(("name", "too_long"))
	elif _NOT_IN_NAMES.search(name):
		faults.append(("name", "characters"))
	if record.mobile.strip() and not normal_mobile(record.mobile, country):
		faults.append(("mobile", "no_number"))
	if record.email.strip() and not normal_email(record.email):
		faults.append(("email", "no_address"))
	if record.consents and not record.email.strip():
		faults.append(("email", "needed"))
	return faults


def record_hash(record: NewCustomer) -> str:
	"""SHA-256 in hex over the salt and the record's RFC 8785 text without it: what an entry names of it."""
	fields = {
		"customer": record.customer,
		"name": record.name,
		"mobile": record.mobile,
		"email": record.email,
		"consents": {
			purpose: {"given_at": given.given_at, "wording": given.wording}
			for purpose, given in record.consents.items()
		},
		"created_at": record.created_at,
		"cashier": record.cashier,
	}
	return hashlib.sha256(bytes.fromhex(record.salt) + canonical(fields).encode()).hexdigest()


Taken = tuple[str, str, str, str]
"""What became of a record: its id, the outcome, whom the company knows it as, and why it is held."""


def taken_answer(results: Sequence[Taken]) -> dict[str, Any]:
	"""What a till is told of its records: id, outcome, whom the company knows it as, and why it is held.

	Outcomes: `created`, `exists` (taken before), `same_as` (somebody who was known), `held`, `erased`.
	All of them mean: kept.
	"""
	names = ("customer", "outcome", "known_as", "reason")
	return {"results": [dict(zip(names, result, strict=True)) for result in results]}
