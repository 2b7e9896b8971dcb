"""Journal Entries of entries against the journal: is there one that lives, and does it book what it has to.

It never decides what a part of an entry means; whoever asks hands the journal's lines in.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.journal import Accounts, JournalLine
from pos_bridge.erpnext.overrides.journal_entry import VOUCHER, first_of, versions
from pos_bridge.erpnext.reconcile.books import Books
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.ledger import Company
from pos_bridge.erpnext.reconcile.scope import Row, Scope
from pos_bridge.erpnext.shop import PURPOSES, minor


@dataclass(frozen=True, slots=True)
class Voucher:
	"""A Journal Entry, and what the general ledger has of it: account to ERPNext's amount."""

	name: str
	docstatus: int
	posting_date: date
	ledger: dict[str, float] = field(default_factory=dict)


def vouchers_named(names: Iterable[str]) -> dict[str, Voucher]:
	"""Those of these names that are there; cancelled ones have nothing in the ledger if all is well."""
	wanted = tuple(names)
	if not wanted:
		return {}
	rows = frappe.db.sql(
		"SELECT name, docstatus, posting_date FROM `tabJournal Entry` WHERE name IN %s", (wanted,)
	)
	found = {row[0]: Voucher(*row) for row in rows}
	for name, account, value in frappe.db.sql(
		"SELECT voucher_no, account, SUM(debit - credit) FROM `tabGL Entry`"
		" WHERE voucher_type = 'Journal Entry' AND voucher_no IN %s AND is_cancelled = 0"
		" GROUP BY voucher_no, account",
		(wanted,),
	):
		if name in found:
			found[name].ledger[account] = value
	return found


def accounts_now(till: str, company: Company) -> Accounts | None:
	"""The accounts that the till's shop would book to now; a purpose without one is named by itself."""
	shop = company.shop(till)
	if shop is None:
		return None
	return Accounts(
		receivable="",
		revenue="",
		round_off="",
		taxes={},
		tenders=_OrItself(shop.tenders),
		purposes={purpose: shop.accounts.get(purpose) or purpose for purpose in PURPOSES},
	)


class _OrItself(dict[str, str]):
	"""A tender that the shop has no more is compared by its amount alone."""

	def __contains__(self, tender: object) -> bool:
		return True

	def __missing__(self, tender: str) -> str:
		return tender


def compare_voucher(
	row: Row, name: str, lines: Sequence[JournalLine], known: dict[str, Voucher], company: Company
) -> Iterator[Difference]:
	"""One part of an entry: the voucher that stands for it books these lines, on the entry's day."""
	voucher = known.get(name)
	if voucher is None:
		yield _differs(
			row,
			Kind.MISSING_DOCUMENT,
			_("{0}, which posting made, is not there any more: it was deleted.").format(name),
			name,
			remedy=_("Nothing in ERPNext deletes a submitted voucher: ask who worked in the database."),
		)
		return
	if voucher.docstatus == 1:
		yield from _booked(row, voucher, lines, company)
		yield from _date(row, voucher)
		return
	for account, value in sorted(voucher.ledger.items()):
		if left := minor(value, company.decimals):
			words = _("{0} does not count any more, but the general ledger still has it.").format(name)
			shown = amount(left, company.decimals)
			yield _differs(row, Kind.LEDGER, words, name, expected="0", found=shown, account_or_item=account)
	yield _changed(row, name, lines, company)


def _changed(row: Row, name: str, lines: Sequence[JournalLine], company: Company) -> Difference:
	amendments = vouchers_named(versions(name)[1:])
	expected = amount(sum(line.debit_minor for line in lines), company.decimals)
	for each in amendments.values():
		if each.docstatus == 1:
			debit = sum(minor(value, company.decimals) for value in each.ledger.values() if value > 0)
			words = _("The desk amended the voucher: {0} stands for {1}.").format(each.name, name)
			return _differs(
				row,
				Kind.AMENDED,
				words,
				each.name,
				explained=True,
				expected=expected,
				found=amount(debit, company.decimals),
			)
	words = _("The desk cancelled {0}.").format(name)
	return _differs(row, Kind.CANCELLED, words, name, explained=True, expected=expected, found="0")


def _booked(
	row: Row, voucher: Voucher, lines: Sequence[JournalLine], company: Company
) -> Iterator[Difference]:
	expected = Counter[str]()
	for line in lines:
		expected[line.account] += line.debit_minor - line.credit_minor
	found = Counter({name: minor(value, company.decimals) for name, value in voucher.ledger.items()})
	names = sorted(name for name in {*expected, *found} if expected[name] != found[name])
	ours = [name for name in names if expected[name]]
	theirs = [name for name in names if found[name]]
	moved = not set(ours) & set(theirs)
	if moved and sorted(expected[name] for name in ours) == sorted(found[name] for name in theirs):
		for now, then in zip(
			sorted(ours, key=lambda name: expected[name]),
			sorted(theirs, key=lambda name: found[name]),
			strict=True,
		):
			company.changed[(row.till, _("account of the drawer"), now, then)] += 1
		return
	for name in names:
		yield _differs(
			row,
			Kind.LEDGER,
			_("The general ledger has another amount on this account than the entry means."),
			voucher.name,
			expected=amount(expected[name], company.decimals),
			found=amount(found[name], company.decimals),
			account_or_item=name,
			remedy=_("Compare with the voucher, then make a Repost Accounting Ledger for it."),
		)


def _date(row: Row, voucher: Voucher) -> Iterator[Difference]:
	if voucher.posting_date == row.business_date:
		return
	chosen = row.post_on == voucher.posting_date
	yield _differs(
		row,
		Kind.DATE,
		_("Its period was closed; an accountant chose this day.")
		if chosen
		else _("Nobody chose this day for it."),
		voucher.name,
		explained=chosen,
		expected=row.business_date.isoformat(),
		found=voucher.posting_date.isoformat(),
	)


def _differs(
	row: Row, kind: Kind, cause: str, voucher: str, explained: bool = False, **more: str
) -> Difference:
	return row.differs(kind, cause, explained, document_type=VOUCHER, document=voucher, **more)


def extra_vouchers(rows: Sequence[Row], books: Books) -> Iterator[Difference]:
	"""Submitted vouchers that carry an entry's id and that posting did not make for it."""
	by_name = {row.name: row for row in rows}
	made = {name for parts in books.postings.values() for _part, doctype, name in parts if doctype == VOUCHER}
	found: list[Any] = frappe.db.sql(
		"SELECT name, pos_bridge_entry, total_debit FROM `tabJournal Entry`"
		" WHERE pos_bridge_entry IN %s AND docstatus = 1",
		(tuple(by_name) or ("",),),
	)
	for name, entry, debit in found:
		if first_of(name) not in made:
			yield _differs(
				by_name[entry],
				Kind.EXTRA_DOCUMENT,
				_("{0} carries this entry, but posting did not make it.").format(name),
				name,
				found=f"{debit:.2f}",
				remedy=_("Cancel {0} if it books the same once more.").format(name),
			)


def orphans(scope: Scope) -> Iterator[Difference]:
	"""Submitted vouchers of tills whose entry the daybook does not have."""
	for name, till, debit in frappe.db.sql(
		"SELECT name, pos_bridge_till, total_debit FROM `tabJournal Entry` voucher"
		f" WHERE {scope.invoices} AND docstatus = 1 AND NOT EXISTS"
		" (SELECT 1 FROM `tabPOS Entry` entry WHERE entry.name = voucher.pos_bridge_entry)",
		scope.values,
	):
		yield Difference(
			Kind.EXTRA_DOCUMENT,
			_("{0} says that a till made it, but the daybook has no such entry.").format(name),
			explained=False,
			till=till,
			document_type=VOUCHER,
			document=name,
			found=f"{debit:.2f}",
			remedy=_("Ask who made {0}; cancel it if it is wrong.").format(name),
		)
