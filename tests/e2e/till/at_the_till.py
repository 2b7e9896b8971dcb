"""What a cashier does with a shift on the page, and what became of it in the agent's daybook."""

import json
import re

from tests.e2e.running import rows
from tests.e2e.test_sale import pay_cash, tile, until


def entries(demo):
	"""What the agent has of the page, oldest first, as `(kind, body)`."""
	found = rows(
		demo, "agent", "SELECT kind, text FROM entry ORDER BY json_extract(text, '$.epoch'), sequence"
	)
	return [(kind, json.loads(text)["body"]) for kind, text in found]


def bodies(demo, kind):
	return [body for each, body in entries(demo) if each == kind]


def button(page, name):
	return page.get_by_role("button", name=name, exact=True)


def on_paper(demo, words):
	"""The paper roll once it says so; it is written a moment after the till hears of it."""
	until(lambda: (demo.folder / "receipt_printer.jsonl").exists() and words in demo.paper())
	return demo.paper()


def open_shift(page, cash="150"):
	page.get_by_role("button", name="Open shift").click()
	page.get_by_label("Total in Cash").fill(cash)
	page.get_by_test_id("count-done").click()
	page.get_by_role("dialog").wait_for(state="detached")


def sell(page, cash="10"):
	tile(page, "Espresso", "2.40").click()
	pay_cash(page, cash)
	page.get_by_test_id("next").click()


def show_shift(page):
	page.keyboard.press("F7")
	page.get_by_role("dialog", name=re.compile("Shift|Open shift")).wait_for()


def count_drawer(page, cash):
	"""From the shift's first screen to the comparison, counted as a total."""
	button(page, "Close shift").click()
	button(page, "Total only").click()
	page.get_by_label("Total in Cash").fill(cash)
	page.get_by_test_id("count-done").click()
	page.get_by_test_id("close-shift").wait_for()


def close(page):
	page.get_by_test_id("close-shift").click()
	page.get_by_test_id("shift-done").wait_for()
