"""The card terminal's end of day: offered with the shift's, shown as it ended, waited for by nobody."""

import pytest

from tests.e2e.running import rows
from tests.e2e.test_sale import choose_cashier, until
from tests.e2e.till.at_the_till import bodies, close, count_drawer, on_paper, open_shift, show_shift
from tests.e2e.till.test_devices import demo as demo_with_devices
from tests.e2e.till.test_devices import photograph, terminal, to_the_card

pytestmark = pytest.mark.browser
demo = demo_with_devices


def ends(demo):
	return [row[0] for row in rows(demo, "agent", "SELECT state FROM terminal_day ORDER BY position")]


def end_of_day(page, again=False):
	words = "End of day at the card terminal"
	page.get_by_test_id("terminal-day").get_by_role("button", name=words, exact=not again).click()


@pytest.fixture
def counted(till, demo):
	"""A shift with one card sale of 3.40, its drawer counted."""
	choose_cashier(till)
	open_shift(till)
	to_the_card(till)
	till.get_by_test_id("confirm").click()
	till.get_by_test_id("next").click()
	show_shift(till)
	count_drawer(till, "150")
	return till


def test_it_ends_before_the_shift_is_closed_and_its_totals_are_on_paper(counted, demo):
	end_of_day(counted)
	counted.get_by_text("The card terminal has settled its day.").wait_for()
	photograph(counted, "end_of_day")
	on_paper(demo, "END OF DAY")
	assert "EUR 340 minor units" in demo.paper()
	close(counted)
	counted.get_by_text("The card terminal has settled its day.").wait_for()
	assert ends(demo) == ["approved"]
	assert len(bodies(demo, "shift_close")) == 1


def test_a_terminal_that_is_at_it_keeps_no_shift_open_and_is_found_after_the_closing(counted, demo):
	terminal(demo, "time_out")
	end_of_day(counted)
	counted.get_by_text("The card terminal ends its day.").wait_for()
	close(counted)
	counted.get_by_text("The card terminal ends its day.").wait_for()
	photograph(counted, "end_of_day_waiting")
	assert len(bodies(demo, "shift_close")) == 1
	demo.kill()
	demo.start()
	counted.get_by_text(
		"It is not known whether the card terminal has settled its day: The agent stopped"
	).wait_for()
	end_of_day(counted, again=True)
	counted.get_by_text("The card terminal has settled its day.").wait_for()
	assert ends(demo) == ["unsure", "approved"]


def test_one_that_did_not_settle_says_why_and_can_be_asked_again(counted, demo):
	terminal(demo, "decline")
	end_of_day(counted)
	words = "The card terminal has not settled its day: The terminal has no connection to its bank."
	counted.get_by_text(words).wait_for()
	terminal(demo, "approve")
	end_of_day(counted, again=True)
	counted.get_by_text("The card terminal has settled its day.").wait_for()
	assert ends(demo) == ["failed", "approved"]


def test_it_is_asked_for_on_the_agents_own_page_as_well(counted, demo):
	page = counted.context.new_page()
	page.goto(demo.devices_url)
	page.get_by_role("button", name="End of day").click()
	page.locator("#days").get_by_text("Settled").wait_for()
	page.locator("#days").get_by_text("EUR 340 minor units").wait_for()
	photograph(page, "end_of_day_devices")
	on_paper(demo, "END OF DAY")
	until(lambda: ends(demo) == ["approved"])
