"""Which items are for sale at a till, with price, codes and taxes; and why the others are not.

It never sells without a price: an item that the price list does not name, or names with 0, is left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe

from pos_bridge.core.catalogue import Item
from pos_bridge.core.errors import Retryable
from pos_bridge.core.money import SCALE, Rounding, round_ratio
from pos_bridge.erpnext.catalogue.grounds import Grounds, ground_of
from pos_bridge.erpnext.catalogue.item_taxes import Rows, tax_rows, template_of
from pos_bridge.erpnext.catalogue.prices import Prices
from pos_bridge.erpnext.shop import DEFAULT_TEMPLATE

NO_PRICE, ZERO_PRICE = "no_price", "zero_price"
_REASON = """CASE
	WHEN item.disabled = 1 THEN 'disabled'
	WHEN item.has_variants = 1 THEN 'template'
	WHEN item.is_sales_item = 0 THEN 'not_sold'
	WHEN item.is_fixed_asset = 1 THEN 'asset'
	WHEN item.pos_bridge_not_at_tills = 1 THEN 'not_at_tills'
	WHEN item.end_of_life > '0001-01-01' AND item.end_of_life <= %(today)s THEN 'ended'
	WHEN %(every_group)s = 0 AND item.item_group NOT IN %(groups)s THEN 'group'
	ELSE '' END"""
_FIELDS = "item.name, item.item_name, item.item_group, item.stock_uom, item.pos_bridge_weighed"


@dataclass(frozen=True, slots=True)
class Unsold:
	"""An item that a till does not sell. Reasons: those of `_REASON`, `no_price`, `zero_price`."""

	item: str
	name: str
	reason: str


@dataclass(frozen=True, slots=True)
class _Facts:
	"""What was read about all items at once."""

	grounds: Grounds
	prices: Prices
	codes: Mapping[tuple[str, str], Sequence[str]]
	taxes: Mapping[str, Rows]


def items_of(grounds: Grounds, names: Sequence[str] | None = None) -> list[Item]:
	"""What is for sale today, of all items or of `names`: by the profile's order of groups, then by code."""
	if names is not None and not names:
		return []
	rows = frappe.db.sql(
		f"SELECT {_FIELDS} FROM `tabItem` item WHERE {_REASON} = '' {_only('item.name', names)}"
		" ORDER BY item.name",
		_values(grounds, names),
		as_dict=True,
	)
	facts = _Facts(
		grounds,
		Prices(grounds.price_list, grounds.today, names),
		_codes(names),
		tax_rows("Item", grounds.company, date.fromisoformat(grounds.today), names),
	)
	places = {group: place for place, group in enumerate(grounds.item_groups)}
	return [
		_item(row, rate, facts)
		for row in sorted(rows, key=lambda row: places.get(row.item_group, len(places)))
		if (rate := facts.prices.rate_of(row.name, row.stock_uom) or 0) > 0
	]


def _item(row: Any, rate: int, facts: _Facts) -> Item:
	grounds = facts.grounds
	own, chain = facts.taxes.get(row.name, ()), grounds.chains.get(row.item_group, ())
	template = template_of(own, chain, grounds.tax_category, rate) or DEFAULT_TEMPLATE
	if template not in grounds.templates:
		raise Retryable(f"The template {template} was made a moment ago. Ask again.", code="busy")
	precision = grounds.currency_precision
	return Item(
		item=row.name,
		name=row.item_name or row.name,
		price_minor=round_ratio(rate * 10**precision, SCALE, Rounding(grounds.rounding), precision),
		group=row.item_group or "",
		unit=row.stock_uom,
		template=template,
		gtins=(*facts.codes.get((row.name, ""), ()), *facts.codes.get((row.name, row.stock_uom), ())),
		weighed=bool(row.pos_bridge_weighed),
	)


def not_for_sale(till: str) -> list[Unsold]:
	"""Every item that this till does not sell, and why; by item code."""
	grounds = ground_of(till).grounds
	rows = frappe.db.sql(
		f"SELECT {_FIELDS}, {_REASON} AS reason FROM `tabItem` item ORDER BY item.name",
		_values(grounds, None),
		as_dict=True,
	)
	prices = Prices(grounds.price_list, grounds.today, None)
	reasons = ((row, row.reason or _missing_price(prices.rate_of(row.name, row.stock_uom))) for row in rows)
	return [Unsold(row.name, row.item_name or row.name, reason) for row, reason in reasons if reason]


def _missing_price(rate: int | None) -> str:
	if rate is None:
		return NO_PRICE
	return "" if rate > 0 else ZERO_PRICE


def _codes(names: Sequence[str] | None) -> dict[tuple[str, str], list[str]]:
	"""Codes by item and unit. The code of another unit (a crate's) must not ring up a single piece."""
	rows = frappe.db.sql(
		"SELECT parent, IFNULL(uom, ''), barcode FROM `tabItem Barcode`"
		f" WHERE parenttype = 'Item' AND barcode != '' {_only('parent', names)} ORDER BY parent, idx",
		{"names": tuple(names or ())},
	)
	codes = defaultdict(list)
	for item, unit, code in rows:
		codes[item, unit].append(code)
	return codes


def _only(column: str, names: Sequence[str] | None) -> str:
	return "" if names is None else f"AND {column} IN %(names)s"


def _values(grounds: Grounds, names: Sequence[str] | None) -> dict[str, Any]:
	return {
		"today": grounds.today,
		"every_group": int(not grounds.item_groups),
		"groups": grounds.item_groups or ("",),
		"names": tuple(names or ()),
	}
