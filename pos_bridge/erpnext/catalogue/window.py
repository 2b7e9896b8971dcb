"""Which rows were changed since a moment: ERPNext's `modified` and its list of deleted documents tell.

It never tells of a row twice while Redis remembers, and tells of it again rather than not at all.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import get_system_timezone

from pos_bridge.core.errors import Retryable
from pos_bridge.erpnext.catalogue.grounds import Grounds

OVERLAP_SECONDS = 300
"""Changes are looked for that much further back: a transaction commits later than its rows' `modified`."""
MAX_ROWS = 200_000
"""Changed rows that one look reads; more are a company that is being filled."""
REMEMBERED_SECONDS = 3_600

_KINDS = {"Item": "item", "Item Price": "item", "Customer": "customer"}
_CHANGED = (
	"SELECT 'item' AS kind, name AS thing, name, modified FROM `tabItem` WHERE modified >= %(since)s"
	" UNION ALL SELECT 'item', item_code, name, modified FROM `tabItem Price` WHERE modified >= %(since)s"
	" UNION ALL SELECT 'group', name, name, modified FROM `tabItem Group` WHERE modified >= %(since)s"
	" UNION ALL SELECT 'customer', name, name, modified FROM `tabCustomer` WHERE modified >= %(since)s"
	" UNION ALL SELECT 'stock', item_code, name, modified FROM `tabBin`"
	" WHERE modified >= %(since)s AND warehouse = %(warehouse)s"
	" UNION ALL SELECT 'stock', item_code, name, modified FROM `tabPOS Unposted Stock`"
	" WHERE modified >= %(since)s AND warehouse = %(warehouse)s"
	" UNION ALL SELECT deleted_doctype, IF(deleted_doctype = 'Item Price',"
	" JSON_VALUE(data, '$.item_code'), deleted_name), name, modified FROM `tabDeleted Document`"
	" WHERE modified >= %(since)s AND deleted_doctype IN ('Item', 'Item Price', 'Customer')"
	" LIMIT %(limit)s"
)


@dataclass(frozen=True, slots=True)
class Window:
	"""What a look found that was not seen before, by kind; `seen` names all of it for the next look."""

	at: float
	seen: str
	items: frozenset[str]
	groups: frozenset[str]
	customers: frozenset[str]
	stock: frozenset[str]


def look(grounds: Grounds, since: float | None = None, seen: str = "") -> Window:
	"""What changed since a moment (None: now) less the overlap, without what `seen` names.

	Look first and read the rows' content afterwards: what is committed between is told once more.
	"""
	at = datetime.now(timezone.utc).timestamp()
	rows = _rows(grounds, _wall_clock(at if since is None else since, at))
	known = _remembered(seen)
	marks = [_mark(row) for row in rows]
	fresh = [row for row, mark in zip(rows, marks, strict=True) if mark not in known]
	kept = _wall_clock(at, at)
	remembered = _remember(mark for row, mark in zip(rows, marks, strict=True) if row[3] >= kept)
	by_kind = {kind: frozenset(_things(fresh, kind)) for kind in ("item", "group", "customer", "stock")}
	return Window(at, remembered, by_kind["item"], by_kind["group"], by_kind["customer"], by_kind["stock"])


def _rows(grounds: Grounds, since: datetime) -> Sequence[tuple[str, str | None, str, datetime]]:
	values = {"since": since, "warehouse": grounds.warehouse, "limit": MAX_ROWS + 1}
	rows: Sequence[Any] = frappe.db.sql(_CHANGED, values)
	if len(rows) > MAX_ROWS:
		raise Retryable(
			f"More than {MAX_ROWS:,} rows were changed within minutes. The till asks again later.",
			code="busy",
		)
	return rows


def _things(rows: Iterable[tuple[str, str | None, str, datetime]], kind: str) -> Iterable[str]:
	return (thing for own, thing, _, _ in rows if thing and _KINDS.get(own, own) == kind)


def _wall_clock(since: float, now: float) -> datetime:
	"""From when on `modified` may tell of something after `since`. It is the system's wall clock.

	In the night when that clock goes back, an hour's rows look older than they are.
	"""
	zone = ZoneInfo(get_system_timezone())
	shown = datetime.fromtimestamp(since - OVERLAP_SECONDS, zone).replace(tzinfo=None)
	passed = timedelta(seconds=now - since + OVERLAP_SECONDS)
	return min(shown, datetime.fromtimestamp(now, zone).replace(tzinfo=None) - passed)


def _mark(row: tuple[str, str | None, str, datetime]) -> int:
	kind, _, name, modified = row
	return int.from_bytes(blake2b(f"{kind}\n{name}\n{modified}".encode(), digest_size=8).digest(), "big")


def _remember(marks: Iterable[int]) -> str:
	"""Named by their content, so that tills that know the same share it."""
	known = array("Q", sorted(marks)).tobytes()
	name = blake2b(known, digest_size=8).hexdigest()
	frappe.cache.set_value(_key(name), known, expires_in_sec=REMEMBERED_SECONDS)
	return name


def _remembered(name: str) -> frozenset[int]:
	known = array("Q")
	known.frombytes(frappe.cache.get_value(_key(name), expires=True) or b"")
	return frozenset(known)


def _key(name: str) -> str:
	return f"pos_bridge:seen:{name}"
