"""Money goes back onto a card at the terminal that the agent asks: once, and recorded with what it said."""

import pytest

from tests.e2e.running import rows
from tests.e2e.test_sale import choose_cashier, scan, tile, until
from tests.e2e.till.at_the_till import on_paper
from tests.e2e.till.test_devices import demo as demo_with_devices
from tests.e2e.till.test_devices import photograph, terminal
from tests.e2e.till.test_returns import FIRST, come_back, entries

pytestmark = pytest.mark.browser
demo = demo_with_devices


def refunds(demo):
	"""What the terminal was asked to give back, as the agent has it."""
	return rows(
		demo, "agent", "SELECT ref, state, amount_minor FROM card_payment WHERE kind = 'refund' ORDER BY 1"
	)


def sold_by_card(page, amount="", back=1):
	"""Two cappuccinos, 6.80, on a card, or `amount` of it and the rest in cash; `back` of them came back and
	are to be paid out.
	"""
	choose_cashier(page)
	tile(page, "Cappuccino", "3.40").dblclick()
	page.get_by_test_id("pay").click()
	page.get_by_role("button", name="Card", exact=True).click()
	page.get_by_test_id("terminal").wait_for()
	if amount:
		page.locator("#pay-amount").fill(amount)
	page.get_by_test_id("confirm").click()
	if amount:
		page.get_by_role("button", name="Exact").click()
	page.get_by_test_id("next").click()
	scan(page, FIRST)
	come_back(page, "Cappuccino", back)
	page.get_by_test_id("take-back").click()
	page.get_by_test_id("pay").click()
	return page


@pytest.fixture
def sold(till):
	return sold_by_card(till)


def test_the_terminal_gives_the_money_back_and_what_it_said_is_recorded(sold, demo):
	sold.get_by_text("it is asked to give €3.40 back by itself").wait_for()
	photograph(sold, "refund_ready")
	sold.get_by_test_id("confirm").click()
	sold.get_by_test_id("next").wait_for()
	(back,) = entries(demo, "return")
	(tender,) = back["body"]["tenders"]
	assert (tender["kind"], tender["amount_minor"]) == ("card", -340)
	assert tender["card"]["attempt"] == f"{back['id']}:1"
	assert tender["card"]["auth_code"] == "S000002"
	assert refunds(demo) == [(f"{back['id']}:1", "approved", 340)]
	until(lambda: demo.entry_states().get(back["id"]) == "posted")
	on_paper(demo, "REFUND")


def test_a_lost_answer_is_found_and_nothing_is_given_back_twice(sold, demo):
	terminal(demo, "answer_lost")
	sold.get_by_test_id("confirm").click()
	sold.get_by_test_id("next").wait_for()
	(back,) = entries(demo, "return")
	assert refunds(demo) == [(f"{back['id']}:1", "approved", 340)]


def test_a_page_that_is_loaded_again_takes_up_the_refund_that_was_under_way(sold, demo):
	terminal(demo, "time_out")
	sold.get_by_test_id("confirm").click()
	sold.get_by_text("Waiting for the terminal: €3.40 back").wait_for()
	photograph(sold, "refund_waiting")
	assert sold.get_by_role("button", name="In cash").is_disabled()
	until(lambda: refunds(demo))
	sold.reload()
	sold.get_by_text("Waiting for the terminal: €3.40 back").wait_for()
	sold.get_by_role("button", name="Cancel at the terminal").click()
	sold.get_by_text("The card got nothing back: It was cancelled at the till.").wait_for()
	terminal(demo, "approve")
	sold.get_by_test_id("confirm").click()
	sold.get_by_test_id("next").wait_for()
	assert [row[1:] for row in refunds(demo)] == [("cancelled", 340), ("approved", 340)]


class Wire:
	"""The line between page and agent; once a refund is asked for, the page hears nothing more of cards."""

	def __init__(self, page):
		self.mute = False
		page.route_web_socket("**/agent", self._connect)

	def _connect(self, socket):
		agent = socket.connect_to_server()

		def ask(text):
			self.mute = self.mute or '"op":"refund"' in text
			agent.send(text)

		socket.on_message(ask)
		agent.on_message(lambda text: None if self.mute and '"card' in text else socket.send(text))


def test_what_was_given_back_while_the_page_died_is_recorded_and_not_given_again(till, demo):
	wire = Wire(till)
	till.reload()
	till = sold_by_card(till)
	till.get_by_test_id("confirm").click()
	# What passes through a routed line moves only while the browser is asked something.
	until(lambda: till.title() and [row[1] for row in refunds(demo)] == ["approved"])
	wire.mute = False
	till.reload()
	till.get_by_test_id("next").wait_for()
	(back,) = entries(demo, "return")
	assert refunds(demo) == [(f"{back['id']}:1", "approved", 340)]
	assert back["body"]["tenders"][0]["card"]["attempt"] == f"{back['id']}:1"


def test_without_the_agent_a_person_says_what_became_of_it_and_nothing_else_can_be_chosen(sold, demo):
	terminal(demo, "time_out")
	sold.get_by_test_id("confirm").click()
	until(lambda: refunds(demo))
	demo.kill()
	sold.get_by_text("It is not known yet whether €3.40 was given back").wait_for()
	photograph(sold, "refund_unsure")
	assert sold.get_by_role("button", name="In cash").is_disabled()
	assert sold.get_by_test_id("confirm").is_disabled()
	sold.get_by_role("button", name="It was given back").click()
	sold.get_by_test_id("next").wait_for()
	demo.start()
	(back,) = until(lambda: entries(demo, "return"))
	assert back["body"]["tenders"][0]["card"]["attempt"] == f"{back['id']}:1"


def test_a_card_that_gets_nothing_leaves_cash_and_the_drawer(sold, demo):
	terminal(demo, "decline")
	sold.get_by_test_id("confirm").click()
	sold.get_by_text("The card got nothing back: The card's bank declined.").wait_for()
	sold.get_by_role("button", name="In cash").click()
	sold.get_by_test_id("confirm").click()
	sold.get_by_test_id("next").wait_for()
	(back,) = entries(demo, "return")
	assert back["body"]["tenders"] == [{"amount_minor": -340, "kind": "cash", "tender": "Cash"}]


def test_the_card_gets_its_part_first_and_the_rest_is_cash(till, demo):
	page = sold_by_card(till, "5", back=2)
	page.get_by_role("button", name="Give €5.00 back at the terminal").click()
	page.get_by_test_id("next").wait_for()
	(back,) = entries(demo, "return")
	tenders = [(each["kind"], each["amount_minor"], "card" in each) for each in back["body"]["tenders"]]
	assert tenders == [("card", -500, True), ("cash", -180, False)]
	assert refunds(demo) == [(f"{back['id']}:1", "approved", 500)]


def test_by_hand_the_record_says_nothing_of_a_terminal(sold, demo):
	sold.get_by_role("button", name="Give back by hand instead").click()
	sold.get_by_text("Give back €3.40 at the card terminal, then confirm here.").wait_for()
	sold.get_by_test_id("confirm").click()
	sold.get_by_test_id("next").wait_for()
	(back,) = entries(demo, "return")
	assert back["body"]["tenders"] == [{"amount_minor": -340, "kind": "card", "tender": "Card"}]
	assert refunds(demo) == []
