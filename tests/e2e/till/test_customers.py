"""Customers at the till: found, attached, taken off, made without a network, shown with what they bought."""

import pytest

from benchmarks.browser import kill_chromium, open_chromium
from tests.e2e.conftest import ON_BOTH
from tests.e2e.test_offline_start import wait_until_ready_for_offline
from tests.e2e.test_sale import choose_cashier, pay_cash, scan, tile, until
from tests.e2e.till.taps import Taps
from tests.e2e.till.test_returns import entries

pytestmark = pytest.mark.browser


def make(page, name, mobile="", email=""):
	"""A new customer, from the sale screen until he is served."""
	page.keyboard.press("F5")
	page.get_by_test_id("new-customer").click()
	page.get_by_label("Name").fill(name)
	page.get_by_label("Mobile").fill(mobile)
	page.get_by_label("E-mail (optional)").fill(email)
	page.get_by_test_id("make-customer").click()
	page.get_by_role("dialog").wait_for(state="detached")


def served(page):
	return page.get_by_test_id("customer").inner_text()


@ON_BOTH
def test_a_new_customer_is_made_at_the_till_and_what_he_buys_is_his(till, demo):
	choose_cashier(till)
	make(till, "Mira Novak", "0171 5550199", "mira@novak.example")
	assert "Mira Novak" in served(till)
	tile(till, "Cappuccino", "3.40").click()
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	id = sale["body"]["customer"]
	assert len(sale["body"]["customer_record"]) == 64
	assert "Mira" not in str(sale)
	until(lambda: demo.known_as(id))
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")
	till.get_by_test_id("next").click()
	assert "Mira" not in served(till)
	until(lambda: found(till, "171 5550199") == ["Mira Novak"])


def serve_by_card(page, card, name):
	"""Customers come with the company's first changes, a moment after the till may sell."""
	until(lambda: found(page, name) == [name])
	scan(page, card)
	until(lambda: name in served(page))


def found(page, text):
	page.keyboard.press("F5")
	page.get_by_label("Find the customer").fill(text)
	names = page.locator(".result .name").all_inner_texts()
	page.keyboard.press("Escape")
	page.get_by_role("dialog").wait_for(state="detached")
	return names


def test_a_customer_is_attached_changed_and_taken_off(till, demo):
	choose_cashier(till)
	until(lambda: till.get_by_text("All sent").count())
	taps = Taps()
	taps(till.get_by_test_id("customer"))
	till.get_by_label("Find the customer").fill("petersen j")
	taps(till.get_by_role("button", name="Jana Petersen"))
	taps.end("Customer on the sale")
	until(lambda: "Individual" in served(till))
	taps(till.get_by_test_id("customer"))
	taps(till.get_by_role("button", name="Another customer"))
	till.get_by_label("Find the customer").fill("0171 5550104")
	taps(till.get_by_role("button", name="Samir Haddad"))
	taps.end("Another customer on the sale")
	assert "Samir Haddad" in served(till)
	till.get_by_role("button", name="Take Samir Haddad off the sale").click()
	assert "Samir" not in served(till)
	tile(till, "Cappuccino", "3.40").click()
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	assert "customer" not in sale["body"]


def test_a_scanned_card_attaches_its_customer_and_an_unknown_code_is_still_said(till, demo):
	choose_cashier(till)
	serve_by_card(till, "LH-000002", "Jana Petersen")
	scan(till, "LH-999999")
	till.get_by_text("Unknown code LH-999999").first.wait_for()
	till.keyboard.press("F5")
	till.get_by_role("button", name="Another customer").click()
	scan(till, "LH-000004")
	until(lambda: "Samir Haddad" in served(till))
	assert till.get_by_label("Find the customer").count() == 0


def test_what_a_customer_bought_is_shown_and_on_account_knows_him(till, demo):
	choose_cashier(till)
	serve_by_card(till, "LH-000002", "Jana Petersen")
	tile(till, "Cappuccino", "3.40").click()
	till.get_by_test_id("pay").click()
	till.get_by_role("button", name="On account").click()
	till.get_by_test_id("confirm").click()
	till.get_by_test_id("next").click()
	scan(till, "LH-000002")
	until(lambda: "owes €3.40" in served(till))
	till.keyboard.press("F5")
	card = till.get_by_role("dialog", name="Customer")
	card.get_by_text("From the company (just now)").wait_for()
	assert card.locator(".purchases li").count() == 1
	assert "€3.40" in card.locator(".purchases li").inner_text()


def test_wrong_fields_are_said_at_the_field_and_stay_typed(till, demo):
	choose_cashier(till)
	till.keyboard.press("F5")
	till.get_by_label("Find the customer").fill("0171 call")
	till.get_by_test_id("new-customer").click()
	till.get_by_test_id("make-customer").click()
	till.get_by_label("Name").fill("Mira 😀")
	till.get_by_text("no emoji").wait_for()
	till.get_by_label("Name").fill("x" * 300)
	till.get_by_text("At most 140 characters.").wait_for()
	till.get_by_label("Name").fill("Mira")
	till.get_by_label("Mobile").fill("ask me")
	till.get_by_text("That is no telephone number").wait_for()
	till.get_by_label("Mobile").fill("")
	till.get_by_label("sends my receipts").check()
	till.get_by_test_id("make-customer").click()
	till.get_by_text("an e-mail address is needed").wait_for()
	assert till.get_by_label("Name").input_value() == "Mira"
	till.get_by_label("E-mail (optional)").fill("mira@novak.example")
	till.get_by_test_id("make-customer").click()
	until(lambda: "Mira" in served(till))


def test_a_customer_who_was_made_without_a_network_outlives_a_kill_and_reaches_the_company(
	playwright, tmp_path, demo
):
	first = open_chromium(playwright, tmp_path / "profile")
	page = first.new_page()
	demo.open_till(page)
	choose_cashier(page)
	wait_until_ready_for_offline(page)
	demo.kill()
	make(page, "Mira Novak", "0171 5550199")
	tile(page, "Cappuccino", "3.40").click()
	pay_cash(page, "5")
	kill_chromium(tmp_path / "profile")
	demo.start()
	second = open_chromium(playwright, tmp_path / "profile")
	page = second.new_page()
	page.goto(f"{demo.url}/till")
	(sale,) = until(lambda: entries(demo, "sale"))
	assert until(lambda: demo.known_as(sale["body"]["customer"])) == "CUST-1001"
	second.close()
