"""Pairing: who is let in, what each side proves, and what an older page may still do."""

import stat

import pytest
from carts import till_day

from pos_bridge.agent.devices.attached.attached import Attached
from pos_bridge.agent.devices.attached.operations import device_operations
from pos_bridge.agent.devices.terminal.operations import CardOperations
from pos_bridge.agent.door.keys import KEY_FILE, AgentKey, digits_of, new_nonce, text_of
from pos_bridge.agent.door.pairing import MAX_WAITING, Door, knowledge
from pos_bridge.agent.door.scopes import EVERYTHING, NEEDED
from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Malformed, Unauthenticated
from pos_bridge.core.sync import wire_fields

DAY = till_day(3)


async def test_the_first_browser_is_paired_and_both_sides_prove_their_keys(browser):
	page = browser()
	async with page.line() as line:
		assert (await line.hello())["op"] == "challenge"
		assert line.agent_is_real()
		welcome = await line.ask(op="prove", signature=line.proof())
	assert welcome["op"] == "welcome"
	assert welcome["scopes"] == ["drawer", "print", "scale", "scanner", "terminal"]
	async with page.line() as line:
		assert (await line.greet())["op"] == "welcome"


async def test_a_page_without_a_key_works_on_until_one_is_paired(till, browser):
	async with till.page() as old:
		assert old.welcome["op"] == "welcome"
	async with browser().line() as line:
		await line.greet()
	async with browser().line() as line:
		refused = await line.ask(op="hello", protocol=1, till="T1", page="old")
	assert (refused["op"], refused["code"]) == ("error", "not_paired")


async def test_a_second_browser_waits_for_a_person_who_compares_six_digits(till, browser):
	async with browser().line() as line:
		await line.greet()
	other = browser()
	async with other.line() as line:
		refused = await line.hello()
		assert (refused["code"], digits_of(other.key) in refused["message"]) == ("not_paired", True)
		waiting = await state(till)
		assert [(page["state"], page["digits"]) for page in waiting["pages"]][1] == (
			"waiting",
			digits_of(other.key),
		)
		await do(till, op="page", key=other.key, state="paired")
		assert (await line.greet())["op"] == "welcome"


async def test_a_browser_that_lost_its_key_is_let_in_by_what_it_knows_of_the_daybook(till, browser):
	async with browser().line() as line:
		await line.greet()
		await line.ask(op="record", entries=[wire_fields(wire) for wire in DAY])
	head = open_wire(DAY[1])
	again = browser()
	async with again.line() as line:
		proof = knowledge(DAY[1].hash, again.key, line.nonce)
		knows = [{"chain": head.chain, "sequence": head.sequence, "proof": proof}]
		stranger = [
			{
				"chain": head.chain,
				"sequence": head.sequence,
				"proof": knowledge("0" * 64, again.key, line.nonce),
			}
		]
		assert (await line.hello(knows=stranger))["code"] == "not_paired"
		assert (await line.greet(knows=knows))["op"] == "welcome"
	other = browser()
	async with other.line() as line:
		assert (await line.hello(knows=knows))["code"] == "not_paired", (
			"it is bound to a key and a connection"
		)


@pytest.mark.parametrize(
	"knows",
	[
		None,
		7,
		[None],
		[{}],
		[{"chain": 1, "sequence": True, "proof": []}],
		[{"chain": "x" * 9_999, "sequence": 1, "proof": "é"}],
	],
)
async def test_a_proof_that_makes_no_sense_lets_nobody_in(browser, knows):
	async with browser().line() as line:
		await line.greet()
	async with browser().line() as line:
		assert (await line.hello(knows=knows))["code"] == "not_paired"


async def test_a_browser_that_was_put_out_stays_out_whatever_it_knows(till, browser):
	page = browser()
	async with page.line() as line:
		await line.greet()
		await line.ask(op="record", entries=[wire_fields(wire) for wire in DAY])
	await do(till, op="page", key=page.key, state="revoked")
	head = open_wire(DAY[0])
	async with page.line() as line:
		proof = knowledge(DAY[0].hash, page.key, line.nonce)
		knows = [{"chain": head.chain, "sequence": head.sequence, "proof": proof}]
		assert (await line.hello(knows=knows))["code"] == "not_paired"


async def test_a_page_may_do_what_its_scopes_say(till, browser):
	page = browser()
	async with page.line() as line:
		await line.greet()
	await do(till, op="scopes", key=page.key, scopes=["print", "everything"])
	async with page.line() as line:
		welcome = await line.greet()
		assert welcome["scopes"] == ["print"]
		for operation in ("kick", "weigh", "pay", "cards"):
			assert (await line.ask(op=operation))["code"] == "out_of_scope"
		assert (await line.ask(op="latest"))["op"] == "latest"


def test_whatever_moves_a_device_needs_a_scope_that_a_person_can_take_away():
	moving = {*CardOperations(None, None).by_name(), *device_operations(Attached())}
	assert moving | {"print", "kick", "unsure_jobs", "settle_print"} == set(NEEDED)
	assert EVERYTHING.issuperset(NEEDED.values())


async def test_the_agents_key_stays_its_key_and_only_its_user_can_read_it(tmp_path):
	first = AgentKey(tmp_path)
	assert AgentKey(tmp_path).public == first.public
	assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600


async def test_a_program_without_an_origin_is_never_paired_by_itself(agent_shelf, browser):
	with pytest.raises(Unauthenticated):
		await Door(agent_shelf).knock("T1", browser().key, "")


async def test_strangers_can_not_fill_the_shelf_with_their_keys(agent_shelf, browser):
	door = Door(agent_shelf)
	await door.knock("T1", browser().key, "https://erp.example.com")
	for _ in range(MAX_WAITING + 5):
		with pytest.raises(Unauthenticated):
			await door.knock("T1", browser().key, "https://erp.example.com")
	states = [page.state for page in door.pages()]
	assert (states.count("paired"), states.count("waiting")) == (1, MAX_WAITING)


@pytest.mark.parametrize(
	"key", ["", "A" * 87, text_of(b"\x04" + b"\x01" * 64), "é" * 87, text_of(b"\x04" * 64)]
)
async def test_what_is_no_point_of_the_curve_is_no_key(agent_shelf, key):
	with pytest.raises(Malformed):
		await Door(agent_shelf).knock("T1", key, "https://erp.example.com")


async def state(till):
	async with till.http.get("/status/state") as answer:
		return await answer.json()


async def do(till, **message):
	async with till.http.post("/status/do", json=message, headers={"Origin": till.demo.url}) as answer:
		assert answer.status == 200, await answer.text()
		return await answer.json()


def test_nonces_are_not_used_twice():
	assert len({new_nonce() for _ in range(1_000)}) == 1_000
