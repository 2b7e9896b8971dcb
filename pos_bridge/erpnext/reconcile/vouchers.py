"""The Journal Entries that entries made beside their invoices, and points that were not there.

It never compares an account by itself: an entry's effect is compared over all of its documents at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import frappe
from frappe import _

from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.scope import Row
from pos_bridge.erpnext.tenders.points import FLAG

VOUCHER = "Journal Entry"
Ledger = Mapping[str, tuple[float, float]]
"""Debits less credits by account, in the company's and in the document's currency."""


def ledgers_of(postings: Mapping[str, list[tuple[str, str, str]]]) -> dict[str, dict[str, Any]]:
	"""By voucher of these entries, what the ledger holds of it; nothing of one that was cancelled."""
	names = tuple({name for parts in postings.values() for _p, doctype, name in parts if doctype == VOUCHER})
	found: dict[str, dict[str, Any]] = {}
	if not names:
		return found
	for name, account, base, own in frappe.db.sql(
		"SELECT voucher_no, account, SUM(debit - credit),"
		" SUM(debit_in_transaction_currency - credit_in_transaction_currency) FROM `tabGL Entry`"
		" WHERE voucher_type = 'Journal Entry' AND voucher_no IN %s AND is_cancelled = 0"
		" GROUP BY voucher_no, account",
		(names,),
	):
		found.setdefault(name, {})[account] = (base, own or base)
	return found


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
