"""A till with neither a keyboard nor a mouse: every step is a finger on the glass."""

import pytest

from benchmarks.browser import open_chromium
from tests.e2e.test_sale import tile
from tests.e2e.till.at_the_till import button
from tests.e2e.till.test_returns import entries

pytestmark = pytest.mark.browser


@pytest.fixture
def browser(playwright, tmp_path):
	context = open_chromium(playwright, tmp_path / "profile", touch=True)
	yield context
	context.close()


def tap_digits(page, digits):
	pad = page.get_by_role("group", name="Keypad")
	for digit in digits:
		pad.get_by_role("button", name=digit, exact=True).tap()


def open_scale(till):
	"""The dialog that asks which piece of the goods with serial numbers is sold."""
	button(till, "Ada").tap()
	button(till, "Home and gifts").tap()
	tile(till, "Coffee scale with timer", "49.90").tap()
	till.get_by_label("Serial number", exact=True).wait_for()


def test_serial_numbers_are_typed_by_the_keypad_and_the_quantity_once_it_is_chosen(till, demo):
	open_scale(till)
	serial = till.get_by_label("Serial number", exact=True)
	quantity = till.get_by_label("Quantity (Nos)")
	tap_digits(till, "007")
	assert (serial.input_value(), quantity.input_value()) == ("007", "1")
	assert serial.get_attribute("inputmode") == "text", "the system's keyboard has the letters"
	quantity.tap()
	tap_digits(till, "2")
	assert (serial.input_value(), quantity.input_value()) == ("007", "2")
	serial.tap()
	tap_digits(till, "19")
	button(till, "Delete last digit").tap()
	button(till, "Add this number").tap()
	till.get_by_role("button", name="Take out 0071").wait_for()
	tap_digits(till, "8")
	button(till, "Save").tap()
	till.get_by_test_id("pay").tap()
	till.get_by_role("button", name="Exact").tap()
	till.get_by_test_id("next").tap()
	(sale,) = entries(demo, "sale")
	assert [(line["quantity"], line["serials"]) for line in sale["body"]["lines"]] == [("2", ["0071", "8"])]


def test_where_no_number_can_be_read_the_keypad_is_the_quantitys_again(till, demo):
	open_scale(till)
	till.get_by_label("Note (on the receipt)").tap()
	tap_digits(till, "15")
	button(till, "Can't be read").tap()
	tap_digits(till, "3")
	assert till.get_by_label("Note (on the receipt)").input_value() == "15"
	assert till.get_by_label("Quantity (Nos)").input_value() == "3"
	button(till, "Save").tap()
	till.get_by_role("button", name="Edit Coffee scale with timer").wait_for()
	till.get_by_test_id("pay").tap()
	till.get_by_role("button", name="Exact").tap()
	till.get_by_test_id("next").tap()
	(line,) = entries(demo, "sale")[0]["body"]["lines"]
	assert (line["quantity"], line["note"], "serials" in line) == ("3", "15", False)
