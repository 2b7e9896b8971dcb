"""The customer's screen: through a sale, after reloads of either side, and without a network."""

import json

import pytest

from tests.e2e.running import rows
from tests.e2e.test_offline_start import wait_until_ready_for_offline
from tests.e2e.test_sale import choose_cashier, pay_cash, tile, until

pytestmark = pytest.mark.browser


def open_display(till):
	till.get_by_test_id("menu").click()
	with till.context.expect_page() as opened:
		till.get_by_test_id("customer-screen").click()
	return opened.value


def total(display, amount):
	display.get_by_test_id("display-total").filter(has_text=amount).wait_for()


def test_the_customer_sees_the_sale_grow_the_change_and_thanks(till, demo):
	choose_cashier(till)
	display = open_display(till)
	display.get_by_text("Fresh coffee, every day from 7").wait_for()
	tile(till, "Espresso", "2.40").click()
	total(display, "€2.40")
	tile(till, "Cappuccino", "3.40").click()
	total(display, "€5.80")
	assert display.locator("li").all_inner_texts()[0].split("\n") == ["Espresso", "2.40"]
	pay_cash(till, "10")
	display.get_by_text("Thank you!").wait_for()
	assert "€4.20" in display.locator(".last").inner_text()
	assert display.evaluate("document.body.innerText.includes('Ada')") is False
	till.get_by_test_id("next").click()
	display.get_by_text("Good morning!").wait_for()


def test_either_side_comes_back_and_shows_the_open_sale(till, demo):
	choose_cashier(till)
	tile(till, "Espresso", "2.40").click()
	display = open_display(till)
	total(display, "€2.40")
	display.reload()
	total(display, "€2.40")
	till.reload()
	till.get_by_test_id("pay").wait_for()
	tile(till, "Cappuccino", "3.40").click()
	total(display, "€5.80")


def test_without_a_network_the_screen_starts_and_shows(till, demo, browser):
	choose_cashier(till)
	wait_until_ready_for_offline(till)
	tile(till, "Espresso", "2.40").click()
	browser.set_offline(True)
	display = open_display(till)
	total(display, "€2.40")
	display.reload()
	total(display, "€2.40")
	browser.set_offline(False)


def test_the_screen_says_so_when_the_till_is_closed_and_never_takes_its_daybook(till, demo):
	choose_cashier(till)
	display = open_display(till)
	display.get_by_text("Good morning!").wait_for()
	till.close()
	display.get_by_text("This till is closed.").wait_for()
	again = display.context.new_page()
	demo.open_till(again)
	again.get_by_test_id("pay").wait_for()
	assert again.get_by_text("This tab only shows").count() == 0
	display.get_by_text("Good morning!").wait_for()


def test_a_code_to_pay_by_is_shown_to_the_customer_and_pays_nothing_by_itself(till, demo):
	choose_cashier(till)
	display = open_display(till)
	tile(till, "Cappuccino", "3.40").click()
	till.get_by_test_id("pay").click()
	till.get_by_role("button", name="Bank transfer").click()
	till.get_by_test_id("payment-code").wait_for()
	assert "Not confirmed yet" in till.get_by_test_id("payment-code").inner_text()
	display.get_by_role("img", name="Scan to pay €3.40").wait_for()
	assert rows(demo, "agent", "SELECT count(*) FROM entry WHERE kind = 'sale'") == [(0,)]
	till.get_by_role("button", name="Cash", exact=True).click()
	display.get_by_role("img", name="Scan to pay €3.40").wait_for(state="detached")
	till.get_by_role("button", name="Bank transfer").click()
	till.get_by_test_id("confirm").click()
	till.get_by_test_id("next").wait_for()
	((text,),) = until(lambda: rows(demo, "agent", "SELECT text FROM entry WHERE kind = 'sale'"))
	tenders = json.loads(text)["body"]["tenders"]
	assert tenders == [{"amount_minor": 340, "kind": "bank", "tender": "Bank transfer"}]
	assert display.locator("figure").count() == 0
