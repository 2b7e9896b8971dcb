"""The company of the month: three shops in three time zones, six tills, goods of every kind, customers.

All of it is made by ERPNext's own documents. What the books are asked about afterwards is told as facts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import frappe
from books import COMPANY as PATTERN
from books import make_item

from pos_bridge.erpnext.setup import setup_shop
from pos_bridge.erpnext.shop import PURPOSES

COMPANY, ABBR = "Month of Trade Ltd", "MOT"
STANDARD, REDUCED = f"Month standard - {ABBR}", f"Month reduced - {ABBR}"
UNKNOWN = "M-NOVELTY"
"""An item that the tills sell and that nobody has made in ERPNext yet."""
RECEIVED = Decimal(1_000_000)
BATCHES = ("M-B1", "M-B2", "M-B3")
IN_A_BATCH = Decimal(12)
SERIALS_IN_A_SHOP = 12


@dataclass(frozen=True)
class Goods:
	"""An item as whoever buys it knows it: what a stock unit cost, how it is sold, what it consists of."""

	price_minor: int
	cost_minor: int = 0
	there: Decimal = RECEIVED
	tax: str = STANDARD
	parts: Mapping[str, int] | None = None
	tracked: str = ""
	unit: str = "Nos"


GOODS = {
	"M-TEA": Goods(250, 100),
	"M-MUG": Goods(499, 215),
	"M-LAMP": Goods(1999, 850),
	"M-BREAD": Goods(189, 60, tax=REDUCED),
	"M-NUTS": Goods(1990, 1000, tax=REDUCED, unit="Kg"),
	"M-WATER": Goods(100, 37),
	"M-CUP": Goods(300, 150),
	"M-RARE": Goods(775, 45, there=Decimal(5)),
	"M-REPAIR": Goods(1500, parts={}),
	"M-BASKET": Goods(2500, parts={"M-TEA": 2, "M-MUG": 1}),
	"M-YOGHURT": Goods(119, 55, tax=REDUCED, tracked="batch", there=IN_A_BATCH * len(BATCHES)),
	"M-CHEESE": Goods(455, 210, tax=REDUCED, tracked="one batch"),
	"M-PHONE": Goods(19_900, 9_000, tracked="serial", there=Decimal(SERIALS_IN_A_SHOP)),
}
NOVELTY = Goods(350, 120, there=Decimal(0))
BOX = 12


@dataclass(frozen=True)
class Place:
	"""A shop's name, its time zone, by name and in November, and how it counts taxes and coins."""

	shop: str
	zone: str
	offset: str
	tills: tuple[str, str]
	on_top: bool = False
	coins: bool = False
	department: str = ""


PLACES = (
	Place("Month Harbour", "Europe/Berlin", "+01:00", ("MH1", "MH2")),
	Place("Month Market", "Pacific/Auckland", "+13:00", ("MM1", "MM2"), coins=True, department="Market"),
	Place("Month Station", "America/New_York", "-05:00", ("MS1", "MS2"), on_top=True),
)


def make_company() -> None:
	"""The company with its taxes, three shops and goods in each; nothing is sold yet."""
	country, currency = frappe.db.get_value("Company", PATTERN, ["country", "default_currency"])
	company = {"doctype": "Company", "company_name": COMPANY, "abbr": ABBR, "country": country}
	frappe.get_doc({**company, "default_currency": currency, "enable_perpetual_inventory": 1}).insert()
	included, on_top = _taxes()
	for place in PLACES:
		for till in place.tills:
			taxes = on_top if place.on_top else included
			setup_shop(company=COMPANY, shop=place.shop, till=till, taxes=taxes)
			frappe.db.set_value("POS Till", till, "time_zone", place.zone)
		_make_its_own(place)
	frappe.flags.pop("warehouse_account_map", None)
	for item, goods in GOODS.items():
		_make_goods(item, goods)
	for place in PLACES:
		_receive(place)
	_let_cards_expire()
	frappe.db.commit()
	frappe.clear_cache()


def _taxes() -> tuple[str, str]:
	high, low, sales = (_account(name, "Tax", "Tax") for name in ("Month VAT 19", "Month VAT 7", "Month tax"))
	_make(
		"Sales Taxes and Charges Template",
		title="Month included",
		taxes=[_tax(high, 19, 1), _tax(low, 0, 1)],
	)
	_make("Sales Taxes and Charges Template", title="Month on top", taxes=[_tax(sales, "8.875", 0)])
	for title, rates in (("Month standard", (19, 0)), ("Month reduced", (0, 7))):
		rows = zip((high, low), rates, strict=True)
		_make(
			"Item Tax Template",
			title=title,
			taxes=[{"tax_type": account, "tax_rate": rate} for account, rate in rows],
		)
	return f"Month included - {ABBR}", f"Month on top - {ABBR}"


def _tax(account, rate, included):
	row = {"charge_type": "On Net Total", "account_head": account, "description": account, "rate": rate}
	return {**row, "included_in_print_rate": included}


def _make(doctype, **fields):
	return frappe.get_doc({"doctype": doctype, "company": COMPANY, **fields}).insert()


def _account(name, beside, kind=""):
	"""An account in the group where another one lies: one of a type, or the company's for a purpose."""
	alike = {"company": COMPANY, "is_group": 0}
	known = frappe.get_cached_value("Company", COMPANY, beside) if beside.startswith("default_") else ""
	alike |= {"name": known} if known else {"account_type": beside}
	parent = frappe.db.get_value("Account", alike, "parent_account")
	return _make("Account", account_name=name, account_type=kind, parent_account=parent).name


def _make_its_own(place: Place) -> None:
	"""What sets a shop apart: a drawer for dollars, another income account, coins, a dimension."""
	profile = frappe.get_doc("POS Profile", place.shop)
	if place.on_top:
		account = _account("Month dollars", "Cash", "Cash")
		rows = [{"company": COMPANY, "default_account": account}]
		mode = {"doctype": "Mode of Payment", "mode_of_payment": "Month dollars", "type": "Cash"}
		frappe.get_doc({**mode, "accounts": rows}).insert()
		profile.append("payments", {"mode_of_payment": "Month dollars"})
		profile.income_account = _account("Month station income", "default_income_account")
	if place.coins:
		profile.disable_rounded_total = 0
	if place.department:
		profile.set(dimension(), _department(place.department))
	profile.save()


def dimension() -> str:
	"""The field of the accounting dimension "Department", made where there is none yet."""
	from erpnext.accounts.doctype.accounting_dimension import accounting_dimension

	known = frappe.db.get_value("Accounting Dimension", {"document_type": "Department"}, "fieldname")
	if known:
		return known
	document = {"doctype": "Accounting Dimension", "document_type": "Department"}
	made = frappe.get_doc({**document, "dimension_defaults": [{"company": COMPANY}]}).insert()
	accounting_dimension.make_dimension_in_accounting_doctypes(doc=made)
	frappe.clear_cache()
	frappe.flags.accounting_dimensions = frappe.flags.accounting_dimensions_details = None
	return made.fieldname


def _department(name: str) -> str:
	return _make("Department", department_name=name).name


def _make_goods(item: str, goods: Goods) -> None:
	more = {"stock_uom": goods.unit, "taxes": [{"item_tax_template": goods.tax}]}
	more["has_batch_no"] = int("batch" in goods.tracked)
	more["has_serial_no"] = int(goods.tracked == "serial")
	if goods.parts is not None:
		more["is_stock_item"] = 0
	elif not goods.tracked and item != "M-LAMP":
		# Of goods valued first in, first out, ERPNext values each sale with two lines of an item anew.
		more["valuation_method"] = "Moving Average"
	if item == "M-WATER":
		more["uoms"] = [{"uom": "Box", "conversion_factor": BOX}]
	make_item(item, goods.price_minor, **more)
	if goods.parts:
		rows = [{"item_code": part, "qty": count} for part, count in goods.parts.items()]
		frappe.get_doc({"doctype": "Product Bundle", "new_item_code": item, "items": rows}).insert()


def make_the_unknown() -> None:
	"""The accountant makes the item that the tills sold, and says what it costs: none of it ever came in."""
	_make_goods(UNKNOWN, NOVELTY)
	frappe.db.set_value("Item", UNKNOWN, "valuation_rate", NOVELTY.cost_minor / 100)
	frappe.db.commit()


def warehouse_of(place: Place) -> str:
	return frappe.db.get_value("POS Profile", place.shop, "warehouse")


def _receive(place: Place) -> None:
	warehouse = warehouse_of(place)
	rows = [row for item, goods in GOODS.items() if goods.parts is None for row in _rows(place, item, goods)]
	entry = _make(
		"Stock Entry",
		stock_entry_type="Material Receipt",
		set_posting_time=1,
		posting_date="2026-01-02",
		posting_time="08:00:00",
		items=[{"t_warehouse": warehouse, "use_serial_batch_fields": 1, **row} for row in rows],
	)
	entry.submit()


def _rows(place: Place, item: str, goods: Goods):
	row = {"item_code": item, "basic_rate": goods.cost_minor / 100, "qty": float(goods.there)}
	if goods.tracked == "serial":
		yield {**row, "serial_no": "\n".join(serials_of(place))}
	elif goods.tracked == "one batch":
		yield {**row, "batch_no": _batch(item, f"{item}-{place.tills[0]}")}
	elif goods.tracked:
		for batch in BATCHES:
			yield {**row, "qty": float(IN_A_BATCH), "batch_no": _batch(item, batch)}
	else:
		yield row


def _batch(item: str, name: str) -> str:
	if not frappe.db.exists("Batch", name):
		frappe.get_doc({"doctype": "Batch", "item": item, "batch_id": name}).insert()
	return name


def serials_of(place: Place) -> list[str]:
	return [f"M-SN-{place.tills[0]}-{number:03d}" for number in range(1, SERIALS_IN_A_SHOP + 1)]


def _let_cards_expire() -> None:
	settings = frappe.get_doc("POS Bridge Settings")
	account = _account("Month cards lapsed", "default_income_account")
	settings.append("breakage_accounts", {"company": COMPANY, "account": account})
	settings.save()


@dataclass(frozen=True)
class Chart:
	"""The accounts of a till's shop, as an accountant knows them: tenders and purposes lead to theirs."""

	warehouse: str
	cost_center: str
	income: str
	round_off: str
	receivable: str
	write_off: str
	stock: str
	cost: str
	points: str
	lapsed: str
	walk_in: str
	tenders: Mapping[str, str]
	purposes: Mapping[str, str]


def charts() -> dict[str, Chart]:
	"""By till, read from ERPNext's documents."""
	company = frappe.get_doc("Company", COMPANY)
	points = frappe.db.get_value("Loyalty Program", {"company": COMPANY}, "expense_account")
	lapsed = frappe.db.get_value("POS Breakage Account", {"company": COMPANY}, "account")
	found = {}
	for place in PLACES:
		profile = frappe.get_doc("POS Profile", place.shop)
		for till in place.tills:
			found[till] = Chart(
				warehouse=profile.warehouse,
				cost_center=profile.cost_center,
				income=profile.income_account,
				round_off=company.round_off_account,
				receivable=company.default_receivable_account,
				write_off=profile.write_off_account,
				stock=company.default_inventory_account,
				cost=company.default_expense_account,
				points=points,
				lapsed=lapsed,
				walk_in=profile.customer,
				tenders={row.mode_of_payment: _account_of(row.mode_of_payment) for row in profile.payments},
				purposes={purpose: profile.get(field) for purpose, field in PURPOSES.items()},
			)
	return found


def _account_of(mode: str) -> str:
	return frappe.db.get_value(
		"Mode of Payment Account", {"parent": mode, "company": COMPANY}, "default_account"
	)


def make_customers() -> tuple[list[str], list[str]]:
	"""Who buys on account, and who collects points."""
	account = _account("Month points", "default_expense_account")
	fields = {
		"loyalty_program_name": "Month points",
		"loyalty_program_type": "Single Tier Program",
		"from_date": "2026-01-01",
		"conversion_factor": 0.1,
		"expiry_duration": 365,
		"expense_account": account,
		"cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
		"collection_rules": [{"tier_name": "All", "min_spent": 0, "collection_factor": 1}],
	}
	program = _make("Loyalty Program", **fields).name
	buyers = [_customer(f"Month buyer {number}") for number in range(1, 7)]
	members = [_customer(f"Month member {number}", loyalty_program=program) for number in range(1, 5)]
	limit = {"company": COMPANY, "credit_limit": 50}
	buyers.append(_customer("Month buyer of little credit", credit_limits=[limit]))
	frappe.db.commit()
	return buyers, members


def _customer(name: str, **more) -> str:
	return frappe.get_doc({"doctype": "Customer", "customer_name": name, **more}).insert().name


def make_rules() -> None:
	"""The first two shops give a cup with two mugs, and a tenth off lamps."""
	common = {"doctype": "Pricing Rule", "selling": 1, "company": COMPANY, "valid_from": "2026-01-01"}
	common |= {"apply_on": "Item Code", "currency": "EUR"}
	gift = {"price_or_product_discount": "Product", "min_qty": 2, "free_item": "M-CUP", "free_qty": 1}
	mugs = {"title": "Month of mugs", "items": [{"item_code": "M-MUG"}], **gift}
	off = {"price_or_product_discount": "Price", "rate_or_discount": "Discount Percentage"}
	lamps = {"title": "Month of lamps", "items": [{"item_code": "M-LAMP"}], "discount_percentage": 10}
	for rule in (mugs, {**lamps, **off}):
		frappe.get_doc({**common, **rule}).insert()
	for place in PLACES[:2]:
		profile = frappe.get_doc("POS Profile", place.shop)
		profile.ignore_pricing_rule = 0
		profile.save()
	frappe.db.commit()
