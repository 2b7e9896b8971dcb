"""What belongs to an invoice beside it: the voucher of its tip, and points that were not there.

It never compares an account by itself: a sale's effect is compared over both of its documents at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
from pos_bridge.erpnext.tenders.points import FLAG
from pos_bridge.erpnext.tenders.tips import PART

Ledger = Mapping[str, tuple[float, float]]
"""Debits less credits by account, in the company's and in the document's currency."""


def tips_of(postings: Mapping[str, list[tuple[str, str, str]]]) -> dict[str, dict[str, tuple[float, float]]]:
	"""By entry, what the ledger holds of its tip's voucher; nothing of one that was cancelled."""
	vouchers = {
		name: entry for entry, parts in postings.items() for part, _type, name in parts if part == PART
	}
	found: dict[str, dict[str, tuple[float, float]]] = {entry: {} for entry in vouchers.values()}
	if not vouchers:
		return found
	for name, account, base, own in frappe.db.sql(
		"SELECT voucher_no, account, SUM(debit - credit),"
		" SUM(debit_in_transaction_currency - credit_in_transaction_currency) FROM `tabGL Entry`"
		" WHERE voucher_type = 'Journal Entry' AND voucher_no IN %s AND is_cancelled = 0"
		" GROUP BY voucher_no, account",
		(tuple(vouchers),),
	):
		found[vouchers[name]][account] = (base, own or base)
	return found


def tip_cancelled(missing_minor: int, sale: Sale, tip: Ledger | None) -> str:
	"""Words if what is missing on an account is what the tip's voucher had, and that is cancelled."""
	had = {-sale.tip_minor, *(share.amount_minor for share in sale.settled.tips)}
	cancelled = tip is not None and not tip and missing_minor in had
	return _("The desk cancelled the voucher of the tip.") if cancelled else ""


def flagged(entries: tuple[str, ...]) -> frozenset[str]:
	"""Those of these entries that spent points that were not there."""
	rows = frappe.db.sql_list(
		"SELECT parent FROM `tabPOS Entry Flag` WHERE flag = %s AND parent IN %s", (FLAG, entries)
	)
	return frozenset(rows)


def shortage(
	row: Row, points_account: str, short: tuple[str, int], expected: Counter[str], decimals: int
) -> Iterator[Difference]:
	"""Move what was missing of the points to the account where posting put it, and say so."""
	account, missing_minor = short
	expected[points_account] -= missing_minor
	expected[account] += missing_minor
	yield row.differs(
		Kind.SHORTAGE,
		_("Points were spent that were not there any more; its remarks say how many."),
		explained=True,
		expected="0",
		found=amount(missing_minor, decimals),
		account_or_item=account,
	)


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
