"""The entries that an order means, and the order that entries mean: `facts` and `fold`.

It never decides which fact is true: what is recorded first under an id stays, and who reads an order again
is told what changed (`unrecorded`).
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pos_bridge.core.entry import canonical
from pos_bridge.core.errors import Rejected, TooLarge
from pos_bridge.core.online.body import (
	fulfilment_fields,
	instant,
	payment_fields,
	read_fulfilment,
	read_payment,
	read_refund,
	read_return,
	read_snapshot,
	refund_fields,
	return_fields,
	snapshot_fields,
)
from pos_bridge.core.online.contact import contact_hash
from pos_bridge.core.online.order import Fulfilment, Order, Payment, Refund, Return
from pos_bridge.core.sale_body import readable, text, whole

FactKind = Literal["online_order", "online_payment", "online_fulfilment", "online_refund", "online_return"]
MAX_FACT_BYTES = 240 * 1024
"""Of a body; the entry around it has to stay within its own limit."""
_IDS_OF_FACTS = uuid.UUID("8f1c1a52-6c0e-5f0b-9d2e-5a0c3d1be9a4")


@dataclass(frozen=True, slots=True)
class Fact:
	"""An entry to be: `id` is a UUIDv5 of channel, kind and the shop's id, so two readings make one."""

	kind: FactKind
	id: str
	occurred_at: str
	body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Folded:
	"""What is known of an order. `order` is None until a snapshot is there; it has the other facts too.

	`revision` is the latest snapshot's, from 1; `digest` its own; `contact` the hash of who ordered.
	"""

	channel: str
	id: str
	order: Order | None = None
	revision: int = 0
	digest: str = ""
	contact: str = ""
	payments: tuple[Payment, ...] = ()
	fulfilments: tuple[Fulfilment, ...] = ()
	refunds: tuple[Refund, ...] = ()
	returns: tuple[Return, ...] = ()


def fact_id(channel: str, kind: str, key: str) -> str:
	"""The id of an entry about what the shop calls `key`."""
	return str(uuid.uuid5(_IDS_OF_FACTS, canonical([channel, kind, key])))


def snapshot_digest(order: Order, salt: str = "") -> str:
	"""SHA-256 in hex of what a snapshot of this order says; equal digests need no other snapshot."""
	return hashlib.sha256(canonical(_snapshot(order, salt)).encode()).hexdigest()


def facts(order: Order, revision: int, salt: str = "") -> tuple[Fact, ...]:
	"""The order's facts, its snapshot first. Without a salt the snapshot names nobody (he was erased).

	`revision` numbers the order's snapshots from 1: one more than the latest recorded one, or the same if
	`snapshot_digest` is its digest. Count it under the order's lock. `TooLarge` if a body is.
	"""
	snapshot = _snapshot(order, salt)
	digest = hashlib.sha256(canonical(snapshot).encode()).hexdigest()
	snapshot |= {"revision": revision, "digest": digest}
	made = [_fact(order, "online_order", f"{order.id}:{revision}:{digest}", order.placed_at, snapshot)]
	made += [
		_fact(order, "online_payment", f"{each.id}:{each.kind}", each.occurred_at, payment_fields(each))
		for each in order.payments
	]
	for each in order.fulfilments:
		made += _of_fulfilment(order, each)
	made += [
		_fact(order, "online_refund", each.id, each.occurred_at, refund_fields(each))
		for each in order.refunds
	]
	made += [
		_fact(order, "online_return", f"{each.id}:{each.version}", each.occurred_at, return_fields(each))
		for each in order.returns
	]
	return tuple(made)


def _snapshot(order: Order, salt: str) -> dict[str, Any]:
	return snapshot_fields(order) | ({"contact": contact_hash(order, salt)} if salt else {})


def _of_fulfilment(order: Order, fulfilment: Fulfilment) -> list[Fact]:
	fields = fulfilment_fields(fulfilment)
	made = [_fact(order, "online_fulfilment", fulfilment.id, fulfilment.occurred_at, fields)]
	if at := fulfilment.cancelled_at:
		undone = {"fulfilment": fulfilment.id, "cancelled_at": at}
		made.append(_fact(order, "online_fulfilment", f"{fulfilment.id}:cancelled", at, undone))
	return made


def _fact(order: Order, kind: FactKind, key: str, occurred_at: str, fields: Mapping[str, Any]) -> Fact:
	body = {"channel": order.channel, "order": order.id, **fields}
	size = len(canonical(body).encode())
	if size > MAX_FACT_BYTES:
		raise TooLarge(f"Order {order.number} needs {size} bytes; {MAX_FACT_BYTES} is the most of an entry.")
	# A payment of one order is no other order's, though shops may number them by order.
	return Fact(kind, fact_id(order.channel, kind, f"{order.id}/{key}"), occurred_at, body)


def unrecorded(
	made: Iterable[Fact], recorded: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Fact], list[Fact]]:
	"""Facts that no entry has yet, and facts whose entry says something else: those are for a person.

	`recorded` are bodies of entries by their id. Shops do rewrite history: a payment follows an edit.
	"""
	missing = [fact for fact in made if fact.id not in recorded]
	changed = [fact for fact in made if fact.id in recorded and recorded[fact.id] != fact.body]
	return missing, changed


def vanished(known: Folded, order: Order) -> list[str]:
	"""What was recorded and this reading lacks: it is an old one, or the shop deleted something."""
	pairs = (
		("payment", known.payments, order.payments),
		("fulfilment", known.fulfilments, order.fulfilments),
		("refund", known.refunds, order.refunds),
		("return", known.returns, order.returns),
	)
	return [
		f"{what} {each.id}"
		for what, before, now in pairs
		for each in before
		if each.id not in {other.id for other in now}
	]


def fold(facts_of_order: Iterable[Fact]) -> Folded:
	"""What facts of one order come to, in whatever order and however often they are given.

	`Rejected` if they are of several orders, or two bodies have one id; `Malformed` for a body that is none.
	"""
	by_id: dict[str, Fact] = {}
	for fact in facts_of_order:
		if by_id.setdefault(fact.id, fact).body != fact.body:
			raise Rejected(f"Two facts have the id {fact.id} and say different things.", code="conflict")
	if not by_id:
		raise Rejected("Without a fact there is no order.")
	return readable(lambda: _folded(list(by_id.values())))


def _folded(known: list[Fact]) -> Folded:
	orders = {(text(fact.body["channel"]), text(fact.body["order"])) for fact in known}
	if len(orders) != 1:
		raise Rejected("These facts are of several orders; fold each by itself.")
	channel, order = orders.pop()
	bodies = _Bodies(known)
	state = Folded(
		channel,
		order,
		payments=bodies.read("online_payment", read_payment),
		fulfilments=_fulfilments(bodies),
		refunds=bodies.read("online_refund", read_refund),
		returns=_newest(bodies.read("online_return", read_return)),
	)
	return _with_snapshot(state, bodies)


class _Bodies:
	def __init__(self, known: Iterable[Fact]) -> None:
		self._by_kind: dict[str, list[Mapping[str, Any]]] = {}
		for fact in sorted(known, key=lambda fact: (fact.occurred_at, fact.id)):
			self._by_kind.setdefault(fact.kind, []).append(fact.body)

	def of(self, kind: FactKind) -> list[Mapping[str, Any]]:
		return self._by_kind.get(kind, [])

	def read(self, kind: FactKind, reader: Callable[[Mapping[str, Any]], Any]) -> tuple[Any, ...]:
		return tuple(reader(body) for body in self.of(kind))


def _fulfilments(bodies: _Bodies) -> tuple[Fulfilment, ...]:
	both = bodies.of("online_fulfilment")
	cancelled = {body["fulfilment"]: instant(body["cancelled_at"]) for body in both if "cancelled_at" in body}
	made = [read_fulfilment(body) for body in both if "cancelled_at" not in body]
	return tuple(replace(each, cancelled_at=cancelled.get(each.id, "")) for each in made)


def _newest(returns: Iterable[Return]) -> tuple[Return, ...]:
	newest: dict[str, Return] = {}
	for each in returns:
		if each.id not in newest or newest[each.id].version < each.version:
			newest[each.id] = each
	return tuple(newest.values())


def _with_snapshot(state: Folded, bodies: _Bodies) -> Folded:
	snapshots = bodies.of("online_order")
	if not snapshots:
		return state
	# Two readers that raced made two of one revision; which one counts must not hang on who came first.
	latest = max(snapshots, key=lambda body: (whole(body["revision"]), text(body["digest"])))
	order = replace(
		read_snapshot(state.channel, state.id, latest),
		payments=state.payments,
		fulfilments=state.fulfilments,
		refunds=state.refunds,
		returns=state.returns,
	)
	return replace(
		state,
		order=order,
		revision=latest["revision"],
		digest=latest["digest"],
		contact=text(latest.get("contact", "")),
	)
