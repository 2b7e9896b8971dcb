"""The till computes what ERPNext computes: random carts through ERPNext, our Python and the page's engine."""

import frappe
import pytest
from asked_carts import MOST_HALVES, SEED, carts_asked, seldom_tried, tell
from books import book, invoice_of, open_shop

from benchmarks.parity import compare
from benchmarks.sums.erpnext import FORMATS, Books
from benchmarks.sums.page import PageProcess
from pos_bridge.erpnext.shop import currency_precision

CARTS = carts_asked(500)


@pytest.mark.slow
def test_random_carts_come_to_the_same_in_erpnext_in_python_and_in_the_page(changed_settings, tmp_path):
	with PageProcess(tmp_path, "sums") as page:
		books = Books.of_a_site()
		parity = compare(CARTS, SEED, books.compute, books.compute_exactly, page)
	tell(parity)
	assert parity.smallest == []
	assert parity.different == 0
	assert parity.halves_by_chance <= MOST_HALVES * CARTS
	assert parity.carts == CARTS
	assert seldom_tried(parity) == set()


@pytest.mark.parametrize("decimals", [0, 2, 3])
def test_the_till_rounds_to_the_decimals_that_erpnext_rounds_to(changed_settings, decimals):
	frappe.db.set_default("currency_precision", "")
	frappe.db.set_default("number_format", FORMATS[decimals])
	assert currency_precision() == decimals == frappe.new_doc("Sales Invoice").precision("grand_total")


def test_a_line_with_its_whole_price_taken_off_is_booked(site):
	shop = open_shop(items=2)
	wire = shop.sale(shop.line(shop.items[0], off=250), shop.line(shop.items[1]))
	book(shop, wire)
	assert [row.rate for row in invoice_of(wire).items] == [0, 5]
