"""Setting a shop up: made once, checked ever after, never changed; the demo equals the standalone one."""

import frappe
import pytest
from books import COMPANY

from pos_bridge.agent.standalone.demo_shop import PROFILE, goods
from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.demo_data import make_demo
from pos_bridge.erpnext.setup import setup_shop
from pos_bridge.erpnext.shop import shop_of, till_profile


def set_up(shop="Corner", till="C1", **more):
	return setup_shop(COMPANY, shop, till, **more)


def wrong(steps):
	return {step.what: step.remedy for step in steps if step.outcome == "wrong"}


def test_a_shop_is_made_with_a_till_that_can_sell_and_again_nothing_is_made(site):
	first = set_up()
	assert not wrong(first)
	shop = shop_of("C1")
	cash, card = shop.tenders.values()
	types = frappe.get_all("Account", {"name": ("in", (cash, card))}, pluck="account_type")
	assert sorted(types) == ["Bank", "Cash"]
	assert shop.change_account == cash
	assert (shop.warehouse, shop.cost_center) == ("Corner - LT", "Corner - LT")
	counted = {doctype: frappe.db.count(doctype) for doctype in ("Account", "Mode of Payment", "POS Profile")}
	again = set_up()
	assert {step.outcome for step in again} == {"kept"}
	assert counted == {doctype: frappe.db.count(doctype) for doctype in counted}


def test_where_erpnext_would_lose_grams_of_weighed_goods_set_up_says_what_to_set(site, changed_settings):
	frappe.db.set_default("float_precision", "")
	said = wrong(set_up())
	assert list(said) == ["Float Precision 2"]
	assert "System Settings" in said["Float Precision 2"]
	frappe.db.set_default("float_precision", 3)
	assert not wrong(set_up())


def test_two_shops_of_a_company_share_no_cash_account(site):
	set_up()
	set_up("Market", "M1")
	one, other = shop_of("C1"), shop_of("M1")
	assert not set(one.tenders) & set(other.tenders)
	assert not set(one.tenders.values()) & set(other.tenders.values())


def test_a_warehouse_and_taxes_that_are_there_are_used(site):
	set_up()
	taxes = frappe.db.get_value("Sales Taxes and Charges Template", {"company": COMPANY})
	steps = set_up("Kiosk", "K1", warehouse="Corner - LT", taxes=taxes)
	assert shop_of("K1").warehouse == "Corner - LT"
	assert shop_of("K1").tax_template == taxes
	assert "Warehouse Kiosk - LT" not in {step.what for step in steps}


def test_what_is_asked_of_a_profile_that_says_something_else_is_said(site):
	set_up("Asked", "C7")
	told = wrong(setup_shop(COMPANY, "Asked", "C7", taxes=_another_template()))
	assert [what for what in told if what.startswith("Sales Taxes and Charges Template of Asked")]
	assert "not changed" in " ".join(told.values())


def test_a_template_named_without_the_abbreviation_is_asked_back(site):
	full = _another_template()
	with pytest.raises(Rejected, match=f"Did you mean '{full}'"):
		setup_shop(COMPANY, "Asked", "C7", taxes=full.rsplit(" - ", 1)[0])


def _another_template():
	account = frappe.db.get_value("Account", {"company": COMPANY, "account_type": "Tax", "is_group": 0})
	row = {"charge_type": "On Net Total", "account_head": account, "rate": 7, "description": "VAT 7 %"}
	name = frappe.db.get_value("Sales Taxes and Charges Template", {"title": "Asked For", "company": COMPANY})
	return (
		name
		or frappe.get_doc(
			{
				"doctype": "Sales Taxes and Charges Template",
				"title": "Asked For",
				"company": COMPANY,
				"taxes": [row],
			}
		)
		.insert()
		.name
	)


def test_what_a_person_tuned_is_kept_and_what_is_wrong_with_it_is_said(site):
	set_up()
	profile = frappe.get_doc("POS Profile", "Corner")
	other = frappe.db.get_value(
		"Account",
		{
			"company": COMPANY,
			"account_type": "Cash",
			"is_group": 0,
			"name": ("!=", profile.account_for_change_amount),
		},
	) or frappe.db.get_value("Account", {"company": COMPANY, "account_type": "Bank", "is_group": 0})
	profile.update(
		{"account_for_change_amount": other, "disable_rounded_total": 0, "taxes_and_charges": None}
	)
	profile.save()
	told = wrong(set_up())
	profile.reload()
	assert (profile.account_for_change_amount, profile.disable_rounded_total) == (other, 0)
	assert set(told) == {
		"Account for change amount of Corner",
		"Taxes of Corner: none",
	}
	assert all(told.values())


def test_the_companys_own_gaps_are_said_with_what_to_do(site):
	set_up()
	company = frappe.get_doc("Company", COMPANY)
	frappe.db.set_value("Company", COMPANY, {"round_off_account": None, "default_income_account": None})
	frappe.db.set_value("POS Profile", "Corner", "income_account", None)
	frappe.db.set_value("Fiscal Year", {"disabled": 0}, "disabled", 1)
	frappe.clear_document_cache("Company", COMPANY)
	told = wrong(set_up())
	assert f"Round off account of {company.name}" in told
	assert "Income account of Corner: None" in told
	assert any(what.startswith("Fiscal Year for") for what in told)


def test_taxes_that_a_till_cannot_charge_are_refused_in_words(site):
	set_up()
	template = frappe.get_doc("POS Profile", "Corner").taxes_and_charges
	row = frappe.db.get_value("Sales Taxes and Charges", {"parent": template})
	impossible = {"charge_type": "Actual", "tax_amount": 2, "included_in_print_rate": 1}
	frappe.db.set_value("Sales Taxes and Charges", row, impossible)
	frappe.clear_document_cache("Sales Taxes and Charges Template", template)
	said = wrong(set_up())["Till C1"]
	assert template in said
	assert "a fixed amount can't be included in the prices" in said


def test_a_till_of_another_shop_is_not_taken_over(site):
	set_up()
	assert "--till" in wrong(set_up("Market", "C1"))["POS Profile of till C1"]
	assert frappe.db.get_value("POS Till", "C1", "pos_profile") == "Corner"


@pytest.mark.parametrize(
	"arguments", [{"price_list": "Nowhere"}, {"warehouse": "Nowhere - LT"}, {"taxes": "Nowhere - LT"}]
)
def test_what_does_not_exist_is_refused_before_anything_is_made(site, arguments):
	with pytest.raises(Rejected, match="There is no"):
		set_up(**arguments)
	assert not frappe.db.exists("Cost Center", "Corner - LT")


def test_a_shop_name_of_another_company_is_refused(site):
	set_up()
	frappe.db.set_value("POS Profile", "Corner", "company", "Somebody Else")
	with pytest.raises(Rejected, match="belongs to Somebody Else"):
		set_up()


def test_the_demo_is_the_standalone_one_and_again_nothing_is_made(site):
	# ERPNext keeps the warehouses' accounts for as long as a process lives; the command has its own.
	frappe.flags.pop("warehouse_account_map", None)
	stocked = [(each.item, each.cost_minor, each.opening) for each in goods()]
	assert not wrong(make_demo("", PROFILE, stocked))
	made = till_profile(PROFILE.till)
	for field in ("shop", "address", "tax_id", "receipt_footer", "currency", "locale", "cashiers"):
		assert getattr(made, field) == getattr(PROFILE, field), field
	assert made.code_patterns == PROFILE.code_patterns
	# Where another shop of the company has them already, a shop's own carry its name.
	for field in ("tenders", "payment_codes"):
		own = {mode.removesuffix(f" {PROFILE.shop}"): kept for mode, kept in getattr(made, field).items()}
		assert own == getattr(PROFILE, field), field
	rates = {item.item_code: item for item in _sold_items()}
	warehouse = shop_of(PROFILE.till).warehouse
	for item, _, opening in stocked:
		found = rates[item.item]
		percent = {"standard": 19, "reduced": 7}[item.template]
		assert (found.item_name, found.item_group) == (item.name, item.group)
		assert round(found.price_list_rate * 100) == item.price_minor
		assert str(percent) in found.item_tax_template
		assert (found.barcode or None) == (item.gtins[0] if item.gtins else None)
		on_hand = frappe.db.get_value("Bin", {"item_code": item.item, "warehouse": warehouse}, "actual_qty")
		assert round((on_hand or 0) * 10**9) == opening
		pieces = frappe.db.count("Serial No", {"item_code": item.item, "warehouse": warehouse})
		assert pieces * 10**9 == (opening if item.serials else 0)
	assert {step.outcome for step in make_demo("", PROFILE, stocked)} == {"kept"}


def _sold_items():
	return frappe.db.sql(
		"SELECT item.name AS item_code, item.item_name, item.item_group, price.price_list_rate,"
		" tax.item_tax_template, barcode.barcode FROM tabItem item"
		" JOIN `tabItem Price` price ON price.item_code = item.name"
		" JOIN `tabItem Tax` tax ON tax.parent = item.name"
		" LEFT JOIN `tabItem Barcode` barcode ON barcode.parent = item.name AND IFNULL(barcode.uom, '') = ''",
		as_dict=True,
	)
