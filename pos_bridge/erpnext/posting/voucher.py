"""A Journal Entry for what an entry does to the books beside an invoice: money moved, counted, owed.

It never decides which accounts; `core.journal` says what, `accounts` and the tenders say where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe

from pos_bridge.core.entry import Entry
from pos_bridge.erpnext.shop import Shop


@dataclass(frozen=True, slots=True)
class VoucherLine:
	"""A row: a debit for an amount above zero, a credit for one below; a party where the account has them."""

	account: str
	amount_minor: int
	party_type: str = ""
	party: str = ""


def voucher_name(entry: Entry, part: str) -> str:
	"""`T1-1-V000042-tip`: till, epoch and place in its chain, and the part where an entry has several."""
	return "-".join(filter(None, (entry.till, str(entry.epoch), f"V{entry.sequence:06d}", part)))


def submit_voucher(
	entry: Entry, shop: Shop, lines: Sequence[VoucherLine], posting_date: date, remark: str, part: str = ""
) -> tuple[str, str]:
	"""Insert a submitted Journal Entry; its doctype and name. The amounts add up to zero.

	Named by the entry, so that it can't be made twice; a naming series would be one lock for all workers.
	"""
	fields = {"pos_bridge_entry": entry.id, "pos_bridge_till": entry.till}
	return make_voucher(voucher_name(entry, part), shop, lines, posting_date, remark, **fields)


def make_voucher(
	name: str, shop: Shop, lines: Sequence[VoucherLine], posting_date: date, remark: str, **fields: str
) -> tuple[str, str]:
	"""Insert a submitted Journal Entry of this name with more fields; its doctype and name."""
	unit = 10**shop.currency_precision
	voucher = frappe.get_doc(
		{
			"doctype": "Journal Entry",
			"voucher_type": "Journal Entry",
			"company": shop.company,
			"posting_date": posting_date,
			"user_remark": remark,
			"accounts": [_row(line, shop, unit) for line in lines if line.amount_minor],
			**fields,
		}
	)
	voucher.flags.pos_bridge_posting = True
	voucher.insert(ignore_permissions=True, set_name=name)
	voucher.flags.ignore_permissions = True
	voucher.submit()
	return str(voucher.doctype), str(voucher.name)


def _row(line: VoucherLine, shop: Shop, unit: int) -> dict[str, Any]:
	side = "debit_in_account_currency" if line.amount_minor > 0 else "credit_in_account_currency"
	party = {"party_type": line.party_type, "party": line.party} if line.party else {}
	return {
		"account": line.account,
		side: abs(line.amount_minor) / unit,
		"cost_center": shop.cost_center,
		**shop.dimensions,
		**party,
	}
