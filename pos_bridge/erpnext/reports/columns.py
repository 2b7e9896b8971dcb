"""A column of a desk's report, as Frappe wants it. It knows no report."""

from typing import Any

import frappe

Columns = list[dict[str, Any]]


def column(name: str, title: str, kind: str = "Data", options: str = "", width: int = 100) -> dict[str, Any]:
	"""A link is plain text for whom its DocType is closed: Frappe would refuse him the whole report."""
	if kind == "Link" and not frappe.has_permission(options, "read"):
		kind = "Data"
	return {"fieldname": name, "label": title, "fieldtype": kind, "options": options, "width": width}
