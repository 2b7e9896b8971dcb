"""Who looks at a batch sees its sales: reports, the auditor's export, a tax invoice made later."""

from datetime import date

import frappe
import pytest
from batched import batching_shop, book_together, names, plain, two_are_enough
from books import COMPANY, DAY, book, gl, invoice_of, returned

from pos_bridge import desk
from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.audit.export import export
from pos_bridge.erpnext.audit.verifier.report import told_of, verify
from pos_bridge.erpnext.reconcile.scope import Scope


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""A shop whose plain sales are booked in batches."""
	return batching_shop()


def a_batch(shop):
	"""Two sales at twelve, one at half past five."""
	tea, cake, _ = shop.items
	wires = [
		shop.sale(shop.line(tea, "3"), shop.line(cake, "2", percent=10), over=500),
		plain(shop, "2"),
		plain(shop, at=f"{DAY}T17:30:00.000+01:00"),
	]
	return book_together(shop, *wires), wires


def till_sales(shop, **more):
	from frappe.desk.query_report import run

	filters = {"company": COMPANY, "from_date": DAY, "to_date": DAY, "till": shop.till, **more}
	return [row for row in run("Till Sales", filters)["result"] if isinstance(row, dict)]


def minor(wires, figure):
	return sum(open_wire(wire).body[figure] for wire in wires)


def test_the_sales_of_a_batch_are_reported_one_by_one_and_add_up_to_the_ledger(shop):
	batch, wires = a_batch(shop)
	invoice, ledger = invoice_of(wires[0]), gl(batch)
	(row,) = till_sales(shop)
	taxes = sum(ledger.get(tax.account_head, 0) for tax in invoice.taxes)
	assert (row["tickets"], row["discount"]) == (3, 1.0)
	assert (row["net"], row["tax"]) == (-ledger[invoice.items[0].income_account], round(-taxes, 2))
	assert row["total"] == minor(wires, "total_minor") / 100
	hours = {each["hour"]: each["tickets"] for each in till_sales(shop, group_by=["hour"])}
	assert hours == {12: 2, 17: 1}
	items = {each["item"]: each["quantity"] for each in till_sales(shop, group_by="item")}
	assert items == {shop.items[0]: 6, shop.items[1]: 2}


def test_a_batch_that_is_amended_counts_as_its_sales_were_recorded_a_cancelled_one_not_at_all(shop):
	batch, wires = a_batch(shop)
	document = frappe.get_doc("Sales Invoice", batch)
	document.cancel()
	assert till_sales(shop) == []
	copy = frappe.copy_doc(document, ignore_no_copy=False)
	copy.update({"amended_from": batch, "docstatus": 0, "set_posting_time": 1})
	copy.insert()
	copy.submit()
	(row,) = till_sales(shop)
	assert (row["tickets"], row["total"]) == (3, minor(wires, "total_minor") / 100)


def test_an_auditors_export_holds_a_batch_and_its_returns_to_the_sums_of_their_entries(shop, tmp_path):
	_batch, wires = a_batch(shop)
	book(shop, returned(shop, wires[0], {1: 2}))
	frappe.db.commit()
	path = tmp_path / "export.zip"
	day = date.fromisoformat(DAY)
	export(Scope(COMPANY, day, day, shop.till), path)
	lines = list(told_of(verify(str(path))))
	assert any("4 entries equal it in net, every tax and money" in line for line in lines), lines


def test_a_tax_invoice_is_made_from_one_receipt_of_a_batch_and_books_nothing(shop):
	frappe.db.set_value("POS Till", shop.till, {"shop_address": "2 Lime Street", "tax_id": "GB 123456789"})
	frappe.clear_cache()
	batch, wires = a_batch(shop)
	before = [frappe.db.count(each) for each in ("GL Entry", "Stock Ledger Entry", "Sales Invoice")]
	made = [
		frappe.get_doc("POS Tax Invoice", desk.make_tax_invoice(open_wire(wire).id, "A", "B")["name"])
		for wire in wires
	]
	assert [frappe.db.count(each) for each in ("GL Entry", "Stock Ledger Entry", "Sales Invoice")] == before
	for invoice, wire in zip(made, wires, strict=True):
		entry = open_wire(wire)
		assert (invoice.receipt_number, invoice.sales_invoice) == (entry.receipt_number, batch)
		assert round(invoice.total * 100) == entry.body["total_minor"]
		assert round(invoice.tax_total * 100) == entry.body["tax_minor"]


def test_a_return_of_a_batched_sale_corrects_its_tax_invoice(shop):
	frappe.db.set_value("POS Till", shop.till, {"shop_address": "2 Lime Street", "tax_id": "GB 123456789"})
	frappe.clear_cache()
	_batch, (sold, *_others) = a_batch(shop)
	first = desk.make_tax_invoice(open_wire(sold).id, "A", "B")["name"]
	back = returned(shop, sold, {1: 1})
	book(shop, back)
	correction = frappe.get_doc("POS Tax Invoice", desk.correct_tax_invoice(open_wire(back).id)["name"])
	assert (correction.corrects, correction.total) == (first, -2.5)
	assert correction.sales_invoice == names(back)[0]


def test_the_tax_invoice_of_a_batch_that_was_cancelled_is_refused_in_words(shop):
	batch, wires = a_batch(shop)
	frappe.get_doc("Sales Invoice", batch).cancel()
	frappe.db.commit()
	with pytest.raises(frappe.ValidationError, match="cancelled in the desk"):
		desk.make_tax_invoice(open_wire(wires[1]).id, "A", "B")


def test_the_desk_does_not_take_goods_of_a_batch_back(shop):
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	batch, _wires = a_batch(shop)
	with pytest.raises(frappe.ValidationError, match="Cannot create return for consolidated invoice"):
		make_sales_return(batch)


def test_what_items_bear_of_the_taxes_of_a_batch_is_what_its_receipts_charged(shop):
	tea, cake, _ = shop.items
	wires = [shop.sale(shop.line(tea), shop.line(cake)), shop.sale(shop.line(cake, "2"))]
	with two_are_enough():
		book(shop, *wires)
	taxes = {
		row.account_head: frappe.parse_json(row.item_wise_tax_detail) for row in invoice_of(wires[0]).taxes
	}
	charged = {
		account: {item: rate for item, (rate, _amount) in detail.items() if rate}
		for account, detail in taxes.items()
	}
	assert list(charged.values()) == [{tea: 19}, {cake: 7}]
