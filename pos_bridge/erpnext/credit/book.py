"""The ledger of credits: a POS Credit locked and read as core's Standing, its moves and figures kept.

It never decides what a move comes to, books nothing in the general ledger, and never commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime, today

from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.standing import Standing
from pos_bridge.core.money import format_minor
from pos_bridge.erpnext.shop import minor

KINDS = {"gift_card": "Gift Card", "store_credit": "Store Credit"}
"""Core's kinds by their names in the desk, which their Modes of Payment have, too."""
_KIND_OF = {label: kind for kind, label in KINDS.items()}
_COLUMNS = (
	"name, number, kind, company, customer, currency, balance, overspent, issued, redeemed, expired,"
	" expires_on, issuing_entry, blocked, account, short_account"
)


@dataclass(slots=True)
class Credit:
	"""A POS Credit whose row is locked until the transaction's end; amounts in minor units."""

	name: str
	company: str
	currency: str
	decimals: int
	standing: Standing
	issued_minor: int
	redeemed_minor: int
	expired_minor: int
	customer: str
	issuing_entry: str
	account: str
	short_account: str


@dataclass(frozen=True, slots=True)
class Place:
	"""Where credits are asked for: whose they are, and in which currency."""

	company: str
	currency: str
	decimals: int


@dataclass(frozen=True, slots=True)
class Written:
	"""A row of the ledger: what was done by which part of what, in minor units."""

	what: str
	amount_minor: int
	short_minor: int
	date: str
	part: str
	entry: str = ""
	till: str = ""
	voucher: str = ""


def lock_credits(numbers: Sequence[str], kinds: Mapping[str, str], place: Place) -> dict[str, Credit]:
	"""The company's credits of these numbers, made where nobody has heard of one yet.

	One by one in their order, so that two workers never wait for each other. `Rejected`: another currency.
	"""
	return {number: _lock(number, kinds[number], place) for number in sorted(set(numbers))}


def find_credit(number: str, place: Place, lock: bool = False) -> Credit | None:
	"""The company's credit of that number, if anybody has heard of it."""
	for name in _names(number, place.company):
		row = _row(name, lock)
		if row and row.company == place.company:
			return _read(row, place.decimals) if row.currency == place.currency else None
	return None


def _lock(number: str, kind: str, place: Place) -> Credit:
	for name in _names(number, place.company):
		row = _row(name, lock=True) or _made(name, number, kind, place)
		if row.company != place.company:
			continue
		if row.currency != place.currency:
			words = _("{0} is worth {1}; this shop sells in {2}.")
			raise Rejected(words.format(name, row.currency, place.currency), code="currency_differs")
		return _read(row, place.decimals)
	raise Rejected(_("The number {0} is another company's.").format(number))


def _names(number: str, company: str) -> tuple[str, str]:
	"""Two companies of a site may sell cards of the same number; then the second one's says whose it is."""
	return number, f"{number} ({frappe.get_cached_value('Company', company, 'abbr')})"


def _row(name: str, lock: bool) -> Any:
	found = frappe.db.sql(
		f"SELECT {_COLUMNS} FROM `tabPOS Credit` WHERE name = %s" + (" FOR UPDATE" if lock else ""),
		name,
		as_dict=True,
	)
	return found[0] if found else None


def _made(name: str, number: str, kind: str, place: Place) -> Any:
	# The update makes whoever comes second wait for the first one's row, as its owner-to-be: no deadlock.
	frappe.db.sql(
		"INSERT INTO `tabPOS Credit` (name, number, kind, status, company, currency, owner, modified_by,"
		" creation, modified) VALUES (%(name)s, %(number)s, %(kind)s, 'Spent', %(company)s, %(currency)s,"
		" %(user)s, %(user)s, %(now)s, %(now)s) ON DUPLICATE KEY UPDATE name = name",
		{
			"name": name,
			"number": number,
			"kind": KINDS[kind],
			"company": place.company,
			"currency": place.currency,
			"user": frappe.session.user,
			"now": now_datetime(),
		},
	)
	return _row(name, lock=True)


def _read(row: Any, decimals: int) -> Credit:
	balance, expired = minor(row.balance, decimals), minor(row.expired, decimals)
	standing = Standing(
		kind=_KIND_OF[row.kind],
		balance_minor=balance,
		overspent_minor=minor(row.overspent, decimals),
		expires_on=str(row.expires_on or ""),
		blocked=bool(row.blocked),
		issued=bool(row.issuing_entry),
		lapsed=bool(expired and not balance),
	)
	figures = (minor(row.issued, decimals), minor(row.redeemed, decimals), expired)
	texts = (row.customer, row.issuing_entry, row.account, row.short_account)
	return Credit(
		row.name, row.company, row.currency, decimals, standing, *figures, *(text or "" for text in texts)
	)


def keep(credit: Credit) -> None:
	"""Write the figures of a locked credit."""
	standing = credit.standing
	values = {
		"kind": KINDS[standing.kind],
		"status": standing.status(today()),
		"expires_on": getdate(standing.expires_on) if standing.expires_on else None,
		"balance": shown(standing.balance_minor, credit.decimals),
		"overspent": shown(standing.overspent_minor, credit.decimals),
		"issued": shown(credit.issued_minor, credit.decimals),
		"redeemed": shown(credit.redeemed_minor, credit.decimals),
		"expired": shown(credit.expired_minor, credit.decimals),
		"customer": credit.customer or None,
		"issuing_entry": credit.issuing_entry or None,
		"account": credit.account or None,
		"short_account": credit.short_account or None,
		"modified": now_datetime(),
	}
	assignments = ", ".join(f"`{column}` = %({column})s" for column in values)
	frappe.db.sql(
		f"UPDATE `tabPOS Credit` SET {assignments} WHERE name = %(name)s", {**values, "name": credit.name}
	)


def append(credit: Credit, row: Written) -> None:
	"""Append a move to the ledger of a credit; the database takes each part of an entry once."""
	document = frappe.get_doc(
		{
			"doctype": "POS Credit Entry",
			"name": frappe.generate_hash(length=12),
			"credit": credit.name,
			"company": credit.company,
			"currency": credit.currency,
			"what": row.what,
			"amount": shown(row.amount_minor, credit.decimals),
			"short": shown(row.short_minor, credit.decimals),
			"balance": shown(credit.standing.balance_minor, credit.decimals),
			"date": row.date,
			"till": row.till or None,
			"entry": row.entry,
			"part": row.part,
			"voucher": row.voucher or None,
			"account": credit.account or None,
			"short_account": credit.short_account or None,
		}
	)
	document.db_insert()


def status_of(document: Any) -> str:
	"""The status of a POS Credit, by its own fields."""
	standing = Standing(
		"",
		balance_minor=int(bool(document.balance)),
		expires_on=str(document.expires_on or ""),
		blocked=bool(document.blocked),
	)
	return standing.status(today())


def shown(amount_minor: int, decimals: int) -> str:
	"""An amount for a column or for people."""
	return format_minor(amount_minor, decimals)
