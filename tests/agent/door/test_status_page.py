"""The page at /status: what it asks of the devices, and what it leaves alone on the screen."""

import asyncio
import json

import pytest
from playwright.async_api import async_playwright, expect

from benchmarks.browser import ARGUMENTS, CHROMIUM
from pos_bridge.agent.devices.attached import scale
from pos_bridge.agent.devices.terminal.simulated import SimulatedTerminal


@pytest.fixture
async def till(tmp_path, run_demo):
	"""A demo with a simulated terminal and a virtual scale."""
	folder = tmp_path / "equipped"
	folder.mkdir()
	(folder / "devices.json").write_text(json.dumps({"terminal": "simulated", "scale": "virtual"}))
	async with run_demo(folder) as running:
		yield running


async def devices(till):
	async with till.http.get("/status/state") as answer:
		assert answer.status == 200, await answer.text()
		return {device["role"]: device for device in (await answer.json())["devices"]}


async def test_a_page_that_looks_every_moment_asks_the_terminal_once(till, monkeypatch):
	asked = []
	status = SimulatedTerminal.status

	async def counted(terminal):
		asked.append(terminal)
		return await status(terminal)

	monkeypatch.setattr(SimulatedTerminal, "status", counted)
	for _ in range(5):
		assert (await devices(till))["terminal"]["online"]
	assert len(asked) == 1


async def test_a_simulated_terminal_that_is_switched_off_is_shown_so_at_once(till):
	assert (await devices(till))["terminal"]["online"]
	body, headers = {"op": "terminal", "mode": "offline"}, {"Origin": till.demo.url}
	async with till.http.post("/status/do", json=body, headers=headers) as answer:
		shown = {device["role"]: device for device in (await answer.json())["devices"]}
	assert not shown["terminal"]["online"]


async def test_a_scale_that_is_busy_hides_nothing_else(till, monkeypatch):
	monkeypatch.setattr(scale, "MAX_WAITING", 0)
	shown = await devices(till)
	assert "being asked already" in shown["scale"]["reason"]
	assert shown["terminal"]["online"]


async def test_what_a_hand_does_counts_also_when_it_comes_in_two_pieces(till):
	async def pieces():
		yield b'{"op": "terminal", '
		await asyncio.sleep(0.05)
		yield b'"mode": "decline"}'

	headers = {"Origin": till.demo.url, "Content-Type": "application/json"}
	async with till.http.post("/status/do", data=pieces(), headers=headers) as answer:
		assert answer.status == 200, await answer.text()
	assert till.demo.process.attached.terminals["terminal"].mode == "decline"


@pytest.mark.browser
@pytest.mark.skipif(
	not CHROMIUM, reason="not run: no Chromium on this machine (Debian: apt-get install chromium)"
)
async def test_a_button_keeps_its_focus_while_nothing_changes(till, browser):
	async with browser().line() as line:
		await line.greet()
	async with async_playwright() as playwright:
		chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
		page = await chromium.new_page()
		await page.goto(f"{till.demo.url}/status")
		button = page.get_by_role("button", name="Put out")
		await button.focus()
		for _ in range(2):
			async with page.expect_response("**/status/state"):
				pass
		await page.evaluate("() => new Promise(requestAnimationFrame)")
		await expect(button).to_be_focused()
		await chromium.close()
