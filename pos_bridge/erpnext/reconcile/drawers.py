"""Shift and drawer against the books: movements, each shift's difference, floats, the account of the cash.

It counts a shift anew from its entries; what POS Shift says is compared, not believed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.entry import Entry, entry_from_shelf
from pos_bridge.core.journal import Accounts, JournalLine, difference_lines, effect_of
from pos_bridge.core.kinds.shift_state import NOTHING_BOOKED, ShiftState, shift_of, state_of
from pos_bridge.erpnext.overrides.journal_entry import VOUCHER
from pos_bridge.erpnext.reconcile.books import Books
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.ledger import Company
from pos_bridge.erpnext.reconcile.scope import Row, Scope
from pos_bridge.erpnext.reconcile.vouchers import (
	Voucher,
	accounts_now,
	compare_voucher,
	vouchers_named,
)
from pos_bridge.erpnext.shop import minor

LATE = "late_difference"
_OWN = {"cash_in": "cash_in", "cash_out": "cash_out"}
"""Kind to the part of its own voucher."""


@dataclass
class Drawers:
	"""What is gathered while the pages are read: the entries of shifts, and vouchers of their differences."""

	shifts: dict[tuple[str, str], dict[str, Row]] = field(default_factory=dict)
	"""Till and shift to the rows of these days that open, close or correct it."""


def compare_movements(
	opened: Sequence[tuple[Row, Entry]], books: Books, company: Company, drawers: Drawers
) -> Iterator[Difference]:
	"""Vouchers of money put in and taken out; the shifts that are concerned are remembered."""
	named = {
		(row.name, part): name
		for row, _entry in opened
		for part, doctype, name in books.postings.get(row.name, ())
		if doctype == VOUCHER
	}
	known = vouchers_named(named.values())
	for row, entry in opened:
		if row.state != "posted":
			continue
		if (row.name, LATE) in named or entry.kind in ("shift_open", "shift_close"):
			drawers.shifts.setdefault((row.till, shift_of(entry)), {})[row.name] = row
		accounts = accounts_now(row.till, company)
		if entry.kind in _OWN and accounts:
			lines = effect_of(entry, accounts, "").lines
			yield from _part(row, named.get((row.name, _OWN[entry.kind])), lines, known, company)


def _part(
	row: Row, name: str | None, lines: Sequence[JournalLine], known: dict[str, Voucher], company: Company
) -> Iterator[Difference]:
	if name:
		yield from compare_voucher(row, name, lines, known, company)
	elif lines:
		yield row.differs(
			Kind.MISSING_DOCUMENT,
			_("It is posted, but no voucher is written down for it."),
			expected=amount(sum(line.debit_minor for line in lines), company.decimals),
			remedy=_("Look for a Journal Entry that names this entry; if there is none, book it by hand."),
		)


def compare_shifts(drawers: Drawers, company: Company) -> Iterator[Difference]:
	"""Each shift's difference, counted anew, against the vouchers of its closing and of what came later."""
	for (till, shift), rows in drawers.shifts.items():
		accounts = accounts_now(till, company)
		if accounts:
			yield from _shift(till, shift, rows, accounts, company)
			yield from _float(till, shift, rows, company)


def _shift(
	till: str, shift: str, rows: Mapping[str, Row], accounts: Accounts, company: Company
) -> Iterator[Difference]:
	entries = _entries(till, shift)
	parts = _difference_parts(entries)
	closing = _counted_closing(till, shift, entries)
	if closing is None:
		return
	known = vouchers_named(parts.values())
	opening = entries.get(shift)
	late = [each for id, each in entries.items() if id in parts and each not in (opening, closing)]
	told = [each for each in entries.values() if each.kind != "shift_close" and each not in late]
	# Whichever of opening and closing came last books the difference of all that was there by then.
	last = opening if opening and opening.id in parts else closing
	others = [each for each in (*told, closing) if each is not last]
	expected = {last.id: difference_lines(last, accounts, state_of(others))}
	for each in late:
		expected[each.id] = difference_lines(each, accounts, _counted(closing))
	for id, row in rows.items():
		if entries.get(id) is not None:
			yield from _part(row, parts.get(id), expected.get(id, ()), known, company)


def _counted(closing: Entry) -> ShiftState:
	"""A shift of which nothing is known but what was counted: what comes later changes that alone."""
	return ShiftState(floats={}, counted=NOTHING_BOOKED.after(closing).counted)


def _entries(till: str, shift: str) -> dict[str, Entry]:
	"""Those that are booked, by id. Their texts were verified where they are compared themselves."""
	rows = frappe.db.sql(
		"SELECT text FROM `tabPOS Entry` WHERE shift = %(shift)s AND till = %(till)s AND state = 'posted'"
		" UNION ALL SELECT text FROM `tabPOS Entry` WHERE name = %(shift)s AND till = %(till)s"
		" AND state = 'posted'",
		{"shift": shift, "till": till},
		pluck=True,
	)
	read = map(entry_from_shelf, rows)
	return {entry.id: entry for entry in read}


def _difference_parts(entries: Mapping[str, Entry]) -> dict[str, str]:
	rows = frappe.db.sql(
		"SELECT parent, document_name FROM `tabPOS Entry Posting` WHERE parent IN %s"
		" AND part IN ('difference', 'late_difference') AND document_type = 'Journal Entry'",
		(tuple(entries) or ("",),),
	)
	return dict(rows)


def _counted_closing(till: str, shift: str, entries: Mapping[str, Entry]) -> Entry | None:
	"""The closing that counts; a second one books nothing."""
	first = frappe.db.get_value("POS Shift", {"till": till, "opening_entry": shift}, "closing_entry")
	return entries.get(str(first)) if first else None


def _float(till: str, shift: str, rows: Mapping[str, Row], company: Company) -> Iterator[Difference]:
	"""What lay in the drawer when a shift began, against what the shift before left there."""
	row = rows.get(shift)
	before = _shift_before(till, shift) if row else None
	if row is None or before is None:
		return
	left = frappe._dict(
		frappe.db.sql(
			"SELECT tender, IF(is_counted, counted, expected) FROM `tabPOS Shift Count` WHERE parent = %s",
			before.name,
		)
	)
	moved = state_of(_between(till, before.position, row.position)).moved
	floats = NOTHING_BOOKED.after(_entries(till, shift)[shift]).floats or {}
	for tender, found in floats.items():
		net_minor = moved[tender].net_minor if tender in moved else 0
		expected = minor(left.get(tender), company.decimals) + net_minor
		if expected != found:
			yield _differing_float(row, before.name, tender, expected, found, company)


def _differing_float(
	row: Row, before: str, tender: str, expected: int, found: int, company: Company
) -> Difference:
	return row.differs(
		Kind.DRAWER,
		_("Another float lay there than {0} left, and no entry says why.").format(before),
		explained=True,
		expected=amount(expected, company.decimals),
		found=amount(found, company.decimals),
		account_or_item=tender,
		remedy=_("Ask who took or brought it, then book it by hand: the account of the cash has not moved."),
	)


def _shift_before(till: str, shift: str) -> Any | None:
	found = frappe.db.sql(
		"SELECT shift.name, entry.position FROM `tabPOS Shift` shift JOIN `tabPOS Entry` entry"
		" ON entry.name = shift.opening_entry WHERE shift.till = %(till)s AND shift.status = 'Closed'"
		" AND entry.position < (SELECT position FROM `tabPOS Entry` WHERE name = %(shift)s)"
		" ORDER BY entry.position DESC LIMIT 1",
		{"till": till, "shift": shift},
		as_dict=True,
	)
	return found[0] if found else None


def _between(till: str, first: int, last: int) -> Iterator[Entry]:
	"""What happened at the till outside of any shift: a safe drop after closing, a sale without one."""
	for text in frappe.db.sql(
		"SELECT text FROM `tabPOS Entry` WHERE till = %s AND state = 'posted' AND COALESCE(shift, '') = ''"
		" AND kind IN ('sale', 'return', 'cash_in', 'cash_out', 'credit_issue')"
		" AND position BETWEEN %s AND %s",
		(till, first, last),
		pluck=True,
	):
		yield entry_from_shelf(text)


MAX_POSITION = 2**62


def compare_accounts(scope: Scope, company: Company) -> Iterator[Difference]:
	"""The accounts of cash as they are now, against what should lie in the drawers of tills that use them.

	Left out where a till has never had a shift: nobody has counted there. Of one till it is its account.
	"""
	if not scope.is_latest:
		return
	only = company.shop(scope.till) if scope.till else None
	drawers: dict[str, dict[str, int] | None] = {}
	for till in frappe.get_all("POS Till", {"company": company.name}, pluck="name", order_by="name"):
		shop = company.shop(till)
		for tender, account in (shop.tenders if shop else {}).items():
			if only and account not in only.tenders.values():
				continue
			if account and frappe.get_cached_value("Mode of Payment", tender, "type") == "Cash":
				_add(drawers, account, till, tender, company)
	for account, held in drawers.items():
		if held:
			yield from _account(account, held, company)


def _add(
	drawers: dict[str, dict[str, int] | None], account: str, till: str, tender: str, company: Company
) -> None:
	lies = _in_drawer(till, tender, company)
	held = drawers.setdefault(account, {})
	if lies is None or held is None:
		drawers[account] = None
	else:
		held[till] = lies


def _in_drawer(till: str, tender: str, company: Company) -> int | None:
	"""What should lie there: as counted last, or as an open shift expects, and what moved beside shifts."""
	found = frappe.db.sql(
		"SELECT shift.opening_entry, shift.status, entry.position, row.is_counted, row.counted FROM"
		" `tabPOS Shift` shift JOIN `tabPOS Entry` entry ON entry.name = shift.opening_entry"
		" LEFT JOIN `tabPOS Shift Count` row ON row.parent = shift.name AND row.tender = %s"
		" WHERE shift.till = %s ORDER BY entry.position DESC LIMIT 1",
		(tender, till),
		as_dict=True,
	)
	if not found:
		return None
	last = found[0]
	entries = _entries(till, last.opening_entry).values()
	expected = state_of(each for each in entries if each.kind != "shift_close").expected(tender)
	counted = minor(last.counted, company.decimals) if last.is_counted else expected
	moved = state_of(_between(till, last.position, MAX_POSITION)).moved
	return counted + (moved[tender].net_minor if tender in moved else 0)


def _account(account: str, held: Mapping[str, int], company: Company) -> Iterator[Difference]:
	balance = frappe.db.sql(
		"SELECT SUM(debit - credit), SUM(IF(EXISTS (SELECT 1 FROM `tabPOS Entry Posting` made"
		" WHERE made.document_name = gl.voucher_no), 0, debit - credit))"
		" FROM `tabGL Entry` gl WHERE account = %s AND is_cancelled = 0",
		account,
	)[0]
	found, by_hand = (minor(value, company.decimals) for value in balance)
	if found == sum(held.values()):
		return
	drawers = ", ".join(f"{till} {amount(lies, company.decimals)}" for till, lies in held.items())
	yield Difference(
		Kind.DRAWER,
		_("The account has not what should lie in the drawers ({0}); {1} of it was booked by hand.").format(
			drawers, amount(by_hand, company.decimals)
		),
		explained=True,
		till=next(iter(held)) if len(held) == 1 else "",
		document_type="Account",
		document=account,
		expected=amount(sum(held.values()), company.decimals),
		found=amount(found, company.decimals),
		account_or_item=account,
		remedy=_("Book floats that no entry brought, and see the rows of floats that differ."),
	)
