"""Credits that may not be spent any more: said so, and what was left of them is income where one is set.

It never commits, and leaves alone what is blocked: a person has to look at that first.
"""

from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe import _
from frappe.utils import today

from pos_bridge.erpnext.credit.book import Credit, Place, Written, append, find_credit, keep
from pos_bridge.erpnext.shop import currency_precision

MAX_AT_ONCE = 500
"""Credits that one Journal Entry and one transaction expire; the job goes on with the next ones."""


def companies() -> list[str]:
	"""Companies that sold credits, ever."""
	return frappe.db.sql_list("SELECT DISTINCT company FROM `tabPOS Credit` ORDER BY company")


def expire(company: str) -> int:
	"""Expire some credits of a company; how many. Done again, where none is due, it does nothing."""
	income = _income_account(company)
	due = (_locked(company, *row) for row in _due(company, bool(income)))
	credits = [credit for credit in due if credit]
	lapsing = [credit for credit in credits if income and credit.standing.balance_minor]
	voucher = _book(company, str(income), lapsing) if lapsing else ""
	for credit in credits:
		if credit in lapsing:
			_lapse(credit, voucher)
		keep(credit)
	return len(credits)


def _income_account(company: str) -> str | None:
	return frappe.db.get_value(
		"POS Breakage Account", {"parent": "POS Bridge Settings", "company": company}, "account"
	)


def _due(company: str, with_income: bool) -> list[tuple[str, str]]:
	"""Number and currency of what is over and does not say so yet, or has something left to book."""
	left = " OR balance > 0" if with_income else ""
	return frappe.db.sql(
		"SELECT number, currency FROM `tabPOS Credit` WHERE company = %s AND expires_on < %s"
		f" AND blocked = 0 AND (status <> 'Expired'{left}) ORDER BY name LIMIT {MAX_AT_ONCE}",
		(company, today()),
	)


def _locked(company: str, number: str, currency: str) -> Credit | None:
	"""The credit, locked, if it is still over: somebody may have put money onto it."""
	credit = find_credit(number, Place(company, currency, currency_precision()), lock=True)
	return credit if credit and credit.standing.status(today()) == "Expired" else None


def _lapse(credit: Credit, voucher: str) -> None:
	left = credit.standing.balance_minor
	credit.expired_minor += left
	credit.standing = replace(credit.standing, balance_minor=0)
	append(credit, Written("Expired", -left, 0, today(), f"expiry {voucher}", voucher=voucher))


def _book(company: str, income: str, credits: Sequence[Credit]) -> str:
	"""One Journal Entry: what was owed is income now."""
	center = frappe.get_cached_value("Company", company, "cost_center")
	owed: dict[str, int] = {}
	for credit in credits:
		owed[credit.account] = owed.get(credit.account, 0) + credit.standing.balance_minor
	unit = 10 ** credits[0].decimals
	rows = [
		{"account": account, "debit_in_account_currency": amount / unit, "cost_center": center}
		for account, amount in sorted(owed.items())
	]
	total = {
		"account": income,
		"credit_in_account_currency": sum(owed.values()) / unit,
		"cost_center": center,
	}
	voucher = frappe.get_doc(
		{
			"doctype": "Journal Entry",
			"voucher_type": "Journal Entry",
			"company": company,
			"posting_date": today(),
			"user_remark": _("{0} gift cards and store credits expired").format(len(credits)),
			"accounts": [*rows, total],
		}
	)
	voucher.flags.ignore_permissions = True
	voucher.insert(ignore_permissions=True, set_name=_name(company))
	voucher.submit()
	return str(voucher.name)


def _name(company: str) -> str:
	abbreviation = frappe.get_cached_value("Company", company, "abbr")
	stem = f"{abbreviation}-CREDIT-EXPIRY-{today()}"
	made = frappe.db.count("Journal Entry", {"name": ("like", f"{stem}%")})
	return f"{stem}-{made + 1}"
