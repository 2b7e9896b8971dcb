"""Which of a shop's sales can be part of a batch: plain ones, of goods that need no further look.

It never refuses a sale: what is not plain, or what the books may refuse, is posted alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import frappe

from pos_bridge.core.batch.plain import is_plain, same_terms
from pos_bridge.core.daybook import Stored
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.sale import Sale, SaleDraft, check_sale
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext.posting.invoice import tax_template_of
from pos_bridge.erpnext.shop import Shop, rounding_method
from pos_bridge.erpnext.tenders.modes import account_of


@dataclass(frozen=True, slots=True)
class PlainSale:
	"""An entry that can be part of a batch, and its figures, which were checked."""

	stored: Stored
	sale: Sale


def takes_batches(shop: Shop) -> bool:
	"""Whether plain sales of this shop can be booked together.

	In another currency than the company's each sale has its own rounding; a loyalty programme of the customer
	that stands for whoever walks in counts each sale.
	"""
	own = frappe.get_cached_value("Company", shop.company, "default_currency")
	points = frappe.get_cached_value("Customer", shop.customer, "loyalty_program")
	return shop.batches and shop.currency == own and not points


def plain_sales(entries: Sequence[Stored], shop: Shop) -> list[PlainSale]:
	"""Those of the entries, all of one till and business date, that can be in one batch, in order."""
	found = [each for each in (_plain(stored, shop) for stored in entries) if each]
	items = {line.item for each in found for line in each.sale.draft.lines}
	day = date.fromisoformat(found[0].stored.entry.business_date) if found else None
	usual = _usual(items, day) if day else frozenset()
	whole = frozenset(frappe.get_all("UOM", {"must_be_whole_number": 1}, pluck="name"))
	booked = _Booked(shop)
	return [
		each
		for each in found
		if all(
			line.item in usual and not (line.unit in whole and line.quantity % SCALE)
			for line in each.sale.draft.lines
		)
		and booked.takes(each.sale)
	]


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
	bundles = "AND bundle.disabled = 0" if frappe.db.has_column("Product Bundle", "disabled") else ""
	return frozenset(
		frappe.db.sql(
			"SELECT item.name FROM `tabItem` item WHERE item.name IN %s AND item.disabled = 0"
			" AND item.has_batch_no = 0 AND item.has_serial_no = 0 AND item.is_fixed_asset = 0"
			" AND item.enable_deferred_revenue = 0 AND item.has_variants = 0 AND item.is_sales_item = 1"
			" AND item.inspection_required_before_delivery = 0"
			" AND (COALESCE(item.end_of_life, '0000-00-00') = '0000-00-00' OR item.end_of_life > %s)"
			" AND NOT EXISTS (SELECT 1 FROM `tabProduct Bundle` bundle"
			f"  WHERE bundle.new_item_code = item.name {bundles})",
			(tuple(items), day),
			pluck=True,
		)
	)


class _Booked:
	"""Whether there are accounts and tax templates for sales, each looked for once."""

	def __init__(self, shop: Shop) -> None:
		self._shop = shop
		self._known: dict[object, bool] = {}

	def takes(self, sale: Sale) -> bool:
		return all(self._has_account(tender.tender) for tender in sale.tenders) and all(
			self._has_template(number, sale) for number in range(len(sale.draft.lines))
		)

	def _has_account(self, mode: str) -> bool:
		if mode not in self._known:
			try:
				self._known[mode] = bool(account_of(mode, self._shop))
			except Rejected:
				self._known[mode] = False
		return self._known[mode]

	def _has_template(self, number: int, sale: Sale) -> bool:
		line = sale.draft.lines[number]
		key = (line.item, tuple(sorted(line.rates.items())))
		if key not in self._known:
			try:
				tax_template_of(line, self._shop)
				self._known[key] = True
			except Rejected:
				self._known[key] = False
		return self._known[key]
