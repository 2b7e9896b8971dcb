"""What the company changes while the till sells: new scans get it, the open sale keeps its prices."""

import json

import pytest

from pos_bridge.agent.standalone.demo_shop import goods
from tests.e2e.running import rows
from tests.e2e.test_offline_start import wait_until_ready_for_offline
from tests.e2e.test_sale import choose_cashier, pay_cash, scan, until

pytestmark = pytest.mark.browser

MINUTE_MS = 61_000


class Company:
	"""Answers the page's asking for changes: each answer once, in the order it was given."""

	def __init__(self, page):
		self.answers = []
		self.said = 0
		page.route("**/pos_bridge.api.changes*", self.answer)

	def answer(self, route):
		changes = self.answers.pop(0) if self.answers else {}
		self.said += len(changes) > 0
		message = {"cursor": f"after {self.said}", **changes}
		route.fulfill(status=200, content_type="application/json", body=json.dumps({"message": message}))


def columns(*items):
	"""(code, name, price, group, gtins) as the company sends them."""
	item, name, price, group, gtins = (list(column) for column in zip(*items, strict=True))
	return {
		"item": item,
		"name": name,
		"price_minor": price,
		"group": group,
		"unit": ["Nos"] * len(items),
		"template": ["standard"] * len(items),
		"gtins": gtins,
		"weighed": [],
	}


def test_a_new_price_counts_for_the_next_scan_and_the_open_sale_keeps_its_own(till, demo):
	company = Company(till)
	till.clock.install()
	till.reload()
	choose_cashier(till)
	espresso = next(each.item.item for each in goods() if each.item.name == "Espresso")
	till.get_by_role("button", name="Espresso 2.40").click()
	new = ("NEW-1", "Saffron bun", 275, "Bakery", ["4006381333962"])
	company.answers.append(
		{
			"items": columns((espresso, "Espresso", 260, "Coffee bar", []), new),
			"stock": {"item": ["NEW-1", espresso], "available": ["3", "0"]},
		}
	)
	till.clock.fast_forward(MINUTE_MS)
	till.get_by_text("The company changed Espresso").wait_for()
	line = till.locator("li.line")
	assert "2.40" in line.inner_text()
	assert "now 2.60" in line.inner_text()
	scan(till, "4006381333962")
	till.get_by_role("button", name="Edit Saffron bun").wait_for()
	till.get_by_role("button", name="Espresso None left 2.60").click()
	assert till.get_by_test_id("total").inner_text() == "€7.75"
	pay_cash(till, "10")
	((text,),) = until(lambda: rows(demo, "agent", "SELECT text FROM entry WHERE kind = 'sale'"))
	assert [line["price_minor"] for line in json.loads(text)["body"]["lines"]] == [240, 275, 260]

	wait_until_ready_for_offline(till)
	demo.kill()
	till.reload()
	till.get_by_role("button", name="Espresso None left 2.60").wait_for()
	scan(till, "4006381333962")
	till.get_by_role("button", name="Edit Saffron bun").wait_for()
