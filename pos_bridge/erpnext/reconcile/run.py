"""The whole comparison of some days: tills' chains, daybook, documents, ledgers and stock, in that order.

It reads in one transaction, so posting may go on beside it, and writes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import frappe
from frappe import _

from pos_bridge.core.batch.together import together
from pos_bridge.core.daybook import State
from pos_bridge.core.entry import Entry, WireEntry, open_wire
from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.journal import Effect
from pos_bridge.core.sale import Sale
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext.reconcile import (
	beside,
	chains,
	credits,
	documents,
	drawers,
	goods,
	ledger,
	unposted,
	vouchers,
)
from pos_bridge.erpnext.reconcile.books import Books, books_of
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, Reconciliation, Total
from pos_bridge.erpnext.reconcile.scope import Row, Scope, pages, rows_of
from pos_bridge.erpnext.shop import minor


@dataclass
class _Work:
	"""What is gathered on the way."""

	company: ledger.Company
	tills: Counter[tuple[str, int]] = field(default_factory=Counter)
	books: Counter[tuple[str, int]] = field(default_factory=Counter)
	moved: set[goods.Place] = field(default_factory=set)
	names: list[str] = field(default_factory=list)
	shifts: drawers.Drawers = field(default_factory=drawers.Drawers)
	counted: set[str] = field(default_factory=set)
	"""Documents that are in `books`: a batch is that of many entries."""
	batches: set[str] = field(default_factory=set)
	"""Which of them were compared."""


def reconcile(scope: Scope) -> Reconciliation:
	"""Every difference between what the tills say and what the books say of these days."""
	rows = rows_of(scope)
	work = _Work(ledger.Company(scope.company))
	found = [*chains.compare_chains(rows, scope), *unposted.quarantined(scope), *documents.orphans(scope)]
	found += vouchers.orphans(scope)
	for page in pages(rows):
		found += _page(page, work)
	found += drawers.compare_shifts(work.shifts, work.company)
	found += drawers.compare_accounts(scope, work.company)
	found += [*ledger.changes(work.company), *goods.compare_balances(work.moved, scope)]
	found += goods.reposts(scope, work.names, work.moved)
	found += credits.compare_accounts(scope)
	return Reconciliation(Counter(row.state for row in rows), _totals(work), tuple(found))


def _totals(work: _Work) -> tuple[Total, ...]:
	currencies = sorted(work.tills.keys() | work.books.keys())
	return tuple(
		Total(currency, decimals, work.tills[(currency, decimals)], work.books[(currency, decimals)])
		for currency, decimals in currencies
	)


def _page(rows: Sequence[Row], work: _Work) -> Iterator[Difference]:
	texts = _texts(row.name for row in rows)
	books = books_of(rows)
	work.names += books.documents
	work.moved |= {(move.item_code, move.warehouse) for moves in books.moves.values() for move in moves}
	opened = [(row, _open(texts[row.name])) for row in rows]
	books.stocked = goods.stocked(_items(opened, books))
	books.halves = beside.halves_of([entry for _row, entry in opened if isinstance(entry, Entry)])
	yield from documents.other_documents({row.name: row for row in rows}, books)
	read = [(row, entry) for row, entry in opened if isinstance(entry, Entry)]
	yield from credits.compare_moves(read)
	yield from drawers.compare_movements(read, books, work.company, work.shifts)
	yield from vouchers.extra_vouchers(rows, books)
	for row, entry in opened:
		if isinstance(entry, Malformed):
			yield _damaged(row, entry)
		else:
			yield from _entry(row, entry, books, work)


def _texts(names: Iterable[str]) -> dict[str, WireEntry]:
	found = frappe.db.sql(
		"SELECT name, hash, text FROM `tabPOS Entry` WHERE name IN %s", (tuple(names) or ("",),)
	)
	return {name: WireEntry(hash, text) for name, hash, text in found}


def _open(wire: WireEntry) -> Entry | Malformed:
	try:
		return open_wire(wire)
	except Malformed as error:
		return error


def _damaged(row: Row, error: Malformed) -> Difference:
	return row.differs(
		Kind.DAMAGED,
		f"Its text in the database is not what the till wrote: {error.message}",
		remedy=_("Restore the row from a backup, or from the till's agent, which has the same text."),
	)


def _items(opened: Sequence[tuple[Row, Entry | Malformed]], books: Books) -> Iterator[str]:
	for document in books.documents.values():
		yield from (item.item_code for item in document.items)
	for packed in books.packed.values():
		yield from (each.item_code for each in packed)
	for row, entry in opened:
		if isinstance(entry, Entry) and row.kind in ("sale", "return") and row.state == State.POSTED.value:
			yield from (line["item"] for line in entry.body["lines"])


def _entry(row: Row, entry: Entry, books: Books, work: _Work) -> Iterator[Difference]:
	yield from unposted.unposted(row, entry)
	counted = row.kind in ("sale", "return")
	if counted:
		_count(row, entry, books, work)
	if counted and row.state == State.POSTED.value:
		yield from _posted(row, entry, books, work)
	else:
		yield from documents.extra(row, books, documents.booked(row, books))


def _count(row: Row, entry: Entry, books: Books, work: _Work) -> None:
	"""Add up what the till took, and what the books hold for it: the document, desk returns, extras."""
	body = entry.body
	total, decimals, currency = (body.get(name) for name in ("total_minor", "currency_precision", "currency"))
	if not (isinstance(total, int) and isinstance(decimals, int) and isinstance(currency, str)):
		return
	key = (currency, decimals)
	work.tills[key] += total
	place = documents.booked(row, books)
	living = {name: books.documents[name] for name in books.of_entry.get(row.name, ())}
	if place and place.living:
		living[place.living.name] = place.living
	for name in living.keys() - work.counted:
		document = living[name]
		work.books[key] += minor(document.to_pay, decimals)
		work.books[key] += sum(minor(value, decimals) for _note, value in books.desk_returns.get(name, ()))
	work.counted |= living.keys()


def _posted(row: Row, entry: Entry, books: Books, work: _Work) -> Iterator[Difference]:
	sale = sale_from_body(entry.body)
	yield from documents.compare_existence(row, sale, books)
	yield from beside.compare_exchange(row, entry, sale, books.halves)
	place = documents.booked(row, books)
	if place is None or place.posted in work.batches:
		return
	entries = [entry]
	if place.posted in books.batches:
		work.batches.add(place.posted)
		entries = _members(books.batches[place.posted], entry)
		sale = together([sale_from_body(each.body) for each in entries])
	yield from ledger.left_behind(row, place, books, work.company)
	yield from goods.left_in_stock(row, place, books)
	if place.living is not None:
		yield from _living(row, entries, sale, place, books, work)


def _members(names: Sequence[str], entry: Entry) -> list[Entry]:
	"""The entries of a batch; what is wrong with one of them is said where that one is looked at."""
	opened = (_open(wire) for wire in _texts(names).values())
	return [each for each in opened if isinstance(each, Entry)] or [entry]


def _living(
	row: Row,
	entries: Sequence[Entry],
	sale: Sale,
	place: documents.Booked,
	books: Books,
	work: _Work,
) -> Iterator[Difference]:
	document = place.living
	assert document is not None
	yield from documents.compare_figures(row, sale, place, books)
	try:
		effects = [
			ledger.effect_in(document, entry, work.company, books.tips.get(entry.id, {})) for entry in entries
		]
	except Rejected as error:
		yield row.differs(Kind.DAMAGED, f"It is posted, but its figures are wrong: {error.message}")
		return
	effect = Effect(
		tuple(line for each in effects for line in each.lines),
		tuple(move for each in effects for move in each.moves),
	)
	ledger.note_changes(row, document, work.company)
	yield from ledger.compare_ledger(row, sale, effect, place, books, work.company)
	yield from ledger.compare_cost(row, document, books, work.company)
	yield from goods.compare_moves(row, sale, effect, place, books)
