"""A coupon and a crate at the till: on the screen, on the paper, in the ledger."""

import pytest

from pos_bridge.agent.standalone.demo_shop import CRATES
from pos_bridge.core.entry import open_wire
from pos_bridge.core.sale_body import sale_from_body
from tests.e2e.conftest import ON_BOTH
from tests.e2e.test_sale import choose_cashier, pay_cash, scan, tile, until

pytestmark = [pytest.mark.browser, ON_BOTH]


def the_sale(demo):
	(wire,) = demo.sales()
	entry = open_wire(wire)
	return entry, sale_from_body(entry.body)


def test_a_scanned_coupon_takes_a_tenth_off_and_is_named_everywhere(till, demo):
	choose_cashier(till)
	tile(till, "Espresso", "2.40").click()
	tile(till, "Cappuccino", "3.40").click()
	scan(till, "WELCOME10")
	till.get_by_text("Coupon WELCOME10 is taken.").wait_for()
	assert till.get_by_test_id("ticket-discount").inner_text() == "-0.58"
	assert till.get_by_test_id("total").inner_text() == "€5.22"
	till.get_by_role("button", name="Remove coupon").click()
	assert till.get_by_test_id("total").inner_text() == "€5.80"
	scan(till, "WELCOME10")
	pay_cash(till, "10")

	entry, sale = the_sale(demo)
	assert (sale.totals.total_minor, sale.totals.discount_minor) == (522, 58)
	until(demo.printed_with_drawer)
	paper = demo.paper()
	for words in ("Subtotal", "5.80", "Welcome to the neighbourhood 10 %", "-0.58", "5.22"):
		assert words in paper, words
	until(lambda: demo.entry_states().get(entry.id) == "posted")
	booked = demo.booked(entry.id)
	assert (booked["Cash"], booked["Sales"]) == (522, -sale.totals.net_minor)
	assert sum(booked.values()) == 0


def test_a_coupon_that_nobody_knows_is_an_unknown_code(till, demo):
	choose_cashier(till)
	tile(till, "Espresso", "2.40").click()
	scan(till, "WELCOME11")
	till.get_by_text("Unknown code WELCOME11").wait_for()
	assert till.get_by_test_id("total").inner_text() == "€2.40"


def test_the_code_of_a_crate_rings_up_a_crate_and_takes_twelve_bottles(till, demo):
	choose_cashier(till)
	(crate,) = CRATES.values()
	scan(till, crate.gtins[0])
	assert till.get_by_test_id("total").inner_text() == "€16.68"
	assert "Crate" in till.locator("ol.lines").inner_text()
	pay_cash(till, "20")
	entry, sale = the_sale(demo)
	(line,) = sale.draft.lines
	assert (line.unit, line.price_minor, line.stock_quantity) == ("Crate", 1_668, 12 * line.quantity)
	until(lambda: demo.entry_states().get(entry.id) == "posted")
