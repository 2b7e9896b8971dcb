"""Which items have to be looked at again: changed themselves, through their group, or by the calendar.

It never says what became of them; `items.py` does.
"""

from collections.abc import Iterable

import frappe

from pos_bridge.erpnext.catalogue.grounds import Grounds
from pos_bridge.erpnext.catalogue.window import Window


def touched_items(grounds: Grounds, window: Window, day: str) -> set[str]:
	"""Codes of items that may have changed in the window, or since `day`, when the till was told last."""
	items = set(window.items) | _in_groups(window.groups)
	if day != grounds.today:
		items |= _by_date(grounds, day)
	return items | _variants(items)


def _variants(items: set[str]) -> set[str]:
	"""They are sold by their template's prices and units where they have none of their own."""
	if not items:
		return set()
	sql = "SELECT name FROM `tabItem` WHERE variant_of IN %s"
	return set(frappe.db.sql(sql, (tuple(items),), pluck=True))


def _in_groups(groups: Iterable[str]) -> set[str]:
	named = tuple(groups)
	if not named:
		return set()
	sql = (
		"SELECT item.name FROM `tabItem Group` top JOIN `tabItem Group` below"
		" ON below.lft BETWEEN top.lft AND top.rgt JOIN `tabItem` item ON item.item_group = below.name"
		" WHERE top.name IN %s"
	)
	return set(frappe.db.sql(sql, (named,), pluck=True))


def _by_date(grounds: Grounds, day: str) -> set[str]:
	"""Whose price, tax or life began or ended between `day` and today. Groups' dates change the grounds."""
	sql = (
		"SELECT item_code FROM `tabItem Price` WHERE price_list IN %(price_lists)s AND"
		" (valid_from > %(day)s AND valid_from <= %(today)s"
		" OR valid_upto >= %(day)s AND valid_upto < %(today)s)"
		" UNION SELECT parent FROM `tabItem Tax` WHERE parenttype = 'Item'"
		" AND valid_from > %(day)s AND valid_from <= %(today)s"
		" UNION SELECT name FROM `tabItem` WHERE end_of_life > %(day)s AND end_of_life <= %(today)s"
	)
	values = {"price_lists": grounds.price_lists, "day": day, "today": grounds.today}
	return set(frappe.db.sql(sql, values, pluck=True))
