"""Setting a shop up in ERPNext: what a till needs is made once, what is there is kept and checked.

It never changes a document that exists, and never a setting that others share.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe.utils import cint, today

from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.shop import PURPOSES, ROUNDINGS, shop_of
from pos_bridge.erpnext.tenders.modes import MODES

WALK_IN = "Walk-in"
PRICE_LIST = "Standard Selling"
TENDERS = (("Cash", "Cash", "Cash"), ("Card", "Bank", "Card Clearing"))
"""Tender, type of its Mode of Payment, name of its account, which is of the type Bank if not Cash."""
PURPOSE_ACCOUNTS: Mapping[str, tuple[str, str, str]] = {
	"difference": ("Cash Over and Short", "Expense", ""),
	"safe": ("Safe", "Asset", "Cash"),
	"deposit": ("Deposits on Their Way", "Asset", "Bank"),
	"petty_cash": ("Petty Cash Expenses", "Expense", ""),
	"other_cash": ("Other Cash In and Out", "Liability", ""),
	"tips": ("Tips Payable", "Liability", ""),
	"gift_card": ("Gift Cards", "Liability", ""),
	"store_credit": ("Store Credit", "Liability", ""),
	"shortage": ("Shortages of Credit", "Asset", ""),
	"exchange": ("Exchange Clearing", "Liability", ""),
}
"""Purpose to its account's name, root type and type; one for all shops of a company."""


@dataclass(frozen=True, slots=True)
class Step:
	"""One thing that set-up looked at: `made`, `kept` or `wrong`, and for the last what to do."""

	outcome: str
	what: str
	remedy: str = ""


@dataclass(slots=True)
class _Setup:
	company: Any
	shop: str
	steps: list[Step] = field(default_factory=list)

	def make(self, doctype: str, name: str, build: Callable[[], dict[str, Any]]) -> str:
		"""The document of that name, made if it is not there; its name."""
		if frappe.db.exists(doctype, name):
			self.steps.append(Step("kept", f"{doctype} {name}"))
			return name
		document = frappe.get_doc({"doctype": doctype, **build()})
		document.insert(ignore_permissions=True)
		self.steps.append(Step("made", f"{doctype} {document.name}"))
		return str(document.name)

	def check(self, fine: bool, what: str, remedy: str) -> None:
		self.steps.append(Step("kept", what) if fine else Step("wrong", what, remedy))

	def named(self, name: str) -> str:
		"""As ERPNext names what belongs to a company."""
		return f"{name} - {self.company.abbr}"


def setup_shop(
	company: str,
	shop: str,
	till: str = "T1",
	price_list: str = "",
	warehouse: str = "",
	taxes: str = "",
	tenders: Sequence[tuple[str, str, str]] = TENDERS,
) -> list[Step]:
	"""Make or check everything that `till` of `shop` needs; what was made, kept and is wrong, in order.

	`taxes` is a Sales Taxes and Charges Template; the company's default one if empty. An empty `price_list`
	is Standard Selling. Doing it again changes nothing. `Rejected` if something that it is to use does not
	exist or is another company's.
	"""
	_check_arguments(company, shop, price_list, warehouse, taxes)
	work = _Setup(frappe.get_doc("Company", company), shop)
	place = _place(work, warehouse)
	modes = _modes(work, tenders)
	purposes = _purposes(work)
	for kind, mode in MODES.items():
		_plain_mode(work, mode, purposes.get(kind) or purposes["shortage"])
	customer = work.make("Customer", WALK_IN, _walk_in)
	template = taxes or _default_taxes(company)
	profile = work.make(
		"POS Profile",
		shop,
		lambda: {
			**_profile(work, place, modes, customer, price_list or PRICE_LIST),
			"taxes_and_charges": template,
			**{PURPOSES[purpose]: account for purpose, account in purposes.items()},
		},
	)
	work.make("POS Till", till, lambda: {"till": till, "pos_profile": profile, "shop_name": shop})
	_check_company(work)
	_check_quantities(work)
	_check_profile(work, profile)
	_check_asked(work, profile, price_list, warehouse, taxes)
	_check_till(work, till, profile)
	return work.steps


def _check_arguments(company: str, shop: str, price_list: str, warehouse: str, taxes: str) -> None:
	for doctype, name in (
		("Company", company),
		("Price List", price_list or PRICE_LIST),
		("Warehouse", warehouse),
		("Sales Taxes and Charges Template", taxes),
	):
		if name and not frappe.db.exists(doctype, name):
			raise Rejected(
				f"There is no {doctype} {name!r}.{_did_you_mean(doctype, name, company)}"
				" Make it first, or name another one."
			)
	owned = (("POS Profile", shop), ("Warehouse", warehouse), ("Sales Taxes and Charges Template", taxes))
	for doctype, name in owned:
		owner = frappe.db.get_value(doctype, name, "company") if name else None
		if owner not in (None, company):
			raise Rejected(f"The {doctype} {name} belongs to {owner}, not to {company}. Name another one.")


def _did_you_mean(doctype: str, name: str, company: str) -> str:
	"""ERPNext ends such names with the company's abbreviation, which is easily left out."""
	full = f"{name} - {frappe.db.get_value('Company', company, 'abbr')}"
	return f" Did you mean {full!r}?" if frappe.db.exists(doctype, full) else ""


def _place(work: _Setup, warehouse: str) -> dict[str, str]:
	"""The shop's warehouse and cost center."""
	company = work.company.name
	root = {"company": company, "is_group": 1}
	place = warehouse or work.make(
		"Warehouse",
		work.named(work.shop),
		lambda: {
			"warehouse_name": work.shop,
			"company": company,
			"parent_warehouse": frappe.db.get_value("Warehouse", root, order_by="lft"),
		},
	)
	center = work.make(
		"Cost Center",
		work.named(work.shop),
		lambda: {
			"cost_center_name": work.shop,
			"company": company,
			"parent_cost_center": frappe.db.get_value("Cost Center", root, order_by="lft"),
		},
	)
	return {"warehouse": place, "cost_center": center}


def _modes(work: _Setup, tenders: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
	"""The shop's modes of payment with their accounts.

	ERPNext gives a mode one account in a company, so the first shop takes the plain names, others their own.
	"""
	plain = not frappe.db.exists("POS Profile", {"company": work.company.name, "name": ("!=", work.shop)})
	return [_mode(work, *tender, plain=plain) for tender in tenders]


def _mode(work: _Setup, tender: str, kind: str, account_name: str, plain: bool) -> tuple[str, str]:
	own = f"{tender} {work.shop}"
	mode = tender if plain and not frappe.db.exists("Mode of Payment", own) else own
	known = frappe.db.get_value(
		"Mode of Payment Account", {"parent": mode, "company": work.company.name}, "default_account"
	)
	own_account = account_name if mode == tender else f"{account_name} {work.shop}"
	account = known or _account(work, own_account, "Cash" if kind == "Cash" else "Bank")
	_make_mode(work, mode, kind, account, known)
	return mode, account


def _plain_mode(work: _Setup, mode: str, account: str) -> None:
	"""What rows of invoices name that are no money; posting gives them the accounts of the POS Profile."""
	known = frappe.db.get_value(
		"Mode of Payment Account", {"parent": mode, "company": work.company.name}, "default_account"
	)
	_make_mode(work, mode, "General", known or account, known)


def _make_mode(work: _Setup, mode: str, kind: str, account: str, known: str | None) -> None:
	if not frappe.db.exists("Mode of Payment", mode):
		rows = [{"company": work.company.name, "default_account": account}]
		work.make("Mode of Payment", mode, lambda: {"mode_of_payment": mode, "type": kind, "accounts": rows})
	elif not known:
		document = frappe.get_doc("Mode of Payment", mode)
		document.append("accounts", {"company": work.company.name, "default_account": account})
		document.save(ignore_permissions=True)
		work.steps.append(Step("made", f"Account {account} for Mode of Payment {mode}"))
	else:
		work.steps.append(Step("kept", f"Mode of Payment {mode} with {account}"))


def _purposes(work: _Setup) -> dict[str, str]:
	"""The accounts of drawer, tips and credit, by purpose."""
	return {
		purpose: _account(work, name, kind, root) for purpose, (name, root, kind) in PURPOSE_ACCOUNTS.items()
	}


def _account(work: _Setup, name: str, kind: str, root: str = "") -> str:
	"""The account of that name, beside others of its type, or of its root type where it has none."""
	company = work.company.name
	wanted = {"account_type": kind} if kind else {"root_type": root}
	alike = {"company": company, **wanted}
	beside = {**alike, **({} if kind else {"account_type": ("in", _NEIGHBOURS[root])})}
	# Some charts give the type to the accounts only, not to the group that they lie in.
	parent = (kind and frappe.db.get_value("Account", {**alike, "is_group": 1}, order_by="lft")) or (
		frappe.db.get_value("Account", {**beside, "is_group": 0}, "parent_account", order_by="lft")
		or frappe.db.get_value("Account", {**alike, "is_group": 0}, "parent_account", order_by="lft")
	)
	if not parent:
		raise Rejected(f"{company} has no account of the type {kind or root}. Make one, then set up again.")
	return work.make(
		"Account",
		work.named(name),
		lambda: {"account_name": name, "company": company, "parent_account": parent, "account_type": kind},
	)


_NEIGHBOURS = {
	"Asset": ("Receivable", "Bank", "Cash"),
	"Liability": ("Tax", "Payable"),
	"Expense": ("Round Off", "Chargeable", "Expense Account"),
}
"""Types of accounts beside which one without a type lies well, by root type."""


def _walk_in() -> dict[str, Any]:
	return {
		"customer_name": WALK_IN,
		"customer_type": "Individual",
		"customer_group": frappe.db.get_value("Customer Group", {"is_group": 0}, order_by="lft"),
		"territory": frappe.db.get_value("Territory", {"is_group": 0}, order_by="lft"),
	}


def _default_taxes(company: str) -> str | None:
	filters = {"company": company, "is_default": 1, "disabled": 0}
	return frappe.db.get_value("Sales Taxes and Charges Template", filters)


def _profile(
	work: _Setup, place: dict[str, str], modes: list[tuple[str, str]], customer: str, price_list: str
) -> dict[str, Any]:
	company = work.company
	default_to_mode = "disable_grand_total_to_default_mop"
	if not frappe.get_meta("POS Profile").has_field(default_to_mode):
		default_to_mode = ""  # ERPNext 16 has the opposite switch, which is off unless set
	return {
		"__newname": work.shop,
		"company": company.name,
		"currency": company.default_currency,
		"customer": customer,
		"selling_price_list": price_list,
		**place,
		"update_stock": 1,
		"disable_rounded_total": 1,
		**({default_to_mode: 1} if default_to_mode else {}),
		"income_account": company.default_income_account,
		"account_for_change_amount": modes[0][1],
		"write_off_account": _write_off_account(work),
		"write_off_cost_center": place["cost_center"],
		"write_off_limit": 0,
		"payments": [{"mode_of_payment": mode, "default": mode == modes[0][0]} for mode, _ in modes],
	}


def _write_off_account(work: _Setup) -> str:
	"""ERPNext wants one; tills never write off. Charts of accounts other than its own bring none."""
	company = work.company
	plain = {"company": company.name, "account_name": "Write Off", "is_group": 0}
	found = company.write_off_account or frappe.db.get_value("Account", plain) or company.round_off_account
	if not found:
		raise Rejected(f"Set a Write Off Account in the Company {company.name}, then set up again.")
	return str(found)


def _check_company(work: _Setup) -> None:
	company = work.company
	work.check(
		bool(company.round_off_account and company.round_off_cost_center),
		f"Round off account of {company.name}",
		"Set Round Off Account and Round Off Cost Center in the Company: what rounding leaves goes there.",
	)
	day = today()
	year = {"year_start_date": ("<=", day), "year_end_date": (">=", day), "disabled": 0}
	work.check(
		bool(frappe.db.exists("Fiscal Year", year)),
		f"Fiscal Year for {day}",
		"Make a Fiscal Year that covers today: sales of a day without one are held.",
	)


def _check_quantities(work: _Setup) -> None:
	"""ERPNext's stock ledger rounds what is left of an item to these decimals, two where none are set."""
	decimals = cint(frappe.db.get_default("float_precision")) or 2
	remedy = "Set it to 3 in System Settings: with less, ERPNext loses grams of weighed goods."
	work.check(decimals >= 3, f"Float Precision {decimals}", remedy)


def _check_profile(work: _Setup, name: str) -> None:
	profile = frappe.get_doc("POS Profile", name)
	_check_tenders(work, profile)
	for purpose, field_name in PURPOSES.items():
		label = PURPOSE_ACCOUNTS[purpose][0]
		work.check(
			bool(profile.get(field_name)),
			f"Account for {label} of {name}",
			f"Set it in the POS Profile; set-up has made {work.named(label)} for it.",
		)
	income = profile.income_account or work.company.default_income_account
	work.check(
		bool(income),
		f"Income account of {name}: {income}",
		"Set Default Income Account in the Company, or Income Account in the POS Profile.",
	)
	work.check(
		bool(profile.taxes_and_charges),
		f"Taxes of {name}: {_taxes_in_words(profile.taxes_and_charges)}",
		"Choose a Sales Taxes and Charges Template in the POS Profile: without one nothing is taxed.",
	)


def _check_asked(work: _Setup, name: str, price_list: str, warehouse: str, taxes: str) -> None:
	"""What was asked for is what the POS Profile says: one that was there before is not changed."""
	profile = frappe.get_doc("POS Profile", name)
	asked = (
		("Price List", price_list, profile.selling_price_list),
		("Warehouse", warehouse, profile.warehouse),
		("Sales Taxes and Charges Template", taxes, profile.taxes_and_charges),
	)
	for what, wanted, there in asked:
		if wanted and wanted != there:
			work.check(
				False,
				f"{what} of {name}: {there or 'none'}, not {wanted}",
				f"The POS Profile was there before and is not changed: set {wanted!r} in it if it is meant.",
			)


def _taxes_in_words(template: str | None) -> str:
	"""The template, and whether prices include it: the till's customers pay what this says."""
	if not template:
		return "none"
	rows = frappe.get_all(
		"Sales Taxes and Charges", {"parent": template}, pluck="included_in_print_rate", order_by="idx"
	)
	return f"{template}, {'included in the prices' if rows and all(rows) else 'added to the prices'}"


def _check_tenders(work: _Setup, profile: Any) -> None:
	cash = []
	for mode in [row.mode_of_payment for row in profile.payments]:
		account = frappe.db.get_value(
			"Mode of Payment Account", {"parent": mode, "company": profile.company}, "default_account"
		)
		work.check(
			bool(account),
			f"Account of {mode}",
			f"Set its account for {profile.company} in Mode of Payment {mode}.",
		)
		if account and frappe.db.get_value("Mode of Payment", mode, "type") == "Cash":
			cash.append(account)
	work.check(
		profile.account_for_change_amount in cash,
		f"Account for change amount of {profile.name}",
		f"Set it to the account of the cash tender ({', '.join(cash) or 'there is none'}):"
		" change is given out of the drawer.",
	)


def _check_till(work: _Setup, till: str, profile: str) -> None:
	"""What the till itself will ask for: its profile, taxes that it can charge, rounding that it knows."""
	own = frappe.db.get_value("POS Till", till, "pos_profile")
	work.check(
		own == profile,
		f"POS Profile of till {till}",
		f"Till {till} sells for {own}. Give this shop's till another code with --till.",
	)
	method = frappe.get_system_settings("rounding_method") or ""
	work.check(
		not method or method in ROUNDINGS,
		f"Rounding Method {method}",
		f"Tills don't know it. Choose one of these in System Settings: {', '.join(ROUNDINGS)}.",
	)
	try:
		shop_of(till)
	except Rejected as error:
		work.steps.append(Step("wrong", f"Till {till}", error.message))
