"""Scale and card terminal through the page, against the agent's virtual ones: what the cashier sees, and
what is recorded.
"""

import json
import os
import urllib.request

import pytest

from tests.e2e.running import Standalone, rows
from tests.e2e.test_sale import choose_cashier, tile, until
from tests.e2e.till.at_the_till import on_paper
from tests.e2e.till.taps import Taps
from tests.e2e.till.test_returns import entries

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(tmp_path):
	folder = tmp_path / "demo"
	folder.mkdir(mode=0o700)
	(folder / "devices.json").write_text(json.dumps({"scale": "virtual", "terminal": "simulated"}))
	with Standalone(folder) as running:
		yield running


def photograph(page, name):
	"""For a look by eye, where somebody asks for it."""
	folder = os.environ.get("POS_BRIDGE_PHOTOGRAPHS")
	if folder:
		page.screenshot(path=f"{folder}/{name}.png")


def do(demo, **message):
	"""What a hand does on the agent's own page."""
	request = urllib.request.Request(
		f"{demo.url}/status/do",
		json.dumps(message).encode(),
		{"Content-Type": "application/json", "Origin": demo.url},
	)
	with urllib.request.urlopen(request) as answer:
		return json.load(answer)


def terminal(demo, mode):
	do(demo, op="terminal", mode=mode)


def charged(demo):
	return rows(demo, "agent", "SELECT ref, state, amount_minor FROM card_payment ORDER BY position")


def to_the_card(page):
	tile(page, "Cappuccino", "3.40").click()
	page.get_by_test_id("pay").click()
	page.get_by_role("button", name="Card", exact=True).click()
	page.get_by_test_id("terminal").wait_for()


def test_goods_are_weighed_and_a_moving_scale_sells_nothing(till, demo):
	choose_cashier(till)
	do(demo, op="weight", state="unstable", value="0.2")
	taps = Taps()
	till.get_by_label("Search items").fill("Elstar")
	taps(till.get_by_role("button", name="Apples Elstar").first)
	scale = till.get_by_test_id("scale")
	scale.get_by_text("Moving").wait_for()
	save = till.get_by_role("button", name="Save")
	assert save.is_disabled()
	do(demo, op="weight", state="stable", value="0.345")
	scale.get_by_text("0.345 kg").wait_for()
	photograph(till, "weighed")
	until(save.is_enabled)
	taps(save)
	taps(till.get_by_test_id("pay"))
	taps(till.get_by_test_id("confirm"))
	taps(till.get_by_test_id("next"))
	taps.end("Weighed goods, exact cash")
	(sale,) = entries(demo, "sale")
	assert [line["quantity"] for line in sale["body"]["lines"]] == ["0.345"]


def test_a_weight_is_typed_where_the_scale_is_in_trouble(till, demo):
	choose_cashier(till)
	do(demo, op="weight", state="overload", value="")
	till.get_by_label("Search items").fill("Elstar")
	till.get_by_role("button", name="Apples Elstar").first.click()
	till.get_by_test_id("scale").get_by_text("Too much").wait_for()
	till.locator("#line-quantity").fill("1.2")
	till.get_by_test_id("scale").get_by_text("typed").wait_for()
	till.get_by_role("button", name="Save").click()
	till.get_by_role("button", name="1.2 kg").wait_for()


def test_the_terminal_is_asked_by_the_agent_and_what_it_said_is_recorded(till, demo):
	choose_cashier(till)
	taps = Taps()
	taps(tile(till, "Cappuccino", "3.40"))
	taps(till.get_by_test_id("pay"))
	taps(till.get_by_role("button", name="Card", exact=True))
	till.get_by_test_id("terminal").wait_for()
	taps(till.get_by_test_id("confirm"))
	taps(till.get_by_test_id("next"))
	taps.end("One item, card at a connected terminal")
	(sale,) = entries(demo, "sale")
	(tender,) = sale["body"]["tenders"]
	assert (tender["kind"], tender["amount_minor"]) == ("card", 340)
	assert tender["card"]["attempt"] == f"{sale['id']}:1"
	assert (tender["card"]["last_four"], tender["card"]["auth_code"]) == ("0000", "S000001")
	assert charged(demo) == [(f"{sale['id']}:1", "approved", 340)]
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")
	on_paper(demo, "SIMULATED TERMINAL")


def test_in_training_no_terminal_is_asked_for_money(till, demo):
	choose_cashier(till)
	till.get_by_role("button", name="Menu").click()
	till.get_by_role("button", name="Training", exact=True).click()
	tile(till, "Cappuccino", "3.40").click()
	till.get_by_test_id("pay").click()
	till.get_by_role("button", name="Card", exact=True).click()
	till.get_by_text("Charge €3.40 on the card terminal").wait_for()
	till.get_by_test_id("confirm").click()
	till.get_by_test_id("next").wait_for()
	(training,) = entries(demo, "training_sale")
	assert "card" not in training["body"]["tenders"][0]
	assert charged(demo) == []


def test_a_declined_card_leaves_the_sale_open_for_another_tender(till, demo):
	choose_cashier(till)
	terminal(demo, "decline")
	to_the_card(till)
	till.get_by_test_id("confirm").click()
	till.get_by_text("Not charged: The card's bank declined.").wait_for()
	till.get_by_role("button", name="Cash", exact=True).click()
	till.get_by_test_id("confirm").click()
	till.get_by_test_id("next").wait_for()
	assert [row[1] for row in charged(demo)] == ["declined"]


def test_waiting_for_the_terminal_can_be_cancelled_and_nothing_else_can_be_done_meanwhile(till, demo):
	choose_cashier(till)
	terminal(demo, "time_out")
	to_the_card(till)
	photograph(till, "card_ready")
	till.get_by_test_id("confirm").click()
	till.get_by_text("Waiting for the terminal: €3.40").wait_for()
	photograph(till, "card_waiting")
	assert till.get_by_role("button", name="Cash", exact=True).is_disabled()
	till.get_by_role("button", name="Cancel at the terminal").click()
	till.get_by_text("It was cancelled at the till.").wait_for()
	assert till.get_by_role("button", name="Cash", exact=True).is_enabled()


def test_a_lost_answer_is_found_and_charged_once_only(till, demo):
	choose_cashier(till)
	terminal(demo, "answer_lost")
	to_the_card(till)
	till.get_by_test_id("confirm").click()
	till.get_by_test_id("next").wait_for()
	(sale,) = entries(demo, "sale")
	assert charged(demo) == [(f"{sale['id']}:1", "approved", 340)]


def test_a_page_that_is_loaded_again_takes_up_the_payment_that_was_under_way(till, demo):
	choose_cashier(till)
	terminal(demo, "time_out")
	to_the_card(till)
	till.get_by_test_id("confirm").click()
	till.get_by_text("Waiting for the terminal: €3.40").wait_for()
	until(lambda: charged(demo))
	till.reload()
	till.get_by_text("Waiting for the terminal: €3.40").wait_for()
	till.get_by_role("button", name="Cancel at the terminal").click()
	till.get_by_text("It was cancelled at the till.").wait_for()
	assert [row[1] for row in charged(demo)] == ["cancelled"]


def test_a_card_that_is_taken_back_gets_its_money_back_first(till, demo):
	choose_cashier(till)
	to_the_card(till)
	till.locator("#pay-amount").fill("1")
	till.get_by_test_id("confirm").click()
	till.get_by_role("button", name="Take back Card €1.00").click()
	till.get_by_role("button", name="Take back Card €1.00").wait_for(state="detached")
	assert [row[1] for row in charged(demo)] == ["reversed", "approved"]


def test_a_second_browser_is_let_in_by_a_person_only(till, demo, playwright, tmp_path):
	from benchmarks.browser import open_chromium

	choose_cashier(till)
	until(lambda: [page["state"] for page in do_state(demo)["pages"]] == ["paired"])
	other = open_chromium(playwright, tmp_path / "other")
	try:
		page = other.new_page()
		demo.open_till(page)
		until(lambda: [one["state"] for one in do_state(demo)["pages"]] == ["paired", "waiting"])
		choose_cashier(page)
		page.get_by_test_id("status").click()
		waiting = do_state(demo)["pages"][1]
		page.get_by_test_id("agent-help").get_by_text(waiting["digits"]).wait_for()
		photograph(page, "not_paired")
		do(demo, op="page", key=waiting["key"], state="paired")
		page.get_by_test_id("devices").wait_for()
	finally:
		other.close()


def do_state(demo):
	with urllib.request.urlopen(f"{demo.url}/status/state") as answer:
		return json.load(answer)
