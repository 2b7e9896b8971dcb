"""A batch into the books: one Sales Invoice in the caller's transaction, and what each of its sales became.

It never commits. What concerns one of its sales only refuses them all; then they are posted one by one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from frappe import _
from frappe.utils import getdate

from pos_bridge.core.batch.together import merged, rows_of, together
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.shift_state import shift_of
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext import stock
from pos_bridge.erpnext.batches.gather import Gathered
from pos_bridge.erpnext.batches.plain import PlainSale
from pos_bridge.erpnext.batches.sums import put_sums
from pos_bridge.erpnext.drawer import known
from pos_bridge.erpnext.goods.tracked import Goods
from pos_bridge.erpnext.overrides.trouble import what_happened_is_booked
from pos_bridge.erpnext.posting import invoice as invoices
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.moments import last_move_of, posting_moment, shop_time
from pos_bridge.erpnext.posting.post import note
from pos_bridge.erpnext.shop import Shop


def post_together(gathered: Gathered) -> dict[str, Booking]:
	"""One invoice for all of them; entry to booking. Whatever refuses it refuses all of it."""
	shop, sales = gathered.shop, gathered.sales
	whole = together([each.sale for each in sales])
	items = stock.lock_bins((line.item for line in whole.draft.lines), shop.warehouse)
	_check_shifts(sales)
	moment = _moment(sales, items, shop)
	invoice = _invoice(sales, whole, shop, moment)
	_submit(invoice, f"{sales[0].stored.entry.receipt_number}-B", moment)
	invoices.check_totals(invoice, whole)
	booked = {each.stored.entry.id: Booking({"sale": (invoice.doctype, invoice.name)}) for each in sales}
	for each in sales:
		entry = each.stored.entry
		note(each.stored, shop, None, booked[entry.id], shop_time(entry.occurred_at, shop.time_zone))
	_flag_below_zero(sales, booked, stock.below_zero(items, shop.warehouse), shop)
	return booked


def _check_shifts(sales: Sequence[PlainSale]) -> None:
	"""None is closed, nor will be before this transaction ends: a late sale amends its Z by itself."""
	for till, shift in {(each.stored.entry.till, shift_of(each.stored.entry)) for each in sales}:
		if shift and known.closed_shift(till, shift):
			raise Rejected(_("The shift was closed meanwhile."), code="shift_closed")


def _moment(sales: Sequence[PlainSale], items: Sequence[str], shop: Shop) -> datetime:
	business_date = getdate(sales[0].stored.entry.business_date)
	occurred = max(shop_time(each.stored.entry.occurred_at, shop.time_zone) for each in sales)
	return posting_moment(occurred, business_date, last_move_of(items, shop.warehouse, business_date))


def _invoice(sales: Sequence[PlainSale], whole: Sale, shop: Shop, moment: datetime) -> Any:
	"""It names its till, but no entry: the entries name it."""
	first, last = sales[0].stored.entry, sales[-1].stored.entry
	invoice = invoices.invoice_of(first, sales[0].sale, shop, shop.customer, moment)
	put_sums(invoice, whole, merged(rows_of(whole)), shop)
	words = _("{0} sales of till {1}, from {2} to {3}.")
	invoice.update(
		{
			"pos_bridge_entry": None,
			"pos_bridge_occurred_at": None,
			"remarks": words.format(len(sales), first.till, first.receipt_number, last.receipt_number),
		}
	)
	return invoice


def _submit(invoice: Any, name: str, moment: datetime) -> None:
	"""`Rejected` if something came up that would be a flag of the sale with these goods."""
	goods = Goods(invoice, moment)
	with what_happened_is_booked() as tolerated:
		invoices.submit(invoice, name, goods)
	if troubles := [*tolerated, *goods.flags]:
		raise Rejected("; ".join(details for _flag, details in troubles), code="not_plain")


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
