"""Calling the tills when something that they sell by was changed in the desk, at most once a second.

It never says what changed (`changes` does), and never stands in the way of whoever changed it.
"""

from typing import Any

import frappe
import redis

from pos_bridge.erpnext.catalogue.snapshot import EVENT
from pos_bridge.erpnext.door.auth import TILL_USER

QUIET_SECONDS = 1
_CALLED = "pos_bridge:tills_called"


def changed(doc: Any, method: str | None = None) -> None:
	"""Doc event: something that tills know of was written or deleted. They are called after the commit."""
	if frappe.flags.in_install or frappe.flags.in_migrate or frappe.flags.in_import:
		return
	if frappe.local.flags.pos_bridge_call:
		return
	frappe.local.flags.pos_bridge_call = True
	frappe.db.after_commit.add(call)
	frappe.db.after_rollback.add(_forget)


def call() -> None:
	"""Call all tills; a second call within a second is put off, so that the last change is heard of."""
	_forget()
	cache = frappe.cache
	try:
		if cache.set(cache.make_key(_CALLED), 1, ex=QUIET_SECONDS, nx=True):
			frappe.publish_realtime(EVENT, user=TILL_USER)
		elif cache.set(cache.make_key(f"{_CALLED}:again"), 1, ex=2 * QUIET_SECONDS, nx=True):
			frappe.enqueue("pos_bridge.jobs.call_tills", queue="short", timeout=30)
	except redis.exceptions.ConnectionError:
		# Tills ask every minute anyway, and whoever saves an item must not hear of Redis.
		frappe.logger("pos_bridge").warning("The tills could not be called: Redis does not answer.")


def _forget() -> None:
	frappe.local.flags.pos_bridge_call = False
