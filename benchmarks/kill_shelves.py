"""Kills a browser that writes to four shelves at once, starts it twice, and counts broken promises.

`python -m benchmarks.kill_shelves [kills] [seed]` prints one JSON object; exit 1 if our own shelf lost
anything. The shelves: IndexedDB with relaxed and with strict durability, a bare file in the origin-private
file system, and the till's daybook in the till's page, which is alone. Each has an origin of its own, so
that one's wipe is not another's. The first three are cleared before they write again; ours is asked for
everything in the end.
"""

import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from benchmarks.browser import chromium_processes, kill, kill_chromium, open_chromium
from benchmarks.floors.build import bare_server
from benchmarks.page.driver import SEARCH_FIELD
from benchmarks.page.offline import be_ready, devtools, open_watched
from benchmarks.processes import Demo
from benchmarks.till import random_sale
from pos_bridge.core.entry import uuid7
from pos_bridge.core.sale_body import sale_body

KILLS = 50
BARE = ("indexeddb_relaxed", "indexeddb_strict", "opfs")
OURS = "ours"
Record = int | tuple[str, ...]
"""A number, or id and hash of an entry."""
FOLDER = Path(__file__).with_name("shelves")
EARLIEST_KILL_SECONDS = 0.05
LATEST_KILL_SECONDS = 0.8
LATE_NEWS_SECONDS = 0.5
DRAFTS = 1_000
"""More than a daybook can record before the latest kill."""
FIRST_RESTART, SECOND_RESTART = range(2)
UNSURE = 1_000_000
"""Numbers between two rounds: those put behind the last acknowledged one may be there or not."""
APPEND = """(from) => void shelf.append(from, (number) => acknowledged(JSON.stringify(number)))"""
SELL = (
	"""(drafts) => void posBridgeStart.sell(drafts, (id, hash) => acknowledged(JSON.stringify([id, hash])))"""
)


SECTION = """`benchmarks/kill_shelves.py`: the till's page and three bare ones append records of a
sale's size to their shelves as fast as they go, and tell from outside of the browser what
was acknowledged. Every process of the browser gets SIGKILL at a random moment; then it is
started twice, and each time asked for what it had acknowledged. {kills} kills, seed
{seed}.

| shelf | acknowledged | missing after the first restart | … after the second | whole wipes |
|---|---|---|---|---|
{rows}"""
SHOWN = {
	"indexeddb_relaxed": "IndexedDB, relaxed",
	"indexeddb_strict": "IndexedDB, strict",
	"opfs": "a file in the origin-private file system, flushed",
	OURS: "**the till's daybook**",
}


@dataclass(slots=True)
class Shelf:
	"""What one shelf promised, and what of it was gone; a wipe left nothing."""

	promised: dict[Record, None] = field(default_factory=dict)
	checked: list[Record] = field(default_factory=list)
	highest: int = 0
	acknowledged: int = 0
	missing: list[int] = field(default_factory=lambda: [0, 0])
	wipes: int = 0

	def promise(self, *records: Record) -> None:
		self.promised |= dict.fromkeys(records)
		self.acknowledged += len(records)

	def promise_up_to(self, number: int) -> None:
		"""Numbers are put one after the other: whoever has one has those before it."""
		self.promise(*range(self.highest + 1, number + 1))
		self.highest = number

	def found_missing(self, restart: int, missing: Sequence[Record]) -> None:
		"""What is gone is counted once and not asked for again."""
		self.wipes += int(bool(missing) and len(missing) == len(self.promised))
		self.missing[restart] += len(missing)
		for record in missing:
			del self.promised[record]

	def checked_twice(self) -> None:
		"""What is there after both restarts is looked for once more in the end, if the shelf keeps it."""
		self.checked += self.promised
		self.promised = {}

	def fields(self) -> dict[str, int]:
		after = {f"missing_after_restart_{number}": count for number, count in enumerate(self.missing, 1)}
		return {"acknowledged": self.acknowledged, **after, "wipes": self.wipes}


class Killing:
	"""One profile, four origins, many kills."""

	def __init__(self, playwright: Playwright, profile: Path, urls: Mapping[str, str], seed: int) -> None:
		self.playwright = playwright
		self.profile = profile
		self.urls = urls
		self.random = random.Random(seed)
		self.shelves = {name: Shelf() for name in (*BARE, OURS)}

	def run(self, kills: int) -> None:
		"""The session that looks a second time after a kill goes on to write until the next one."""
		for number in range(kills):
			with self._browser() as pages:
				self._look(pages, number and SECOND_RESTART)
				self._write(pages)
			with self._browser() as pages:
				self._look(pages, FIRST_RESTART)
				pages[OURS].context.close()
			_say(number + 1, self.shelves)
		ours = self.shelves[OURS]
		ours.promised |= dict.fromkeys(ours.checked)
		with self._browser() as pages:
			self._look(pages, SECOND_RESTART)

	@contextmanager
	def _browser(self) -> Iterator[dict[str, Page]]:
		"""All four pages, open and ready to write; nothing of the browser is left afterwards."""
		context = open_chromium(self.playwright, self.profile)
		try:
			yield {name: self._open(context, name) for name in self.shelves}
		finally:
			kill_chromium(self.profile)

	def _open(self, context: BrowserContext, name: str) -> Page:
		page = context.new_page()
		session = devtools(page)
		session.send("Runtime.enable")
		session.send("Runtime.addBinding", {"name": "acknowledged"})
		session.on(
			"Runtime.bindingCalled", lambda call: self._acknowledged(name, json.loads(call["payload"]))
		)
		if name == OURS:
			open_watched(page, self.urls[name])
			page.wait_for_selector(SEARCH_FIELD)
		else:
			page.goto(f"{self.urls[name]}/shelf.html")
		return page

	def _acknowledged(self, name: str, said: int | list[str]) -> None:
		if isinstance(said, int):
			self.shelves[name].promise_up_to(said)
		else:
			self.shelves[name].promise(tuple(said))

	def _look(self, pages: Mapping[str, Page], restart: int) -> None:
		for name in BARE:
			kept = set(pages[name].evaluate("(kind) => shelf.open(kind)", name))
			shelf = self.shelves[name]
			shelf.found_missing(restart, [number for number in shelf.promised if number not in kept])
		ours = self.shelves[OURS]
		missing = pages[OURS].evaluate("(pairs) => posBridgeStart.missing(pairs)", list(ours.promised))
		ours.found_missing(restart, [tuple(pair) for pair in missing])

	def _write(self, pages: Mapping[str, Page]) -> None:
		"""All at once, until every process of the browser is killed at some moment."""
		self.shelves[OURS].checked_twice()
		drafts = [_draft(self.random) for _ in range(DRAFTS)]
		victims = list(chromium_processes(self.profile))
		for name in BARE:
			shelf = self.shelves[name]
			shelf.checked_twice()
			shelf.highest += UNSURE
			pages[name].evaluate(APPEND, shelf.highest + 1)
		pages[OURS].evaluate(SELL, drafts)
		seconds = self.random.uniform(EARLIEST_KILL_SECONDS, LATEST_KILL_SECONDS)
		killing = threading.Timer(seconds, kill, (victims,))
		killing.start()
		# What was acknowledged before it died may still be on its way to us.
		with contextlib.suppress(PlaywrightError):
			pages[OURS].wait_for_timeout((seconds + LATE_NEWS_SECONDS) * 1_000)
		killing.join()


def _draft(chance: random.Random) -> dict[str, Any]:
	now = datetime.now(timezone.utc)
	return {
		"id": uuid7(int(now.timestamp() * 1_000), chance.randbytes(10)),
		"kind": "sale",
		"body": sale_body(random_sale(chance)),
		"cashier": "Ada",
		"business_date": now.date().isoformat(),
		"occurred_at": now.isoformat(timespec="milliseconds"),
	}


def _say(kills: int, shelves: Mapping[str, Shelf]) -> None:
	counts = {name: [shelf.acknowledged, *shelf.missing] for name, shelf in shelves.items()}
	print(
		f"{time.strftime('%H:%M:%S')} {kills} kills, acknowledged and missing: {counts}",
		file=sys.stderr,
		flush=True,
	)


@contextmanager
def _origins(playwright: Playwright, profile: Path, folder: Path) -> Iterator[dict[str, str]]:
	"""Where each shelf's page comes from; the till's starts alone, for its company is gone."""
	with Demo(folder / "company") as demo:
		be_ready(playwright, profile, demo.url)
	with ExitStack() as servers:
		bare = {name: servers.enter_context(bare_server("--folder", str(FOLDER)))[0] for name in BARE}
		yield {**bare, OURS: demo.url}


def survive(kills: int, seed: int) -> dict[str, Any]:
	"""Kill `kills` times in a temporary profile and count."""
	temporary = tempfile.TemporaryDirectory(prefix="pos-bridge-shelves-", ignore_cleanup_errors=True)
	with temporary as name, sync_playwright() as playwright:
		profile = Path(name) / "profile"
		with _origins(playwright, profile, Path(name)) as urls:
			killing = Killing(playwright, profile, urls, seed)
			killing.run(kills)
	return {"kills": kills, "seed": seed, **{name: shelf.fields() for name, shelf in killing.shelves.items()}}


def lost(account: Mapping[str, Any]) -> int:
	"""Acknowledged records that our own shelf lost."""
	return int(account[OURS]["missing_after_restart_1"]) + int(account[OURS]["missing_after_restart_2"])


def section(account: Mapping[str, Any]) -> str:
	"""For docs/proof.md."""
	rows = (f"| {' | '.join([shown, *map(str, account[name].values())])} |" for name, shown in SHOWN.items())
	return SECTION.format(kills=account["kills"], seed=account["seed"], rows="\n".join(rows))


def main() -> int:
	kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
	seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 1_000_000
	account = survive(kills, seed)
	print(json.dumps(account))
	return 1 if lost(account) else 0


if __name__ == "__main__":
	sys.exit(main())
