"""Every way to pay that a shop offers, through the page: recorded as it was paid, booked to the cent."""

import re

import pytest

from tests.e2e.conftest import ON_BOTH
from tests.e2e.running import rows
from tests.e2e.test_offline_start import wait_until_ready_for_offline
from tests.e2e.test_sale import choose_cashier, scan, tile, until
from tests.e2e.till.taps import Taps
from tests.e2e.till.test_returns import entries, printed

pytestmark = pytest.mark.browser


def two_cappuccinos(page):
	"""A sale of 6.80, up to the payment."""
	tile(page, "Cappuccino", "3.40").click()
	page.get_by_role("button", name="Increase quantity of Cappuccino").click()
	page.get_by_test_id("pay").click()


def confirmed(page):
	page.get_by_test_id("confirm").click()
	page.get_by_test_id("next").wait_for()


def booked(demo, entry):
	until(lambda: demo.entry_states().get(entry["id"]) == "posted")
	return demo.booked(entry["id"])


def sell_gift_card(page, demo, worth):
	"""Its number, as the receipt shows it."""
	page.get_by_role("button", name="Menu").click()
	page.get_by_role("button", name="Sell a gift card").click()
	page.get_by_role("button", name=worth, exact=True).click()
	page.get_by_test_id("sell-gift").click()
	page.get_by_test_id("next").click()
	issue = entries(demo, "credit_issue")[-1]
	until(lambda: demo.entry_states().get(issue["id"]) == "posted")
	return issue["body"]["credit"]


def test_cash_and_card_come_first_and_the_rest_does_not_stand_in_the_way(till, demo):
	choose_cashier(till)
	taps = Taps()
	taps(tile(till, "Cappuccino", "3.40"))
	taps(till.get_by_test_id("pay"))
	taps(till.get_by_test_id("confirm"))
	taps(till.get_by_test_id("next"))
	taps.end("One item, exact cash")


def test_a_bank_transfer(till, demo):
	choose_cashier(till)
	two_cappuccinos(till)
	till.get_by_role("button", name="Bank transfer").click()
	till.get_by_text(re.compile("Ask for a transfer of €6.80|Scan to pay €6.80")).wait_for()
	confirmed(till)
	(sale,) = entries(demo, "sale")
	assert sale["body"]["tenders"] == [{"amount_minor": 680, "kind": "bank", "tender": "Bank transfer"}]
	assert booked(demo, sale)["Bank"] == 680


def test_on_account_needs_a_customer_who_then_owes_it(till, demo):
	choose_cashier(till)
	until(lambda: till.get_by_text("All sent").count())
	taps = Taps()
	taps(tile(till, "Cappuccino", "3.40"))
	taps(till.get_by_test_id("pay"))
	taps(till.get_by_role("button", name="On account"))
	assert till.get_by_test_id("confirm").is_disabled()
	till.get_by_label("Find the customer").fill("petersen")
	taps(till.get_by_role("button", name="Jana Petersen"))
	taps(till.get_by_test_id("confirm"))
	taps(till.get_by_test_id("next"))
	taps.end("On account")
	(sale,) = entries(demo, "sale")
	assert sale["body"]["customer"] == "CUST-0002"
	assert sale["body"]["tenders"] == [{"amount_minor": 340, "kind": "on_account", "tender": "On account"}]
	assert booked(demo, sale)["Debtors"] == 340


@ON_BOTH
def test_a_gift_card_is_sold_and_pays_as_far_as_it_goes(till, demo):
	choose_cashier(till)
	number = sell_gift_card(till, demo, "€10.00")
	until(lambda: printed(demo) == 1)
	on_paper = demo.paper().count(number)
	assert on_paper > 0
	two_cappuccinos(till)
	scan(till, number)
	till.get_by_text("€6.80 can be taken").wait_for()
	confirmed(till)
	till.get_by_test_id("next").click()
	first = entries(demo, "sale")[0]
	assert first["body"]["tenders"][0]["credit"] == number
	assert booked(demo, first)["Gift Cards"] == 680

	two_cappuccinos(till)
	till.get_by_role("button", name="Gift card or credit").click()
	till.get_by_label("Number of the gift card").fill(number.lower().replace("-", " "))
	till.get_by_role("button", name="Check", exact=True).click()
	till.get_by_text("€3.20 can be taken").wait_for()
	till.get_by_test_id("confirm").click()
	confirmed(till)
	second = entries(demo, "sale")[1]
	assert [(each["kind"], each["amount_minor"]) for each in second["body"]["tenders"]] == [
		("gift_card", 320),
		("cash", 360),
	]
	until(lambda: printed(demo) == 3)
	assert demo.paper().count(number) == on_paper, "the receipt of a sale does not give the card away"


def test_a_gift_card_that_is_taken_back_is_free_for_others_again(till, demo):
	choose_cashier(till)
	number = sell_gift_card(till, demo, "€10.00")
	two_cappuccinos(till)
	scan(till, number)
	till.get_by_text("can be taken").wait_for()
	till.get_by_label("Amount, Gift card or credit").fill("2")
	till.get_by_test_id("confirm").click()
	leased = "SELECT sum(amount_minor) FROM credit_lease"
	assert rows(demo, "company", leased) == [(680,)]
	till.get_by_role("button", name="Take back Gift card €2.00").click()
	until(lambda: rows(demo, "company", leased) == [(None,)])


def test_a_gift_card_is_refused_in_words(till, demo):
	choose_cashier(till)
	number = sell_gift_card(till, demo, "€10.00")
	until(lambda: till.get_by_text("All sent").count())
	wait_until_ready_for_offline(till)
	two_cappuccinos(till)
	till.get_by_role("button", name="Gift card or credit").click()
	till.get_by_label("Number of the gift card").fill("GC-22222-22222-222A")
	till.get_by_role("button", name="Check", exact=True).click()
	till.get_by_text("The company does not know this number").wait_for()
	demo.kill()
	till.get_by_label("Number of the gift card").fill(number)
	till.get_by_role("button", name="Check", exact=True).click()
	till.get_by_text("The company can't be reached, and nothing of this card is kept").wait_for()
	till.get_by_role("button", name="Cash", exact=True).click()
	confirmed(till)


def test_a_tip_is_given_beyond_the_total_and_owed_to_the_staff(till, demo):
	choose_cashier(till)
	two_cappuccinos(till)
	till.get_by_role("button", name="Add a tip").click()
	till.get_by_role("button", name="10 %").click()
	assert till.get_by_test_id("due").inner_text() == "€7.48"
	till.get_by_role("button", name="Card", exact=True).click()
	confirmed(till)
	(sale,) = entries(demo, "sale")
	assert (sale["body"]["tip_minor"], sale["body"]["total_minor"]) == (68, 680)
	assert booked(demo, sale)["Tips Payable"] == -68
	until(lambda: printed(demo) == 1)
	assert "Tip" in demo.paper()


def test_three_tenders_share_a_sale_and_change_comes_from_cash_only(till, demo):
	choose_cashier(till)
	two_cappuccinos(till)
	till.get_by_role("button", name="Bank transfer").click()
	till.keyboard.type("9", delay=40)
	till.get_by_text("No more than the €6.80 still due can be paid so.").wait_for()
	till.get_by_label("Amount, Bank transfer").fill("2")
	till.get_by_test_id("confirm").click()
	till.get_by_role("button", name="Card", exact=True).click()
	till.get_by_label("Amount on Card").fill("1")
	till.get_by_test_id("confirm").click()
	till.keyboard.type("5", delay=40)
	confirmed(till)
	(sale,) = entries(demo, "sale")
	assert [each["amount_minor"] for each in sale["body"]["tenders"]] == [200, 100, 500]
	assert sale["body"]["change_minor"] == 120
	assert sum(booked(demo, sale).values()) == 0
