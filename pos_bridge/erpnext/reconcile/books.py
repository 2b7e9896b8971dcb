"""The documents that a page of entries became, read with a handful of queries: invoices, ledger, stock.

It never loads a document one by one, and never compares anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import frappe

from pos_bridge.erpnext.overrides.amendments import MAX_AMENDMENTS
from pos_bridge.erpnext.overrides.sales_invoice import first_of
from pos_bridge.erpnext.reconcile.beside import Half, flagged, tips_of
from pos_bridge.erpnext.reconcile.scope import Row

INVOICE = "Sales Invoice"
CANCELLED = 2


@dataclass(slots=True)
class Document:
	"""A Sales Invoice with what is compared of it; amounts and quantities are ERPNext's floats."""

	name: str
	docstatus: int
	amended_from: str
	entry: str
	currency: str
	posting_date: date
	to_pay: float
	net_total: float
	change: float
	debit_to: str
	change_account: str
	write_off_account: str
	warehouse: str
	points_account: str
	points_worth: float
	consolidated: int
	items: list[Any] = field(default_factory=list)
	taxes: dict[str, float] = field(default_factory=dict)
	tenders: dict[str, tuple[str, float]] = field(default_factory=dict)
	"""Mode of Payment to its account and the sum of its rows."""


@dataclass(slots=True)
class Books:
	"""All that ERPNext holds of a page of entries."""

	postings: dict[str, list[tuple[str, str, str]]]
	"""Entry to (part, doctype, name)."""
	documents: dict[str, Document]
	amendments: dict[str, list[str]] = field(default_factory=dict)
	batches: dict[str, list[str]] = field(default_factory=dict)
	"""Document that many sales became to their entries, in the order of recording."""
	desk_returns: dict[str, list[tuple[str, float]]] = field(default_factory=dict)
	"""Invoice to the credit notes that the desk made against it, with their totals."""
	ledger: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)
	"""Document to debits less credits by account, in the company's and in the document's currency."""
	moves: dict[str, list[Any]] = field(default_factory=dict)
	"""Document to its stock moves."""
	packed: dict[str, list[Any]] = field(default_factory=dict)
	"""Document to what its bundles consist of."""
	stocked: frozenset[str] = frozenset()
	"""Which of all these items have stock."""
	of_entry: dict[str, list[str]] = field(default_factory=dict)
	"""Entry to the living documents that carry its id."""
	tips: dict[str, dict[str, tuple[float, float]]] = field(default_factory=dict)
	"""Entry to what its tip's voucher holds, as in `ledger`; nothing if it was cancelled."""
	short_of_points: frozenset[str] = frozenset()
	"""Entries that spent points that were not there."""
	halves: dict[str, Half] = field(default_factory=dict)
	"""The other halves of exchanges."""

	def living(self, first: str) -> Document | None:
		"""The submitted document that `first` is or was amended to."""
		for _ in range(MAX_AMENDMENTS):
			document = self.documents.get(first)
			if document is None or document.docstatus == 1:
				return document
			following = self.amendments.get(first)
			if not following:
				return None
			first = following[-1]
		return None

	def versions(self, first: str) -> list[str]:
		"""`first` and what it was amended to, in that order."""
		names = [first]
		while (following := self.amendments.get(names[-1])) and len(names) <= MAX_AMENDMENTS:
			names.append(following[-1])
		return names


def books_of(rows: Sequence[Row]) -> Books:
	"""Everything about these entries; `rows` is one page."""
	entries = [row.name for row in rows]
	books = Books(postings=_postings(entries), documents={})
	carrying = _rows("SELECT name FROM `tabSales Invoice` WHERE pos_bridge_entry IN %s", entries)
	posted = [name for parts in books.postings.values() for _, doctype, name in parts if doctype == INVOICE]
	_read_invoices(books, {*posted, *(row.name for row in carrying)})
	books.batches = _batches(books, set(posted))
	_follow_amendments(books)
	_read_parts(books)
	_read_effects(books)
	books.tips = tips_of(books.postings)
	books.short_of_points = flagged(tuple(entries))
	return books


def _batches(books: Books, posted: Iterable[str]) -> dict[str, list[str]]:
	"""Also entries of other pages."""
	many = {name for name in posted if name in books.documents and books.documents[name].consolidated}
	found: dict[str, list[str]] = defaultdict(list)
	for row in _rows(
		"SELECT posting.document_name, posting.parent FROM `tabPOS Entry Posting` posting"
		" JOIN `tabPOS Entry` entry ON entry.name = posting.parent"
		" WHERE posting.document_name IN %s AND posting.document_type = 'Sales Invoice'"
		" AND posting.part = 'sale' ORDER BY entry.position",
		many,
	):
		found[row.document_name].append(row.parent)
	return dict(found)


def _rows(query: str, names: Iterable[str]) -> list[Any]:
	wanted = tuple(names)
	return frappe.db.sql(query, (wanted,), as_dict=True) if wanted else []


def _postings(entries: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
	found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
	for row in _rows(
		"SELECT parent, part, document_type, document_name FROM `tabPOS Entry Posting`"
		" WHERE parent IN %s ORDER BY parent, idx",
		entries,
	):
		found[row.parent].append((row.part, row.document_type, row.document_name))
	return found


def _read_invoices(books: Books, names: Iterable[str]) -> list[str]:
	rows = _rows(
		"SELECT name, docstatus, COALESCE(amended_from, '') AS amended_from,"
		" COALESCE(pos_bridge_entry, '') AS entry, currency, posting_date,"
		" IF(rounded_total != 0, rounded_total, grand_total) AS to_pay, net_total,"
		" change_amount AS `change`, debit_to, COALESCE(account_for_change_amount, '') AS change_account,"
		" COALESCE(write_off_account, '') AS write_off_account,"
		" COALESCE(set_warehouse, '') AS warehouse, is_consolidated AS consolidated,"
		" IF(redeem_loyalty_points = 1, COALESCE(loyalty_redemption_account, ''), '') AS points_account,"
		" IF(redeem_loyalty_points = 1, loyalty_amount, 0) AS points_worth"
		" FROM `tabSales Invoice` WHERE name IN %s",
		names,
	)
	for row in rows:
		document = Document(**row)
		books.documents[document.name] = document
		if document.entry and document.docstatus == 1:
			books.of_entry.setdefault(document.entry, []).append(document.name)
	return [row.name for row in rows]


def _follow_amendments(books: Books) -> None:
	"""What cancelled invoices were amended to, and what that was amended to, and so on."""
	cancelled = [name for name, each in books.documents.items() if each.docstatus == CANCELLED]
	for _ in range(MAX_AMENDMENTS):
		found = _rows(
			"SELECT name, amended_from FROM `tabSales Invoice` WHERE amended_from IN %s ORDER BY creation",
			cancelled,
		)
		if not found:
			return
		for row in found:
			books.amendments.setdefault(row.amended_from, []).append(row.name)
		read = _read_invoices(books, {row.name for row in found} - set(books.documents))
		cancelled = [name for name in read if books.documents[name].docstatus == CANCELLED]


def _read_parts(books: Books) -> None:
	living = [name for name, each in books.documents.items() if each.docstatus == 1]
	for row in _rows(
		"SELECT parent, item_code, uom, conversion_factor, qty, income_account, discount_account,"
		" expense_account, COALESCE(warehouse, '') AS warehouse FROM `tabSales Invoice Item`"
		" WHERE parent IN %s ORDER BY parent, idx",
		living,
	):
		books.documents[row.parent].items.append(row)
	for row in _rows(
		"SELECT parent, account_head, SUM(tax_amount_after_discount_amount) AS amount"
		" FROM `tabSales Taxes and Charges`"
		" WHERE parent IN %s AND parenttype = 'Sales Invoice' GROUP BY parent, account_head",
		living,
	):
		books.documents[row.parent].taxes[row.account_head] = row.amount
	for row in _rows(
		"SELECT parent, mode_of_payment, account, SUM(amount) AS amount FROM `tabSales Invoice Payment`"
		" WHERE parent IN %s GROUP BY parent, mode_of_payment, account",
		living,
	):
		tenders = books.documents[row.parent].tenders
		before = tenders.get(row.mode_of_payment, ("", 0.0))[1]
		tenders[row.mode_of_payment] = (row.account or "", before + row.amount)
	_read_desk_returns(books, living)


def _read_desk_returns(books: Books, living: Sequence[str]) -> None:
	for row in _rows(
		"SELECT name, return_against, amended_from,"
		" IF(rounded_total != 0, rounded_total, grand_total) AS to_pay FROM `tabSales Invoice`"
		" WHERE return_against IN %s AND docstatus = 1 AND COALESCE(pos_bridge_entry, '') = ''",
		living,
	):
		if row.amended_from and frappe.db.exists(
			"POS Entry Posting", {"document_name": first_of(row.amended_from), "document_type": INVOICE}
		):
			continue  # a till's own return, amended: it is compared with its entry
		books.desk_returns.setdefault(row.return_against, []).append((row.name, row.to_pay))


def _read_effects(books: Books) -> None:
	"""What the ledgers hold under these names, of cancelled or deleted ones too; there it must be nothing."""
	posted = (name for parts in books.postings.values() for _, doctype, name in parts if doctype == INVOICE)
	names = {*books.documents, *posted}
	for row in _rows(
		"SELECT voucher_no, account, SUM(debit - credit) AS base,"
		" SUM(debit_in_transaction_currency - credit_in_transaction_currency) AS own FROM `tabGL Entry`"
		" WHERE voucher_type = 'Sales Invoice' AND voucher_no IN %s AND is_cancelled = 0"
		" GROUP BY voucher_no, account",
		names,
	):
		books.ledger.setdefault(row.voucher_no, {})[row.account] = (row.base, row.own or 0.0)
	for row in _rows(
		"SELECT voucher_no, item_code, warehouse, actual_qty, stock_value_difference"
		" FROM `tabStock Ledger Entry`"
		" WHERE voucher_type = 'Sales Invoice' AND voucher_no IN %s AND is_cancelled = 0",
		names,
	):
		books.moves.setdefault(row.voucher_no, []).append(row)
	for row in _rows(
		"SELECT parent, item_code, COALESCE(warehouse, '') AS warehouse, qty FROM `tabPacked Item`"
		" WHERE parenttype = 'Sales Invoice' AND parent IN %s",
		names,
	):
		books.packed.setdefault(row.parent, []).append(row)
