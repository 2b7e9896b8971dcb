"""Gift cards and store credit: vouchers against what their moves came to, accounts against what is owed.

It never judges whether a card should have been taken; it compares two ledgers that have to say the same.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.entry import Entry
from pos_bridge.core.kinds.credit import credit_effects
from pos_bridge.core.kinds.standing import Settled
from pos_bridge.erpnext.credit.book import KINDS
from pos_bridge.erpnext.credit.write_off import POINTS_WRITTEN_OFF
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.scope import Row, Scope
from pos_bridge.erpnext.shop import currency_precision, minor
from pos_bridge.erpnext.tenders.modes import POINTS

MAX_NAMED = 50
"""Credits and documents that are named one by one; the difference is exact however many there are."""


def compare_moves(opened: Sequence[tuple[Row, Entry]]) -> Iterator[Difference]:
	"""Every posted entry's moves are in the ledger of credits, for the amounts that the entry says."""
	wanted = {entry.id: credit_effects(entry) for row, entry in opened if row.state == "posted"}
	wanted = {entry: moves for entry, moves in wanted.items() if moves}
	found = _moves(list(wanted))
	decimals = currency_precision()
	for row, entry in opened:
		for move in wanted.get(entry.id, ()):
			there = found.get((entry.id, move.part))
			came = abs(minor(there.amount, decimals)) + abs(minor(there.short, decimals)) if there else 0
			if came != move.amount_minor:
				yield row.differs(
					Kind.CREDIT,
					_("The ledger of credits has another amount than the entry."),
					expected=amount(move.amount_minor, decimals),
					found=amount(came, decimals),
					account_or_item=move.credit,
					remedy=_("Nothing in ERPNext changes it: ask who worked in the database."),
				)


def _moves(entries: Sequence[str]) -> dict[tuple[str, str], Any]:
	if not entries:
		return {}
	rows = frappe.db.sql(
		"SELECT entry, part, amount, short FROM `tabPOS Credit Entry` WHERE entry IN %s",
		(tuple(entries),),
		as_dict=True,
	)
	return {(row.entry, row.part): row for row in rows}


def settled_of(entry: str) -> list[Settled]:
	"""What the moves of a posted entry came to, as posting wrote it down: what `effect_of` asks for."""
	decimals = currency_precision()
	rows = frappe.db.sql(
		"SELECT move.part, move.amount, move.short, credit.kind FROM `tabPOS Credit Entry` move"
		" JOIN `tabPOS Credit` credit ON credit.name = move.credit WHERE move.entry = %s",
		entry,
		as_dict=True,
	)
	kinds = {label: kind for kind, label in KINDS.items()}
	return [
		Settled(row.part, kinds[row.kind], minor(row.amount, decimals), minor(row.short, decimals))
		for row in rows
	]


def compare_accounts(scope: Scope) -> Iterator[Difference]:
	"""What is owed by the credits' moves is what their accounts say, whatever the days and tills."""
	expected = _by_account(scope.company)
	booked = _booked(scope.company, list(expected))
	decimals = currency_precision()
	for account, owed in sorted(expected.items()):
		difference = minor(booked.get(account), decimals) - owed
		if not difference:
			continue
		explained = list(_explanations(scope.company, account, decimals))
		yield from explained[:MAX_NAMED]
		rest = difference - sum(_told(each, decimals) for each in explained)
		if rest:
			yield Difference(
				Kind.CREDIT,
				_("The account does not say what is owed on gift cards and store credit."),
				explained=False,
				expected=amount(owed, decimals),
				found=amount(owed + rest, decimals),
				account_or_item=account,
				remedy=_("Look for what was booked on this account by hand, or changed in the database."),
			)
	yield from _balances(scope.company)


def _told(each: Difference, decimals: int) -> int:
	return minor(float(each.found), decimals) - minor(float(each.expected), decimals)


def _by_account(company: str) -> dict[str, int]:
	"""Account to what is owed there by the ledger of credits; a shortage is owed to us, so below zero."""
	decimals, sums = currency_precision(), Counter[str]()
	for column, sign in (("amount", 1), ("short", -1)):
		named = "account" if column == "amount" else "short_account"
		for account, total in frappe.db.sql(
			f"SELECT {named}, SUM({column}) FROM `tabPOS Credit Entry`"
			f" WHERE company = %s AND {named} > '' GROUP BY {named}",
			company,
		):
			sums[account] += sign * minor(total, decimals)
	for account, total in _short_of_points(company, list(sums)):
		sums[account] -= minor(total, decimals)
	return dict(sums)


def _short_of_points(company: str, accounts: Sequence[str]) -> Sequence[tuple[str, float]]:
	"""Loyalty points that were not there are owed on the account for shortages, too: rows of invoices.

	What of them was written off is not owed any more.
	"""
	if not accounts:
		return ()
	written_off = frappe.db.sql(
		"SELECT account, SUM(debit - credit) FROM `tabGL Entry` WHERE company = %s AND account IN %s"
		" AND voucher_no LIKE %s AND is_cancelled = 0 GROUP BY account",
		(company, tuple(accounts), POINTS_WRITTEN_OFF),
	)
	return written_off + frappe.db.sql(
		"SELECT payment.account, SUM(payment.base_amount) FROM `tabSales Invoice Payment` payment"
		" JOIN `tabSales Invoice` invoice ON invoice.name = payment.parent WHERE invoice.docstatus = 1"
		" AND invoice.company = %s AND payment.mode_of_payment = %s AND payment.account IN %s"
		" GROUP BY payment.account",
		(company, POINTS, tuple(accounts)),
	)


def _booked(company: str, accounts: Sequence[str]) -> dict[str, float]:
	if not accounts:
		return {}
	return dict(
		frappe.db.sql(
			"SELECT account, SUM(credit - debit) FROM `tabGL Entry` WHERE company = %s AND account IN %s"
			" AND is_cancelled = 0 GROUP BY account",
			(company, tuple(accounts)),
		)
	)


def _explanations(company: str, account: str, decimals: int) -> Iterator[Difference]:
	"""Documents of the desk on the account, and documents of tills that the desk cancelled."""
	place = {"company": company, "account": account, "points": POINTS_WRITTEN_OFF}
	for row in frappe.db.sql(_FOREIGN, place, as_dict=True):
		yield Difference(
			Kind.CREDIT,
			_("{0} was booked on this account by hand; no credit knows of it.").format(row.name),
			explained=True,
			document_type=row.doctype,
			document=row.name,
			expected=amount(0, decimals),
			found=amount(minor(row.owed, decimals), decimals),
			account_or_item=account,
		)
	for row in frappe.db.sql(_CANCELLED, place, as_dict=True):
		yield Difference(
			Kind.CREDIT,
			_("The desk cancelled {0}; its credits were moved all the same.").format(row.name),
			explained=True,
			entry=row.entry,
			document_type=row.doctype,
			document=row.name,
			expected=amount(minor(row.owed, decimals), decimals),
			found=amount(0, decimals),
			account_or_item=account,
		)


_FOREIGN = """
	SELECT gl.voucher_type AS doctype, gl.voucher_no AS name, SUM(gl.credit - gl.debit) AS owed
	FROM `tabGL Entry` gl
	LEFT JOIN `tabPOS Entry Posting` posting ON posting.document_name = gl.voucher_no
	LEFT JOIN `tabPOS Credit Entry` move ON move.voucher = gl.voucher_no
	WHERE gl.company = %(company)s AND gl.account = %(account)s AND gl.is_cancelled = 0
		AND posting.name IS NULL AND move.name IS NULL AND gl.voucher_no NOT LIKE %(points)s
	GROUP BY gl.voucher_type, gl.voucher_no
	HAVING owed <> 0
"""
_CANCELLED = """
	SELECT 'Sales Invoice' AS doctype, invoice.name, move.entry, SUM(
		IF(move.account = %(account)s, move.amount, 0) - IF(move.short_account = %(account)s, move.short, 0)
	) AS owed
	FROM `tabPOS Credit Entry` move
	JOIN `tabPOS Entry Posting` posting ON posting.parent = move.entry
		AND posting.part IN ('sale', 'return', 'credit_issue')
	JOIN (
		SELECT name FROM `tabSales Invoice` WHERE docstatus = 2
		UNION ALL SELECT name FROM `tabJournal Entry` WHERE docstatus = 2
	) invoice ON invoice.name = posting.document_name
	WHERE move.company = %(company)s
	GROUP BY invoice.name, move.entry
	HAVING owed <> 0
"""


def _balances(company: str) -> Iterator[Difference]:
	"""Each credit stands as its moves say. They are added up by their index first: that takes a fifth."""
	decimals = currency_precision()
	for row in frappe.db.sql(
		"SELECT credit.name, credit.balance, moves.moved FROM (SELECT credit, SUM(amount) AS moved"
		" FROM `tabPOS Credit Entry` WHERE company = %s GROUP BY credit) moves"
		" JOIN `tabPOS Credit` credit ON credit.name = moves.credit"
		" WHERE credit.balance <> moves.moved LIMIT %s",
		(company, MAX_NAMED),
		as_dict=True,
	):
		yield Difference(
			Kind.CREDIT,
			_("{0} does not stand as its moves say.").format(row.name),
			explained=False,
			document_type="POS Credit",
			document=row.name,
			expected=amount(minor(row.moved, decimals), decimals),
			found=amount(minor(row.balance, decimals), decimals),
			remedy=_("Nothing in ERPNext changes it: ask who worked in the database."),
		)
