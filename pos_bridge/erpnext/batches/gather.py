"""Gathers a till's plain sales for one invoice: claimed together, oldest first, or left to wait for more.

It never holds a lock that others wait for: rows that somebody else has are left out. Nothing waits for longer
than `WAIT_MINUTES`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe

from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.batches.plain import PlainSale, plain_sales, takes_batches
from pos_bridge.erpnext.posting import fate
from pos_bridge.erpnext.shop import Shop, shop_of

MAX_SALES = 200
"""Sales in one batch; their rows stay locked until it is booked."""
MAX_LINES = 2_000
"""Lines of all sales in one batch, before they are merged."""
ENOUGH_SALES = 50
"""Due sales of a till and day that are booked at once without waiting for more."""
WAIT_MINUTES = 10
"""How old the oldest of fewer sales gets before they are booked."""


@dataclass(frozen=True, slots=True)
class Gathered:
	"""Sales of one till and business date, claimed, that can be one invoice; less than two are no batch."""

	sales: Sequence[PlainSale] = ()
	shop: Shop | None = None

	@property
	def names(self) -> list[str]:
		return [each.stored.entry.id for each in self.sales]


def begun_by(claimed: Mapping[str, Any]) -> Shop | None:
	"""The shop of a claimed entry that can be the first of a batch; None if it is posted alone.

	An entry that was tried before, or for which an accountant chose a day, is posted alone.
	"""
	if claimed["kind"] != "sale" or claimed["attempts"] or claimed["post_on"]:
		return None
	try:
		shop = shop_of(claimed["till"])
		first = takes_batches(shop) and plain_sales([fate.stored(claimed)], shop)
	except (Rejected, frappe.DoesNotExistError):
		return None  # posted alone, it is refused in words
	return shop if first else None


def waits_for_more(claimed: Mapping[str, Any]) -> bool:
	"""Whether a till's oldest due sale can wait for others: few are due, it is young, nobody asks for it.

	The end of its shift asks for it, and a return of any of the till's sales that are not in the books.
	"""
	if _age(claimed["recorded_at"]) >= timedelta(minutes=WAIT_MINUTES):
		return False
	due, asked = fate.due_beside(claimed)
	return due < ENOUGH_SALES and not asked


def _age(recorded_at: str) -> timedelta:
	return datetime.now(timezone.utc) - datetime.fromisoformat(recorded_at.replace("Z", "+00:00"))


def gather(claimed: Mapping[str, Any], shop: Shop) -> Gathered:
	"""The claimed sale with those after it that can be in the same invoice, all locked."""
	rows = [claimed, *fate.claim_after(claimed, MAX_SALES - 1)]
	sales = plain_sales([stored for row in rows if (stored := _whole(row))], shop)
	lines, taken = 0, 0
	for taken, each in enumerate(sales, start=1):
		lines += len(each.sale.draft.lines)
		if lines > MAX_LINES:
			taken -= 1
			break
	return Gathered(sales[: max(taken, 1)], shop)


def _whole(row: Mapping[str, Any]) -> Any:
	"""The entry; None where its text is not what the till wrote: posted alone, that is said."""
	try:
		return fate.stored(row)
	except Rejected:
		return None
