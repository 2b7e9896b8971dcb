"""Frames that make no sense, and some that nearly do, thrown at the agent: it answers each and keeps
nothing of them.

`python -m benchmarks.agent.fuzz_agent [FRAMES]`; exit 1 if one broke it, was recorded, or left memory behind.
"""

import asyncio
import gc
import json
import random
import string
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pos_bridge.agent.devices.attached.attached import attach
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.door.scopes import NEEDED
from pos_bridge.agent.operations import Operations
from pos_bridge.agent.ports import RECEIPT_PRINTER
from pos_bridge.agent.process import TillProcess, open_shelf
from pos_bridge.agent.spool import PrintSpool

FRAMES = 100_000
FRAMES_OF_A_PAGE = 500
"""A page goes and the next one comes after so many."""
LEAK_BYTES = 2 * 1024 * 1024
SETTLED_AFTER = 0.3
"""Part of the frames after which memory may not grow any more."""

TYPES = ("text", "row", "rule", "space", "code128", "qr", "cut", "image", 7, None)
OPERATIONS = (
	*NEEDED,
	*("hello", "prove", "record", "acknowledged", "latest", "receipt", "new_customers"),
	*("open", "exec", ""),
)
FIELDS = (
	*("till", "protocol", "page", "key", "nonce", "knows", "signature", "entries", "customers", "job"),
	*("printer", "document", "kick", "reason", "entry", "ids", "before", "receipt_number", "scale"),
	*("terminal", "attempt", "amount_minor", "currency", "against", "charged", "cart", "ref"),
)


@dataclass(frozen=True, slots=True)
class Fuzzed:
	"""What came of a run: answers by their `op`, faults of ours, what was kept, and bytes that stayed."""

	frames: int
	seed: int
	answers: dict[str, int]
	faults: int
	recorded: int
	charged: int
	opened: int
	left_bytes: int

	@property
	def whole(self) -> bool:
		"""Nothing broke, nothing was sold, charged or opened, and memory came to rest."""
		kept = self.recorded + self.charged + self.opened
		return (
			not self.faults
			and not kept
			and self.left_bytes < LEAK_BYTES
			and sum(self.answers.values()) == self.frames
		)


SECTION = """`benchmarks/agent/fuzz_agent.py`: noise, broken JSON, and requests of every operation whose
fields hold anything. Each is answered; none is recorded, charged, or opens the drawer; memory comes to rest.

| | |
|---|---|
| Frames | {frames} |
| Seed | {seed} |
| **Frames that broke it** | **{faults}** |
| **Entries, card payments, drawer openings that came of it** | **{kept}** |
| **Bytes of memory that stayed** | **{left_bytes}** |"""


def section(counts: Mapping[str, Any]) -> str:
	"""What was survived, for docs/proof.md."""
	return SECTION.format(kept=counts["recorded"] + counts["charged"] + counts["opened"], **counts)


class Noise:
	"""Frames by a seed: bytes, broken JSON, and requests whose fields hold anything."""

	def __init__(self, seed: int) -> None:
		self._chance = random.Random(seed)

	def frame(self) -> str:
		kind = self._chance.random()
		if kind < 0.15:
			return "".join(
				self._chance.choices(string.printable + "\x00\x1b\ud800é", k=self._chance.randrange(200))
			)
		text = json.dumps(self._request())
		if kind < 0.3:
			cut = self._chance.randrange(len(text))
			return text[:cut] + self._chance.choice(["", "}", "]", '"', "\x00"]) + text[cut + 1 :]
		return text

	def _request(self) -> dict[str, Any]:
		asked = {name: self._value(0) for name in self._chance.sample(FIELDS, self._chance.randrange(8))}
		return {"op": self._chance.choice(OPERATIONS), **asked}

	def _value(self, depth: int) -> Any:  # noqa: ANN401 - anything is the point
		chance = self._chance
		if depth < 3 and chance.random() < 0.2:
			return [self._value(depth + 1) for _ in range(chance.randrange(4))]
		if depth < 3 and chance.random() < 0.2:
			return {
				"columns": 42,
				"elements": [{"type": chance.choice(TYPES), "text": self._value(depth + 1)}],
			}
		plain = (
			None,
			True,
			0,
			-1,
			2**70,
			1.5,
			"",
			"T1",
			"receipt",
			"scale",
			"terminal",
			"\x1bp\x00\x19\x19",
			"EUR",
		)
		long = "x" * chance.randrange(5_000)
		return chance.choice((*plain, long, "".join(chance.choices(string.printable, k=30))))


async def fuzz(frames: int, seed: int) -> Fuzzed:
	"""Throw that many frames at an agent of its own."""
	with tempfile.TemporaryDirectory(prefix="pos-bridge-fuzz-") as folder:
		store = open_shelf(Path(folder))
		spool = PrintSpool(store, {RECEIPT_PRINTER: VirtualPrinter()}, Path(folder) / "cache")
		process = TillProcess(store, spool, attach({"scale": "virtual", "terminal": "simulated"}))
		await process.start()
		try:
			return await _thrown(process, frames, seed)
		finally:
			await process.stop()


async def _thrown(process: TillProcess, frames: int, seed: int) -> Fuzzed:
	noise, answers, faults = Noise(seed), {}, 0
	before, page = 0, Operations(process)
	await _warm(process)
	tracemalloc.start()
	for number in range(frames):
		if number % FRAMES_OF_A_PAGE == 0:
			page = Operations(process, "https://erp.example.com")
			await page.answer('{"op": "hello", "protocol": 1, "till": "T1"}')
		if number == int(frames * SETTLED_AFTER):
			before = _memory()
		answer = await page.answer(noise.frame())
		faults += answer.get("code") == "fault"
		answers[answer["op"]] = answers.get(answer["op"], 0) + 1
		await asyncio.sleep(0)
	left = _memory() - before
	tracemalloc.stop()
	counted = (_count(process, table) for table in ("entry", "card_payment", "drawer_opening"))
	return Fuzzed(frames, seed, answers, faults, *counted, max(left, 0))


async def _warm(process: TillProcess) -> None:
	"""Print once, so that what is loaded with the first receipt is not taken for memory that stays."""
	document = {"columns": 42, "elements": [{"type": "text", "text": "warm"}, {"type": "cut"}]}
	await process.spool.submit("warm:receipt", RECEIPT_PRINTER, document, False, "warm")
	while not _count(process, "print_job WHERE state = 'printed'"):
		await asyncio.sleep(0.01)


def _memory() -> int:
	gc.collect()
	return tracemalloc.get_traced_memory()[0]


def _count(process: TillProcess, table: str) -> int:
	return int(process.store.read(lambda db: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]))


def main() -> int:
	frames = int(sys.argv[1]) if len(sys.argv) > 1 else FRAMES
	fuzzed = asyncio.run(fuzz(frames, time.time_ns() % 1_000_000))
	print(json.dumps(asdict(fuzzed)))
	return 0 if fuzzed.whole else 1


if __name__ == "__main__":
	sys.exit(main())
