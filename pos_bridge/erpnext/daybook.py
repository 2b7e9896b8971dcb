"""The company's daybook on MariaDB: core's port over `POS Entry`, `POS Chain` and `POS Quarantine`.

It never decides by a body and never commits: the transaction is its caller's, as is the till's lock.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import frappe

from pos_bridge.core.daybook import (
	Arrival,
	Gap,
	Head,
	Link,
	Quarantined,
	Recorded,
	State,
	Stored,
	record,
	set_aside,
)
from pos_bridge.core.entry import Entry, WireEntry, open_wire
from pos_bridge.erpnext.shown import plain

MAX_GAPS = 1_000
"""Gaps that one answer names at most; the rest is named when these are filled."""
MAX_ID = 36
"""Characters of an entry's id."""

_STORED = "position, hash, text, sent_by, hop, recorded_at, state, reason"


class FrappeDaybook:
	"""core's Daybook in the open transaction; the caller holds `lock_till` while it records.

	`kept` are the entries that this very object recorded as new, in their order.
	"""

	def __init__(self) -> None:
		self.kept: list[Entry] = []
		self._links: dict[tuple[str, int], Link | None] = {}

	def record_all(self, wires: Sequence[WireEntry | bytes], arrival: Arrival) -> list[Recorded]:
		"""Record all of `wires`; bytes, which have not even an entry's shape, are put aside."""
		return [self._record(wire, arrival) for wire in wires]

	def _record(self, wire: WireEntry | bytes, arrival: Arrival) -> Recorded:
		if isinstance(wire, bytes):
			reason = "It is not an entry: an entry has a hash and a text."
			return set_aside(self, wire, "", arrival, reason)
		return record(self, wire, arrival)

	def find(self, id: str) -> Stored | None:
		rows = _select("WHERE name = %s", id)
		return rows[0] if rows else None

	def link(self, chain: str, sequence: int) -> Link | None:
		"""Whoever asks for a place asks for its neighbours too: the three are read at once."""
		if (chain, sequence) not in self._links:
			self._links = _links_around(chain, sequence)
		return self._links[chain, sequence]

	def keep(self, wire: WireEntry, entry: Entry, arrival: Arrival) -> None:
		self.kept.append(entry)
		self._links = {}
		cursor = next_cursor()
		_insert("POS Entry", _entry_row(wire, entry, arrival, cursor))
		frappe.db.sql(
			"INSERT INTO `tabPOS Chain` (name, creation, modified, owner, modified_by, till, epoch,"
			" head_sequence, head_hash, entries, opened_as)"
			" VALUES (%(chain)s, %(now)s, %(now)s, %(user)s, %(user)s, %(till)s, %(epoch)s,"
			" %(sequence)s, %(hash)s, 1, %(position)s) ON DUPLICATE KEY UPDATE"
			" entries = entries + 1,"
			" epoch = IF(VALUES(head_sequence) > head_sequence, VALUES(epoch), epoch),"
			" head_hash = IF(VALUES(head_sequence) > head_sequence, VALUES(head_hash), head_hash),"
			# MariaDB assigns from left to right: the sequence last, the others compare with the old one.
			" head_sequence = GREATEST(VALUES(head_sequence), head_sequence)",
			{
				"chain": entry.chain,
				"till": entry.till,
				"epoch": entry.epoch,
				"sequence": entry.sequence,
				"hash": wire.hash,
				"position": cursor,
				"now": frappe.utils.now(),
				"user": frappe.session.user,
			},
		)

	def set_aside(self, raw: bytes, id: str, arrival: Arrival, reason: str) -> None:
		digest = hashlib.sha256(raw).hexdigest()
		if frappe.db.sql("SELECT name FROM `tabPOS Quarantine` WHERE name = %s", digest):
			return
		encoding, text = _as_text(raw)
		_insert(
			"POS Quarantine",
			{
				"name": digest,
				"raw": text,
				"encoding": encoding,
				"entry_id": plain(id),
				"reason": plain(reason),
				"sent_by": arrival.till,
				"hop": arrival.hop,
				"recorded_at": arrival.recorded_at,
				"position": next_cursor(),
			},
		)

	def settle(self, id: str, state: State, reason: str = "") -> None:
		frappe.db.sql(
			"UPDATE `tabPOS Entry` SET state = %s, reason = %s, modified = %s"
			" WHERE name = %s AND state <> 'posted'",
			(state.value, plain(reason), frappe.utils.now(), id),
		)

	def after(self, cursor: int, limit: int) -> list[Stored]:
		return _select("WHERE position > %s ORDER BY position LIMIT %s", cursor, limit)

	def latest(self, till: str, before: int, limit: int) -> list[Stored]:
		where = "WHERE till = %s AND (%s = 0 OR position < %s) ORDER BY position DESC LIMIT %s"
		return _select(where, till, before, before, limit)

	def in_state(self, state: State, limit: int) -> list[Stored]:
		return _select("WHERE state = %s ORDER BY position LIMIT %s", state.value, limit)

	def heads(self, till: str) -> list[Head]:
		rows = frappe.db.sql(
			"SELECT till, name, epoch, head_sequence, head_hash FROM `tabPOS Chain`"
			" WHERE till = %s ORDER BY opened_as",
			till,
		)
		return [Head(*row) for row in rows]

	def gaps(self, till: str) -> list[Gap]:
		rows = frappe.db.sql(
			"SELECT chain, gap_before + 1, sequence - 1 FROM ("
			" SELECT entry.chain, entry.sequence,"
			"  COALESCE(LAG(entry.sequence) OVER (PARTITION BY entry.chain ORDER BY entry.sequence), 0)"
			"  AS gap_before"
			" FROM `tabPOS Chain` chain JOIN `tabPOS Entry` entry ON entry.chain = chain.name"
			" WHERE chain.till = %s AND chain.entries < chain.head_sequence"
			") numbered WHERE sequence > gap_before + 1 ORDER BY chain, sequence LIMIT %s",
			(till, MAX_GAPS),
		)
		return [Gap(*row) for row in rows]

	def quarantined(self, limit: int) -> list[Quarantined]:
		rows = frappe.db.sql(
			"SELECT name, raw, encoding, entry_id, sent_by, hop, recorded_at, reason FROM `tabPOS Quarantine`"
			" ORDER BY position LIMIT %s",
			limit,
			as_dict=True,
		)
		return [
			Quarantined(
				row.name,
				_as_bytes(row.encoding, row.raw),
				row.entry_id or "",
				Arrival(row.sent_by, row.hop, row.recorded_at),
				row.reason,
			)
			for row in rows
		]


def lock_till(till: str) -> None:
	"""Wait until nobody else records for this till: two senders of one entry come one after the other."""
	frappe.db.sql("SELECT name FROM `tabPOS Till` WHERE name = %s FOR UPDATE", till)


def next_cursor() -> int:
	"""Grows with each entry recorded here, whatever its chain; the sequence is made by install.py."""
	return int(frappe.db.sql("SELECT NEXTVAL(`pos_entry_id_seq`)")[0][0])


def _links_around(chain: str, sequence: int) -> dict[tuple[str, int], Link | None]:
	rows = frappe.db.sql(
		"SELECT sequence, hash, previous FROM `tabPOS Entry` WHERE chain = %s AND sequence BETWEEN %s AND %s",
		(chain, sequence - 1, sequence + 1),
	)
	found = {number: Link(hash, previous) for number, hash, previous in rows}
	return {(chain, number): found.get(number) for number in range(sequence - 1, sequence + 2)}


def _select(where: str, *values: str | int) -> list[Stored]:
	rows = frappe.db.sql(f"SELECT {_STORED} FROM `tabPOS Entry` {where}", values)
	return [_stored(*row) for row in rows]


def _stored(cursor: int, hash: str, text: str, till: str, hop: str, at: str, state: str, why: str) -> Stored:
	wire = WireEntry(hash, text)
	return Stored(int(cursor), wire, open_wire(wire), Arrival(till, hop, at), State(state), why or "")


def _entry_row(wire: WireEntry, entry: Entry, arrival: Arrival, cursor: int) -> dict[str, Any]:
	names = ("kind", "till", "chain", "epoch", "sequence", "previous", "writer", "receipt_number")
	return {
		"name": entry.id,
		**{name: getattr(entry, name) for name in (*names, "occurred_at", "business_date")},
		"cashier": plain(entry.cashier),
		"hash": wire.hash,
		"text": wire.text,
		"sent_by": arrival.till,
		"hop": arrival.hop,
		"recorded_at": arrival.recorded_at,
		"state": State.WAITING.value,
		"position": cursor,
		"company": frappe.get_cached_value("POS Till", entry.till, "company"),
		**_columns_of(entry.body),
	}


def _columns_of(body: Mapping[str, Any]) -> dict[str, Any]:
	"""What lists and look-ups read of a body, where it has it; what it means is posting's matter."""
	return {
		**_shown_figures(body),
		"against_entry": _id_in(body.get("against")),
		"shift": _id_of(body.get("shift")),
	}


def _shown_figures(body: Mapping[str, Any]) -> dict[str, Any]:
	currency, total, precision = (
		body.get(name) for name in ("currency", "total_minor", "currency_precision")
	)
	if not (isinstance(total, int) and isinstance(precision, int) and 0 <= precision <= 4):
		return {}
	known = isinstance(currency, str) and bool(frappe.db.exists("Currency", currency, cache=True))
	return {"total": total / 10**precision, "currency": currency if known else None}


def _id_in(against: object) -> str | None:
	return _id_of(against.get("entry")) if isinstance(against, Mapping) else None


def _id_of(value: object) -> str | None:
	return plain(value) if isinstance(value, str) and len(value) <= MAX_ID else None


def _insert(doctype: str, row: dict[str, Any]) -> None:
	now, user = frappe.utils.now(), frappe.session.user
	row = {**row, "creation": now, "modified": now, "owner": user, "modified_by": user}
	columns = ", ".join(f"`{name}`" for name in row)
	marks = ", ".join(["%s"] * len(row))
	frappe.db.sql(f"INSERT INTO `tab{doctype}` ({columns}) VALUES ({marks})", tuple(row.values()))


def _as_text(raw: bytes) -> tuple[str, str]:
	try:
		return "utf-8", raw.decode()
	except UnicodeDecodeError:
		return "base64", base64.b64encode(raw).decode()


def _as_bytes(encoding: str, text: str) -> bytes:
	return text.encode() if encoding == "utf-8" else base64.b64decode(text)
