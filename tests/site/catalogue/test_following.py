"""A till that follows the changes never loses one, and never has to load everything again without need."""

import json

import frappe
import pytest
from books import TEMPLATES, make_item

from pos_bridge.erpnext.catalogue import changes, chunk, manifest

MANY = 2_100
"""More than one answer has room for."""


def follow(till, cursor, rounds=50):
	"""All answers until nothing comes, and the cursor behind them; None instead if the till has to reload."""
	answers = []
	for _ in range(rounds):
		answer = changes(till, cursor)
		if answer.get("reload"):
			return None, cursor
		cursor = answer["cursor"]
		if not set(answer) - {"cursor", "snapshot", "reload"}:
			return answers, cursor
		answers.append(answer)
	raise AssertionError("it never ends")


def column(answers, table, name):
	return [value for answer in answers for value in answer.get(table, {}).get(name, ())]


@pytest.fixture
def reader(own_shop):
	"""A till that has read everything: its shop, and where it is."""
	return own_shop, follow(own_shop.till, manifest(own_shop.till)["cursor"])[1]


def copies(doctype, source, count, **columns):
	"""Rows like `source`, written straight into the table as an import in bulk does."""
	row = {**frappe.db.get_value(doctype, source, "*", as_dict=True), "modified": frappe.utils.now()}
	rows = []
	for number in range(count):
		changed = {key: value(number) for key, value in columns.items()}
		rows.append(tuple({**row, **changed}.values()))
	frappe.db.bulk_insert(doctype, list(row), rows, ignore_duplicates=True)
	frappe.db.commit()


def test_after_very_many_changes_one_new_snapshot_is_enough(reader):
	shop, cursor = reader
	first = shop.items[0]
	price = frappe.db.get_value("Item Price", {"item_code": first})
	code = f"{shop.till}-many-{{}}".format
	copies("Item", first, MANY, name=code, item_code=code)
	copies("Item Price", price, MANY, name=lambda number: f"{price}{number}", item_code=code)
	assert follow(shop.till, cursor)[0] is None
	told = manifest(shop.till)
	answers, cursor = follow(shop.till, told["cursor"])
	assert answers is not None, "it loads one snapshot after the other"
	saved("Item Price", price, price_list_rate=9.99)
	answers, _ = follow(shop.till, cursor)
	assert column(answers, "items", "item") == [first]


def saved(doctype, name, **values):
	document = frappe.get_doc(doctype, name)
	document.update(values)
	document.save()
	frappe.db.commit()


def test_all_of_very_many_changed_customers_are_told(reader):
	shop, cursor = reader
	name = f"{shop.till} customer {{}}".format
	copies("Customer", shop.shop.customer, MANY, name=name, customer_name=name)
	answers, _ = follow(shop.till, cursor)
	assert {name(number) for number in range(MANY)} <= set(column(answers, "customers", "customer"))


def test_all_of_very_much_moved_stock_is_told(reader):
	shop, cursor = reader
	own = {"item_code": shop.items[0], "warehouse": shop.shop.warehouse}
	code = f"{shop.till}-moved-{{}}".format
	copies("Bin", frappe.db.get_value("Bin", own), MANY, name=code, item_code=code)
	answers, _ = follow(shop.till, cursor)
	assert {code(number) for number in range(MANY)} <= set(column(answers, "stock", "item"))


def test_another_price_list_of_the_shop_is_a_new_snapshot(reader):
	shop, cursor = reader
	other = frappe.get_doc(
		{"doctype": "Price List", "price_list_name": f"List {shop.till}", "selling": 1, "currency": "EUR"}
	).insert()
	item = shop.items[0]
	rate = {"doctype": "Item Price", "item_code": item, "price_list": other.name, "price_list_rate": 42}
	frappe.get_doc(rate).insert()
	frappe.db.commit()
	cursor = follow(shop.till, manifest(shop.till)["cursor"])[1]
	saved("POS Profile", shop.shop.profile, selling_price_list=other.name)
	assert follow(shop.till, cursor)[0] is None
	assert prices(shop)[item] == 4200


def prices(shop):
	told = manifest(shop.till)
	chunks = (chunk(shop.till, told["snapshot"], number) for number in range(told["chunks"]))
	columns = [json.loads(each.plain)["message"] for each in chunks]
	return {
		item: price for each in columns for item, price in zip(each["item"], each["price_minor"], strict=True)
	}


def test_what_the_profile_stops_selling_is_a_new_snapshot(reader):
	shop, cursor = reader
	profile = frappe.get_doc("POS Profile", shop.shop.profile)
	group = frappe.get_doc(
		{
			"doctype": "Item Group",
			"item_group_name": f"Only {shop.till}",
			"parent_item_group": "All Item Groups",
		}
	).insert()
	item = make_item(f"{shop.till}-only", 700, item_group=group.name)
	frappe.db.commit()
	cursor = follow(shop.till, manifest(shop.till)["cursor"])[1]
	profile.append("item_groups", {"item_group": group.name})
	profile.save()
	frappe.db.commit()
	assert follow(shop.till, cursor)[0] is None
	assert prices(shop) == {item: 700}


def test_a_price_that_moves_to_another_item_is_gone_from_the_first(reader):
	shop, cursor = reader
	first, second = shop.items[:2]
	frappe.delete_doc("Item Price", frappe.db.get_value("Item Price", {"item_code": second}))
	price = frappe.db.get_value("Item Price", {"item_code": first})
	frappe.db.commit()
	cursor = follow(shop.till, manifest(shop.till)["cursor"])[1]
	saved("Item Price", price, item_code=second)
	answers, _ = follow(shop.till, cursor)
	left = prices(shop) if answers is None else None
	assert (
		(first not in left) if left is not None else first in [g for a in answers for g in a.get("gone", ())]
	)


def test_a_renamed_item_is_gone_and_there(reader):
	shop, cursor = reader
	first = shop.items[0]
	frappe.rename_doc("Item", first, f"{first}-new")
	frappe.db.commit()
	answers, _ = follow(shop.till, cursor)
	if answers is None:
		assert first not in prices(shop)
		assert f"{first}-new" in prices(shop)
	else:
		assert first in [gone for answer in answers for gone in answer.get("gone", ())]
		assert f"{first}-new" in column(answers, "items", "item")


def test_a_chunk_that_redis_let_go_is_made_again(own_shop):
	told = manifest(own_shop.till)
	before = chunk(own_shop.till, told["snapshot"], 0).plain
	for key in frappe.cache.get_keys("pos_bridge:"):
		if told["snapshot"].encode() in key:
			frappe.cache.delete(key)
	frappe.local.cache.clear()
	assert chunk(own_shop.till, told["snapshot"], 0).plain == before


def test_two_small_changes_after_one_another_are_told_once_each(reader):
	shop, cursor = reader
	for item in shop.items[:2]:
		saved("Item Price", frappe.db.get_value("Item Price", {"item_code": item}), price_list_rate=3.33)
		answers, cursor = follow(shop.till, cursor)
		assert column(answers, "items", "item") == [item]


def test_a_new_rate_of_tax_is_told_without_a_new_snapshot(reader):
	shop, cursor = reader
	rates = frappe.get_doc("Item Tax Template", TEMPLATES["Reduced"][0])
	row = next(row for row in rates.taxes if row.tax_rate)
	before, row.tax_rate = row.tax_rate, 8
	rates.save()
	frappe.db.commit()
	answers, _ = follow(shop.till, cursor)
	row.tax_rate = before
	rates.save()
	frappe.db.commit()
	told = {each["template"]: each["rates"] for each in answers[0]["settings"]["templates"]}
	assert "8" in told[rates.name].values()
