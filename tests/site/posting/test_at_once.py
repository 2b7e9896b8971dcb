"""What a sale's rows have in common is asked and written at once: nobody meets an old state because of it."""

import frappe
import pytest
from books import book, gl, invoice_of, make_item, on_hand

from pos_bridge.erpnext.overrides.at_once.items import items_read_together
from pos_bridge.erpnext.overrides.at_once.stock_moves import at_nine_decimals
from pos_bridge.erpnext.overrides.at_once.written_together import kept, tables_named, written_together
from pos_bridge.erpnext.overrides.masters import masters_remembered

ROWS = "Sales Invoice Payment"


def add_row(name):
	row = {"doctype": ROWS, "parent": "test", "parenttype": "Sales Invoice", "parentfield": "payments"}
	document = frappe.get_doc({**row, "amount": 1.5})
	document.name = name
	document.creation = document.modified = frappe.utils.now()
	document.db_insert()
	return document


def add_row_and_fail():
	with written_together():
		add_row("test-2")
		raise ZeroDivisionError


def count_rows():
	return frappe.db.sql(f"SELECT COUNT(*) FROM `tab{ROWS}` WHERE parent = 'test'")[0][0]


def waiting():
	return len(kept().of(ROWS))


def test_a_row_waits_until_somebody_asks_for_its_table(site):
	with written_together():
		add_row("test-1")
		add_row("test-2")
		frappe.db.sql("SELECT name FROM `tabBin` LIMIT 1")
		assert waiting() == 2
		assert (count_rows(), waiting()) == (2, 0)


def test_a_row_that_waits_is_changed_where_it_waits(site):
	with written_together():
		row = add_row("test-1")
		row.amount = 2.5
		row.db_update()
		assert waiting() == 1
		assert frappe.db.get_value(ROWS, "test-1", "amount") == 2.5
		row.amount = 3.5
		row.db_update()
		assert frappe.db.get_value(ROWS, "test-1", "amount") == 3.5


@pytest.mark.parametrize("written", ["UPDATE `tab{0}` SET amount = 9", "DELETE FROM `tab{0}`"])
def test_a_statement_that_writes_meets_the_rows_that_wait(site, written):
	with written_together():
		add_row("test-1")
		frappe.db.sql(written.format(ROWS) + " WHERE parent = 'test'")
		assert count_rows() == int("UPDATE" in written)
		assert frappe.db.get_value(ROWS, "test-1", "amount") == (9 if "UPDATE" in written else None)


def test_a_rollback_takes_what_waits_with_it_and_a_savepoint_keeps_what_was_before(site):
	with written_together():
		add_row("test-1")
		frappe.db.savepoint("here")
		add_row("test-2")
		frappe.db.rollback(save_point="here")
		assert count_rows() == 1
		add_row("test-3")
		frappe.db.rollback()
		assert (waiting(), count_rows()) == (0, 0)


def test_what_still_waits_at_the_end_is_written_and_after_a_fault_it_is_not(site):
	with written_together():
		add_row("test-1")
	assert count_rows() == 1
	with pytest.raises(ZeroDivisionError):
		add_row_and_fail()
	assert count_rows() == 1
	assert kept() is None


@pytest.mark.parametrize(
	("statement", "tables"),
	[
		("SELECT name FROM `tabGL Entry` WHERE 1 FOR UPDATE", {"GL Entry"}),
		("select a from tabItem, `tabBin` bin join `tabItem Price` on 1", {"Item", "Bin", "Item Price"}),
		('SELECT 1 FROM (SELECT 1 FROM "tabBin") found', {"Bin"}),
		("UPDATE `tabBin` SET a = 1", {"Bin"}),
		("DELETE FROM `tabBin`", {"Bin"}),
		("INSERT INTO `tabBin` (name) SELECT name FROM `tabItem`", {"Bin", "Item"}),
		("SELECT 1 FROM `tabItem` JOIN all_ledgers ON 1", None),
		("WITH v AS (SELECT 1 FROM `tabItem`) SELECT 1 FROM v", None),
		("CALL close_the_books()", None),
		("savepoint here", None),
		("commit", None),
	],
)
def test_a_statement_says_which_tables_it_can_see(statement, tables):
	assert tables_named(statement) == tables


@pytest.mark.parametrize(
	("number", "read"),
	[
		(0.1 + 0.2, 0.3),
		(1 / 3, 0.333333333),
		(2.0000000005, 2.000000001),
		(-1 / 3, -0.333333333),
		(None, 0.0),
	],
)
def test_a_number_comes_back_from_the_database_with_nine_decimals(site, number, read):
	assert at_nine_decimals(number) == read
	assert float(frappe.db.sql("SELECT CAST(%s AS DECIMAL(21, 9))", number or 0)[0][0]) == read


def test_one_item_on_two_lines_is_valued_line_by_line(shop):
	tea = shop.items[0]
	before = on_hand(tea, shop.shop.warehouse)
	wire = shop.sale(shop.line(tea, "2"), shop.line(tea, "3"))
	book(shop, wire)
	moves = frappe.get_all(
		"Stock Ledger Entry",
		{"voucher_no": invoice_of(wire).name},
		["actual_qty", "qty_after_transaction", "stock_value_difference"],
		order_by="creation",
	)
	assert [(row.actual_qty, row.qty_after_transaction) for row in moves] == [
		(-2, before - 2),
		(-3, before - 5),
	]
	assert on_hand(tea, shop.shop.warehouse) == before - 5
	assert round(sum(gl(invoice_of(wire).name).values()), 2) == 0


def price(item, rate, **more):
	document = {"doctype": "Item Price", "item_code": item, "price_list": "Standard Selling"}
	return frappe.get_doc({**document, "price_list_rate": rate, **more}).insert()


def test_prices_are_those_that_erpnext_finds(site, shared_shop):
	from erpnext.stock import get_item_details

	customer = shared_shop.shop.customer
	plain, dated, own, none = (make_item(f"priced-{kind}", 100) for kind in ("plain", "dated", "own", "none"))
	frappe.db.set_value("Item Price", {"item_code": dated}, {"valid_from": "2026-12-01"})
	price(own, 0.5, customer=customer)
	frappe.db.delete("Item Price", {"item_code": none})
	asked = [
		(
			{
				"price_list": "Standard Selling",
				"uom": uom,
				"transaction_date": day,
				"customer": who,
			},
			item,
		)
		for item in (plain, dated, own, none)
		for uom in ("Nos", "Box")
		for day in ("2026-11-25", "2026-12-24", None)
		for who in (customer, None)
	]
	theirs = [list(get_item_details.get_item_price(dict(args), item)) for args, item in asked]
	with masters_remembered(), items_read_together([plain, dated, own, none]):
		ours = [list(get_item_details.get_item_price(dict(args), item)) for args, item in asked]
	assert ours == theirs
	assert len({repr(each) for each in theirs}) > 3
	frappe.db.rollback()


def test_fields_of_items_are_those_of_the_database_and_other_names_are_asked(site, shared_shop):
	tea, *_ = items = shared_shop.items
	asked = [(name, field) for name in (*items, tea.lower(), "gone") for field in ("image", "has_batch_no")]
	theirs = [frappe.db.get_value("Item", *each) for each in asked]
	with masters_remembered(), items_read_together([*items, tea.lower(), "gone"]):
		assert [frappe.db.get_value("Item", *each) for each in asked] == theirs
		frappe.db.set_value("Item", tea, "image", "tea.png")
		assert frappe.db.get_value("Item", tea, "image") == "tea.png"
