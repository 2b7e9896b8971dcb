"""The process killed in the worst moments: what it had answered for is there, and there once."""

import asyncio
import os
import signal
import sqlite3
import sys

import aiohttp
import pytest
from carts import till_day

from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, wire_fields

DAY = till_day(40)

# The store's answer is held back after the commit, so that the kill comes between the two.
_SLOW_ANSWER = """
import sys, time
from pos_bridge.agent import cli, store
answer = store._Write.answer
def late(write):
	if isinstance(write.value, list) and write.value:
		print("committed", flush=True)
		time.sleep(60)
	answer(write)
store._Write.answer = late
sys.exit(cli.main(sys.argv[1:]))
"""
_PLAIN = "import sys; from pos_bridge.agent import cli; sys.exit(cli.main(sys.argv[1:]))"


class Process:
	"""A demo in a process of its own."""

	def __init__(self, process, url):
		self.process = process
		self.url = url

	@classmethod
	async def start(cls, folder, program=_PLAIN):
		listener = asyncio.create_subprocess_exec(
			*(sys.executable, "-c", program, "demo", "--json", "--data-dir", str(folder)),
			*("--port", str(free_port())),
			stdout=asyncio.subprocess.PIPE,
		)
		process = await listener
		line = await asyncio.wait_for(process.stdout.readline(), 30)
		return cls(process, line.decode().split('"till": "')[1].split("/till")[0])

	async def kill(self):
		os.kill(self.process.pid, signal.SIGKILL)
		await self.process.wait()

	async def end(self):
		os.kill(self.process.pid, signal.SIGTERM)
		return await asyncio.wait_for(self.process.wait(), 30)


def free_port():
	import socket

	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		return probe.getsockname()[1]


async def record(url, wires):
	async with (
		aiohttp.ClientSession(base_url=url) as session,
		session.ws_connect(AGENT_PATH, protocols=(AGENT_SUBPROTOCOL,)) as socket,
	):
		await socket.send_json({"op": "hello", "ref": 1, "protocol": 1, "till": "T1", "page": "test"})
		await socket.receive_json(timeout=20)
		await socket.send_json({"op": "record", "ref": 2, "entries": [wire_fields(wire) for wire in wires]})
		answer = {}
		while answer.get("ref") != 2:
			answer = await socket.receive_json(timeout=20)
	return [result["outcome"] for result in answer["results"]]


def count(folder, table, file="agent"):
	with sqlite3.connect(folder / f"{file}.sqlite") as db:
		found = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
	db.close()
	return found


async def test_killed_between_commit_and_answer_the_entry_is_there_once(tmp_path):
	slow = await Process.start(tmp_path, _SLOW_ANSWER)
	asking = asyncio.create_task(record(slow.url, DAY[:1]))
	assert await asyncio.wait_for(slow.process.stdout.readline(), 20) == b"committed\n"
	assert not asking.done()
	await slow.kill()
	with pytest.raises((aiohttp.ClientError, TypeError, ConnectionError)):
		await asking
	again = await Process.start(tmp_path)
	assert await record(again.url, DAY[:1]) == ["exists"]
	assert await again.end() == 0
	assert count(tmp_path, "entry") == 1


async def test_killed_again_and_again_nothing_acknowledged_is_lost_and_nothing_is_doubled(tmp_path):
	for at in range(0, 30, 10):
		process = await Process.start(tmp_path)
		assert await record(process.url, DAY[at : at + 10]) == ["created"] * 10
		await process.kill()
	last = await Process.start(tmp_path)
	assert await record(last.url, DAY[:30]) == ["exists"] * 30
	async with aiohttp.ClientSession(base_url=last.url) as session:
		for _ in range(500):
			async with session.get("/api/ledger/entries?limit=1") as response:
				counts = (await response.json())["message"]["counts"]
			if counts["posted"] + counts["held"] == 30:
				break
			await asyncio.sleep(0.02)
	assert counts == {"waiting": 0, "posted": 6, "held": 24, "quarantined": 0}
	assert await last.end() == 0
	assert count(tmp_path, "entry", "company") == 30
	assert count(tmp_path, "booking WHERE booking NOT LIKE 'opening-%'", "company") == 6
