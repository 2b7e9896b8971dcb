"""The rows of POS New Customer: which Customer an id stands for that a till made.

It never decides who somebody is, and never commits.
"""

from functools import lru_cache
from typing import Any

import frappe

DOCTYPE = "POS New Customer"
WAITING, TAKEN, HELD, ERASED = "Waiting", "Taken", "Held", "Erased"
"""A sale named it and its record has not come; a Customer has it; it can't be taken as it is; erased."""


def lock(company: str) -> None:
	"""One record of a company after the other: two tills' records of one person must see each other."""
	frappe.db.get_value("Company", company, "name", for_update=True)


def row_of(id: str) -> Any:
	"""Status, customer and till of an id, read anew; None if nobody has heard of it."""
	return frappe.db.get_value(DOCTYPE, id, ["status", "customer", "reason", "company"], as_dict=True)


def write(id: str, fields: dict[str, Any]) -> None:
	"""Make or change a row past Frappe's forms: what it keeps is the till's text, whatever it says."""
	if frappe.db.exists(DOCTYPE, id):
		frappe.db.set_value(DOCTYPE, id, fields)
		return
	frappe.get_doc({"doctype": DOCTYPE, "name": id, **fields}).db_insert()


def country_code(company: str) -> str:
	"""Digits before a telephone number of the company's country, "49"; "" where they are not known."""
	return _dialling_code(frappe.get_cached_value("Company", company, "country") or "")


@lru_cache
def _dialling_code(country: str) -> str:
	"""Frappe reads its file of all countries each time, and tills ask with every call."""
	from frappe.geo.country_info import get_country_info

	return "".join(filter(str.isdigit, (get_country_info(country) or {}).get("isd") or ""))
