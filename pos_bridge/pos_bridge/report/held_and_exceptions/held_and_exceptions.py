"""The desk's list of what somebody has to look at, with who, where, when, how much, and what to do.

It never decides what is open; pos_bridge/erpnext/reports/exceptions.py does.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from frappe import _
from frappe.utils import cint

from pos_bridge.erpnext.reports.columns import Columns, column
from pos_bridge.erpnext.reports.exceptions import (
	MAX_COMPARED_DAYS,
	Row,
	age_of,
	exceptions,
	older_open,
)
from pos_bridge.erpnext.reports.seen import asked
from pos_bridge.erpnext.shown import refusals_shown


def execute(
	filters: Mapping[str, Any] | None = None,
) -> tuple[Columns, list[dict[str, Any]], str | None, None, list[dict[str, Any]]]:
	"""Frappe's form: columns, rows, message, chart, summary."""
	chosen = filters or {}
	scope = asked(chosen)
	closed, compare = chosen.get("status") == "Reviewed", bool(cint(chosen.get("compare")))
	with refusals_shown():
		found = exceptions(scope, closed, compare)
	words = []
	if not closed and (older := older_open(scope)):
		words.append(_("{0} held entries and remarks of earlier days are open, too.").format(older))
	if compare and (scope.last - scope.first).days >= MAX_COMPARED_DAYS:
		words.append(_("The books are compared for at most {0} days.").format(MAX_COMPARED_DAYS))
	named = labels()
	rows = [_shown(each, named[each.what]) for each in found]
	return columns(closed), rows, "<br>".join(words) or None, None, summary(found)


def labels() -> dict[str, str]:
	"""The kinds of rows in the reader's language."""
	return {
		"held": _("Held"),
		"waiting": _("Waiting"),
		"flag": _("Remark"),
		"quarantined": _("Quarantined"),
		"difference": _("Difference"),
	}


def _shown(row: Row, label: str) -> dict[str, Any]:
	fields = dict(row.fields)
	created, recorded = fields.pop("creation", None), fields.pop("recorded_at", "")
	documents = {"document_type": "POS Quarantine", "document": row.name} if row.what == "quarantined" else {}
	return {
		**{"what": row.what, "kind_of_row": label, "name": row.name},
		**{"reason": row.reason, "remedy": row.remedy, "age": age_of(created), "not_covered": None},
		**{"happened": fields.pop("occurred_at", "") or recorded},
		**documents,
		**fields,
	}


def columns(closed: bool) -> Columns:
	"""The report's columns; `actions` is filled by the page."""
	review = [
		column("reviewed_by", _("Reviewed By"), "Link", "User", 130),
		column("reviewed_at", _("Reviewed At"), "Datetime", width=140),
		column("review_note", _("Note"), width=200),
	]
	return [
		column("kind_of_row", _("What"), width=85),
		column("actions", _("Actions"), width=240),
		column("reason", _("Reason"), width=290),
		column("remedy", _("What to do"), width=215),
		column("total", _("Total"), "Currency", "currency", 90),
		column("not_covered", _("Not Covered"), "Currency", "currency", 105),
		column("business_date", _("Business Date"), "Date", width=100),
		column("receipt_number", _("Receipt Number"), width=115),
		column("cashier", _("Cashier"), width=100),
		column("shop", _("Shop"), "Link", "POS Profile", 110),
		column("till", _("Till"), "Link", "POS Till", 70),
		column("happened", _("Happened At"), width=190),
		column("age", _("Days Old"), "Float", width=80),
		column("entry", _("Entry"), "Link", "POS Entry", width=110),
		column("document", _("Document"), "Dynamic Link", "document_type", width=125),
		*(review if closed else []),
	]


def summary(rows: Sequence[Row]) -> list[dict[str, Any]]:
	"""How many of each."""
	counted, named = Counter(row.what for row in rows), labels()
	colours = {
		"held": "Red",
		"waiting": "Orange",
		"flag": "Orange",
		"quarantined": "Red",
		"difference": "Red",
	}
	return [
		{
			"label": named[what],
			"value": counted.get(what, 0),
			"datatype": "Int",
			"indicator": colour if counted.get(what) else "Green",
		}
		for what, colour in colours.items()
	]
