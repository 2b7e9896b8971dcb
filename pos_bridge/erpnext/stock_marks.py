"""Which goods moved, noted in the transaction that moved them, for the online shops that are told of it.

Where no channel tells its stock, a movement costs one look into the cache. A note is only ever inserted, so
that no movement waits for another one. It never asks a shop.
"""

from collections.abc import Iterable
from typing import Any

import frappe
import redis

Place = tuple[str, str]
"""Item and warehouse."""
WAKE_SECONDS = 30
"""How long a call for the job counts as heard; a lost one is made up for by the sweep."""
_ON = "pos_bridge:stock_out"
_WAKE = "pos_bridge:stock_out_called"


def is_on() -> bool:
	"""Whether any channel tells its shop what there is."""
	return bool(frappe.cache.get_value(_ON, _any_channel))


def _any_channel() -> int:
	# New code may run before its tables are there, and goods move all the same.
	known = frappe.db.table_exists("Sales Channel") and frappe.db.has_column("Sales Channel", "stock_out")
	if not known:
		return 0
	return int(bool(frappe.db.exists("Sales Channel", {"enabled": 1, "stock_out": 1})))


def changed_channel() -> None:
	"""A channel was switched: whether any is on is asked again, now and once that is committed."""
	_ask_again()
	frappe.db.after_commit.add(_ask_again)


def _ask_again() -> None:
	frappe.cache.delete_value(_ON)


def moved(doc: Any, method: str | None = None) -> None:
	"""Doc event of Stock Ledger Entry."""
	if is_on():
		mark([(doc.item_code, doc.warehouse)])


def ordered(doc: Any, method: str | None = None) -> None:
	"""Doc event of Sales Order, whatever changed on it: what it keeps for its buyer may be more or less."""
	if doc.docstatus and is_on():
		mark((row.item_code, row.warehouse) for row in (*doc.items, *doc.get("packed_items", [])))


def mark(places: Iterable[Place]) -> None:
	"""Note these places when the transaction commits, once each, and call the job. Ask `is_on` before."""
	noted = getattr(frappe.db, "pos_bridge_moved", None)
	if noted is None:
		noted = set()
		# On the connection, because that is what commits: a new one begins without it.
		frappe.db.pos_bridge_moved = noted
		frappe.db.before_commit.add(_write)
		frappe.db.after_rollback.add(_forget)
	noted.update(place for place in places if all(place))


def _forget() -> None:
	frappe.db.pos_bridge_moved = None


def _write() -> None:
	noted = sorted(frappe.db.pos_bridge_moved or ())
	_forget()
	if not noted:
		return
	now, user = frappe.utils.now(), frappe.session.user
	rows = [(frappe.generate_hash(length=20), now, now, user, user, *place) for place in noted]
	marks = ", ".join([f"({', '.join(['%s'] * 7)})"] * len(rows))
	frappe.db.sql(
		"INSERT INTO `tabChannel Stock Mark`"
		f" (name, creation, modified, owner, modified_by, item_code, warehouse) VALUES {marks}",
		[value for row in rows for value in row],
	)
	frappe.db.after_commit.add(wake)


def wake() -> None:
	"""Call the job that tells shops, unless one is called already that has not begun yet."""
	cache = frappe.cache
	try:
		if cache.set(cache.make_key(_WAKE), 1, ex=WAKE_SECONDS, nx=True):
			frappe.enqueue("pos_bridge.stock_out.flush", queue="default", timeout=600)
	except redis.exceptions.RedisError:
		# The sweep calls every minute anyway, and whoever moves goods must not hear of Redis.
		frappe.logger("pos_bridge").warning("Telling shops their stock waits: Redis does not answer.")


def begun() -> None:
	"""The job that was called is running: whoever moves goods from now on calls again."""
	frappe.cache.delete_value(_WAKE)
