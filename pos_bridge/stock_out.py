"""Online shops are told what there is: after each movement, and compared with once a night.

What to tell is computed when it is told. A shop's own number is never taken over, and a fault of one shop or
item keeps no other from being told.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from pos_bridge import online
from pos_bridge.channels.base import Connector, Outcome, StockTarget
from pos_bridge.core.errors import Malformed, Rejected, Retryable, Unauthenticated
from pos_bridge.erpnext import stock_marks
from pos_bridge.erpnext.isolation import begin, is_database_away
from pos_bridge.erpnext.online import levels, orders
from pos_bridge.erpnext.online.channel import channel_of
from pos_bridge.erpnext.online.levels import Level

MAX_BATCHES = 100
"""Batches that one job tells a shop; the sweep calls another one for the rest."""
MAX_PAGES = 1_000
MAX_STALE = 3
"""How often a number that the shop changed meanwhile is told at once; then it waits a minute."""
MAX_WAIT_SECONDS = 3_600


def sweep() -> None:
	"""Every minute: call the job, because a call can be lost with Redis or a worker."""
	if stock_marks.is_on():
		stock_marks.wake()


def flush() -> None:
	"""Tell each shop what changed since it was told last."""
	stock_marks.begun()
	begin()
	while levels.take_up() == levels.MAX_MARKS:
		frappe.db.commit()
	frappe.db.commit()
	for channel in levels.due_channels():
		_alone(channel, compare_too=False)


def compare() -> None:
	"""Nightly: compare each shop's numbers with what it was told, list its goods anew, tell all of them."""
	begin()
	on = frappe.get_all("Sales Channel", {"enabled": 1, "stock_out": 1}, pluck="name", order_by="name")
	for channel in on:
		_alone(channel, compare_too=True)


def _alone(channel: str, compare_too: bool) -> None:
	with orders.alone_with(f"stock:{channel}", seconds=0) as alone:
		if not alone:
			return
		begin()
		try:
			connector = online.connect(channel)
			_tell(channel, connector)
			if compare_too:
				_compare(channel, connector)
		except Exception as error:  # BLE001 - one shop's fault must not keep others from being told
			if is_database_away(error):
				raise
			_wait(channel, error)
		else:
			_well(channel)


def _wait(channel: str, error: Exception) -> None:
	"""The shop is told nothing for a while, later each time, or as long as it said."""
	begin()
	frappe.local.message_log = []
	tries = cint(frappe.db.get_value("Sales Channel", channel, "stock_attempts")) + 1
	told = error.retry_after_seconds if isinstance(error, Retryable) else 0
	seconds = max(told, min(2**tries, MAX_WAIT_SECONDS))
	_show(
		channel,
		stock_fault=str(error)[:1_000],
		stock_attempts=tries,
		stock_next_try_at=now_datetime() + timedelta(seconds=seconds),
	)


def _well(channel: str) -> None:
	begin()
	refused = {"channel": channel, "result": ("in", ("refused", "not_found"))}
	_show(
		channel,
		stock_fault="",
		stock_attempts=0,
		stock_next_try_at=None,
		stock_told_at=now_datetime(),
		stock_refused=frappe.db.count("Channel Stock", refused),
	)


def _show(channel: str, **values: object) -> None:
	frappe.db.set_value("Sales Channel", channel, values, update_modified=False)
	frappe.db.commit()


def _tell(channel: str, connector: Connector) -> None:
	_read_orders(channel, connector)
	if not frappe.db.get_value("Sales Channel", channel, "stock_items_at"):
		_list_goods(channel, connector)
	for _batch in range(MAX_BATCHES):
		begin()
		batch = levels.due(channel, connector.capabilities.batch_size)
		if not batch:
			return
		if _push(channel, connector, batch):
			_read_orders(channel, connector)


def _read_orders(channel: str, connector: Connector) -> None:
	"""Book what the shop has told of orders. From a net number it took each of them, so all must be known."""
	net = connector.capabilities.stock_field != "on_hand"
	if net:
		online.hear_new(channel, connector)
	for order in orders.due(channel):
		online.sync_order(order)
	begin()
	if net and orders.unread(channel):
		raise Retryable(_("Orders of this shop could not be read yet: what it has left is not known."))


def _list_goods(channel: str, connector: Connector) -> None:
	products: list[tuple[str, str, str]] = []
	cursor = ""
	for _page in range(MAX_PAGES):
		page = connector.list_products(cursor)
		products += ((each.item, each.sku, each.barcode) for each in page.products)
		cursor = page.next
		if not cursor:
			break
	begin()
	levels.list_goods(channel_of(channel), connector.capabilities.multi_location, products)
	_show(channel, stock_items_at=now_datetime())


def _push(channel: str, connector: Connector, batch: Sequence[Level]) -> bool:
	"""Tell a batch; whether the shop changed some of it meanwhile, so that orders are to be read again."""
	can = connector.capabilities
	# Before anything is computed: an order that comes in between makes the push stale.
	found = _read_stock(connector, batch) if can.compare_and_set else {}
	begin()
	safety = cint(frappe.db.get_value("Sales Channel", channel, "stock_safety"))
	numbers = levels.quantities(channel, can.stock_field, safety, batch)
	# No transaction is open while the shop is asked.
	frappe.db.rollback()
	targets = [
		StockTarget(level.remote_id, number, level.location, found.get((level.remote_id, level.location)))
		for level, number in zip(batch, numbers, strict=True)
	]
	outcomes = _sent(connector, targets, _key(batch))
	begin()
	for level, number, outcome in zip(batch, numbers, outcomes, strict=True):
		stale = outcome.result == "stale" and level.attempts + 1 >= MAX_STALE
		retry_at = now_datetime() + timedelta(minutes=1) if stale else None
		levels.came_of(level, number, outcome.result, outcome.reason, retry_at)
	frappe.db.commit()
	return any(outcome.result == "stale" for outcome in outcomes)


def _read_stock(connector: Connector, batch: Sequence[Level]) -> dict[tuple[str, str], int | None]:
	"""What the shop says it has, by its id and location; None where it does not count."""
	frappe.db.rollback()
	found = connector.read_stock(sorted({level.remote_id for level in batch}))
	read = {(each.item, each.location): each.quantity for each in found}
	items = Counter(each.item for each in found)
	# A channel without Locations means the shop's only one, whatever its id.
	return read | {(each.item, ""): each.quantity for each in found if items[each.item] == 1}


def _key(batch: Sequence[Level]) -> str:
	text = " ".join(f"{level.name}:{level.wanted_seq}:{level.attempts}" for level in batch)
	return hashlib.sha256(text.encode()).hexdigest()


def _sent(connector: Connector, targets: Sequence[StockTarget], key: str) -> Sequence[Outcome]:
	"""What came of each target; where the shop refuses all of them, each is tried alone."""
	try:
		return connector.push_stock(targets, key)
	except (Unauthenticated, Malformed):
		raise
	except Rejected as error:
		if len(targets) == 1:
			return (Outcome(targets[0].item, "refused", targets[0].location, error.message),)
	return [_sent(connector, [each], f"{key}:{number}")[0] for number, each in enumerate(targets)]


def _compare(channel: str, connector: Connector) -> None:
	"""Compare, then list and tell again: a number that drifted is written down before it is put right."""
	drifted, after = 0, ""
	while batch := levels.told(channel, after, connector.capabilities.batch_size):
		after = batch[-1].name
		found = _read_stock(connector, batch)
		begin()
		drifted += levels.compared(batch, found)
		frappe.db.commit()
	_show(channel, stock_drift=drifted, stock_drift_at=now_datetime())
	_list_goods(channel, connector)
	_tell(channel, connector)
