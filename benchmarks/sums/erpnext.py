"""A cart computed by ERPNext's own `calculate_taxes_and_totals`, on a Sales Invoice that is never saved.

It never passes a figure of ours on, but for a rate after an amount off, which only ERPNext's form computes.
"""

import hashlib
from typing import Any

import frappe
from erpnext.controllers.taxes_and_totals import calculate_taxes_and_totals

from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.sale import DraftLine, LineAmounts, SaleDraft, Totals
from pos_bridge.core.tax import TaxAmount
from pos_bridge.erpnext.posting.invoice import percent_for_erpnext

METHODS = {
	Rounding.COMMERCIAL: "Commercial Rounding",
	Rounding.BANKERS: "Banker's Rounding",
	Rounding.BANKERS_LEGACY: "Banker's Rounding (legacy)",
}
FORMATS = {0: "#,###", 2: "#,###.##", 3: "#,###.###"}
"""What gives Frappe its decimals where System Settings name none."""


class Books:
	"""ERPNext of the site that is connected; what it makes there is never committed."""

	def __init__(self, company: str, item: str) -> None:
		self._company = company
		self._item = item
		self._currency = frappe.get_cached_value("Company", company, "default_currency")
		self._templates: dict[str, str] = {}
		self._accounts: dict[str, str] = {}

	@classmethod
	def of_a_site(cls) -> "Books":
		"""A company of the site, and a new item that has no taxes of its own."""
		company = str(frappe.get_all("Company", pluck="name", limit=1)[0])
		group = frappe.db.get_value("Item Group", {"is_group": 0})
		fields = {"doctype": "Item", "item_code": "Parity item", "item_group": group, "stock_uom": "Nos"}
		return cls(company, str(frappe.get_doc({**fields, "is_stock_item": 0}).insert().name))

	def compute(self, draft: SaleDraft) -> Totals:
		"""The cart's figures as ERPNext computes them."""
		self._set_up(draft)
		invoice = self._invoice(draft)
		calculate_taxes_and_totals(invoice)
		return _totals(invoice, draft)

	def _set_up(self, draft: SaleDraft) -> None:
		if frappe.db.get_default("number_format") != FORMATS[draft.currency_precision]:
			frappe.db.set_default("number_format", FORMATS[draft.currency_precision])
			frappe.db.set_default("currency_precision", "")
		# Behind the defaults, which take the settings out of the cache.
		frappe.get_system_settings("rounding_method")
		frappe.local.system_settings.rounding_method = METHODS[draft.rounding]

	def _invoice(self, draft: SaleDraft) -> Any:  # noqa: ANN401 - a document of Frappe's
		invoice = frappe.new_doc("Sales Invoice")
		invoice.update({"company": self._company, "currency": self._currency, "conversion_rate": 1})
		invoice.disable_rounded_total = 1
		for line in draft.lines:
			invoice.append("items", self._item_row(line, draft.currency_precision))
		for tax in draft.taxes:
			account = self._account(tax.tax)
			row = {
				"charge_type": "On Net Total",
				"account_head": account,
				"description": tax.label,
				"rate": 0,
			}
			invoice.append("taxes", {**row, "included_in_print_rate": int(tax.inclusive)})
		return invoice

	def _item_row(self, line: DraftLine, precision: int) -> dict[str, Any]:
		unit = 10**precision
		row = {
			"item_code": self._item,
			"qty": line.quantity / SCALE,
			"price_list_rate": line.price_minor / unit,
			"discount_percentage": percent_for_erpnext(line),
			"item_tax_template": self._template(line),
		}
		if line.unit_discount_minor:
			row["rate"] = (line.price_minor - line.unit_discount_minor) / unit
		return row

	def _template(self, line: DraftLine) -> str:
		rows = [
			{"tax_type": self._account(tax), "tax_rate": rate / SCALE} for tax, rate in line.rates.items()
		]
		if not rows:
			return ""
		title = "Parity " + hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
		if title not in self._templates:
			fields = {"doctype": "Item Tax Template", "title": title, "company": self._company, "taxes": rows}
			self._templates[title] = str(frappe.get_doc(fields).insert().name)
		return self._templates[title]

	def _account(self, tax: str) -> str:
		if tax not in self._accounts:
			parent = frappe.db.get_value(
				"Account",
				{"company": self._company, "account_type": "Tax", "is_group": 0},
				"parent_account",
			)
			fields = {"account_name": f"Parity {tax}", "parent_account": parent, "account_type": "Tax"}
			account = frappe.get_doc({"doctype": "Account", "company": self._company, **fields}).insert()
			self._accounts[tax] = str(account.name)
		return self._accounts[tax]


def _totals(invoice: Any, draft: SaleDraft) -> Totals:  # noqa: ANN401
	def minor(amount: float) -> int:
		return round(amount * 10**draft.currency_precision)

	lines = tuple(
		LineAmounts(minor(row.rate), minor(row.amount), minor(row.net_amount)) for row in invoice.items
	)
	used = {tax for line in draft.lines for tax in line.rates}
	taxes = tuple(
		TaxAmount(tax, _base(tax.tax, draft, lines), minor(row.tax_amount))
		for tax, row in zip(draft.taxes, invoice.taxes, strict=True)
		if tax.tax in used
	)
	net, total = minor(invoice.net_total), minor(invoice.grand_total)
	tax_minor = sum(tax.amount_minor for tax in taxes)
	return Totals(lines, taxes, net, tax_minor, total - net - tax_minor, total)


def _base(tax: str, draft: SaleDraft, lines: tuple[LineAmounts, ...]) -> int:
	"""ERPNext has no such figure: the nets that the tax was computed on, by its own nets."""
	pairs = zip(draft.lines, lines, strict=True)
	return sum(amounts.net_minor for line, amounts in pairs if tax in line.rates)
