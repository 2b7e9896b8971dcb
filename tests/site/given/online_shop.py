"""A fake shop with a Sales Channel in ERPNext, and what the books say of its orders."""

import itertools
from contextlib import contextmanager
from dataclasses import dataclass

import frappe
from books import COMPANY, ensure_taxes, make_item, receive, tax_account

from pos_bridge import online
from pos_bridge.channels.base import Settings
from pos_bridge.channels.fake.connector import Fake
from pos_bridge.channels.fake.shop import FakeProduct, FakeShop
from pos_bridge.channels.fake.trouble import Trouble
from pos_bridge.channels.registry import KINDS
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import Moved

SECRET = "whsec"
_numbers = itertools.count(1)
_shops: dict[str, "OnlineShop"] = {}


@dataclass
class OnlineShop:
	"""A shop, its channel and the trouble on the way to it."""

	channel: str
	shop: FakeShop
	trouble: Trouble
	items: list[str]
	warehouse: str
	city: str

	def place(self, *pieces, **more):
		wanted = {str(index): number for index, number in enumerate(pieces, start=1) if number}
		return self.shop.place(wanted, **more)

	def send(self, order, *pieces, location="dc"):
		"""Goods leave: so many pieces of each line, all that is left if none are said."""
		left = self.shop.left_to_go(order)
		lines = [line.id for line in self.shop.orders[order].lines]
		wanted = dict(zip(lines, (n * SCALE for n in pieces), strict=False)) if pieces else left
		moved = [Moved(line, quantity) for line, quantity in wanted.items() if quantity]
		return self.shop.fulfil(order, moved, location)

	def line(self, order, index=0):
		return self.shop.orders[order].lines[index]

	def read(self, order):
		"""Hear of the order and read it, as a webhook and its job do; its row."""
		row = online.orders.hear(self.channel, order)
		frappe.db.commit()
		online.sync_order(row)
		return self.row(order)

	def row(self, order):
		name = frappe.db.get_value("Channel Order", {"channel": self.channel, "remote_id": order}, "name")
		return frappe.get_doc("Channel Order", name) if name else None

	def posted(self, order):
		row = self.read(order)
		assert row.state == "posted", (row.state, row.attention, row.last_fault)
		return row

	def documents(self, order):
		"""Kinds of the documents that an order became, in their order."""
		return [each.kind for each in self.row(order).documents]

	def document(self, order, kind, index=0):
		found = [each for each in self.row(order).documents if each.kind == kind][index]
		return frappe.get_doc(found.document_type, found.document_name)

	def books(self, *orders):
		"""Debits less credits by account over all documents of these orders, but the cost of goods."""
		names = [self.row(order).name for order in orders]
		found: dict[str, float] = {}
		for doctype in ("Sales Invoice", "Payment Entry", "Delivery Note"):
			vouchers = frappe.get_all(doctype, {"pos_bridge_channel_order": ("in", names)}, pluck="name")
			for row in frappe.get_all(
				"GL Entry",
				{"voucher_type": doctype, "voucher_no": ("in", [*vouchers, ""]), "is_cancelled": 0},
				["account", "debit", "credit"],
			):
				found[row.account] = round(found.get(row.account, 0) + row.debit - row.credit, 2)
		return {account: amount for account, amount in sorted(found.items()) if amount}

	def moved(self, *orders):
		"""What left, by item and warehouse, below zero."""
		names = [self.row(order).name for order in orders]
		notes = frappe.get_all("Delivery Note", {"pos_bridge_channel_order": ("in", names)}, pluck="name")
		found: dict[tuple, float] = {}
		for row in frappe.get_all(
			"Stock Ledger Entry",
			{"voucher_no": ("in", [*notes, ""]), "is_cancelled": 0},
			["item_code", "warehouse", "actual_qty"],
		):
			place = (row.item_code, row.warehouse)
			found[place] = found.get(place, 0) + row.actual_qty
		return {place: quantity for place, quantity in found.items() if quantity}


def _connect(settings: Settings):
	known = _shops[settings.channel]
	return Fake(settings, known.shop, known.trouble)


KINDS["fake"] = _connect


def account(title, root_type="Income", **more):
	"""An account of the company, made once."""
	name = f"{title} - LT"
	if frappe.db.exists("Account", name):
		return name
	parent = frappe.db.get_value(
		"Account", {"company": COMPANY, "root_type": root_type, "is_group": 1, "parent_account": ("!=", "")}
	)
	fields = {"doctype": "Account", "account_name": title, "company": COMPANY, "parent_account": parent}
	return frappe.get_doc({**fields, **more}).insert().name


def _vat():
	name = "Online VAT - LT"
	return name if frappe.db.exists("Account", name) else tax_account("Online VAT")


def _warehouse(title):
	document = {"doctype": "Warehouse", "warehouse_name": title, "company": COMPANY}
	return frappe.get_doc(document).insert().name


def open_online_shop(stock=100, **fields):
	"""A channel of a new shop that sells a tee at 19.99 and a mug at 3.33, both with 19 % tax in it."""
	number = next(_numbers)
	channel = f"web{number}"
	ensure_taxes()
	items = [make_item(f"{channel}-tee", 1999), make_item(f"{channel}-mug", 333)]
	warehouse, city = _warehouse(f"Dispatch {number}"), _warehouse(f"City {number}")
	products = [
		FakeProduct(str(index), item, price, item, on_hand={"dc": 1000, "city": 1000})
		for index, (item, price) in enumerate(zip(items, (1999, 333), strict=True), start=1)
	]
	frappe.get_doc(
		{
			"doctype": "Sales Channel",
			"channel": channel,
			"kind": "fake",
			"company": COMPANY,
			"orders_from": "2020-01-01 00:00:00",
			"price_list": "Standard Selling",
			"warehouse": warehouse,
			"webhook_secret": SECRET,
			"shipping_account": account("Online Shipping"),
			"fee_account": account("Online Fees"),
			"refund_account": account("Online Goodwill"),
			"locations": [
				{"location": "dc", "warehouse": warehouse},
				{"location": "city", "warehouse": city},
			],
			"taxes": [{"title": "", "rate": 19, "account": _vat()}],
			"payments": [{"gateway": "demo-card", "account": account("Online Card Clearing", "Asset")}],
			**fields,
		}
	).insert()
	frappe.flags.pop("warehouse_account_map", None)
	if stock:
		receive(items, warehouse, stock)
		receive(items, city, stock)
	frappe.db.commit()
	shop = FakeShop(products, channel=channel, secret=SECRET, oversells=True)
	_shops[channel] = OnlineShop(channel, shop, Trouble(), items, warehouse, city)
	return _shops[channel]


@contextmanager
def killed_after(documents):
	"""The worker dies after so many documents: what it has done of this order so far is rolled back."""
	from pos_bridge.erpnext.online import posting

	keep, left = posting._keep, itertools.count(1)

	def keep_or_die(*arguments):
		keep(*arguments)
		if next(left) > documents:
			raise KeyboardInterrupt

	posting._keep = keep_or_die
	try:
		yield
	finally:
		posting._keep = keep
