"""What is done to a whole sale before it is paid: hold and recall, and a discount with its reason."""

import pytest

from benchmarks.browser import kill_chromium, open_chromium
from tests.e2e.test_sale import choose_cashier, pay_cash, tile, until
from tests.e2e.till.taps import Taps
from tests.e2e.till.test_returns import entries, printed

pytestmark = pytest.mark.browser


def test_a_sale_is_put_on_hold_and_taken_up_again(till, demo):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").click()
	taps = Taps()
	taps(till.get_by_role("button", name="Hold", exact=True))
	taps(till.get_by_test_id("hold"))
	tile(till, "Espresso", "2.40").click()
	pay_cash(till, "5")
	till.get_by_test_id("next").click()
	taps(till.get_by_role("button", name="Recall Sale of"))
	taps.end("Hold and recall")
	assert till.get_by_test_id("total").inner_text() == "€3.40"
	pay_cash(till, "5")
	assert [each["body"]["total_minor"] for each in entries(demo, "sale")] == [240, 340]
	till.get_by_test_id("next").click()
	assert till.get_by_role("button", name="Recall").count() == 0


def test_recalling_puts_the_open_sale_on_hold(till, demo):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").click()
	till.keyboard.press("F1")
	till.get_by_label("Name (optional)").fill("Mrs Klein")
	till.keyboard.press("Enter")
	tile(till, "Espresso", "2.40").click()
	till.keyboard.press("F1")
	till.get_by_role("button", name="Recall Mrs Klein, €3.40").click()
	till.get_by_role("button", name="Edit Cappuccino").wait_for()
	till.keyboard.press("F1")
	till.get_by_role("button", name="Recall Sale of").wait_for()


def test_what_is_on_hold_survives_a_killed_browser(playwright, tmp_path, demo):
	first = open_chromium(playwright, tmp_path / "profile")
	page = first.new_page()
	demo.open_till(page)
	choose_cashier(page)
	tile(page, "Cappuccino", "3.40").click()
	page.keyboard.press("F1")
	page.get_by_label("Name (optional)").fill("Mrs Klein")
	page.keyboard.press("Enter")
	page.get_by_text("On hold: Mrs Klein").wait_for()
	kill_chromium(tmp_path / "profile")
	second = open_chromium(playwright, tmp_path / "profile")
	page = second.new_page()
	page.goto(f"{demo.url}/till")
	page.get_by_role("button", name="Recall Mrs Klein, €3.40").click()
	pay_cash(page, "5")
	second.close()
	assert len(entries(demo, "sale")) == 1


def test_a_discount_on_the_whole_sale_has_a_reason_that_stands_on_the_receipt(till, demo):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").click()
	taps = Taps()
	taps(till.get_by_role("button", name="Discount", exact=True))
	taps(till.get_by_role("button", name="10 %"))
	assert till.get_by_role("alert").count() == 0, "nobody forgot the reason yet"
	till.get_by_role("button", name="Save").click()
	till.get_by_text("Choose or type a reason").wait_for()
	taps(till.get_by_role("button", name="Regular customer"))
	taps(till.get_by_role("button", name="Save"))
	taps.end("Discount on the sale")
	assert till.get_by_test_id("total").inner_text() == "€3.06"
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	assert sale["body"]["discount"] == {
		"amount_minor": 34,
		"on": "grand_total",
		"percent": "10",
		"reason": "Regular customer",
	}
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")
	until(lambda: printed(demo) == 1)
	assert "Regular customer 10 %" in demo.paper()


def test_an_amount_off_never_exceeds_what_is_sold(till, demo):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").click()
	tile(till, "Espresso", "2.40").click()
	till.get_by_role("button", name="Discount", exact=True).click()
	till.get_by_role("button", name="Amount", exact=True).click()
	till.get_by_label("Amount", exact=True).last.fill("6")
	till.get_by_text("A discount is more than 0 and at most €5.80.").wait_for()
	till.get_by_label("Amount", exact=True).last.fill("3")
	till.get_by_role("button", name="Goodwill").click()
	till.get_by_role("button", name="Save").click()
	assert till.get_by_test_id("total").inner_text() == "€2.80"
	till.get_by_role("button", name="Remove Cappuccino").click()
	assert till.get_by_test_id("total").inner_text() == "€0.00"
