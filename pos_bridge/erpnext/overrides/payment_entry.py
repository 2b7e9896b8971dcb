"""A Payment Entry that a job makes asks for its accounts without a right to read Payment Entries.

It never gives anybody that right: the job's user has no role, and keeps none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import erpnext.accounts.doctype.payment_entry.payment_entry as payment_entry
import frappe
from erpnext.accounts.utils import get_balance_on

from pos_bridge.erpnext.overrides.definitions import replaced


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
