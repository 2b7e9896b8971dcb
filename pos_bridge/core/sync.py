"""Push and pull between the shelves: the protocol's version, its limits, and the messages' shapes.

It never sends anything; the agent, the page and the company's API do.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pos_bridge.core.daybook import Gap, Head, Outcome, Recorded, State, Stored
from pos_bridge.core.entry import WireEntry
from pos_bridge.core.errors import Malformed, TooLarge
from pos_bridge.core.money import format_decimal

PROTOCOL_VERSION = 1
SUPPORTED_PROTOCOLS = (1,)
MAX_PUSH_ENTRIES = 500
MAX_PUSH_BYTES = 2 * 1024 * 1024
MAX_LATEST_ENTRIES = 200
"""Entries that one answer gives back at most."""

PUSH_PATH = "/api/method/pos_bridge.api.push"
ENROL_PATH = "/api/method/pos_bridge.api.enrol"
SNAPSHOT_PATH = "/api/method/pos_bridge.api.snapshot"
CHUNK_PATH = "/api/method/pos_bridge.api.snapshot_chunk"
LATEST_PATH = "/api/method/pos_bridge.api.latest"
RECEIPT_PATH = "/api/method/pos_bridge.api.receipt"

BODY_TYPE = "application/octet-stream"
"""How bodies are sent: Frappe would parse `application/json` first, and lose a body that is none."""

EPOCHS_OF_AN_ENROLMENT = 100
"""Chains that a till may start by itself between two enrolments without ever taking an epoch twice."""

MAX_REASON = 1_000
"""Characters of the other side's words that are kept."""

_RECEIPT_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}-[1-9][0-9]{0,8}-[0-9]{6,12}", re.ASCII)

AGENT_PATH = "/agent"
AGENT_SUBPROTOCOL = "posbridge.v1"


@dataclass(frozen=True, slots=True)
class Push:
	"""A push as read: entries in the sender's order, and beside them what is not even shaped like one."""

	till: str
	items: tuple[WireEntry | bytes, ...]


def push_body(till: str, wires: Sequence[WireEntry]) -> dict[str, object]:
	"""The body of a push, ready for JSON."""
	return {"protocol": PROTOCOL_VERSION, "till": till, "entries": [wire_fields(wire) for wire in wires]}


def wire_fields(wire: WireEntry) -> dict[str, str]:
	return {"hash": wire.hash, "text": wire.text}


def read_push(raw: bytes) -> Push:
	"""Read a push's bytes. `TooLarge` takes nothing; after `Malformed` the caller quarantines the bytes."""
	if len(raw) > MAX_PUSH_BYTES:
		raise TooLarge(
			f"The push is larger than {MAX_PUSH_BYTES // 1024} KiB; nothing was taken. Send fewer entries."
		)
	body = read_message(raw)
	if body.get("protocol") not in SUPPORTED_PROTOCOLS or isinstance(body["protocol"], bool):
		raise Malformed(
			f"Protocol {body.get('protocol')!r} is not known here; known: {list(SUPPORTED_PROTOCOLS)}. "
			"The push is kept for a person. Update this side, then send again.",
			code="unknown_protocol",
		)
	entries, till = body.get("entries"), body.get("till")
	if not isinstance(entries, list) or not isinstance(till, str):
		raise Malformed("A push has a till and a list of entries. What came is kept for a person.")
	if len(entries) > MAX_PUSH_ENTRIES:
		raise TooLarge(f"A push holds at most {MAX_PUSH_ENTRIES} entries; nothing was taken. Send fewer.")
	return Push(till, tuple(map(read_wire, entries)))


def read_message(raw: bytes | str) -> dict[str, Any]:
	"""A JSON object, or `Malformed`."""
	try:
		body = json.loads(raw)
	except (ValueError, RecursionError) as error:
		raise Malformed("The message is not JSON.") from error
	if not isinstance(body, dict):
		raise Malformed("The message is not a JSON object.")
	return body


def read_wire(item: object) -> WireEntry | bytes:
	"""A wire entry, or the bytes of whatever it is instead: the caller quarantines those."""
	if isinstance(item, Mapping):
		digest, text = item.get("hash"), item.get("text")
		if isinstance(digest, str) and isinstance(text, str):
			return WireEntry(digest, text)
	try:
		return json.dumps(item, sort_keys=True).encode()
	except RecursionError as error:
		raise Malformed("The message is nested too deep to be kept item by item.") from error


def push_answer(till: str, results: Sequence[Recorded], gaps: Sequence[Gap]) -> dict[str, object]:
	"""The answer to a push; `results` stand in the order of the entries sent."""
	return {
		"protocol": PROTOCOL_VERSION,
		"till": till,
		"results": [recorded_fields(result) for result in results],
		"gaps": [{"chain": gap.chain, "first": gap.first, "last": gap.last} for gap in gaps],
	}


def read_before(given: str) -> int:
	"""The cursor before which entries are asked for; "" and "0" ask for the newest."""
	if not (given.isascii() and (given or "0").isdigit() and len(given) < 19):
		raise Malformed("before is the number that an earlier answer gave, or 0.")
	return int(given or 0)


def latest_answer(found: Sequence[Stored]) -> dict[str, object]:
	"""A till's entries given back, newest first, with what became of each; `before` asks for older ones.

	As many as fit into a frame, one at least; without `before` there are no older ones.
	"""
	given = _fitting(found)
	more = len(given) < len(found) or len(found) == MAX_LATEST_ENTRIES
	return {
		"entries": [wire_fields(stored.wire) for stored in given],
		"results": [_given_fields(stored) for stored in given],
		**({"before": given[-1].cursor} if more else {}),
	}


def _fitting(found: Sequence[Stored]) -> list[Stored]:
	"""As many as fit into a frame, one at least."""
	given: list[Stored] = []
	size = 0
	for stored in found:
		size += len(stored.wire.text.encode())
		if given and 2 * size > MAX_PUSH_BYTES:
			break
		given.append(stored)
	return given


def read_receipt_number(given: object) -> str:
	"""A receipt's number as it is typed or scanned; `Malformed` if it can be none."""
	if isinstance(given, str) and _RECEIPT_NUMBER.fullmatch(given):
		return given
	raise Malformed("A receipt's number is a till, an epoch and a counter: T1-1-000042.")


def receipt_answer(found: Sequence[Stored], elsewhere: Mapping[int, int] | None = None) -> dict[str, object]:
	"""What is known of a receipt: its entry and the returns of it, oldest first, with what became of each.

	`elsewhere` is what came back of the sale's lines without an entry, as quantities of 10^-9. Without
	entries the number is not known.
	"""
	given = _fitting(found)
	return {
		"entries": [wire_fields(stored.wire) for stored in given],
		"results": [_given_fields(stored) for stored in given],
		"elsewhere": [
			[line, format_decimal(back)] for line, back in sorted((elsewhere or {}).items()) if back
		],
	}


def _given_fields(stored: Stored) -> dict[str, str]:
	return recorded_fields(Recorded(stored.entry.id, Outcome.EXISTS, stored.state, stored.reason))


def recorded_fields(result: Recorded) -> dict[str, str]:
	return {
		"id": result.id,
		"outcome": result.outcome.value,
		"state": result.state.value,
		"reason": result.reason,
	}


def read_recorded(fields: Mapping[str, Any]) -> Recorded:
	"""A result as the other side sent it, or `Malformed`."""
	try:
		reason = whole_words(fields["reason"])
		return Recorded(str(fields["id"]), Outcome(fields["outcome"]), State(fields["state"]), reason)
	except (KeyError, TypeError, ValueError) as error:
		shown = whole_words(repr(fields))
		raise Malformed(f"The answer holds a result that is not known here: {shown}.") from error


def whole_words(words: object) -> str:
	"""The other side's words, bounded, and without half characters, which no shelf can hold."""
	return str(words)[:MAX_REASON].encode(errors="replace").decode()


def head_fields(head: Head) -> dict[str, object]:
	return {"chain": head.chain, "epoch": head.epoch, "sequence": head.sequence, "hash": head.hash}


def next_epoch(heads: Sequence[Head]) -> int:
	"""The epoch for a new chain of a till whose chains are `heads`."""
	return max((head.epoch for head in heads), default=0) + 1


def enrolment_epoch(next_free: int) -> int:
	"""The epoch that an enrolment hands out, where the company knows of none from `next_free` on.

	The first is 1; each later one begins a hundred of its own. A till starts further chains by itself
	(after damage), and if its storage is cleared before they are pushed, nobody hears of their numbers.
	"""
	hundreds = (next_free - 1 + EPOCHS_OF_AN_ENROLMENT - 1) // EPOCHS_OF_AN_ENROLMENT
	return hundreds * EPOCHS_OF_AN_ENROLMENT + 1
