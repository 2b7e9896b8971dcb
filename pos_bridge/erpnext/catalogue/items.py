"""The items that a shop sells, with price, codes and tax template, by a handful of statements for any number.

It never decides a price by a rule: the price list's price that is valid today is what the till starts from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.utils import getdate

from pos_bridge.core.catalogue import Item
from pos_bridge.core.money import Rounding, round_ratio
from pos_bridge.erpnext.shop import DEFAULT_TEMPLATE, Shop, rounding_method

_PLACES = 9
"""Decimals of a price that ERPNext can hold; the rest of a float is noise."""

TaxRow = tuple[str, str, str]
"""An Item Tax row that is valid today: template, tax category, and when it became valid."""


@dataclass(frozen=True, slots=True)
class _Rules:
	"""What decides an item's template: rows by item, rows by group, and each group's parent."""

	items: Mapping[str, Sequence[TaxRow]]
	groups: Mapping[str, Sequence[TaxRow]]
	parents: Mapping[str, str]
	category: str


def items_of(shop: Shop, only: Sequence[str] | None = None) -> list[Item]:
	"""What the shop sells today, by the profile's order of groups and by item code; of `only` these if given.

	For sale is an item that is sold, not disabled, no template of variants, not kept from tills, in the
	profile's groups, and that has a price: nothing is sold for nothing because somebody forgot one.
	"""
	rows = _for_sale(shop, only)
	codes = [row.name for row in rows]
	some = codes if only is not None else None
	prices, gtins = _prices(shop, some), _gtins(some)
	rules = _tax_rules(shop, some)
	return [
		_item(row, prices[row.name], gtins.get(row.name, ()), _template(row.name, row.item_group, rules))
		for row in rows
		if row.name in prices
	]


def _item(row: Any, price_minor: int, gtins: Sequence[str], template: str) -> Item:
	return Item(
		item=row.name,
		name=row.item_name or row.name,
		price_minor=price_minor,
		group=row.item_group or "",
		unit=row.stock_uom,
		template=template,
		gtins=tuple(gtins),
		weighed=bool(row.pos_bridge_weighed),
	)


def _for_sale(shop: Shop, only: Sequence[str] | None) -> list[Any]:
	groups = groups_of(shop.profile)
	conditions = [_among("name", only, "only"), _among("item_group", groups, "groups")]
	rows = frappe.db.sql(
		"SELECT name, item_name, item_group, stock_uom, pos_bridge_weighed FROM `tabItem`"
		" WHERE disabled = 0 AND is_sales_item = 1 AND has_variants = 0 AND pos_bridge_not_at_tills = 0"
		" AND (end_of_life IS NULL OR end_of_life < '1900-01-01' OR end_of_life > %(today)s)"
		f" AND {' AND '.join(conditions)} ORDER BY name",
		{"today": getdate(), "only": only, "groups": groups},
		as_dict=True,
	)
	places = {group: place for place, group in enumerate(groups or ())}
	return sorted(rows, key=lambda row: places.get(row.item_group, len(places)))


def _among(column: str, values: Sequence[str] | None, name: str) -> str:
	"""A condition that holds for the values, for all if there is no choice, and for none if it is empty."""
	if values is None:
		return "1 = 1"
	return f"{column} IN %({name})s" if values else "1 = 0"


def groups_of(profile: str) -> list[str] | None:
	"""The profile's item groups in its order, each with all below it; None if it sells every group."""
	named = frappe.get_all("POS Item Group", {"parent": profile}, pluck="item_group", order_by="idx")
	if not named:
		return None
	rows = frappe.db.sql(
		"SELECT top.name, below.name FROM `tabItem Group` top"
		" JOIN `tabItem Group` below ON below.lft BETWEEN top.lft AND top.rgt"
		" WHERE top.name IN %s ORDER BY below.lft",
		(tuple(named),),
	)
	places = {group: place for place, group in enumerate(named)}
	by_place = sorted(rows, key=lambda row: places.get(row[0], len(places)))
	return list(dict.fromkeys(below for _, below in by_place))


def _prices(shop: Shop, only: Sequence[str] | None) -> dict[str, int]:
	"""The price of one stock unit by item; of several that are valid the one that became so last."""
	rows = frappe.db.sql(
		"SELECT price.item_code, price.price_list_rate FROM `tabItem Price` price"
		" JOIN `tabItem` item ON item.name = price.item_code"
		" WHERE price.price_list = %(list)s AND price.selling = 1 AND COALESCE(price.customer, '') = ''"
		" AND COALESCE(price.batch_no, '') = '' AND COALESCE(price.uom, '') IN ('', item.stock_uom)"
		" AND (price.valid_from IS NULL OR price.valid_from <= %(today)s)"
		" AND (price.valid_upto IS NULL OR price.valid_upto >= %(today)s)"
		f" AND {_among('price.item_code', only, 'only')}"
		" ORDER BY price.item_code, price.valid_from, price.modified",
		{"list": shop.price_list, "today": getdate(), "only": only},
	)
	rounding = Rounding(rounding_method())
	unit = 10 ** (_PLACES - shop.currency_precision)
	return {
		item: round_ratio(round(float(rate or 0) * 10**_PLACES), unit, rounding, shop.currency_precision)
		for item, rate in rows
	}


def _gtins(only: Sequence[str] | None) -> dict[str, list[str]]:
	rows = frappe.db.sql(
		"SELECT parent, barcode FROM `tabItem Barcode`"
		" WHERE parenttype = 'Item' AND COALESCE(barcode, '') <> ''"
		f" AND {_among('parent', only, 'only')} ORDER BY parent, idx",
		{"only": only},
	)
	found: dict[str, list[str]] = {}
	for item, barcode in rows:
		found.setdefault(item, []).append(barcode)
	return found


def _tax_rules(shop: Shop, only: Sequence[str] | None) -> _Rules:
	category = frappe.get_cached_value("POS Profile", shop.profile, "tax_category") or ""
	parents = dict(frappe.db.sql("SELECT name, COALESCE(parent_item_group, '') FROM `tabItem Group`"))
	return _Rules(_tax_rows(shop, "Item", only), _tax_rows(shop, "Item Group", None), parents, category)


def _tax_rows(shop: Shop, of: str, only: Sequence[str] | None) -> dict[str, list[TaxRow]]:
	rows = frappe.db.sql(
		"SELECT tax.parent, tax.item_tax_template, COALESCE(tax.tax_category, ''), tax.valid_from"
		" FROM `tabItem Tax` tax"
		" JOIN `tabItem Tax Template` template ON template.name = tax.item_tax_template"
		" WHERE tax.parenttype = %(of)s AND template.company = %(company)s AND template.disabled = 0"
		" AND (tax.valid_from IS NULL OR tax.valid_from <= %(today)s)"
		f" AND {_among('tax.parent', only, 'only')} ORDER BY tax.parent, tax.idx",
		{"of": of, "company": shop.company, "today": getdate(), "only": only},
	)
	found: dict[str, list[TaxRow]] = {}
	for parent, template, category, since in rows:
		found.setdefault(parent, []).append((template, category, str(since or "")))
	return found


def _template(item: str, group: str, rules: _Rules) -> str:
	"""The item's own template, else the nearest of its groups (ERPNext `get_item_tax_template`)."""
	if found := _valid(rules.items.get(item, ()), rules.category):
		return found
	while group:
		if found := _valid(rules.groups.get(group, ()), rules.category):
			return found
		group = rules.parents.get(group, "")
	return DEFAULT_TEMPLATE


def _valid(rows: Iterable[TaxRow], category: str) -> str:
	"""Of the rows of this tax category the one that became valid last; the first among equals."""
	fitting = [row for row in rows if row[1] == category]
	return max(fitting, key=lambda row: row[2])[0] if fitting else ""


def not_for_sale(shop: Shop) -> list[str]:
	"""Items that would be for sale if they had a price in the shop's list."""
	priced = _prices(shop, None)
	return [row.name for row in _for_sale(shop, None) if row.name not in priced]
