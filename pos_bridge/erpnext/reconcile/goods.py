"""Quantities: what an entry moves against the Stock Ledger, and the Bins against all moves of their items.

It never looks at what goods are worth.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import cint, now_datetime

from pos_bridge.core.journal import Effect
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.reconcile.books import INVOICE, Books, Document
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, billionths, quantity
from pos_bridge.erpnext.reconcile.documents import AMENDED, Booked
from pos_bridge.erpnext.reconcile.scope import Row, Scope

Place = tuple[str, str]
"""Item and warehouse."""
CHUNK = 1_000
MAX_REPOST_WAIT = timedelta(hours=24)
_REPOST = "Make a Repost Item Valuation for this item and warehouse."


def stocked(items: Iterable[str]) -> frozenset[str]:
	"""Which of these items have stock."""
	wanted = tuple(set(items))
	if not wanted:
		return frozenset()
	return frozenset(
		frappe.db.sql(
			"SELECT name FROM `tabItem` WHERE is_stock_item = 1 AND name IN %s", (wanted,), pluck=True
		)
	)


def compare_moves(row: Row, sale: Sale, effect: Effect, place: Booked, books: Books) -> Iterator[Difference]:
	"""Quantities per item and warehouse, in the item's stock unit."""
	document = place.living
	assert document is not None
	expected = _expected(sale, effect, document, books)
	found = _moved(books.moves.get(document.name, ()))
	for item, warehouse in sorted(expected.keys() | found.keys()):
		ours, theirs = expected[(item, warehouse)], found[(item, warehouse)]
		if ours == theirs:
			continue
		rounded = abs(ours - theirs) <= _half_step() * len(sale.draft.lines)
		cause = _cause(place, document, rounded)
		yield row.differs(
			Kind.STOCK,
			cause or f"The stock ledger moved another quantity in {warehouse} than the entry.",
			explained=bool(cause),
			document_type=INVOICE,
			document=document.name,
			expected=quantity(ours),
			found=quantity(theirs),
			account_or_item=item,
			remedy="" if cause else _REPOST,
		)


def _cause(place: Booked, document: Document, rounded: bool) -> str:
	if place.amended:
		return AMENDED.format(document.name, place.posted)
	return "ERPNext keeps fewer decimals of quantities than the till: see Float Precision." if rounded else ""


def _half_step() -> int:
	"""What ERPNext's rounding of one quantity can change at most."""
	decimals = cint(frappe.db.get_default("float_precision")) or 3
	return int(SCALE // (2 * 10**decimals))


def _expected(sale: Sale, effect: Effect, document: Document, books: Books) -> Counter[Place]:
	"""The journal's moves in stock units; of a bundle, what its document says it consists of."""
	factors = {(item.item_code, item.uom): item.conversion_factor or 1.0 for item in document.items}
	expected = Counter[Place]()
	for line, move in zip(sale.draft.lines, effect.moves, strict=True):
		if move.item in books.stocked:
			factor = factors.get((line.item, line.unit), 1.0)
			expected[(move.item, move.warehouse)] += round(move.quantity * factor)
	for packed in books.packed.get(document.name, ()):
		if packed.item_code in books.stocked:
			expected[(packed.item_code, packed.warehouse)] -= billionths(packed.qty)
	return expected


def _moved(moves: Iterable[Any]) -> Counter[Place]:
	found = Counter[Place]()
	for move in moves:
		found[(move.item_code, move.warehouse)] += billionths(move.actual_qty)
	return found


def left_in_stock(row: Row, place: Booked, books: Books) -> Iterator[Difference]:
	"""Cancelled versions of the document have to move nothing."""
	for name in books.versions(place.posted):
		if place.living is not None and name == place.living.name:
			continue
		for (item, _), moved in sorted(_moved(books.moves.get(name, ())).items()):
			if moved:
				yield row.differs(
					Kind.STOCK,
					f"{name} does not count any more, but the stock ledger still has it.",
					document_type=INVOICE,
					document=name,
					expected="0",
					found=quantity(moved),
					account_or_item=item,
					remedy=_REPOST,
				)


def compare_balances(places: Iterable[Place]) -> Iterator[Difference]:
	"""Bin = sum of all moves = quantity after the last move, for each item and warehouse that moved."""
	by_warehouse: dict[str, set[str]] = {}
	for item, warehouse in places:
		by_warehouse.setdefault(warehouse, set()).add(item)
	for warehouse, items in sorted(by_warehouse.items()):
		ordered = sorted(items)
		for start in range(0, len(ordered), CHUNK):
			yield from _balances(warehouse, ordered[start : start + CHUNK])


def _balances(warehouse: str, items: Sequence[str]) -> Iterator[Difference]:
	bins = dict(
		frappe.db.sql(
			"SELECT item_code, actual_qty FROM `tabBin` WHERE warehouse = %s AND item_code IN %s",
			(warehouse, tuple(items)),
		)
	)
	for item, (total, last) in _sums(warehouse, items).items():
		figures = {
			"the Bin": billionths(bins.get(item)),
			"the sum of all moves": total,
			"the last move": last,
		}
		if len(set(figures.values())) > 1:
			yield Difference(
				Kind.BALANCE,
				f"In {warehouse}: "
				+ ", ".join(f"{who} says {quantity(value)}" for who, value in figures.items()),
				explained=False,
				expected=quantity(total),
				found=quantity(figures["the Bin"]),
				account_or_item=item,
				remedy=_REPOST,
			)


_MOVES = (
	"FROM `tabStock Ledger Entry` move WHERE move.warehouse = %(warehouse)s AND move.item_code IN %(items)s"
	" AND move.is_cancelled = 0"
)
_WHEN = "CONCAT(move.posting_datetime, '|', move.creation)"
_RECOUNT = "move.voucher_type = 'Stock Reconciliation' AND COALESCE(move.batch_no, '') = '' AND"
_RECOUNT += " COALESCE(move.serial_and_batch_bundle, '') = ''"


def _sums(warehouse: str, items: Sequence[str]) -> dict[str, tuple[int, int]]:
	"""Item to the sum of its moves and the quantity after the last one."""
	values: dict[str, Any] = {"warehouse": warehouse, "items": tuple(items)}
	rows = frappe.db.sql(
		"SELECT move.item_code, SUM(move.actual_qty),"
		f" SUBSTRING_INDEX(MAX(CONCAT({_WHEN}, '|', move.qty_after_transaction)), '|', -1),"
		f" MAX(IF({_RECOUNT}, {_WHEN}, '')) {_MOVES} GROUP BY move.item_code",
		values,
	)
	recounted = {item: when for item, _, _, when in rows if when}
	sums = {item: (billionths(total), billionths(float(last))) for item, total, last, _ in rows}
	for item, since in _since_recount(values, recounted).items():
		sums[item] = (since, sums[item][1])
	return sums


def _since_recount(values: Mapping[str, Any], recounted: Mapping[str, str]) -> dict[str, int]:
	"""A Stock Reconciliation says how much there is, not how much moved: count from the last one on."""
	found = {}
	for item, when in recounted.items():
		rows = frappe.db.sql(
			f"SELECT SUM(IF({_WHEN} = %(when)s, move.qty_after_transaction, move.actual_qty)) {_MOVES}"
			f" AND {_WHEN} >= %(when)s",
			{**values, "items": (item,), "when": when},
		)
		found[item] = billionths(rows[0][0])
	return found


def reposts(scope: Scope, documents: Sequence[str], places: Iterable[Place]) -> Iterator[Difference]:
	"""Recomputings of stock values that are not done, of these documents or of goods that they moved."""
	rows = frappe.db.sql(
		"SELECT name, status, item_code, warehouse, voucher_no, creation FROM `tabRepost Item Valuation`"
		" WHERE company = %(company)s AND docstatus = 1 AND status IN ('Queued', 'In Progress', 'Failed')",
		scope.values,
		as_dict=True,
	)
	ours, moved = set(documents), set(places)
	for row in rows:
		if row.voucher_no in ours or (row.item_code, row.warehouse) in moved:
			fresh = row.status != "Failed" and now_datetime() - row.creation <= MAX_REPOST_WAIT
			since = f"{row.creation:%Y-%m-%d %H:%M}"
			yield Difference(
				Kind.REPOST,
				f"ERPNext has yet to compute stock values again: {row.status} since {since}.",
				explained=fresh,
				document_type="Repost Item Valuation",
				document=row.name,
				account_or_item=row.item_code or row.voucher_no or "",
				remedy="" if fresh else f"Open {row.name}: it says why, and can be restarted.",
			)
