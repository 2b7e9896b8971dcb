"""What the company owes on gift cards and store credit on a day: a row for each, equal to their accounts.

It never shows a whole number to whoever could not block a card: with it, it could be spent.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.core.doctype.user_permission.user_permission import get_permitted_documents
from frappe.utils import getdate, today

from pos_bridge.core.kinds.credit_number import masked
from pos_bridge.erpnext.credit.book import KINDS
from pos_bridge.erpnext.reports.columns import Columns, column

SEE_NUMBERS = frozenset({"POS Manager", "Accounts Manager", "System Manager"})


def execute(
	filters: Mapping[str, Any] | None = None,
) -> tuple[Columns, list[dict[str, Any]], None, None, list[dict[str, Any]]]:
	"""Frappe's form: columns, rows, message, chart, summary."""
	chosen = filters or {}
	company, day = str(chosen.get("company") or ""), getdate(chosen.get("as_of") or today())
	_check_company(company)
	spent_too = bool(chosen.get("spent_too"))
	rows = _rows(company, str(day), str(chosen.get("kind") or ""), spent_too)
	totals = summary(company, str(day), rows, whole=not chosen.get("kind"))
	if not SEE_NUMBERS & set(frappe.get_roles()):
		rows = [{**row, "number": masked(row["number"])} for row in rows]
	return columns(), rows, None, None, totals


def _check_company(company: str) -> None:
	"""Whoever is kept to some companies by User Permissions sees no other's credits."""
	permitted = get_permitted_documents("Company")
	if permitted and company not in permitted:
		frappe.throw(_("You are not allowed to see {0}.").format(company), frappe.PermissionError)


def _rows(company: str, day: str, kind: str, spent_too: bool) -> list[dict[str, Any]]:
	"""A row comes as one text: with 50,000 credits, reading value by value takes longest."""
	found = frappe.db.sql_list(
		"SELECT JSON_ARRAY(credit.number, credit.kind, credit.customer, credit.expires_on, credit.blocked,"
		" moved.issued, moved.redeemed, moved.expired, moved.balance, moved.overspent, moved.last_move)"
		" FROM `tabPOS Credit` credit JOIN (SELECT credit,"
		" SUM(IF(what IN ('Issued', 'Refunded'), amount - short, 0)) AS issued,"
		" SUM(IF(what = 'Redeemed', short - amount, 0)) AS redeemed,"
		" SUM(IF(what = 'Expired', -amount, 0)) AS expired,"
		" SUM(amount) AS balance, SUM(short) AS overspent, MAX(date) AS last_move"
		" FROM `tabPOS Credit Entry` WHERE company = %(company)s AND date <= %(day)s GROUP BY credit"
		" HAVING %(spent_too)s OR balance <> 0 OR overspent <> 0) moved"
		" ON moved.credit = credit.name WHERE %(kind)s = '' OR credit.kind = %(kind)s",
		{"company": company, "day": day, "kind": kind, "spent_too": int(spent_too)},
	)
	words = {name: frappe._(name) for name in KINDS.values()}
	currency = frappe.get_cached_value("Company", company, "default_currency")
	rows = []
	for number, sort, customer, expires_on, *figures, last_move in sorted(map(json.loads, found)):
		over = int(bool(expires_on and expires_on < day))
		own = (number, words.get(sort, sort), customer, _date(expires_on), over, currency)
		rows.append(dict(zip(_FIELDS, (*own, *figures, _date(last_move)), strict=True)))
	return rows


def _date(text: str | None) -> date | None:
	return date.fromisoformat(text) if text else None


_FIELDS = (
	*("number", "kind", "customer", "expires_on", "over", "currency"),
	*("blocked", "issued", "redeemed", "expired", "balance", "overspent", "last_move"),
)


def columns() -> Columns:
	"""The report's columns."""
	return [
		column("number", _("Number"), width=170),
		column("kind", _("Kind"), width=100),
		column("customer", _("Customer"), "Link", "Customer", width=130),
		column("issued", _("Issued"), "Currency", "currency"),
		column("redeemed", _("Redeemed"), "Currency", "currency"),
		column("expired", _("Expired"), "Currency", "currency"),
		column("balance", _("Balance"), "Currency", "currency"),
		column("overspent", _("Spent Beyond the Balance"), "Currency", "currency", width=130),
		column("expires_on", _("Expires On"), "Date"),
		column("over", _("Is Over"), "Check", width=70),
		column("blocked", _("Blocked"), "Check", width=70),
		column("last_move", _("Last Moved"), "Date"),
	]


def summary(company: str, day: str, rows: Sequence[Mapping[str, Any]], whole: bool) -> list[dict[str, Any]]:
	"""What is owed, and, over all kinds, what the accounts say on that day."""
	currency = frappe.get_cached_value("Company", company, "default_currency")
	owed = round(sum(float(row["balance"]) for row in rows), 9)
	cells = [(_("Owed"), owed, "Blue")]
	if whole:
		booked = _booked(company, day)
		difference = round(booked - owed, 2)
		cells += [
			(_("Books"), booked, "Blue"),
			(_("Difference"), difference, "Orange" if difference else "Green"),
		]
	return [
		{"label": title, "value": value, "datatype": "Currency", "currency": currency, "indicator": color}
		for title, value, color in cells
	]


def _booked(company: str, day: str) -> float:
	"""Credits less debits of every account at which credits are owed."""
	accounts = frappe.db.sql_list(
		"SELECT DISTINCT account FROM `tabPOS Credit` WHERE company = %s AND account > ''", company
	)
	if not accounts:
		return 0.0
	found = frappe.db.sql(
		"SELECT SUM(credit - debit) FROM `tabGL Entry` WHERE company = %s AND account IN %s"
		" AND posting_date <= %s AND is_cancelled = 0",
		(company, tuple(accounts), day),
	)
	return float(found[0][0] or 0)
