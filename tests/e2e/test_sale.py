"""One sale through the page: on the agent, on the paper, in the ledger, to the cent."""

import json
import os
import re
import signal
import time
from pathlib import Path

import pytest

from benchmarks.browser import open_chromium
from pos_bridge.agent.standalone.demo_shop import goods
from pos_bridge.core.entry import open_wire
from pos_bridge.core.sale import check_sale
from pos_bridge.core.sale_body import sale_from_body
from tests.e2e.conftest import ON_BOTH

pytestmark = [pytest.mark.browser, ON_BOTH]

SETTLED_SECONDS = 60
ESPRESSO_BLEND = "Espresso blend Aurora 250 g"


def choose_cashier(page):
	page.get_by_role("dialog", name="Who is selling?").get_by_role("button", name="Ada").click()


def tile(page, name, price):
	"""What is sold under this name and price; ERPNext also says how many are left."""
	return page.get_by_role("button", name=re.compile(rf"^{name}( .* left)? {re.escape(price)}"))


def sell_coffee_and_bread(page):
	"""Two tiles, one of them twice, and ten percent off the first line."""
	tile(page, "Espresso", "2.40").click()
	tile(page, "Cappuccino", "3.40").click()
	page.get_by_role("button", name="Increase quantity of Cappuccino").click()
	page.get_by_role("button", name="Edit Espresso").click()
	dialog = page.get_by_role("dialog", name="Espresso")
	dialog.get_by_role("button", name="10 %").click()
	dialog.get_by_role("button", name="Save").click()


def pay_cash(page, amount):
	page.get_by_test_id("pay").click()
	page.keyboard.type(amount, delay=60)
	page.keyboard.press("Enter")
	page.get_by_test_id("next").wait_for()


def until(found):
	"""What `found` returns once it is not empty; fails after a minute."""
	deadline = time.monotonic() + SETTLED_SECONDS
	while not (value := found()):
		assert time.monotonic() < deadline, "it did not happen in time"
		time.sleep(0.05)
	return value


def test_a_sale_through_the_page_is_on_the_agent_on_the_paper_and_in_the_ledger(till, demo):
	choose_cashier(till)
	sell_coffee_and_bread(till)
	assert till.get_by_test_id("total").inner_text() == "€8.96"
	pay_cash(till, "10")
	assert "€1.04" in till.get_by_test_id("change").inner_text()
	assert till.get_by_text("Receipt T1-1-000001").is_visible()

	(wire,) = demo.sales()
	entry = open_wire(wire)
	sale = sale_from_body(entry.body)
	check_sale(sale)
	assert (sale.totals.total_minor, sale.change_minor, entry.receipt_number) == (896, 104, "T1-1-000001")

	until(demo.printed_with_drawer)
	paper = demo.paper()
	for words in ("Espresso", "2.16", "Cappuccino", "6.80", "8.96", "10.00", "1.04", wire.hash[:8]):
		assert words in paper, words

	until(lambda: demo.entry_states().get(entry.id) == "posted")
	booked = demo.booked(entry.id)
	assert booked["Cash"] == 896
	assert booked["Sales"] == -sale.totals.net_minor
	assert booked["VAT 19 % Payable"] == -sale.totals.tax_minor
	assert sum(booked.values()) == 0


def scan(page, code):
	"""A keyboard wedge's burst: all keys within a few milliseconds, however slowly the page takes them."""
	page.evaluate(
		"""(code) => {
			const press = (kind, key) => new KeyboardEvent(kind, { key, bubbles: true, cancelable: true });
			const burst = [...code, 'Enter'].flatMap((key) => [press('keydown', key), press('keyup', key)]);
			for (const event of burst) (document.activeElement ?? document.body).dispatchEvent(event);
		}""",
		code,
	)


def gtin_of(demo, name):
	"""The code on a pack of the demo shop."""
	return next(each.item.gtins[0] for each in goods() if each.item.name == name)


def test_scans_ring_up_known_codes_and_name_unknown_ones(till, demo):
	choose_cashier(till)
	code = gtin_of(demo, ESPRESSO_BLEND)
	for _ in range(3):
		scan(till, code)
		till.wait_for_timeout(150)
	scan(till, "4006381333931")
	till.get_by_text("Unknown code 4006381333931").wait_for()
	assert till.get_by_role("status", name="Quantity 3").is_visible()
	assert till.get_by_test_id("total").inner_text() == "€26.70"


def test_a_scan_at_the_agent_rings_up_on_the_page(till, demo):
	choose_cashier(till)
	until(lambda: till.get_by_text("All sent").count())
	devices = till.context.new_page()
	devices.goto(demo.devices_url)
	devices.get_by_label("Code to scan").fill(gtin_of(demo, ESPRESSO_BLEND))
	devices.get_by_role("button", name="Scan").first.click()
	till.get_by_role("button", name=f"Edit {ESPRESSO_BLEND}").wait_for()


def test_card_and_cash_share_a_sale_and_the_card_stays_whole(till, demo):
	choose_cashier(till)
	sell_coffee_and_bread(till)
	till.get_by_test_id("pay").click()
	till.get_by_role("button", name="Card", exact=True).click()
	till.keyboard.type("5", delay=60)
	till.get_by_role("button", name="Card approved: €5.00").click()
	till.keyboard.type("5", delay=60)
	till.keyboard.press("Enter")
	till.get_by_test_id("next").wait_for()
	(wire,) = demo.sales()
	body = json.loads(wire.text)["body"]
	assert body["tenders"] == [
		{"amount_minor": 500, "kind": "card", "tender": "Card"},
		{"amount_minor": 500, "kind": "cash", "tender": "Cash"},
	]
	assert body["change_minor"] == 104


def test_a_double_tap_on_take_makes_one_sale(till, demo):
	choose_cashier(till)
	tile(till, "Espresso", "2.40").click()
	till.get_by_test_id("pay").click()
	till.get_by_test_id("confirm").dblclick()
	till.get_by_test_id("next").wait_for()
	assert len(until(demo.sales)) == 1


def test_a_killed_browser_keeps_its_cart_and_every_sale(playwright, tmp_path, demo):
	first = open_chromium(playwright, tmp_path / "profile")
	page = first.new_page()
	demo.open_till(page)
	choose_cashier(page)
	sell_coffee_and_bread(page)
	pay_cash(page, "10")
	page.get_by_test_id("next").click()
	tile(page, "Cappuccino", "3.40").click()
	page.wait_for_timeout(300)
	kill_browser(tmp_path / "profile")
	second = open_chromium(playwright, tmp_path / "profile")
	page = second.new_page()
	page.goto(f"{demo.url}/till")
	page.get_by_role("button", name="Edit Cappuccino").wait_for()
	pay_cash(page, "10")
	assert page.get_by_text("Receipt T1-1-000002").is_visible()
	second.close()
	assert demo.receipt_numbers() == ["T1-1-000001", "T1-1-000002"]


def kill_browser(profile):
	"""SIGKILL to every process of the browser that runs on this profile, and to no other."""
	for process in Path("/proc").iterdir():
		if process.name.isdigit():
			try:
				command = (process / "cmdline").read_bytes()
			except (FileNotFoundError, ProcessLookupError):
				continue
			if f"--user-data-dir={profile}".encode() in command:
				os.kill(int(process.name), signal.SIGKILL)


def test_selling_goes_on_without_agent_and_company_and_everything_arrives_later(till, demo):
	choose_cashier(till)
	until(lambda: till.get_by_text("All sent").count())
	demo.kill()
	sell_coffee_and_bread(till)
	pay_cash(till, "10")
	assert till.get_by_text("Receipt T1-1-000001").is_visible()
	till.get_by_test_id("status").get_by_text("1 entry on this till").wait_for()
	demo.start()
	until(lambda: "posted" in demo.entry_states().values())
	till.get_by_text("All sent").first.wait_for()
	assert len(demo.entry_states()) == 1
	assert "T1-1-000001" in demo.shown_to_accountants()


def test_a_second_tab_only_reads(till, demo):
	choose_cashier(till)
	second = till.context.new_page()
	second.goto(f"{demo.url}/till")
	second.get_by_text("read only").first.wait_for()
