"""A shop's whole catalogue in compressed chunks, built once for all tills of a POS Profile and kept in Redis.

It never is the only copy: what Redis lost is built again from ERPNext.
"""

import gzip
import time
from dataclasses import dataclass, replace
from typing import Any

import frappe

from pos_bridge.core.catalogue import Catalogue, TillProfile, encode
from pos_bridge.core.errors import Rejected, Retryable
from pos_bridge.erpnext.catalogue import cursors
from pos_bridge.erpnext.catalogue.items import items_of
from pos_bridge.erpnext.shop import shop_of, till_profile

FRESH_SECONDS = 600
"""An older snapshot is built again when it is asked for; a younger one is followed by its changes."""
KEPT_SECONDS = 24 * 3600
"""How long chunks stay for tills that are still loading them."""
BUILDING_SECONDS = 120
GZIP_LEVEL = 3
EVENT = "pos_bridge_changed"
_OF_ALL_ITEMS = ("Item Tax Template", "Sales Taxes and Charges Template", "Item Group", "Price List")
_TILLS_OWN = ("till", "shop", "address", "tax_id", "receipt_footer", "locale", "cashiers", "code_patterns")


@dataclass(frozen=True, slots=True)
class Encoded:
	"""JSON bytes, plain and compressed."""

	plain: bytes
	gzipped: bytes


def manifest(till: str) -> dict[str, Any]:
	"""The till's settings, the name of its catalogue, and the cursor behind which changes begin."""
	profile = till_profile(till)
	built = _built(till, profile)
	return {
		**built["manifest"],
		**settings_of(profile),
		"cursor": cursors.first(built["began"], built["manifest"]["snapshot"], settings_of(profile)),
		"realtime": _realtime(),
	}


def settings_of(profile: TillProfile) -> dict[str, Any]:
	"""The manifest's fields that are the till's own and not its catalogue's."""
	own = Catalogue(profile, ()).snapshot()
	return {
		name: value
		for name, value in own.items()
		if name
		not in ("protocol", "snapshot", "items", "chunk_size", "chunks", "groups", "units", "templates")
	}


def chunk(till: str, digest: str, number: int) -> Encoded:
	"""A chunk of the catalogue named by `digest`; `Rejected` if that one is not kept any more."""
	profile = frappe.get_cached_value("POS Till", till, "pos_profile")
	gzipped = frappe.cache.get_value(_chunk_key(profile, digest, number))
	if gzipped is None:
		raise Rejected("The catalogue has changed: load the snapshot again.", code="snapshot_changed")
	return Encoded(gzip.decompress(gzipped), gzipped)


def current(till: str) -> str:
	"""The name of the shop's snapshot as it is kept now; empty if none is."""
	built = frappe.cache.get_value(_key(frappe.get_cached_value("POS Till", till, "pos_profile")))
	return built["manifest"]["snapshot"] if built else ""


def _built(till: str, profile: TillProfile) -> dict[str, Any]:
	key = _key(frappe.get_cached_value("POS Till", till, "pos_profile"))
	built = frappe.cache.get_value(key)
	if _is_fresh(built):
		return built
	lock = frappe.cache.lock(frappe.cache.make_key(f"{key}:building"), timeout=BUILDING_SECONDS)
	if not lock.acquire(blocking_timeout=BUILDING_SECONDS):
		raise Retryable("The catalogue is being built. Ask again in a minute.", code="building")
	try:
		built = frappe.cache.get_value(key)
		if _is_fresh(built):
			return built
		return _build(till, profile, key)
	finally:
		lock.release()


def _is_fresh(built: dict[str, Any] | None) -> bool:
	return bool(
		built and time.time() - built["built"] < FRESH_SECONDS and not everything_may_differ(built["began"])
	)


def everything_may_differ(since: str) -> bool:
	"""Something was changed that may change every item's price, tax or group."""
	return any(frappe.db.exists(doctype, {"modified": (">", since)}) for doctype in _OF_ALL_ITEMS)


def outdate(till: str, since: str) -> None:
	"""Too much changed after `since` to follow it: the next one who asks builds anew, unless somebody has."""
	key = _key(frappe.get_cached_value("POS Till", till, "pos_profile"))
	built = frappe.cache.get_value(key)
	if built and built["began"] <= since:
		frappe.cache.delete_value(key)


def _build(till: str, profile: TillProfile, key: str) -> dict[str, Any]:
	began = cursors.now()
	shop = shop_of(till)
	neutral = replace(profile, **{name: type(getattr(profile, name))() for name in _TILLS_OWN})
	catalogue = Catalogue(neutral, items_of(shop))
	for number in range(catalogue.chunks):
		encoded = gzip.compress(encode({"message": catalogue.chunk(number)}), GZIP_LEVEL, mtime=0)
		frappe.cache.set_value(
			_chunk_key(shop.profile, catalogue.digest, number), encoded, expires_in_sec=KEPT_SECONDS
		)
	built = {"built": time.time(), "began": began, "manifest": catalogue.snapshot()}
	frappe.cache.set_value(key, built, expires_in_sec=KEPT_SECONDS - FRESH_SECONDS)
	return built


def _key(profile: str) -> str:
	return f"pos_bridge:catalogue:{profile}"


def _chunk_key(profile: str, digest: str, number: int) -> str:
	return f"pos_bridge:chunk:{profile}:{digest}:{number}"


def _realtime() -> dict[str, str]:
	"""Where Frappe's realtime server answers: behind the same proxy, or without one on its own port."""
	request = getattr(frappe.local, "request", None)
	host, _, port = (request.host if request else "").partition(":")
	alone = f"{request.scheme}://{host}:{frappe.conf.socketio_port or 9000}" if request and port else ""
	return {"url": alone, "namespace": f"/{frappe.local.site}", "event": EVENT}
