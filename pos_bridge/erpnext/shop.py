"""What a till's shop is in ERPNext: POS Till, POS Profile, accounts, taxes and modes of payment, read once.

It never writes; what is missing is `Rejected` with what to set, and where.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import get_accounting_dimensions
from frappe import _
from frappe.model.meta import get_field_precision
from frappe.utils import cint, flt, get_number_format_info

from pos_bridge.core.catalogue import OFFERS, TillProfile
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import format_decimal, parse_decimal
from pos_bridge.core.sale import MAX_RATE_DECIMALS
from pos_bridge.core.tax import ON_PREVIOUS_ROW, Charge, Tax, check_taxes
from pos_bridge.core.ticket import TotalRounding
from pos_bridge.erpnext.customers.rows import country_code
from pos_bridge.erpnext.display import logo
from pos_bridge.erpnext.people.cashiers import people_at
from pos_bridge.erpnext.shift_report.mail import can_send
from pos_bridge.erpnext.tenders.codes import payment_codes

CHANNEL = "Till"
"""What documents and entries say of a sale in a shop; online shops put their own name there."""
DEFAULT_TEMPLATE = "standard"
"""Name of the rates of items without an Item Tax Template: those of the profile's tax rows."""
TENDER_KINDS = {"Cash": "cash", "Phone": "bank", "General": "bank"}
"""Mode of Payment's type to the tender's kind; every other type is a card."""
ROUNDINGS = {
	"Banker's Rounding (legacy)": "bankers_legacy",
	"Banker's Rounding": "bankers",
	"Commercial Rounding": "commercial",
}
PURPOSES: Mapping[str, str] = {
	"difference": "pos_bridge_difference_account",
	"safe": "pos_bridge_safe_account",
	"deposit": "pos_bridge_deposit_account",
	"petty_cash": "pos_bridge_petty_cash_account",
	"other_cash": "pos_bridge_other_cash_account",
	"tips": "pos_bridge_tips_account",
	"gift_card": "pos_bridge_gift_card_account",
	"store_credit": "pos_bridge_store_credit_account",
	"shortage": "pos_bridge_shortage_account",
	"exchange": "pos_bridge_exchange_account",
}
"""Purpose to the POS Profile's field."""


@dataclass(frozen=True, slots=True)
class TaxRow:
	"""A row of the profile's tax template: the account is the tax's id.

	`rate` is a decimal text: percent, or an amount for each unit where it is charged on the quantity.
	"""

	account: str
	label: str
	rate: str
	inclusive: bool
	cost_center: str
	charge: Charge = Charge.NET_TOTAL
	row: str = ""
	"""The account of the row that it is charged on."""
	actual_minor: int = 0

	@property
	def tax(self) -> Tax:
		rate = parse_decimal(self.rate) if self.row else 0
		return Tax(self.account, self.label, self.inclusive, self.charge, self.row, rate, self.actual_minor)


@dataclass(frozen=True, slots=True)
class Shop:
	"""A till with all that posting and the catalogue need to know of its POS Profile."""

	till: str
	profile: str
	company: str
	warehouse: str
	customer: str
	price_list: str
	"""What whoever walks in pays by."""
	profile_price_list: str
	"""What everybody pays by who has no list of his own."""
	cost_center: str
	income_account: str
	currency: str
	currency_precision: int
	time_zone: str
	tax_template: str
	taxes: tuple[TaxRow, ...]
	tenders: Mapping[str, str]
	"""Mode of Payment to its account in this company, in the profile's order; "" where none is set."""
	change_account: str
	write_off_account: str = ""
	write_off_cost_center: str = ""
	total_rounding: TotalRounding | None = None
	row_wise_tax: bool = False
	rate_decimals: int = 0
	"""0 where prices have the currency's decimals."""
	accounts: Mapping[str, str] = field(default_factory=dict)
	"""Purpose, one of `PURPOSES`, to its account, where the POS Profile names one."""
	dimensions: Mapping[str, str] = field(default_factory=dict)
	"""Project and accounting dimensions, by field, where the POS Profile names one."""


def shop_of(till: str) -> Shop:
	"""The shop of a till; `Rejected` says which setting is missing."""
	place = frappe.get_cached_doc("POS Till", till)
	profile = frappe.get_cached_doc("POS Profile", place.pos_profile)
	company = frappe.get_cached_doc("Company", profile.company)
	customer = _set(profile.customer, profile, _("Customer (who walks in)"))
	price_list = _set(profile.selling_price_list, profile, _("Price List"))
	currency = profile.currency or company.default_currency
	return Shop(
		till=till,
		profile=profile.name,
		company=company.name,
		warehouse=_set(profile.warehouse, profile, _("Warehouse")),
		customer=customer,
		price_list=_own_price_list(customer, currency) or price_list,
		profile_price_list=price_list,
		cost_center=profile.cost_center or company.cost_center,
		income_account=profile.income_account or company.default_income_account,
		currency=currency,
		currency_precision=currency_precision(),
		time_zone=place.time_zone or "",
		tax_template=profile.taxes_and_charges or "",
		taxes=_tax_rows(profile),
		tenders=_tenders(profile),
		change_account=profile.account_for_change_amount or company.default_cash_account or "",
		write_off_account=profile.write_off_account or company.write_off_account or "",
		write_off_cost_center=profile.write_off_cost_center or company.cost_center or "",
		total_rounding=_total_rounding(profile, currency),
		row_wise_tax=bool(frappe.db.get_single_value("Accounts Settings", "round_row_wise_tax")),
		rate_decimals=_rate_decimals(),
		accounts=_purpose_accounts(profile),
		dimensions=_dimensions(profile),
	)


def _dimensions(profile: Any) -> dict[str, str]:
	"""ERPNext adds a field for each Accounting Dimension to profile, invoice, rows and vouchers."""
	named = {name: profile.get(name) for name in (*get_accounting_dimensions(), "project")}
	return {name: value for name, value in named.items() if value}


def _purpose_accounts(profile: Any) -> dict[str, str]:
	"""Purpose to account, of those that the POS Profile names."""
	named = {purpose: profile.get(field) for purpose, field in PURPOSES.items()}
	return {purpose: account for purpose, account in named.items() if account}


def _own_price_list(customer: str, currency: str) -> str:
	"""His, else his group's, if a till can sell by it; else "". Source: ERPNext's `set_pos_fields`."""
	fields = ["default_price_list", "customer_group"]
	own, group = frappe.get_cached_value("Customer", customer, fields) or ("", "")
	name = own or (group and frappe.get_cached_value("Customer Group", group, "default_price_list"))
	sells = {"name": name or "", "selling": 1, "enabled": 1, "currency": currency}
	return str(name) if name and frappe.db.exists("Price List", sells) else ""


def _set(value: str | None, profile: Any, label: str) -> str:
	if value:
		return value
	raise Rejected(
		_("The POS Profile {0} has no {1}. Set one, then retry.").format(profile.name, label),
		code="shop_incomplete",
	)


def currency_precision() -> int:
	"""Decimals that ERPNext rounds every amount to: System Settings' precision, else its number format's.

	Which currency it is makes no difference there (`get_field_precision` in frappe/model/meta.py).
	"""
	configured = cint(frappe.db.get_default("currency_precision"))
	number_format = frappe.db.get_default("number_format") or "#,###.##"
	return configured or int(get_number_format_info(number_format)[2])


def rounding_method() -> str:
	"""The site's rounding method by core's name for it."""
	return ROUNDINGS.get(frappe.get_system_settings("rounding_method") or "", "bankers_legacy")


def _rate_decimals() -> int:
	"""Decimals of a price where a site's customisation makes them finer than its currency's; else 0."""
	field = frappe.get_meta("Sales Invoice Item").get_field("rate")
	decimals = min(cint(get_field_precision(field)), MAX_RATE_DECIMALS)
	return decimals if decimals > currency_precision() else 0


def _total_rounding(profile: Any, currency: str) -> TotalRounding | None:
	"""How ERPNext rounds the total of a sale here; None where that changes nothing.

	Source: `round_based_on_smallest_currency_fraction` in frappe/utils/data.py.
	"""
	if profile.disable_rounded_total:
		return None
	unit = 10 ** currency_precision()
	coin = float(
		frappe.db.get_value("Currency", currency, "smallest_currency_fraction_value", cache=True) or 0
	)
	if not coin:
		return TotalRounding(unit, halves_down=False) if unit > 1 else None
	step = round(coin * unit)
	return TotalRounding(step) if step > 1 else None


def _tax_rows(profile: Any) -> tuple[TaxRow, ...]:
	if not profile.taxes_and_charges:
		return ()
	template = frappe.get_cached_doc("Sales Taxes and Charges Template", profile.taxes_and_charges)
	accounts = [row.account_head for row in template.taxes]
	rows = tuple(_tax_row(row, accounts) for row in template.taxes)
	try:
		check_taxes([row.tax for row in rows])
	except Rejected as error:
		words = _("The tax template {0} can't be used at a till. {1}").format(template.name, error)
		raise Rejected(words, code="tax_not_supported") from error
	return rows


def _tax_row(row: Any, accounts: list[str]) -> TaxRow:
	charge = Charge(frappe.scrub(row.charge_type))
	on = cint(row.row_id)
	return TaxRow(
		account=row.account_head,
		label=row.description or row.account_head,
		rate=_rate_text(row.rate),
		inclusive=bool(row.included_in_print_rate),
		cost_center=row.cost_center or "",
		charge=charge,
		row=accounts[on - 1] if charge in ON_PREVIOUS_ROW and 0 < on <= len(accounts) else "",
		actual_minor=round(flt(row.tax_amount) * 10 ** currency_precision())
		if charge is Charge.ACTUAL
		else 0,
	)


def _rate_text(rate: float | str | None) -> str:
	"""A tax's rate at the decimals that ERPNext rounds it to before it computes."""
	field = frappe.get_meta("Sales Taxes and Charges").get_field("rate")
	return decimal_text(flt(rate, get_field_precision(field)))


def minor(value: float | str | None, decimals: int) -> int:
	"""ERPNext's amount as minor units."""
	return round(float(value or 0) * 10**decimals)


def decimal_text(value: float | str | None) -> str:
	"""ERPNext's float as the protocol's decimal text, at the nine decimals that both can hold."""
	return format_decimal(round(float(value or 0) * 10**9))


def _tenders(profile: Any) -> dict[str, str]:
	modes = [row.mode_of_payment for row in profile.payments]
	accounts = frappe.get_all(
		"Mode of Payment Account",
		{"parent": ("in", modes or [""]), "company": profile.company},
		["parent", "default_account"],
	)
	known = {row.parent: row.default_account or "" for row in accounts}
	return {mode: known.get(mode, "") for mode in modes}


def tender_kinds(shop: Shop) -> dict[str, str]:
	"""Mode of Payment to the tender's kind, in the order of the buttons."""
	types = {mode: frappe.get_cached_value("Mode of Payment", mode, "type") for mode in shop.tenders}
	# A mode at the account of a gift card or the like is no money: the till has a button of its own for it.
	own = set(shop.accounts.values())
	return {
		mode: TENDER_KINDS.get(types[mode], "card")
		for mode, account in shop.tenders.items()
		if account not in own
	}


def template_rates(shop: Shop, template: str | None) -> dict[str, str]:
	"""Rates by account that an Item Tax Template gives here: its own, else the rows'. Zeros are left out.

	Source: `_get_tax_rate` in ERPNext's taxes_and_totals.py.
	"""
	own: dict[str, str] = {}
	if template:
		own = {
			row.tax_type: _rate_text(row.tax_rate)
			for row in frappe.get_cached_doc("Item Tax Template", template).taxes
		}
	rates = {
		row.account: own.get(row.account, row.rate) for row in shop.taxes if row.charge is not Charge.ACTUAL
	}
	return {account: rate for account, rate in rates.items() if parse_decimal(rate)}


def till_profile(till: str) -> TillProfile:
	"""The till's settings as its page gets them, with the rates of every template of the company."""
	shop = shop_of(till)
	place = frappe.get_cached_doc("POS Till", till)
	names = frappe.get_all(
		"Item Tax Template", {"company": shop.company, "disabled": 0}, pluck="name", order_by="name"
	)
	templates = {name: template_rates(shop, name) for name in names}
	tenders = tender_kinds(shop)
	return TillProfile(
		till=till,
		company=shop.company,
		shop=place.shop_name or shop.company,
		address=lines_of(place.shop_address),
		tax_id=place.tax_id or "",
		receipt_footer=lines_of(place.receipt_footer),
		currency=shop.currency,
		currency_precision=shop.currency_precision,
		rounding=rounding_method(),
		locale=place.locale or "en",
		taxes=tuple(row.tax for row in shop.taxes),
		templates={DEFAULT_TEMPLATE: template_rates(shop, None), **templates},
		tenders=tenders,
		code_patterns=lines_of(place.code_patterns),
		payment_codes=payment_codes(tenders),
		display_text=lines_of(place.display_text),
		display_logo=logo(place.display_logo or ""),
		total_rounding=shop.total_rounding,
		row_wise_tax=shop.row_wise_tax,
		rate_decimals=shop.rate_decimals,
		price_list=shop.price_list,
		restricted=_restricted(),
		**_offered(shop),
		**people_at(frappe.get_cached_doc("POS Profile", shop.profile), shop.currency_precision),
	)


def _offered(shop: Shop) -> dict[str, Any]:
	"""What the POS Profile has an account for, or says."""
	profile = frappe.get_cached_doc("POS Profile", shop.profile)
	beside = {"on_account": profile.get("pos_bridge_on_account"), "mail": can_send()}
	offers = {"new_customer", *shop.accounts, *(name for name, offered in beside.items() if offered)}
	limit = flt(profile.get("pos_bridge_without_receipt"))
	return {
		"offers": tuple(offer for offer in OFFERS if offer in offers),
		"without_receipt_minor": minor(limit, shop.currency_precision),
		"phone_code": country_code(shop.company),
	}


def _restricted() -> tuple[tuple[str, str, str], ...]:
	"""What ERPNext's item search leaves to a customer: of each kind that is named, one has to fit."""
	kinds = {"Item": "item", "Item Group": "group", "Brand": "brand"}
	rows = frappe.get_all(
		"Party Specific Item",
		{"party_type": "Customer"},
		["party", "restrict_based_on", "based_on_value"],
		order_by="party, creation",
	)
	return tuple((row.party, kinds[row.restrict_based_on], row.based_on_value) for row in rows)


def lines_of(text: str | None) -> tuple[str, ...]:
	return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


def greeting(till: str) -> dict[str, Any]:
	"""What a device learns when it is enrolled."""
	place = frappe.get_doc("POS Till", till)
	agent = [place.agent_url] if place.agent_url else []
	return {
		"till": till,
		"company": place.company,
		"shop": place.shop_name or place.company,
		"agent_urls": agent,
	}
