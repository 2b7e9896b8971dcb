"""Calling the tills when something that they sell by was changed in the desk, at most once a second.

It never says what changed (`changes` does), and never stands in the way of whoever changed it.
"""

from typing import Any

import frappe
import redis

from pos_bridge.erpnext.catalogue.grounds import begin_edition
from pos_bridge.erpnext.catalogue.realtime import EVENT
from pos_bridge.erpnext.door.auth import TILL_USER

QUIET_SECONDS = 1
_CALLED = "pos_bridge:tills_called"


def changed(doc: Any, method: str | None = None) -> None:
	"""Doc event: something that tills know of was written or deleted. They are called after the commit."""
	if frappe.flags.in_install or frappe.flags.in_migrate:
		return
	if frappe.local.flags.pos_bridge_call:
		return
	frappe.local.flags.pos_bridge_call = True
	frappe.db.after_commit.add(call)
	frappe.db.after_rollback.add(_forget)


def renamed(doc: Any, method: str | None, old: str, new: str, merge: bool = False) -> None:
	"""Doc event: `modified` does not tell that the old name is gone, so that tills load a new snapshot."""
	begin_edition()
	changed(doc)


def priced(doc: Any, method: str | None = None) -> None:
	"""Doc event of Item Price: one that was moved to another item is gone from the one before."""
	before = doc.get_doc_before_save()
	if before and before.item_code != doc.item_code:
		begin_edition()
	changed(doc)


def call() -> None:
	"""Call all tills; a second call within a second is put off, so that the last change is heard of."""
	_forget()
	cache = frappe.cache
	try:
		if cache.set(cache.make_key(_CALLED), 1, ex=QUIET_SECONDS, nx=True):
			frappe.publish_realtime(EVENT, user=TILL_USER)
		elif cache.set(cache.make_key(f"{_CALLED}:again"), 1, ex=2 * QUIET_SECONDS, nx=True):
			frappe.enqueue("pos_bridge.jobs.call_tills", queue="short", timeout=30)
	except redis.exceptions.RedisError:
		# Tills ask every minute anyway, and whoever saves an item must not hear of Redis.
		frappe.logger("pos_bridge").warning("The tills could not be called: Redis does not answer.")


def call_again() -> None:
	"""The call that was put off. From now on a change that comes too soon puts off another one."""
	frappe.cache.delete_value(f"{_CALLED}:again")
	call()


def _forget() -> None:
	frappe.local.flags.pos_bridge_call = False
