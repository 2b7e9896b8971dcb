"""Other apps on the site: one hooks into every event of some documents and writes down what it sees.

The other has a country's rules: it fills fields in, demands them, refuses, adds taxes, sees the ledger.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import erpnext
import frappe

WATCHED = {
	"Sales Invoice": [
		"status",
		"docstatus",
		"grand_total",
		"net_total",
		"total_taxes_and_charges",
		"outstanding_amount",
		"paid_amount",
		"change_amount",
		"base_paid_amount",
		"due_date",
		"debit_to",
		"posting_date",
		"customer_name",
		"update_stock",
	],
	"Sales Invoice Item": (),
	"GL Entry": [
		"account",
		"debit",
		"credit",
		"against",
		"voucher_no",
		"cost_center",
		"is_opening",
		"docstatus",
	],
	"Stock Ledger Entry": ["item_code", "actual_qty", "warehouse", "voucher_no", "docstatus", "is_cancelled"],
	"Payment Ledger Entry": ["account", "amount", "against_voucher_no", "docstatus", "delinked"],
	"Serial and Batch Bundle": ["item_code", "total_qty", "voucher_no", "docstatus"],
}
EVENTS = [
	"before_insert",
	"autoname",
	"before_naming",
	"before_validate",
	"validate",
	"before_save",
	"before_submit",
	"after_insert",
	"on_update",
	"on_submit",
	"on_change",
	"before_cancel",
	"on_cancel",
	"on_trash",
	"before_rename",
	"after_rename",
]


@dataclass
class Seen:
	"""What the hooks saw, by document's kind and event.

	Of the invoice the values when an event came first and last; of what a posting has many of, all, for
	their order says nothing.
	"""

	first: dict = field(default_factory=dict)
	last: dict = field(default_factory=dict)


_seen: list[Seen] = []


def saw(doc, method=None):
	"""The hook itself."""
	key = (doc.doctype, method)
	values = {name: _plain(doc.get(name)) for name in WATCHED[doc.doctype]}
	if doc.doctype == "Sales Invoice":
		values["rows"] = [(row.item_code, row.qty, row.net_amount, row.income_account) for row in doc.items]
		_seen[-1].first.setdefault(key, values)
		_seen[-1].last[key] = values
	else:
		_seen[-1].last.setdefault(key, Counter())[tuple(values.items())] += 1


def _plain(value):
	"""Floats without what adding them up leaves in the last places."""
	return round(value, 9) if isinstance(value, int | float) else str(value)


@contextmanager
def watching(monkeypatch) -> Iterator[Seen]:
	"""Within it, the app is installed; yields what its hooks saw."""
	theirs = frappe.get_doc_hooks()
	ours = {
		doctype: {
			**theirs.get(doctype, {}),
			**{event: [*theirs.get(doctype, {}).get(event, []), "foreign_app.saw"] for event in EVENTS},
		}
		for doctype in WATCHED
	}
	installed = frappe.get_installed_apps
	with monkeypatch.context() as patch:
		patch.setattr(frappe, "get_doc_hooks", lambda: {**theirs, **ours})
		patch.setattr(frappe, "get_installed_apps", lambda *a, **k: [*installed(*a, **k), "foreign_app"])
		_seen.append(Seen())
		try:
			yield _seen[-1]
		finally:
			_seen.pop()


LEDGER = "erpnext.accounts.doctype.sales_invoice.sales_invoice.make_regional_gl_entries"
regional: list[str] = []
"""Which of the country's rules below ran."""


@contextmanager
def country_installed(monkeypatch, **events: str) -> Iterator[None]:
	"""Within it a country's app hooks into a Sales Invoice's events; each value is a function's name here."""
	theirs, apps, hooks = frappe.get_doc_hooks(), frappe.get_installed_apps, frappe.get_hooks
	own = theirs.get("Sales Invoice", {})
	more = {event: [*own.get(event, []), f"foreign_app.{name}"] for event, name in events.items()}

	def get_hooks(hook=None, default="_KEEP_DEFAULT_LIST", app_name=None):
		if hook == "regional_overrides":
			return {erpnext.get_region(): {LEDGER: ["foreign_app.look_at_the_ledger"]}}
		return hooks(hook, default, app_name)

	regional.clear()
	with monkeypatch.context() as patch:
		patch.setattr(frappe, "get_doc_hooks", lambda: {**theirs, "Sales Invoice": {**own, **more}})
		patch.setattr(frappe, "get_installed_apps", lambda *a, **k: [*apps(*a, **k), "foreign_app"])
		patch.setattr(frappe, "get_hooks", get_hooks)
		yield


def fill_in(doc, method=None):
	regional.append(method)
	doc.po_no = "Filled in by a regional app"


def demand(doc, method=None):
	regional.append(method)
	if not doc.po_no:
		frappe.throw("The regional field is missing")


def refuse(doc, method=None):
	frappe.throw("This invoice needs an IRN")


def add_tax(doc, method=None):
	account = doc.taxes[0].account_head
	cess = {"charge_type": "Actual", "account_head": account, "tax_amount": 1, "description": "Cess"}
	doc.append("taxes", cess)
	doc.calculate_taxes_and_totals()


def look_at_the_ledger(gl_entries, doc):
	regional.append(f"ledger of {doc.name}")
	return gl_entries
