"""Shops, items and tills for the tests, and what the books say; each shop is new, so tests don't meet.

All of it goes through ERPNext's own documents; nothing is written past them.
"""

import itertools
from dataclasses import dataclass, field, replace

import frappe

from pos_bridge.core.entry import (
	GENESIS,
	NUMBERED_KINDS,
	Entry,
	WireEntry,
	open_wire,
	receipt_number,
	seal,
	uuid7,
)
from pos_bridge.core.money import SCALE, Rounding, parse_decimal
from pos_bridge.core.returns import draft_of_return, make_return, return_body
from pos_bridge.core.sale import DraftLine, SaleDraft, Tender, compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.erpnext.setup import setup_shop
from pos_bridge.erpnext.shop import rounding_method, shop_of, template_rates

COMPANY = "Lindenhof Trading Ltd"
DAY = "2026-11-25"
NOON = f"{DAY}T12:00:00.000+01:00"
_numbers = itertools.count(1)


@dataclass
class TestShop:
	"""A shop's names, and its till's chain of entries."""

	__test__ = False

	till: str
	items: list[str]
	chain: str = ""
	sequence: int = 0
	receipts: int = 0
	head: str = GENESIS
	epoch: int = 1
	day: str = DAY
	times: itertools.count = field(default_factory=itertools.count)

	@property
	def shop(self):
		return shop_of(self.till)

	def line(self, item, quantity="1", price=None, percent=0, off=0, template=None, against=0):
		rates = {
			account: parse_decimal(rate)
			for account, rate in template_rates(self.shop, template or _own(item)).items()
		}
		price = price if price is not None else price_of(item, self.shop)
		return DraftLine(
			item=item,
			name=frappe.get_cached_value("Item", item, "item_name"),
			quantity=parse_decimal(quantity),
			unit=frappe.get_cached_value("Item", item, "stock_uom"),
			price_minor=price,
			rates=rates,
			discount_percent=percent * SCALE,
			unit_discount_minor=off,
			against_line=against,
		)

	def draft(self, *lines, discount=None):
		shop = self.shop
		return SaleDraft(
			shop.currency,
			shop.currency_precision,
			Rounding(rounding_method()),
			tuple(row.tax for row in shop.taxes),
			tuple(lines),
			discount,
			shop.total_rounding,
			shop.row_wise_tax,
			shop.rate_decimals,
		)

	def sale(self, *lines, tenders=None, over=0, discount=None, **more):
		"""A sealed sale, paid in cash unless `tenders` says otherwise; `over` minor units of change."""
		draft = self.draft(*lines, discount=discount)
		cash, *_ = self.shop.tenders
		total = compute(draft).total_minor + over
		tenders = tenders or ([Tender(cash, "cash", total)] if total else [])
		return self.seal("sale", {**sale_body(make_sale(draft, tenders)), **more.pop("body", {})}, **more)

	def seal(self, kind, body, **more):
		"""The next entry of this till's chain."""
		numbered = kind in NUMBERED_KINDS
		self.sequence += 1
		self.receipts += numbered
		self.chain = self.chain or _uuid()
		entry = Entry(
			id=_uuid(),
			kind=kind,
			till=self.till,
			writer="page",
			chain=self.chain,
			epoch=self.epoch,
			sequence=self.sequence,
			previous=self.head,
			occurred_at=more.pop("at", f"{self.day}T12:00:{next(self.times) % 60:02d}.000+01:00"),
			business_date=more.pop("day", self.day),
			cashier=more.pop("cashier", "Ada"),
			body=body,
			receipt_number=receipt_number(self.till, self.epoch, self.receipts) if numbered else "",
			**more,
		)
		wire = seal(entry)
		self.head = wire.hash
		return wire


def _uuid() -> str:
	import secrets
	import time

	return uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10))


def _own(item):
	rows = frappe.get_cached_doc("Item", item).taxes
	return rows[0].item_tax_template if rows else None


def price_of(item, shop) -> int:
	rate = frappe.db.get_value(
		"Item Price", {"item_code": item, "price_list": shop.price_list}, "price_list_rate"
	)
	return round(rate * 10**shop.currency_precision)


def open_shop(items: int = 3, stock: int = 100) -> TestShop:
	"""A new shop of the company with a till, its own items at 2.50, 5.00 …, and stock of each."""
	number = next(_numbers)
	name, till = f"Shop {number}", f"S{number}"
	ensure_taxes()
	setup_shop(company=COMPANY, shop=name, till=till)
	profile = frappe.get_doc("POS Profile", frappe.db.get_value("POS Till", till, "pos_profile"))
	profile.taxes_and_charges = TAXES
	profile.save()
	codes = [
		make_item(f"S{number}-{index}", 250 * index, f"{((index % 2) and 'Standard') or 'Reduced'}")
		for index in range(1, items + 1)
	]
	# ERPNext keeps the warehouses' accounts for as long as a process lives.
	frappe.flags.pop("warehouse_account_map", None)
	if stock:
		receive(codes, profile.warehouse, stock)
	frappe.db.commit()
	return TestShop(till, codes)


def open_till(shop: TestShop) -> TestShop:
	"""Another till of a shop, with the same items."""
	till = f"S{next(_numbers)}"
	profile = frappe.db.get_value("POS Till", shop.till, "pos_profile")
	frappe.get_doc({"doctype": "POS Till", "till": till, "pos_profile": profile}).insert()
	frappe.db.commit()
	return TestShop(till, shop.items)


TAXES = "Test prices with VAT - LT"
TEMPLATES = {"Standard": ("Test standard - LT", 19, 0), "Reduced": ("Test reduced - LT", 0, 7)}


def ensure_taxes() -> None:
	"""VAT of 19 and 7 percent included in the prices: two rows, and a template for each kind of item."""
	if frappe.db.exists("Sales Taxes and Charges Template", TAXES):
		return
	accounts = [tax_account("Test VAT 19"), tax_account("Test VAT 7")]
	template = frappe.get_doc(
		{
			"doctype": "Sales Taxes and Charges Template",
			"title": "Test prices with VAT",
			"company": COMPANY,
			"taxes": [
				{
					"charge_type": "On Net Total",
					"account_head": account,
					"description": label,
					"rate": rate,
					"included_in_print_rate": 1,
				}
				for account, label, rate in zip(accounts, ("VAT 19 %", "VAT 7 %"), (19, 0), strict=True)
			],
		}
	)
	template.insert()
	for title, (_, *rates) in TEMPLATES.items():
		rows = [
			{"tax_type": account, "tax_rate": rate} for account, rate in zip(accounts, rates, strict=True)
		]
		document = {
			"doctype": "Item Tax Template",
			"title": f"Test {title.lower()}",
			"company": COMPANY,
			"taxes": rows,
		}
		frappe.get_doc(document).insert()


def tax_account(name: str) -> str:
	parent = frappe.db.get_value(
		"Account", {"company": COMPANY, "account_type": "Tax", "is_group": 0}, "parent_account"
	)
	account = {
		"doctype": "Account",
		"account_name": name,
		"company": COMPANY,
		"parent_account": parent,
		"account_type": "Tax",
	}
	return frappe.get_doc(account).insert().name


def make_item(code: str, price_minor: int, tax: str = "Standard", **more) -> str:
	item = frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": code,
			"item_name": f"Item {code}",
			"item_group": frappe.db.get_value("Item Group", {"is_group": 0}),
			"stock_uom": "Nos",
			"taxes": [{"item_tax_template": TEMPLATES[tax][0]}],
			**more,
		}
	)
	item.insert()
	price = {"doctype": "Item Price", "item_code": code, "price_list": "Standard Selling"}
	frappe.get_doc({**price, "price_list_rate": price_minor / 100}).insert()
	return code


def receive(items, warehouse: str, quantity: float, rate: float = 1.0) -> None:
	"""Goods come in on the first of the year."""
	frappe.get_doc(
		{
			"doctype": "Stock Entry",
			"stock_entry_type": "Material Receipt",
			"company": COMPANY,
			"set_posting_time": 1,
			"posting_date": "2026-01-02",
			"posting_time": "08:00:00",
			"items": [
				{"item_code": item, "t_warehouse": warehouse, "qty": quantity, "basic_rate": rate}
				for item in items
			],
		}
	).submit()


def returned(shop, sold, quantities, serials=None, **more):
	"""A sealed return of these quantities of the sale's lines, paid out in cash.

	`serials` are, by the sale's line, the serial numbers that come back.
	"""
	entry = open_wire(sold)
	wanted = {line: round(quantity * SCALE) for line, quantity in quantities.items()}
	draft = draft_of_return(sale_from_body(entry.body), wanted)
	named = [
		replace(line, serials=(serials or {}).get(line.against_line, line.serials)) for line in draft.lines
	]
	draft = replace(draft, lines=tuple(named))
	cash = next(iter(shop.shop.tenders))
	total = compute(draft, "return").total_minor
	tenders = [Tender(cash, "cash", total)] if total else []
	return shop.seal(
		"return", return_body(make_return(draft, tenders, entry.id, entry.receipt_number)), **more
	)


def flags(wire):
	return [row.flag for row in entry_of(wire).remarks]


def record(shop: TestShop, *wires: WireEntry):
	"""Record entries as a push does, committed."""
	from pos_bridge.erpnext import stock
	from pos_bridge.erpnext.daybook import FrappeDaybook, lock_till
	from pos_bridge.erpnext.posting.moments import arrival_now

	lock_till(shop.till)
	daybook = FrappeDaybook()
	results = daybook.record_all(wires, arrival_now(shop.till, "page"))
	stock.promise(daybook.kept)
	frappe.db.commit()
	return results


def book(shop: TestShop, *wires: WireEntry) -> list:
	"""Record entries and post all that waits; the POS Entry of each."""
	from pos_bridge import jobs

	record(shop, *wires)
	jobs.post_waiting()
	return [entry_of(wire) for wire in wires]


def entry_of(wire: WireEntry):
	return frappe.get_doc("POS Entry", open_wire(wire).id)


def invoice_of(wire: WireEntry):
	"""The document that the entry became."""
	entry = entry_of(wire)
	assert entry.state == "posted", (entry.state, entry.reason, entry.last_fault)
	return frappe.get_doc(entry.postings[0].document_type, entry.postings[0].document_name)


def gl(invoice: str) -> dict[str, float]:
	"""Debits less credits by account."""
	rows = frappe.get_all(
		"GL Entry", {"voucher_no": invoice, "is_cancelled": 0}, ["account", "debit", "credit"]
	)
	found: dict[str, float] = {}
	for row in rows:
		found[row.account] = round(found.get(row.account, 0) + row.debit - row.credit, 2)
	return found


def on_hand(item: str, warehouse: str) -> float:
	return frappe.db.get_value("Bin", {"item_code": item, "warehouse": warehouse}, "actual_qty") or 0.0
