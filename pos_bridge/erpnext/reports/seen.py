"""Which tills a report's reader may see: User Permissions on companies, shops and tills hold here, too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_permitted_documents
from frappe.utils import getdate


@dataclass(frozen=True, slots=True)
class Asked:
	"""What a report is asked for: a company's business dates, of all shops and tills or of one."""

	company: str
	first: date
	last: date
	shop: str = ""
	till: str = ""

	@property
	def values(self) -> dict[str, Any]:
		"""What `where` is filled with."""
		return {
			**{"company": self.company, "first": self.first, "last": self.last},
			**{"shop": self.shop, "till": self.till},
			**{name: tuple(allowed) for name, allowed in _allowed().items()},
		}

	@property
	def where(self) -> str:
		"""SQL: which rows of `tabPOS Entry` as `entry` are meant and may be seen."""
		return f"entry.business_date BETWEEN %(first)s AND %(last)s AND {self.where_on_any_day}"

	@property
	def where_on_any_day(self) -> str:
		"""The same without the days."""
		return (
			"entry.company = %(company)s"
			+ (" AND entry.pos_profile = %(shop)s" if self.shop else "")
			+ (" AND entry.till = %(till)s" if self.till else "")
			+ "".join(f" AND entry.{column} IN %({name})s" for name, column in _columns().items())
		)


_PERMITTED = {"permitted_shops": ("POS Profile", "pos_profile"), "permitted_tills": ("POS Till", "till")}


def _allowed() -> dict[str, Sequence[str]]:
	found = {name: get_permitted_documents(doctype) for name, (doctype, _column) in _PERMITTED.items()}
	return {name: documents for name, documents in found.items() if documents}


def _columns() -> dict[str, str]:
	return {name: _PERMITTED[name][1] for name in _allowed()}


def asked(filters: Mapping[str, Any]) -> Asked:
	"""A report's filters, checked; Frappe's refusal where the reader may not see the company."""
	company = str(filters.get("company") or "")
	check_company(company)
	first, last = getdate(filters.get("from_date")), getdate(filters.get("to_date"))
	if first > last:
		frappe.throw(_("The first day, {0}, is after the last, {1}. Swap them.").format(first, last))
	return Asked(company, first, last, str(filters.get("shop") or ""), str(filters.get("till") or ""))


def check_company(company: str) -> None:
	"""Whoever is kept to some companies by User Permissions sees no other's tills."""
	if not frappe.db.exists("Company", company):
		frappe.throw(_("There is no Company {0}. Name one that there is.").format(company))
	permitted = get_permitted_documents("Company")
	if permitted and company not in permitted:
		frappe.throw(_("You are not allowed to see {0}.").format(company), frappe.PermissionError)
