"""A column of a desk's report, as Frappe wants it. It knows no report."""

from typing import Any

Columns = list[dict[str, Any]]


def column(name: str, title: str, kind: str = "Data", options: str = "", width: int = 100) -> dict[str, Any]:
	return {"fieldname": name, "label": title, "fieldtype": kind, "options": options, "width": width}
