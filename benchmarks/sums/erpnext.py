"""A cart computed by ERPNext's own `calculate_taxes_and_totals`, on a Sales Invoice that is never saved.

It never passes a figure of ours on, but for a rate after an amount off, which only ERPNext's form computes.
"""

import hashlib
from typing import Any

import erpnext
import frappe
from erpnext.controllers.taxes_and_totals import calculate_taxes_and_totals

from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.sale import Direction, DraftLine, LineAmounts, SaleDraft, Totals
from pos_bridge.core.tax import Charge, Tax, TaxAmount
from pos_bridge.erpnext.overrides.exact_halves import exact_halves
from pos_bridge.erpnext.posting.invoice import CHARGE_TYPES, percent_for_erpnext

METHODS = {
	Rounding.COMMERCIAL: "Commercial Rounding",
	Rounding.BANKERS: "Banker's Rounding",
	Rounding.BANKERS_LEGACY: "Banker's Rounding (legacy)",
}
FORMATS = {0: "#,###", 2: "#,###.##", 3: "#,###.###"}
"""What gives Frappe its decimals where System Settings name none."""
DISCOUNT_ON = {"net_total": "Net Total", "grand_total": "Grand Total"}
RATE_FIELDS = ("price_list_rate", "rate", "discount_amount", "margin_rate_or_amount")


def versions() -> dict[str, str]:
	"""Of what computed the figures."""
	return {"frappe": str(frappe.__version__), "erpnext": str(erpnext.__version__)}


class Books:
	"""ERPNext of the site that is connected; what it makes there is never committed."""

	def __init__(self, company: str, item: str) -> None:
		self._company = company
		self._item = item
		self._currency = frappe.get_cached_value("Company", company, "default_currency")
		self._coin = -1.0
		self._row_wise: bool | None = None
		self._templates: dict[str, str] = {}
		self._accounts: dict[str, str] = {}

	@classmethod
	def of_a_site(cls) -> "Books":
		"""A company of the site, and a new item that has no taxes of its own."""
		company = str(frappe.get_all("Company", pluck="name", limit=1)[0])
		group = frappe.db.get_value("Item Group", {"is_group": 0})
		fields = {"doctype": "Item", "item_code": "Parity item", "item_group": group, "stock_uom": "Nos"}
		return cls(company, str(frappe.get_doc({**fields, "is_stock_item": 0}).insert().name))

	def compute(self, draft: SaleDraft, direction: Direction = "sale") -> Totals:
		"""The cart's figures as ERPNext computes them."""
		self._set_up(draft)
		invoice = self._invoice(draft)
		invoice.is_return = int(direction == "return")
		computed = calculate_taxes_and_totals(invoice)
		return _totals(invoice, draft, computed.discount_amount_applied)

	def compute_exactly(self, draft: SaleDraft, direction: Direction = "sale") -> Totals:
		"""The same as while a sale is posted: an exact half is not left to what floats make of it."""
		with exact_halves():
			return self.compute(draft, direction)

	def _set_up(self, draft: SaleDraft) -> None:
		if frappe.db.get_default("number_format") != FORMATS[draft.currency_precision]:
			frappe.db.set_default("number_format", FORMATS[draft.currency_precision])
			frappe.db.set_default("currency_precision", "")
		# Behind the defaults, which take the settings out of the cache.
		frappe.get_system_settings("rounding_method")
		frappe.local.system_settings.rounding_method = METHODS[draft.rounding]
		if self._row_wise is not draft.row_wise_tax:
			frappe.db.set_single_value("Accounts Settings", "round_row_wise_tax", int(draft.row_wise_tax))
			self._row_wise = draft.row_wise_tax
		self._set_coin(draft)
		fields = frappe.get_meta("Sales Invoice Item")
		for name in RATE_FIELDS:
			fields.get_field(name).precision = str(draft.rate_decimals or "")

	def _set_coin(self, draft: SaleDraft) -> None:
		how = draft.total_rounding
		coin = how.to_minor / 10**draft.currency_precision if how and how.halves_down else 0.0
		if how and coin != self._coin:
			frappe.db.set_value("Currency", self._currency, "smallest_currency_fraction_value", coin)
			frappe.db.value_cache.clear()
			self._coin = coin

	def _invoice(self, draft: SaleDraft) -> Any:  # noqa: ANN401 - a document of Frappe's
		invoice = frappe.new_doc("Sales Invoice")
		invoice.update({"company": self._company, "currency": self._currency, "conversion_rate": 1})
		invoice.disable_rounded_total = int(draft.total_rounding is None)
		if draft.discount:
			invoice.apply_discount_on = DISCOUNT_ON[draft.discount.on]
			invoice.additional_discount_percentage = draft.discount.percent / SCALE
			invoice.discount_amount = draft.discount.amount_minor / 10**draft.currency_precision
		for line in draft.lines:
			invoice.append("items", self._item_row(line, draft))
		for tax in draft.taxes:
			invoice.append("taxes", self._tax_row(tax, draft))
		return invoice

	def _tax_row(self, tax: Tax, draft: SaleDraft) -> dict[str, Any]:
		names = [each.tax for each in draft.taxes]
		return {
			"charge_type": CHARGE_TYPES[tax.charge],
			"row_id": names.index(tax.row) + 1 if tax.row else None,
			"account_head": self._account(tax.tax),
			"description": tax.label,
			"rate": tax.rate / SCALE,
			"tax_amount": tax.actual_minor / 10**draft.currency_precision,
			"included_in_print_rate": int(tax.inclusive),
		}

	def _item_row(self, line: DraftLine, draft: SaleDraft) -> dict[str, Any]:
		unit = _finest(draft)
		row = {
			"item_code": self._item,
			"qty": line.quantity / SCALE,
			"price_list_rate": line.price_minor / unit,
			"discount_percentage": percent_for_erpnext(line),
			"item_tax_template": self._template(line, draft),
		}
		if line.margin_percent or line.unit_margin_minor:
			margin = (line.margin_percent / SCALE) or (line.unit_margin_minor / unit)
			row["margin_type"] = "Percentage" if line.margin_percent else "Amount"
			row |= {"margin_rate_or_amount": margin, "discount_amount": line.unit_discount_minor / unit}
			if line.unit_discount_minor:
				# With a rate, ERPNext leaves the amount alone and takes it off the price with its margin.
				row |= {"discount_percentage": 0, "rate": row["price_list_rate"]}
		elif line.unit_discount_minor:
			row["rate"] = (line.price_minor - line.unit_discount_minor) / unit
		return row

	def _template(self, line: DraftLine, draft: SaleDraft) -> str:
		"""It names every row with a usual rate: a line that an entry says nothing of owes none of it."""
		usual = {tax.tax: 0 for tax in draft.taxes if tax.rate}
		rates = usual | dict(line.rates)
		rows = [{"tax_type": self._account(tax), "tax_rate": rate / SCALE} for tax, rate in rates.items()]
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


def _finest(draft: SaleDraft) -> int:
	"""How many units of a price the currency's unit has."""
	return int(10 ** max(draft.currency_precision, draft.rate_decimals))


def _totals(invoice: Any, draft: SaleDraft, discounted: bool) -> Totals:  # noqa: ANN401
	def minor(amount: float) -> int:
		return round(amount * 10**draft.currency_precision)

	finest = _finest(draft)
	lines = tuple(
		LineAmounts(round(row.rate * finest), minor(row.amount), minor(row.net_amount))
		for row in invoice.items
	)
	every = any(tax.charge is not Charge.NET_TOTAL for tax in draft.taxes)
	used = {tax for line in draft.lines for tax in line.rates}
	taxes = tuple(
		TaxAmount(tax, _base(tax, draft, lines), minor(row.tax_amount_after_discount_amount))
		for tax, row in zip(draft.taxes, invoice.taxes, strict=True)
		if every or tax.tax in used
	)
	net, grand = minor(invoice.net_total), minor(invoice.grand_total)
	# What is to pay, there too: a total that rounds to nothing is not rounded.
	total = minor(invoice.rounded_total) or grand
	tax_minor = sum(tax.amount_minor for tax in taxes)
	return Totals(
		lines,
		taxes,
		net,
		tax_minor,
		grand - net - tax_minor,
		total,
		minor(invoice.discount_amount) if discounted else 0,
		total - grand,
	)


def _base(tax: Tax, draft: SaleDraft, lines: tuple[LineAmounts, ...]) -> int:
	"""ERPNext has no such figure: the nets that the tax was computed on, by its own nets."""
	pairs = zip(draft.lines, lines, strict=True)
	fixed = tax.charge is Charge.ACTUAL
	return sum(amounts.net_minor for line, amounts in pairs if fixed or tax.tax in line.rates)
