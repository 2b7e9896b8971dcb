"""The company's daybook on MariaDB: core's port over `POS Entry`, `POS Chain` and `POS Quarantine`.

It never decides by a body and never commits: the transaction is its caller's, as is the till's lock.
"""

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import frappe

from pos_bridge.core.daybook import (
	MAX_OF_RECEIPT,
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
from pos_bridge.core.people import approved
from pos_bridge.erpnext.reports.figures import columns_of
from pos_bridge.erpnext.shown import plain

MAX_GAPS = 1_000
"""Gaps that one answer names at most; the rest is named when these are filled."""
MAX_ID = 36
"""Characters of an entry's id."""

MAX_SEQUENCE = 2**31 - 1
"""The column's largest number."""
CHANNEL_HOP = "channel"
"""How entries come that the company itself writes about an online shop's orders; no till's token says so."""
_PLAIN_ID = re.compile(r"[0-9a-f-]{36}")
_STAMPS = ("creation", "modified", "owner", "modified_by")
_STORED = "position, hash, text, sent_by, hop, recorded_at, state, reason"


class FrappeDaybook:
	"""core's Daybook in the open transaction; the caller holds `lock_till` while it records.

	`kept` are the entries that this very object recorded as new, in their order. `record_all` asks for the
	neighbours of all entries at once, and writes the new ones with one statement.
	"""

	def __init__(self) -> None:
		self.kept: list[Entry] = []
		self._found: dict[str, Stored | None] = {}
		self._links: dict[tuple[str, int], Link | None] = {}
		self._unwritten: list[tuple[WireEntry, Entry, Arrival]] = []

	def record_all(self, wires: Sequence[WireEntry | bytes], arrival: Arrival) -> list[Recorded]:
		"""Record all of `wires`; bytes, which have not even an entry's shape, are put aside."""
		places = [place for wire in wires if (place := _place_of(wire))]
		self._found = _found([id for id, _, _ in places])
		self._links = _links_around([(chain, sequence) for _, chain, sequence in places])
		results = [self._record(wire, arrival) for wire in wires]
		_write(self._unwritten)
		self._unwritten = []
		return results

	def _record(self, wire: WireEntry | bytes, arrival: Arrival) -> Recorded:
		if isinstance(wire, bytes):
			reason = "It is not an entry: an entry has a hash and a text."
			return set_aside(self, wire, "", arrival, reason)
		return record(self, wire, arrival)

	def find(self, id: str) -> Stored | None:
		if id not in self._found:
			rows = _select("WHERE name = %s", id)
			return rows[0] if rows else None
		return self._found[id]

	def link(self, chain: str, sequence: int) -> Link | None:
		"""Whoever asks for a place asks for its neighbours too: the three are read at once."""
		if (chain, sequence) not in self._links:
			self._links = {**_links_around([(chain, sequence)]), **self._links}
		return self._links[chain, sequence]

	def keep(self, wire: WireEntry, entry: Entry, arrival: Arrival) -> None:
		"""Written when `record_all` ends; until then it is found here."""
		self.kept.append(entry)
		self._unwritten.append((wire, entry, arrival))
		self._found[entry.id] = Stored(0, wire, entry, arrival)
		self._links[entry.chain, entry.sequence] = Link(wire.hash, entry.previous)

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

	def of_receipt(self, number: str) -> list[Stored]:
		named = _select("WHERE receipt_number = %s AND receipt_number <> '' ORDER BY position", number)
		ids = tuple(stored.entry.id for stored in named)
		against = "WHERE against_entry IN %s AND kind = 'return' ORDER BY position LIMIT %s"
		returns = _select(against, ids, MAX_OF_RECEIPT) if ids else []
		return [*named, *returns][:MAX_OF_RECEIPT]

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


def _place_of(wire: WireEntry | bytes) -> tuple[str, str, int] | None:
	"""Id, chain and sequence as an entry says them, unverified: only to read ahead by. None if unclear."""
	try:
		body = json.loads(wire.text) if isinstance(wire, WireEntry) else None
	except (ValueError, RecursionError):
		return None
	if not isinstance(body, dict):
		return None
	id, chain, sequence = body.get("id"), body.get("chain"), body.get("sequence")
	# By letters that MariaDB takes for no others: what is not found is known to be absent.
	if not all(isinstance(each, str) and _PLAIN_ID.fullmatch(each) for each in (id, chain)):
		return None
	if not isinstance(sequence, int) or not 0 < sequence < MAX_SEQUENCE:
		return None
	return str(id), str(chain), sequence


def _found(ids: Sequence[str]) -> dict[str, Stored | None]:
	if not ids:
		return {}
	rows = _select("WHERE name IN %s", tuple(set(ids)))
	found = {row.entry.id: row for row in rows}
	return {id: found.get(id) for id in ids}


def _links_around(places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Link | None]:
	"""The places themselves and their neighbours, by chain and sequence."""
	wanted: dict[str, set[int]] = {}
	for chain, sequence in places:
		wanted.setdefault(chain, set()).update((sequence - 1, sequence, sequence + 1))
	if not wanted:
		return {}
	one = "SELECT chain, sequence, hash, previous FROM `tabPOS Entry` WHERE chain = %s AND sequence IN %s"
	rows = frappe.db.sql(
		" UNION ALL ".join([one] * len(wanted)),
		[value for chain, numbers in wanted.items() for value in (chain, tuple(numbers))],
	)
	asked = [(chain, number) for chain, numbers in wanted.items() for number in numbers]
	found = {(chain, number): Link(hash, previous) for chain, number, hash, previous in rows}
	return {place: found.get(place) for place in asked}


def _write(new: Sequence[tuple[WireEntry, Entry, Arrival]]) -> None:
	"""Rows in the order given, and their chains' heads."""
	rows = [_entry_row(wire, entry, arrival) for wire, entry, arrival in new]
	for columns, alike in itertools.groupby(rows, key=tuple):
		_insert_entries(columns, list(alike))
	chains: dict[str, list[tuple[WireEntry, Entry]]] = {}
	for wire, entry, _ in new:
		chains.setdefault(entry.chain, []).append((wire, entry))
	from_channel = {entry.chain for _, entry, arrival in new if arrival.hop == CHANNEL_HOP}
	for chain, members in chains.items():
		_move_head(chain, members, None if chain in from_channel else members[0][1].till)


def _insert_entries(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
	names = ", ".join((*columns, *_STAMPS, "position"))
	marks = ", ".join(["%s"] * (len(columns) + len(_STAMPS)))
	now, user = frappe.utils.now(), frappe.session.user
	frappe.db.sql(
		f"INSERT INTO `tabPOS Entry` ({names}) VALUES "
		+ ", ".join([f"({marks}, NEXTVAL(`pos_entry_id_seq`))"] * len(rows)),
		[value for row in rows for value in (*row.values(), now, now, user, user)],
	)


def _move_head(chain: str, members: Sequence[tuple[WireEntry, Entry]], till: str | None) -> None:
	wire, head = max(members, key=lambda member: member[1].sequence)
	frappe.db.sql(
		"INSERT INTO `tabPOS Chain` (name, creation, modified, owner, modified_by, till, epoch,"
		" head_sequence, head_hash, entries, opened_as)"
		" VALUES (%(chain)s, %(now)s, %(now)s, %(user)s, %(user)s, %(till)s, %(epoch)s,"
		" %(sequence)s, %(hash)s, %(entries)s,"
		" (SELECT position FROM `tabPOS Entry` WHERE name = %(first)s)) ON DUPLICATE KEY UPDATE"
		" entries = entries + VALUES(entries),"
		" epoch = IF(VALUES(head_sequence) > head_sequence, VALUES(epoch), epoch),"
		" head_hash = IF(VALUES(head_sequence) > head_sequence, VALUES(head_hash), head_hash),"
		# MariaDB assigns from left to right: the sequence last, the others compare with the old one.
		" head_sequence = GREATEST(VALUES(head_sequence), head_sequence)",
		{
			"chain": chain,
			"till": till,
			"epoch": head.epoch,
			"sequence": head.sequence,
			"hash": wire.hash,
			"entries": len(members),
			"first": members[0][1].id,
			"now": frappe.utils.now(),
			"user": frappe.session.user,
		},
	)


def _select(where: str, *values: str | int | tuple[str, ...]) -> list[Stored]:
	rows = frappe.db.sql(f"SELECT {_STORED} FROM `tabPOS Entry` {where}", values)
	return [_stored(*row) for row in rows]


def _stored(cursor: int, hash: str, text: str, till: str, hop: str, at: str, state: str, why: str) -> Stored:
	wire = WireEntry(hash, text)
	return Stored(int(cursor), wire, open_wire(wire), Arrival(till, hop, at), State(state), why or "")


def _entry_row(wire: WireEntry, entry: Entry, arrival: Arrival) -> dict[str, Any]:
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
		**_columns_of(entry.body),
		**(_of_channel(entry) if arrival.hop == CHANNEL_HOP else _of_till(entry)),
	}


def _of_till(entry: Entry) -> dict[str, Any]:
	return {"company": frappe.get_cached_value("POS Till", entry.till, "company"), **columns_of(entry)}


def _of_channel(entry: Entry) -> dict[str, Any]:
	"""Such an entry is of no till; its channel takes that place in the text."""
	order = {"channel": entry.till, "remote_id": entry.body["order"]}
	return {
		"till": None,
		"channel": entry.till,
		"company": frappe.get_cached_value("Sales Channel", entry.till, "company"),
		"channel_order": frappe.db.get_value("Channel Order", order, "name"),
	}


def _columns_of(body: Mapping[str, Any]) -> dict[str, Any]:
	"""What lists and look-ups read of a body, where it has it; what it means is posting's matter."""
	return {
		**_shown_figures(body),
		**_approval_columns(body),
		"against_entry": _id_in(body.get("against")),
		"shift": _id_of(body.get("shift")),
	}


def _approval_columns(body: Mapping[str, Any]) -> dict[str, str]:
	action, approver = approved(body)
	return {"approved_action": plain(action), "approved_by": plain(approver)} if action else {}


def _shown_figures(body: Mapping[str, Any]) -> dict[str, Any]:
	"""A ticket's total, or what a movement of cash or a credit comes to."""
	total = body.get("total_minor", body.get("amount_minor"))
	currency, precision = body.get("currency"), body.get("currency_precision")
	if not (isinstance(total, int) and isinstance(precision, int) and 0 <= precision <= 4):
		return {}
	known = isinstance(currency, str) and bool(frappe.get_cached_value("Currency", currency))
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
