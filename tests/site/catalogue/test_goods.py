"""Which items a till sells, at what price and tax: the same that ERPNext would put into an invoice."""

import json

import frappe
import pytest
from books import COMPANY, TEMPLATES, make_item

from pos_bridge.erpnext.catalogue import chunk, manifest

STANDARD, REDUCED = TEMPLATES["Standard"][0], TEMPLATES["Reduced"][0]


def sold(shop):
	"""Every item that the till's snapshot sells: code to its columns' values, template by name."""
	told, found = manifest(shop.till), {}
	for number in range(told["chunks"]):
		columns = json.loads(chunk(shop.till, told["snapshot"], number).plain)["message"]
		for index, code in enumerate(columns["item"]):
			found[code] = {
				"price_minor": columns["price_minor"][index],
				"gtins": columns["gtins"][index],
				"template": told["templates"][columns["template"][index]]["template"],
			}
	return found


def price(item, rate, **more):
	document = {"doctype": "Item Price", "item_code": item, "price_list": "Standard Selling", **more}
	return frappe.get_doc({**document, "price_list_rate": rate}).insert()


def test_a_price_of_nothing_is_no_price(own_shop):
	item = make_item(f"{own_shop.till}-zero", 0)
	frappe.db.commit()
	assert item not in sold(own_shop)


def test_the_code_of_a_crate_does_not_ring_up_a_bottle(own_shop):
	codes = [{"barcode": f"BOTTLE-{own_shop.till}"}, {"barcode": f"CRATE-{own_shop.till}", "uom": "Box"}]
	item = make_item(
		f"{own_shop.till}-bottle", 120, uoms=[{"uom": "Box", "conversion_factor": 12}], barcodes=codes
	)
	frappe.db.commit()
	assert sold(own_shop)[item]["gtins"] == [f"BOTTLE-{own_shop.till}"]


def test_of_several_prices_that_are_valid_the_newest_for_everybody_counts(own_shop):
	item = own_shop.items[0]
	frappe.db.set_value("Item Price", {"item_code": item}, "valid_from", "2025-12-01")
	price(item, 4, valid_from="2026-01-01")
	price(item, 5, valid_from="2026-02-01", valid_upto="2026-02-28")
	price(item, 6, valid_from="2099-01-01")
	somebody = frappe.get_doc({"doctype": "Customer", "customer_name": f"Of {own_shop.till}"}).insert()
	price(item, 8, valid_from="2026-03-01", customer=somebody.name)
	frappe.db.commit()
	assert sold(own_shop)[item]["price_minor"] == 400


def _group(shop, name, parent, **more):
	document = {
		"doctype": "Item Group",
		"item_group_name": f"{name} {shop.till}",
		"parent_item_group": parent,
	}
	return frappe.get_doc({**document, **more}).insert().name


def _row(template, **more):
	return {"item_tax_template": template, **more}


@pytest.mark.parametrize(
	"rows",
	[
		[_row(STANDARD), _row(REDUCED, valid_from="2026-01-01")],
		[_row(REDUCED, valid_from="2026-01-01"), _row(STANDARD, valid_from="2026-06-01")],
		[_row(STANDARD), _row(REDUCED, valid_from="2099-01-01")],
		[_row(REDUCED), _row(STANDARD, valid_from="2026-01-01", tax_category="Abroad")],
		[_row(STANDARD, tax_category="Abroad"), _row(REDUCED)],
		[_row(REDUCED, tax_category="Abroad")],
		[],
	],
	ids=["dated", "newest", "later", "hidden by another category", "category", "other category", "none"],
)
@pytest.mark.parametrize("in_group", [False, True], ids=["of the item", "of its group's parent"])
def test_an_item_has_the_tax_template_that_erpnext_gives_it(own_shop, rows, in_group):
	from erpnext.stock.get_item_details import get_item_tax_template

	if not frappe.db.exists("Tax Category", "Abroad"):
		frappe.get_doc({"doctype": "Tax Category", "title": "Abroad"}).insert()
	number = frappe.generate_hash(length=6)
	parent = _group(own_shop, f"P{number}", "All Item Groups", is_group=1, taxes=rows if in_group else [])
	group = _group(own_shop, f"G{number}", parent)
	item = make_item(f"{own_shop.till}-{number}", 999, item_group=group, taxes=[] if in_group else rows)
	frappe.db.commit()
	asked = frappe._dict(company=COMPANY, posting_date="2026-11-25", tax_category="")
	expected = get_item_tax_template(asked, frappe.get_doc("Item", item), frappe._dict())
	assert sold(own_shop)[item]["template"] == (expected or "standard")
