"""A till gets the pricing rules that can apply at its shop, and hears when one is changed."""

import frappe
import pytest

from pos_bridge import desk
from pos_bridge.core.pricing import rules_from_wire
from pos_bridge.erpnext.catalogue import changes, manifest, poke


def follow(till, cursor):
	"""All answers until nothing comes, and the cursor behind them."""
	answers = []
	for _ in range(50):
		answer = changes(till, cursor)
		assert not answer.get("reload")
		cursor = answer["cursor"]
		if not set(answer) - {"cursor", "snapshot"}:
			return answers, cursor
		answers.append(answer)
	raise AssertionError("it never ends")


@pytest.fixture
def reader(own_shop):
	"""A till that has read everything; rules that a test makes are gone afterwards."""
	yield own_shop, follow(own_shop.till, manifest(own_shop.till)["cursor"])[1]
	frappe.db.rollback()
	for coupon in frappe.get_all("Coupon Code", pluck="name"):
		frappe.delete_doc("Coupon Code", coupon, force=True)
	for scheme in frappe.get_all("Promotional Scheme", pluck="name"):
		frappe.delete_doc("Promotional Scheme", scheme, force=True)
	for rule in frappe.get_all("Pricing Rule", pluck="name"):
		frappe.delete_doc("Pricing Rule", rule, force=True)
	frappe.db.commit()


def make_rule(shop, **more):
	fields = {"title": "Ten off", "apply_on": "Item Code", "items": [{"item_code": shop.items[0]}]}
	fields |= {"selling": 1, "price_or_product_discount": "Price", "currency": shop.shop.currency}
	fields |= {"rate_or_discount": "Discount Percentage", "discount_percentage": 10, **more}
	return frappe.get_doc({"doctype": "Pricing Rule", **fields}).insert()


def settings_after(shop, cursor):
	frappe.db.commit()
	answers, cursor = follow(shop.till, cursor)
	told = [answer["settings"] for answer in answers if "settings" in answer]
	return (told[-1] if told else None), cursor


def test_a_new_rule_reaches_the_till_once_and_goes_again(reader, monkeypatch):
	shop, cursor = reader
	calls = []
	call = poke.call
	monkeypatch.setattr(poke, "call", lambda: (calls.append(1), call()))
	rule = make_rule(shop)
	settings, cursor = settings_after(shop, cursor)
	assert calls
	(told,) = settings["rules"]
	assert (told["rule"], told["title"], told["percent"]) == (rule.name, "Ten off", "10")
	assert rules_from_wire(settings["rules"])[0].rows[0].own == shop.items[0]
	assert settings["pricing_for"]["price_list"] == shop.shop.price_list
	assert settings_after(shop, cursor)[0] is None
	rule.disable = 1
	rule.save()
	assert settings_after(shop, cursor)[0]["rules"] == []


def test_a_promotional_scheme_reaches_the_till_as_its_rules(reader):
	shop, cursor = reader
	slab = {"min_qty": 4, "discount_percentage": 20, "rule_description": "From four"}
	fields = {"apply_on": "Item Code", "items": [{"item_code": shop.items[0]}], "selling": 1}
	fields |= {"company": shop.shop.company, "currency": shop.shop.currency, "price_discount_slabs": [slab]}
	frappe.get_doc({"doctype": "Promotional Scheme", "name": "Four", **fields}).insert()
	settings, _ = settings_after(shop, cursor)
	(told,) = settings["rules"]
	assert (told["min_quantity"], told["percent"]) == ("4", "20")


def test_a_coupon_comes_with_its_rule_unless_it_can_be_used_up(reader):
	shop, cursor = reader
	rule = make_rule(shop, coupon_code_based=1)
	settings, cursor = settings_after(shop, cursor)
	assert settings["rules_left_out"] == [{"rule": rule.name, "title": "Ten off", "reason": "no_coupon"}]
	coupon = {"coupon_name": "Welcome", "coupon_type": "Promotional", "coupon_code": "HELLO"}
	coupon = frappe.get_doc({"doctype": "Coupon Code", "pricing_rule": rule.name, **coupon}).insert()
	settings, cursor = settings_after(shop, cursor)
	assert settings["rules"][0]["coupons"][0]["code"] == "HELLO"
	coupon.maximum_use = 3
	coupon.save()
	settings, _ = settings_after(shop, cursor)
	assert [each["reason"] for each in settings["rules_left_out"]] == ["coupon_limit"]


@pytest.mark.parametrize(
	("fields", "reason"),
	[
		({"condition": "customer == 'A'"}, "condition"),
		({"is_cumulative": 1, "valid_from": "2026-01-01", "valid_upto": "2027-01-01"}, "cumulative"),
		({"validate_applied_rule": 1}, "validated"),
		({"discount_percentage": -10}, "negative"),
	],
)
def test_what_a_till_cannot_evaluate_is_named_with_its_reason(reader, fields, reason):
	shop, cursor = reader
	rule = make_rule(shop, **fields)
	settings, _ = settings_after(shop, cursor)
	assert settings["rules"] == []
	assert settings["rules_left_out"] == [{"rule": rule.name, "title": "Ten off", "reason": reason}]
	(told,) = desk.promotions_left_out(shop.till)
	assert (told["rule"], told["title"]) == (rule.name, "Ten off")
	assert " " in told["why"]


def test_rules_of_other_places_do_not_come(reader):
	shop, cursor = reader
	make_rule(shop, valid_from="2020-01-01", valid_upto="2020-12-31")
	make_rule(shop, selling=0, buying=1)
	fields = {"price_list_name": "Elsewhere", "currency": shop.shop.currency, "selling": 1, "enabled": 1}
	frappe.get_doc({"doctype": "Price List", **fields}).insert(ignore_if_duplicate=True)
	make_rule(shop, for_price_list="Elsewhere")
	assert settings_after(shop, cursor)[0] is None


def test_a_shop_that_ignores_pricing_rules_gets_none(reader):
	shop, cursor = reader
	make_rule(shop)
	frappe.db.set_value("POS Profile", shop.shop.profile, "ignore_pricing_rule", 1)
	frappe.clear_document_cache("POS Profile", shop.shop.profile)
	assert settings_after(shop, cursor)[0] is None


def test_groups_come_with_all_below_them(reader):
	shop, cursor = reader
	rows = {"apply_on": "Item Group", "items": [], "item_groups": [{"item_group": "All Item Groups"}]}
	make_rule(shop, **rows, applicable_for="Customer Group", customer_group="All Customer Groups")
	settings, _ = settings_after(shop, cursor)
	(told,) = settings["rules"]
	assert frappe.db.get_value("Item", shop.items[0], "item_group") in told["rows"][0]["below"]
	assert set(told["customer_groups"]) == set(frappe.get_all("Customer Group", pluck="name"))
