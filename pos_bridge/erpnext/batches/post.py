"""A batch into the books: one Sales Invoice in the caller's transaction, and what each of its sales became.

It never commits; where it is refused, its sales are posted one by one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from frappe import _
from frappe.utils import getdate

from pos_bridge.core.batch.together import together
from pos_bridge.core.kinds.shift_state import shift_of
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext import stock
from pos_bridge.erpnext.batches.gather import Gathered
from pos_bridge.erpnext.batches.plain import PlainSale
from pos_bridge.erpnext.batches.sums import put_sums
from pos_bridge.erpnext.drawer import known, late
from pos_bridge.erpnext.overrides.trouble import what_happened_is_booked
from pos_bridge.erpnext.posting import invoice as invoices
from pos_bridge.erpnext.posting import post as posting
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.moments import last_move_of, posting_moment, shop_time
from pos_bridge.erpnext.shop import Shop


def post_together(gathered: Gathered) -> dict[str, Booking]:
	"""One invoice for all of them; entry to booking. Whatever refuses it refuses all of it."""
	shop, sales = gathered.shop, gathered.sales
	assert shop is not None
	whole = together([each.sale for each in sales])
	items = stock.lock_bins((line.item for line in whole.draft.lines), shop.warehouse)
	with what_happened_is_booked() as tolerated:
		invoice = _invoice(sales, whole, shop, items)
		invoices.submit(invoice, f"{sales[0].stored.entry.receipt_number}-B")
	invoices.check_totals(invoice, whole)
	booked = {
		each.stored.entry.id: Booking({"sale": (invoice.doctype, invoice.name)}, list(tolerated))
		for each in sales
	}
	open_shifts = _open_shifts(sales)
	for each in sales:
		entry = each.stored.entry
		occurred = shop_time(entry.occurred_at, shop.time_zone)
		posting.note(each.stored, shop, None, booked[entry.id], occurred)
		if shift_of(entry) not in open_shifts:
			late.amend(each.stored, None, booked[entry.id])
	_flag_below_zero(sales, booked, stock.below_zero(items, shop.warehouse), shop)
	return booked


def _open_shifts(sales: Sequence[PlainSale]) -> set[str]:
	"""Shifts that are not closed, nor will be before this transaction ends: each is asked for once."""
	named = {(each.stored.entry.till, shift_of(each.stored.entry)) for each in sales}
	return {shift for till, shift in named if shift and known.closed_shift(till, shift) is None}


def _invoice(sales: Sequence[PlainSale], whole: Sale, shop: Shop, items: Sequence[str]) -> Any:
	"""It names its till, but no entry: the entries name it."""
	first, last = sales[0].stored.entry, sales[-1].stored.entry
	business_date = getdate(first.business_date)
	occurred = max(shop_time(each.stored.entry.occurred_at, shop.time_zone) for each in sales)
	moment = posting_moment(occurred, business_date, last_move_of(items, shop.warehouse, business_date))
	invoice = invoices.invoice_of(first, sales[0].sale, shop, shop.customer, moment)
	put_sums(invoice, whole, shop)
	words = _("{0} sales of till {1}, from {2} to {3}.")
	invoice.update(
		{
			"pos_bridge_entry": None,
			"pos_bridge_occurred_at": None,
			"remarks": words.format(len(sales), first.till, first.receipt_number, last.receipt_number),
		}
	)
	return invoice


def _flag_below_zero(
	sales: Sequence[PlainSale],
	booked: Mapping[str, Booking],
	below: Sequence[tuple[str, float]],
	shop: Shop,
) -> None:
	"""Each sale that left less than nothing, with what it left: from the last one backwards."""
	left = {item: round(quantity * SCALE) for item, quantity in below}
	for each in reversed(sales):
		taken = Counter[str]()
		for line in each.sale.draft.lines:
			taken[line.item] += line.stock_quantity
		for item in sorted(taken.keys() & left.keys()):
			if left[item] < 0:
				words = _("{0} is at {1} in {2}.").format(item, f"{left[item] / SCALE:g}", shop.warehouse)
				booked[each.stored.entry.id].flag("negative_stock", words)
			left[item] += taken[item]
