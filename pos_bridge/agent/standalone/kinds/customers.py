"""Customers of the standalone company: those of the demo shop, and who was new at a till.

It never decides what is wrong with a record (`core.customers` does), and never doubles somebody.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pos_bridge.agent.daybook import arrival_now
from pos_bridge.agent.standalone.demo_shop import CURRENCY, CUSTOMERS, PHONE_CODE
from pos_bridge.agent.store import Store
from pos_bridge.core.customers import (
	MAX_GOODS_NAMED,
	MAX_PURCHASES,
	NewCustomer,
	Taken,
	faults_of,
	normal_email,
	normal_mobile,
	read_new_customers,
	taken_answer,
)

COLUMNS = ("customer", "name", "mobile", "email", "group", "price_list", "card")
GROUP = "Individual"

_OWN = "customer <> '' AND customer NOT LIKE 'CUST-0%'"
"""Who was nobody of the demo shop's."""

Row = tuple[str, str, str, str, str, str, str]


class Customers:
	"""What tills send and ask about customers."""

	def __init__(self, store: Store) -> None:
		self._store = store

	async def take(self, body: Mapping[str, Any]) -> dict[str, Any]:
		"""Keep records of new customers; each becomes somebody new, or is somebody who is known."""
		records = read_new_customers(body)
		return taken_answer(await self._store.write(lambda db: [_take(db, record) for record in records]))

	def ask(self, asked: str) -> dict[str, Any]:
		"""What a customer bought and owes."""
		return self._store.read(lambda db: _answer(db, asked))

	def told(self) -> int:
		"""Rises with each new customer: the place that a till's cursor names."""
		count = self._store.read(lambda db: db.execute("SELECT count(*) FROM new_customer").fetchone()[0])
		return int(count)

	def columns(self) -> dict[str, list[str]]:
		"""All customers as `changes` has them."""
		rows = self._store.read(lambda db: list(_rows(db)))
		return dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))


def _rows(db: sqlite3.Connection) -> Iterator[Row]:
	for customer, name, mobile, email, group, card in CUSTOMERS:
		yield customer, name, mobile, email, group, "", card
	rows = db.execute(
		f"SELECT min(rowid), customer, record FROM new_customer WHERE {_OWN} GROUP BY customer ORDER BY 1"
	)
	for _, customer, record in rows.fetchall():
		said = json.loads(record)
		yield customer, said["name"], said["mobile"], said["email"], GROUP, "", ""


def _take(db: sqlite3.Connection, record: NewCustomer) -> Taken:
	row = db.execute("SELECT customer FROM new_customer WHERE id = ?", (record.customer,)).fetchone()
	if row:
		return record.customer, "exists" if row[0] else "held", row[0], ""
	faults = faults_of(record, PHONE_CODE)
	mobile, email = normal_mobile(record.mobile, PHONE_CODE), normal_email(record.email)
	known = "" if faults else _known(db, mobile, email)
	customer = "" if faults else known or _next(db)
	kept = json.dumps(asdict(record), ensure_ascii=False)
	values = (record.customer, customer, kept, mobile, email, arrival_now("", "").recorded_at)
	db.execute("INSERT INTO new_customer VALUES (?, ?, ?, ?, ?, ?)", values)
	if faults:
		return record.customer, "held", "", ", ".join(f"{field}: {code}" for field, code in faults)
	return record.customer, "same_as" if known else "created", customer, ""


def _known(db: sqlite3.Connection, mobile: str, email: str) -> str:
	for customer, _name, its_mobile, its_email, *_rest in CUSTOMERS:
		same_mobile = mobile and normal_mobile(its_mobile, PHONE_CODE) == mobile
		if same_mobile or (email and its_email == email):
			return customer
	row = db.execute(
		"SELECT customer FROM new_customer WHERE customer <> '' AND ((mobile <> '' AND mobile = ?1)"
		" OR (email <> '' AND email = ?2)) ORDER BY rowid LIMIT 1",
		(mobile, email),
	).fetchone()
	return str(row[0]) if row else ""


def _next(db: sqlite3.Connection) -> str:
	count = db.execute(f"SELECT count(DISTINCT customer) FROM new_customer WHERE {_OWN}").fetchone()[0]
	return f"CUST-{1001 + count}"


def _answer(db: sqlite3.Connection, asked: str) -> dict[str, Any]:
	row = db.execute("SELECT customer FROM new_customer WHERE id = ?", (asked,)).fetchone()
	name = str(row[0]) if row else asked
	known = next((each for each in _rows(db) if each[0] == name), None)
	if known is None:
		return {"customer": asked, "known": False}
	ids = [name, *(each[0] for each in db.execute("SELECT id FROM new_customer WHERE customer = ?", (name,)))]
	entries = _entries(db, ids)
	return {
		"customer": asked,
		"known": True,
		"known_as": name,
		"name": known[1],
		"group": known[4],
		"currency": CURRENCY,
		"owed_minor": sum(
			tender["amount_minor"]
			for entry in entries
			for tender in entry["body"]["tenders"]
			if tender["kind"] == "on_account"
		),
		"purchases": [_purchase(entry) for entry in entries[:MAX_PURCHASES]],
	}


def _entries(db: sqlite3.Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
	marks = ",".join("?" * len(ids))
	rows = db.execute(
		"SELECT text FROM entry WHERE kind IN ('sale', 'return') AND"
		f" iif(json_valid(text), json_extract(text, '$.body.customer'), NULL) IN ({marks})"
		" ORDER BY cursor DESC",
		list(ids),
	)
	return [json.loads(row[0]) for row in rows]


def _purchase(entry: Mapping[str, Any]) -> dict[str, Any]:
	body = entry["body"]
	return {
		"receipt_number": entry["receipt_number"],
		"document": entry["receipt_number"],
		"at": entry["occurred_at"],
		"total_minor": body["total_minor"],
		"is_return": entry["kind"] == "return",
		"items": [line["name"] for line in body["lines"][:MAX_GOODS_NAMED]],
	}
