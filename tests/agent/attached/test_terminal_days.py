"""The end of a card terminal's day: asked once for an attempt, kept before it is told, safe when unknown."""

import asyncio

import pytest

from pos_bridge.agent.devices.terminal import book
from pos_bridge.agent.devices.terminal.days import DayDesk
from pos_bridge.agent.devices.terminal.desk import CardDesk
from pos_bridge.agent.devices.terminal.port import Asked, CardResult
from pos_bridge.agent.devices.terminal.simulated import SimulatedTerminal
from pos_bridge.core.errors import Rejected

SHIFT = "01a1ee56-5e01-7001-8203-040506070809"
CART = "01a1ee56-5e01-7001-8203-040506070810"


class At:
	"""Both desks of a till with one terminal, and what they told."""

	def __init__(self, shelf, terminal, seconds=20.0):
		self.shelf, self.terminal, self.told = shelf, terminal, []
		self.cards = CardDesk(shelf, {"terminal": terminal}, seconds, ())
		self.days = DayDesk(shelf, self.cards, seconds)
		self.days.listen(lambda day: self.told.append(day.state))

	async def end(self, number=1):
		return await self.days.end("terminal", f"{SHIFT}:{number}")

	async def ended(self, number=1):
		await self.end(number)
		while (day := self.days.of(SHIFT)[-1]).state == "waiting":
			await asyncio.sleep(0.01)
		return day

	async def pay(self, number=1, kind="pay", amount=340):
		ref = f"{CART}:{number}"
		await self.cards.ask("terminal", CART, Asked(ref, kind, amount, "EUR"))
		while (payment := self.cards.find(ref)).state == "waiting":
			await asyncio.sleep(0.01)
		return payment


@pytest.fixture
async def at(agent_shelf):
	made = []

	async def start(terminal, seconds=20.0):
		made.append(At(agent_shelf, terminal, seconds))
		await made[-1].cards.start(lambda _: None)
		await made[-1].days.start()
		return made[-1]

	yield start
	for desks in made:
		await desks.days.stop()
		await desks.cards.stop()


async def test_it_is_on_disk_before_the_terminal_hears_of_it_and_its_receipt_is_kept(at):
	seen = []

	class Watching(SimulatedTerminal):
		async def end_of_day(self):
			seen.extend(day.state for day in desks.days.of(SHIFT))
			return await super().end_of_day()

	desks = await at(Watching())
	await desks.pay()
	await desks.pay(2, "refund", 100)
	day = await desks.ended()
	assert (seen, desks.told) == (["waiting"], ["waiting", "approved"])
	assert "Transactions 2" in day.lines
	assert "EUR 240 minor units" in day.lines
	assert desks.days.latest()["terminal"] == day


async def test_the_same_attempt_again_asks_nothing(at):
	desks = await at(SimulatedTerminal())
	await desks.pay()
	first = await desks.ended()
	assert await desks.end() == first
	assert desks.told == ["waiting", "approved"]


@pytest.mark.parametrize(
	("mode", "state"), [("decline", "failed"), ("offline", "failed"), ("answer_lost", "unsure")]
)
async def test_what_did_not_end_says_why_and_may_be_asked_for_again(at, mode, state):
	terminal = SimulatedTerminal(mode)
	desks = await at(terminal)
	day = await desks.ended()
	assert (day.state, day.reason != "", day.lines) == (state, True, ())
	terminal.mode = "approve"
	assert (await desks.ended(2)).state == "approved"


async def test_a_terminal_that_stays_silent_or_a_driver_that_trips_leaves_it_unsure(at, caplog):
	assert (await (await at(SimulatedTerminal("time_out"), 0.05)).ended()).state == "unsure"

	class Broken(SimulatedTerminal):
		async def end_of_day(self):
			raise ValueError("a bug")

	assert (await (await at(Broken())).ended(2)).state == "unsure"


async def test_an_agent_that_died_meanwhile_does_not_know_and_asks_for_nothing_by_itself(at, agent_shelf):
	before = At(agent_shelf, SimulatedTerminal("time_out"))
	await before.end()
	await before.days.stop()
	desks = await at(SimulatedTerminal())
	assert [day.state for day in desks.days.of(SHIFT)] == ["unsure"]
	assert desks.told == ["unsure"]


async def test_a_day_does_not_end_while_nobody_knows_what_became_of_a_payment(at):
	class Mute(SimulatedTerminal):
		async def last_result(self, asked):
			return None

	desks = await at(Mute("answer_lost"))
	assert (await desks.pay()).state == "unsure"
	with pytest.raises(Rejected) as refused:
		await desks.end()
	assert refused.value.code == "unsettled"
	await desks.cards.settle(f"{CART}:1", True)
	desks.terminal.mode = "approve"
	assert (await desks.ended()).state == "approved"


async def test_one_terminal_ends_its_day_or_takes_a_card_not_both(at):
	desks = await at(SimulatedTerminal("time_out"))
	await desks.end()
	for asked in (desks.end(2), desks.pay()):
		with pytest.raises(Rejected) as refused:
			await asked
		assert refused.value.code == "terminal_busy"


async def test_another_terminal_is_none_of_this_till(at):
	desks = await at(SimulatedTerminal())
	with pytest.raises(Rejected) as refused:
		await desks.days.end("elsewhere", f"{SHIFT}:1")
	assert refused.value.code == "no_terminal"


@pytest.mark.parametrize("trace", ["000007", ""])
async def test_after_a_day_the_number_before_a_payment_is_the_days_or_nobodys(at, agent_shelf, trace):
	class Numbered(SimulatedTerminal):
		async def end_of_day(self):
			return CardResult("approved", trace=trace)

	desks = await at(Numbered())
	last = lambda: agent_shelf.read(lambda db: book.last_trace(db, "terminal"))  # noqa: E731
	await desks.pay()
	assert last() == "000001"
	await desks.ended()
	assert last() == trace
	await desks.pay(2)
	assert last() == "000002"
