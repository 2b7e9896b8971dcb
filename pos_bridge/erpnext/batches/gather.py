"""Gathers a till's plain sales for one invoice: claimed together, oldest first, or left to wait for more.

It never holds a lock that others wait for: rows that somebody else has are left out. Nothing waits for longer
than `WAIT_MINUTES`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import frappe
from frappe.utils import now_datetime

from pos_bridge.core.daybook import Stored
from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.batches.plain import PlainSale, are_possible, are_wanted, plain_sales
from pos_bridge.erpnext.posting import fate
from pos_bridge.erpnext.shop import Shop, shop_of

MAX_SALES = 200
"""Sales in one batch; their rows stay locked until it is booked."""
MAX_LINES = 2_000
"""Lines of all sales in one batch, before they are merged."""
ENOUGH_SALES = 50
"""Plain sales of a till and day that are booked at once without waiting for more."""
WAIT_MINUTES = 10
"""How old the oldest of fewer sales gets before they are booked."""


@dataclass(frozen=True, slots=True)
class Gathered:
	"""Sales of one till and business date, claimed, oldest first, that can be one invoice."""

	shop: Shop
	sales: tuple[PlainSale, ...]
	is_full: bool
	"""Whether others were left out that have too many lines for this invoice."""

	@property
	def names(self) -> list[str]:
		return [each.stored.entry.id for each in self.sales]

	@property
	def waits_until(self) -> datetime | None:
		"""Till when they wait for more of them; None if they are many, old, or somebody asks for them.

		The end of a shift asks for its sales, and so does a return for any of the till's that wait.
		"""
		oldest = self.sales[0].stored
		recorded = datetime.fromisoformat(oldest.arrival.recorded_at.replace("Z", "+00:00"))
		rest = recorded + timedelta(minutes=WAIT_MINUTES) - datetime.now(timezone.utc)
		if self.is_full or len(self.sales) >= ENOUGH_SALES or rest <= timedelta():
			return None
		return None if fate.is_asked_for(self.shop.till, oldest.cursor) else now_datetime() + rest


def gather(claimed: Mapping[str, Any]) -> Gathered | None:
	"""The claimed entry with those beside it that can be in the same invoice, all locked; None: it is alone.

	Alone are what is not plain, what was tried before, and what an accountant chose a day for.
	"""
	if claimed["kind"] != "sale" or claimed["attempts"] or claimed["post_on"]:
		return None
	shop = _shop_with_batches(claimed["till"])
	if shop is None or not plain_sales(_entries([claimed]), shop):
		return None
	rows = sorted((claimed, *fate.claim_beside(claimed, MAX_SALES - 1)), key=lambda row: row["position"])
	plain = plain_sales(_entries(rows), shop)
	sales = tuple(_first_lines(plain))
	return Gathered(shop, sales, is_full=len(sales) < len(plain))


def _shop_with_batches(till: str) -> Shop | None:
	try:
		shop = shop_of(till) if are_wanted(till) else None
	except (Rejected, frappe.DoesNotExistError):
		return None  # posted alone, it is refused in words
	return shop if shop and are_possible(shop) else None


def _entries(rows: Sequence[Mapping[str, Any]]) -> list[Stored]:
	"""Without those whose text is not what the till wrote: posted alone, that is said."""
	found = []
	for row in rows:
		try:
			found.append(fate.stored(row))
		except Rejected:
			continue
	return found


def _first_lines(sales: list[PlainSale]) -> Iterator[PlainSale]:
	"""The first of them that have no more lines together than a batch takes."""
	lines = 0
	for number, each in enumerate(sales):
		lines += len(each.sale.draft.lines)
		if number and lines > MAX_LINES:
			return
		yield each
