"""What is remembered while a job posts: given up in time, and never in the way of the truth."""

import frappe
import pytest
from books import COMPANY, book, entry_of, invoice_of, on_hand, record

from pos_bridge import jobs
from pos_bridge.erpnext.overrides import masters
from pos_bridge.erpnext.overrides.definitions import definitions_remembered
from pos_bridge.erpnext.overrides.html import cleaned_by_structure
from pos_bridge.erpnext.overrides.masters import masters_remembered


def test_the_companys_sales_of_the_month_are_added_up_when_a_job_ends(shop):
	frappe.db.set_single_value("Selling Settings", "sales_update_frequency", "Each Transaction")
	frappe.db.set_value("Company", COMPANY, "total_monthly_sales", 0)
	frappe.db.commit()
	wires = [shop.sale(shop.line(shop.items[0])) for _ in range(3)]
	book(shop, *wires)
	month = frappe.utils.getdate(frappe.utils.today()).strftime("%Y-%m")
	sold = frappe.db.sql(
		"SELECT SUM(base_grand_total) FROM `tabSales Invoice` WHERE docstatus = 1 AND company = %s"
		" AND posting_date LIKE %s",
		(COMPANY, f"{month}%"),
	)[0][0]
	assert frappe.db.get_value("Company", COMPANY, "total_monthly_sales") == (sold or 0)


def test_masters_are_read_once_and_copies_are_given(site):
	with masters_remembered():
		asked = f"SELECT name, abbr FROM `tabCompany` WHERE name = '{COMPANY}'"
		first = frappe.db.sql(asked, as_dict=True)
		first[0]["abbr"] = "changed by its reader"
		assert frappe.db.sql(asked, as_dict=True)[0]["abbr"] == "LT"


def test_a_write_is_seen_at_once_and_its_rollback_too(site):
	with masters_remembered():
		assert frappe.db.get_value("Company", COMPANY, "phone_no") is None
		frappe.db.set_value("Company", COMPANY, "phone_no", "1")
		assert frappe.db.get_value("Company", COMPANY, "phone_no") == "1"
		frappe.db.rollback()
		assert frappe.db.get_value("Company", COMPANY, "phone_no") is None


def test_what_another_process_writes_is_seen_when_the_memory_is_old(site, monkeypatch):
	with masters_remembered():
		frappe.db.get_value("Company", COMPANY, "fax")
		beside_the_memory("fax", "2")
		assert frappe.db.get_value("Company", COMPANY, "fax") is None
		monkeypatch.setattr(masters, "REMEMBERED_SECONDS", 0.0)
		assert frappe.db.get_value("Company", COMPANY, "fax") == "2"


def beside_the_memory(field, value):
	"""Write a company's field as somebody else would: not through what the memory watches."""
	frappe.db._cursor.execute(f"UPDATE `tabCompany` SET `{field}` = %s WHERE name = %s", (value, COMPANY))


def test_stock_and_ledgers_and_locked_rows_are_always_read(site):
	with masters_remembered():
		for query in ("SELECT COUNT(*) FROM `tabBin`", "SELECT name FROM `tabCompany` FOR UPDATE"):
			before = frappe.db.sql(query)
			asked = count_asked(lambda query=query: frappe.db.sql(query))
			assert (asked, frappe.db.sql(query)) == (1, before)


def count_asked(call):
	"""How many statements a call sends."""
	before = frappe.db.sql("SHOW SESSION STATUS LIKE 'Questions'")[0][1]
	call()
	return int(frappe.db.sql("SHOW SESSION STATUS LIKE 'Questions'")[0][1]) - int(before) - 1


def test_statements_that_are_remembered_ask_for_the_new_values(shop):
	tea, cake, _ = shop.items
	with definitions_remembered(), masters_remembered():
		for _ in range(2):
			for item in (tea, cake):
				place = {"item_code": item, "warehouse": shop.shop.warehouse}
				assert frappe.db.get_value("Bin", place, ["item_code", "actual_qty"]) == (
					item,
					on_hand(item, shop.shop.warehouse),
				)
				assert frappe.db.get_value("Bin", {**place, "actual_qty": (">", 1e9)}) is None


def test_nothing_stays_behind_when_a_job_has_ended(shop):
	before = [frappe.get_all, frappe.get_cached_doc, frappe.clear_document_cache, frappe.get_doc]
	wire = shop.sale(shop.line(shop.items[0]))
	record(shop, wire)
	jobs.post_waiting()
	after = [frappe.get_all, frappe.get_cached_doc, frappe.clear_document_cache, frappe.get_doc]
	assert after == before
	assert {"sql", "get_values", "_get_values_from_table"} & set(vars(frappe.db)) == set()
	assert entry_of(wire).state == "posted"
	assert invoice_of(wire).docstatus == 1


TAXES = """<div style="overflow-x: auto;"><table class="table"><tr>
	<td>{0}</td> <td onclick="{1}" class="text-right">
		({2}%)
		{3}</td></tr></table></div>"""


@pytest.mark.parametrize(
	"html",
	[
		*(
			TAXES.format(*texts)
			for texts in (("Coffee", "", "19.0", "\u20ac 1,20"), ("Tee", "steal()", "7", ""))
		),
		TAXES.format("Salt & pepper", "", "19", "1"),
		TAXES.format("\xa0", "", "\r\n", "\x00"),
		TAXES.format("<script>steal()</script>", "", "<b>7", "</table>free"),
		TAXES.format("<textarea><b>", "", "<!-- x -->", "<style>p { color: red }</style>"),
		"<table>outside<tr><td>1</td></tr></table>",
		"a < b and b > c",
		"no markup",
		'{"json": "<b>1</b>"}',
		"",
	],
)
def test_html_is_cleaned_as_frappe_does_it(html):
	"""Twice: the second time the structure is known, with other texts."""
	clean = frappe.utils.sanitize_html
	by_structure = cleaned_by_structure(clean)
	for text in (html, html.replace("1", "27").replace("Coffee", "K\u00e4se")):
		assert by_structure(text) == clean(text)


def test_a_known_structure_is_not_cleaned_again():
	cleaned = []

	def clean(html):
		cleaned.append(html)
		return frappe.utils.sanitize_html(html)

	by_structure = cleaned_by_structure(clean)
	for number in range(5):
		assert f"<td>{number}</td>" in by_structure(f"<table><tr><td>{number}</td></tr></table>")
	assert len(cleaned) == 1
