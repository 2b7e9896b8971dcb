"""A shop's whole catalogue, built once for all tills of a POS Profile, and followed by its changes.

It never builds twice at a time, and never lets a till wait for a build while the last one can be followed.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import frappe
import redis

from pos_bridge.core.catalogue import Catalogue, TillProfile
from pos_bridge.core.errors import Rejected, Retryable
from pos_bridge.erpnext.catalogue import cursors
from pos_bridge.erpnext.catalogue.cursors import Cursor
from pos_bridge.erpnext.catalogue.grounds import Ground, Grounds, ground_of
from pos_bridge.erpnext.catalogue.items import items_of
from pos_bridge.erpnext.catalogue.realtime import realtime
from pos_bridge.erpnext.catalogue.shelf import Built, Encoded, Shelf
from pos_bridge.erpnext.catalogue.touched import touched_items
from pos_bridge.erpnext.catalogue.window import look

FRESH_SECONDS = 600
"""A younger snapshot is not built again for a few changes; an older one is, in the background."""
MAX_CHANGED = 2_000
"""More changed items than this are a new snapshot."""
BUILD_SECONDS = 120
_TILLS_OWN = (
	*("till", "shop", "address", "tax_id", "receipt_footer", "locale", "cashiers", "code_patterns"),
	*("offers", "without_receipt_minor", "display_text", "display_logo", "people", "roles", "lock_minutes"),
)


def manifest(till: str) -> dict[str, Any]:
	"""The till's settings, the name of its catalogue, and the cursor behind which changes begin."""
	ground = ground_of(till)
	built = _current(till, ground)
	cursor = Cursor(built.at, built.today, built.digest, built.grounds, ground.settings_digest, built.seen)
	return {
		**built.manifest,
		**ground.settings,
		"cursor": cursors.write(cursor),
		"realtime": realtime(),
	}


def chunk(till: str, digest: str, number: int) -> Encoded:
	"""A chunk of the catalogue named by `digest`; `Rejected` if that one is not kept any more."""
	place = frappe.get_cached_doc("POS Till", till)
	shelf = _shelf(place.pos_profile, place.time_zone or "")
	found = shelf.chunk(digest, number)
	if found is None and (last := shelf.last()) and last.digest == digest and 0 <= number < last.kept[digest]:
		# Redis let go of it; the same items give the same chunks again.
		_build(ground_of(till), last)
		found = shelf.chunk(digest, number)
	if found is None:
		raise Rejected("The catalogue has changed: load the snapshot again.", code="snapshot_changed")
	return found


def refresh(till: str) -> None:
	"""Background job: build the shop's snapshot anew, unless somebody has meanwhile."""
	ground = ground_of(till)
	_build(ground, _shelf_of(ground.grounds).last())


def _current(till: str, ground: Ground) -> Built:
	built = _shelf_of(ground.grounds).last()
	if built is None or built.grounds != ground.grounds.digest:
		return _build(ground, built)
	window = look(ground.grounds, built.at, built.seen)
	touched = len(touched_items(ground.grounds, window, built.today))
	if touched > MAX_CHANGED:
		return _build(ground, built)
	if touched and window.at - built.at > FRESH_SECONDS:
		_build_later(till, built)
	return built


def _build_later(till: str, built: Built) -> None:
	method = "pos_bridge.erpnext.catalogue.snapshot.refresh"
	job = f"pos_bridge_catalogue:{built.digest}"
	frappe.enqueue(method, queue="long", till=till, job_id=job, deduplicate=True, timeout=600)


def _build(ground: Ground, before: Built | None) -> Built:
	"""Build and keep the snapshot; what somebody else built since `before` was read is as good."""
	grounds = ground.grounds
	shelf = _shelf_of(grounds)
	with _alone(shelf):
		last = shelf.last()
		if last and last != before and last.grounds == grounds.digest:
			return last
		# First the look, then the items: what changes between is told again, not lost.
		window = look(grounds)
		catalogue = Catalogue(_shared(ground.profile), items_of(grounds))
		return shelf.put(
			catalogue, last, grounds=grounds.digest, at=window.at, today=grounds.today, seen=window.seen
		)


@contextmanager
def _alone(shelf: Shelf) -> Iterator[None]:
	"""One builder at a time; the others wait for what it builds."""
	name = frappe.cache.make_key(f"{shelf.key}:builder")
	lock = frappe.cache.lock(name, timeout=BUILD_SECONDS, blocking_timeout=BUILD_SECONDS)
	if not lock.acquire():
		raise Retryable("The catalogue is being built. Ask again in a minute.", code="building")
	try:
		yield
	finally:
		# It may have run out: then the next builder builds the same again.
		with suppress(redis.exceptions.LockError):
			lock.release()


def _shared(profile: TillProfile) -> TillProfile:
	"""Only what the chunks depend on, so that a till's own settings do not rename the catalogue."""
	neutral = {name: type(getattr(profile, name))() for name in _TILLS_OWN}
	names: dict[str, dict[str, str]] = {name: {} for name in profile.templates}
	return replace(profile, **neutral, taxes=(), tenders={}, templates=names)


def _shelf_of(grounds: Grounds) -> Shelf:
	return _shelf(grounds.profile, grounds.time_zone)


def _shelf(profile: str, time_zone: str) -> Shelf:
	return Shelf(f"{profile}:{time_zone}")
