"""Tenders as payment rows of an invoice: which Mode of Payment and which account each has.

It never moves money: a row says where posting lets ERPNext book it.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import format_decimal, format_minor
from pos_bridge.core.sale import Sale
from pos_bridge.core.tenders import MONEY_KINDS, Share, Tender, change_tender
from pos_bridge.erpnext.posting.accounts import account_for
from pos_bridge.erpnext.shop import Shop

POINTS = "Loyalty Points"
MODES: Mapping[str, str] = {
	"exchange": "Exchange",
	"gift_card": "Gift Card",
	"store_credit": "Store Credit",
	"points": POINTS,
}
"""Kind of a tender that is no money to its Mode of Payment; set-up makes them. Money names its own mode."""
BY_ITSELF = frozenset({"on_account", "points"})
"""Kinds that are no payment row: a debt is what is not paid, points are fields of the invoice."""


def mode_of(tender: Tender) -> str:
	return MODES.get(tender.kind, tender.tender)


def account_of(mode: str, shop: Shop) -> str:
	"""The account that a tender of money goes to, or `Rejected`."""
	account = shop.tenders.get(mode) or frappe.db.get_value(
		"Mode of Payment Account", {"parent": mode, "company": shop.company}, "default_account"
	)
	if account:
		return str(account)
	raise Rejected(
		_("The Mode of Payment {0} has no account in {1}.").format(mode, shop.company),
		code="no_account",
	)


def account_of_tender(tender: Tender, shop: Shop) -> str:
	"""The account of any tender but debts and points; `Rejected` says what is not set up."""
	if tender.kind in MONEY_KINDS:
		return account_of(tender.tender, shop)
	return account_for(tender.kind, shop)


def payment_rows(sale: Sale, shop: Shop) -> list[dict[str, Any]]:
	"""A row for each mode, tips left out; ERPNext wants one even where nothing was paid.

	One row for several tenders of a mode: ERPNext may take the change off every row of the change's account.
	"""
	decimals = sale.draft.currency_precision
	rows: dict[str, list[Share]] = {}
	for share in sale.settled.pays:
		if share.tender.kind not in BY_ITSELF:
			rows.setdefault(mode_of(share.tender), []).append(share)
	if not rows:
		mode = next(iter(shop.tenders), "")
		return [{"mode_of_payment": mode, "account": account_of(mode, shop), "amount": 0}]
	return [_row(mode, shares, shop, decimals) for mode, shares in rows.items()]


def _row(mode: str, shares: list[Share], shop: Shop, decimals: int) -> dict[str, Any]:
	return {
		"mode_of_payment": mode,
		"account": account_of_tender(shares[0].tender, shop),
		"type": "Cash" if shares[0].tender.kind == "cash" else "Bank",
		"amount": sum(share.amount_minor for share in shares) / 10**decimals,
		"pos_bridge_foreign": "; ".join(filter(None, map(_foreign_words, shares))),
	}


def _foreign_words(share: Share) -> str:
	foreign = share.tender.foreign
	if foreign is None:
		return ""
	handed = format_minor(foreign.amount_minor, foreign.currency_precision)
	return f"{foreign.currency} {handed} at {format_decimal(foreign.rate)}"


def change_account(sale: Sale, shop: Shop) -> str:
	"""Change is given out of the till's cash: where the tender that it came from goes to."""
	cash = change_tender(sale.tenders, sale.change_from)
	return account_of(cash, shop) if sale.change_minor and cash else shop.change_account
