"""Card payments: durable before a terminal hears of them, and never charged a second time."""

import asyncio
import sqlite3

import pytest

from pos_bridge.agent.devices.terminal import book
from pos_bridge.agent.devices.terminal.desk import CardDesk
from pos_bridge.agent.devices.terminal.port import Asked, CardResult, safe
from pos_bridge.agent.devices.terminal.simulated import SimulatedTerminal
from pos_bridge.core.errors import Rejected

CART = "01a1ee56-5e01-7001-8203-040506070809"
OTHER = "01a1ee56-5e01-7001-8203-040506070810"


class Desk:
	"""A desk at work, what it told, and waiting until something is decided."""

	def __init__(self, store, terminal, seconds=20.0):
		self.terminal = terminal
		self.desk = CardDesk(store, {"terminal": terminal}, seconds, (0.0, 0.0, 0.0))
		self.told = []

	async def start(self):
		await self.desk.start(self.told.append)
		return self

	async def pay(self, number=1, amount=1234, cart=CART, currency="EUR", kind="pay"):
		asked = Asked(f"{cart}:{number}", kind, amount, currency)
		return await self.desk.ask("terminal", cart, asked)

	async def decided(self, ref, *states):
		while True:
			found = self.desk.find(ref)
			if found.state in states if states else found.state != "waiting":
				return found
			await asyncio.sleep(0.01)


@pytest.fixture
async def running(agent_shelf):
	desks = []

	async def start(terminal, seconds=20.0):
		desks.append(await Desk(agent_shelf, terminal, seconds).start())
		return desks[-1]

	yield start
	for desk in desks:
		await desk.desk.stop()


async def test_a_payment_is_on_disk_before_the_terminal_hears_of_it_and_before_a_page_hears_the_answer(
	running, agent_shelf
):
	seen = []

	class Watching(SimulatedTerminal):
		async def pay(self, asked):
			seen.append(on_disk(agent_shelf, asked.ref))
			return await super().pay(asked)

	at_work = await running(Watching())
	taken = await at_work.pay()
	assert taken.state == "waiting"
	paid = await at_work.decided(taken.ref)
	assert seen == ["waiting"]
	assert (paid.state, paid.result.last_four, paid.result.trace) == ("approved", "0000", "000001")
	assert [payment.state for payment in at_work.told] == ["approved"]
	assert on_disk(agent_shelf, taken.ref) == "approved"


def on_disk(shelf, ref):
	with sqlite3.connect(shelf.path) as db:
		return db.execute("SELECT state FROM card_payment WHERE ref = ?", (ref,)).fetchone()[0]


async def test_the_same_attempt_again_charges_nothing_and_another_amount_is_refused(running):
	at_work = await running(SimulatedTerminal())
	taken = await at_work.pay()
	await at_work.decided(taken.ref)
	assert (await at_work.pay()).state == "approved"
	with pytest.raises(Rejected) as refused:
		await at_work.pay(amount=999)
	assert refused.value.code == "conflict"
	assert len(at_work.terminal.charged) == 1


async def test_a_declined_card_may_be_tried_again_as_another_attempt(running):
	at_work = await running(SimulatedTerminal("decline"))
	await at_work.decided((await at_work.pay(1)).ref)
	at_work.terminal.mode = "approve"
	paid = await at_work.decided((await at_work.pay(2)).ref)
	assert [payment.state for payment in at_work.desk.of_cart(CART)] == ["declined", "approved"]
	assert paid.state == "approved"


async def test_a_lost_answer_is_asked_for_and_never_charged_again(running):
	at_work = await running(SimulatedTerminal("answer_lost"))
	paid = await at_work.decided((await at_work.pay()).ref, "approved")
	assert paid.result.trace == "000001"
	assert [payment.state for payment in at_work.told] == ["unsure", "approved"]
	assert len(at_work.terminal.charged) == 1


async def test_a_refund_whose_answer_is_lost_is_asked_for_and_never_made_again(running):
	at_work = await running(SimulatedTerminal("answer_lost"))
	back = await at_work.decided((await at_work.pay(kind="refund")).ref, "approved")
	assert (await at_work.pay(kind="refund")).state == "approved"
	assert [payment.state for payment in at_work.told] == ["unsure", "approved"]
	assert list(at_work.terminal.charged) == [back.ref]


async def test_after_a_time_out_the_terminal_says_that_it_charged_nothing(running):
	at_work = await running(SimulatedTerminal("time_out"), seconds=0.05)
	paid = await at_work.decided((await at_work.pay()).ref, "failed")
	assert paid.state == "failed"
	assert at_work.terminal.charged == {}


class Mute(SimulatedTerminal):
	"""It loses its answer and can't say afterwards what became of anything."""

	def __init__(self):
		super().__init__("answer_lost")
		self.tells = False

	async def last_result(self, asked):
		return await super().last_result(asked) if self.tells else None


async def test_while_nobody_knows_the_sale_can_not_be_charged_again(running):
	at_work = await running(Mute())
	first = await at_work.decided((await at_work.pay(1)).ref, "unsure")
	with pytest.raises(Rejected) as refused:
		await at_work.pay(2)
	assert refused.value.code == "unsettled"
	at_work.terminal.tells = True
	assert (await at_work.desk.result(first.ref)).state == "approved"
	assert len(at_work.terminal.charged) == 1


@pytest.mark.parametrize(("charged", "state"), [(True, "approved"), (False, "failed")])
async def test_a_person_settles_what_the_terminal_can_not_tell_once(running, charged, state):
	at_work = await running(Mute())
	unsure = await at_work.decided((await at_work.pay()).ref, "unsure")
	settled = await at_work.desk.settle(unsure.ref, charged)
	assert (settled.state, settled.decided_by) == (state, "person")
	assert (await at_work.desk.settle(unsure.ref, not charged)).state == state
	await at_work.pay(2)


async def test_an_agent_that_died_in_the_middle_asks_for_the_result_when_it_is_back(running, agent_shelf):
	asked = Asked(f"{CART}:1", "pay", 1234, "EUR")
	now = "2026-11-27T12:00:00.000Z"
	await agent_shelf.write(lambda db: book.insert(db, "terminal", CART, asked, "", now))
	terminal = SimulatedTerminal("answer_lost")
	await terminal.pay(asked)
	at_work = await running(terminal)
	assert (await at_work.decided(asked.ref, "approved")).result.trace == "000001"
	assert len(terminal.charged) == 1


async def test_a_payment_is_cancelled_while_the_customer_looks_for_his_card(running):
	at_work = await running(SimulatedTerminal("time_out"))
	taken = await at_work.pay()
	while at_work.desk.find(taken.ref).state == "waiting":
		await at_work.desk.cancel(taken.ref)
		await asyncio.sleep(0.01)
	assert at_work.desk.find(taken.ref).state == "cancelled"


async def test_one_terminal_is_asked_for_one_thing_at_a_time(running):
	at_work = await running(SimulatedTerminal("time_out"))
	await at_work.pay()
	with pytest.raises(Rejected) as refused:
		await at_work.pay(cart=OTHER)
	assert refused.value.code == "terminal_busy"


async def test_an_approved_payment_is_taken_back_once(running):
	at_work = await running(SimulatedTerminal())
	paid = await at_work.decided((await at_work.pay()).ref)
	back = await at_work.desk.reverse(f"{CART}:2", CART, "terminal", paid.ref)
	await at_work.decided(back.ref)
	assert at_work.desk.find(paid.ref).state == "reversed"
	again = await at_work.desk.reverse(f"{CART}:2", CART, "terminal", paid.ref)
	assert again.state == "approved"
	assert len(at_work.terminal.charged) == 2
	with pytest.raises(Rejected):
		await at_work.desk.reverse(f"{CART}:3", CART, "terminal", back.ref)


async def test_a_driver_that_trips_leaves_the_payment_unsure(running, caplog):
	class Broken(SimulatedTerminal):
		async def pay(self, asked):
			raise ValueError("a bug")

		async def last_result(self, asked):
			return None

	at_work = await running(Broken())
	assert (await at_work.decided((await at_work.pay()).ref)).state == "unsure"


async def test_what_was_charged_without_a_sale_is_listed_for_a_person(running):
	at_work = await running(SimulatedTerminal())
	paid = await at_work.decided((await at_work.pay()).ref)
	back = await at_work.decided((await at_work.pay(cart=OTHER, kind="refund")).ref)
	assert [payment.ref for payment in at_work.desk.unsettled()] == [back.ref, paid.ref]


def test_a_result_holds_no_card_number_no_command_and_no_more_than_four_digits():
	result = safe(
		CardResult(
			"approved",
			reason="Card 4111 1111 1111 1111 was used",
			last_four="4111111111111111",
			auth_code="\x1bp\x00\x19\x19",
			lines=("PAN 4111-1111-1111-1111", "\x1b@ok", "x" * 500),
		)
	)
	assert "1111 1111" not in repr(result)
	assert (result.last_four, result.auth_code) == ("1111", "p")
	assert result.lines[1:] == ("@ok", "x" * 64)
