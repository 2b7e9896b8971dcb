"""What an attacker at the network, in another page or on another key can try, and that it comes to
nothing.
"""

import asyncio
import json
import logging
import socket

import aiohttp
import pytest
from carts import till_day

from pos_bridge.agent.door import limits
from pos_bridge.agent.door.redact import Redacting, redact
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, wire_fields

PAN = "4111111111111111"
POPS_THE_DRAWER = "\x1bp\x00\x19\x19"
RECEIPT = {"columns": 42, "elements": [{"type": "text", "text": "Hello"}, {"type": "cut"}]}


@pytest.mark.parametrize("path", ["/status", "/status/state", "/status/do", "/agent", "/agent/status"])
@pytest.mark.parametrize("headers", [{"Host": "evil.example:8686"}, {"Origin": "https://evil.example"}])
async def test_rebound_hosts_and_foreign_pages_get_nothing(till, path, headers):
	async with till.http.get(path, headers=headers) as answer:
		assert answer.status == 403


async def test_only_the_agents_own_page_can_do_something_on_it(till):
	body = json.dumps({"op": "page", "key": "x", "state": "paired"})
	for headers in (
		{"Content-Type": "application/json"},
		{"Content-Type": "application/json", "Origin": "http://localhost:1"},
		{"Content-Type": "text/plain", "Origin": till.demo.url},
	):
		async with till.http.post("/status/do", data=body, headers=headers) as answer:
			assert answer.status in (403, 422)


async def test_a_proof_that_was_listened_to_is_worth_nothing_on_another_connection(browser):
	page = browser()
	async with page.line() as line:
		await line.hello()
		stolen = line.proof()
		assert (await line.ask(op="prove", signature=stolen))["op"] == "welcome"
		assert (await line.ask(op="prove", signature=stolen))["code"] == "not_greeted"
	async with page.line() as line:
		await line.hello(nonce=line.nonce)
		assert (await line.ask(op="prove", signature=stolen))["code"] == "not_paired"


async def test_a_page_has_one_try_and_another_pages_key_is_of_no_use(browser):
	page, thief = browser(), browser()
	async with page.line() as line:
		await line.hello()
		right = line.proof()
		said = await line.ask(op="prove", signature=thief.sign(b"whatever"))
		assert said["code"] == "not_paired"
		assert (await line.ask(op="prove", signature=right))["code"] == "not_greeted"
		assert (await line.ask(op="latest"))["code"] == "not_greeted"


async def test_a_fake_listener_can_not_pass_for_the_agent(browser):
	"""It knows all that was ever said on the line, and not the agent's key."""
	page = browser()
	async with page.line() as line:
		await line.hello()
		recorded = line.challenge
	async with page.line() as line:
		line.challenge = recorded
		assert not line.agent_is_real()


async def test_a_frame_that_is_too_large_ends_its_own_connection_only(till):
	async with till.page() as page, till.page() as other:
		await page.socket.send_str("x" * 3_000_000)
		ended = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
		# The printer's news may come before the end.
		while (told := await page.socket.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
			assert told.json()["op"] == "printer"
		assert told.type in ended
		assert (await other.ask(op="latest"))["op"] == "latest"


async def test_a_frame_that_comes_a_byte_at_a_time_keeps_nobody_waiting(till):
	request = (
		f"GET {AGENT_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{till.demo.port}\r\nUpgrade: websocket\r\n"
		f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
		f"Sec-WebSocket-Protocol: {AGENT_SUBPROTOCOL}\r\n\r\n"
	)
	reader, writer = await asyncio.open_connection("127.0.0.1", till.demo.port)
	writer.write(request.encode())
	assert b"101" in await reader.readline()
	for byte in b"\x81\xfe\x10\x00":
		writer.write(bytes((byte,)))
		await writer.drain()
		async with till.page() as page:
			assert page.welcome["op"] == "welcome"
	writer.close()


async def test_a_thousand_connections_take_nothing_from_the_page_that_is_there(till):
	async with till.page() as page:
		flood = []
		for _ in range(1_000):
			one = socket.socket()
			one.setblocking(False)
			one.connect_ex(("127.0.0.1", till.demo.port))
			flood.append(one)
			if len(flood) % 50 == 0:
				await asyncio.sleep(0)
		assert (await page.ask(op="latest"))["op"] == "latest"
		for one in flood:
			one.close()
	# Those that were let in are gone by now, or end in a moment: then there is room again.
	for _ in range(200):
		try:
			async with till.page() as page:
				assert page.welcome["op"] == "welcome"
				return
		except aiohttp.ClientError:
			await asyncio.sleep(0.05)
	pytest.fail("nobody gets in any more")


async def test_a_connection_that_says_nothing_is_ended(till, monkeypatch):
	monkeypatch.setattr(limits, "FIRST_REQUEST_SECONDS", 0.05)
	reader, writer = await asyncio.open_connection("127.0.0.1", till.demo.port)
	assert await asyncio.wait_for(reader.read(), 20) == b""
	writer.close()


@pytest.mark.parametrize(
	"field", ["reason", "job", "printer", "entry", "text", "left", "right", "data", "till", "op"]
)
async def test_no_text_of_a_request_becomes_a_command(till, field):
	text = f"x{POPS_THE_DRAWER}y"
	elements = [
		{"type": "text", "text": text if field == "text" else "a"},
		{"type": "row", "left": text if field == "left" else "a", "right": text if field == "right" else "b"},
		{"type": "qr", "data": text if field == "data" else "c"},
		{"type": "cut"},
	]
	message = {"op": "print", "job": "j:receipt", "printer": "receipt", "reason": "sale", "kick": False}
	message |= {"document": {"columns": 42, "elements": elements}}
	async with till.page() as page:
		if field in message or field in ("entry", "till"):
			message[field] = text
		answer = await page.ask(**message)
		if answer["op"] == "queued" and not any(news.get("state") == "printed" for news in page.events):
			await page.until(lambda news: news.get("state") == "printed")
	roll = till.demo.printer.roll()
	assert not roll.drawer_open
	assert roll.unknown == ()
	for job in till.demo.process.spool.latest(5):
		assert "\x1b" not in job.reason


async def test_a_cards_number_in_a_memo_is_refused_and_kept_nowhere(till, caplog):
	async with till.page() as page:
		await page.ask(op="record", entries=[wire_fields(wire) for wire in till_day(5)])
		job = {"op": "print", "printer": "receipt", "document": RECEIPT, "kick": False}
		for more in (
			{"job": "e:1", "reason": f"card {PAN}"},
			{"job": "e:2", "reason": "4111 1111 1111 1111"},
			{"job": PAN, "reason": "r"},
		):
			assert (await page.ask(**job, **more))["code"] == "card_number"
		assert (await page.ask(op="kick", printer="receipt", entry="e", reason=PAN))["code"] == "card_number"
		assert (await page.ask(op=f"eat {PAN}"))["message"].count(PAN) == 0
	shelf = till.demo.process.store.path
	kept = b"".join(path.read_bytes() for path in shelf.parent.iterdir() if path.is_file())
	assert PAN.encode() not in kept
	assert PAN not in caplog.text


@pytest.mark.parametrize(
	"message",
	[
		{"op": "print", "job": "j:1", "printer": "/dev/usb/lp0", "document": RECEIPT, "reason": "r"},
		{"op": "print", "job": "j:2", "printer": "network:10.0.0.1:9100", "document": RECEIPT, "reason": "r"},
		{"op": "weigh", "scale": "socket://10.0.0.1:22"},
		{"op": "weigh", "scale": "../../etc/passwd"},
		{"op": "terminal", "terminal": "zvt:10.0.0.1:20007"},
		{"op": "open", "path": "/etc/passwd"},
		{"op": "exec", "command": "id"},
	],
)
async def test_a_page_reaches_no_path_port_or_host(till, message):
	async with till.page() as page:
		answer = await page.ask(**message)
	assert answer["op"] == "error"
	assert answer["code"] in ("unknown_printer", "no_scale", "malformed", "unknown_op", "no_terminal")


def test_the_log_holds_no_token_no_password_and_no_cards_number():
	record = logging.LogRecord(
		"x",
		logging.WARNING,
		"f",
		1,
		"sent %s",
		("Authorization: Till abcdef123456 password=987654 " + PAN,),
		None,
	)
	line = Redacting("%(message)s").format(record)
	assert line == "sent Authorization: Till [removed] password=[removed] [card number removed]"
	assert redact("\x1b[2J2026") == "[2J2026"


async def test_a_browser_that_sends_nonsense_without_end_is_hung_up_on(till):
	async with till.page() as page:
		closed = False
		for _ in range(2_000):
			await page.socket.send_str("{")
			if (
				page.socket.closed
				or (await page.socket.receive(timeout=20)).type is not aiohttp.WSMsgType.TEXT
			):
				closed = True
				break
		assert closed
