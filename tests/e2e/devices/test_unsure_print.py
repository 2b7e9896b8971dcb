"""A receipt of which nobody knows whether it came out is decided at the till, where it was asked for."""

import sqlite3

import pytest

from tests.e2e.running import rows
from tests.e2e.test_sale import choose_cashier, pay_cash, tile, until
from tests.e2e.till.at_the_till import bodies, on_paper
from tests.e2e.till.test_devices import photograph
from tests.e2e.till.test_returns import printed

pytestmark = pytest.mark.browser

REPEATED = "REPEATED PRINT - MAY EXIST TWICE"


@pytest.fixture
def unsure(till, demo):
	"""A sale whose receipt the agent died over: as a killed one leaves it, started again."""
	choose_cashier(till)
	# A page whose agent has not answered yet prints nothing, and says so.
	till.get_by_test_id("status").click()
	till.get_by_role("dialog").get_by_text("Connected", exact=True).wait_for()
	till.keyboard.press("Escape")
	tile(till, "Espresso", "2.40").click()
	pay_cash(till, "10")
	until(lambda: printed(demo) == 1)
	demo.kill()
	with sqlite3.connect(demo.folder / "agent.sqlite") as shelf:
		shelf.execute("UPDATE print_job SET state = 'printing'")
	shelf.close()
	demo.start()
	till.get_by_test_id("unsure-print").wait_for()
	return till


def states(demo):
	return [row[0] for row in rows(demo, "agent", "SELECT state FROM print_job ORDER BY position")]


def test_it_is_on_paper_and_nothing_is_printed(unsure, demo):
	unsure.get_by_text("The printer did not confirm").wait_for()
	unsure.get_by_test_id("status").get_by_text("1 print to look at").wait_for()
	photograph(unsure, "unsure_print")
	assert unsure.locator(".actions").get_by_role("button", name="Print again").is_disabled()
	unsure.get_by_role("button", name="It is on paper").click()
	unsure.get_by_test_id("unsure-print").wait_for(state="detached")
	unsure.get_by_text("Receipt printed").wait_for()
	assert states(demo) == ["printed"]
	assert bodies(demo, "reprint") == []
	assert REPEATED not in demo.paper()


def test_it_is_printed_again_marked_and_recorded_once(unsure, demo):
	unsure.get_by_test_id("unsure-print").get_by_role("button", name="Print again").click()
	unsure.get_by_test_id("unsure-print").wait_for(state="detached")
	on_paper(demo, REPEATED)
	until(lambda: states(demo) == ["printed"])
	(sale,) = rows(demo, "agent", "SELECT id FROM entry WHERE kind = 'sale'")
	assert bodies(demo, "reprint") == [{"of": sale[0], "copy": 1}]
	# The drawer opened for the sale, and not for the repetition.
	assert rows(demo, "agent", "SELECT count(*) FROM drawer_opening") == [(1,)]


def test_after_the_next_customer_it_is_decided_in_the_status_panel(unsure, demo):
	unsure.get_by_test_id("next").click()
	unsure.get_by_test_id("status").click()
	prints = unsure.get_by_test_id("unsure-prints")
	prints.get_by_text("sale T1-1-000001").wait_for()
	photograph(unsure, "unsure_panel")
	prints.get_by_role("button", name="It is on paper").click()
	prints.wait_for(state="detached")
	assert states(demo) == ["printed"]


def test_a_page_that_is_loaded_again_asks_for_it(unsure, demo):
	unsure.reload()
	unsure.get_by_test_id("status").get_by_text("1 print to look at").click()
	unsure.get_by_test_id("unsure-prints").get_by_role("button", name="Print again").click()
	unsure.get_by_test_id("unsure-prints").wait_for(state="detached")
	on_paper(demo, REPEATED)
	assert len(bodies(demo, "reprint")) == 1
