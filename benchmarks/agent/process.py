"""Figures of the till's process as such: how soon it answers, and how much memory it holds."""

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from benchmarks.floors.build import bare_server
from benchmarks.processes import Demo, answering, free_port
from benchmarks.till import AgentLine, ScriptedTill, print_request

STARTS = 15
WARM_UP_STARTS = 2
IDLE_PROCESSES = 5
IDLE_SECONDS = 2.0
PRINTED_SECONDS = 15.0
MIB_IN_KIB = 1_024
COMMAND = (sys.executable, "-m", "pos_bridge.agent.cli", "agent")

Running = AbstractContextManager["tuple[str, subprocess.Popen[bytes]]"]


@contextmanager
def enrolled() -> Iterator[Path]:
	"""The data folder of a till that was enrolled at a company which has gone away since."""
	with tempfile.TemporaryDirectory(prefix="pos-bridge-agent-") as name:
		folder = Path(name)
		with Demo(folder / "company") as company:
			enrol(company, folder / "agent")
		yield folder / "agent"


def enrol(company: Demo, folder: Path) -> None:
	"""Make `folder` a till of a company that answers."""
	with urllib.request.urlopen(f"{company.url}/till/enrolment.json", timeout=10) as answer:
		code = json.load(answer)["code"]
	command = (*COMMAND, "enrol", company.url, code, "--data-dir", str(folder))
	subprocess.run(command, check=True, timeout=30, stdout=subprocess.DEVNULL)


def agent(folder: Path) -> Running:
	"""The till's process with a printer that is a plain file, on a port of its own."""
	port = free_port()
	printer = f"file:{folder / 'paper'}"
	return answering(
		(*COMMAND, "run", "--data-dir", str(folder), "--port", str(port), "--printer", printer), port
	)


def start() -> list[Figure]:
	with enrolled() as folder:
		pairs = [
			(_start_ms(agent(folder)), _start_ms(bare_server())) for _ in range(WARM_UP_STARTS + STARTS)
		][WARM_UP_STARTS:]
	ours, floor = zip(*pairs, strict=True)
	how = (
		"From starting the process `pos-bridge agent run` of an enrolled till to its first answer over "
		f"HTTP, asked every 5 ms; {WARM_UP_STARTS} warm-up starts left out. Floor: a bare aiohttp server "
		"with one route, by turns."
	)
	return [Figure.median("agent_start_ms", ours, floor, how)]


def _start_ms(running: Running) -> float:
	from_start = time.perf_counter()
	with running:
		return (time.perf_counter() - from_start) * 1_000


def idle() -> list[Figure]:
	before: list[float] = []
	ours: list[float] = []
	floor: list[float] = []
	with enrolled() as folder:
		for _ in range(IDLE_PROCESSES):
			with (
				agent(folder) as (url, process),
				bare_server("--libraries", "--folder", str(folder)) as (_, bare),
			):
				time.sleep(IDLE_SECONDS)
				before.append(_resident_mib(process.pid))
				asyncio.run(print_one(url))
				time.sleep(IDLE_SECONDS)
				ours.append(_resident_mib(process.pid))
				floor.append(_resident_mib(bare.pid))
	how = (
		f"Resident memory (VmRSS) of `pos-bridge agent run`, {IDLE_SECONDS:.0f} s after its first printed "
		f"receipt, one page and one printer; before that receipt {median(before):.1f}. Floor: a bare "
		"aiohttp server with sqlite3 and python-escpos imported, at the same time."
	)
	return [Figure.median("agent_idle_mib", ours, floor, how)]


def _resident_mib(pid: int) -> float:
	"""Linux only: other systems count memory in other ways."""
	found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
	if not found:
		raise RuntimeError("This system does not tell a process's resident memory in /proc.")
	return int(found[1]) / MIB_IN_KIB


async def print_one(url: str) -> None:
	"""One receipt, until it is on paper."""
	async with AgentLine(url) as line:
		await line.ask(request := print_request(*ScriptedTill(epoch=1, seed=1).sell(5)))
		await until_printed(line, request)


async def until_printed(line: AgentLine, request: dict[str, object]) -> None:
	"""Ask again, which prints nothing twice, until the job is printed."""
	deadline = time.monotonic() + PRINTED_SECONDS
	while (state := (await line.ask(request))["state"]) != "printed":
		if time.monotonic() > deadline:
			raise RuntimeError(f"The job was still {state} after {PRINTED_SECONDS:.0f} seconds.")
		await asyncio.sleep(0.002)
