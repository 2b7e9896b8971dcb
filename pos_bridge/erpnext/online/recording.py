"""An order as it was read becomes entries of the daybook: each fact once, in the channel's own chain.

It never changes what is recorded: a fact that says something else now is put aside, and said to a person.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.entry import GENESIS, Entry, WireEntry, canonical, entry_from_shelf, seal
from pos_bridge.core.errors import Retryable
from pos_bridge.core.online import (
	Fact,
	Folded,
	Order,
	contact_fields,
	fact_id,
	facts,
	fold,
	snapshot_digest,
	unrecorded,
	vanished,
)
from pos_bridge.core.online.facts import FactKind
from pos_bridge.erpnext.daybook import CHANNEL_HOP, FrappeDaybook
from pos_bridge.erpnext.online.channel import Channel, local_time
from pos_bridge.erpnext.posting.moments import arrival_now


@dataclass(frozen=True, slots=True)
class Read:
	"""What recording a reading did: how many entries are new, and what the shop says otherwise by now."""

	new: int
	changed: tuple[str, ...] = ()


def record(row: Any, channel: Channel, order: Order) -> Read:
	"""Record what is new. The caller has locked the Channel Order `row`; all of it is one transaction.

	`Retryable` if the reading lacks what an earlier one had: a shop's copy can lag behind.
	"""
	known = facts_of(row.name)
	before = fold(known) if known else None
	if before and (lacking := vanished(before, order)):
		words = _("The shop's answer lacks what it had said before: {0}. It is read again.")
		raise Retryable(words.format(", ".join(lacking)), code="channel_went_back")
	salt = _salt(row, order, is_new=before is None)
	made = facts(order, _revision(before, snapshot_digest(order, salt)), salt)
	missing, changed = unrecorded(made, {fact.id: fact.body for fact in known})
	_record(channel, missing)
	_set_aside(channel, changed)
	return Read(len(missing), tuple(fact.kind for fact in changed))


def _revision(before: Folded | None, digest: str) -> int:
	if before is None:
		return 1
	return before.revision + (before.digest != digest)


def _salt(row: Any, order: Order, is_new: bool) -> str:
	"""The order's own, drawn once; "" for somebody who was erased, so that nothing of him is kept again."""
	salt: str = row.salt or (secrets.token_hex(16) if is_new else "")
	if salt:
		contact = json.dumps(contact_fields(order), ensure_ascii=False)
		frappe.db.set_value("Channel Order", row.name, {"salt": salt, "contact": contact})
	return salt


def facts_of(row: str) -> list[Fact]:
	"""The facts that are recorded of a Channel Order."""
	texts = frappe.db.sql_list(
		"SELECT text FROM `tabPOS Entry` WHERE channel_order = %s AND hop = %s ORDER BY position",
		(row, CHANNEL_HOP),
	)
	return [_fact_of(entry_from_shelf(text)) for text in texts]


def _fact_of(entry: Entry) -> Fact:
	kind: FactKind = entry.kind  # type: ignore[assignment]
	return Fact(kind, entry.id, entry.occurred_at, entry.body)


def _record(channel: Channel, missing: Sequence[Fact]) -> None:
	if not missing:
		return
	# One writer at a time: the chain has one next place.
	frappe.db.sql("SELECT name FROM `tabSales Channel` WHERE name = %s FOR UPDATE", channel.name)
	results = FrappeDaybook().record_all(_sealed(channel, missing), arrival_now(channel.name, CHANNEL_HOP))
	refused = [result.reason for result in results if result.outcome.value != "created"]
	if refused:
		raise Retryable(refused[0], code="busy")


def _sealed(channel: Channel, missing: Iterable[Fact]) -> list[WireEntry]:
	chain = fact_id(channel.name, "chain", channel.name)
	head = frappe.db.sql("SELECT head_sequence, head_hash FROM `tabPOS Chain` WHERE name = %s", chain)
	sequence, previous = (int(head[0][0]), str(head[0][1])) if head else (0, GENESIS)
	wires: list[WireEntry] = []
	for fact in missing:
		sequence += 1
		entry = Entry(
			id=fact.id,
			kind=fact.kind,
			till=channel.name,
			writer="channel",
			chain=chain,
			epoch=1,
			sequence=sequence,
			previous=previous,
			occurred_at=fact.occurred_at,
			business_date=str(local_time(fact.occurred_at).date()),
			cashier="",
			body=fact.body,
		)
		wires.append(seal(entry))
		previous = wires[-1].hash
	return wires


def _set_aside(channel: Channel, changed: Iterable[Fact]) -> None:
	reason = "The shop says something else of this by now; what was recorded first stays."
	for fact in changed:
		raw = canonical({"kind": fact.kind, "id": fact.id, "body": fact.body}).encode()
		FrappeDaybook().set_aside(raw, fact.id, arrival_now(channel.name, CHANNEL_HOP), reason)
