"""Goods come back through the page: of a receipt, in an exchange, without a receipt; counted once, booked."""

import json

import pytest

from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.journal import checked_figures
from tests.e2e.conftest import ON_BOTH
from tests.e2e.running import rows
from tests.e2e.test_offline_start import wait_until_ready_for_offline
from tests.e2e.test_sale import choose_cashier, pay_cash, scan, sell_coffee_and_bread, tile, until
from tests.e2e.till.taps import Taps

pytestmark = pytest.mark.browser

FIRST = "T1-1-000001"


def entries(demo, *kinds):
	"""The agent's entries of these kinds, in their order."""
	marks = ", ".join("?" * len(kinds))
	found = rows(demo, "agent", f"SELECT text FROM entry WHERE kind IN ({marks}) ORDER BY sequence", *kinds)
	return [json.loads(text) for (text,) in found]


def printed(demo):
	"""How many print jobs are on the paper."""
	return rows(demo, "agent", "SELECT count(*) FROM print_job WHERE state = 'printed'")[0][0]


def sold(page):
	"""A sale of 8.96 that was paid in cash: an espresso less ten percent, and two cappuccinos."""
	choose_cashier(page)
	sell_coffee_and_bread(page)
	pay_cash(page, "10")
	page.get_by_test_id("next").click()


def come_back(page, name, times=1):
	for _ in range(times):
		page.get_by_role("dialog").get_by_role("button", name=f"One more {name} comes back").first.click()


def give_back(page):
	page.get_by_test_id("pay").click()
	page.get_by_test_id("confirm").click()
	page.get_by_test_id("next").wait_for()


@ON_BOTH
def test_a_part_of_a_receipt_comes_back_and_is_paid_out_as_it_was_paid(till, demo):
	sold(till)
	taps = Taps()
	scan(till, FIRST)
	taps(till.get_by_role("dialog").get_by_role("button", name="One more Cappuccino comes back").first)
	taps(till.get_by_test_id("take-back"))
	assert till.get_by_test_id("total").inner_text() == "€3.40"
	taps(till.get_by_test_id("pay"))
	assert till.get_by_test_id("confirm").inner_text() == "Give back €3.40", "the drawer opens then"
	taps(till.get_by_test_id("confirm"))
	taps(till.get_by_test_id("next"))
	taps.end("Return with receipt")

	(returned,) = entries(demo, "return")
	assert returned["body"]["against"]["receipt_number"] == FIRST
	assert returned["receipt_number"] == "T1-1-000002"
	assert returned["body"]["tenders"] == [{"amount_minor": -340, "kind": "cash", "tender": "Cash"}]
	until(lambda: printed(demo) == 2)
	assert f"of receipt {FIRST}" in demo.paper()
	until(lambda: demo.entry_states().get(returned["id"]) == "posted")
	booked = demo.booked(returned["id"])
	assert booked["Cash"] == -340
	assert sum(booked.values()) == 0


def test_what_came_back_is_not_there_to_come_back_again(till, demo):
	sold(till)
	scan(till, FIRST)
	come_back(till, "Cappuccino")
	till.get_by_test_id("take-back").click()
	give_back(till)
	till.get_by_test_id("next").click()

	till.keyboard.press("F3")
	till.keyboard.type("1", delay=40)
	till.keyboard.press("Enter")
	till.get_by_text("1 came back already").wait_for()
	till.get_by_role("dialog").get_by_role("button", name="Everything").click()
	till.get_by_test_id("take-back").click()
	assert till.get_by_test_id("total").inner_text() == "€5.56"
	give_back(till)
	till.get_by_test_id("next").click()

	scan(till, FIRST)
	till.get_by_text(f"Everything of receipt {FIRST} came back already.").wait_for()
	returns = entries(demo, "return")
	assert [each["body"]["total_minor"] for each in returns] == [-340, -556]


@ON_BOTH
def test_an_exchange_is_one_ticket_of_two_entries_that_pay_each_other(till, demo):
	sold(till)
	taps = Taps()
	scan(till, FIRST)
	taps(till.get_by_role("dialog").get_by_role("button", name="One more Cappuccino comes back").first)
	taps(till.get_by_test_id("take-back"))
	taps(tile(till, "Latte macchiato", "3.90"))
	assert till.get_by_test_id("total").inner_text() == "€0.50"
	taps(till.get_by_test_id("pay"))
	taps(till.get_by_test_id("confirm"))
	taps(till.get_by_test_id("next"))
	taps.end("Exchange")

	back, out = entries(demo, "return", "sale")[-2:]
	assert (back["kind"], out["kind"]) == ("return", "sale")
	assert (back["body"]["exchange"], out["body"]["exchange"]) == (out["id"], back["id"])
	assert back["body"]["tenders"] == [{"amount_minor": -340, "kind": "exchange", "tender": "Exchange"}]
	assert [each["amount_minor"] for each in out["body"]["tenders"]] == [340, 50]
	until(lambda: {demo.entry_states().get(each["id"]) for each in (back, out)} == {"posted"})
	assert demo.booked(back["id"])["Exchange Clearing"] == -demo.booked(out["id"])["Exchange Clearing"]


def test_an_exchange_for_less_gives_the_rest_back(till, demo):
	sold(till)
	scan(till, FIRST)
	come_back(till, "Cappuccino", times=2)
	till.get_by_test_id("take-back").click()
	tile(till, "Latte macchiato", "3.90").click()
	assert till.get_by_test_id("pay").inner_text().split() == ["Give", "back", "€2.90"]
	give_back(till)
	assert "€2.90" in till.get_by_test_id("change").inner_text()
	back, out = entries(demo, "return", "sale")[-2:]
	assert [each["amount_minor"] for each in back["body"]["tenders"]] == [-390, -290]
	assert [each["amount_minor"] for each in out["body"]["tenders"]] == [390]


def test_a_card_sale_goes_back_to_the_card_or_onto_store_credit(till, demo):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").dblclick()
	till.get_by_test_id("pay").click()
	till.get_by_role("button", name="Card", exact=True).click()
	till.get_by_role("button", name="Card approved: €6.80").click()
	till.get_by_test_id("next").click()
	for way in ("", "As store credit"):
		scan(till, FIRST)
		come_back(till, "Cappuccino")
		till.get_by_test_id("take-back").click()
		till.get_by_test_id("pay").click()
		if way:
			till.get_by_role("button", name=way).click()
		else:
			till.get_by_text("Give back €3.40 at the card terminal").wait_for()
		assert till.get_by_test_id("confirm").inner_text() == "Given back: €3.40"
		till.get_by_test_id("confirm").click()
		till.get_by_test_id("next").click()
	card, credit = (each["body"]["tenders"][0] for each in entries(demo, "return"))
	assert (card["kind"], card["amount_minor"]) == ("card", -340)
	assert (credit["kind"], credit["amount_minor"]) == ("store_credit", -340)
	until(lambda: printed(demo) == 3)
	assert credit["credit"] in demo.paper()


def test_without_a_receipt_up_to_the_shops_limit(till, demo):
	choose_cashier(till)
	till.keyboard.press("F3")
	till.get_by_role("button", name="Without receipt").click()
	till.get_by_label("Search what comes back").fill("Cappuccino")
	till.keyboard.press("Enter")
	come_back(till, "Cappuccino", times=20)
	till.get_by_text("Without receipt, at most €50.00 can be given back.").wait_for()
	assert till.get_by_test_id("take-back").is_disabled()
	for _ in range(20):
		till.get_by_role("button", name="One less Cappuccino comes back").click()
	till.get_by_test_id("take-back").click()
	give_back(till)
	(returned,) = entries(demo, "return")
	assert "against" not in returned["body"]
	assert returned["body"]["total_minor"] == -340


def test_offline_a_receipt_of_this_till_comes_back_and_a_strange_one_is_refused_in_words(till, demo):
	sold(till)
	until(lambda: till.get_by_text("All sent").count())
	wait_until_ready_for_offline(till)
	demo.kill()
	till.keyboard.press("F3")
	till.get_by_label("Receipt number").fill("T2-1-000007")
	till.keyboard.press("Enter")
	till.get_by_text("the company, which may know it, can't be reached").wait_for()
	till.get_by_label("Receipt number").fill(FIRST)
	till.keyboard.press("Enter")
	till.get_by_text("what other tills took back is not subtracted here").wait_for()
	come_back(till, "Espresso")
	till.get_by_test_id("take-back").click()
	give_back(till)
	assert till.get_by_text("Receipt T1-1-000002").is_visible()
	demo.start()
	until(lambda: list(demo.entry_states().values()) == ["posted"] * 2)
	((hash, text),) = rows(demo, "agent", "SELECT hash, text FROM entry WHERE kind = 'return'")
	assert checked_figures(open_wire(WireEntry(hash, text))).totals.total_minor == -216


def test_an_open_exchange_survives_a_reload(till, demo):
	sold(till)
	scan(till, FIRST)
	come_back(till, "Cappuccino")
	till.get_by_test_id("take-back").click()
	tile(till, "Latte macchiato", "3.90").click()
	till.wait_for_timeout(300)
	till.reload()
	till.get_by_text(f"Coming back, receipt {FIRST}").wait_for()
	assert till.get_by_test_id("total").inner_text() == "€0.50"
