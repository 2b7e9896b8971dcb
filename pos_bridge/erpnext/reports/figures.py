"""Figures of a sale or return as columns beside its text, so that no report reads fifty thousand texts.

They are taken at intake, before anybody has checked the body: a body in another form has none. It never
refuses an entry.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import frappe

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Malformed
from pos_bridge.core.money import MAX_MINOR, parse_decimal
from pos_bridge.core.report.parts import at_full_price
from pos_bridge.core.sale_body import UNREADABLE
from pos_bridge.erpnext.posting.moments import shop_time
from pos_bridge.erpnext.shop import CHANNEL

SOLD = ("sale", "return")
COLUMNS = ("net", "tax", "discount", "hour", "pos_profile", "channel", "sold")
"""Columns of POS Entry that this file fills, out of the entry's text and its till alone: nothing else is in
them, and `patches/v0_4/figures_of_entries.py` fills them again. Figures that a body does not have are 0.
"""


def columns_of(entry: Entry) -> dict[str, Any]:
	"""Net, tax and discount in the currency's units, the hour on the shop's wall, the shop, the channel."""
	if entry.kind not in SOLD:
		return {}
	place = frappe.get_cached_value("POS Till", entry.till, ["pos_profile", "time_zone"]) or (None, "")
	return {
		**{"pos_profile": place[0], "channel": CHANNEL},
		**_hour(entry.occurred_at, place[1] or ""),
		**_amounts(entry.body),
	}


def _hour(occurred_at: str, time_zone: str) -> dict[str, int]:
	try:
		return {"hour": shop_time(occurred_at, time_zone).hour}
	except (ValueError, OverflowError):
		return {}


def _amounts(body: Mapping[str, Any]) -> dict[str, Any]:
	try:
		precision = body["currency_precision"]
		minor = {"net": body["net_minor"], "tax": body["tax_minor"], "discount": discount_minor(body)}
		sold = sold_in(body)
	except (Malformed, *UNREADABLE):
		return {}
	if not isinstance(precision, int) or not 0 <= precision <= 4:
		return {}
	if not _are_amounts(minor.values()):
		return {}
	return {"sold": sold, **{name: value / 10**precision for name, value in minor.items()}}


def _are_amounts(values: Iterable[object]) -> bool:
	return all(isinstance(value, int) and abs(value) <= MAX_MINOR for value in values)


def sold_in(body: Mapping[str, Any]) -> str:
	"""The lines as short JSON: item, quantity, amount and net of each. A text takes ten times as long."""
	lines = [
		(line["item"], line["quantity"], line["amount_minor"], line["net_minor"]) for line in body["lines"]
	]
	for item, quantity, *amounts in lines:
		parse_decimal(quantity)
		if not isinstance(item, str) or not _are_amounts(amounts):
			raise TypeError("An item is a text, an amount a whole number.")
	return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))


def discount_minor(body: Mapping[str, Any]) -> int:
	"""What lines cost less than at their prices with their margins, and what came off the ticket."""
	found = int(body.get("discount", {}).get("amount_minor", 0))
	for line in body["lines"]:
		if parse_decimal(line.get("discount_percent", "0")) or line.get("unit_discount_minor"):
			found += at_full_price(line, body) - line["amount_minor"]
	return found
