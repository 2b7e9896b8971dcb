"""What a till is told of a credit, and how much of it is kept for that till: POS Credit Lease.

It never moves a credit, never commits, and tells nobody whether a number is another company's.
"""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import frappe
from frappe.utils import flt, get_system_timezone, today

from pos_bridge.core.kinds.lease import (
	MAX_UNKNOWN,
	UNKNOWN_SECONDS,
	Ask,
	Known,
	Lease,
	credit_answer,
	grant,
	too_many_unknown,
)
from pos_bridge.erpnext.credit.book import Credit, Place, find_credit, shown
from pos_bridge.erpnext.shop import minor, shop_of


def credit(till: str, ask: Ask) -> dict[str, Any]:
	"""Balance, what this till may spend, its lease; of a number that nobody issued, the same with zeros."""
	return _answer(till, ask, _find(till, ask))


def lease(till: str, ask: Ask) -> dict[str, Any]:
	"""Keep so much of a credit for this till, instead of what was kept before; 0 gives it back."""
	found = _find(till, ask, lock=True)
	if found:
		known = _known(found)
		cap = minor(
			flt(frappe.db.get_single_value("POS Bridge Settings", "credit_lease_cap")), found.decimals
		)
		granted = grant(ask, known, till, _now_ms(), today(), cap)
		frappe.db.delete("POS Credit Lease", {"credit": found.name, "till": till})
		if granted:
			_keep(found, granted)
	return _answer(till, ask, found)


def use_up(name: str, till: str, amount_minor: int, decimals: int) -> None:
	"""What a till spent comes out of its lease first. The caller holds the credit's lock."""
	frappe.db.sql(
		"UPDATE `tabPOS Credit Lease` SET amount = GREATEST(amount - %s, 0) WHERE credit = %s AND till = %s",
		(shown(amount_minor, decimals), name, till),
	)


def forget_what_is_over() -> None:
	"""Leases whose time is over count no more; they are removed."""
	frappe.db.delete("POS Credit Lease", {"until_ms": ("<", _now_ms())})


def _find(till: str, ask: Ask, lock: bool = False) -> Credit | None:
	shop = shop_of(till)
	_check_guesses(till)
	place = Place(shop.company, shop.currency, shop.currency_precision)
	found = find_credit(ask.credit, place, lock) if ask.credit else None
	if found is None or not found.standing.issued:
		_count_guess(till)
		return None
	return found


def _answer(till: str, ask: Ask, found: Credit | None) -> dict[str, Any]:
	return credit_answer(ask.credit, _known(found) if found else None, till, _now_ms(), today())


def _known(found: Credit) -> Known:
	rows = frappe.get_all("POS Credit Lease", {"credit": found.name}, ["till", "amount", "until_ms"])
	leases = tuple(Lease(row.till, minor(row.amount, found.decimals), int(row.until_ms)) for row in rows)
	return Known(found.standing, found.currency, found.decimals, leases)


def _keep(found: Credit, granted: Lease) -> None:
	document = frappe.get_doc(
		{
			"doctype": "POS Credit Lease",
			"name": frappe.generate_hash(length=12),
			"credit": found.name,
			"till": granted.till,
			"amount": shown(granted.amount_minor, found.decimals),
			"currency": found.currency,
			"until_ms": granted.until_ms,
			"until": _site_time(granted.until_ms),
		}
	)
	document.db_insert()


def _site_time(milliseconds: int) -> datetime:
	instant = datetime.fromtimestamp(milliseconds // 1000, ZoneInfo(get_system_timezone()))
	return instant.replace(tzinfo=None)


def _now_ms() -> int:
	return time.time_ns() // 1_000_000


def _guesses(till: str) -> Any:
	return frappe.cache.make_key(f"pos_bridge:unknown_credits:{till}")


def _check_guesses(till: str) -> None:
	if int(frappe.cache.get(_guesses(till)) or 0) > MAX_UNKNOWN:
		raise too_many_unknown()


def _count_guess(till: str) -> None:
	key = _guesses(till)
	if frappe.cache.incr(key) == 1:
		frappe.cache.expire(key, UNKNOWN_SECONDS)
