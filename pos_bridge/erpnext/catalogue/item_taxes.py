"""Which Item Tax Template an item is taxed with today: by its own rows, else its group's, else those above.

It never asks the database item by item. The rule is that of ERPNext's `get_item_tax_template`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe

from pos_bridge.core.money import SCALE

Rows = Sequence["TemplateRow"]
Chains = Mapping[str, Sequence[Rows]]


@dataclass(frozen=True, slots=True, order=True)
class TemplateRow:
	"""A row of Item Tax that has begun; rates in 10^-9, `most` 0 where it has no range of net rates."""

	template: str
	tax_category: str
	valid_from: str
	least: int
	most: int


def template_of(own: Rows, chain: Sequence[Rows], tax_category: str, rate: int) -> str:
	"""The template's name, "" if none applies; `rate` is the list price, which ranges are held against."""
	picks = (_pick(rows, tax_category, rate) for rows in (own, *chain))
	return next((pick for pick in picks if pick), "")


def _pick(rows: Rows, tax_category: str, rate: int) -> str:
	dated = [row for row in rows if row.valid_from or row.most]
	valid = [row for row in dated if not row.most or row.least <= rate <= row.most]
	if valid:
		# They hide the rows without date or range, even if they are of another tax category.
		chosen = sorted(valid, key=lambda row: row.valid_from, reverse=True)
	else:
		chosen = [row for row in rows if row not in dated]
	return next((row.template for row in chosen if row.tax_category == tax_category), "")


def chains_of(company: str, today: date) -> dict[str, tuple[Rows, ...]]:
	"""For each Item Group with tax rows of its own or above it: those rows, nearest group first."""
	rows = tax_rows("Item Group", company, today, None)
	if not rows:
		return {}
	parents = dict(frappe.db.sql("SELECT name, IFNULL(parent_item_group, '') FROM `tabItem Group`"))
	chains = {
		group: tuple(rows[name] for name in _upwards(group, parents) if name in rows) for group in parents
	}
	return {group: chain for group, chain in chains.items() if chain}


def _upwards(group: str, parents: Mapping[str, str]) -> list[str]:
	path: list[str] = []
	while group and group not in path:
		path.append(group)
		group = parents.get(group, "")
	return path


def tax_rows(kind: str, company: str, today: date, parents: Sequence[str] | None) -> dict[str, Rows]:
	"""Rows of items or groups (None: of all) with a template of this company, in their order."""
	if parents is not None and not parents:
		return {}
	only = "" if parents is None else "AND own.parent IN %(parents)s"
	found: list[Any] = frappe.db.sql(
		"SELECT own.parent, own.item_tax_template, IFNULL(own.tax_category, ''), IFNULL(own.valid_from, ''),"
		f" CAST(IFNULL(own.minimum_net_rate, 0) * {SCALE} AS SIGNED),"
		f" CAST(IFNULL(own.maximum_net_rate, 0) * {SCALE} AS SIGNED)"
		" FROM `tabItem Tax` own JOIN `tabItem Tax Template` template"
		" ON template.name = own.item_tax_template"
		" WHERE own.parenttype = %(kind)s AND template.company = %(company)s AND template.disabled = 0"
		f" AND (own.valid_from IS NULL OR own.valid_from <= %(today)s) {only} ORDER BY own.parent, own.idx",
		{"kind": kind, "company": company, "today": today, "parents": tuple(parents or ())},
	)
	rows = defaultdict(list)
	for parent, template, category, begins, least, most in found:
		rows[parent].append(TemplateRow(template, category, str(begins), least, most))
	return {parent: tuple(own) for parent, own in rows.items()}
