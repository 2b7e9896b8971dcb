"""Stock and customers as a till gets them: whole lists page by page at first, afterwards what changed.

It never drops a row over a limit: when more changed than fits, the whole list is sent again.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import frappe

from pos_bridge.erpnext.catalogue.grounds import Grounds
from pos_bridge.erpnext.shop import decimal_text
from pos_bridge.erpnext.stock import available

PAGE = 2_000
"""Names of a list in one answer; more changes than this send the whole list again."""
_COLUMNS = ("customer", "name", "mobile", "email", "group", "price_list", "card")

Place = str | None


def next_stock(grounds: Grounds, place: Place, changed: Iterable[str]) -> tuple[dict[str, Any], Place]:
	"""Columns `item, available` of a page of the list and of what changed; and the place behind the page."""
	moved = set(changed)
	if len(moved) > PAGE:
		moved, place = set(), ""
	page, place = _page(place, _stocked(grounds, place))
	quantities = available([*moved.union(page)], [grounds.warehouse])
	told = sorted(moved.union(page))
	if not told:
		return {}, place
	# What has no Bin (any more) has nothing of it there.
	texts = [decimal_text(quantities.get((item, grounds.warehouse))) for item in told]
	return {"stock": {"item": told, "available": texts}}, place


def _stocked(grounds: Grounds, after: Place) -> list[str]:
	if after is None:
		return []
	# Each side by its own index: the union of whole lists took a second for 100,000 Bins.
	own = "WHERE warehouse = %(place)s AND item_code > %(after)s ORDER BY item_code LIMIT %(page)s"
	return frappe.db.sql(
		f"(SELECT item_code FROM `tabBin` {own}) UNION (SELECT item_code FROM `tabPOS Unposted Stock` {own})"
		" ORDER BY item_code LIMIT %(page)s",
		{"place": grounds.warehouse, "after": after, "page": PAGE},
		pluck=True,
	)


def next_customers(grounds: Grounds, place: Place, changed: Iterable[str]) -> tuple[dict[str, Any], Place]:
	"""`customers` and `gone_customers` of a page of the list and of what changed; the place behind it."""
	touched = left = set(changed)
	if len(touched) > PAGE:
		left, place = set(), ""
	rows: list[Sequence[str]] = []
	if place is not None:
		rows = _customers(grounds, "name > %(after)s", after=place)
		_, place = _page(place, [row[0] for row in rows])
	if left := left.difference(row[0] for row in rows):
		rows = [*rows, *_customers(grounds, "name IN %(names)s", names=tuple(left))]
	gone = _gone(grounds, touched.difference(row[0] for row in rows))
	columns = dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}
	return {
		**({"customers": columns} if columns else {}),
		**({"gone_customers": gone} if gone else {}),
	}, place


def _customers(grounds: Grounds, condition: str, **values: Any) -> list[Sequence[str]]:
	rows = frappe.db.sql(
		"SELECT name, customer_name, IFNULL(mobile_no, ''), IFNULL(email_id, ''), IFNULL(customer_group, ''),"
		" IFNULL(default_price_list, ''), IFNULL(pos_bridge_card, '') FROM `tabCustomer`"
		f" WHERE {_SERVED} AND {condition} ORDER BY name LIMIT %(page)s",
		{**values, **_of(grounds), "page": PAGE},
	)
	of_group = dict(grounds.group_price_lists)
	return [(*row[:5], _price_list(row[5] or of_group.get(row[4]) or "", grounds), row[6]) for row in rows]


def _price_list(name: str, grounds: Grounds) -> str:
	"""The profile's for one that a till can't sell by; empty for what whoever walks in pays by, too."""
	usable = name if name in grounds.price_lists else grounds.profile_price_list
	return usable if usable != grounds.price_list else ""


_SERVED = (
	"disabled = 0 AND (%(every_group)s = 1 OR name = %(walk_in)s OR customer_group IN %(customer_groups)s)"
)


def _of(grounds: Grounds) -> dict[str, Any]:
	return {
		"every_group": int(not grounds.customer_groups),
		"customer_groups": grounds.customer_groups or ("",),
		"walk_in": grounds.walk_in,
	}


def _gone(grounds: Grounds, names: set[str]) -> list[str]:
	"""Those of `names` that are deleted, disabled or of another group now."""
	if not names:
		return []
	served = frappe.db.sql(
		f"SELECT name FROM `tabCustomer` WHERE {_SERVED} AND name IN %(names)s",
		{**_of(grounds), "names": tuple(names)},
		pluck=True,
	)
	return sorted(names.difference(served))


def _page(place: Place, names: Sequence[str]) -> tuple[Sequence[str], Place]:
	"""The page and the place behind it: a page that is not full is the last one."""
	return names, names[-1] if len(names) == PAGE else None
