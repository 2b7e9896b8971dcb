"""What stands behind a till: an agent in a process of its own, and a company; both can be killed.

The company here is the demo, which needs no ERPNext; tests/e2e/chaos_on_erpnext.py has the other one.
"""

import json
import resource
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from benchmarks.processes import Demo, ended, free_port, wait_until_it_answers

AGENT = (sys.executable, "-m", "pos_bridge.agent.cli", "agent")
FULL_DISK_BYTES = 4_096
"""No file of the agent may grow beyond this while its disk is full."""
ENTRIES = "SELECT id, kind, receipt_number, chain, sequence, text, state FROM entry"


@dataclass(frozen=True, slots=True)
class Kept:
	"""An entry on the agent's or the company's shelf."""

	id: str
	kind: str
	receipt_number: str
	chain: str
	sequence: int
	text: str
	state: str

	@property
	def body(self) -> Mapping[str, Any]:
		body: Mapping[str, Any] = json.loads(self.text)["body"]
		return body

	@property
	def epoch(self) -> int:
		return int(json.loads(self.text)["epoch"])


class Shop(Protocol):
	"""A company that can be killed, and what its books say."""

	name: str
	url: str

	def start(self, agent_url: str) -> None:
		"""The company answers; its till's page is told that its agent is at `agent_url`."""

	def start_company(self) -> None: ...

	def kill_company(self) -> None: ...

	def stop(self) -> None: ...

	def code(self) -> str:
		"""A code that enrols one device."""

	def entries(self) -> Sequence[Kept]: ...

	def quarantined(self) -> Sequence[str]:
		"""Why something was put aside, one reason for each."""

	def received(self) -> Mapping[str, Mapping[str, int]]:
		"""By entry: debits less credits in minor units of the accounts that its tenders go to, by tender."""


class DemoShop:
	"""`pos-bridge demo` as the company alone: its own agent is never spoken to."""

	name = "standalone"

	def __init__(self, folder: Path) -> None:
		self.folder = folder / "company"
		self.port = free_port()
		self.url = f"http://127.0.0.1:{self.port}"
		self.demo: Demo | None = None

	def start(self, agent_url: str) -> None:
		self.demo = Demo(self.folder, port=self.port, arguments=("--agent-url", agent_url))
		self.demo.start()

	def start_company(self) -> None:
		if self.demo and self.demo.process and self.demo.process.poll() is not None:
			self.demo.start()

	def kill_company(self) -> None:
		if self.demo:
			self.demo.kill()

	def stop(self) -> None:
		self.kill_company()

	def code(self) -> str:
		with urllib.request.urlopen(f"{self.url}/till/enrolment.json", timeout=10) as answer:
			return str(json.load(answer)["code"])

	def entries(self) -> Sequence[Kept]:
		return kept_in(self.folder / "company.sqlite")

	def quarantined(self) -> Sequence[str]:
		return quarantined_in(self.folder / "company.sqlite")

	def received(self) -> Mapping[str, Mapping[str, int]]:
		lines = (
			"SELECT booking, CASE account WHEN 'Cash' THEN 'Cash' ELSE 'Card' END,"
			" sum(debit_minor) - sum(credit_minor) FROM journal_line"
			" WHERE account IN ('Cash', 'Card Clearing') GROUP BY 1, 2"
		)
		booked: defaultdict[str, dict[str, int]] = defaultdict(dict)
		for booking, tender, minor in rows(self.folder / "company.sqlite", lines):
			booked[booking][tender] = minor
		return booked


class Agent:
	"""`pos-bridge agent run` on a folder of its own."""

	def __init__(self, folder: Path) -> None:
		self.folder = folder / "agent"
		self.port = free_port()
		self.url = f"http://127.0.0.1:{self.port}"
		self.process: subprocess.Popen[bytes] | None = None

	def enrol(self, company_url: str, code: str) -> None:
		command = [*AGENT, "enrol", company_url, code, "--data-dir", str(self.folder)]
		subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

	def start(self) -> None:
		if self.process and self.process.poll() is None:
			return
		command = [*AGENT, "run", "--port", str(self.port), "--data-dir", str(self.folder)]
		with (self.folder / "agent.log").open("ab") as log:
			self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
		wait_until_it_answers(f"{self.url}/agent/status", self.process)

	def kill(self) -> None:
		if self.process:
			ended(self.process, signal.SIGKILL)

	def set_disk(self, *, full: bool) -> None:
		"""A full disk as the system tells it to one process: no file grows any more."""
		if self.process and self.process.poll() is None:
			most = FULL_DISK_BYTES if full else resource.RLIM_INFINITY
			resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

	def unforwarded(self) -> int:
		with urllib.request.urlopen(f"{self.url}/agent/status", timeout=10) as answer:
			return int(json.load(answer)["unforwarded"])

	def let_in(self) -> int:
		"""A person at the agent lets waiting pages in; how many.

		Only while the agent has no entry yet by which it could know a page whose key was cleared: with one it
		must do without a person.
		"""
		waiting = "SELECT key FROM paired_page WHERE state = 'waiting'"
		keys = [] if self.entries() else [key for (key,) in rows(self.folder / "agent.sqlite", waiting)]
		for key in keys:
			decided = json.dumps({"op": "page", "key": key, "state": "paired"}).encode()
			headers = {"Content-Type": "application/json", "Origin": self.url}
			request = urllib.request.Request(f"{self.url}/status/do", decided, headers)
			urllib.request.urlopen(request, timeout=10).close()
		return len(keys)

	def entries(self) -> Sequence[Kept]:
		return kept_in(self.folder / "agent.sqlite")

	def quarantined(self) -> Sequence[str]:
		return quarantined_in(self.folder / "agent.sqlite")


def kept_in(file: Path) -> list[Kept]:
	return [Kept(*row) for row in rows(file, ENTRIES)]


def quarantined_in(file: Path) -> list[str]:
	return [str(reason) for (reason,) in rows(file, "SELECT reason FROM quarantine")]


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
	"""Rows of a shelf, whether its process lives or was just killed."""
	with closing(sqlite3.connect(file, timeout=30)) as connection:
		return connection.execute(query).fetchall()
