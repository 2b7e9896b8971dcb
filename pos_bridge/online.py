"""Where online shops and the books meet: a message is taken, an order read, recorded and booked.

It decides nothing about an order. Each order has transactions of its own; one that is refused stops no other.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe import _
from frappe.utils import cint, now_datetime

from pos_bridge.channels import registry
from pos_bridge.channels.base import Connector, Hint, Page, Refusal, Settings
from pos_bridge.core.errors import PosBridgeError, Rejected
from pos_bridge.core.online import Order
from pos_bridge.erpnext.isolation import begin, is_clash, is_database_away, wait_seconds
from pos_bridge.erpnext.online import orders, posting, recording
from pos_bridge.erpnext.online.channel import Channel, channel_of, connection_of
from pos_bridge.erpnext.online.items import UnknownItem
from pos_bridge.erpnext.posting import refusals
from pos_bridge.erpnext.posting.post import as_till

MAX_WAIT_SECONDS = 3_600
MAX_UNEXPLAINED = 5
"""Tries after which a fault that nobody foresaw, or a shop that lacks what it had said, is shown as held."""
MAX_ROUNDS = 5
"""How often one job reads an order that goes on changing; then another one goes on."""
PAUSE_MINUTES = 5
"""How often an order is looked at while posting is paused."""
MAX_PAGES = 200
OVERLAP_MINUTES = 15
"""How far a list of new or changed orders reaches back behind the last one: clocks differ, shops lag."""
CREATED_DAYS = 3
"""Once a day all orders of so many days are looked for again."""
QUEUE = "default"


def connect(channel: str) -> Connector:
	"""The connector of a Sales Channel."""
	told = connection_of(channel)
	kind = told.pop("kind")
	return registry.connect(kind, Settings(channel, **told))


def take(channel: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, str]:
	"""A shop's message: the status to answer, and the order that is to be read ("" for none).

	It is kept once and the order is heard of again, in the caller's transaction.
	"""
	if not frappe.db.get_value("Sales Channel", channel, "enabled"):
		return 404, ""
	said = connect(channel).verify_webhook(headers, raw)
	if isinstance(said, Refusal):
		return said.status, ""
	if not isinstance(said, Hint) or said.resource != "order":
		return 200, ""
	# The order's row first, as recording locks them: the other way round two would wait for each other.
	order = orders.hear(channel, said.id)
	orders.keep_event(channel, said.key, said.topic, said.id)
	return 200, order


def call_job(order: str) -> None:
	"""Have an order read soon, unless a job for it waits already. A lost call is made up for by the sweep."""
	frappe.enqueue(
		"pos_bridge.online.sync_order",
		queue=QUEUE,
		timeout=300,
		job_id=f"pos_bridge_order:{order}",
		deduplicate=True,
		order=order,
	)


def sweep() -> None:
	"""Every minute: call a job for each order that is due."""
	for order in orders.due():
		call_job(order)


def sync_order(order: str) -> None:
	"""Read an order and bring the books to it; again while something changes meanwhile."""
	with as_till(), orders.alone_with(order) as alone:
		for _round in range(MAX_ROUNDS if alone else 0):
			begin()
			wanted, done = orders.wanted(order)
			if wanted <= done or not _sync(order, wanted):
				break
		frappe.db.rollback()


def _sync(order: str, wanted: int) -> bool:
	"""Once; whether it makes sense to look at once whether it is wanted again."""
	try:
		row = frappe.db.get_value(orders.DOCTYPE, order, ["channel", "remote_id"], as_dict=True)
		channel = channel_of(row.channel)
		if not cint(frappe.db.get_value("Sales Channel", channel.name, "enabled")):
			return False
		read = _read(channel, row.remote_id)
		if read.placed_at < orders_from(channel.name):
			_ignore(order, wanted, read)
			return True
		changed = _record(order, channel, read)
		if cint(frappe.db.get_single_value("POS Bridge Settings", "posting_paused")):
			_pause(order)
			return False
		begin()
		posting.find_customer(orders.locked(order), channel)
		frappe.db.commit()
		begin()
		posting.post(orders.locked(order), channel)
		remarks = [*posting.remarks_of(order), *changed]
		orders.done(order, wanted, orders.POSTED, " ".join(remarks)[: orders.MAX_REMARK])
		# Effect and state commit together.
		frappe.db.commit()
		return True
	except Exception as error:  # noqa: BLE001 - one order's fault must not keep the others from the books
		_give_back(order, wanted, error)
		return False


def _read(channel: Channel, remote_id: str) -> Order:
	"""The order as it is in the shop now; no transaction is open while the shop is asked."""
	connector = connect(channel.name)
	frappe.db.rollback()
	return connector.normalise(connector.fetch_order(remote_id))


def _pause(order: str) -> None:
	"""Recorded, and to be booked once somebody lets posting go on."""
	begin()
	until = now_datetime() + timedelta(minutes=PAUSE_MINUTES)
	orders.wait(order, 0, _("Posting is paused in POS Bridge Settings."), until)
	frappe.db.commit()


def _ignore(order: str, wanted: int, read: Order) -> None:
	begin()
	orders.show(order, read)
	orders.done(order, wanted, orders.IGNORED)
	frappe.db.commit()


def _record(order: str, channel: Channel, read: Order) -> list[str]:
	"""Record what is new, in a transaction of its own: what the books refuse is recorded all the same."""
	begin()
	row = orders.locked(order)
	orders.show(order, read)
	recorded = recording.record(row, channel, read)
	frappe.db.commit()
	if not recorded.changed:
		return []
	words = _("The shop says something else by now of what is recorded: {0}. See POS Quarantine.")
	return [words.format(", ".join(recorded.changed))]


def _give_back(order: str, wanted: int, error: Exception) -> None:
	"""Nothing of it stays; then its fate is written down in a transaction of its own."""
	if is_database_away(error):
		raise error
	begin()
	row = orders.locked(order)
	tries = (row.attempts or 0) + 1
	refused = refusals.is_refusal(error)
	passing = is_clash(error) or isinstance(error, OSError)
	known = isinstance(error, PosBridgeError) and getattr(error, "code", "") != "channel_went_back"
	if not refused and not passing and not known:
		frappe.logger("pos_bridge").error(f"Order {order} could not be booked", exc_info=error)
	if refused or (not passing and not known and tries >= MAX_UNEXPLAINED):
		_hold(row, wanted, error)
	else:
		wait = wait_seconds(error, tries, MAX_WAIT_SECONDS)
		orders.wait(order, tries, str(error), now_datetime() + timedelta(seconds=wait))
	frappe.local.message_log = []
	frappe.db.commit()


def _hold(row: Any, wanted: int, error: Exception) -> None:
	refusal = refusals.refusal_of(error, str(now_datetime().date()), row.company)
	code = error.code if isinstance(error, Rejected) else ""
	item = error.remote_id if isinstance(error, UnknownItem) else ""
	orders.hold(row.name, wanted, refusal.reason, refusal.remedy, code, item)
	posting.hold_entries(row.name, refusal)


def reconcile() -> None:
	"""Every ten minutes: hear of every order that is new, open or changed, whatever messages were lost."""
	_each_channel(_look_around)


def reconcile_days() -> None:
	"""Daily: hear of every order of the last days that is not known, and read closed ones again."""
	_each_channel(_look_back)
	orders.forget_events()
	frappe.db.commit()


def _each_channel(look: Callable[[str, Connector], None]) -> None:
	for channel in frappe.get_all("Sales Channel", {"enabled": 1}, pluck="name"):
		begin()
		try:
			look(channel, connect(channel))
			fault = ""
		except Exception as error:  # BLE001 - one shop's fault must not keep the others from being read
			if is_database_away(error):
				raise
			frappe.db.rollback()
			fault = str(error)[:1_000]
		frappe.db.set_value("Sales Channel", channel, "last_fault", fault, update_modified=False)
		frappe.db.commit()
	sweep()


def _look_around(channel: str, connector: Connector) -> None:
	started = _instant(datetime.now(timezone.utc))
	until = frappe.db.get_value("Sales Channel", channel, "read_until") or orders_from(channel)
	since = max(_back(until, timedelta(minutes=OVERLAP_MINUTES)), orders_from(channel))
	_hear(channel, lambda cursor: connector.list_created(since, started, cursor))
	_hear(channel, connector.list_open)
	if connector.capabilities.modified_cursor != "none":
		_hear(channel, lambda cursor: connector.list_changed(since, cursor))
	frappe.db.set_value("Sales Channel", channel, "read_until", started, update_modified=False)


def _look_back(channel: str, connector: Connector) -> None:
	now = datetime.now(timezone.utc)
	since = max(_instant(now - timedelta(days=CREATED_DAYS)), orders_from(channel))
	_hear(channel, lambda cursor: connector.list_created(since, _instant(now), cursor))
	days = cint(frappe.db.get_value("Sales Channel", channel, "closed_days"))
	recent = {
		"channel": channel,
		"shop_state": ("in", ("closed", "cancelled")),
		"placed_at": (">=", _instant(now - timedelta(days=days))),
	}
	orders.ask_again(frappe.get_all(orders.DOCTYPE, recent, pluck="name"))


def _hear(channel: str, page_of: Callable[[str], Page]) -> None:
	cursor, first = "", orders_from(channel)
	for _page in range(MAX_PAGES):
		page = page_of(cursor)
		known = _known(channel, [each.id for each in page.orders])
		for each in page.orders:
			if known.get(each.id, first) >= first:
				orders.hear(channel, each.id)
		frappe.db.commit()
		cursor = page.next
		if not cursor:
			return


def hear_new(channel: str, connector: Connector) -> None:
	"""Hear of orders that were placed since the lists were read last, and that nobody has heard of yet."""
	now = _instant(datetime.now(timezone.utc))
	until = frappe.db.get_value("Sales Channel", channel, "read_until") or orders_from(channel)
	since, cursor = max(_back(until, timedelta(minutes=OVERLAP_MINUTES)), orders_from(channel)), ""
	for _page in range(MAX_PAGES):
		page = connector.list_created(since, now, cursor)
		ids = [each.id for each in page.orders]
		where = {"channel": channel, "remote_id": ("in", [*ids, ""])}
		known = set(frappe.get_all(orders.DOCTYPE, where, pluck="remote_id"))
		for remote_id in (each for each in ids if each not in known):
			orders.hear(channel, remote_id)
		frappe.db.commit()
		cursor = page.next
		if not cursor:
			return


def _known(channel: str, ids: list[str]) -> dict[str, str]:
	"""When those of these orders were placed that are known."""
	where = {"channel": channel, "remote_id": ("in", [*ids, ""])}
	rows = frappe.get_all(orders.DOCTYPE, where, ["remote_id", "placed_at"])
	return {row.remote_id: row.placed_at for row in rows if row.placed_at}


def orders_from(channel: str) -> str:
	"""The first instant whose orders are booked."""
	local: datetime = frappe.db.get_value("Sales Channel", channel, "orders_from")
	zone = ZoneInfo(frappe.utils.get_system_timezone())
	return _instant(local.replace(tzinfo=zone).astimezone(timezone.utc))


def _back(instant: str, span: timedelta) -> str:
	return _instant(datetime.fromisoformat(instant.replace("Z", "+00:00")) - span)


def _instant(moment: datetime) -> str:
	return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
