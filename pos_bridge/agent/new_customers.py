"""New customers' records at the agent: kept until the company answered, sent with the browser closed.

It never judges what a record says, and keeps none longer than it has to.
"""

import json
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pos_bridge.agent.company import Company, Pairing
from pos_bridge.agent.rounds import Rounds
from pos_bridge.agent.store import Store
from pos_bridge.core.customers import MAX_RECORDS_BYTES, NewCustomer, read_new_customers
from pos_bridge.core.customers.new_customer import MAX_RECORDS, NEW_CUSTOMERS_PATH
from pos_bridge.core.errors import Malformed, PosBridgeError

RETRY_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 300.0
MAX_KEPT = 10_000
"""Records that wait here; more are refused, and their page sends them itself."""
MAX_BATCH_BYTES = MAX_RECORDS_BYTES // 2
"""Of the records that are sent at once; what is around them has to fit in, too."""
MAX_ANSWERS = 1_000
"""Answers that are remembered for pages which have not asked yet."""

log = logging.getLogger(__name__)


class NewCustomers:
	"""The shelf's records, and the rounds that send them."""

	def __init__(self, store: Store) -> None:
		self._store = store
		self._rounds = Rounds("new-customers", self._send)
		self._company: Company | None = None
		self._pairing: Pairing | None = None

	def start(self, company: Company, pairing: Pairing) -> None:
		self._company, self._pairing = company, pairing
		self._rounds.start()

	async def stop(self) -> None:
		if self._company:
			await self._rounds.stop()

	async def keep(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
		"""Keep records, durable when this returns; what the company answered for each so far, if anything."""
		rows = [(record.customer, _kept(record)) for record in read_new_customers(message)]
		answers = await self._store.write(lambda db: _keep(db, rows))
		if self._company and len(answers) < len(rows):
			self._rounds.wake()
		return answers

	async def _send(self) -> float:
		due = self._store.read(_due)
		if not due or self._company is None or self._pairing is None:
			return LOOK_AGAIN_SECONDS
		try:
			await self._exchange(self._company, self._pairing, due)
		except PosBridgeError as error:
			log.info("New customers wait: %s", error.message)
			return RETRY_SECONDS
		return 0.0

	async def _exchange(self, company: Company, pairing: Pairing, due: Sequence[tuple[str, str]]) -> None:
		body = f'{{"customers":[{",".join(record for _, record in due)}]}}'.encode()
		answer = await company.ask(NEW_CUSTOMERS_PATH, body, pairing.token)
		results = answer.get("results")
		told = [each for each in results if isinstance(each, dict)] if isinstance(results, list) else []
		if [each.get("customer") for each in told] != [id for id, _ in due]:
			raise Malformed("The company's answer does not match the new customers that were sent.")
		await self._store.write(lambda db: _answered(db, told))


def _kept(record: NewCustomer) -> str:
	"""The record within its bounds, without half characters: one that can't go would hold up the others."""
	return json.dumps(asdict(record), ensure_ascii=False).encode(errors="replace").decode()


def _keep(db: sqlite3.Connection, rows: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
	waiting = db.execute("SELECT count(*) FROM new_customer WHERE answer = ''").fetchone()[0]
	if waiting + len(rows) > MAX_KEPT:
		raise Malformed(f"{waiting} new customers wait here already; nothing was kept.", code="too_many")
	db.executemany("INSERT OR IGNORE INTO new_customer (id, record) VALUES (?, ?)", rows)
	marks = ",".join("?" * len(rows))
	found = db.execute(
		f"SELECT answer FROM new_customer WHERE answer <> '' AND id IN ({marks})", [id for id, _ in rows]
	)
	return [json.loads(row[0]) for row in found]


def _due(db: sqlite3.Connection) -> list[tuple[str, str]]:
	"""The next to be sent, one batch at most."""
	rows = db.execute("SELECT id, record FROM new_customer WHERE answer = '' LIMIT ?", (MAX_RECORDS,))
	batch: list[tuple[str, str]] = []
	size = 0
	for id, record in rows.fetchall():
		size += len(record.encode())
		if batch and size > MAX_BATCH_BYTES:
			break
		batch.append((id, record))
	return batch


def _answered(db: sqlite3.Connection, results: Sequence[Mapping[str, Any]]) -> None:
	for result in results:
		text = json.dumps(result, ensure_ascii=False)
		db.execute("UPDATE new_customer SET answer = ?, record = '' WHERE id = ?", (text, result["customer"]))
	db.execute(
		"DELETE FROM new_customer WHERE answer <> '' AND rowid NOT IN"
		" (SELECT rowid FROM new_customer ORDER BY rowid DESC LIMIT ?)",
		(MAX_ANSWERS,),
	)
