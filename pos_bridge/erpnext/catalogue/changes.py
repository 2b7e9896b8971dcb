"""What changed for a till since a cursor: settings, items, prices, stock and customers.

It never keeps a log of its own: ERPNext's `modified` and its list of deleted documents tell what changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import getdate

from pos_bridge.core.catalogue import Item
from pos_bridge.core.money import format_decimal
from pos_bridge.erpnext.catalogue import cursors
from pos_bridge.erpnext.catalogue.cursors import DONE, Cursor
from pos_bridge.erpnext.catalogue.items import items_of
from pos_bridge.erpnext.catalogue.snapshot import everything_may_differ, outdate, settings_of
from pos_bridge.erpnext.shop import Shop, shop_of, till_profile
from pos_bridge.erpnext.stock import available

OVERLAP_SECONDS = 120
"""Changes are looked for that much further back: a long transaction commits later than its `modified`."""
MAX_ROWS = 2_000
"""Rows of one kind in one answer; more changed items than this are a new snapshot."""
PAGE = 1_000
"""Names of stock and of customers in one answer while their whole lists are being sent."""


def changes(till: str, text: str) -> dict[str, Any]:
	"""The protocol's answer to `changes` (docs/protocol.md, "Changes")."""
	cursor, now = cursors.read(text), cursors.now()
	if cursor is None or everything_may_differ(cursor.since):
		return {"cursor": text, "reload": True}
	shop = shop_of(till)
	since = datetime.fromisoformat(cursor.since) - timedelta(seconds=OVERLAP_SECONDS)
	codes = _changed_items(shop, since, cursor.day)
	if len(codes) > MAX_ROWS:
		outdate(till, cursor.since)
		return {"cursor": text, "reload": True}
	content = {**_items(shop, codes), **_lists(shop, cursor, since)}
	settings = settings_of(till_profile(till))
	told = cursors.digest(content)
	following = replace(
		cursor,
		since=now,
		day=now[:10],
		settings=cursors.digest(settings),
		told=told,
		**_progress(shop, cursor),
	)
	answer: dict[str, Any] = {"snapshot": cursor.snapshot}
	if following.settings != cursor.settings:
		answer["settings"] = settings
	if told != cursor.told:
		answer.update(content)
	return {**answer, "cursor": cursors.write(following)}


def _changed_items(shop: Shop, since: datetime, day: str) -> list[str]:
	"""Codes of items that were changed, deleted, or whose price or end came by date."""
	values = {"since": since, "day": day, "today": getdate(), "list": shop.price_list}
	found: set[str] = set()
	for sql in (
		"SELECT name FROM `tabItem` WHERE modified > %(since)s",
		"SELECT item_code FROM `tabItem Price` WHERE modified > %(since)s AND price_list = %(list)s",
		"SELECT item_code FROM `tabItem Price` WHERE price_list = %(list)s"
		" AND (valid_from > %(day)s AND valid_from <= %(today)s"
		" OR valid_upto >= %(day)s AND valid_upto < %(today)s)",
		"SELECT name FROM `tabItem` WHERE end_of_life > %(day)s AND end_of_life <= %(today)s",
	):
		found.update(frappe.db.sql(sql, values, pluck=True))
	return sorted(found | _of_deleted(since))


def _of_deleted(since: datetime) -> set[str]:
	"""Items that are gone, or a price of which is."""
	rows = frappe.db.sql(
		"SELECT deleted_doctype, deleted_name, data FROM `tabDeleted Document`"
		" WHERE creation > %s AND deleted_doctype IN ('Item', 'Item Price')",
		since,
	)
	return {
		name if doctype == "Item" else str(frappe.parse_json(data or "{}").get("item_code") or "")
		for doctype, name, data in rows
	} - {""}


def _items(shop: Shop, codes: Sequence[str]) -> dict[str, Any]:
	"""Columns of those that are for sale, and the names of those that are not (any more)."""
	if not codes:
		return {}
	items = items_of(shop, codes)
	gone = sorted(set(codes) - {item.item for item in items})
	return {**({"items": _columns(items)} if items else {}), **({"gone": gone} if gone else {})}


def _columns(items: Sequence[Item]) -> dict[str, Any]:
	plain = ("item", "name", "price_minor", "group", "unit", "template")
	return {
		**{name: [getattr(item, name) for item in items] for name in plain},
		"gtins": [list(item.gtins) for item in items],
		"weighed": [index for index, item in enumerate(items) if item.weighed],
	}


def _lists(shop: Shop, cursor: Cursor, since: datetime) -> dict[str, Any]:
	"""Stock and customers: the next page of the whole lists, or what changed of them."""
	content: dict[str, Any] = {}
	if stock := _stock(shop, _stock_names(shop, cursor, since)):
		content["stock"] = stock
	if customers := _customers(cursor, since):
		content["customers"] = customers
	if gone := _gone_customers(since):
		content["gone_customers"] = gone
	return content


def _stock_names(shop: Shop, cursor: Cursor, since: datetime) -> list[str]:
	if cursor.stock != DONE:
		return _stock_page(shop, cursor.stock)
	moved = "SELECT item_code FROM `tabBin` WHERE warehouse = %(place)s AND modified > %(since)s"
	sold = (
		"SELECT item_code FROM `tabPOS Unposted Stock` WHERE warehouse = %(place)s AND creation > %(since)s"
	)
	values = {"place": shop.warehouse, "since": since}
	return frappe.db.sql(f"{moved} UNION {sold} ORDER BY 1 LIMIT {MAX_ROWS}", values, pluck=True)


def _stock_page(shop: Shop, after: str) -> list[str]:
	return frappe.db.sql(
		"SELECT item_code FROM `tabBin` WHERE warehouse = %s AND item_code > %s ORDER BY item_code LIMIT %s",
		(shop.warehouse, after, PAGE),
		pluck=True,
	)


def _stock(shop: Shop, names: Sequence[str]) -> dict[str, Any]:
	found = available(names, [shop.warehouse])
	known = [name for name in names if (name, shop.warehouse) in found]
	quantities = [format_decimal(round(found[name, shop.warehouse] * 10**9)) for name in known]
	return {"item": known, "available": quantities} if known else {}


def _customers(cursor: Cursor, since: datetime) -> dict[str, Any]:
	first = cursor.customers != DONE
	rows = frappe.db.sql(
		"SELECT name, customer_name, COALESCE(mobile_no, ''), COALESCE(email_id, ''),"
		" COALESCE(customer_group, ''), COALESCE(default_price_list, '')"
		" FROM `tabCustomer` WHERE disabled = 0"
		f" AND {'name > %(after)s' if first else 'modified > %(since)s'} ORDER BY name LIMIT {PAGE}",
		{"after": cursor.customers, "since": since},
	)
	names = ("customer", "name", "mobile", "email", "group", "price_list")
	return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {}


def _gone_customers(since: datetime) -> list[str]:
	disabled = frappe.db.sql(
		"SELECT name FROM `tabCustomer` WHERE disabled = 1 AND modified > %s", since, pluck=True
	)
	deleted = frappe.get_all(
		"Deleted Document", {"deleted_doctype": "Customer", "creation": (">", since)}, pluck="deleted_name"
	)
	return sorted({*disabled, *deleted})


def _progress(shop: Shop, cursor: Cursor) -> dict[str, str]:
	"""How far the whole lists have come with this answer."""
	stock = cursor.stock if cursor.stock == DONE else _last(_stock_page(shop, cursor.stock))
	if cursor.customers == DONE:
		return {"stock": stock, "customers": DONE}
	names = frappe.db.sql(
		f"SELECT name FROM `tabCustomer` WHERE disabled = 0 AND name > %s ORDER BY name LIMIT {PAGE}",
		cursor.customers,
		pluck=True,
	)
	return {"stock": stock, "customers": _last(names)}


def _last(names: Iterable[str]) -> str:
	"""Where the next page begins; a page that is not full is the last one."""
	page = list(names)
	return page[-1] if len(page) == PAGE else DONE
