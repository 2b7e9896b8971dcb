"""The two figures of the workspace that no list of one DocType counts. It shows what its reader may see."""

from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_permitted_documents
from frappe.utils import now_datetime


def exceptions_open() -> dict[str, Any]:
	"""Held entries, remarks and what was put aside that nobody has dealt with."""
	where, values = _company("entry.company")
	place, _values = _company("place.company")
	(counted,) = frappe.db.sql(
		f"SELECT (SELECT COUNT(*) FROM `tabPOS Entry` entry WHERE entry.state = 'held' AND {where})"
		" + (SELECT COUNT(*) FROM `tabPOS Entry Flag` flag JOIN `tabPOS Entry` entry"
		f" ON entry.name = flag.parent WHERE COALESCE(flag.reviewed, 0) = 0 AND {where})"
		" + (SELECT COUNT(*) FROM `tabPOS Quarantine` aside JOIN `tabPOS Till` place"
		f" ON place.name = aside.sent_by WHERE COALESCE(aside.reviewed, 0) = 0 AND {place})",
		values,
	)
	return {"value": int(counted[0]), "fieldtype": "Int"}


def oldest_unposted() -> dict[str, Any]:
	"""How long the oldest entry that waits or is held has been here."""
	where, values = _company("entry.company")
	(oldest,) = frappe.db.sql(
		"SELECT MIN(entry.creation) FROM `tabPOS Entry` entry"
		f" WHERE entry.state IN ('waiting', 'held') AND {where}",
		values,
	)
	if not oldest[0]:
		return {"value": _("None"), "fieldtype": "Data"}
	hours = int((now_datetime() - oldest[0]).total_seconds() // 3_600)
	words = _("{0} days").format(hours // 24) if hours >= 48 else _("{0} hours").format(hours)
	return {"value": words, "fieldtype": "Data"}


def _company(column: str) -> tuple[str, dict[str, Any]]:
	permitted = get_permitted_documents("Company")
	return (f"{column} IN %(companies)s", {"companies": tuple(permitted)}) if permitted else ("1 = 1", {})
