"""Cash of other currencies that a shop takes: which, and at which rate of the company's Currency Exchange.

It never fetches a rate from the internet, and never guesses one: a currency without a rate is not taken.
"""

from datetime import date
from typing import Any

import frappe

from pos_bridge.core.money import currency_decimals
from pos_bridge.erpnext.shop import decimal_text


def rates_of(profile: Any, currency: str, today: date | str) -> list[dict[str, Any]]:
	"""Rows of the manifest's `foreign`, in the order in which the POS Profile names the currencies."""
	named = (profile.get("pos_bridge_foreign_cash") or "").upper().replace(";", ",").split(",")
	found = (_rate(code, currency, today) for code in dict.fromkeys(map(str.strip, named)))
	return [row for row in found if row]


def _rate(code: str, currency: str, today: date | str) -> dict[str, Any] | None:
	if code in ("", currency):
		return None
	filters = {"from_currency": code, "to_currency": currency, "for_selling": 1, "date": ("<=", today)}
	row = frappe.db.get_value(
		"Currency Exchange", filters, ["exchange_rate", "date"], order_by="date desc", as_dict=True
	)
	if not row or row.exchange_rate <= 0:
		return None
	return {
		"currency": code,
		"currency_precision": currency_decimals(code),
		"rate": decimal_text(row.exchange_rate),
		"as_of": str(row.date),
	}
