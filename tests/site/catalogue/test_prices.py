"""A till picks the price that ERPNext picks: by list, customer, unit, day and quantity."""

import json
import random

import frappe
import pytest
from books import open_shop
from erpnext.stock.doctype.item_price.item_price import ItemPriceDuplicateItem
from erpnext.stock.get_item_details import get_price_list_rate_for

from pos_bridge.core.money import SCALE
from pos_bridge.core.pricing.price_list import Asked, Price, rate_of
from pos_bridge.erpnext.catalogue import changes, chunk, manifest
from pos_bridge.erpnext.catalogue.grounds import ground_of
from pos_bridge.erpnext.catalogue.items import items_of
from pos_bridge.erpnext.catalogue.lists import next_customers

SEED = 20261126
ITEMS, PICKS = 12, 400
UNITS = {"Nos": 1, "Box": 12, "Pair": 2}
KEY = ("item_code", "price_list", "uom", "customer", "valid_from")
DAYS = ("2025-12-31", "2026-03-01", "2026-06-15", "2026-12-31", "2027-01-01")
LISTS = ("Standard Selling", "Parity wholesale")


@pytest.fixture(scope="module")
def priced(connected):
	"""Items with random prices, some of them variants, and two customers with lists of their own."""
	dice = random.Random(SEED)
	shop = open_shop(items=1)
	frappe.get_doc(
		{"doctype": "Price List", "price_list_name": LISTS[1], "selling": 1, "currency": "EUR"}
	).insert()
	group = frappe.get_doc(
		{"doctype": "Customer Group", "customer_group_name": "Parity trade", "default_price_list": LISTS[1]}
	).insert()
	customers = [
		frappe.get_doc({"doctype": "Customer", "customer_name": name, **more}).insert().name
		for name, more in (
			("Parity list", {"default_price_list": LISTS[1]}),
			("Parity group", {"customer_group": group.name}),
		)
	]
	items = [a_template_and_variant(number) for number in range(ITEMS // 2)]
	codes = [code for pair in items for code in pair]
	for code in codes:
		for _ in range(dice.randint(0, 6)):
			a_price(code, dice, customers)
		base = {"doctype": "Item Price", "item_code": code, "price_list": LISTS[0], "price_list_rate": 7}
		if code.endswith("template") or dice.random() < 0.7:
			kept(frappe.get_doc({**base, "valid_from": "2019-01-01"}))
	frappe.db.commit()
	return shop, codes, customers


def a_template_and_variant(number):
	fields = {"doctype": "Item", "item_group": "Products", "stock_uom": "Nos", "is_stock_item": 0}
	units = [{"uom": unit, "conversion_factor": factor} for unit, factor in UNITS.items()]
	attribute = "Colour"
	template = frappe.get_doc(
		{
			**fields,
			"item_code": f"P{number}-template",
			"has_variants": 1,
			"attributes": [{"attribute": attribute}],
			"uoms": units,
			"brand": a_brand(),
		}
	).insert()
	variant = frappe.get_doc(
		{
			**fields,
			"item_code": f"P{number}-variant",
			"variant_of": template.name,
			"attributes": [{"attribute": attribute, "attribute_value": "Red"}],
			"uoms": units,
			"brand": template.brand,
			"barcodes": [{"barcode": f"BOX-{number}", "uom": "Box"}],
		}
	).insert()
	return template.name, variant.name


def a_brand():
	name = "Parity brand"
	if not frappe.db.exists("Brand", name):
		frappe.get_doc({"doctype": "Brand", "brand": name}).insert()
	return name


def a_price(code, dice, customers):
	begins = dice.choice(["2020-01-01", "2026-01-01", "2026-06-01", "2027-01-01"])
	fields = {
		"doctype": "Item Price",
		"item_code": code,
		"price_list": dice.choice(LISTS),
		"uom": dice.choice(["", "", *UNITS]),
		"customer": dice.choice([None, None, *customers]),
		"valid_from": begins,
		"valid_upto": dice.choice([None, None, "2027-06-30"]),
		"packing_unit": dice.choice([0, 0, 0, 3]),
		"price_list_rate": dice.randint(1, 99_999) / 100,
	}
	same = {name: fields[name] or ("is", "not set") for name in KEY}
	if frappe.db.exists("Item Price", same):
		return  # which of two such rows it takes, ERPNext leaves to the database
	try:
		kept(frappe.get_doc(fields))
	except ItemPriceDuplicateItem:
		frappe.clear_last_message()


def kept(price):
	"""Templates can't be priced any more, but ERPNext still sells variants by what older sites have."""
	price.validate_item_template = lambda: None
	price.insert()


def prices_of(code):
	"""As the feed sends them, its template's behind its own."""
	rows = []
	for item, of_template in ((code, False), (frappe.db.get_value("Item", code, "variant_of"), True)):
		found = frappe.get_all(
			"Item Price",
			{"item_code": item or "", "selling": 1},
			["price_list", "uom", "customer", "valid_from", "valid_upto", "packing_unit", "price_list_rate"],
			order_by="creation, name",
		)
		rows += [
			Price(
				row.price_list,
				row.uom or "",
				row.customer or "",
				str(row.valid_from or ""),
				str(row.valid_upto or ""),
				row.packing_unit * SCALE,
				round(row.price_list_rate * SCALE),
				of_template,
			)
			for row in found
		]
	return rows


def of_erpnext(code, asked):
	args = frappe._dict(
		price_list=asked.price_list,
		customer=asked.customer or "Whoever walks in",
		uom=asked.unit,
		stock_uom=asked.stock_unit,
		transaction_date=asked.day,
		qty=asked.quantity / SCALE,
		conversion_factor=asked.factor / SCALE,
	)
	rate = get_price_list_rate_for(args, code)
	template = frappe.db.get_value("Item", code, "variant_of")
	if rate is None and template:
		rate = get_price_list_rate_for(args, template)
	return None if rate is None else round(rate * SCALE)


def test_random_prices_are_picked_as_erpnext_picks_them(priced):
	_, codes, customers = priced
	dice = random.Random(SEED)
	found = 0
	for _ in range(PICKS):
		code, unit = dice.choice(codes), dice.choice(list(UNITS))
		asked = Asked(
			dice.choice(LISTS),
			unit,
			"Nos",
			dice.choice(DAYS),
			dice.choice(["", *customers]),
			UNITS[unit] * SCALE,
			dice.randint(1, 6) * SCALE,
		)
		ours, theirs = rate_of(prices_of(code), asked), of_erpnext(code, asked)
		assert ours == theirs, (code, asked, *prices_of(code))
		found += ours is not None
	assert found > PICKS / 2


def test_a_till_gets_units_prices_brands_and_the_lists_of_its_customers(priced):
	shop, codes, customers = priced
	told = manifest(shop.till)
	assert told["price_list"] == "Standard Selling"
	more = more_of(shop.till, told)
	variants = [code for code in codes if code.endswith("variant") and code in more]
	assert variants
	for code in variants:
		assert more[code]["brand"] == "Parity brand"
		assert more[code]["variant_of"] == code.replace("variant", "template")
		assert ["Box", "12", [code.replace("P", "BOX-").replace("-variant", "")]] in more[code]["units"]
	sent = {tuple(row[:2]) for code in variants for row in more[code].get("prices", [])}
	assert {price_list for price_list, _ in sent} == set(LISTS)
	cursor, lists = told["cursor"], {}
	for _ in range(10):
		answer = changes(shop.till, cursor)
		cursor = answer["cursor"]
		columns = answer.get("customers", {"customer": [], "price_list": []})
		lists |= dict(zip(columns["customer"], columns["price_list"], strict=True))
	assert [lists[customer] for customer in customers] == [LISTS[1], LISTS[1]]


def test_a_price_that_begins_later_is_at_the_till_before_it_begins(priced):
	shop, _, _ = priced
	(item,) = shop.items
	base = {"doctype": "Item Price", "item_code": item, "price_list": LISTS[0], "price_list_rate": 9.99}
	frappe.get_doc({**base, "valid_from": "2099-01-01"}).insert()
	frappe.db.commit()
	(priced_item,) = items_of(ground_of(shop.till).grounds, [item])
	prices = priced_item.prices
	on = {day: rate_of(prices, Asked(LISTS[0], "Nos", "Nos", day)) for day in ("2098-12-31", "2099-01-01")}
	assert on == {"2098-12-31": 2_500_000_000, "2099-01-01": 9_990_000_000}


@pytest.fixture
def walk_in(priced):
	"""Whoever walks in; what a test gives him is taken back."""
	shop, _, _ = priced
	name = ground_of(shop.till).grounds.walk_in
	yield frappe.get_doc("Customer", name)
	frappe.db.delete("Item Price", {"customer": name})
	frappe.get_doc("Customer", name).update({"default_price_list": None}).save()
	frappe.db.commit()


def test_whoever_walks_in_pays_by_his_own_list_and_others_by_the_profiles(priced, walk_in):
	shop, _, customers = priced
	walk_in.update({"default_price_list": LISTS[1]}).save()
	price = {"doctype": "Item Price", "item_code": shop.items[0], "price_list": LISTS[1]}
	frappe.get_doc({**price, "price_list_rate": 1.25}).insert()
	frappe.db.commit()
	grounds = ground_of(shop.till).grounds
	(item,) = items_of(grounds, shop.items)
	assert (grounds.price_list, grounds.profile_price_list) == (LISTS[1], LISTS[0])
	assert item.price_minor == 125
	plain = frappe.get_doc({"doctype": "Customer", "customer_name": "Parity plain"}).insert().name
	told, _ = next_customers(grounds, None, [*customers, plain])
	lists = dict(zip(told["customers"]["customer"], told["customers"]["price_list"], strict=True))
	assert lists == {customers[0]: "", customers[1]: "", plain: LISTS[0]}


def test_whoever_walks_in_has_his_own_prices(priced, walk_in):
	shop, _, _ = priced
	price = {"doctype": "Item Price", "item_code": shop.items[0], "price_list": LISTS[0]}
	frappe.get_doc({**price, "customer": walk_in.name, "price_list_rate": 1.75}).insert()
	(item,) = items_of(ground_of(shop.till).grounds, shop.items)
	assert item.price_minor == 175


def more_of(till, told):
	found = {}
	for number in range(told["chunks"]):
		columns = json.loads(chunk(till, told["snapshot"], number).plain)["message"]
		found |= {columns["item"][int(index)]: more for index, more in columns.get("more", {}).items()}
	return found
