"""A till that is alone for 30 days and sells 20,000 times, is started again, and then sends all of it.

`python -m benchmarks.thirty_days [--entries N] [--days N] [--items N] [--restarts N]` prints one JSON
object; exit 1 if an entry is missing at the company, doubled or out of its chain, if a hop refused one, or
if a process needed more than 200 MB for it. Of the page that is what its process holds beside Chromium's own
program files, in a browser that is told to save memory: elsewhere V8 leaves garbage lying for as long as
there is room, and the figure says more of the machine than of the page.

Each day the browser is started without a network and killed in the end; the entries are recorded by the
page's own daybook, and then carried away twice: through the agent, and by the page.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, Playwright, sync_playwright

from benchmarks.agent.chain import Chain, posted, read_chain, recorded
from benchmarks.agent.company_alone import alone
from benchmarks.agent.memory import highest_mb, own_mb, resident_mb
from benchmarks.browser import chromium_processes, command_of
from benchmarks.page.offline import be_ready, copied, started
from benchmarks.processes import Demo
from benchmarks.till import random_sale
from pos_bridge.core.entry import uuid7
from pos_bridge.core.sale_body import sale_body

ENTRIES = 20_000
DAYS = 30
ITEMS = 100_000
RESTARTS = 5
RECORDED_TOGETHER = 500
OPENED_AT_HOUR = 8
SECONDS_BETWEEN_SALES = 45
LIMIT_MB = 200
SAVES_MEMORY = ("--enable-low-end-device-mode",)
"""As Chromium starts by itself on computers with little memory."""
UNSENT = re.compile(r"\d+ entr(y|ies)")
"""What the page's status says while the company has not answered for all of them."""
SENT_SECONDS = 1_200.0
BOOKED_SECONDS = 1_200.0
LOOK_SECONDS = 0.25


class LonelyTill:
	"""One till, the folder of its company, and the profile of its browser."""

	def __init__(self, playwright: Playwright, folder: Path, items: int, seed: int) -> None:
		self.playwright = playwright
		self.folder = folder
		self.profile = folder / "profile"
		self.demo = Demo(folder / "company", arguments=("--items", str(items)))
		self.items = items
		self.random = random.Random(seed)
		self.recorded = 0
		self.starts: dict[int, float] = {}
		self.writing_seconds = 0.0

	def enrol(self) -> None:
		with self.demo:
			be_ready(self.playwright, self.profile, self.demo.url)

	def live_through(self, days: int, entries: int) -> None:
		"""Every day a start, its sales, and a power cut."""
		today = datetime.now(timezone.utc)
		for day in range(days):
			due = entries * (day + 1) // days - self.recorded
			self._day(today - timedelta(days=days - 1 - day), due)

	def _day(self, day: datetime, sales: int) -> None:
		with started(self.playwright, self.profile, self.demo.url, pays=True) as now:
			self.starts[self.recorded] = round(now.marks["line"])
			self.recorded += 1
			drafts = [self._draft(day, number) for number in range(sales - 1)]
			from_start = time.monotonic()
			for first in range(0, len(drafts), RECORDED_TOGETHER):
				self._record(now.page, drafts[first : first + RECORDED_TOGETHER])
			self.writing_seconds += time.monotonic() - from_start
			_require_no_faults(now.page)

	def _record(self, page: Page, drafts: list[dict[str, Any]]) -> None:
		sequences = page.evaluate("(drafts) => posBridgeStart.record(drafts)", drafts)
		if sequences != [self.recorded + number + 1 for number in range(len(drafts))]:
			raise RuntimeError(f"The daybook gave {sequences[0]} to {sequences[-1]} behind {self.recorded}.")
		self.recorded += len(drafts)

	def _draft(self, day: datetime, number: int) -> dict[str, Any]:
		opened = day.replace(hour=OPENED_AT_HOUR, minute=0, second=0, microsecond=0)
		at = opened + timedelta(seconds=number * SECONDS_BETWEEN_SALES)
		return {
			"id": uuid7(int(at.timestamp() * 1_000), self.random.randbytes(10)),
			"kind": "sale",
			"body": sale_body(random_sale(self.random)),
			"cashier": "Ada",
			"business_date": day.date().isoformat(),
			"occurred_at": at.isoformat(timespec="milliseconds"),
		}

	def restart(self, rounds: int) -> dict[str, float]:
		"""Medians over some starts with everything unsent, each after a SIGKILL and without a network."""
		seen: list[Mapping[str, float]] = []
		for _ in range(rounds):
			with started(self.playwright, self.profile, self.demo.url, pays=True) as now:
				_require_no_faults(now.page)
				seen.append(now.marks)
			self.recorded += 1
		names = {"first_scan_ms": "line", "pay_open_ms": "pay", "paid_ms": "paid"}
		return {said: round(median(marks[name] for marks in seen)) for said, name in names.items()}

	def send(self, way: str) -> dict[str, Any]:
		"""Start on a copy of browser and company, and wait until the company has booked all of it."""
		profile = copied(self.profile, self.folder / f"profile_{way}")
		folder = copied(self.demo.folder, self.folder / f"company_{way}")
		with (
			self._server(way, folder) as server,
			started(self.playwright, profile, self.demo.url, scans=False, arguments=SAVES_MEMORY) as now,
		):
			shelf = folder / "company.sqlite"
			seconds, page_mb = _until_sent(now.page, shelf, self.recorded, renderer_of(profile))
			chain = _booked(shelf, self.recorded)
			_require_no_faults(now.page)
			sent = now.page.evaluate("() => posBridgeStart.sent")
			memory = {"server": highest_mb(server), "page": page_mb}
		return {
			"sent_s": round(seconds, 1),
			"memory_mb": memory,
			**chain.fields(self.recorded),
			**sent,
		}

	@contextmanager
	def _server(self, way: str, folder: Path) -> Iterator[int]:
		"""The process of agent and company, or of the company alone."""
		if way == "direct":
			with alone(self.demo.port, folder, self.items) as process:
				yield process.pid
			return
		with Demo(folder, port=self.demo.port, arguments=self.demo.arguments) as demo:
			assert demo.process
			yield demo.process.pid


def renderer_of(profile: Path) -> int:
	"""The process of the till's page: the largest, for the browser keeps an empty one ready."""
	own = [process for process in chromium_processes(profile) if "--type=renderer" in command_of(process)]
	return max(own, key=resident_mb)


def _until_sent(page: Page, shelf: Path, entries: int, renderer: int) -> tuple[float, int]:
	"""Seconds until the company has them all and the page knows it, and the most MB its process held."""
	from_start = time.monotonic()
	status = page.get_by_test_id("status")
	most = 0
	while recorded(shelf) < entries or UNSENT.search(status.inner_text()):
		most = max(most, own_mb(renderer))
		if time.monotonic() - from_start > SENT_SECONDS:
			raise RuntimeError(f"Not sent within {SENT_SECONDS:.0f} s: {status.inner_text()}")
		page.wait_for_timeout(LOOK_SECONDS * 1_000)
	return time.monotonic() - from_start, most


def _booked(shelf: Path, entries: int) -> Chain:
	"""What the company has, once it has posted as much as it should have, or time is up."""
	deadline = time.monotonic() + BOOKED_SECONDS
	while posted(shelf) < entries and time.monotonic() < deadline:
		time.sleep(LOOK_SECONDS)
	return read_chain(shelf)


def _require_no_faults(page: Page) -> None:
	if faults := page.evaluate("() => posBridgeStart.faults"):
		raise RuntimeError(f"The page met faults: {faults}")


def thirty_days(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
	with sync_playwright() as playwright:
		till = LonelyTill(playwright, folder, options.items, options.seed)
		_say("enrolling")
		till.enrol()
		_say(f"{options.days} days")
		till.live_through(options.days, options.entries)
		_say("restarting")
		restart = till.restart(options.restarts)
		ways = {}
		for way in ("through_agent", "direct"):
			_say(f"sending {way}")
			ways[way] = till.send(way)
	return {
		"entries": till.recorded,
		"days": options.days,
		"items": options.items,
		"seed": options.seed,
		"recorded_per_s": round(options.entries / till.writing_seconds),
		"first_scan_ms_by_entries": till.starts,
		"restart": restart,
		**ways,
	}


def is_whole(account: Mapping[str, Any]) -> bool:
	"""Everything arrived once, in its chain, without a refusal, within the memory that was allowed."""
	ways = (account["through_agent"], account["direct"])
	counts = ("missing", "doubled", "out_of_chain", "quarantined", "unbooked", "refused")
	return not any(way[name] for way in ways for name in counts) and all(
		most <= LIMIT_MB for way in ways for most in way["memory_mb"].values()
	)


def _say(words: str) -> None:
	print(f"{time.strftime('%H:%M:%S')} {words}", file=sys.stderr, flush=True)


def main() -> int:
	parser = argparse.ArgumentParser(prog="python -m benchmarks.thirty_days")
	parser.add_argument("--entries", type=int, default=ENTRIES)
	parser.add_argument("--days", type=int, default=DAYS)
	parser.add_argument("--items", type=int, default=ITEMS)
	parser.add_argument("--restarts", type=int, default=RESTARTS)
	parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
	options = parser.parse_args()
	with tempfile.TemporaryDirectory(prefix="pos-bridge-days-", ignore_cleanup_errors=True) as folder:
		account = thirty_days(options, Path(folder))
	print(json.dumps(account))
	return 0 if is_whole(account) else 1


if __name__ == "__main__":
	sys.exit(main())
