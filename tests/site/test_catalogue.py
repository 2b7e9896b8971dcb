"""What a till learns from ERPNext: all of it at first, and afterwards what changed."""

import frappe
import pytest
from books import make_item, open_till, price_of
from tills import METHODS, enrol

from pos_bridge.core.money import parse_decimal
from pos_bridge.erpnext import stock
from pos_bridge.erpnext.catalogue import changes, chunk, manifest


def items_in(till):
	"""Every item of the snapshot by code, as a till reads its chunks."""
	import json

	told = manifest(till)
	found = {}
	for number in range(told["chunks"]):
		columns = json.loads(chunk(till, told["snapshot"], number).plain)["message"]
		weighed = set(columns["weighed"])
		for index, code in enumerate(columns["item"]):
			found[code] = {
				"name": columns["name"][index],
				"price_minor": columns["price_minor"][index],
				"unit": told["units"][columns["unit"][index]],
				"template": told["templates"][columns["template"][index]],
				"gtins": columns["gtins"][index],
				"weighed": index in weighed,
			}
	return told, found


def followed(till, cursor):
	"""All that changed behind a cursor, and the cursor behind that; as a till asks until nothing comes."""
	found = {}
	for _ in range(50):
		answer = changes(till, cursor)
		assert not answer.get("reload"), "the company could not tell what changed"
		cursor = answer.pop("cursor")
		content = {name: value for name, value in answer.items() if name != "snapshot"}
		if not content:
			return found, cursor
		found = {**found, **content}
	raise AssertionError("it never ends")


def told(found, item):
	"""The columns' values for one item; what others changed a moment ago may be told as well."""
	columns = found["items"]
	index = columns["item"].index(item)
	return {name: columns[name][index] for name in columns if name != "weighed"}


def saved(doctype, name, **values):
	document = frappe.get_doc(doctype, name)
	document.update(values)
	document.save()
	frappe.db.commit()


def price_name(shop, item):
	return frappe.db.get_value("Item Price", {"item_code": item, "price_list": shop.shop.price_list})


def test_a_snapshot_has_the_shops_items_with_price_unit_rates_and_codes(own_shop):
	item = make_item(f"{own_shop.till}-code", 399, "Reduced", barcodes=[{"barcode": f"CODE-{own_shop.till}"}])
	frappe.db.commit()
	told, items = items_in(own_shop.till)
	assert (told["till"], told["currency"], told["currency_precision"]) == (own_shop.till, "EUR", 2)
	assert items[item]["price_minor"] == 399
	assert items[item]["gtins"] == [f"CODE-{own_shop.till}"]
	assert {parse_decimal(rate) for rate in items[item]["template"]["rates"].values()} == {7 * 10**9}
	assert [each["tender"] for each in told["tenders"]] == list(own_shop.shop.tenders)
	assert {each["kind"] for each in told["tenders"]} == {"cash", "card"}


@pytest.mark.parametrize(
	"values",
	[{"disabled": 1}, {"is_sales_item": 0}, {"pos_bridge_not_at_tills": 1}, {"end_of_life": "2026-01-31"}],
)
def test_what_is_not_for_sale_is_not_in_it(own_shop, values):
	item = make_item(f"{own_shop.till}-not", 100, **values)
	unpriced = own_shop.items[0]
	frappe.delete_doc("Item Price", price_name(own_shop, unpriced))
	frappe.db.commit()
	_, items = items_in(own_shop.till)
	assert item not in items
	assert unpriced not in items
	assert own_shop.items[1] in items


def test_first_come_all_stock_and_all_customers_then_nothing(own_shop):
	found, cursor = followed(own_shop.till, manifest(own_shop.till)["cursor"])
	stock_told = dict(zip(found["stock"]["item"], found["stock"]["available"], strict=True))
	assert {item: stock_told[item] for item in own_shop.items} == dict.fromkeys(own_shop.items, "100")
	assert own_shop.shop.customer in found["customers"]["customer"]
	assert followed(own_shop.till, cursor)[0] == {}


@pytest.fixture
def reader(own_shop):
	"""A till that has read everything: its shop, and where it is."""
	return own_shop, followed(own_shop.till, manifest(own_shop.till)["cursor"])[1]


def test_a_new_price_is_told_once(reader):
	shop, cursor = reader
	item = shop.items[0]
	saved("Item Price", price_name(shop, item), price_list_rate=7.77)
	found, cursor = followed(shop.till, cursor)
	assert told(found, item)["price_minor"] == 777
	assert followed(shop.till, cursor)[0] == {}


def test_a_price_that_is_typed_is_told(reader):
	shop, cursor = reader
	saved("Item", shop.items[0], pos_bridge_open_price=1)
	found, _ = followed(shop.till, cursor)
	index = found["items"]["item"].index(shop.items[0])
	assert found["items"]["more"][str(index)]["open_price"] is True


def test_items_whose_pieces_are_told_apart_are_told(reader):
	shop, cursor = reader
	item = make_item(f"{shop.till}-told", 500, has_serial_no=1, has_batch_no=1)
	frappe.db.commit()
	found, _ = followed(shop.till, cursor)
	more = found["items"]["more"][str(found["items"]["item"].index(item))]
	assert (more["serials"], more["batches"]) == (True, True)


def test_a_new_name_and_a_new_code_are_told(reader):
	shop, cursor = reader
	item = frappe.get_doc("Item", shop.items[0])
	item.item_name = "Darjeeling"
	item.append("barcodes", {"barcode": f"NEW-{shop.till}"})
	item.save()
	frappe.db.commit()
	found, _ = followed(shop.till, cursor)
	assert told(found, item.name)["name"] == "Darjeeling"
	assert told(found, item.name)["gtins"] == [f"NEW-{shop.till}"]


def test_what_is_disabled_or_loses_its_price_is_gone(reader):
	shop, cursor = reader
	saved("Item", shop.items[0], disabled=1)
	frappe.delete_doc("Item Price", price_name(shop, shop.items[1]))
	frappe.db.commit()
	found, _ = followed(shop.till, cursor)
	assert set(shop.items[:2]) <= set(found["gone"])


def test_stock_that_was_sold_and_not_booked_is_told(reader):
	from books import record

	shop, cursor = reader
	record(shop, shop.sale(shop.line(shop.items[0], "4")))
	found, _ = followed(shop.till, cursor)
	assert dict(zip(found["stock"]["item"], found["stock"]["available"], strict=True))[shop.items[0]] == "96"
	assert stock.available([shop.items[0]], [shop.shop.warehouse])[shop.items[0], shop.shop.warehouse] == 96


def test_new_and_disabled_customers_are_told(reader):
	shop, cursor = reader
	new = frappe.get_doc({"doctype": "Customer", "customer_name": f"Ada of {shop.till}"}).insert().name
	frappe.db.commit()
	found, cursor = followed(shop.till, cursor)
	assert new in found["customers"]["customer"]
	saved("Customer", new, disabled=1)
	assert followed(shop.till, cursor)[0]["gone_customers"] == [new]


def test_changed_settings_of_the_till_are_told(reader):
	shop, cursor = reader
	saved("POS Till", shop.till, receipt_footer="Come again")
	found, _ = followed(shop.till, cursor)
	assert found["settings"]["receipt_footer"] == ["Come again"]


def test_a_cursor_that_is_none_of_ours_asks_for_a_new_snapshot(shop):
	for cursor in ("", "nonsense", "e30="):
		assert changes(shop.till, cursor)["reload"]


def test_tills_of_a_shop_share_its_snapshot(own_shop):
	other = open_till(own_shop)
	one, two = manifest(own_shop.till), manifest(other.till)
	assert one["snapshot"] == two["snapshot"]
	assert (one["till"], two["till"]) == (own_shop.till, other.till)


def test_over_http_a_change_in_the_desk_is_there_at_once(server, own_shop):
	till = enrol(server, own_shop.till)
	_, told = server.get(f"{METHODS}snapshot", **till.bearer)
	snapshot = told["message"]
	codes = []
	for number in range(snapshot["chunks"]):
		path = f"{METHODS}snapshot_chunk?snapshot={snapshot['snapshot']}&chunk={number}"
		status, columns = server.get(path, **till.bearer)
		assert status == 200, columns
		codes += columns["message"]["item"]
	assert own_shop.items[0] in codes
	saved("Item Price", price_name(own_shop, own_shop.items[0]), price_list_rate=1.23)
	_, answer = server.get(f"{METHODS}changes?cursor={snapshot['cursor']}", **till.bearer)
	assert "message" in answer, answer
	assert 123 in answer["message"]["items"]["price_minor"]
	assert price_of(own_shop.items[0], own_shop.shop) == 123
	assert server.get(f"{METHODS}snapshot_chunk?snapshot=old&chunk=0", **till.bearer)[0] == 422


def test_a_change_calls_the_tills(site, own_shop, monkeypatch):
	calls = []
	frappe.cache.delete_value("pos_bridge:tills_called")
	monkeypatch.setattr(
		"frappe.publish_realtime", lambda event, *_, **more: calls.append((event, more.get("user")))
	)
	saved("Item Price", price_name(own_shop, own_shop.items[0]), price_list_rate=3.21)
	assert ("pos_bridge_changed", "till@pos-bridge.invalid") in calls
