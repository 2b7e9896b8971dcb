"""Quantities: what an entry moves against the Stock Ledger, and the Bins against the moves of their items.

It never looks at what goods are worth.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from pos_bridge.core.journal import Effect
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.reconcile.books import INVOICE, Books, Document
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, billionths, quantity
from pos_bridge.erpnext.reconcile.documents import Booked
from pos_bridge.erpnext.reconcile.scope import Row, Scope

Place = tuple[str, str]
"""Item and warehouse."""
CHUNK = 1_000
UNION = 100
"""Items that one query asks the last move of."""
MAX_REPOST_WAIT = timedelta(hours=24)


def _repost() -> str:
	return _("Make a Repost Item Valuation for this item and warehouse.")


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
	yield from _left_where_they_are(row, document, expected, books)
	found = _moved(books.moves.get(document.name, ()))
	for item, warehouse in sorted(expected.keys() | found.keys()):
		ours, theirs = expected[(item, warehouse)], found[(item, warehouse)]
		if ours == theirs:
			continue
		rounded = abs(ours - theirs) <= _half_step() * len(sale.draft.lines)
		cause = _cause(place, rounded)
		yield row.differs(
			Kind.STOCK,
			cause or _("The stock ledger moved another quantity in {0} than the entry.").format(warehouse),
			explained=bool(cause),
			document_type=INVOICE,
			document=document.name,
			expected=quantity(ours),
			found=quantity(theirs),
			account_or_item=item,
			remedy="" if cause else _repost(),
		)


def _left_where_they_are(
	row: Row, document: Document, expected: Counter[Place], books: Books
) -> Iterator[Difference]:
	"""Rows without a warehouse: their batch or serial numbers were not there, which posting flagged."""
	for item in document.items:
		if item.warehouse or item.item_code not in books.stocked:
			continue
		left = billionths(item.qty * (item.conversion_factor or 1.0))
		expected[(item.item_code, document.warehouse)] += left
		yield row.differs(
			Kind.STOCK,
			_("No stock was moved: its batch or serial numbers were not there. See the entry's remarks."),
			explained=True,
			document_type=INVOICE,
			document=document.name,
			expected=quantity(-left),
			found="0",
			account_or_item=item.item_code,
		)


def _cause(place: Booked, rounded: bool) -> str:
	if rounded and not place.amended:
		return _("ERPNext keeps fewer decimals of quantities than the till: see Float Precision.")
	return place.amendment


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
			# Older entries don't say how many stock units were in theirs.
			said = line.conversion != SCALE
			factor = 1.0 if said else factors.get((line.item, line.unit), 1.0)
			expected[(move.item, move.warehouse)] += round(move.quantity * factor)
	for packed in books.packed.get(document.name, ()):
		if packed.warehouse and packed.item_code in books.stocked:
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
		for (item, _place), moved in sorted(_moved(books.moves.get(name, ())).items()):
			if moved:
				yield row.differs(
					Kind.STOCK,
					_("{0} does not count any more, but the stock ledger still has it.").format(name),
					document_type=INVOICE,
					document=name,
					expected="0",
					found=quantity(moved),
					account_or_item=item,
					remedy=_repost(),
				)


def compare_balances(places: Iterable[Place], scope: Scope) -> Iterator[Difference]:
	"""Of what moved: quantity before + moves of these days = quantity after them; Bin = quantity after all.

	Moves of other days are the matter of those days: years of them would be summed each evening.
	"""
	by_warehouse: dict[str, set[str]] = {}
	for item, warehouse in places:
		by_warehouse.setdefault(warehouse, set()).add(item)
	for warehouse, items in sorted(by_warehouse.items()):
		ordered = sorted(items)
		for start in range(0, len(ordered), CHUNK):
			yield from _balances(warehouse, ordered[start : start + CHUNK], scope)


def _balances(warehouse: str, items: Sequence[str], scope: Scope) -> Iterator[Difference]:
	end = scope.last + timedelta(days=1)
	moved = _moved_by(warehouse, items, scope.first, end)
	after, last = _quantities(warehouse, items, end), _quantities(warehouse, items)
	bins = dict(
		frappe.db.sql(
			"SELECT item_code, actual_qty FROM `tabBin` WHERE warehouse = %s AND item_code IN %s",
			(warehouse, tuple(items)),
		)
	)
	for item in items:
		if item in moved and moved[item] != after.get(item, 0):
			words = _("In {0} these days' moves don't lead to the quantity that the last of them names.")
			yield _unbalanced(item, words.format(warehouse), moved[item], after.get(item, 0))
		if billionths(bins.get(item)) != last.get(item, 0):
			cause = _("In {0} the Bin is not what the stock ledger's last move names.").format(warehouse)
			yield _unbalanced(item, cause, last.get(item, 0), billionths(bins.get(item)))


def _unbalanced(item: str, cause: str, expected: int, found: int) -> Difference:
	return Difference(
		Kind.BALANCE,
		cause,
		explained=False,
		expected=quantity(expected),
		found=quantity(found),
		account_or_item=item,
		remedy=_repost(),
	)


_WHEN = "CONCAT(move.posting_datetime, '|', move.creation)"
_RECOUNT = (
	"move.voucher_type = 'Stock Reconciliation' AND COALESCE(move.batch_no, '') = ''"
	" AND COALESCE(move.serial_and_batch_bundle, '') = ''"
)
_MOVES = (
	"FROM `tabStock Ledger Entry` move WHERE move.warehouse = %(warehouse)s AND move.item_code IN %(items)s"
	" AND move.posting_datetime >= %(first)s AND move.posting_datetime < %(end)s AND move.is_cancelled = 0"
)


_BY_TIME = "item_code_warehouse_posting_datetime_creation_index"
"""ERPNext's own index; its older releases have another one."""
_FORCE = f"FORCE INDEX ({_BY_TIME})"


def _moved_by(warehouse: str, items: Sequence[str], first: date, end: date) -> dict[str, int]:
	"""Quantity by item before `first`, and what moved from then to before `end`."""
	values: dict[str, Any] = {"warehouse": warehouse, "items": tuple(items), "first": first, "end": end}
	before = _quantities(warehouse, items, first)
	moved = {}
	for item, quantity_moved, recount in frappe.db.sql(
		f"SELECT move.item_code, SUM(move.actual_qty), MAX(IF({_RECOUNT}, {_WHEN}, '')) {_MOVES}"
		" GROUP BY move.item_code",
		values,
	):
		moved[item] = before.get(item, 0) + billionths(quantity_moved)
		if recount:
			moved[item] = _since(recount, {**values, "items": (item,)})
	return moved


def _since(recount: str, values: Mapping[str, Any]) -> int:
	"""A Stock Reconciliation says how much there is, not how much moved: counted from the last one on."""
	rows = frappe.db.sql(
		f"SELECT SUM(IF({_WHEN} = %(when)s, move.qty_after_transaction, move.actual_qty)) {_MOVES}"
		f" AND {_WHEN} >= %(when)s",
		{**values, "when": recount},
	)
	return billionths(rows[0][0])


def _quantities(warehouse: str, items: Sequence[str], end: date | None = None) -> dict[str, int]:
	"""Quantity by item that its last move before `end` names.

	A query of its own for each item, many in one call. Left alone, MariaDB reads all later moves of an item.
	"""
	indexed = frappe.db.has_index("tabStock Ledger Entry", _BY_TIME)
	one = (
		f"(SELECT item_code, qty_after_transaction FROM `tabStock Ledger Entry` {_FORCE if indexed else ''}"
		" WHERE item_code = %s AND warehouse = %s AND is_cancelled = 0 AND posting_datetime < %s"
		" ORDER BY posting_datetime DESC, creation DESC LIMIT 1)"
	)
	found: dict[str, int] = {}
	for start in range(0, len(items), UNION):
		some = items[start : start + UNION]
		values = [value for item in some for value in (item, warehouse, end or "9999-12-31")]
		rows = frappe.db.sql(" UNION ALL ".join([one] * len(some)), values)
		found |= {item: billionths(figure) for item, figure in rows}
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
				_("ERPNext has yet to compute stock values again: {0} since {1}.").format(row.status, since),
				explained=fresh,
				document_type="Repost Item Valuation",
				document=row.name,
				account_or_item=row.item_code or row.voucher_no or "",
				remedy="" if fresh else _("Open {0}: it says why, and can be restarted.").format(row.name),
			)
