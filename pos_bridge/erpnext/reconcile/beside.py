"""What belongs to an invoice beside it: the voucher of its tip, and points that were not there.

It never compares an account by itself: a sale's effect is compared over both of its documents at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import frappe
from frappe import _

from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.scope import Row
from pos_bridge.erpnext.tenders.points import FLAG
from pos_bridge.erpnext.tenders.tips import PART

Ledger = Mapping[str, tuple[float, float]]
"""Debits less credits by account, in the company's and in the document's currency."""


def tips_of(postings: Mapping[str, list[tuple[str, str, str]]]) -> dict[str, dict[str, tuple[float, float]]]:
	"""By entry, what the ledger holds of its tip's voucher; nothing of one that was cancelled."""
	vouchers = {
		name: entry for entry, parts in postings.items() for part, _type, name in parts if part == PART
	}
	found: dict[str, dict[str, tuple[float, float]]] = {entry: {} for entry in vouchers.values()}
	if not vouchers:
		return found
	for name, account, base, own in frappe.db.sql(
		"SELECT voucher_no, account, SUM(debit - credit),"
		" SUM(debit_in_transaction_currency - credit_in_transaction_currency) FROM `tabGL Entry`"
		" WHERE voucher_type = 'Journal Entry' AND voucher_no IN %s AND is_cancelled = 0"
		" GROUP BY voucher_no, account",
		(tuple(vouchers),),
	):
		found[vouchers[name]][account] = (base, own or base)
	return found


def tip_cancelled(missing_minor: int, sale: Sale, tip: Ledger | None) -> str:
	"""Words if what is missing on an account is what the tip's voucher had there, and that is cancelled."""
	had = {-sale.tip_minor, *(share.amount_minor for share in sale.settled.tips)}
	cancelled = tip is not None and not tip and missing_minor in had
	return _("The desk cancelled the voucher of the tip.") if cancelled else ""


def flagged(entries: tuple[str, ...]) -> frozenset[str]:
	"""Those of these entries that spent points that were not there."""
	rows = frappe.db.sql_list(
		"SELECT parent FROM `tabPOS Entry Flag` WHERE flag = %s AND parent IN %s", (FLAG, entries)
	)
	return frozenset(rows)


def shortage(
	row: Row, points_account: str, short: tuple[str, int], expected: Counter[str], decimals: int
) -> Iterator[Difference]:
	"""Move what was missing of the points to the account where posting put it, and say so."""
	account, missing_minor = short
	expected[points_account] -= missing_minor
	expected[account] += missing_minor
	yield row.differs(
		Kind.SHORTAGE,
		_("Points were spent that were not there any more; its remarks say how many."),
		explained=True,
		expected="0",
		found=amount(missing_minor, decimals),
		account_or_item=account,
	)
