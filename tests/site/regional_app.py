"""A country's app: it fills fields in, demands them, refuses, adds taxes, sees what goes to the ledger."""

from collections.abc import Iterator
from contextlib import contextmanager

import erpnext
import frappe

LEDGER = "erpnext.accounts.doctype.sales_invoice.sales_invoice.make_regional_gl_entries"
seen: list[str] = []


@contextmanager
def installed(monkeypatch, **events: str) -> Iterator[None]:
	"""Within it the app hooks into a Sales Invoice's events; each value names a function of this module."""
	theirs, apps, hooks = frappe.get_doc_hooks(), frappe.get_installed_apps, frappe.get_hooks
	own = theirs.get("Sales Invoice", {})
	more = {event: [*own.get(event, []), f"regional_app.{name}"] for event, name in events.items()}

	def get_hooks(hook=None, default="_KEEP_DEFAULT_LIST", app_name=None):
		if hook == "regional_overrides":
			return {erpnext.get_region(): {LEDGER: ["regional_app.look_at_the_ledger"]}}
		return hooks(hook, default, app_name)

	seen.clear()
	with monkeypatch.context() as patch:
		patch.setattr(frappe, "get_doc_hooks", lambda: {**theirs, "Sales Invoice": {**own, **more}})
		patch.setattr(frappe, "get_installed_apps", lambda *a, **k: [*apps(*a, **k), "regional_app"])
		patch.setattr(frappe, "get_hooks", get_hooks)
		yield


def fill_in(doc, method=None):
	seen.append(method)
	doc.po_no = "Filled in by a regional app"


def demand(doc, method=None):
	seen.append(method)
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
	seen.append(f"ledger of {doc.name}")
	return gl_entries
