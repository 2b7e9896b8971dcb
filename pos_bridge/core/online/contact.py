"""Who ordered, as a record beside the entries, and the salted hash by which an entry names it.

It never goes into a chain: erase record and salt, and the hash says nothing any more (docs/adr/0020).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from pos_bridge.core.entry import canonical
from pos_bridge.core.errors import Malformed
from pos_bridge.core.online.order import Address, Contact, Order
from pos_bridge.core.sale_body import readable, text, yes

_SALT = re.compile(r"[0-9a-f]{32}")


def contact_fields(order: Order) -> dict[str, Any]:
	"""All that is personal in an order: the contact, and what was written on lines, by line."""
	fields: dict[str, Any] = asdict(order.contact)
	notes = {line.id: dict(line.notes) for line in order.lines if line.notes}
	return fields | ({"line_notes": notes} if notes else {})


def with_contact(order: Order, fields: Mapping[str, Any]) -> Order:
	"""The order with what lies beside its entries; `Malformed` where that has another form."""
	contact = readable(lambda: _read(fields))
	notes = readable(lambda: _read_notes(fields.get("line_notes", {})))
	lines = tuple(replace(line, notes=notes.get(line.id, ())) for line in order.lines)
	return replace(order, contact=contact, lines=lines)


def contact_hash(order: Order, salt: str) -> str:
	"""SHA-256 in hex over salt (16 bytes in hex) and the record's RFC 8785 text: what a snapshot names.

	The salt is drawn once for an order and kept beside its record: another one makes another snapshot.
	"""
	if not _SALT.fullmatch(salt):
		raise Malformed("A salt is 16 bytes in hex.")
	return hashlib.sha256(bytes.fromhex(salt) + canonical(contact_fields(order)).encode()).hexdigest()


def _read(fields: Mapping[str, Any]) -> Contact:
	plain = ("name", "email", "phone", "tax_id", "note")
	return Contact(
		**{name: text(fields[name]) for name in plain},
		email_verified=yes(fields["email_verified"]),
		billing=_read_address(fields["billing"]),
		shipping=_read_address(fields["shipping"]),
	)


def _read_address(fields: Mapping[str, Any]) -> Address:
	return Address(**{name: text(fields[name]) for name in Address.__slots__})


def _read_notes(fields: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[tuple[str, str], ...]]:
	return {
		line: tuple((text(name), text(note)) for name, note in notes.items())
		for line, notes in fields.items()
	}
