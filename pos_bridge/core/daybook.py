"""The port of every daybook, the one algorithm that records an entry, and the memory daybook that ships.

It never decides by an entry's body: what the books think of it is decided after it is recorded.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

from pos_bridge.core.entry import Entry, WireEntry, open_wire
from pos_bridge.core.errors import Malformed

MAX_OF_RECEIPT = 200
"""Entries that are given of one receipt: its own, and returns of it."""


class Outcome(str, Enum):
	"""What recording an entry did. All four mean: it is kept, the sender need not send it again."""

	CREATED = "created"
	EXISTS = "exists"
	CONFLICT = "conflict"
	"""Another entry has this id. The first stays, this one is in quarantine."""
	QUARANTINED = "quarantined"
	"""Malformed, forked or of another till: kept for a person."""


class State(str, Enum):
	"""Where an entry is on its way into the books."""

	WAITING = "waiting"
	POSTED = "posted"
	HELD = "held"
	"""The books refused it; the reason is kept with it."""
	QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Arrival:
	"""How an entry came: the till whose token sent it, the hop, the receiver's time (ISO 8601)."""

	till: str
	hop: str
	recorded_at: str


@dataclass(frozen=True, slots=True)
class Recorded:
	"""The answer to a sender; `id` is empty where the bytes could not be read."""

	id: str
	outcome: Outcome
	state: State
	reason: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
	"""An entry on the shelf. `cursor` grows with each entry recorded there, whatever its chain."""

	cursor: int
	wire: WireEntry
	entry: Entry
	arrival: Arrival
	state: State = State.WAITING
	reason: str = ""


@dataclass(frozen=True, slots=True)
class Quarantined:
	"""Bytes that a person has to look at; `digest` is their SHA-256, so the same bytes are kept once."""

	digest: str
	raw: bytes
	id: str
	arrival: Arrival
	reason: str


@dataclass(frozen=True, slots=True)
class Head:
	"""The entry with the highest sequence of a chain."""

	till: str
	chain: str
	epoch: int
	sequence: int
	hash: str


@dataclass(frozen=True, slots=True)
class Gap:
	"""Sequences `first` to `last` of a chain that have not arrived (yet)."""

	chain: str
	first: int
	last: int


@dataclass(frozen=True, slots=True)
class Link:
	"""An entry as its neighbours in the chain see it: its hash, and the hash that it follows."""

	hash: str
	previous: str


class Shelf(Protocol):
	"""The look-ups and writes that `record` needs; the transaction around it is the caller's."""

	def find(self, id: str) -> Stored | None: ...

	def link(self, chain: str, sequence: int) -> Link | None:
		"""The place of a chain, if it is taken; never fails over an entry that the disk damaged."""

	def keep(self, wire: WireEntry, entry: Entry, arrival: Arrival) -> None: ...

	def set_aside(self, raw: bytes, id: str, arrival: Arrival, reason: str) -> None:
		"""Keep bytes in quarantine; the same bytes again change nothing."""


class Daybook(Shelf, Protocol):
	"""A daybook: what is recorded in it is durable when `record_all` returns."""

	def record_all(self, wires: Sequence[WireEntry], arrival: Arrival) -> list[Recorded]: ...

	def after(self, cursor: int, limit: int) -> list[Stored]:
		"""Entries recorded later than `cursor`, oldest first."""

	def latest(self, till: str, before: int, limit: int) -> list[Stored]:
		"""A till's entries that were recorded before the cursor `before` (0: all of them), newest first."""

	def of_receipt(self, number: str) -> list[Stored]:
		"""What has this receipt number, then the returns of it: `MAX_OF_RECEIPT` at most, oldest first."""

	def in_state(self, state: State, limit: int) -> list[Stored]:
		"""Entries in a state, oldest first."""

	def settle(self, id: str, state: State, reason: str = "") -> None:
		"""Say what became of an entry. A posted entry stays posted."""

	def heads(self, till: str) -> list[Head]: ...

	def gaps(self, till: str) -> list[Gap]: ...

	def quarantined(self, limit: int) -> list[Quarantined]: ...


def record(shelf: Shelf, wire: WireEntry, arrival: Arrival) -> Recorded:
	"""Record an entry once, however often, in whatever order and from whomever it comes (laws 2 to 4)."""
	try:
		entry = open_wire(wire)
		_check_till(entry, arrival)
	except Malformed as error:
		return set_aside(shelf, wire_bytes(wire), "", arrival, error.message)
	found = shelf.find(entry.id)
	if found is None:
		return _record_new(shelf, wire, entry, arrival)
	if found.wire == wire:
		return Recorded(entry.id, Outcome.EXISTS, found.state, found.reason)
	reason = "Another entry with the same id is recorded already; the first stays, this one is kept here."
	shelf.set_aside(wire_bytes(wire), entry.id, arrival, reason)
	return Recorded(entry.id, Outcome.CONFLICT, State.QUARANTINED, reason)


def _record_new(shelf: Shelf, wire: WireEntry, entry: Entry, arrival: Arrival) -> Recorded:
	if reason := _fork(shelf, wire, entry):
		return set_aside(shelf, wire_bytes(wire), entry.id, arrival, reason)
	shelf.keep(wire, entry, arrival)
	return Recorded(entry.id, Outcome.CREATED, State.WAITING)


def set_aside(shelf: Shelf, raw: bytes, id: str, arrival: Arrival, reason: str) -> Recorded:
	"""Keep bytes that are no recordable entry; `id` is empty where none could be read."""
	shelf.set_aside(raw, id, arrival, reason)
	return Recorded(id, Outcome.QUARANTINED, State.QUARANTINED, reason)


def _check_till(entry: Entry, arrival: Arrival) -> None:
	if entry.till != arrival.till:
		raise Malformed(
			f"The entry says till {entry.till}, but it was sent with the token of till {arrival.till}.",
			code="wrong_till",
		)


def _fork(shelf: Shelf, wire: WireEntry, entry: Entry) -> str:
	"""Why the entry can't stand at its place of its chain, or nothing. A missing neighbour is no fault."""
	if shelf.link(entry.chain, entry.sequence):
		return f"fork: number {entry.sequence} of its chain is taken by another entry."
	before = shelf.link(entry.chain, entry.sequence - 1)
	if before and before.hash != entry.previous:
		return f"fork: it does not follow number {entry.sequence - 1} of its chain as recorded here."
	behind = shelf.link(entry.chain, entry.sequence + 1)
	if behind and behind.previous != wire.hash:
		return f"fork: number {entry.sequence + 1} of its chain, recorded here, does not follow it."
	return ""


def wire_bytes(wire: WireEntry) -> bytes:
	"""A wire entry as the bytes that quarantine keeps."""
	return json.dumps({"hash": wire.hash, "text": wire.text}, sort_keys=True).encode()


def gaps_of(chain: str, sequences: Sequence[int]) -> list[Gap]:
	"""The gaps in a chain's sorted sequences, counted from 1."""
	pairs = zip([0, *sequences], sequences, strict=False)
	return [Gap(chain, before + 1, here - 1) for before, here in pairs if here > before + 1]


def against_of(entry: Entry) -> str:
	"""The id of the sale that a return says it takes back; "" where none is named."""
	against = entry.body.get("against") if entry.kind == "return" else None
	id = against.get("entry") if isinstance(against, Mapping) else None
	return id if isinstance(id, str) else ""


class MemoryDaybook:
	"""A daybook that lives as long as its process: for tests, training and as the measure for the others."""

	def __init__(self) -> None:
		self._stored: dict[str, Stored] = {}
		self._at: dict[tuple[str, int], str] = {}
		self._aside: dict[str, Quarantined] = {}

	def record_all(self, wires: Sequence[WireEntry], arrival: Arrival) -> list[Recorded]:
		return [record(self, wire, arrival) for wire in wires]

	def find(self, id: str) -> Stored | None:
		return self._stored.get(id)

	def link(self, chain: str, sequence: int) -> Link | None:
		stored = self._stored.get(self._at.get((chain, sequence), ""))
		return Link(stored.wire.hash, stored.entry.previous) if stored else None

	def keep(self, wire: WireEntry, entry: Entry, arrival: Arrival) -> None:
		self._stored[entry.id] = Stored(len(self._stored) + 1, wire, entry, arrival)
		self._at[(entry.chain, entry.sequence)] = entry.id

	def set_aside(self, raw: bytes, id: str, arrival: Arrival, reason: str) -> None:
		digest = hashlib.sha256(raw).hexdigest()
		self._aside.setdefault(digest, Quarantined(digest, raw, id, arrival, reason))

	def after(self, cursor: int, limit: int) -> list[Stored]:
		return list(self._stored.values())[cursor : cursor + limit]

	def latest(self, till: str, before: int, limit: int) -> list[Stored]:
		older = (stored for stored in self._stored.values() if not before or stored.cursor < before)
		return [stored for stored in older if stored.entry.till == till][::-1][:limit]

	def of_receipt(self, number: str) -> list[Stored]:
		stored = self._stored.values()
		named = [each for each in stored if number and each.entry.receipt_number == number]
		ids = {each.entry.id for each in named}
		returns = [each for each in stored if against_of(each.entry) in ids]
		return [*named, *returns][:MAX_OF_RECEIPT]

	def in_state(self, state: State, limit: int) -> list[Stored]:
		return [stored for stored in self._stored.values() if stored.state is state][:limit]

	def settle(self, id: str, state: State, reason: str = "") -> None:
		stored = self._stored[id]
		if stored.state is not State.POSTED:
			self._stored[id] = replace(stored, state=state, reason=reason)

	def heads(self, till: str) -> list[Head]:
		return [self._head(chain, max(numbers)) for chain, numbers in self._sequences(till).items()]

	def _head(self, chain: str, sequence: int) -> Head:
		stored = self._stored[self._at[(chain, sequence)]]
		return Head(stored.entry.till, chain, stored.entry.epoch, sequence, stored.wire.hash)

	def gaps(self, till: str) -> list[Gap]:
		chains = self._sequences(till).items()
		return [gap for chain, numbers in chains for gap in gaps_of(chain, sorted(numbers))]

	def _sequences(self, till: str) -> dict[str, list[int]]:
		chains: dict[str, list[int]] = {}
		for stored in self._stored.values():
			if stored.entry.till == till:
				chains.setdefault(stored.entry.chain, []).append(stored.entry.sequence)
		return chains

	def quarantined(self, limit: int) -> list[Quarantined]:
		return list(self._aside.values())[:limit]
