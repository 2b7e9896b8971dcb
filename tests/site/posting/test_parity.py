"""The till computes what ERPNext computes: random carts through ERPNext, our Python and the page's engine."""

import frappe
import pytest
from asked_carts import MOST_HALVES, SEED, carts_asked, seldom_tried, tell
from books import book, invoice_of, open_shop

from benchmarks.parity import compare
from benchmarks.sums.erpnext import FORMATS, Books
from benchmarks.sums.page import PageProcess
from pos_bridge.core.sale import compute
from pos_bridge.core.sale_body import draft_from_fields
from pos_bridge.erpnext.shop import currency_precision

CARTS = carts_asked(500)


@pytest.mark.slow
@pytest.mark.timeout(1200 + CARTS)
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


HALF_LEFT_BY_MILLIONS = {
	"currency": "EUR",
	"currency_precision": 2,
	"rounding": "bankers",
	"taxes": [{"tax": "TAX-1", "label": "Tax 1", "inclusive": False}],
	"lines": [
		{
			**{"item": "TEA", "name": "Tea", "quantity": "768", "unit": "Nos"},
			**{"price_minor": 7026379, "rates": {"TAX-1": "20"}, "unit_discount_minor": 656474},
		}
	],
	"discount": {"on": "grand_total", "amount_minor": 416196975},
}
"""Net and rounded net lie half a cent apart; their difference in floats is a hair more."""
NOTHING_TO_SPREAD_OVER = {
	"currency": "EUR",
	"currency_precision": 2,
	"rounding": "bankers_legacy",
	"rate_decimals": 4,
	"taxes": [
		{"tax": "TAX-1", "label": "Tax 1", "inclusive": False, "charge": "on_item_quantity"},
		{"tax": "TAX-2", "label": "Tax 2", "inclusive": False, "charge": "actual", "actual_minor": -1962},
	],
	"lines": [
		{
			**{"item": "TEA", "name": "Tea", "quantity": "-8", "unit": "Nos"},
			**{"price_minor": 1, "rates": {"TAX-1": "12.345"}},
		}
	],
	"discount": {"on": "grand_total", "amount_minor": -339},
}
"""Without fixed amounts the total is nothing, of which floats leave a hair; ERPNext takes a discount off it."""


@pytest.mark.parametrize(
	("fields", "direction"), [(HALF_LEFT_BY_MILLIONS, "sale"), (NOTHING_TO_SPREAD_OVER, "return")]
)
def test_a_hair_that_floats_leave_is_no_money_while_a_sale_is_posted(changed_settings, fields, direction):
	draft = draft_from_fields(fields)
	assert Books.of_a_site().compute_exactly(draft, direction) == compute(draft, direction)


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
