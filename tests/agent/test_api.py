"""The company's endpoints: enrolling, the catalogue, pushing, and everything bad that can be sent to them."""

import asyncio
import gzip
import hashlib
import io
import json

import pytest
from carts import till_day, with_returns

from pos_bridge.agent.daybook import arrival_now, recording
from pos_bridge.agent.standalone.api import CHANGES_PATH
from pos_bridge.agent.standalone.enrolment import CODE_SECONDS, CODE_TRIES, Enrolment
from pos_bridge.core.catalogue import CHUNK_SIZE
from pos_bridge.core.codes.gs1 import is_gtin
from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.errors import Rejected, Unauthenticated
from pos_bridge.core.sync import (
	CHUNK_PATH,
	ENROL_PATH,
	LATEST_PATH,
	MAX_PUSH_BYTES,
	MAX_PUSH_ENTRIES,
	PUSH_PATH,
	RECEIPT_PATH,
	SNAPSHOT_PATH,
	push_body,
	wire_fields,
)

DAY = till_day(6)


async def raw_push(till, data, headers=None):
	async with till.http.post(
		PUSH_PATH, data=io.BytesIO(data), headers=headers or till.authorization
	) as response:
		return response.status, (await response.json()).get("error", {}).get("code")


def aside(till):
	return till.demo.company.daybook.quarantined(100)


async def test_the_demos_code_enrols_a_till_once(till):
	async with till.http.get("/till/enrolment.json") as response:
		code = (await response.json())["code"]
	async with till.http.post(ENROL_PATH, json={"code": code.lower()}) as response:
		enrolled = (await response.json())["message"]
	assert (enrolled["till"], enrolled["next_epoch"]) == ("T1", 1)
	assert enrolled["agent_urls"] == [f"ws://127.0.0.1:{till.demo.port}/agent"]
	async with till.http.post(ENROL_PATH, json={"code": code}) as response:
		assert response.status == 422
		assert (await response.json())["error"]["code"] == "invalid_code"


async def test_an_agent_of_its_own_is_named_to_the_page_which_may_then_talk_to_it(run_demo, tmp_path):
	elsewhere = "ws://127.0.0.1:8687/agent"
	async with run_demo(tmp_path / "demo", agent_url=elsewhere) as till:
		assert (await till.enrol())["agent_urls"] == [elsewhere]
		async with till.http.get("/till") as page:
			assert elsewhere in page.headers["Content-Security-Policy"]


async def test_each_enrolment_gets_an_epoch_of_its_own(till):
	assert [(await till.enrol())["next_epoch"] for _ in range(3)] == [1, 101, 201]
	await till.push(till_day(1, epoch=7))
	assert (await till.enrol())["next_epoch"] == 301


async def test_the_snapshot_names_the_epoch_behind_what_was_recorded(till):
	await till.enrol()
	_, fresh = await till.get(SNAPSHOT_PATH)
	await till.push(till_day(2, epoch=3))
	_, later = await till.get(SNAPSHOT_PATH)
	assert (fresh["message"]["next_epoch"], later["message"]["next_epoch"]) == (1, 4)


async def test_a_till_gets_back_what_it_recorded_last_and_nobody_elses(till):
	await till.enrol()
	await till.push(DAY)
	await till.demo.company.store.write(recording(till_day(3, till="T2"), arrival_now("T2", "page")))
	_, answer = await till.get(LATEST_PATH)
	assert answer["message"]["entries"] == [wire_fields(wire) for wire in reversed(DAY)]
	_, older = await till.get(LATEST_PATH, before=3)
	assert older["message"]["entries"] == [wire_fields(wire) for wire in (DAY[1], DAY[0])]
	assert (await till.get(LATEST_PATH, before=-1))[0] == 400
	async with till.http.get(LATEST_PATH) as response:
		assert response.status == 401


@pytest.fixture
def enrolment(company_shelf):
	clock = [1_000_000.0]
	enrolment = Enrolment(company_shelf, lambda: clock[0])
	enrolment.clock = clock
	return enrolment


async def test_a_code_ends_after_ten_minutes(enrolment):
	code = await enrolment.make_code("T1")
	enrolment.clock[0] += CODE_SECONDS
	with pytest.raises(Rejected, match="not valid"):
		await enrolment.enrol(code)


async def test_a_code_ends_after_five_wrong_tries(enrolment):
	code = await enrolment.make_code("T1")
	for _ in range(CODE_TRIES):
		with pytest.raises(Rejected):
			await enrolment.enrol("WRONGONE")
	with pytest.raises(Rejected):
		await enrolment.enrol(code)


async def test_neither_codes_nor_tokens_are_kept_in_the_clear(enrolment, company_shelf, tmp_path):
	code = await enrolment.make_code("T1")
	other = await enrolment.make_code("T1")
	token = (await enrolment.enrol(other)).token
	company_shelf.close()
	stored = (tmp_path / "company.sqlite").read_bytes()
	assert hashlib.sha256(code.encode()).hexdigest().encode() in stored
	assert code.encode() not in stored
	assert token.encode() not in stored


@pytest.mark.parametrize(
	"header", [None, "", "Till", "Till wrong", "Bearer {token}", "{token}", "Till {token}x"]
)
async def test_only_the_tills_own_token_opens_anything(enrolment, header):
	token = (await enrolment.enrol(await enrolment.make_code("T1"))).token
	assert enrolment.sender(f"Till {token}").till == "T1"
	with pytest.raises(Unauthenticated):
		enrolment.sender(header and header.format(token=token))


@pytest.mark.parametrize("path", [SNAPSHOT_PATH, CHUNK_PATH, CHANGES_PATH])
async def test_the_catalogue_is_for_tills_only(till, path):
	status, body = await till.get(path, snapshot="x", chunk="0")
	assert (status, body["error"]["code"]) == (401, "unauthenticated")


async def test_the_snapshot_and_its_chunks_hold_the_whole_shop(tmp_path, run_demo):
	async with run_demo(tmp_path, items=2_500) as till:
		await till.enrol()
		_, body = await till.get(SNAPSHOT_PATH)
		manifest = body["message"]
		assert (manifest["items"], manifest["chunks"], manifest["chunk_size"]) == (2_500, 3, CHUNK_SIZE)
		chunks = []
		for number in range(manifest["chunks"]):
			_, body = await till.get(CHUNK_PATH, snapshot=manifest["snapshot"], chunk=str(number))
			chunks.append(body["message"])
	assert [len(chunk["item"]) for chunk in chunks] == [1000, 1000, 500]
	names = [name for chunk in chunks for name in chunk["name"]]
	codes = [code for chunk in chunks for codes in chunk["gtins"] for code in codes]
	assert len(set(codes)) == len(codes)
	assert all(map(is_gtin, codes))
	assert all(2 <= len(name.split()) <= 9 for name in names[200:])
	weighed = [chunks[0]["item"][at] for at in chunks[0]["weighed"]]
	assert weighed
	assert all(item.isdigit() and len(item) == 5 for item in weighed)


async def test_behind_the_snapshots_cursor_are_the_customers_and_behind_any_other_a_reload_helps(till):
	await till.enrol()
	_, body = await till.get(SNAPSHOT_PATH)
	cursor, digest = body["message"]["cursor"], body["message"]["snapshot"]
	_, body = await till.get(CHANGES_PATH, cursor=cursor)
	told = body["message"]
	assert told["snapshot"] == digest
	assert {len(column) for column in told["customers"].values()} == {4}
	_, body = await till.get(CHANGES_PATH, cursor=told["cursor"])
	assert body["message"] == {"cursor": told["cursor"], "snapshot": digest}
	_, body = await till.get(CHANGES_PATH, cursor="of another day")
	assert body["message"] == {"cursor": cursor, "reload": True}


async def test_a_chunk_is_compressed_for_those_who_can_read_it_and_cached_for_good(till):
	await till.enrol()
	_, body = await till.get(SNAPSHOT_PATH)
	params = {"snapshot": body["message"]["snapshot"], "chunk": "0"}
	headers = {**till.authorization, "Accept-Encoding": "identity"}
	async with till.http.get(CHUNK_PATH, params=params, headers=headers) as plain:
		assert "Content-Encoding" not in plain.headers
		first = await plain.read()
	async with till.http.get(CHUNK_PATH, params=params, headers=till.authorization) as packed:
		assert packed.headers["Content-Encoding"] == "gzip"
		assert "immutable" in packed.headers["Cache-Control"]
		assert await packed.read() == first


@pytest.mark.parametrize(
	("params", "code"),
	[
		({"snapshot": "old", "chunk": "0"}, "snapshot_changed"),
		({"snapshot": "{now}", "chunk": "99"}, "rejected"),
		({"snapshot": "{now}", "chunk": "-1"}, "malformed"),
		({"snapshot": "{now}", "chunk": "²"}, "malformed"),
		({"snapshot": "{now}"}, "malformed"),
	],
)
async def test_a_chunk_that_is_none_is_refused_in_words(till, params, code):
	await till.enrol()
	_, body = await till.get(SNAPSHOT_PATH)
	now = body["message"]["snapshot"]
	status, body = await till.get(CHUNK_PATH, **{name: text.format(now=now) for name, text in params.items()})
	assert (status, body["error"]["code"]) == (422, code)


async def test_a_push_is_answered_entry_by_entry_with_the_gaps(till):
	await till.enrol()
	answer = await till.push([DAY[0], DAY[3], DAY[0]])
	assert [result["outcome"] for result in answer["results"]] == ["created", "created", "exists"]
	chain = open_wire(DAY[0]).chain
	assert answer["gaps"] == [{"chain": chain, "first": 2, "last": 3}]
	assert (answer["protocol"], answer["till"]) == (1, "T1")


async def test_fifty_pushes_of_one_entry_at_once_leave_one(till):
	await till.enrol()
	answers = await asyncio.gather(*(till.push(DAY[:1]) for _ in range(50)))
	outcomes = [answer["results"][0]["outcome"] for answer in answers]
	assert (outcomes.count("created"), outcomes.count("exists")) == (1, 49)
	assert len(till.demo.company.daybook.after(0, 100)) == 1


async def test_a_push_may_come_compressed(till):
	await till.enrol()
	data = gzip.compress(json.dumps(push_body("T1", DAY)).encode())
	status, _ = await raw_push(till, data, {**till.authorization, "Content-Encoding": "gzip"})
	assert status == 200
	assert len(till.demo.company.daybook.after(0, 100)) == len(DAY)


async def test_a_push_without_a_token_leaves_nothing_behind(till):
	assert await raw_push(till, b"{", {"Authorization": "Till guess"}) == (401, "unauthenticated")
	assert aside(till) == []


@pytest.mark.parametrize(
	("data", "code"),
	[
		(b"", "malformed"),
		(b"{", "malformed"),
		(b"\xff\xfe\x00", "malformed"),
		(b"[1]", "malformed"),
		(b'{"protocol":1,"till":"T1"}', "malformed"),
		(b'{"protocol":1,"till":7,"entries":[]}', "malformed"),
		(b'{"protocol":2,"till":"T1","entries":[]}', "unknown_protocol"),
		(b'{"protocol":true,"till":"T1","entries":[]}', "unknown_protocol"),
		(b'{"till":"T1","entries":[]}', "unknown_protocol"),
		(b"[" * 200_000, "malformed"),
	],
	ids=range(10),
)
async def test_a_push_that_can_not_be_read_is_kept_once_word_for_word(till, data, code):
	await till.enrol()
	for _ in range(2):
		assert await raw_push(till, data) == (400, code)
	(kept,) = aside(till)
	assert kept.raw == data
	assert kept.arrival.till == "T1"


async def test_a_push_that_can_not_be_unpacked_is_refused_for_good(till):
	await till.enrol()
	headers = {**till.authorization, "Content-Encoding": "gzip"}
	assert await raw_push(till, b"this was never compressed", headers) == (400, "malformed")


async def test_what_is_nested_deep_is_kept_however_deep(till):
	await till.enrol()
	depths = range(900, 1_000, 4)
	for depth in depths:
		data = b'{"protocol":1,"till":"T1","entries":[' + b"[" * depth + b"]" * depth + b"]}"
		assert await raw_push(till, data) in ((200, None), (400, "malformed"))
	assert len(aside(till)) == len(depths)


async def test_a_push_that_is_too_large_is_not_kept_and_the_sender_may_split_it(till):
	await till.enrol()
	assert await raw_push(till, b"x" * (MAX_PUSH_BYTES + 1)) == (413, "too_large")
	many = push_body("T1", DAY[:1] * (MAX_PUSH_ENTRIES + 1))
	assert await raw_push(till, json.dumps(many).encode()) == (413, "too_large")
	assert aside(till) == []
	assert till.demo.company.daybook.after(0, 10) == []


@pytest.mark.parametrize("item", [None, 7, "text", [], {}, {"hash": 1, "text": "x"}, {"text": "x"}])
async def test_an_item_that_is_no_entry_is_kept_and_its_neighbours_go_through(till, item):
	await till.enrol()
	body = {"protocol": 1, "till": "T1", "entries": [item, wire_fields(DAY[0])]}
	async with till.http.post(PUSH_PATH, json=body, headers=till.authorization) as response:
		results = (await response.json())["message"]["results"]
	assert [result["outcome"] for result in results] == ["quarantined", "created"]
	assert len(aside(till)) == 1


async def test_another_tills_entries_are_kept_in_quarantine(till):
	await till.enrol()
	answer = await till.push(till_day(2, till="T2"), till="T2")
	assert {result["state"] for result in answer["results"]} == {"quarantined"}
	assert till.demo.company.daybook.after(0, 10) == []


async def test_everything_survives_a_restart(tmp_path, run_demo):
	async with run_demo(tmp_path) as till:
		await till.enrol()
		token = till.token
		await till.push(DAY)
	async with run_demo(tmp_path) as till:
		till.token = token
		answer = await till.push(DAY)
		assert {result["outcome"] for result in answer["results"]} == {"exists"}
		assert len(till.demo.company.daybook.after(0, 100)) == len(DAY)


async def test_a_receipt_is_found_with_its_returns_by_every_till_of_the_company(till):
	await till.enrol()
	number, wires = with_returns(till_day(2))
	await till.push(wires)
	_, body = await till.get(RECEIPT_PATH, receipt_number=number)
	assert [open_wire(WireEntry(**each)).kind for each in body["message"]["entries"]] == [
		"sale",
		"return",
		"return",
	]
	assert body["message"]["elsewhere"] == []
	_, body = await till.get(RECEIPT_PATH, receipt_number="T1-1-999999")
	assert body["message"] == {"entries": [], "results": [], "elsewhere": []}
	status, _ = await till.get(RECEIPT_PATH, receipt_number="T1")
	assert status == 400
