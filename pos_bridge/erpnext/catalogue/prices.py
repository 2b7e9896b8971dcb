"""Today's prices of a price list, for everybody and per stock unit, exact to the ninth decimal.

It never converts: a price of another unit, customer or batch is not a till's price.
"""

from collections.abc import Sequence

import frappe

from pos_bridge.core.money import SCALE


class Prices:
	"""Prices of all items, or of `items`, read at once. Source of the rule: ERPNext's `get_item_price`."""

	def __init__(self, price_list: str, today: str, items: Sequence[str] | None) -> None:
		self._found: dict[tuple[str, str], tuple[str, str, int]] = {}
		if items is not None and not items:
			return
		only = "" if items is None else "AND item_code IN %(items)s"
		rows = frappe.db.sql(
			"SELECT item_code, IFNULL(uom, ''), IFNULL(valid_from, ''),"
			f" CAST(price_list_rate * {SCALE} AS SIGNED) FROM `tabItem Price`"
			" WHERE price_list = %(price_list)s AND selling = 1 AND IFNULL(customer, '') = ''"
			" AND IFNULL(supplier, '') = '' AND IFNULL(batch_no, '') = ''"
			" AND (valid_from IS NULL OR valid_from <= %(today)s)"
			f" AND (valid_upto IS NULL OR valid_upto >= %(today)s) {only}"
			" ORDER BY item_code, valid_from, creation, name",
			{"price_list": price_list, "today": today, "items": tuple(items or ())},
		)
		for item, unit, begins, rate in rows:
			self._found[item, unit] = (str(begins), unit, rate)

	def rate_of(self, item: str, unit: str) -> int | None:
		"""In 10^-9 of the currency; None if there is none.

		The newest `valid_from` wins; among equals the price that names the unit.
		"""
		found = [price for uom in ("", unit) if (price := self._found.get((item, uom)))]
		return max(found)[2] if found else None
