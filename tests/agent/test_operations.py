"""The page's WebSocket: every operation, every event, and what comes of frames that make no sense."""

import json
from dataclasses import replace

import aiohttp
import pytest
from carts import return_of, till_day

from pos_bridge.agent import server
from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.returns import return_body
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, MAX_PUSH_ENTRIES, wire_fields

DAY = till_day(5)
NO_SALE = open_wire(DAY[4]).id
RECEIPT = {"columns": 42, "elements": [{"type": "text", "text": "Hello"}, {"type": "cut"}]}


def wires(entries):
	return [wire_fields(wire) for wire in entries]


async def test_hello_is_answered_with_what_the_agent_holds(till):
	async with till.page() as page:
		await page.ask(op="record", entries=wires(DAY))
	async with till.page() as page:
		welcome = page.welcome
	assert welcome["op"] == "welcome"
	assert (welcome["protocol"], welcome["till"], welcome["next_epoch"]) == (1, "T1", 2)
	(head,) = welcome["heads"]
	assert (head["sequence"], head["hash"]) == (5, DAY[4].hash)
	(printer,) = welcome["printers"]
	assert (printer["printer"], printer["kind"], printer["columns"]) == ("receipt", "virtual", 42)


async def test_recording_answers_each_entry_and_the_company_acknowledges_each(till):
	async with till.page() as page:
		answer = await page.ask(op="record", entries=[*wires(DAY), wires(DAY)[0], "not an entry"])
		assert [result["outcome"] for result in answer["results"]] == [
			*["created"] * 5,
			"exists",
			"quarantined",
		]
		ids = [open_wire(wire).id for wire in DAY]
		heard = {result["id"] for event in page.events for result in event.get("results", ())}
		while not heard >= set(ids):
			event = await page.until(lambda news: news["op"] == "acknowledged")
			heard |= {result["id"] for result in event["results"]}
		asked = await page.ask(op="acknowledged", ids=[*ids, "never recorded"])
		assert [result["id"] for result in asked["results"]] == ids
		assert {result["outcome"] for result in asked["results"]} == {"created"}


async def test_what_was_recorded_last_is_given_back_with_what_became_of_it(till):
	async with till.page() as page:
		await page.ask(op="record", entries=wires(DAY))
		answer = await page.ask(op="latest")
		assert answer["entries"] == wires(reversed(DAY))
		assert [result["id"] for result in answer["results"]] == [
			open_wire(wire).id for wire in reversed(DAY)
		]
		assert "before" not in answer
		assert (await page.ask(op="latest", before=3))["entries"] == wires([DAY[1], DAY[0]])
		assert (await page.ask(op="latest", before="x"))["code"] == "malformed"


async def test_a_receipt_is_found_by_its_number(till):
	sale = next(wire for wire in DAY if open_wire(wire).kind == "sale")
	async with till.page() as page:
		await page.ask(op="record", entries=wires(DAY))
		answer = await page.ask(op="receipt", receipt_number=open_wire(sale).receipt_number)
		assert answer["entries"] == wires([sale])
		assert [result["id"] for result in answer["results"]] == [open_wire(sale).id]
		assert (await page.ask(op="receipt", receipt_number="T1-1-999999"))["entries"] == []
		assert (await page.ask(op="receipt", receipt_number="'; --"))["code"] == "malformed"


async def test_a_job_is_printed_once_and_its_states_are_told(till):
	async with till.page() as page:
		job = {"op": "print", "job": "e1:receipt", "printer": "receipt", "document": RECEIPT, "kick": True}
		first = await page.ask(**job, reason="sale")
		assert (first["op"], first["job"], first["outcome"]) == ("queued", "e1:receipt", "created")
		if not any(news.get("state") == "printed" for news in page.events):
			await page.until(lambda news: news.get("state") == "printed")
		again = await page.ask(**job, reason="sale")
		assert (again["outcome"], again["state"]) == ("exists", "printed")
	roll = till.demo.printer.roll()
	assert len(roll.slips) == 1
	assert roll.drawer_open


async def test_the_drawer_opens_once_for_an_entry(till):
	async with till.page() as page:
		await page.ask(op="record", entries=wires(DAY))
		kick = {"op": "kick", "printer": "receipt", "reason": "change", "entry": NO_SALE}
		first = await page.ask(**kick)
		assert (first["op"], first["job"], first["outcome"]) == ("queued", f"{NO_SALE}:kick", "created")
		assert (await page.ask(**kick))["outcome"] == "exists"


async def test_the_drawer_opens_for_a_return_in_cash(till):
	sold, next_one = open_wire(DAY[0]), open_wire(DAY[1])
	body = return_body(return_of(sale_from_body(sold.body)))
	returned = seal(replace(next_one, kind="return", body=body))
	async with till.page() as page:
		await page.ask(op="record", entries=wires([DAY[0], returned]))
		answer = await page.ask(op="kick", printer="receipt", reason="return", entry=next_one.id)
	assert (answer["op"], answer["outcome"]) == ("queued", "created")


@pytest.mark.parametrize(
	("kind", "body"),
	[
		("shift_open", {"float": []}),
		("cash_in", {"tender": "Cash", "amount_minor": 500, "purpose": "safe"}),
		("cash_out", {"tender": "Cash", "amount_minor": 500, "purpose": "deposit"}),
		("shift_close", {"shift": NO_SALE, "counted": []}),
	],
)
async def test_the_drawer_opens_for_a_shift_and_for_cash_that_moves(till, kind, body):
	body = {"currency": "EUR", "currency_precision": 2, **body}
	moved = seal(replace(open_wire(DAY[0]), kind=kind, receipt_number="", body=body))
	async with till.page() as page:
		await page.ask(op="record", entries=wires([moved]))
		answer = await page.ask(op="kick", printer="receipt", reason=kind, entry=open_wire(moved).id)
	assert (answer["op"], answer["outcome"]) == ("queued", "created")


async def test_the_drawer_stays_closed_without_an_entry_that_says_why(till):
	void = seal(replace(open_wire(DAY[0]), kind="void", receipt_number="", body={"reason": "changed mind"}))
	async with till.page() as page:
		await page.ask(op="record", entries=wires([void]))
		for entry in (NO_SALE, open_wire(void).id):
			answer = await page.ask(op="kick", printer="receipt", reason="change", entry=entry)
			assert (answer["op"], answer["code"]) == ("error", "no_entry")
			assert "Record" in answer["message"]
	assert till.demo.process.spool.latest(10) == []
	assert not till.demo.printer.roll().drawer_open


async def test_a_scan_and_a_printers_trouble_reach_every_page(till):
	async with till.page() as one, till.page() as other:
		till.demo.process.scanned("4006381333931", "EAN13")
		for page in (one, other):
			scan = await page.until(lambda news: news["op"] == "scan")
			assert scan == {"op": "scan", "code": "4006381333931", "symbology": "EAN13"}
		till.demo.printer.set_faults(frozenset({"paper_out"}))
		for page in (one, other):
			told = await page.until(lambda news: news["op"] == "printer" and not news["online"])
			assert told["state"] == "paper_out"
			assert set(told) == {"op", "printer", "online", "state", "reason", "paper_low", "drawer"}


NONSENSE = [
	("", "malformed"),
	("{", "malformed"),
	("[]", "malformed"),
	("[" * 100_000, "malformed"),
	('{"op":7}', "unknown_op"),
	('{"op":"eat","ref":4}', "unknown_op"),
	('{"op":"record","ref":4}', "malformed"),
	('{"op":"record","entries":{},"ref":4}', "malformed"),
	('{"op":"print","ref":4,"job":"j"}', "malformed"),
	('{"op":"print","ref":4,"job":"","printer":"receipt","document":{},"reason":"r"}', "malformed"),
	(
		'{"op":"print","ref":4,"job":"j","printer":"none",'
		'"document":{"columns":42,"elements":[]},"reason":"r"}',
		"unknown_printer",
	),
	('{"op":"print","ref":4,"job":"\\ud800","printer":"receipt","document":{},"reason":"r"}', "malformed"),
	('{"op":"kick","ref":4,"printer":"receipt","reason":"r"}', "malformed"),
	('{"op":"acknowledged","ref":4,"ids":[7]}', "malformed"),
	('{"op":"acknowledged","ref":4,"ids":["\\ud800"]}', "malformed"),
	('{"op":"hello","ref":4,"protocol":99,"till":"T1"}', "unknown_protocol"),
	('{"op":"hello","ref":4,"protocol":1,"till":"T2"}', "wrong_till"),
]


@pytest.mark.parametrize(("frame", "code"), NONSENSE, ids=range(len(NONSENSE)))
async def test_a_frame_that_makes_no_sense_is_answered_and_the_connection_goes_on(till, frame, code):
	async with till.page() as page:
		await page.socket.send_str(frame)
		error = await page.until(lambda news: news["op"] == "error")
		assert error["code"] == code
		assert error["message"]
		assert error["retryable"] is False
		assert error.get("ref") == (4 if '"ref":4' in frame else None)
		recorded = await page.ask(op="record", entries=wires(DAY[:1]))
		assert recorded["results"][0]["outcome"] in ("created", "exists")


async def test_binary_frames_are_answered_as_well(till):
	async with till.page() as page:
		await page.socket.send_bytes(b"\x00\x01")
		assert (await page.until(lambda news: news["op"] == "error"))["code"] == "malformed"


async def test_more_entries_than_a_push_holds_are_refused_and_none_is_taken(till):
	async with till.page() as page:
		answer = await page.ask(op="record", entries=["x"] * (MAX_PUSH_ENTRIES + 1))
		assert answer["code"] == "too_large"
	assert till.demo.process.daybook.quarantined(10) == []


async def test_nothing_is_done_for_a_page_that_did_not_say_who_it_is(till):
	async with till.http.ws_connect(AGENT_PATH, protocols=(AGENT_SUBPROTOCOL,)) as socket:
		await socket.send_json({"op": "record", "ref": 1, "entries": wires(DAY)})
		assert (await socket.receive_json())["code"] == "not_greeted"
	assert till.demo.process.daybook.after(0, 10) == []


async def test_a_frame_over_the_limit_ends_that_connection_only(till):
	async with till.page() as page, till.page() as other:
		await page.socket.send_str(json.dumps({"op": "record", "entries": ["x" * server.MAX_FRAME_BYTES]}))
		while (frame := await page.socket.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
			continue
		assert frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
		assert (await other.ask(op="record", entries=wires(DAY[:1])))["op"] == "recorded"


async def test_there_is_room_for_so_many_pages_and_no_more(till, monkeypatch):
	monkeypatch.setattr(server, "MAX_PAGES", 2)
	async with till.page(), till.page():
		with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
			async with till.page():
				pass
		assert refusal.value.status == 503
	async with till.page() as page:
		assert page.welcome["op"] == "welcome"


async def test_another_subprotocol_is_not_spoken_with(till):
	async with till.http.ws_connect(AGENT_PATH, protocols=("other.v9",)) as socket:
		assert (await socket.receive(timeout=20)).type is aiohttp.WSMsgType.CLOSE


async def test_a_page_with_more_news_waiting_than_may_is_cut_off_and_welcome_again(till, monkeypatch):
	monkeypatch.setattr(server, "MAX_WAITING_EVENTS", 4)
	async with till.page() as slow:
		for number in range(50):
			till.demo.process.scanned(str(number), "")
		while (frame := await slow.socket.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
			continue
		assert frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
	async with till.page() as page:
		assert page.welcome["op"] == "welcome"


async def test_a_print_that_nobody_is_sure_of_is_listed_and_decided_once(till):
	job = {"op": "print", "printer": "receipt", "document": RECEIPT, "kick": False, "reason": "sale 1"}
	async with till.page() as page:
		for name in ("a:receipt", "b:receipt"):
			await page.ask(**job, job=name)
			await page.until(lambda news, name=name: news.get("job") == name and news["state"] == "printed")
		await till.demo.process.store.write(lambda db: db.execute("UPDATE print_job SET state = 'unsure'"))
		listed = (await page.ask(op="unsure_jobs"))["jobs"]
		assert [(each["job"], each["reason"]) for each in listed] == [
			("a:receipt", "sale 1"),
			("b:receipt", "sale 1"),
		]
		seen = await page.ask(op="settle_print", job="a:receipt", printed=True)
		assert (seen["op"], seen["state"]) == ("queued", "printed")
		again = await page.ask(op="settle_print", job="b:receipt", printed=False)
		assert again["state"] == "queued"
		await page.until(lambda news: news.get("job") == "b:receipt" and news.get("state") == "printed")
		assert (await page.ask(op="unsure_jobs"))["jobs"] == []
		for printed, code in ((False, "not_unsure"), ("yes", "malformed")):
			refused = await page.ask(op="settle_print", job="b:receipt", printed=printed)
			assert (refused["op"], refused["code"]) == ("error", code)
	slips = till.demo.printer.roll().slips
	assert [slip.texts[0] for slip in slips] == ["Hello", "Hello", "REPEATED PRINT - MAY EXIST TWICE"]
