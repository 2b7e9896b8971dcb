"""Makes tax invoices from posted receipts, and corrections of them, numbered by company and year.

It never books anything: the sale is in the books already, by its receipt.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.naming import make_autoname
from frappe.utils import getdate, today

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.journal import checked_figures
from pos_bridge.erpnext.tax_invoice.printed import entry_of

DOCTYPE = "POS Tax Invoice"


def make_tax_invoice(entry: str, customer_name: str, customer_address: str, customer_tax_id: str = "") -> Any:
	"""The tax invoice of a sale's receipt; `Rejected` if it has one that stands, or can't have one."""
	_lock(entry)
	opened = _receipt(entry, "sale")
	standing = standing_for(entry)
	if standing:
		words = _("Receipt {0} has the tax invoice {1} already. Correct that one first.")
		raise Rejected(words.format(opened.receipt_number, standing), code="has_tax_invoice")
	if not (customer_name.strip() and customer_address.strip()):
		raise Rejected(_("A tax invoice names the customer, with an address."), code="incomplete")
	customer = {
		"customer_name": customer_name.strip(),
		"customer_address": customer_address.strip(),
		"customer_tax_id": customer_tax_id.strip(),
	}
	return _insert(opened, {"kind": "Invoice", "stands_for": entry, **_seller(opened.till), **customer})


def cancel_tax_invoice(invoice: str, reason: str) -> Any:
	"""The correction that takes a tax invoice back whole; then its receipt may have another one."""
	_lock(frappe.db.get_value(DOCTYPE, invoice, "entry") or "")
	before = frappe.get_doc(DOCTYPE, invoice, for_update=True)
	if before.kind != "Invoice" or not before.stands_for:
		raise Rejected(_("{0} does not stand (any more).").format(invoice), code="does_not_stand")
	if not reason.strip():
		raise Rejected(_("A correction says its reason."), code="incomplete")
	if part := frappe.db.get_value(DOCTYPE, {"corrects": invoice}):
		words = _("{0} was corrected in part with {1}: it can't be taken back whole.")
		raise Rejected(words.format(invoice, part), code="corrected_in_part")
	frappe.db.set_value(DOCTYPE, invoice, "stands_for", None)
	return _insert(entry_of(before.entry), {**_as_before(before), "reason": reason.strip()})


def correct_for_return(entry: str) -> Any:
	"""The correction for a return of a receipt that has a tax invoice; `Rejected` if it has one, or can't."""
	opened = _receipt(entry, "return")
	against = opened.body.get("against") or {}
	_lock(str(against.get("entry", "")))
	standing = standing_for(str(against.get("entry", "")))
	if not standing:
		words = _("The receipt that {0} takes back has no tax invoice.")
		raise Rejected(words.format(opened.receipt_number), code="no_tax_invoice")
	if made := standing_for(entry):
		words = _("Receipt {0} has the correction {1} already.")
		raise Rejected(words.format(opened.receipt_number, made), code="has_tax_invoice")
	before = frappe.get_doc(DOCTYPE, standing)
	reason = str(opened.body.get("reason") or _("Goods came back."))
	return _insert(opened, {**_as_before(before), "reason": reason, "stands_for": entry})


def standing_for(entry: str) -> str:
	"""The tax invoice or correction that stands for a receipt, if there is one."""
	return str(frappe.db.get_value(DOCTYPE, {"stands_for": entry}) or "") if entry else ""


def _lock(entry: str) -> None:
	"""One at a time for a receipt; the database's unique index would refuse the second without words."""
	frappe.db.sql("SELECT name FROM `tabPOS Entry` WHERE name = %s FOR UPDATE", entry)


def _receipt(entry: str, kind: str) -> Entry:
	row = frappe.db.get_value("POS Entry", entry, ["kind", "state", "desk_state"], as_dict=True)
	if not row or row.kind != kind:
		words = _("Only a sale has a tax invoice.") if kind == "sale" else _("Only a return corrects one.")
		raise Rejected(words, code="wrong_kind")
	if row.state != "posted":
		raise Rejected(_("It is not in the books yet. See to that first."), code="not_posted")
	if "cancelled" in (row.desk_state or ""):
		raise Rejected(_("Its Sales Invoice was cancelled in the desk."), code="cancelled")
	return entry_of(entry)


def _seller(till: str) -> dict[str, str]:
	place = frappe.get_cached_doc("POS Till", till)
	company = frappe.get_cached_doc("Company", place.company)
	seller = {
		"seller_name": company.company_name,
		"seller_address": (place.shop_address or "").strip(),
		"seller_tax_id": (place.tax_id or company.tax_id or "").strip(),
	}
	if not all(seller.values()):
		raise Rejected(
			_("A tax invoice names the seller's address and tax id. Set both in POS Till {0}.").format(till),
			code="shop_incomplete",
		)
	return seller


def _as_before(before: Any) -> dict[str, Any]:
	copied = ("customer_name", "customer_address", "customer_tax_id")
	seller = ("seller_name", "seller_address", "seller_tax_id")
	return {
		"kind": "Correction",
		"corrects": before.name,
		**{name: before.get(name) for name in (*copied, *seller)},
	}


def _insert(entry: Entry, fields: dict[str, Any]) -> Any:
	sale = checked_figures(entry)
	turned = -1 if fields["kind"] == "Correction" and entry.kind == "sale" else 1
	unit = 10**sale.draft.currency_precision / turned
	company = frappe.db.get_value("POS Entry", entry.id, "company")
	posted = {"parent": entry.id, "document_type": "Sales Invoice"}
	document = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"company": company,
			"entry": entry.id,
			"receipt_number": entry.receipt_number,
			"sales_invoice": frappe.db.get_value("POS Entry Posting", posted, "document_name"),
			"invoice_date": today(),
			"date_of_supply": entry.business_date,
			"currency": sale.draft.currency,
			"net_total": sale.totals.net_minor / unit,
			"tax_total": sale.totals.tax_minor / unit,
			"total": sale.totals.total_minor / unit,
			**fields,
		}
	)
	return document.insert(ignore_permissions=True, set_name=_next_number(str(company)))


def _next_number(company: str) -> str:
	"""`TI-LT-2026-00001`: Frappe counts in the caller's transaction, so what is rolled back leaves no gap."""
	abbreviation = frappe.get_cached_value("Company", company, "abbr")
	return str(make_autoname(f"TI-{abbreviation}-{getdate(today()).year}-.#####"))
