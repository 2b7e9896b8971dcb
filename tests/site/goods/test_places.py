"""Companies, shops, time zones, years, dimensions, and other apps' rules: each place's books are its own."""

from datetime import date

import foreign_app
import frappe
import pytest
from books import COMPANY, DAY, TestShop, book, entry_of, flags, gl, invoice_of, make_item, on_hand, open_shop
from changes import changed, closed_period
from foreign_app import country_installed

from pos_bridge.core.entry import open_wire
from pos_bridge.core.sale import Tender
from pos_bridge.erpnext.posting.voucher import VoucherLine, submit_voucher
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.erpnext.setup import setup_shop

OTHER = "Kauri Retail Ltd"
TAXES = "GST - KR"


@pytest.fixture(scope="session")
def other_company(connected):
	"""A second company on the site, with a chart, a warehouse and a tax of its own."""
	country, currency = frappe.db.get_value("Company", COMPANY, ["country", "default_currency"])
	company = {"doctype": "Company", "company_name": OTHER, "abbr": "KR", "country": country}
	frappe.get_doc({**company, "default_currency": currency, "enable_perpetual_inventory": 1}).insert()
	parent = frappe.db.get_value(
		"Account", {"company": OTHER, "account_type": "Tax", "is_group": 0}, "parent_account"
	)
	account = {"doctype": "Account", "account_name": "GST", "company": OTHER, "account_type": "Tax"}
	tax = frappe.get_doc({**account, "parent_account": parent}).insert().name
	row = {"charge_type": "On Net Total", "account_head": tax, "description": "GST 15 %", "rate": 15}
	template = {"doctype": "Sales Taxes and Charges Template", "title": "GST", "company": OTHER}
	frappe.get_doc({**template, "taxes": [{**row, "included_in_print_rate": 1}]}).insert()
	setup_shop(company=OTHER, shop="Kauri Shop", till="K1", taxes=TAXES)
	frappe.flags.pop("warehouse_account_map", None)
	frappe.db.commit()
	return OTHER


@pytest.fixture
def kauri(site, other_company):
	"""A till of its own in the other company's shop, with an item of which ten are there."""
	number = frappe.db.count("POS Till") + 1
	profile = frappe.db.get_value("POS Till", "K1", "pos_profile")
	till = frappe.get_doc({"doctype": "POS Till", "till": f"K{number}", "pos_profile": profile}).insert()
	item = make_item(f"K{number}-honey", 1150, taxes=[])
	receive(item, frappe.db.get_value("POS Profile", profile, "warehouse"))
	frappe.db.commit()
	return TestShop(till.till, [item])


def receive(item, warehouse):
	entry = {
		"doctype": "Stock Entry",
		"stock_entry_type": "Material Receipt",
		"company": OTHER,
		"set_posting_time": 1,
		"posting_date": "2026-01-02",
		"items": [{"item_code": item, "t_warehouse": warehouse, "qty": 10, "basic_rate": 4}],
	}
	frappe.get_doc(entry).submit()


def companies_of(invoice):
	return set(frappe.get_all("GL Entry", {"voucher_no": invoice}, pluck="company"))


def accounts_of_other_companies(invoice, company):
	owners = {account: frappe.db.get_value("Account", account, "company") for account in gl(invoice)}
	return {account for account, owner in owners.items() if owner != company}


def test_each_company_books_its_sale_to_its_own_accounts_taxes_and_warehouse(shop, kauri):
	ours, theirs = shop.sale(shop.line(shop.items[0])), kauri.sale(kauri.line(kauri.items[0], "2"))
	book(shop, ours)
	book(kauri, theirs)
	for wire, company in ((ours, COMPANY), (theirs, OTHER)):
		name = invoice_of(wire).name
		assert (flags(wire), invoice_of(wire).company) == ([], company)
		assert companies_of(name) == {company}
		assert accounts_of_other_companies(name, company) == set()
	booked = gl(invoice_of(theirs).name)
	assert booked["GST - KR"] == -3.0
	assert booked[kauri.shop.income_account] == -20.0
	assert booked[kauri.shop.tenders[next(iter(kauri.shop.tenders))]] == 23.0
	assert on_hand(kauri.items[0], kauri.shop.warehouse) == 8
	day = date.fromisoformat(DAY)
	assert list(reconcile(Scope(OTHER, day, day, kauri.till)).differences) == []


def test_an_item_that_both_companies_sell_leaves_the_shop_that_sold_it(shop, kauri):
	item = kauri.items[0]
	wire = kauri.sale(kauri.line(item))
	before = on_hand(item, shop.shop.warehouse)
	book(kauri, wire)
	assert (on_hand(item, kauri.shop.warehouse), on_hand(item, shop.shop.warehouse)) == (9, before)


def test_a_closed_period_of_one_company_does_not_stop_the_other(shop, kauri):
	with closed_period(kauri.till, "2026-11-01", "2026-11-30", company=OTHER):
		(held,) = book(kauri, kauri.sale(kauri.line(kauri.items[0])))
		(posted,) = book(shop, shop.sale(shop.line(shop.items[0])))
	assert (held.state, posted.state) == ("held", "posted")


def test_two_shops_of_a_company_have_their_own_drawers_warehouses_and_cost_centers(shop):
	other = open_shop(items=1, stock=5)
	ours, theirs = shop.sale(shop.line(shop.items[0])), other.sale(other.line(other.items[0]))
	book(shop, ours)
	book(other, theirs)
	assert shop.shop.warehouse != other.shop.warehouse
	cash = [each.shop.tenders[next(iter(each.shop.tenders))] for each in (shop, other)]
	assert cash[0] != cash[1]
	assert (cash[0] in gl(invoice_of(ours).name), cash[0] in gl(invoice_of(theirs).name)) == (True, False)
	for wire, each in ((ours, shop), (theirs, other)):
		centers = frappe.get_all(
			"GL Entry",
			{"voucher_no": invoice_of(wire).name, "account": each.shop.income_account},
			pluck="cost_center",
		)
		assert set(centers) == {each.shop.cost_center}


# Time


@pytest.fixture
def auckland(shop):
	frappe.db.set_value("POS Till", shop.till, "time_zone", "Pacific/Auckland")
	frappe.db.commit()
	frappe.clear_cache()
	return shop


@pytest.mark.parametrize(
	("occurred_at", "business_date", "posted"),
	[
		("2026-11-26T00:30:00.000+13:00", "2026-11-26", ("2026-11-26", "0:30:00")),
		("2026-11-25T11:30:00.000Z", "2026-11-26", ("2026-11-26", "0:30:00")),
		("2026-11-26T00:30:00.000+13:00", "2026-11-25", ("2026-11-25", "23:59:59")),
		("2026-11-25T23:30:00.000+13:00", "2026-11-25", ("2026-11-25", "23:30:00")),
	],
)
def test_a_night_s_sale_is_booked_on_its_business_date_by_the_clock_on_the_shop_s_wall(
	auckland, occurred_at, business_date, posted
):
	repair = make_item(
		f"{auckland.till}-{occurred_at[11:13]}{business_date[-2:]}{occurred_at[-1]}", 500, is_stock_item=0
	)
	wire = auckland.sale(auckland.line(repair), at=occurred_at, day=business_date)
	book(auckland, wire)
	invoice = invoice_of(wire)
	assert (str(invoice.posting_date), str(invoice.posting_time).split(".")[0]) == posted
	assert flags(wire) == []
	assert invoice.pos_bridge_occurred_at == occurred_at
	assert str(entry_of(wire).business_date) == business_date


def test_what_was_sold_on_new_year_s_eve_and_pushed_later_belongs_to_the_old_year(shop):
	ensure_year(2025)
	repair = make_item(f"{shop.till}-eve", 500, is_stock_item=0)
	wire = shop.sale(shop.line(repair), at="2025-12-31T23:50:00.000+01:00", day="2025-12-31")
	late = shop.sale(shop.line(repair), at="2026-01-01T00:20:00.000+01:00", day="2025-12-31")
	new = shop.sale(shop.line(repair), at="2026-01-01T10:00:00.000+01:00", day="2026-01-01")
	book(shop, wire, late, new)
	years = [
		set(frappe.get_all("GL Entry", {"voucher_no": invoice_of(each).name}, pluck="fiscal_year"))
		for each in (wire, late, new)
	]
	assert years[0] == years[1] == {year_of("2025-12-31")}
	assert years[2] == {year_of("2026-01-01")} != years[0]


def ensure_year(year):
	if not year_of(f"{year}-06-01"):
		dates = {"year_start_date": f"{year}-01-01", "year_end_date": f"{year}-12-31"}
		frappe.get_doc({"doctype": "Fiscal Year", "year": str(year), **dates}).insert()
		frappe.db.commit()


def year_of(day):
	return frappe.db.get_value("Fiscal Year", {"year_start_date": ("<=", day), "year_end_date": (">=", day)})


# Dimensions


@pytest.fixture(scope="session")
def dimension(other_company):
	"""An Accounting Dimension, and one value of it."""
	from erpnext.accounts.doctype.accounting_dimension import accounting_dimension

	value = frappe.get_doc({"doctype": "Branch", "branch": "Auckland"}).insert().name
	details = [{"company": OTHER, "reference_document": "Branch"}]
	document = {"doctype": "Accounting Dimension", "document_type": "Branch", "dimension_defaults": details}
	made = frappe.get_doc(document).insert()
	accounting_dimension.make_dimension_in_accounting_doctypes(doc=made)
	frappe.db.commit()
	return made.fieldname, value


@pytest.fixture
def demanded(kauri, dimension):
	"""The other company demands it on every account, once its goods are there."""
	demand(1)
	yield dimension
	frappe.db.rollback()
	demand(0)


def demand(value):
	needed = {"mandatory_for_pl": value, "mandatory_for_bs": value}
	frappe.db.set_value("Accounting Dimension Detail", {"company": OTHER}, needed)
	frappe.db.commit()
	frappe.clear_cache()
	frappe.flags.accounting_dimensions = frappe.flags.accounting_dimensions_details = None


def profile_with(shop, **values):
	return changed("POS Profile", frappe.db.get_value("POS Till", shop.till, "pos_profile"), **values)


def on_every_line(voucher, field):
	return set(frappe.get_all("GL Entry", {"voucher_no": voucher, "is_cancelled": 0}, pluck=field))


def test_a_demanded_dimension_of_the_profile_is_on_every_line_of_invoice_and_voucher(kauri, demanded):
	field, value = demanded
	with profile_with(kauri, **{field: value}):
		wire = kauri.sale(kauri.line(kauri.items[0]), over=5)
		book(kauri, wire)
		invoice = invoice_of(wire)
		cash = kauri.shop.tenders[next(iter(kauri.shop.tenders))]
		lines = [VoucherLine(kauri.shop.accounts["safe"], 500), VoucherLine(cash, -500)]
		_doctype, voucher = submit_voucher(
			open_wire(wire), kauri.shop, lines, date.fromisoformat(DAY), "To the safe"
		)
		frappe.db.commit()
	assert flags(wire) == []
	assert on_every_line(invoice.name, field) == {value}
	assert invoice.items[0].get(field) == invoice.taxes[0].get(field) == value
	assert on_every_line(voucher, field) == {value}


def test_without_a_demanded_dimension_the_sale_is_held_and_says_so(kauri, demanded):
	(entry,) = book(kauri, kauri.sale(kauri.line(kauri.items[0])))
	assert entry.state == "held"
	assert "Branch" in entry.reason


def test_the_project_of_the_profile_is_on_the_sale(shop):
	project = frappe.get_doc(
		{"doctype": "Project", "project_name": f"Fair {shop.till}", "company": COMPANY}
	).insert()
	with profile_with(shop, project=project.name):
		wire = shop.sale(shop.line(shop.items[0]))
		book(shop, wire)
	assert flags(wire) == []
	assert invoice_of(wire).project == project.name
	income = {"voucher_no": invoice_of(wire).name, "account": shop.shop.income_account}
	assert set(frappe.get_all("GL Entry", income, pluck="project")) == {project.name}


# Other apps' and countries' rules


def test_a_regional_app_fills_its_field_in_and_finds_it_when_it_is_submitted(shop, monkeypatch):
	events = {
		"before_validate": "fill_in",
		"validate": "demand",
		"before_submit": "demand",
		"on_submit": "demand",
	}
	wire = shop.sale(shop.line(shop.items[0]))
	with country_installed(monkeypatch, **events):
		book(shop, wire)
	assert invoice_of(wire).po_no == "Filled in by a regional app"
	assert foreign_app.regional[:3] == ["before_validate", "validate", "before_submit"]
	assert "on_submit" in foreign_app.regional


@pytest.mark.parametrize("event", ["validate", "before_submit", "on_submit"])
def test_what_a_regional_app_refuses_is_held_with_its_words(shop, monkeypatch, event):
	wire = shop.sale(shop.line(shop.items[0]))
	with country_installed(monkeypatch, **{event: "refuse"}):
		(entry,) = book(shop, wire)
	assert (entry.state, entry.reason) == ("held", "This invoice needs an IRN")
	assert not frappe.db.exists("Sales Invoice", entry.receipt_number)


def test_a_tax_that_an_app_adds_and_the_receipt_does_not_know_is_held_with_both_figures(shop, monkeypatch):
	wire = shop.sale(shop.line(shop.items[0]))
	with country_installed(monkeypatch, validate="add_tax"):
		(entry,) = book(shop, wire)
	assert entry.state == "held"
	assert "ERPNext comes to other figures than the receipt" in entry.reason


def test_a_country_s_own_rules_for_the_ledger_run(shop, monkeypatch):
	wire = shop.sale(shop.line(shop.items[0]))
	with country_installed(monkeypatch):
		book(shop, wire)
	assert foreign_app.regional == [f"ledger of {invoice_of(wire).name}"]


def test_a_tender_of_another_company_s_account_never_gets_the_money(shop, kauri):
	"""A Mode of Payment that both companies have leads each to its own account."""
	mode = next(iter(kauri.shop.tenders))
	wire = kauri.sale(kauri.line(kauri.items[0]), tenders=[Tender(mode, "cash", 1150)])
	book(kauri, wire)
	account = kauri.shop.tenders[mode]
	assert frappe.db.get_value("Account", account, "company") == OTHER
	assert gl(invoice_of(wire).name)[account] == 11.5
