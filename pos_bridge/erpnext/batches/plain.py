"""Which of a shop's sales can be part of a batch: plain ones, in time, of goods that need no further look.

It never refuses a sale: what is not plain is posted alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import frappe

from pos_bridge.core.batch.plain import is_plain, same_terms
from pos_bridge.core.daybook import Stored
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.shift_state import shift_of
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.sale import Sale, SaleDraft, check_sale
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext.shop import Shop, rounding_method
from pos_bridge.erpnext.stock import bundle_in_use


@dataclass(frozen=True, slots=True)
class PlainSale:
	"""An entry that can be part of a batch, and its figures, which were checked."""

	stored: Stored
	sale: Sale


def are_wanted(till: str) -> bool:
	"""Whether the till's POS Profile wants batches; that they are possible there says `are_possible`."""
	profile = frappe.get_cached_value("POS Till", till, "pos_profile")
	return bool(profile and frappe.get_cached_value("POS Profile", profile, "pos_bridge_batches"))


def are_possible(shop: Shop) -> bool:
	"""Whether plain sales of this shop can be booked together.

	In another currency than the company's each sale has its own rounding; a loyalty programme of the customer
	that stands for whoever walks in counts each sale. Up to the POS Profile's Write Off Limit, ERPNext would
	write off what a return of a batched sale leaves on a customer's account.
	"""
	own = frappe.get_cached_value("Company", shop.company, "default_currency")
	points = frappe.get_cached_value("Customer", shop.customer, "loyalty_program")
	limit = frappe.get_cached_value("POS Profile", shop.profile, "write_off_limit")
	return shop.currency == own and not points and not limit


def plain_sales(entries: Sequence[Stored], shop: Shop) -> list[PlainSale]:
	"""Those of the entries, all of one till and business date, that can be in one batch, in order."""
	found = [each for stored in entries if (each := _plain(stored, shop))]
	if not found:
		return []
	items = {line.item for each in found for line in each.sale.draft.lines}
	usual = _usual(items, date.fromisoformat(found[0].stored.entry.business_date))
	whole = frozenset(frappe.get_all("UOM", {"must_be_whole_number": 1}, pluck="name"))
	closed = _closed_shifts(shop.till, {shift_of(each.stored.entry) for each in found})
	return [
		each
		for each in found
		if shift_of(each.stored.entry) not in closed
		and all(
			line.item in usual and not (line.unit in whole and line.quantity % SCALE)
			for line in each.sale.draft.lines
		)
	]


def _closed_shifts(till: str, shifts: Iterable[str]) -> frozenset[str]:
	"""A sale of these is late: it amends a Z, and what it changes there is a voucher of its own."""
	closed = {"till": till, "opening_entry": ("in", tuple(shifts)), "closing_entry": ("is", "set")}
	return frozenset(frappe.get_all("POS Shift", closed, pluck="opening_entry"))


def _plain(stored: Stored, shop: Shop) -> PlainSale | None:
	body = stored.entry.body
	try:
		sale = sale_from_body(body)
		check_sale(sale)
	except Rejected:
		return None  # posted alone, it is refused in words
	if not same_terms(sale.draft, _terms_now(shop)) or not is_plain(body, sale, shop.customer):
		return None
	return PlainSale(stored, sale)


def _terms_now(shop: Shop) -> SaleDraft:
	return SaleDraft(
		shop.currency,
		shop.currency_precision,
		Rounding(rounding_method()),
		tuple(row.tax for row in shop.taxes),
		(),
		total_rounding=shop.total_rounding,
		row_wise_tax=shop.row_wise_tax,
		rate_decimals=shop.rate_decimals,
	)


def _usual(items: Iterable[str], day: date) -> frozenset[str]:
	"""Items that are for sale on that day and ask for no batch, serial number, bundle, asset, inspection."""
	return frozenset(
		frappe.db.sql(
			"SELECT item.name FROM `tabItem` item WHERE item.name IN %s AND item.disabled = 0"
			" AND item.has_batch_no = 0 AND item.has_serial_no = 0 AND item.is_fixed_asset = 0"
			" AND item.enable_deferred_revenue = 0 AND item.has_variants = 0 AND item.is_sales_item = 1"
			" AND item.inspection_required_before_delivery = 0"
			" AND (COALESCE(item.end_of_life, '0000-00-00') = '0000-00-00' OR item.end_of_life > %s)"
			" AND NOT EXISTS (SELECT 1 FROM `tabProduct Bundle` bundle"
			f"  WHERE bundle.new_item_code = item.name AND {bundle_in_use()})",
			(tuple(items), day),
			pluck=True,
		)
	)
