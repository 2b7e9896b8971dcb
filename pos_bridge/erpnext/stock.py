"""Stock that tills need to know: what is available to sell, and the rows that posting locks first.

One function says what is available; everything that shows or sells stock asks it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import frappe

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Malformed
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext import stock_marks

MAX_ITEMS = 1_000
"""Items that one question about stock may name."""


def available(items: Sequence[str], warehouses: Sequence[str]) -> dict[tuple[str, str], float]:
	"""Available to sell by (item, warehouse) = on hand less reserved, less sold at tills and not booked yet.

	Quantities in the item's stock unit. What has no Bin is left out unless tills have sold it.
	"""
	if not items or not warehouses:
		return {}
	places = {"items": tuple(items), "warehouses": tuple(warehouses)}
	# One statement, so that a sale that is booked meanwhile counts once; no temporary table: added up here.
	rows = frappe.db.sql(
		"SELECT item_code, warehouse, actual_qty - reserved_qty FROM `tabBin`"
		" WHERE item_code IN %(items)s AND warehouse IN %(warehouses)s"
		" UNION ALL SELECT item_code, warehouse, -SUM(quantity) FROM `tabPOS Unposted Stock`"
		" WHERE item_code IN %(items)s AND warehouse IN %(warehouses)s GROUP BY item_code, warehouse",
		places,
	)
	found: dict[tuple[str, str], Any] = {}
	for item, warehouse, quantity in rows:
		found[item, warehouse] = found.get((item, warehouse), 0) + quantity
	return {place: float(quantity) for place, quantity in found.items()}


def promise(entries: Iterable[Entry]) -> None:
	"""Lower what is available by sales that were recorded just now and are not in the books yet."""
	rows = [row for entry in entries if entry.kind == "sale" for row in _goods(entry)]
	if not rows:
		return
	rows = _unpacked(rows)
	stocked = _stocked({item for _, item, _, _ in rows})
	kept = [row for row in rows if row[1] in stocked]
	if kept:
		_write(kept)


def _unpacked(rows: Sequence[tuple[str, str, str, float]]) -> list[tuple[str, str, str, float]]:
	"""The rows, and what the bundles among them consist of: that is what leaves."""
	parts = parts_of({item for _, item, _, _ in rows})
	inside = [
		(entry, part, warehouse, quantity * count)
		for entry, item, warehouse, quantity in rows
		for part, count in parts.get(item, ())
	]
	return [*rows, *inside]


def _stocked(items: Collection[str]) -> set[str]:
	sql = "SELECT name FROM `tabItem` WHERE is_stock_item = 1 AND name IN %s"
	return set(frappe.db.sql(sql, (tuple(items),), pluck=True))


def bundle_in_use() -> str:
	"""SQL's condition on a Product Bundle called `bundle`; the first ERPNext 15 could not disable one."""
	return "bundle.disabled = 0" if frappe.db.has_column("Product Bundle", "disabled") else "TRUE"


def parts_of(items: Collection[str]) -> dict[str, list[tuple[str, float]]]:
	"""What bundles among these items consist of, and how much of each is in one."""
	found: dict[str, list[tuple[str, float]]] = {}
	sql = (
		"SELECT bundle.new_item_code, part.item_code, part.qty FROM `tabProduct Bundle` bundle"
		" JOIN `tabProduct Bundle Item` part ON part.parent = bundle.name"
		f" WHERE {bundle_in_use()} AND bundle.new_item_code IN %s"
	)
	for bundle, part, count in frappe.db.sql(sql, (tuple(items),)) if items else ():
		found.setdefault(bundle, []).append((part, float(count)))
	return found


def _goods(entry: Entry) -> list[tuple[str, str, str, float]]:
	try:
		lines = sale_from_body(entry.body).draft.lines
	except Malformed:
		return []  # posting will hold it and say why
	profile = frappe.get_cached_value("POS Till", entry.till, "pos_profile")
	warehouse = frappe.get_cached_value("POS Profile", profile, "warehouse")
	return [(entry.id, line.item, warehouse, line.stock_quantity / SCALE) for line in lines]


def _write(rows: Sequence[tuple[str, str, str, float]]) -> None:
	if stock_marks.is_on():
		stock_marks.mark((item, warehouse) for _entry, item, warehouse, _quantity in rows)
	now, user = frappe.utils.now(), frappe.session.user
	values = [(frappe.generate_hash(length=20), now, now, user, user, *row) for row in rows]
	marks = ", ".join([f"({', '.join(['%s'] * 9)})"] * len(values))
	frappe.db.sql(
		"INSERT INTO `tabPOS Unposted Stock`"
		" (name, creation, modified, owner, modified_by, entry, item_code, warehouse, quantity)"
		f" VALUES {marks}",
		[value for row in values for value in row],
	)


def settle_promise(entries: Sequence[str]) -> None:
	"""The books have them now: they no longer count beside the Bin."""
	if stock_marks.is_on():
		sql = "SELECT DISTINCT item_code, warehouse FROM `tabPOS Unposted Stock` WHERE entry IN %s"
		stock_marks.mark(frappe.db.sql(sql, (tuple(entries),)))
	frappe.db.sql("DELETE FROM `tabPOS Unposted Stock` WHERE entry IN %s", (tuple(entries),))


def lock_bins(items: Iterable[str], warehouse: str) -> list[str]:
	"""Lock the items' Bins in one order, so that two workers never wait for each other in a circle.

	Returns the stock items among `items` and in bundles among them, sorted. Missing Bins are made.
	"""
	wanted = set(items)
	bundles = parts_of({item for item in wanted if not _has_stock(item)})
	wanted |= {part for parts in bundles.values() for part, _count in parts}
	stocked = sorted(item for item in wanted if _has_stock(item))
	if not stocked:
		return []
	sql = (
		"SELECT item_code FROM `tabBin` WHERE item_code IN %s AND warehouse = %s"
		" ORDER BY item_code FOR UPDATE"
	)
	locked = {row[0] for row in frappe.db.sql(sql, (tuple(stocked), warehouse))}
	missing = [item for item in stocked if item not in locked]
	for item in missing:
		_make_bin(item, warehouse)
	if missing:
		frappe.db.sql(sql, (tuple(stocked), warehouse))
	return stocked


def _has_stock(item: str) -> bool:
	return bool(frappe.get_cached_value("Item", item, "is_stock_item"))


def _make_bin(item: str, warehouse: str) -> None:
	from erpnext.stock.utils import get_or_make_bin

	get_or_make_bin(item, warehouse)


def below_zero(items: Sequence[str], warehouse: str) -> list[tuple[str, float]]:
	"""Which of these items the books now have less than nothing of."""
	if not items:
		return []
	return frappe.db.sql(
		"SELECT item_code, actual_qty FROM `tabBin`"
		" WHERE item_code IN %s AND warehouse = %s AND actual_qty < 0 ORDER BY item_code",
		(tuple(items), warehouse),
	)


def elsewhere(item: str, warehouses: Sequence[str]) -> list[dict[str, Any]]:
	"""An item's availability in each of these locations, most first."""
	found = available([item], warehouses)
	rows = [{"warehouse": place, "available": found.get((item, place), 0.0)} for place in warehouses]
	return sorted(rows, key=lambda row: -row["available"])
