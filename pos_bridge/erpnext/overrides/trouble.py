"""A sale that happened is booked: refusals that come too late to prevent anything become flags.

It never switches a check off for anybody but the entry being posted, nor one that keeps the books right.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import erpnext.stock.doctype.item.item as item_module
import erpnext.stock.stock_ledger as stock_ledger
from frappe import _

Flag = tuple[str, str]


@contextmanager
def what_happened_is_booked() -> Iterator[list[Flag]]:
	"""Within it, stock may go below zero and an item may be disabled; yields the flags that came up.

	ERPNext reads both rules through these two functions (`stock_ledger.is_negative_stock_allowed`,
	`item.validate_end_of_life`), which posting's own process replaces for as long as it posts one entry.
	"""
	flags: list[Flag] = []
	allowed, validate = stock_ledger.is_negative_stock_allowed, item_module.validate_end_of_life
	stock_ledger.is_negative_stock_allowed = lambda *, item_code=None: True
	item_module.validate_end_of_life = _flagging(flags)
	try:
		yield flags
	finally:
		stock_ledger.is_negative_stock_allowed = allowed
		item_module.validate_end_of_life = validate


def _flagging(flags: list[Flag]) -> Callable[..., None]:
	seen: set[str] = set()

	def validate_end_of_life(item_code: str, end_of_life: object = None, disabled: object = None) -> None:
		if disabled and item_code not in seen:
			seen.add(item_code)
			words = _("{0} is disabled; it was sold before the till knew.").format(item_code)
			flags.append(("item_disabled", words))

	return validate_end_of_life
