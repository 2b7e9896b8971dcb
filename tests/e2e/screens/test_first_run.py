"""The first minutes of somebody new: enrolled by a code, shown around once, helped at every screen."""

import pytest

from tests.e2e.test_sale import choose_cashier, pay_cash, tile

pytestmark = pytest.mark.browser


def test_the_tour_is_offered_once_can_be_left_and_is_found_again(till, demo):
	choose_cashier(till)
	till.get_by_test_id("tour-offer").click()
	tour = till.get_by_role("dialog", name="Look around")
	tour.wait_for()
	steps = []
	while till.get_by_test_id("tour-next").count():
		steps.append(tour.locator("h2").inner_text())
		till.get_by_test_id("tour-next").click()
	assert steps[0] == "Scan, or just type"
	assert len(steps) == 6
	till.reload()
	till.get_by_text("Ready for the next customer").wait_for()
	assert till.get_by_test_id("tour-offer").count() == 0
	till.get_by_test_id("menu").click()
	till.get_by_test_id("tour").click()
	tour.get_by_text("1 of 6").wait_for()
	till.keyboard.press("Escape")
	tour.wait_for(state="detached")


def test_help_says_what_to_do_on_the_screen_that_is_shown(till, demo):
	choose_cashier(till)
	for words in ("Scan, type or tap", "Choose how it is paid", "The sale is recorded"):
		if words.startswith("Choose"):
			tile(till, "Espresso", "2.40").click()
			till.get_by_test_id("pay").click()
			till.locator("body").click(position={"x": 5, "y": 300})
		if words.startswith("The sale"):
			till.keyboard.press("Escape")
			pay_cash(till, "5")
		till.get_by_test_id("menu").click()
		till.get_by_role("button", name="Keyboard shortcuts").click()
		till.get_by_role("dialog").get_by_text(words).wait_for()
		till.keyboard.press("Escape")


def test_a_till_is_enrolled_by_the_code_in_a_scanned_address_in_any_language(browser, demo):
	page = browser.new_page()
	page.route("**/till/enrolment.json", lambda route: route.abort())
	page.goto(f"{demo.url}/till")
	page.get_by_role("heading", name="Connect this till").wait_for()
	page.locator("summary").click()
	page.get_by_role("button", name="Español").click()
	page.get_by_role("heading", name="Conectar esta caja").wait_for()
	page.unroute("**/till/enrolment.json")
	code = page.evaluate("fetch('/till/enrolment.json').then((answer) => answer.json())")["code"]
	page.goto(f"{demo.url}/till?scanned#code={code}")
	page.get_by_role("dialog", name="¿Quién atiende?").wait_for()
