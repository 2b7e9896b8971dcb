"""A sale that happened is booked: refusals that come too late to prevent anything become flags.

It never switches a check off for anybody but the entry being posted, nor one that keeps the books right.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import erpnext.accounts.doctype.sales_invoice.sales_invoice as sales_invoice
import erpnext.selling.doctype.customer.customer as customer_module
import erpnext.stock.doctype.item.item as item_module
import erpnext.stock.stock_ledger as stock_ledger
import frappe
from frappe import _
from frappe.utils import strip_html

from pos_bridge.erpnext.overrides.definitions import replaced

Flag = tuple[str, str]


@contextmanager
def what_happened_is_booked(owes: bool = False) -> Iterator[list[Flag]]:
	"""Within it, what ERPNext refuses of stock, items and credit is not refused; yields what came up instead.

	`owes`: the entry adds to a customer's debts; else his credit limit is not worth a word.

	ERPNext reads these rules through these functions, which posting's own process replaces for as long as it
	posts one entry. How many points there are, tenders/points.py has looked at already.
	"""
	flags: list[Flag] = []
	with (
		replaced(stock_ledger, "is_negative_stock_allowed", lambda own: lambda *, item_code=None: True),
		replaced(item_module, "validate_end_of_life", lambda own: _flagging(flags)),
		replaced(customer_module, "check_credit_limit", lambda own: _credit_limit(own, flags, owes)),
		replaced(sales_invoice, "validate_loyalty_points", lambda own: lambda document, points: None),
	):
		yield flags


def _credit_limit(own: Callable[..., None], flags: list[Flag], owes: bool) -> Callable[..., None]:
	def check_credit_limit(*arguments: Any, **options: Any) -> None:
		before = len(frappe.local.message_log)
		try:
			own(*arguments, **options)
		except frappe.ValidationError as error:
			del frappe.local.message_log[before:]
			words = " ".join(strip_html(str(error).split("<br>")[0]).split())
			if owes and ("credit_limit", words) not in flags:
				flags.append(("credit_limit", words))

	return check_credit_limit


def _flagging(flags: list[Flag]) -> Callable[..., None]:
	seen: set[str] = set()

	def validate_end_of_life(item_code: str, end_of_life: object = None, disabled: object = None) -> None:
		if disabled and item_code not in seen:
			seen.add(item_code)
			words = _("{0} is disabled; it was sold before the till knew.").format(item_code)
			flags.append(("item_disabled", words))

	return validate_end_of_life
