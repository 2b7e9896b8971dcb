"""The way to the company: nothing is lost with its answers, and nothing waits behind what can't go."""

import asyncio
import json

import pytest
from carts import till_day

from pos_bridge.agent import forwarder as forwarder_module
from pos_bridge.agent.company import Pairing, server_origin
from pos_bridge.agent.daybook import SqliteDaybook
from pos_bridge.agent.forwarder import Delays, Forwarder
from pos_bridge.agent.forwarding import MAX_BATCH_ENTRIES, Forwarding
from pos_bridge.core.daybook import Arrival, MemoryDaybook, Outcome, Recorded, State
from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.errors import Malformed, Rejected, Retryable, TooLarge
from pos_bridge.core.sync import push_answer, read_push

ARRIVAL = Arrival("T1", "page", "2026-11-22T11:00:00.000Z")
PAIRING = Pairing("http://127.0.0.1:1", "T1", "secret", "Company", "Shop")
DAY = till_day(250)


class FakeCompany:
	"""A company in memory; `faults` are raised one per push, before or after it recorded."""

	def __init__(self):
		self.daybook = MemoryDaybook()
		self.before = []
		self.after = []
		self.refuses = {}
		self.sizes = []

	async def push(self, body, token):
		assert token == "secret"
		if self.before:
			raise self.before.pop(0)
		push = read_push(body)
		self.sizes.append(len(push.items))
		for wire in push.items:
			if wire.hash in self.refuses:
				raise self.refuses[wire.hash]
		results = self.daybook.record_all(push.items, ARRIVAL)
		if self.after:
			raise self.after.pop(0)
		return push_answer("T1", results, [])


@pytest.fixture
def company():
	return FakeCompany()


@pytest.fixture
def daybook(agent_shelf):
	return SqliteDaybook(agent_shelf)


@pytest.fixture
def told():
	return []


@pytest.fixture
async def forwarder(agent_shelf, company, told):
	forwarder = Forwarder(Forwarding(agent_shelf), company, PAIRING, told.extend, Delays(0.01, 0.02))
	yield forwarder
	await forwarder.stop()


def texts(company):
	return [stored.wire.text for stored in company.daybook.after(0, 1_000)]


async def until(true):
	for _ in range(500):
		if true():
			return
		await asyncio.sleep(0.01)
	raise AssertionError("it did not come true in time")


async def test_everything_goes_in_batches_in_order_and_every_answer_is_kept_and_told(
	daybook, company, forwarder, told, agent_shelf
):
	daybook.record_all(DAY, ARRIVAL)
	await forwarder.push_all()
	assert texts(company) == [wire.text for wire in DAY]
	assert max(company.sizes) == MAX_BATCH_ENTRIES
	assert Forwarding(agent_shelf).unforwarded() == 0
	assert [result.id for result in told] == [open_wire(wire).id for wire in DAY]
	answers = Forwarding(agent_shelf).answers([told[0].id, "unknown"])
	assert answers == [Recorded(told[0].id, Outcome.CREATED, State.WAITING)]


async def test_a_lost_answer_is_asked_for_again_and_leaves_one(daybook, company, forwarder, told):
	daybook.record_all(DAY[:3], ARRIVAL)
	company.after = [Retryable("the answer was lost")]
	with pytest.raises(Retryable):
		await forwarder.push_all()
	assert told == []
	await forwarder.push_all()
	assert len(texts(company)) == 3
	assert [result.outcome for result in told] == [Outcome.EXISTS] * 3


async def test_it_goes_on_by_itself_when_the_company_comes_back(daybook, company, forwarder):
	company.before = [Retryable("away") for _ in range(5)]
	daybook.record_all(DAY[:2], ARRIVAL)
	forwarder.start()
	await until(lambda: forwarder.last_error == "away")
	await until(lambda: len(texts(company)) == 2)
	await until(lambda: forwarder.last_error == "")


async def test_a_new_entry_goes_at_once_also_in_the_middle_of_a_long_back_off(agent_shelf, company, daybook):
	company.before = [Retryable("away")]
	forwarder = Forwarder(Forwarding(agent_shelf), company, PAIRING, lambda _: None, Delays(3_600, 3_600))
	daybook.record_all(DAY[:1], ARRIVAL)
	forwarder.start()
	await until(lambda: forwarder.last_error == "away")
	daybook.record_all(DAY[1:2], ARRIVAL)
	forwarder.wake()
	await until(lambda: len(texts(company)) == 2)
	await forwarder.stop()


@pytest.mark.parametrize("refusal", [TooLarge("too much at once"), Malformed("can't read that")])
async def test_an_entry_that_can_not_go_even_alone_steps_aside_and_the_others_pass(
	daybook, company, forwarder, agent_shelf, refusal
):
	company.refuses = {DAY[2].hash: refusal}
	daybook.record_all(DAY[:7], ARRIVAL)
	await forwarder.push_all()
	assert texts(company) == [wire.text for wire in DAY[:7] if wire != DAY[2]]
	assert Forwarding(agent_shelf).unforwarded() == 1
	row = agent_shelf.read(
		lambda db: db.execute("SELECT reason FROM forward WHERE outcome IS NULL").fetchone()
	)
	assert row["reason"] == refusal.message


async def test_what_stepped_aside_is_tried_again_later(daybook, company, forwarder, monkeypatch):
	monkeypatch.setattr(forwarder_module, "STEP_ASIDE_SECONDS", 0.0)
	company.refuses = {DAY[0].hash: TooLarge("too much")}
	daybook.record_all(DAY[:1], ARRIVAL)
	forwarder.start()
	await until(lambda: len(company.sizes) >= 1)
	company.refuses = {}
	await until(lambda: len(texts(company)) == 1)


async def test_a_company_of_an_older_protocol_stops_nothing_but_the_sending(daybook, company, forwarder):
	company.before = [Malformed("update me", code="unknown_protocol")]
	daybook.record_all(DAY[:2], ARRIVAL)
	with pytest.raises(Rejected, match="update me"):
		await forwarder.push_all()
	assert company.sizes == []
	await forwarder.push_all()
	assert len(texts(company)) == 2


async def test_what_the_agent_put_aside_reaches_the_company_as_well(daybook, company, forwarder, agent_shelf):
	daybook.record_all([WireEntry("0" * 64, "broken \ud800"), DAY[0]], ARRIVAL)
	await forwarder.push_all()
	assert len(company.daybook.quarantined(10)) == 1
	assert texts(company) == [DAY[0].text]
	assert Forwarding(agent_shelf).unforwarded() == 0


@pytest.mark.parametrize(
	"answer",
	[
		{},
		{"results": []},
		{"results": [{"id": "", "outcome": "eaten", "state": "posted", "reason": ""}]},
		{"results": [{"id": "someone else", "outcome": "created", "state": "posted", "reason": ""}]},
		{"results": ["created"]},
	],
)
async def test_an_answer_that_does_not_fit_is_never_taken_for_an_acknowledgement(
	daybook, agent_shelf, answer, told
):
	class Confused:
		async def push(self, body, token):
			json.loads(body)
			return answer

	daybook.record_all(DAY[:1], ARRIVAL)
	forwarder = Forwarder(Forwarding(agent_shelf), Confused(), PAIRING, told.extend)
	with pytest.raises(Retryable):
		await forwarder.push_all()
	assert Forwarding(agent_shelf).unforwarded() == 1
	assert told == []


async def test_what_only_the_company_can_read_is_answered_for_and_holds_up_nothing(
	daybook, agent_shelf, told, company
):
	class Newer:
		async def push(self, body, token):
			answer = await company.push(body, token)
			results = [
				{**result, "id": result["id"] or "read by the newer release"} for result in answer["results"]
			]
			return {**answer, "results": results}

	daybook.record_all([WireEntry("0" * 64, '{"protocol":2}'), DAY[0]], ARRIVAL)
	await Forwarder(Forwarding(agent_shelf), Newer(), PAIRING, told.extend).push_all()
	assert Forwarding(agent_shelf).unforwarded() == 0
	assert [result.id for result in told] == ["read by the newer release", open_wire(DAY[0]).id]


async def test_what_lies_deeply_nested_in_quarantine_is_sent_all_the_same(daybook, forwarder, agent_shelf):
	bodies = []

	class Listening:
		async def push(self, body, token):
			bodies.append(body)
			raise Malformed("too deep for me")

	deep = b"[" * 100_000 + b"]" * 100_000
	daybook.set_aside(deep, "", ARRIVAL, "It is not an entry.")
	await Forwarder(Forwarding(agent_shelf), Listening(), PAIRING, lambda _: None).push_all()
	assert deep in bodies[0]


@pytest.mark.parametrize("place", [0, 3, 6])
async def test_an_entry_that_the_company_stumbles_over_holds_up_no_other(
	daybook, company, forwarder, agent_shelf, place
):
	company.refuses = {DAY[place].hash: Retryable("a fault of the company", code="fault")}
	daybook.record_all(DAY[:8], ARRIVAL)
	forwarder.start()
	others = [wire.text for wire in DAY[:8] if wire != DAY[place]]
	await until(lambda: texts(company) == others)
	await until(lambda: "can't take them: 1. a fault of the company" in forwarder.last_error)
	assert Forwarding(agent_shelf).unforwarded() == 1


async def test_a_company_that_fails_at_everything_makes_no_entry_step_aside(daybook, company, forwarder):
	company.before = [Retryable("a fault of the company", code="fault") for _ in range(40)]
	daybook.record_all(DAY[:12], ARRIVAL)
	forwarder.start()
	await until(lambda: company.before == [])
	await until(lambda: sorted(texts(company)) == sorted(wire.text for wire in DAY[:12]))
	await until(lambda: forwarder.last_error == "")


async def test_half_a_character_in_the_companys_words_does_not_stop_the_forwarding(daybook, agent_shelf):
	class Stuttering:
		async def push(self, body, token):
			recorded = {"id": open_wire(DAY[0]).id, "outcome": "created", "state": "held"}
			return {"results": [{**recorded, "reason": "cut \ud83d"}]}

	daybook.record_all(DAY[:1], ARRIVAL)
	await Forwarder(Forwarding(agent_shelf), Stuttering(), PAIRING, lambda _: None).push_all()
	assert daybook.in_state(State.HELD, 1)[0].reason == "cut ?"


async def test_what_the_company_had_not_booked_is_asked_for_again_and_the_news_is_told(
	daybook, company, forwarder, told, monkeypatch
):
	monkeypatch.setattr(forwarder_module, "ASK_AGAIN_SECONDS", 0.02)
	daybook.record_all(DAY[:3], ARRIVAL)
	forwarder.start()
	await until(lambda: len(told) == 3)
	company.daybook.settle(open_wire(DAY[0]).id, State.HELD, "no account")
	company.daybook.settle(open_wire(DAY[1]).id, State.POSTED)
	await until(lambda: len(told) == 5)
	assert [(result.id, result.state, result.reason) for result in told[3:]] == [
		(open_wire(DAY[0]).id, State.HELD, "no account"),
		(open_wire(DAY[1]).id, State.POSTED, ""),
	]
	assert [stored.state for stored in daybook.after(0, 10)] == [State.HELD, State.POSTED, State.WAITING]
	company.sizes.clear()
	await until(lambda: company.sizes == [1] * len(company.sizes) != [])
	assert len(told) == 5


async def test_asking_again_goes_round_in_batches_and_ends_with_the_last_decision(
	daybook, company, forwarder, told, monkeypatch
):
	monkeypatch.setattr(forwarder_module, "ASK_AGAIN_SECONDS", 0.01)
	daybook.record_all(DAY, ARRIVAL)
	forwarder.start()
	await until(lambda: len(texts(company)) == len(DAY))
	for wire in DAY:
		company.daybook.settle(open_wire(wire).id, State.POSTED)
	await until(lambda: len(daybook.in_state(State.POSTED, 1_000)) == len(DAY))
	assert max(company.sizes) == MAX_BATCH_ENTRIES
	await asyncio.sleep(0.05)
	company.sizes.clear()
	await asyncio.sleep(0.05)
	assert company.sizes == []


async def test_the_companys_state_becomes_the_state_on_the_agents_shelf(daybook, company, forwarder):
	company.daybook.record_all(DAY[:2], ARRIVAL)
	company.daybook.settle(open_wire(DAY[0]).id, State.POSTED)
	company.daybook.settle(open_wire(DAY[1]).id, State.HELD, "no account")
	daybook.record_all(DAY[:2], ARRIVAL)
	await forwarder.push_all()
	states = [(stored.state, stored.reason) for stored in daybook.after(0, 10)]
	assert states == [(State.POSTED, ""), (State.HELD, "no account")]


def test_delays_double_up_to_a_cap_with_a_little_chance_on_top():
	delays = Delays(0.5, 60)
	for failures, plain in ((1, 0.5), (2, 1), (3, 2), (8, 60), (10_000, 60)):
		assert plain <= delays.after(failures) <= plain * 1.25
	assert len({delays.after(3) for _ in range(20)}) > 1


@pytest.mark.parametrize("url", ["ftp://erp.example.com", "http://erp.example.com", "https://"])
def test_a_server_that_would_let_the_token_be_read_is_refused(url):
	with pytest.raises(Rejected):
		server_origin(url)


def test_a_server_may_be_named_with_or_without_its_scheme():
	assert server_origin("erp.example.com/desk") == "https://erp.example.com"
	assert server_origin("http://127.0.0.1:8000") == "http://127.0.0.1:8000"


def test_the_token_is_not_in_what_a_log_would_show():
	assert "secret" not in repr(PAIRING)


async def test_it_stops_even_where_something_swallows_the_cancelling(daybook, agent_shelf):
	class Deaf:
		async def push(self, body, token):
			try:
				await asyncio.sleep(3_600)
			except asyncio.CancelledError:
				raise Retryable("swallowed") from None

	daybook.record_all(DAY[:1], ARRIVAL)
	forwarder = Forwarder(Forwarding(agent_shelf), Deaf(), PAIRING, lambda _: None)
	forwarder.start()
	await asyncio.sleep(0.05)
	await asyncio.wait_for(forwarder.stop(), 5)
