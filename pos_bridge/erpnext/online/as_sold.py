"""What an online shop sold is booked as it sold it: rules for people's own documents are not asked.

It never switches a rule off for anybody but the order being booked, nor one that keeps the books right.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import erpnext.accounts.doctype.payment_entry.payment_entry as payment_entry
import frappe
from erpnext.accounts.utils import get_balance_on
from erpnext.controllers.accounts_controller import AccountsController
from erpnext.controllers.selling_controller import SellingController

from pos_bridge.erpnext.overrides.definitions import replaced


@contextmanager
def as_the_shop_sold_it() -> Iterator[None]:
	"""Within it, an order may have two lines of one item, sell below cost, and be paid more than it is now.

	The last is so while a shop has made an order smaller, and has not given the rest back yet. What is
	billed of a line may differ from what was delivered at its rate: shops change amounts and leave
	quantities. The plan checks what is billed in all.
	"""
	with ExitStack() as stack:
		for owner, name, replacement in _RULES:
			# Not every version of ERPNext has each of them.
			if hasattr(owner, name):
				stack.enter_context(replaced(owner, name, replacement))
		yield


def _allowed(document: Any) -> None:
	return None


def _not_asked(document: Any, *arguments: Any, **options: Any) -> None:
	return None


def _paid_ahead(own: Callable[[Any], None]) -> Callable[[Any], None]:
	def set_total_advance_paid(document: Any) -> None:
		before = len(frappe.local.message_log)
		try:
			own(document)
		except frappe.ValidationError:
			del frappe.local.message_log[before:]
			document.db_set("advance_paid", document.base_grand_total)

	return set_total_advance_paid


_RULES: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
	(SellingController, "validate_for_duplicate_items", lambda own: _allowed),
	(SellingController, "validate_selling_price", lambda own: _allowed),
	(AccountsController, "set_total_advance_paid", _paid_ahead),
	(AccountsController, "validate_multiple_billing", lambda own: _not_asked),
)


@contextmanager
def accounts_asked_without_a_role() -> Iterator[None]:
	"""Within it, ERPNext's `get_account_details` does not ask who is asking."""
	with replaced(payment_entry, "get_account_details", lambda own: _details):
		yield


def _details(account: str, date: Any, cost_center: str | None = None) -> Any:
	"""As ERPNext's function of this name answers."""
	currency, kind = frappe.get_cached_value("Account", account, ["account_currency", "account_type"])
	balance = get_balance_on(account, date, cost_center=cost_center, ignore_account_permission=True)
	return frappe._dict(account_currency=currency, account_balance=balance, account_type=kind)
