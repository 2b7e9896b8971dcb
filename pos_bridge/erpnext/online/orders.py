"""The rows of Channel Order: heard of, due, locked, and what came of them.

It never reads an entry and never commits.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import now_datetime

from pos_bridge.core.online import Order
from pos_bridge.erpnext.shown import plain

DOCTYPE = "Channel Order"
ALONE_SECONDS = 20
"""How long a job waits for another one that reads the same order; then the sweep comes back to it."""
MAX_DUE = 500
"""Orders that one sweep calls jobs for."""
MAX_REMARK = 1_000
EVENT_DAYS = 30
"""How long a message is remembered."""
WAITING, POSTED, HELD, IGNORED = "waiting", "posted", "held", "ignored"
"""`ignored`: placed before orders of this channel are booked."""


def unread(channel: str) -> int:
	"""Orders of which nothing is known yet but that they are there."""
	return int(
		frappe.db.count(DOCTYPE, {"channel": channel, "state": WAITING, "placed_at": ("is", "not set")})
	)


def unbooked(channel: str) -> list[str]:
	"""Orders that were read, and of which something is recorded that the books may not have (yet).

	Those for which the shop waits for money are among them.
	"""
	where = {"channel": channel, "state": ("!=", IGNORED), "placed_at": ("is", "set")}
	either = {"state": ("in", (WAITING, HELD)), "shop_state": "pending"}
	return frappe.get_all(DOCTYPE, where, pluck="name", or_filters=either, order_by="name")


def hear(channel: str, remote_id: str) -> str:
	"""Something may have changed at an order: it is to be read again; its row's name."""
	now, user = now_datetime(), frappe.session.user
	frappe.db.sql(
		"INSERT INTO `tabChannel Order` (name, creation, modified, owner, modified_by, channel, remote_id,"
		" company, state, wanted_seq, done_seq) VALUES (%(name)s, %(now)s, %(now)s, %(user)s, %(user)s,"
		" %(channel)s, %(id)s, %(company)s, 'waiting', 1, 0)"
		" ON DUPLICATE KEY UPDATE wanted_seq = wanted_seq + 1, next_try_at = NULL",
		{
			"name": frappe.generate_hash(length=20),
			"now": now,
			"user": user,
			"channel": channel,
			"id": remote_id,
			"company": frappe.get_cached_value("Sales Channel", channel, "company"),
		},
	)
	return str(frappe.db.get_value(DOCTYPE, {"channel": channel, "remote_id": remote_id}, "name"))


def keep_event(channel: str, key: str, topic: str, remote_id: str) -> bool:
	"""Keep a message once; whether it is new. A shop sends the same one again until it is answered."""
	now, user = now_datetime(), frappe.session.user
	frappe.db.sql(
		"INSERT IGNORE INTO `tabChannel Event` (name, creation, modified, owner, modified_by, channel,"
		" event_key, topic, remote_id, received_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
		(
			*(frappe.generate_hash(length=20), now, now, user, user),
			*(channel, f"{channel}:{key}", plain(topic)[:140], plain(remote_id)[:140], now),
		),
	)
	new = bool(frappe.db.sql("SELECT ROW_COUNT()")[0][0] > 0)
	frappe.db.set_value("Sales Channel", channel, "last_hint_at", now, update_modified=False)
	return new


def forget_events() -> None:
	"""Old messages say nothing any more: their orders were read."""
	before = frappe.utils.add_days(now_datetime(), -EVENT_DAYS)
	frappe.db.sql("DELETE FROM `tabChannel Event` WHERE received_at < %s", before)


def ask_again_for(entries: Sequence[str]) -> None:
	"""Somebody wants entries booked again: those of online orders are booked with their order."""
	if entries:
		sql = "SELECT DISTINCT channel_order FROM `tabPOS Entry` WHERE name IN %s AND channel_order > ''"
		ask_again(frappe.db.sql_list(sql, (tuple(entries),)))


def ask_again(names: Sequence[str]) -> int:
	"""A person wants them read and booked again; how many there are."""
	if not names:
		return 0
	frappe.db.sql(
		"UPDATE `tabChannel Order` SET wanted_seq = wanted_seq + 1, next_try_at = NULL, attempts = 0"
		" WHERE name IN %s",
		(tuple(names),),
	)
	return len(names)


def due(channel: str = "") -> list[str]:
	"""Orders that something changed at since they were read, of one channel if named, the oldest first."""
	return frappe.db.sql_list(
		"SELECT row.name FROM `tabChannel Order` row JOIN `tabSales Channel` channel"
		" ON channel.name = row.channel AND channel.enabled = 1 WHERE row.wanted_seq > row.done_seq"
		" AND (row.next_try_at IS NULL OR row.next_try_at <= %s) AND %s IN ('', row.channel)"
		" ORDER BY row.modified LIMIT %s",
		(now_datetime(), channel, MAX_DUE),
	)


@contextmanager
def alone_with(name: str, seconds: int = ALONE_SECONDS) -> Iterator[bool]:
	"""Whether no other job works on this meanwhile, waited for so long.

	It outlasts commits, and ends with the connection.
	"""
	lock = f"pos_bridge:{name}"
	taken = bool(frappe.db.sql("SELECT GET_LOCK(%s, %s)", (lock, seconds))[0][0])
	try:
		yield taken
	finally:
		if taken:
			frappe.db.sql("DO RELEASE_LOCK(%s)", lock)


def locked(name: str) -> Any:
	"""The row, read anew and locked until the transaction's end."""
	return frappe.db.sql("SELECT * FROM `tabChannel Order` WHERE name = %s FOR UPDATE", name, as_dict=True)[0]


def wanted(name: str) -> tuple[int, int]:
	"""How often it was heard of, and up to which of these it is done."""
	found = frappe.db.sql("SELECT wanted_seq, done_seq FROM `tabChannel Order` WHERE name = %s", name)
	return int(found[0][0]), int(found[0][1])


def show(name: str, order: Order) -> None:
	"""What lists say of an order."""
	known = frappe.get_cached_value("Currency", order.currency, "name")
	_update(
		name,
		number=order.number,
		shop_state=order.state,
		total=order.total_minor / 10**order.currency_precision,
		currency=known,
		placed_at=order.placed_at,
	)


def done(name: str, seq: int, state: str, remark: str = "") -> None:
	"""Read and booked up to `seq`; `remark` is for a person though nothing was refused."""
	_update(name, state=state, done_seq=seq, **{**_QUIET, "attention": remark, "read_at": now_datetime()})


def hold(name: str, seq: int, reason: str, remedy: str, code: str, item: str) -> None:
	"""Refused: shown with the reason until somebody or the shop changes something."""
	told = {"attention": reason, "remedy": remedy, "attention_code": code, "attention_item": item}
	_update(name, state=HELD, done_seq=seq, **{**_QUIET, **told})


def wait(name: str, tries: int, fault: str, until: datetime) -> None:
	"""Let an order that met a passing fault wait, visibly; it stays due."""
	_update(name, attempts=tries, last_fault=fault[:1_000], next_try_at=until)


_QUIET: dict[str, Any] = {
	"attention": "",
	"remedy": "",
	"attention_code": "",
	"attention_item": "",
	"last_fault": "",
	"attempts": 0,
	"next_try_at": None,
}


def _update(name: str, **values: Any) -> None:
	shown = {field: plain(value) if isinstance(value, str) else value for field, value in values.items()}
	assignments = ", ".join(f"`{column}` = %({column})s" for column in shown)
	frappe.db.sql(
		f"UPDATE `tabChannel Order` SET {assignments}, modified = %(now)s WHERE name = %(name)s",
		{**shown, "now": now_datetime(), "name": name},
	)
