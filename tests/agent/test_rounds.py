"""Work in rounds: a fault ends one of them, never all."""

import asyncio

from pos_bridge.agent.rounds import Rounds


async def test_behind_a_round_that_met_a_fault_there_is_another_one(caplog):
	begun, done = asyncio.Event(), asyncio.Event()

	async def round():
		if not begun.is_set():
			begun.set()
			raise ZeroDivisionError("a bug")
		done.set()
		return 60.0

	rounds = Rounds("tester", round)
	rounds.start()
	await begun.wait()
	rounds.wake()
	await asyncio.wait_for(done.wait(), 20)
	await rounds.stop()
	assert "A round of the tester met a fault" in caplog.text
