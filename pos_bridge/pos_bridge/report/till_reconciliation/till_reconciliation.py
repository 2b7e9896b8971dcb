"""The desk's view of a reconciliation: a row for each difference, and the totals above.

It never computes a difference; pos_bridge/erpnext/reconcile does.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from frappe import _
from frappe.utils import getdate

from pos_bridge.erpnext.reconcile.difference import Difference, Kind, Reconciliation
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.erpnext.reports.columns import Columns, column
from pos_bridge.erpnext.reports.seen import check_company
from pos_bridge.erpnext.shown import refusals_shown


def execute(
	filters: Mapping[str, Any] | None = None,
) -> tuple[Columns, list[dict[str, Any]], None, None, list[dict[str, Any]]]:
	"""Frappe's form: columns, rows, message, chart, summary."""
	chosen = filters or {}
	with refusals_shown():
		scope = Scope(
			str(chosen.get("company") or ""),
			getdate(chosen.get("from_date")),
			getdate(chosen.get("to_date")),
			str(chosen.get("till") or ""),
		)
	check_company(scope.company)
	result = reconcile(scope)
	shown = result.to_do if chosen.get("only_to_do") else result.differences
	return columns(), [_row(each) for each in shown], None, None, summary(result)


def _row(each: Difference) -> dict[str, Any]:
	return {**asdict(each), "kind": label(each.kind), "to_do": int(each.to_do)}


def label(kind: Kind) -> str:
	"""A kind in the reader's language."""
	return {
		Kind.MISSING_ENTRIES: _("Missing entries"),
		Kind.DRAWER: _("Drawer differs"),
		Kind.MISSING_RECEIPT: _("Missing receipt number"),
		Kind.DOUBLE_RECEIPT: _("Receipt number used twice"),
		Kind.DAMAGED: _("Damaged entry"),
		Kind.QUARANTINED: _("Quarantined"),
		Kind.WAITING: _("Waiting"),
		Kind.HELD: _("Held"),
		Kind.MISSING_DOCUMENT: _("Missing document"),
		Kind.EXTRA_DOCUMENT: _("Document without entry"),
		Kind.CANCELLED: _("Cancelled in the desk"),
		Kind.AMENDED: _("Amended in the desk"),
		Kind.RETURNED: _("Returned in the desk"),
		Kind.FIGURE: _("Figure differs"),
		Kind.DATE: _("Posted on another day"),
		Kind.ACCOUNT_CHANGED: _("Account changed since"),
		Kind.LEDGER: _("Ledger differs"),
		Kind.SHORTAGE: _("Shortage"),
		Kind.EXCHANGE: _("Exchange not even"),
		Kind.COST: _("Cost of goods differs"),
		Kind.STOCK: _("Stock moves differ"),
		Kind.BALANCE: _("Stock balance differs"),
		Kind.REPOST: _("Repost not done"),
		Kind.CREDIT: _("Credit differs"),
	}[kind]


def columns() -> Columns:
	"""The report's columns."""
	return [
		column("kind", _("What"), width=150),
		column("receipt_number", _("Receipt Number"), width=115),
		column("expected", _("Tills"), width=85),
		column("found", _("Books"), width=85),
		column("to_do", _("To Do"), "Check", width=70),
		column("cause", _("Cause"), width=330),
		column("remedy", _("What to do"), width=260),
		column("document", _("Document"), "Dynamic Link", "document_type", width=125),
		column("entry", _("Entry"), "Link", "POS Entry", width=110),
		column("till", _("Till"), "Link", "POS Till", width=70),
		column("account_or_item", _("Account or Item"), width=150),
		# A link to DocType would ask its reader for a right that no accountant has.
		column("document_type", _("Document Type"), width=120),
	]


def summary(result: Reconciliation) -> list[dict[str, Any]]:
	"""Entries by state, and what tills and books come to, by currency."""
	counted = [
		(_("Entries"), result.entries, "Blue"),
		(_("Posted"), result.states.get("posted", 0), "Green"),
		(_("Held"), result.states.get("held", 0), "Orange" if result.states.get("held") else "Green"),
		(_("Waiting"), result.states.get("waiting", 0), "Blue"),
		(_("To Do"), len(result.to_do), "Orange" if result.to_do else "Green"),
		(_("Unexplained"), len(result.unexplained), "Red" if result.unexplained else "Green"),
	]
	cells = [
		{"label": title, "value": number, "datatype": "Int", "indicator": color}
		for title, number, color in counted
	]
	for total in result.totals:
		figures = (
			(_("Tills"), total.tills_minor, "Blue"),
			(_("Books"), total.books_minor, "Blue"),
			(_("Difference"), total.difference_minor, "Orange" if total.difference_minor else "Green"),
		)
		cells += [
			{
				"label": title,
				"value": minor / 10**total.decimals,
				"datatype": "Currency",
				"currency": total.currency,
				"indicator": color,
			}
			for title, minor, color in figures
		]
	return cells
