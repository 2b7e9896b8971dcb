"""The ledger page in a browser: what the accountant sees, and that no text of a shop becomes markup."""

import shutil
from dataclasses import replace

import pytest
from carts import till_day

from pos_bridge.agent.standalone.demo_once import demo_sale
from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.sale_body import sale_body

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=document.title='broken'>"
FLAGS = (
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
)


@pytest.fixture
async def browser_page():
	from playwright.async_api import async_playwright

	async with async_playwright() as playwright:
		browser = await playwright.chromium.launch(
			executable_path=shutil.which("chromium"),
			args=[*FLAGS, "--disable-component-update", "--disable-sync"],
		)
		page = await browser.new_page()
		page.complaints = []
		page.on("console", lambda message: page.complaints.append(message.text))
		page.on("pageerror", lambda error: page.complaints.append(str(error)))
		yield page
		await browser.close()


def sale(cashier="Ada", **change):
	entry = open_wire(till_day(1)[0])
	return seal(replace(entry, cashier=cashier, body={**sale_body(demo_sale()), **change}))


async def test_an_entry_shows_its_journal_balanced_and_its_place_in_the_chain(till, browser_page):
	await till.enrol()
	await till.push([sale()])
	await browser_page.goto(f"{till.demo.url}/ledger")
	await browser_page.click("text=T1-1-000001")
	detail = browser_page.locator("#detail")
	await detail.locator("tfoot", has_text="Balanced").wait_for()
	text = await detail.inner_text()
	for words in ("Cost of Goods Sold", "110.81", "Espresso blend Aurora 250 g", "Previous"):
		assert words in text
	assert browser_page.complaints == []


async def test_balances_stock_and_search_answer(till, browser_page):
	await till.enrol()
	await till.push([sale()])
	await browser_page.goto(f"{till.demo.url}/ledger")
	await browser_page.locator("tbody tr").wait_for()
	await browser_page.fill("#search", "T9-")
	await browser_page.get_by_text("No entry matches").wait_for()
	await browser_page.click("#tab-balances")
	await browser_page.get_by_text("Debits equal credits").wait_for()
	await browser_page.click("#tab-stock")
	await browser_page.get_by_text("Cappuccino", exact=True).wait_for()
	assert browser_page.complaints == []


async def test_what_is_held_and_what_is_quarantined_is_shown_with_its_reason_and_as_text(till, browser_page):
	await till.enrol()
	await till.push([sale(cashier=EVIL, currency="USD")])
	async with till.http.post(
		"/api/method/pos_bridge.api.push", data=EVIL.encode(), headers=till.authorization
	) as response:
		assert response.status == 400
	await browser_page.goto(f"{till.demo.url}/ledger")
	await browser_page.get_by_text("books are in EUR").first.wait_for()
	assert EVIL in await browser_page.locator("#list").inner_text()
	await browser_page.click("#tab-quarantine")
	await browser_page.get_by_text("The message is not JSON").wait_for()
	await browser_page.click("summary")
	assert EVIL in await browser_page.locator("#list pre").inner_text()
	assert await browser_page.title() == "Ledger · POS Bridge"
	assert browser_page.complaints == []


async def test_a_new_sale_appears_by_itself(till, browser_page):
	await browser_page.goto(f"{till.demo.url}/ledger")
	await browser_page.get_by_text("Nothing is recorded yet").wait_for()
	await till.enrol()
	await till.push([sale()])
	await browser_page.get_by_text("T1-1-000001").wait_for()


async def test_the_shifts_of_a_till_show_their_x_and_z_as_text(till, browser_page):
	await till.enrol()
	(z, x), wires = ("Z REPORT", "X REPORT"), a_shift()
	await till.push(wires[:2])
	await browser_page.goto(f"{till.demo.url}/ledger")
	await browser_page.click("#tab-shifts")
	await browser_page.get_by_text(x).wait_for()
	await till.push(wires[2:])
	await browser_page.get_by_text(z).wait_for()
	text = await browser_page.locator("#list").inner_text()
	for words in ("Coffee", "VAT 7 %", "T1-1-000001", "-3.20", EVIL, wires[2].hash):
		assert words in text, words
	# The sale that came after the closing amends it.
	assert "Amended\n1" in text
	assert browser_page.complaints == []


def a_shift():
	"""Float, a sale, a count that lacks 3.20; then a sale that comes late."""
	told, body = [], sale_body(demo_sale())
	late = {"tenders": [{"tender": "Card", "kind": "card", "amount_minor": body["total_minor"]}]}
	euro = {"currency": "EUR", "currency_precision": 2}
	first = open_wire(till_day(1)[0])
	shift = first.id.replace(first.id[-4:], "5417")
	counted = [{"tender": "Cash", "counted_minor": 10_000 + body["total_minor"] - 320}]
	for kind, fields in (
		("shift_open", {**euro, "float": [{"tender": "Cash", "counted_minor": 10_000}]}),
		("sale", {**body, "shift": shift}),
		("shift_close", {**euro, "shift": shift, "counted": counted, "note": EVIL}),
		("sale", {**body, **late, "change_minor": 0, "shift": shift}),
	):
		number = len(told) + 1
		told.append(
			seal(
				replace(
					first,
					id=shift if kind == "shift_open" else f"{first.id[:-4]}000{number}",
					kind=kind,
					sequence=number,
					previous=told[-1].hash if told else first.previous,
					receipt_number=f"T1-1-00000{number // 2}" if kind == "sale" else "",
					body=fields,
				)
			)
		)
	return told
