"""The device page in Chromium: what a person sees and clicks."""

from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import async_playwright, expect

from benchmarks.browser import ARGUMENTS, CHROMIUM
from pos_bridge.agent.devices.floor.shop_floor import ShopFloor
from pos_bridge.agent.devices.page import SampleCode, add_devices
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.guard import Guard
from pos_bridge.agent.server import build_app
from pos_bridge.agent.spool import PrintSpool

pytestmark = [
	pytest.mark.browser,
	pytest.mark.skipif(
		not CHROMIUM, reason="not run: no Chromium on this machine (Debian: apt-get install chromium)"
	),
]


@asynccontextmanager
async def opened(spool, printer, port, scans, floor=None):
	"""The page in a browser, and what went wrong in it."""
	app = build_app(Guard(port))
	add_devices(
		app,
		spool,
		{"receipt": printer},
		lambda *scan: scans.append(scan),
		[SampleCode("4006381333931", "Tea")],
		floor=floor,
	)
	runner = web.AppRunner(app)
	await runner.setup()
	await web.TCPSite(runner, "127.0.0.1", port).start()
	async with async_playwright() as playwright:
		browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
		page = await browser.new_page()
		faults = []
		page.on("pageerror", lambda error: faults.append(str(error)))
		await page.goto(f"http://127.0.0.1:{port}/devices")
		yield page, faults
		await browser.close()
	await runner.cleanup()


async def test_receipts_drawer_faults_and_scans_work_by_hand(running, receipt, unused_tcp_port):
	printer, scans = VirtualPrinter(), []
	async with (
		running(printer) as (spool, _),
		opened(spool, printer, unused_tcp_port, scans) as (page, faults),
	):
		await expect(page.locator("#live")).to_have_text("Live")
		await page.click("#test-print")
		await expect(page.locator(".slip").first).to_contain_text("Łódź")
		await expect(page.locator(".slip .code svg")).to_have_count(2)

		await spool.submit("1:receipt", "receipt", receipt("<b>hostile</b>"), True, "sale T1-1-000001")
		await expect(page.locator(".slip").first).to_contain_text("<b>hostile</b>")
		await expect(page.locator("#drawer-state")).to_have_text("Open")
		await expect(page.locator("#drawer-why")).to_contain_text("sale T1-1-000001")
		await page.click("#drawer")
		await expect(page.locator("#drawer-state")).to_have_text("Closed")

		await page.click("[data-fault=paper_out]")
		await expect(page.locator("#printer-state")).to_have_text("Paper out")
		await spool.submit("2:receipt", "receipt", receipt("later"), False, "sale T1-1-000002")
		await expect(page.locator("#jobs li").first).to_contain_text("Waiting")
		await page.click("[data-fault=paper_out]")
		await expect(page.locator(".slip").first).to_contain_text("later")

		await page.click(".sample")
		await expect(page.locator("#scanned")).to_have_text("Scanned 4006381333931")
	assert scans == [("4006381333931", "")]
	assert faults == []


async def test_printers_are_chosen_and_changed_by_hand(store, cache, tmp_path, unused_tcp_port, eventually):
	floor = ShopFloor(tmp_path)
	spool = PrintSpool(store, floor.equipment, cache)
	await spool.start(lambda _: None, lambda _: None)
	async with opened(spool, VirtualPrinter(), unused_tcp_port, [], floor) as (page, faults):
		await page.select_option("#setup-model", "epson-tm-t20")
		await page.click(".points summary")
		await expect(page.locator("#setup-columns")).to_have_value("48")
		await page.select_option("#setup-kick_pin", "5")
		await page.click("#setup-form [type=submit]")
		await eventually(lambda: floor.settings["receipt"].model == "epson-tm-t20")
		assert floor.settings["receipt"].profile.columns == 48
		assert dict(floor.settings["receipt"].changes) == {"kick_pin": 5}

		await page.get_by_text("Add a printer").click()
		await page.fill("#setup-address", "pigeon:7")
		await page.click("#setup-form [type=submit]")
		await expect(page.locator("#toast")).to_contain_text("no printer's address")
		await page.fill("#setup-address", "network:127.0.0.1:9")
		await page.click("#setup-form [type=submit]")
		await eventually(lambda: "printer2" in floor.settings)
		await expect(page.locator("#others")).to_contain_text("printer2")
		await page.get_by_text("The drawer is open now").click()
		await expect(page.locator("#toast")).to_contain_text("can't be read")
	await spool.stop()
	assert faults == []
