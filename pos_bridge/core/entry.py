"""An entry of the daybook: its canonical text, its hash, its place in a chain, its ids and numbers.

It never decides what an entry means for the books, and never stores one.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pos_bridge.core.errors import Malformed
from pos_bridge.core.money import MAX_MINOR

ENTRY_PROTOCOLS = (1,)
"""The versions of an entry's text that this release reads."""

MAX_ENTRY_BYTES = 256 * 1024
MAX_DEPTH = 32
GENESIS = "0" * 64
"""`previous` of a chain's first entry."""

KINDS = frozenset(
	(
		*("sale", "return", "void", "no_sale", "reprint", "approval"),
		*("shift_open", "shift_close", "cash_in", "cash_out", "credit_issue"),
		*("training_sale", "training_return", "clock_in", "clock_out"),
		*("online_order", "online_payment", "online_fulfilment", "online_refund", "online_return"),
	)
)
NUMBERED_KINDS = frozenset({"sale", "return", "credit_issue"})
"""Kinds that carry a receipt number."""

_ALWAYS = frozenset({"body", "cashier"})
"""Fields that an entry has even where they are empty; the others are left out then."""
_HASH = re.compile(r"[0-9a-f]{64}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)", re.ASCII)
_TILL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class WireEntry:
	"""An entry as it travels and as it is stored: the canonical text, verbatim, and its hash in hex."""

	hash: str
	text: str


@dataclass(frozen=True, slots=True)
class Entry:
	"""An entry, read: the `sequence`th of its `chain`, counted from 1; `previous` is the hash before it."""

	id: str
	kind: str
	till: str
	writer: str
	chain: str
	epoch: int
	sequence: int
	previous: str
	occurred_at: str
	business_date: str
	cashier: str
	body: Mapping[str, Any]
	receipt_number: str = ""
	continues: Mapping[str, Any] = field(default_factory=dict)
	fiscal: Mapping[str, str] = field(default_factory=dict)
	clock: Mapping[str, Any] = field(default_factory=dict)
	protocol: int = 1


def canonical(value: object) -> str:
	"""RFC 8785 text of objects, arrays, strings, safe integers and booleans; anything else is `Malformed`."""
	return json.dumps(_ordered(value, MAX_DEPTH), ensure_ascii=False, separators=(",", ":"))


def _ordered(value: object, depth: int) -> object:
	if isinstance(value, str):
		return _whole_characters(value)
	if isinstance(value, int):
		return _safe_integer(value)
	if depth == 0:
		raise Malformed(f"The entry is nested deeper than {MAX_DEPTH} levels.")
	if isinstance(value, Mapping):
		# RFC 8785 section 3.2.3 sorts by UTF-16 code units, not by code points.
		names = sorted(map(_whole_characters, value), key=lambda name: name.encode("utf-16-be"))
		return {name: _ordered(value[name], depth - 1) for name in names}
	if isinstance(value, list | tuple):
		return [_ordered(member, depth - 1) for member in value]
	raise Malformed(f"An entry holds texts, whole numbers and yes/no only, not {type(value).__name__}.")


def _safe_integer(number: int) -> int:
	if abs(number) > MAX_MINOR:
		raise Malformed(f"The number {number} is larger than a till can hold exactly.")
	return number


def _whole_characters(text: object) -> str:
	if not isinstance(text, str):
		raise Malformed("Names in an entry are texts.")
	try:
		text.encode()
	except UnicodeEncodeError as error:
		raise Malformed("A text in the entry holds half of a character (a lone surrogate).") from error
	return text


def _is_canonical(text: str, fields: dict[str, Any]) -> bool:
	"""`canonical(fields) == text`, four times as fast for what tills send."""
	few_levels = text.count("{") + text.count("[") <= MAX_DEPTH
	# Characters above U+D7FF may be halves, and UTF-16 sorts them elsewhere than the standard library does.
	plain = text.isascii() or max(text) < "\ud800"
	if few_levels and plain and "null" not in text:
		return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), sort_keys=True) == text
	return canonical(fields) == text


def chain_hash(previous: str, text: str) -> str:
	"""Hex SHA-256 of the previous hash's 32 bytes followed by the canonical text in UTF-8."""
	return hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()


def seal(entry: Entry) -> WireEntry:
	"""The entry's canonical text with its hash."""
	text = canonical(_to_fields(entry))
	return WireEntry(hash=chain_hash(entry.previous, text), text=text)


def _to_fields(entry: Entry) -> dict[str, object]:
	fields = {name: getattr(entry, name) for name in Entry.__slots__}
	return {name: value for name, value in fields.items() if name in _ALWAYS or value not in ("", {})}


def open_wire(wire: WireEntry) -> Entry:
	"""Read an entry and verify its text, hash and fields; anything wrong is `Malformed` with the reason."""
	if len(wire.text.encode(errors="replace")) > MAX_ENTRY_BYTES:
		raise Malformed(f"The entry is larger than {MAX_ENTRY_BYTES // 1024} KiB.", code="entry_too_large")
	fields = _parse(wire.text)
	_check_fields(fields)
	if not _is_canonical(wire.text, fields):
		raise Malformed("The entry's text is not in canonical form (RFC 8785).")
	if chain_hash(fields["previous"], wire.text) != wire.hash:
		raise Malformed("The entry's hash does not match its text: it was changed after it was made.")
	return _from_fields(fields)


def entry_from_shelf(text: str) -> Entry:
	"""The entry in a text that a daybook has recorded: it was verified then, and is not again."""
	return _from_fields(json.loads(text))


def _from_fields(fields: Mapping[str, Any]) -> Entry:
	return Entry(**{name: fields[name] for name in Entry.__slots__ if name in fields})


def _parse(text: str) -> dict[str, Any]:
	try:
		fields = json.loads(
			text, parse_int=_read_integer, parse_float=_refuse_number, parse_constant=_refuse_number
		)
	except (ValueError, RecursionError) as error:
		raise Malformed("The entry is not JSON that the protocol allows.") from error
	if not isinstance(fields, dict):
		raise Malformed("An entry is a JSON object.")
	return fields


def _read_integer(text: str) -> int:
	return _safe_integer(int(text))


def _refuse_number(text: str) -> None:
	raise Malformed(f"{text} is not a whole number; decimals travel as text.")


def _check_fields(fields: dict[str, Any]) -> None:
	if fields.get("protocol") not in ENTRY_PROTOCOLS or isinstance(fields["protocol"], bool):
		raise Malformed(
			f"Entries of protocol {fields.get('protocol')!r} are not known here: update this side.",
			code="unknown_protocol",
		)
	for name, pattern in _TEXT_FIELDS.items():
		value = fields.get(name)
		if not isinstance(value, str) or not pattern.fullmatch(value):
			raise Malformed(f"The entry's {name} is missing or not in its form.")
	for name in ("sequence", "epoch"):
		value = fields.get(name)
		if not isinstance(value, int) or isinstance(value, bool) or value < 1:
			raise Malformed(f"The entry's {name} is not a number from 1 on.")
	_check_kind(fields)


def _check_kind(fields: dict[str, Any]) -> None:
	if fields["kind"] not in KINDS:
		raise Malformed(f"Entries of the kind {fields['kind']!r} are not known here.")
	if not isinstance(fields.get("body"), dict):
		raise Malformed("The entry's body is missing or not an object.")
	for name in ("continues", "fiscal", "clock"):
		if name in fields and not (isinstance(fields[name], dict) and fields[name]):
			raise Malformed(f"The entry's {name} is not an object with content.")
	if fields["sequence"] == 1 and fields["previous"] != GENESIS:
		raise Malformed("A chain's first entry has no previous hash; name an older chain in `continues`.")
	_check_receipt_number(fields)


def _check_receipt_number(fields: dict[str, Any]) -> None:
	number = fields.get("receipt_number")
	if fields["kind"] not in NUMBERED_KINDS:
		if number is not None:
			raise Malformed(f"An entry of the kind {fields['kind']} carries no receipt number.")
		return
	prefix = f"{fields['till']}-{fields['epoch']}-"
	if not isinstance(number, str) or not re.fullmatch(re.escape(prefix) + "[0-9]{6,}", number):
		raise Malformed(f"The entry's receipt number is missing or not of the form {prefix}000001.")


_TEXT_FIELDS = {
	"id": UUID,
	"chain": UUID,
	"kind": re.compile(r"[a-z_]{1,32}"),
	"till": _TILL,
	"writer": re.compile(r"page|agent|channel"),
	"previous": _HASH,
	"occurred_at": INSTANT,
	"business_date": _DATE,
	"cashier": re.compile(r"[^\x00-\x1f]{0,140}"),
}


def uuid7(milliseconds: int, random_bytes: bytes) -> str:
	"""A UUID version 7 (RFC 9562 section 5.7) of Unix milliseconds and ten random bytes."""
	raw = bytearray(milliseconds.to_bytes(6, "big") + random_bytes[:10])
	raw[6] = (raw[6] & 0x0F) | 0x70
	raw[8] = (raw[8] & 0x3F) | 0x80
	return str(uuid.UUID(bytes=bytes(raw)))


def receipt_number(till: str, epoch: int, counter: int) -> str:
	"""`T1-1-000042`: till, epoch of its chain, and a counter without gaps over sales and returns."""
	return f"{till}-{epoch}-{counter:06d}"
