"""Figures over the agent's WebSocket: a print job taken in, sales recorded one by one and in groups."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import aiohttp

from benchmarks.agent.process import agent, enrolled, until_printed
from benchmarks.figure import Figure
from benchmarks.floors.build import bare_server
from benchmarks.till import AgentLine, ScriptedTill, print_request
from pos_bridge.core.entry import WireEntry

PRINTS = 300
WARM_UP_PRINTS = 20
SALE_LINES = 5
ROUNDS = 12
WARM_UP_ROUNDS = 2
SALES_A_ROUND = 300
GROUPED_SALES_A_ROUND = 2_000
GROUP = 100


def print_ack() -> list[Figure]:
	with (
		enrolled() as folder,
		agent(folder) as (url, _),
		bare_server("--folder", str(folder)) as (bare_url, _),
	):
		pairs = asyncio.run(_print_by_turns(url, bare_url))[WARM_UP_PRINTS:]
	ours, floor = zip(*pairs, strict=True)
	how = (
		f"From sending a receipt of {SALE_LINES} lines over an open WebSocket to the answer that the job is "
		f"durable; asked by a Python client, the job before is printed by then; {WARM_UP_PRINTS} warm-up "
		"jobs left out. Floor: the same number of bytes over a WebSocket, one SQLite commit (synchronous "
		"FULL) in a bare server, the answer, by turns."
	)
	return [Figure.p95("print_ack_p95_ms", ours, floor, how)]


async def _print_by_turns(url: str, bare_url: str) -> list[tuple[float, float]]:
	till = ScriptedTill(epoch=1, seed=1)
	pairs = []
	async with (
		AgentLine(url) as line,
		aiohttp.ClientSession() as session,
		session.ws_connect(f"{bare_url}/echo") as bare,
	):
		for _ in range(WARM_UP_PRINTS + PRINTS):
			request = print_request(*till.sell(SALE_LINES))
			pairs.append((await _acknowledged(line, request), await _echoed(bare, request)))
			await until_printed(line, request)
	return pairs


async def _acknowledged(line: AgentLine, request: dict[str, object]) -> float:
	start = time.perf_counter()
	answer = await line.ask(request)
	took = (time.perf_counter() - start) * 1_000
	if answer["op"] != "queued" or answer["outcome"] != "created":
		raise RuntimeError(f"The agent did not take the print job: {answer}.")
	return took


async def _echoed(bare: aiohttp.ClientWebSocketResponse, request: dict[str, object]) -> float:
	start = time.perf_counter()
	await bare.send_json(request)
	await bare.receive_str()
	return (time.perf_counter() - start) * 1_000


def sales_one_by_one() -> list[Figure]:
	how = (
		f"Sales of {SALE_LINES} lines recorded over one WebSocket, each answered before the next is sent, "
		f"{SALES_A_ROUND} a round; company away; {WARM_UP_ROUNDS} rounds left out. Floor: the same texts "
		"into a bare SQLite table, one commit (synchronous FULL) each, no socket, by turns."
	)
	return [_sales("agent_sales_per_s", SALES_A_ROUND, 1, how)]


def sales_in_groups() -> list[Figure]:
	how = (
		f"Sales of {SALE_LINES} lines recorded over one WebSocket in groups of {GROUP}, each group answered "
		f"before the next is sent, {GROUPED_SALES_A_ROUND} a round; company away; {WARM_UP_ROUNDS} rounds "
		"left out. Floor: the same texts into a bare SQLite table, one commit (synchronous FULL) per "
		f"{GROUP}, no socket, by turns."
	)
	return [_sales("agent_grouped_sales_per_s", GROUPED_SALES_A_ROUND, GROUP, how)]


def _sales(name: str, sales_a_round: int, group: int, how: str) -> Figure:
	with enrolled() as folder, agent(folder) as (url, _):
		pairs = asyncio.run(_record_by_turns(url, folder, sales_a_round, group))[WARM_UP_ROUNDS:]
	ours, floor = zip(*pairs, strict=True)
	return Figure.median(name, ours, floor, how)


async def _record_by_turns(url: str, folder: Path, sales: int, group: int) -> list[tuple[float, float]]:
	till = ScriptedTill(epoch=1, seed=1)
	pairs = []
	with closing(sqlite3.connect(folder / "bare.sqlite", isolation_level=None)) as bare:
		bare.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
		bare.execute("CREATE TABLE kept (hash TEXT PRIMARY KEY, text TEXT)")
		async with AgentLine(url) as line:
			for _ in range(WARM_UP_ROUNDS + ROUNDS):
				wires = [till.sell(SALE_LINES)[1] for _ in range(sales)]
				groups = [wires[start : start + group] for start in range(0, sales, group)]
				pairs.append((await _recorded_per_s(line, groups), _kept_per_s(bare, groups)))
	return pairs


async def _recorded_per_s(line: AgentLine, groups: Sequence[list[WireEntry]]) -> float:
	start = time.perf_counter()
	answers = [await line.record(wires) for wires in groups]
	took = time.perf_counter() - start
	outcomes = {result["outcome"] for results in answers for result in results}
	if outcomes != {"created"}:
		raise RuntimeError(f"The agent did not record every sale as new: {outcomes}.")
	return sum(map(len, groups)) / took


def _kept_per_s(bare: sqlite3.Connection, groups: Sequence[list[WireEntry]]) -> float:
	start = time.perf_counter()
	for wires in groups:
		bare.execute("BEGIN IMMEDIATE")
		bare.executemany("INSERT INTO kept VALUES (?, ?)", [(wire.hash, wire.text) for wire in wires])
		bare.execute("COMMIT")
	return sum(map(len, groups)) / (time.perf_counter() - start)
