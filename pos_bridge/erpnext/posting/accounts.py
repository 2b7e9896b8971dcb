"""The accounts of a shop that no Mode of Payment names: for the drawer, tips, credit and what is missing.

They stand in the POS Profile, each for one purpose; it never guesses one.
"""

import frappe
from frappe import _

from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.shop import PURPOSES, Shop


def account_for(purpose: str, shop: Shop) -> str:
	"""The shop's account for a purpose; `Rejected` says which field of the POS Profile is empty."""
	account = shop.accounts.get(purpose)
	if account:
		return account
	label = frappe._(frappe.get_meta("POS Profile").get_label(PURPOSES[purpose]))
	raise Rejected(
		_("The POS Profile {0} has no account for “{1}”. Set one, then retry.").format(shop.profile, label),
		code="shop_incomplete",
	)
