"""Kills the till's process again and again while it records and prints, then counts what is left.

`python -m benchmarks.chaos_agent [rounds] [seed]` prints one JSON object; exit 1 if anything was lost,
doubled or off by a cent.
"""

import asyncio
import base64
import contextlib
import json
import random
import re
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.processes import Demo
from benchmarks.till import AgentLine, ScriptedTill, print_request
from pos_bridge.core.entry import Entry, WireEntry

LATEST_KILL_SECONDS = 0.6
FULL_SPOOL_SECONDS = 0.05
SETTLE_SECONDS = 120.0
POSTED = "SELECT id FROM entry WHERE state = 'posted'"
UNPRINTED = "SELECT job FROM print_job WHERE state IN ('queued', 'printing')"
RECEIVED = """SELECT booking, sum(debit_minor) - sum(credit_minor) FROM journal_line
	WHERE account IN ('Cash', 'Card Clearing') GROUP BY booking"""
END_OF_RECEIPT = re.compile(rb"(T1-1-\d{6,}) Check")
AGENT_GONE = (ConnectionError, aiohttp.ClientError, asyncio.TimeoutError)


@dataclass(frozen=True)
class Survived:
	"""The counts of one run. `lost`, `doubled` and `off_by_minor` have to be zero."""

	rounds: int
	seed: int
	sales_made: int
	sales_acknowledged: int
	receipts_acknowledged: int
	receipts_printed: int
	receipts_unsure: int
	lost: int
	doubled: int
	off_by_minor: int

	@property
	def whole(self) -> bool:
		return not (self.lost or self.doubled or self.off_by_minor)


class Chaos:
	"""One till, one data folder, many killed processes."""

	def __init__(self, folder: Path, seed: int) -> None:
		self.demo = Demo(folder)
		self.random = random.Random(seed)
		self.till = ScriptedTill(epoch=1, seed=seed)
		self.acknowledged: set[str] = set()
		self.receipts: set[str] = set()
		self.received: dict[str, None] = {}

	async def round(self) -> None:
		"""Start, sell until the process is killed at some moment, whatever it is doing."""
		self.demo.start()
		selling = asyncio.create_task(self._sell())
		await asyncio.sleep(self.random.uniform(0.01, LATEST_KILL_SECONDS))
		self.demo.kill()
		with contextlib.suppress(*AGENT_GONE):
			await selling
		self._read_papers()

	async def _sell(self) -> None:
		async with AgentLine(self.demo.url) as line:
			await self._record(line, self._unacknowledged())
			while True:
				made = [self.till.sell() for _ in range(self.random.randint(1, 4))]
				again = self.random.sample(self.till.made, min(2, len(self.till.made)))
				await self._record(line, self.random.sample(made + again, len(made) + len(again)))
				for entry, wire in made:
					await self._print(line, entry, wire)

	async def _record(self, line: AgentLine, pairs: list[tuple[Entry, WireEntry]]) -> None:
		for start in range(0, len(pairs), 100):
			results = await line.record([wire for _, wire in pairs[start : start + 100]])
			self.acknowledged |= {result["id"] for result in results}

	async def _print(self, line: AgentLine, entry: Entry, wire: WireEntry) -> None:
		if self.random.random() < 0.2:
			await line.send(print_request(entry, wire))  # its answer is lost: asked again below
		answer = await line.print_receipt(entry, wire)
		if answer.get("retryable"):  # a thousand jobs wait already: refused in words, so not promised
			await asyncio.sleep(FULL_SPOOL_SECONDS)
		else:
			self.receipts.add(str(answer["job"]))

	def _unacknowledged(self) -> list[tuple[Entry, WireEntry]]:
		return [pair for pair in self.till.made if pair[0].id not in self.acknowledged]

	async def settle(self) -> None:
		"""Start twice more, push what was never acknowledged, and wait until the books have it all."""
		self.demo.start()
		self.demo.kill()
		self.demo.start()
		async with AgentLine(self.demo.url) as line:
			await self._record(line, self._unacknowledged())
		deadline = time.monotonic() + SETTLE_SECONDS
		while self._unfinished() and time.monotonic() < deadline:
			await asyncio.sleep(0.1)
			self._read_papers()
		self.demo.stop()
		self._read_papers()

	def _unfinished(self) -> bool:
		posted = len(self._rows("company", POSTED))
		return posted < len(self.till.made) or bool(self._rows("agent", UNPRINTED))

	def count(self, rounds: int, seed: int) -> Survived:
		"""Compare what the till made and was promised with what the shelves and the paper hold."""
		made = {entry.id: entry for entry, _ in self.till.made}
		kept = Counter(str(row[0]) for row in self._rows("agent", "SELECT id FROM entry"))
		posted = Counter(str(row[0]) for row in self._rows("company", POSTED))
		booked = {str(row[0]): int(row[1]) for row in self._rows("company", RECEIVED)}
		jobs = {str(row[0]): str(row[1]) for row in self._rows("agent", "SELECT job, state FROM print_job")}
		off = {id: booked.get(id, 0) - entry.body["total_minor"] for id, entry in made.items()}
		kept_counts = (kept, posted, self._papers())
		printed = {job for job, state in jobs.items() if state in ("printed", "unsure")}
		lost = (self.acknowledged - set(kept)) | (set(made) - set(posted)) | (self.receipts - printed)
		return Survived(
			rounds=rounds,
			seed=seed,
			sales_made=len(made),
			sales_acknowledged=len(self.acknowledged),
			receipts_acknowledged=len(self.receipts),
			receipts_printed=len(self._papers()),
			receipts_unsure=sum(state == "unsure" for state in jobs.values()),
			lost=len(lost),
			doubled=sum(count > 1 for counts in kept_counts for count in counts.values()),
			off_by_minor=sum(abs(difference) for difference in off.values()),
		)

	def _read_papers(self) -> None:
		"""Keep what the printer received; its own roll holds the newest papers only."""
		roll = self.demo.folder / "receipt_printer.jsonl"
		if roll.exists():
			self.received |= dict.fromkeys(roll.read_text(encoding="utf-8").split("\n")[:-1])

	def _papers(self) -> Counter[bytes]:
		"""How often each receipt came out of the printer, by the bytes that it received."""
		jobs = (json.loads(line).get("received", "") for line in self.received)
		return Counter(END_OF_RECEIPT.findall(b"".join(map(base64.b64decode, jobs))))

	def _rows(self, shelf: str, query: str) -> list[tuple[Any, ...]]:
		with contextlib.closing(sqlite3.connect(self.demo.folder / f"{shelf}.sqlite")) as connection:
			return connection.execute(query).fetchall()


async def survive(rounds: int, seed: int) -> Survived:
	"""Run `rounds` kills in a temporary data folder and count."""
	with tempfile.TemporaryDirectory(prefix="pos-bridge-chaos-") as folder:
		chaos = Chaos(Path(folder), seed)
		try:
			for _ in range(rounds):
				await chaos.round()
			await chaos.settle()
		finally:
			chaos.demo.kill()
		return chaos.count(rounds, seed)


def main() -> int:
	rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
	seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000
	survived = asyncio.run(survive(rounds, seed))
	print(json.dumps(asdict(survived)))
	return 0 if survived.whole else 1


if __name__ == "__main__":
	sys.exit(main())
