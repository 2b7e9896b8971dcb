"""The rows of Channel Stock: which numbers a shop is to be told, what they are now, and what came of telling.

What there is says `stock.available` alone; here only what a shop subtracts by itself is added again, and what
the books don't have yet is taken off. It never asks a shop and never commits.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.utils import now_datetime

from pos_bridge.core.money import SCALE
from pos_bridge.core.online import fold
from pos_bridge.erpnext.online import orders
from pos_bridge.erpnext.online.channel import Channel
from pos_bridge.erpnext.online.items import find_item
from pos_bridge.erpnext.online.recording import facts_of
from pos_bridge.erpnext.shown import plain
from pos_bridge.erpnext.stock import available, bundle_in_use, parts_of

MAX_MARKS = 5_000
"""Notes of movements that are taken up at once."""
BIN_MINUTES = 10
"""How far back changed Bins are looked at, for what changes them without a document's event."""
Place = tuple[str, str]
"""Item and warehouse."""


@dataclass(frozen=True, slots=True)
class Level:
	"""One number to tell: an item, by the shop's id, at a location of the shop ("": it has only one)."""

	name: str
	item: str
	remote_id: str
	location: str
	warehouse: str
	wanted_seq: int
	pushed: int
	attempts: int


_COLUMNS = "name, item, remote_id, location, warehouse, wanted_seq, pushed, attempts"


def take_up() -> int:
	"""Turn notes of movements into levels to tell, in the caller's transaction; how many notes there were."""
	notes = frappe.db.sql(
		"SELECT name, item_code, warehouse FROM `tabChannel Stock Mark` LIMIT %s FOR UPDATE SKIP LOCKED",
		MAX_MARKS,
	)
	if notes:
		_want({(item, warehouse) for _name, item, warehouse in notes})
		names = tuple(name for name, _item, _warehouse in notes)
		frappe.db.sql("DELETE FROM `tabChannel Stock Mark` WHERE name IN %s", (names,))
	_want(_changed_bins())
	return len(notes)


def _want(places: Collection[Place]) -> None:
	"""What is at these places is to be told again, also in bundles."""
	bundles = _bundles_with({item for item, _warehouse in places})
	for item, warehouse in sorted(places):
		frappe.db.sql(
			"UPDATE `tabChannel Stock` SET wanted_seq = wanted_seq + 1 WHERE item IN %s AND warehouse = %s",
			((item, *bundles.get(item, ())), warehouse),
		)


def _bundles_with(items: Collection[str]) -> dict[str, list[str]]:
	"""The bundles that each of these items is in."""
	found: dict[str, list[str]] = {}
	sql = (
		"SELECT part.item_code, bundle.new_item_code FROM `tabProduct Bundle` bundle"
		" JOIN `tabProduct Bundle Item` part ON part.parent = bundle.name"
		f" WHERE {bundle_in_use()} AND part.item_code IN %s"
	)
	for item, bundle in frappe.db.sql(sql, (tuple(items),)) if items else ():
		found.setdefault(item, []).append(bundle)
	return found


def _changed_bins() -> set[Place]:
	"""Places whose Bin was changed after they were told last: reservations change it without an event."""
	rows = frappe.db.sql(
		"SELECT DISTINCT bin.item_code, bin.warehouse FROM `tabBin` bin JOIN `tabChannel Stock` level"
		" ON level.item = bin.item_code AND level.warehouse = bin.warehouse WHERE bin.modified >= %s"
		" AND level.wanted_seq = level.done_seq AND bin.modified > level.tried_at",
		now_datetime() - timedelta(minutes=BIN_MINUTES),
	)
	return {(item, warehouse) for item, warehouse in rows}


def due_channels() -> list[str]:
	"""Channels with something to tell, or whose goods are not listed, that need not wait after a fault."""
	return frappe.db.sql_list(
		"SELECT channel.name FROM `tabSales Channel` channel"
		" WHERE channel.enabled = 1 AND channel.stock_out = 1"
		" AND (channel.stock_next_try_at IS NULL OR channel.stock_next_try_at <= %(now)s)"
		" AND (channel.stock_items_at IS NULL OR EXISTS (SELECT * FROM `tabChannel Stock` level"
		" WHERE level.channel = channel.name AND level.wanted_seq > level.done_seq"
		" AND (level.next_try_at IS NULL OR level.next_try_at <= %(now)s))) ORDER BY channel.name",
		{"now": now_datetime()},
	)


def due(channel: str, limit: int) -> list[Level]:
	"""What is to be told, at most so many, those nearest to nothing first: they are oversold first."""
	rows = frappe.db.sql(
		f"SELECT {_COLUMNS} FROM `tabChannel Stock` WHERE channel = %s AND wanted_seq > done_seq"
		" AND (next_try_at IS NULL OR next_try_at <= %s) ORDER BY pushed, name LIMIT %s",
		(channel, now_datetime(), limit),
	)
	return [Level(*row) for row in rows]


def told(channel: str, after: str, limit: int) -> list[Level]:
	"""What was told and taken, and did not change since, by name from the one after `after`."""
	rows = frappe.db.sql(
		f"SELECT {_COLUMNS} FROM `tabChannel Stock` WHERE channel = %s AND name > %s AND result = 'ok'"
		" AND wanted_seq = done_seq ORDER BY name LIMIT %s",
		(channel, after, limit),
	)
	return [Level(*row) for row in rows]


def list_goods(channel: Channel, multi_location: bool, products: Iterable[tuple[str, str, str]]) -> None:
	"""Keep a level for each product whose Item is known and counted, at each location; all are to be told.

	`products`: the shop's id, SKU and barcode of each.
	"""
	places = channel.locations if multi_location and channel.locations else {"": channel.warehouse}
	found = ((each[0], find_item(channel.name, *each)) for each in products)
	known = {remote_id: item for remote_id, item in found if item}
	counted = _counted(set(known.values()))
	wanted = {
		(remote_id, location): (item, warehouse)
		for remote_id, item in known.items()
		if item in counted
		for location, warehouse in places.items()
	}
	there = frappe.get_all("Channel Stock", {"channel": channel.name}, ["name", "remote_id", "location"])
	gone = [row.name for row in there if (row.remote_id, row.location or "") not in wanted]
	if gone:
		frappe.db.delete("Channel Stock", {"name": ("in", gone)})
	for (remote_id, location), place in sorted(wanted.items()):
		_keep(channel.name, remote_id, location, place)


def _counted(items: Collection[str]) -> set[str]:
	"""Which of these have stock, by themselves or by what is in them."""
	if not items:
		return set()
	stocked = frappe.get_all("Item", {"name": ("in", list(items)), "is_stock_item": 1}, pluck="name")
	return {*stocked, *parts_of(items)}


def _keep(channel: str, remote_id: str, location: str, place: Place) -> None:
	"""One level, to be told (again)."""
	now, user = now_datetime(), frappe.session.user
	frappe.db.sql(
		"INSERT INTO `tabChannel Stock` (name, creation, modified, owner, modified_by, channel, remote_id,"
		" location, item, warehouse, result, wanted_seq, done_seq)"
		" VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', 1, 0)"
		" ON DUPLICATE KEY UPDATE item = VALUES(item), warehouse = VALUES(warehouse),"
		" wanted_seq = wanted_seq + 1, next_try_at = NULL, attempts = 0",
		(frappe.generate_hash(length=20), now, now, user, user, channel, remote_id, location, *place),
	)


def quantities(channel: str, field: str, safety: int, levels: Sequence[Level]) -> list[int]:
	"""Whole pieces to tell of each level, in stock units, never below zero; `safety` pieces are kept back.

	`field` is the connector's `stock_field`. `on_hand`: what this shop's own open orders keep is added, since
	it subtracts them by itself, and what left by orders that are not booked yet is taken off. Else what
	unbooked orders ask for is taken off.
	"""
	parts = parts_of({level.item for level in levels})
	inside = {level.item: parts.get(level.item) or [(level.item, 1.0)] for level in levels}
	items = sorted({item for rows in inside.values() for item, _count in rows})
	places = sorted({level.warehouse for level in levels})
	free = {place: round(quantity * SCALE) for place, quantity in available(items, places).items()}
	if field == "on_hand":
		_add(free, _own_open(channel, items, places))
	_add(free, _unbooked(channel, field), -1)
	return [
		max(
			0,
			min(
				free.get((item, level.warehouse), 0) // max(round(count * SCALE), 1)
				for item, count in inside[level.item]
			)
			- safety,
		)
		for level in levels
	]


def _add(to: dict[Place, int], more: Mapping[Place, int], sign: int = 1) -> None:
	for place, quantity in more.items():
		to[place] = to.get(place, 0) + sign * quantity


_OPEN = (
	" JOIN `tabSales Order` so ON so.name = line.parent AND so.docstatus = 1"
	" AND so.status NOT IN ('On Hold', 'Closed')"
	" JOIN `tabChannel Order` row ON row.name = so.pos_bridge_channel_order AND row.channel = %(channel)s"
)


def _own_open(channel: str, items: Sequence[str], places: Sequence[str]) -> dict[Place, int]:
	"""What open orders of the channel keep, in 10^-9, as ERPNext counts it in a Bin's reserved quantity."""
	undelivered = "GREATEST(line.qty - line.delivered_qty, 0) / NULLIF(line.qty, 0)"
	rows = frappe.db.sql(
		f"SELECT line.item_code, line.warehouse, line.stock_qty * {undelivered}"
		f" FROM `tabSales Order Item` line {_OPEN}"
		" WHERE line.item_code IN %(items)s AND line.warehouse IN %(places)s"
		f" UNION ALL SELECT packed.item_code, packed.warehouse, packed.qty * {undelivered}"
		" FROM `tabPacked Item` packed JOIN `tabSales Order Item` line"
		f" ON line.name = packed.parent_detail_docname AND packed.parenttype = 'Sales Order' {_OPEN}"
		" WHERE packed.item_code IN %(items)s AND packed.warehouse IN %(places)s",
		{"channel": channel, "items": tuple(items), "places": tuple(places)},
	)
	found: dict[Place, int] = {}
	for item, warehouse, quantity in rows:
		_add(found, {(item, warehouse): round((quantity or 0) * SCALE)})
	return found


def _unbooked(channel: str, field: str) -> dict[Place, int]:
	"""What the shop knows of orders that were read and are not (all) booked, in 10^-9, by item and warehouse.

	A shop that counts what is on hand has taken off what left; another one all that was ordered.
	"""
	found: dict[Place, int] = {}
	for row in orders.unbooked(channel):
		if field == "on_hand":
			_add(found, _left_unbooked(channel, row))
		elif not frappe.db.exists("Sales Order", {"pos_bridge_channel_order": row}):
			_add(found, _ordered(channel, row))
	return found


def _lines(channel: str, row: str) -> tuple[Any, dict[str, str]]:
	"""What is recorded of an order, and the Item of each of its lines whose Item is known."""
	folded = fold(facts_of(row))
	lines = folded.order.lines if folded.order else ()
	found = {line.id: find_item(channel, line.item, line.sku, line.barcode) for line in lines}
	return folded, {line: item for line, item in found.items() if item}


def _ordered(channel: str, row: str) -> dict[Place, int]:
	if frappe.db.get_value(orders.DOCTYPE, row, "shop_state") == "cancelled":
		return {}
	folded, items = _lines(channel, row)
	warehouse = frappe.get_cached_value("Sales Channel", channel, "warehouse")
	found: dict[Place, int] = {}
	for line in folded.order.lines if folded.order else ():
		if line.id in items:
			_add(found, {(items[line.id], warehouse): line.quantity})
	return found


def _left_unbooked(channel: str, row: str) -> dict[Place, int]:
	"""What left by what the shop says, less what left by the order's Delivery Notes."""
	folded, items = _lines(channel, row)
	doc = frappe.get_cached_doc("Sales Channel", channel)
	places = {each.location: each.warehouse for each in doc.locations}
	found: dict[Place, int] = {}
	for made in folded.fulfilments:
		for moved in made.lines:
			if moved.line in items:
				place = (items[moved.line], places.get(made.location, doc.warehouse))
				_add(found, {place: moved.quantity})
	booked = frappe.db.sql(
		"SELECT line.item_code, line.warehouse, line.stock_qty FROM `tabDelivery Note Item` line"
		" JOIN `tabDelivery Note` note ON note.name = line.parent"
		" WHERE note.docstatus = 1 AND note.is_return = 0 AND note.pos_bridge_channel_order = %s",
		row,
	)
	for item, warehouse, quantity in booked:
		_add(found, {(item, warehouse): round(quantity * SCALE)}, -1)
	return found


def came_of(level: Level, quantity: int, result: str, reason: str, retry_at: datetime | None) -> None:
	"""Write down what the shop said, as in the port's `Outcome`; a stale level stays due, from `retry_at`."""
	taken = result == "ok"
	values: dict[str, Any] = {
		"result": result,
		"reason": plain(reason)[:1_000],
		"tried_at": now_datetime(),
		"next_try_at": retry_at,
	}
	if taken:
		values |= {"pushed": quantity, "pushed_at": now_datetime()}
	if result == "stale":
		values["attempts"] = level.attempts + 1
	else:
		values |= {"attempts": 0, "done_seq": level.wanted_seq}
	frappe.db.set_value("Channel Stock", level.name, values, update_modified=taken)


def compared(levels: Sequence[Level], found: Mapping[tuple[str, str], int | None]) -> int:
	"""Write down how far the shop's numbers, by its id and location, are from what it was told.

	How many differ; those are to be told again.
	"""
	drifted = 0
	for level in levels:
		pieces = found.get((level.remote_id, level.location))
		drift = 0 if pieces is None else pieces - level.pushed
		values = {"found": pieces or 0, "found_at": now_datetime(), "drift": drift}
		frappe.db.set_value("Channel Stock", level.name, values, update_modified=False)
		if drift or pieces is None:
			sql = "UPDATE `tabChannel Stock` SET wanted_seq = wanted_seq + 1 WHERE name = %s"
			frappe.db.sql(sql, level.name)
		drifted += bool(drift)
	return drifted
