"""Entries against their invoices: is there exactly one that lives, and does it say what the receipt says.

It never looks into a ledger.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import frappe
from frappe import _

from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.overrides.journal_entry import VOUCHER
from pos_bridge.erpnext.reconcile.books import CANCELLED, INVOICE, Books, Document
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.scope import Row, Scope
from pos_bridge.erpnext.shop import minor
from pos_bridge.erpnext.tenders.modes import POINTS, mode_of


@dataclass(frozen=True, slots=True)
class Booked:
	"""An entry's part in the books: what posting made, and the document that lives, if one does."""

	part: str
	posted: str
	living: Document | None

	@property
	def amended(self) -> bool:
		return self.living is not None and self.living.name != self.posted

	@property
	def amendment(self) -> str:
		"""Words for what the desk did, if it amended the invoice."""
		if self.living is None or not self.amended:
			return ""
		return _("The desk amended the invoice: {0} stands for {1}.").format(self.living.name, self.posted)


def booked(row: Row, books: Books) -> Booked | None:
	"""The invoice of a sale or return; None if posting wrote none down."""
	for part, doctype, name in books.postings.get(row.name, ()):
		if part == row.kind and doctype == INVOICE:
			return Booked(part, name, books.living(name))
	return None


def compare_existence(row: Row, sale: Sale, books: Books) -> Iterator[Difference]:
	"""Exactly one living document, and no other; what the desk did to it."""
	total = amount(sale.totals.total_minor, sale.draft.currency_precision)
	place = booked(row, books)
	if place is None:
		yield row.differs(
			Kind.MISSING_DOCUMENT,
			_("It is posted, but no document is written down for it."),
			expected=total,
			remedy=_("Look for its receipt number in Sales Invoice; if it is not there, book it by hand."),
		)
	elif place.living is None:
		yield _gone(row, place, books, total)
	yield from extra(row, books, place)


def _gone(row: Row, place: Booked, books: Books, total: str) -> Difference:
	document = books.documents.get(place.posted)
	if document is None:
		return row.differs(
			Kind.MISSING_DOCUMENT,
			_("{0}, which posting made, is not there any more: it was deleted.").format(place.posted),
			document_type=INVOICE,
			document=place.posted,
			expected=total,
			remedy=_("Nothing in ERPNext deletes a submitted invoice: ask who worked in the database."),
		)
	last = books.versions(place.posted)[-1]
	draft = books.documents[last].docstatus == 0
	cause = _("The desk cancelled {0}.").format(place.posted)
	if draft:
		cause += " " + _("Its amendment {0} is a draft.").format(last)
	return row.differs(
		Kind.CANCELLED,
		cause,
		explained=True,
		document_type=INVOICE,
		document=last,
		expected=total,
		found="0",
		remedy=_("Submit {0} if the sale is to stand.").format(last) if draft else "",
	)


def extra(row: Row, books: Books, place: Booked | None) -> Iterator[Difference]:
	"""Living documents that carry the entry's id and are not its document."""
	known = set(books.versions(place.posted)) if place else set()
	for name in books.of_entry.get(row.name, ()):
		if name not in known:
			document = books.documents[name]
			yield row.differs(
				Kind.EXTRA_DOCUMENT,
				_("{0} carries this entry, but posting did not make it.").format(name),
				document_type=INVOICE,
				document=name,
				found=f"{document.to_pay:.2f}",
				remedy=_("Cancel {0} if it books the same once more.").format(name),
			)


def orphans(scope: Scope) -> Iterator[Difference]:
	"""Living invoices of tills whose entry the daybook does not have."""
	found = frappe.db.sql(
		"SELECT invoice.name, invoice.pos_bridge_till, invoice.grand_total, invoice.pos_bridge_entry"
		f" FROM `tabSales Invoice` invoice WHERE {scope.invoices} AND docstatus = 1"
		" AND NOT EXISTS (SELECT 1 FROM `tabPOS Entry` entry WHERE entry.name = invoice.pos_bridge_entry)"
		# A batch stands for many entries and names none.
		" AND (invoice.pos_bridge_entry <> '' OR NOT EXISTS (SELECT 1 FROM `tabPOS Entry Posting` posting"
		"  JOIN `tabPOS Entry` entry ON entry.name = posting.parent"
		"  WHERE posting.document_name = invoice.name AND posting.document_type = 'Sales Invoice'))"
		" AND NOT EXISTS (SELECT 1 FROM `tabSales Invoice` first_one"
		"  WHERE first_one.name = invoice.amended_from)",
		scope.values,
		as_dict=True,
	)
	for row in found:
		yield Difference(
			Kind.EXTRA_DOCUMENT,
			_("{0} says that a till made it, but the daybook has no such entry.").format(row.name),
			explained=False,
			till=row.pos_bridge_till,
			document_type=INVOICE,
			document=row.name,
			found=f"{row.grand_total:.2f}",
			remedy=_("Ask who made {0}; cancel it if nothing was sold.").format(row.name),
		)


def compare_figures(row: Row, sale: Sale, place: Booked, books: Books) -> Iterator[Difference]:
	"""Total, net total, taxes, tenders and change of the living document; what the desk did is explained."""
	document = place.living
	assert document is not None
	decimals = sale.draft.currency_precision
	expected, found = _figures_of(sale), _figures_in(document, decimals)
	cause = place.amendment
	if place.amended:
		yield row.differs(
			Kind.AMENDED,
			cause,
			explained=True,
			document_type=INVOICE,
			document=document.name,
			expected=amount(expected["total"], decimals),
			found=amount(found["total"], decimals),
		)
	for name in sorted(expected.keys() | found.keys()):
		ours, theirs = expected.get(name, 0), found.get(name, 0)
		if ours != theirs and not (place.amended and name == "total"):
			yield row.differs(
				Kind.FIGURE,
				cause or _("The invoice's {0} is not what the receipt says.").format(name),
				explained=place.amended,
				document_type=INVOICE,
				document=document.name,
				expected=amount(ours, decimals),
				found=amount(theirs, decimals),
				account_or_item=name,
				remedy="" if cause else _("A submitted invoice can't be edited in the desk: ask who did it."),
			)
	yield from _returns(row, document, books, decimals)
	yield from _date(row, document, place)


def _figures_of(sale: Sale) -> dict[str, int]:
	figures = {
		"total": sale.totals.total_minor,
		"net total": sale.totals.net_minor,
		"change": sale.settled.change_minor,
	}
	for tax in sale.totals.taxes:
		_add(figures, f"tax {tax.tax.tax}", tax.amount_minor)
	for share in sale.settled.pays:
		if share.tender.kind != "on_account":
			_add(figures, f"tender {mode_of(share.tender)}", share.amount_minor)
	return figures


def _figures_in(document: Document, decimals: int) -> dict[str, int]:
	figures = {
		"total": minor(document.to_pay, decimals),
		"net total": minor(document.net_total, decimals),
		"change": minor(document.change, decimals),
	}
	for account, value in document.taxes.items():
		_add(figures, f"tax {account}", minor(value, decimals))
	for mode, (_account, value) in document.tenders.items():
		_add(figures, f"tender {mode}", minor(value, decimals))
	_add(figures, f"tender {POINTS}", minor(document.points_worth, decimals))
	return figures


def _add(figures: dict[str, int], name: str, value: int) -> None:
	if value:
		figures[name] = figures.get(name, 0) + value


def _returns(row: Row, document: Document, books: Books, decimals: int) -> Iterator[Difference]:
	for name, total in books.desk_returns.get(document.name, ()):
		yield row.differs(
			Kind.RETURNED,
			_("The desk took goods of {0} back with {1}; no till knows of it.").format(document.name, name),
			explained=True,
			document_type=INVOICE,
			document=name,
			expected="0",
			found=amount(minor(total, decimals), decimals),
		)


def _date(row: Row, document: Document, place: Booked) -> Iterator[Difference]:
	if document.posting_date == row.business_date:
		return
	chosen = row.post_on == document.posting_date
	cause = _("Its period was closed; an accountant chose this day.") if chosen else ""
	cause = cause or place.amendment
	yield row.differs(
		Kind.DATE,
		cause or _("Nobody chose this day for it."),
		explained=bool(cause),
		document_type=INVOICE,
		document=document.name,
		expected=row.business_date.isoformat(),
		found=document.posting_date.isoformat(),
		remedy="" if cause else _("Ask who changed the invoice's date."),
	)


def other_documents(rows: Mapping[str, Row], books: Books) -> Iterator[Difference]:
	"""Documents of other kinds of entries, such as shifts: they have to be there, and not be cancelled."""
	wanted: dict[str, list[tuple[str, str]]] = {}
	for entry, parts in books.postings.items():
		for _part, doctype, name in parts:
			if doctype not in (INVOICE, VOUCHER):
				wanted.setdefault(doctype, []).append((entry, name))
	for doctype, pairs in wanted.items():
		names = tuple({name for _entry, name in pairs})
		status = dict(frappe.db.sql(f"SELECT name, docstatus FROM `tab{doctype}` WHERE name IN %s", (names,)))
		for entry, name in pairs:
			if name not in status or status[name] == CANCELLED:
				yield _not_there(rows[entry], doctype, name, name in status)


def _not_there(row: Row, doctype: str, name: str, cancelled: bool) -> Difference:
	return row.differs(
		Kind.CANCELLED if cancelled else Kind.MISSING_DOCUMENT,
		_("The desk cancelled {0} {1}.").format(doctype, name)
		if cancelled
		else _("{0} {1} is not there any more.").format(doctype, name),
		explained=cancelled,
		document_type=doctype,
		document=name,
	)
