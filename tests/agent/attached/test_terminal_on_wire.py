"""Card refunds and a terminal's end of day as a page asks for them over its WebSocket."""

import json

import pytest

SHIFT = "01a1ee56-5e01-7001-8203-040506070809"
BACK = "01a1ee56-5e01-7001-8203-040506070810"


@pytest.fixture
async def page(run_demo, tmp_path):
	folder = tmp_path / "demo"
	folder.mkdir(mode=0o700)
	(folder / "devices.json").write_text(json.dumps({"terminal": "simulated"}))
	async with run_demo(folder) as till, till.page() as page:
		yield page


async def test_a_refund_is_told_as_it_is_asked_and_again_when_it_is_decided(page):
	asked = {"op": "refund", "terminal": "terminal", "attempt": f"{BACK}:1"}
	told = await page.ask(**asked, amount_minor=340, currency="EUR")
	assert (told["op"], told["kind"], told["state"]) == ("card", "refund", "waiting")
	decided = await page.until(lambda news: news["op"] == "card" and news["state"] != "waiting")
	assert (decided["state"], decided["lines"][1]) == ("approved", "REFUND")
	again = await page.ask(**asked, amount_minor=340, currency="EUR")
	assert (again["state"], again["card"]) == ("approved", decided["card"])
	other = await page.ask(**asked, amount_minor=341, currency="EUR")
	assert (other["op"], other["code"]) == ("error", "conflict")


async def test_a_terminals_day_ends_once_for_an_attempt_and_its_receipt_is_printed(page):
	asked = {"op": "end_of_day", "terminal": "terminal", "attempt": f"{SHIFT}:1"}
	assert (await page.ask(op="days", shift=SHIFT))["days"] == []
	first = await page.ask(**asked)
	assert (first["op"], first["attempt"], first["state"]) == ("day", f"{SHIFT}:1", "waiting")
	ended = await page.until(lambda news: news["op"] == "day" and news["state"] != "waiting")
	assert (ended["state"], ended["terminal"], ended["reason"]) == ("approved", "terminal", "")
	assert "END OF DAY" in ended["lines"]
	printed = await page.until(lambda news: news["op"] == "job" and news["state"] == "printed")
	assert printed["job"] == f"{SHIFT}:1:slip"
	assert (await page.ask(**asked))["state"] == "approved"
	(listed,) = (await page.ask(op="days", shift=SHIFT))["days"]
	assert listed["lines"] == ended["lines"]


@pytest.mark.parametrize(
	("asked", "code"),
	[
		({"op": "end_of_day", "terminal": "elsewhere", "attempt": f"{SHIFT}:1"}, "no_terminal"),
		({"op": "end_of_day", "terminal": "terminal", "attempt": SHIFT}, "malformed"),
		({"op": "end_of_day", "terminal": "/dev/ttyS0", "attempt": f"{SHIFT}:1"}, "malformed"),
		({"op": "days", "shift": "%"}, "malformed"),
	],
)
async def test_what_is_not_as_the_protocol_has_it_reaches_no_terminal(page, asked, code):
	answer = await page.ask(**asked)
	assert (answer["op"], answer["code"]) == ("error", code)
