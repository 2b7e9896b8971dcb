"""X and Z as the desk prints them: what fills the print format "POS Z Report". It computes nothing."""

from typing import Any

import frappe
from frappe import _

from pos_bridge.core.receipt import ReceiptHeader
from pos_bridge.core.report import report_head, report_sections
from pos_bridge.erpnext.shift_report.reading import report_of
from pos_bridge.erpnext.shift_report.words import labels
from pos_bridge.erpnext.shown import number_signs


def pos_bridge_shift_report(shift: str) -> dict[str, Any]:
	"""Title, head and sections of a POS Shift's report in the session's language, for who may read it.

	`sections` are `{title, heads, rows}`, all of them texts; the template escapes them.
	"""
	document = frappe.get_doc("POS Shift", shift)
	document.check_permission("read")
	report, words = report_of(document), labels()
	sections = report_sections(report, _header(document.till), words)
	return {
		"title": words["z" if report.closed_at else "x"],
		"shop": frappe.get_cached_value("POS Till", document.till, "shop_name") or document.company,
		"company": document.company,
		"currency": report.currency,
		"head": [*report_head(report, words), *_not_booked(document.opening_entry)],
		"sections": [{"title": each.title, "heads": each.heads, "rows": each.rows} for each in sections],
		"signature": words["signature"] if report.closed_at else "",
	}


def _not_booked(opening: str) -> list[tuple[str, str]]:
	"""The report has them, the general ledger and the shift's count have not: whoever compares is told."""
	filters = {"shift": opening, "state": ("in", ("held", "waiting"))}
	count = frappe.db.count("POS Entry", filters)
	return [(_("Not in the Books Yet"), str(count))] if count else []


def _header(till: str) -> ReceiptHeader:
	return ReceiptHeader(till, **number_signs())
