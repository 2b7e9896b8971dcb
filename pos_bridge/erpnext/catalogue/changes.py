"""What changed for a till since a cursor: settings, items, prices, stock and customers.

It never keeps a log of its own (docs/adr/0010), and never says twice what the till has been told.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pos_bridge.core.catalogue import Item, more_column
from pos_bridge.erpnext.catalogue import cursors
from pos_bridge.erpnext.catalogue.cursors import Cursor
from pos_bridge.erpnext.catalogue.grounds import Ground, ground_of
from pos_bridge.erpnext.catalogue.items import items_of
from pos_bridge.erpnext.catalogue.lists import next_customers, next_stock
from pos_bridge.erpnext.catalogue.snapshot import MAX_CHANGED
from pos_bridge.erpnext.catalogue.touched import touched_items
from pos_bridge.erpnext.catalogue.window import Window, look

MAX_CURSOR_SECONDS = 7 * 24 * 3_600
"""A till that was away longer loads a snapshot: that is quicker than a week of changes."""


def changes(till: str, text: str) -> dict[str, Any]:
	"""The protocol's answer to `changes` (docs/protocol.md, "Changes")."""
	ground = ground_of(till)
	cursor = cursors.read(text)
	if cursor is None or cursor.grounds != ground.grounds.digest:
		return {"cursor": text, "reload": True}
	window = look(ground.grounds, cursor.at, cursor.seen)
	touched = touched_items(ground.grounds, window, cursor.today)
	if len(touched) > MAX_CHANGED or window.at - cursor.at > MAX_CURSOR_SECONDS:
		return {"cursor": text, "reload": True}
	return _answer(ground, cursor, window, sorted(touched))


def _answer(ground: Ground, cursor: Cursor, window: Window, touched: Sequence[str]) -> dict[str, Any]:
	grounds, settings = ground.grounds, ground.settings_digest
	stock, stock_place = next_stock(grounds, cursor.stock, window.stock.union(touched))
	customers, customers_place = next_customers(grounds, cursor.customers, window.customers)
	following = replace(
		cursor,
		at=window.at,
		today=grounds.today,
		settings=settings,
		seen=window.seen,
		stock=stock_place,
		customers=customers_place,
	)
	return {
		"cursor": cursors.write(following),
		"snapshot": cursor.snapshot,
		**({"settings": ground.settings} if settings != cursor.settings else {}),
		**_items(items_of(grounds, touched), touched),
		**stock,
		**customers,
	}


def _items(items: Sequence[Item], touched: Sequence[str]) -> dict[str, Any]:
	"""Columns of what is for sale, and the codes of what is not (any more)."""
	gone = sorted(set(touched).difference(item.item for item in items))
	plain = ("item", "name", "price_minor", "group", "unit", "template")
	columns = {
		**{name: [getattr(item, name) for item in items] for name in plain},
		"gtins": [list(item.gtins) for item in items],
		"weighed": [index for index, item in enumerate(items) if item.weighed],
		**more_column(items),
	}
	return {**({"items": columns} if items else {}), **({"gone": gone} if gone else {})}
