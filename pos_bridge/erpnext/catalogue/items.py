"""Which items are for sale at a till, with price, codes and taxes; and why the others are not.

It never sells without a price: an item that the price list does not name, or names with 0, is left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe

from pos_bridge.core.catalogue import Item, Unit, Variant
from pos_bridge.core.errors import Retryable
from pos_bridge.core.money import SCALE, Rounding, round_ratio
from pos_bridge.core.pricing.price_list import Price, rate_of
from pos_bridge.erpnext.catalogue.grounds import Grounds, ground_of
from pos_bridge.erpnext.catalogue.item_taxes import Rows, tax_rows, template_of
from pos_bridge.erpnext.catalogue.prices import Prices, says_all
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
_FIELDS = (
	"item.name, item.item_name, item.item_group, item.stock_uom, item.pos_bridge_weighed,"
	" IFNULL(item.brand, '') AS brand, IFNULL(item.variant_of, '') AS variant_of,"
	" IFNULL(item.pos_bridge_min_age, 0) AS min_age, IFNULL(item.pos_bridge_open_price, 0) AS open_price,"
	" item.has_serial_no = 1 AND item.is_stock_item = 1 AS serials,"
	" item.has_batch_no = 1 AND item.is_stock_item = 1 AS batches"
)


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
	units: Mapping[str, Sequence[tuple[str, int]]]
	"""Other units of an item, or of a template, with their factors."""
	variants: Mapping[str, Variant]


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
	with_templates = names and sorted({*names, *(row.variant_of for row in rows if row.variant_of)})
	facts = _Facts(
		grounds,
		Prices(grounds, with_templates),
		_codes(names),
		tax_rows("Item", grounds.company, date.fromisoformat(grounds.today), names),
		_units(with_templates),
		_variants(names),
	)
	places = {group: place for place, group in enumerate(grounds.item_groups)}
	ordered = sorted(rows, key=lambda row: places.get(row.item_group, len(places)))
	items = (_item(row, facts.prices.rows_of(row.name, row.variant_of), facts) for row in ordered)
	return [item for item in items if item]


def _item(row: Any, prices: Sequence[Price], facts: _Facts) -> Item | None:
	asked = facts.prices.asked(row.stock_uom)
	rate = rate_of(prices, asked) or 0
	if rate <= 0:
		return None
	grounds = facts.grounds
	own, chain = facts.taxes.get(row.name, ()), grounds.chains.get(row.item_group, ())
	template = template_of(own, chain, grounds.tax_category, rate) or DEFAULT_TEMPLATE
	if template not in grounds.templates:
		raise Retryable(f"The template {template} was made a moment ago. Ask again.", code="busy")
	decimals = grounds.rate_decimals
	return Item(
		item=row.name,
		name=row.item_name or row.name,
		price_minor=round_ratio(rate * 10**decimals, SCALE, Rounding(grounds.rounding), decimals),
		group=row.item_group or "",
		unit=row.stock_uom,
		template=template,
		gtins=(*facts.codes.get((row.name, ""), ()), *facts.codes.get((row.name, row.stock_uom), ())),
		weighed=bool(row.pos_bridge_weighed),
		brand=row.brand,
		variant_of=row.variant_of,
		variant=facts.variants.get(row.name),
		min_age=max(int(row.min_age), 0),
		open_price=bool(row.open_price),
		serials=bool(row.serials),
		batches=bool(row.batches),
		units=_other_units(row, facts),
		prices=() if says_all(prices, asked) else tuple(prices),
	)


def _other_units(row: Any, facts: _Facts) -> tuple[Unit, ...]:
	"""As ERPNext's `get_conversion_factor`: the item's own, else its template's."""
	factors = {**dict(facts.units.get(row.variant_of, ())), **dict(facts.units.get(row.name, ()))}
	return tuple(
		Unit(unit, factor, tuple(facts.codes.get((row.name, unit), ())))
		for unit, factor in factors.items()
		if unit != row.stock_uom
	)


def not_for_sale(till: str) -> list[Unsold]:
	"""Every item that this till does not sell, and why; by item code."""
	grounds = ground_of(till).grounds
	rows = frappe.db.sql(
		f"SELECT {_FIELDS}, {_REASON} AS reason FROM `tabItem` item ORDER BY item.name",
		_values(grounds, None),
		as_dict=True,
	)
	prices = Prices(grounds, None)
	reasons = ((row, row.reason or _missing_price(_walk_in_rate(row, prices))) for row in rows)
	return [Unsold(row.name, row.item_name or row.name, reason) for row, reason in reasons if reason]


def _walk_in_rate(row: Any, prices: Prices) -> int | None:
	return rate_of(prices.rows_of(row.name, row.variant_of), prices.asked(row.stock_uom))


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


def _units(names: Sequence[str] | None) -> dict[str, list[tuple[str, int]]]:
	rows = frappe.db.sql(
		f"SELECT parent, uom, CAST(conversion_factor * {SCALE} AS SIGNED) FROM `tabUOM Conversion Detail`"
		f" WHERE parenttype = 'Item' AND conversion_factor > 0 {_only('parent', names)} ORDER BY parent, idx",
		{"names": tuple(names or ())},
	)
	units = defaultdict(list)
	for item, unit, factor in rows:
		units[item].append((unit, factor))
	return units


def _variants(names: Sequence[str] | None) -> dict[str, Variant]:
	"""Of items that have attributes; one that was told from others by its manufacturer has none."""
	rows = frappe.db.sql(
		"SELECT own.parent, template.item_name, own.attribute, own.attribute_value, IFNULL(known.idx, 0)"
		" FROM `tabItem Variant Attribute` own JOIN `tabItem` item ON item.name = own.parent"
		" JOIN `tabItem` template ON template.name = item.variant_of"
		" LEFT JOIN `tabItem Attribute Value` known"
		" ON known.parent = own.attribute AND known.attribute_value = own.attribute_value"
		f" WHERE own.attribute_value != '' {_only('own.parent', names)} ORDER BY own.parent, own.idx",
		{"names": tuple(names or ())},
	)
	found: dict[str, Variant] = {}
	for item, name, *attribute in rows:
		before = found[item].attributes if item in found else ()
		found[item] = Variant(name, (*before, tuple(attribute)))
	return found


def _only(column: str, names: Sequence[str] | None) -> str:
	return "" if names is None else f"AND {column} IN %(names)s"


def _values(grounds: Grounds, names: Sequence[str] | None) -> dict[str, Any]:
	return {
		"today": grounds.today,
		"every_group": int(not grounds.item_groups),
		"groups": grounds.item_groups or ("",),
		"names": tuple(names or ()),
	}
