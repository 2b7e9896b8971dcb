"""What making an order's documents needs: the order, its customer, and what was made of it before.

It never makes a document by itself.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import frappe
from erpnext.setup.utils import get_exchange_rate
from frappe import _

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, currency_decimals
from pos_bridge.core.online import Made, Order, OrderLine, Step
from pos_bridge.erpnext.online.channel import Channel, local_time
from pos_bridge.erpnext.online.items import item_of
from pos_bridge.erpnext.shop import minor

Document = tuple[str, str]
"""Doctype and name."""
_TICK = timedelta(seconds=1)


@dataclass(slots=True)
class Context:
	"""One order while its documents are made. `documents` are those that exist, by key."""

	row: str
	channel: Channel
	order: Order
	customer: str
	made: dict[str, Made]
	documents: dict[str, Document] = field(default_factory=dict)
	flags: list[tuple[str, str, str]] = field(default_factory=list)
	"""Entry, flag and details of what a person should know though it was booked."""

	@property
	def sales_order(self) -> str:
		"""The order's Sales Order, "" while there is none."""
		found = [key for key, made in self.made.items() if made.kind == "order"]
		return self.documents[found[0]][1] if found else ""

	@property
	def unit(self) -> int:
		return int(10**self.order.currency_precision)

	def amount(self, minor_units: int) -> float:
		"""An amount as ERPNext has it; here and nowhere else it becomes a float."""
		return minor_units / self.unit

	def minor(self, amount: float) -> int:
		return minor(amount, self.order.currency_precision)

	@property
	def company_unit(self) -> int:
		return int(10 ** currency_decimals(self.channel.currency))

	def company_minor(self, amount: float) -> int:
		return minor(amount, currency_decimals(self.channel.currency))

	def line(self, line: str) -> OrderLine | None:
		"""A line of the order as it stands; None if it is gone from it."""
		return next((each for each in self.order.lines if each.id == line), None)

	def item(self, line: str) -> str:
		"""The Item of a line, also of one that is gone from the order and has been ordered."""
		named = {"parent": self.sales_order, "pos_bridge_line": line}
		known = self.sales_order and frappe.db.get_value("Sales Order Item", named, "item_code")
		if known:
			return str(known)
		standing = self.line(line)
		if standing is None:
			words = _("The shop names a line {0} that the order {1} does not have.")
			raise Rejected(words.format(line, self.order.number), code="channel_line")
		return item_of(self.channel.name, standing)

	def common(self) -> dict[str, Any]:
		"""Fields that the order's selling documents share: prices and rates are the shop's."""
		return {
			"company": self.channel.company,
			"customer": self.customer,
			"currency": self.order.currency,
			"conversion_rate": self.rate(),
			"selling_price_list": self.channel.price_list,
			"ignore_pricing_rule": 1,
			"disable_rounded_total": 1,
			"pos_bridge_channel_order": self.row,
		}

	def rate(self) -> float:
		"""Company currency for one of the order's: as booked before, as the shop settles, else ERPNext's."""
		if self.order.currency == self.channel.currency:
			return 1.0
		if self.sales_order:
			return float(frappe.db.get_value("Sales Order", self.sales_order, "conversion_rate"))
		if self.order.settlement_currency == self.channel.currency and self.order.settlement_rate:
			return self.order.settlement_rate / SCALE
		day = local_time(self.order.placed_at).date()
		rate = get_exchange_rate(self.order.currency, self.channel.currency, str(day), "for_selling")
		if not rate:
			words = _(
				"There is no exchange rate from {0} to {1} on {2}. Add a Currency Exchange, then retry."
			)
			raise Rejected(
				words.format(self.order.currency, self.channel.currency, day), code="channel_currency"
			)
		return float(rate)

	def moment(self, step: Step, after: Document | None = None) -> datetime:
		"""When the books say that it happened; not before the document that it takes back."""
		occurred = local_time(step.occurred_at)
		if after is None:
			return occurred
		doctype, name = after
		sold = frappe.db.get_value(doctype, name, ["posting_date", "posting_time"])
		return max(occurred, datetime.combine(sold[0], datetime.min.time()) + sold[1] + _TICK)

	def revenue(self, line: OrderLine | None) -> dict[str, Any]:
		"""The income account of a line where it is not the item's own."""
		if line is not None and line.gift_card:
			return {"income_account": self.channel.account("gift_card_account")}
		own = self.channel.accounts.get("income_account")
		return {"income_account": own} if own else {}


def submitted(document: Any) -> Document:
	"""Insert and submit a document with the rights of nobody in particular; its doctype and name."""
	document.flags.ignore_permissions = True
	document.flags.pos_bridge_posting = True
	# Taxes are the shop's, row for row: none come from a template of the item or the company.
	document.set_taxes_and_charges = lambda: None
	document.append_taxes_from_item_tax_template = lambda: None
	document.insert()
	document.submit()
	return str(document.doctype), str(document.name)
