"""The two halves of an exchange: both in the books, or why the clearing account is not at zero yet.

It never looks at an account: that each half has its amount there, the ledger's comparison says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import frappe
from frappe import _

from pos_bridge.core.daybook import State
from pos_bridge.core.entry import Entry, WireEntry, open_wire
from pos_bridge.core.errors import Malformed
from pos_bridge.core.sale import Sale
from pos_bridge.core.tenders import exchanged_minor
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.scope import Row
from pos_bridge.erpnext.reconcile.unposted import MAX_WAIT
from pos_bridge.erpnext.tenders.exchange import half_of, mismatch


@dataclass(frozen=True, slots=True)
class Half:
	"""Another entry, of whichever day, that an entry of the page names."""

	state: str
	entry: Entry | None


def halves_of(entries: Sequence[Entry]) -> dict[str, Half]:
	"""The other halves of these entries, as far as they have arrived."""
	names = tuple({half for entry in entries if (half := half_of(entry))})
	if not names:
		return {}
	rows = frappe.db.sql("SELECT name, state, hash, text FROM `tabPOS Entry` WHERE name IN %s", (names,))
	return {name: Half(state, _open(WireEntry(hash, text))) for name, state, hash, text in rows}


def _open(wire: WireEntry) -> Entry | None:
	try:
		return open_wire(wire)
	except Malformed:
		return None  # reported as damaged where it is looked at itself


def compare_exchange(row: Row, entry: Entry, sale: Sale, halves: dict[str, Half]) -> Iterator[Difference]:
	"""Of a posted half: where the other one is, and whether they pay each other."""
	name = half_of(entry)
	if not name:
		return
	half = halves.get(name)
	if half and half.state == State.POSTED.value:
		# Told once, by the sale: the return may lie on a day that is not looked at.
		words = mismatch(entry, half.entry) if half.entry and row.kind == "sale" else ""
		explained, remedy = False, _("Find out who got what, and book the difference by a Journal Entry.")
	elif half:
		words = _("The other half of the exchange, {0}, is {1}: the clearing account waits for it.").format(
			half.entry.receipt_number if half.entry else name, frappe._(half.state)
		)
		explained, remedy = True, ""
	else:
		words = _("The other half of the exchange has not arrived: the clearing account waits for it.")
		explained = _waited(row) <= MAX_WAIT
		remedy = "" if explained else _("See whether the till still has it; its numbers show a gap.")
	if words:
		left = amount(exchanged_minor(sale.tenders), sale.draft.currency_precision)
		yield row.differs(Kind.EXCHANGE, words, explained=explained, found=left, remedy=remedy)


def _waited(row: Row) -> timedelta:
	since = datetime.fromisoformat(row.recorded_at.replace("Z", "+00:00"))
	return datetime.now(timezone.utc) - since
