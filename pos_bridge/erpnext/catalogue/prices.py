"""Rows of the price lists that a shop's customers pay by, today's and later ones, exact to the ninth decimal.

It never picks one: `core.pricing.price_list` does, here and at the till.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import frappe

from pos_bridge.core.money import SCALE
from pos_bridge.core.pricing.price_list import Asked, Price
from pos_bridge.erpnext.catalogue.grounds import Grounds


class Prices:
	"""Prices of all items, or of `items` and their templates, read at once."""

	def __init__(self, grounds: Grounds, items: Sequence[str] | None) -> None:
		self._grounds = grounds
		self._rows: Mapping[str, Sequence[Price]] = _rows(grounds, items)

	def rows_of(self, item: str, variant_of: str) -> tuple[Price, ...]:
		"""The item's own rows, and those of its template behind them."""
		template = self._rows.get(variant_of, ()) if variant_of else ()
		return (*self._rows.get(item, ()), *(_of_template(row) for row in template))

	def asked(self, unit: str) -> Asked:
		"""One stock unit, today, by whoever walks in."""
		return Asked(self._grounds.price_list, unit, unit, self._grounds.today, self._grounds.walk_in)


def says_all(rows: Sequence[Price], asked: Asked) -> bool:
	"""Whether the one price that an item has for everybody says what these rows say."""
	if len(rows) != 1:
		return not rows
	(row,) = rows
	plain = (row.customer, row.valid_upto, row.packing_unit, row.of_template) == ("", "", 0, False)
	fits = row.price_list == asked.price_list and row.unit in ("", asked.unit)
	return plain and fits and row.valid_from <= asked.day


def _of_template(row: Price) -> Price:
	return replace(row, of_template=True)


def _rows(grounds: Grounds, items: Sequence[str] | None) -> dict[str, list[Price]]:
	found: dict[str, list[Price]] = defaultdict(list)
	if items is not None and not items:
		return found
	only = "" if items is None else "AND item_code IN %(items)s"
	rows = frappe.db.sql(
		"SELECT item_code, price_list, IFNULL(uom, ''), IFNULL(customer, ''), IFNULL(valid_from, ''),"
		f" IFNULL(valid_upto, ''), IFNULL(packing_unit, 0) * {SCALE},"
		f" CAST(price_list_rate * {SCALE} AS SIGNED) FROM `tabItem Price`"
		" WHERE price_list IN %(price_lists)s AND selling = 1 AND IFNULL(supplier, '') = ''"
		" AND IFNULL(batch_no, '') = '' AND (valid_upto IS NULL OR valid_upto >= %(today)s)"
		f" {only} ORDER BY item_code, creation, name",
		{"price_lists": grounds.price_lists, "today": grounds.today, "items": tuple(items or ())},
	)
	for item, price_list, unit, customer, begins, ends, packing, rate in rows:
		found[item].append(Price(price_list, unit, customer, str(begins), str(ends), int(packing), rate))
	return found
