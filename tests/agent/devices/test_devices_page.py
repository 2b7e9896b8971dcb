"""The page at /devices: what it is served with, what it shows, what a hand can do there, and who may not."""

import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, WSServerHandshakeError, web

from pos_bridge.agent.devices import page
from pos_bridge.agent.devices.page import SampleCode, add_devices
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.guard import Guard
from pos_bridge.agent.server import build_app


@pytest.fixture
def served(running, unused_tcp_port):
	"""`async with served(printer) as site`: the page on a port, with a spool behind it."""

	@asynccontextmanager
	async def serve(printer):
		async with running(printer) as (spool, changes):
			app = build_app(Guard(unused_tcp_port))
			scans = []
			samples = [SampleCode("4006381333931", "Coffee")]
			add_devices(app, spool, {"receipt": printer}, lambda *scan: scans.append(scan), samples)
			runner = web.AppRunner(app)
			await runner.setup()
			await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
			async with ClientSession(f"http://127.0.0.1:{unused_tcp_port}") as client:
				yield Site(client, spool, changes, scans)
			await runner.cleanup()

	return serve


class Site:
	def __init__(self, client, spool, changes, scans):
		self.client, self.spool, self.changes, self.scans = client, spool, changes, scans

	@asynccontextmanager
	async def opened(self):
		async with self.client.ws_connect("/devices/live") as socket:
			yield Live(socket)


class Live:
	"""An open device page."""

	def __init__(self, socket):
		self._socket = socket
		self.slips = []

	async def shows(self, holds):
		while True:
			state = await self._socket.receive_json(timeout=20)
			if state["op"] == "state":
				self.slips += state["rolls"]["receipt"]["slips"]
				if holds(state):
					return state

	async def hears_error(self):
		while (message := await self._socket.receive_json(timeout=20))["op"] != "error":
			continue
		return message["message"]

	async def does(self, op, **fields):
		await self._socket.send_str(json.dumps({"op": op, "printer": "receipt", **fields}))


@pytest.mark.parametrize(
	"path", ["/devices", "/devices/devices.js", "/devices/paper.js", "/devices/devices.css"]
)
async def test_the_page_and_its_parts_are_served_with_a_strict_policy(served, path):
	async with served(VirtualPrinter()) as site, site.client.get(path) as answer:
		text = await answer.text()
		assert answer.status == 200
		assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
		assert "innerHTML" not in text
		assert " style=" not in text
		assert "onclick" not in text


async def test_a_receipt_appears_on_the_page_as_styled_lines_and_drawn_codes(served):
	async with served(VirtualPrinter()) as site, site.opened() as live:
		await live.does("test_print")
		await live.shows(lambda state: live.slips)
		marks = live.slips[0]["marks"]
		assert marks[0]["runs"] == [
			{"text": "TEST PAGE", "bold": True, "underline": False, "inverse": False, "width": 2, "height": 2}
		]
		bars = next(mark for mark in marks if mark["type"] == "bars")
		qr = next(mark for mark in marks if mark["type"] == "qr")
		assert set(bars["modules"]) == {"0", "1"}
		assert qr["rows"][0].startswith("1111111")


async def test_a_slip_is_sent_once_to_a_page_and_again_to_the_next(served, receipt):
	async with served(VirtualPrinter()) as site:
		await site.spool.submit("1", "receipt", receipt("one"), False, "")
		await site.changes.reaches("1", "printed")
		async with site.opened() as first, site.opened() as second:
			await first.does("fault", fault="offline", on=True)
			await first.shows(lambda state: state["rolls"]["receipt"]["faults"] == ["offline"])
			await second.shows(lambda state: state["rolls"]["receipt"]["faults"] == ["offline"])
			assert [len(first.slips), len(second.slips)] == [1, 1]


async def test_faults_are_switched_one_by_one(served):
	printer = VirtualPrinter()
	async with served(printer) as site, site.opened() as live:
		await live.does("fault", fault="paper_out", on=True)
		await live.does("fault", fault="cover_open", on=True)
		await live.does("fault", fault="paper_out", on=False)
		state = await live.shows(lambda state: state["printers"][0]["state"] == "cover_open")
		assert state["rolls"]["receipt"]["faults"] == ["cover_open"]
		assert state["printers"][0]["reason"] == "The cover is open: close it."


async def test_the_drawer_shows_why_it_opened_and_is_closed_by_hand(served):
	printer = VirtualPrinter()
	async with served(printer) as site, site.opened() as live:
		await site.spool.submit("1:kick", "receipt", None, True, "change")
		state = await live.shows(
			lambda state: (
				state["rolls"]["receipt"]["drawer"]["open"] and state["openings"][0]["state"] == "opened"
			)
		)
		assert state["openings"][0]["reason"] == "change"
		assert state["rolls"]["receipt"]["drawer"]["changed_at"]
		await live.does("close_drawer")
		await live.shows(lambda state: not state["rolls"]["receipt"]["drawer"]["open"])
	assert not printer.roll().drawer_open


async def test_a_scan_reaches_the_till_without_control_characters(served, eventually):
	async with served(VirtualPrinter()) as site, site.opened() as live:
		await live.does("scan", code=" 40063\x1b81333931\n")
		await eventually(lambda: site.scans == [("4006381333931", "")])


async def test_an_unsure_job_is_decided_on_the_page(served, store, receipt):
	async with served(VirtualPrinter()) as site, site.opened() as live:
		await site.spool.submit("1", "receipt", receipt("one"), False, "sale")
		await site.changes.reaches("1", "printed")
		store.write_now(lambda connection: connection.execute("UPDATE print_job SET state = 'unsure'"))
		await live.does("answer_unsure", job="1", printed=False)
		await live.shows(lambda state: len(live.slips) == 2)
	assert live.slips[1]["marks"][0]["runs"][0]["text"].startswith("REPEATED")


@pytest.mark.parametrize(
	("message", "words"),
	[
		({"op": "raw", "data": "x"}, "not known here"),
		({"op": "fault", "fault": "fire", "on": True}, "has these faults"),
		({"op": "scan", "code": ""}, "1 to 200"),
		({"op": "scan"}, "code is missing"),
		({"op": "close_drawer", "printer": "bar"}, "no virtual printer"),
		({"op": "answer_unsure", "job": "1", "printed": True}, "not unsure"),
		({"op": "test_print", "printer": "bar"}, "no printer"),
	],
)
async def test_what_makes_no_sense_is_answered_with_words(served, message, words):
	async with served(VirtualPrinter()) as site, site.opened() as live:
		await live.does(**message)
		assert words in await live.hears_error()


@pytest.mark.parametrize(
	"frame", ["[" * 15_000, '{"op":[]}', '{"op":{}}', '{"op":"answer_unsure","job":"\\ud800","printed":true}']
)
async def test_a_frame_that_makes_no_sense_is_answered_and_the_page_stays_connected(served, frame):
	async with served(VirtualPrinter()) as site, site.opened() as live:
		await live._socket.send_str(frame)
		assert await live.hears_error()
		await live.does("test_print")
		await live.shows(lambda state: live.slips)


async def test_another_web_page_may_not_look_or_touch(served):
	async with served(VirtualPrinter()) as site:
		with pytest.raises(WSServerHandshakeError) as refused:
			await site.client.ws_connect("/devices/live", origin="https://evil.example")
		assert refused.value.status == 403
		with pytest.raises(WSServerHandshakeError):
			await site.client.ws_connect("/devices/live", headers={"Host": "evil.example"})


async def test_only_so_many_pages_may_be_open(served, monkeypatch):
	monkeypatch.setattr(page, "MAX_WATCHERS", 1)
	async with (
		served(VirtualPrinter()) as site,
		site.opened(),
		site.client.ws_connect("/devices/live") as second,
	):
		await second.receive(timeout=20)
		assert second.close_code == 1013
