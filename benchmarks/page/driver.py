"""A cashier who is a program: opens the till and presses real keys; the probe says how long it took.

It knows the page by what a person or a screen reader sees of it, and by its test ids.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.browser import CHROMIUM, open_chromium
from benchmarks.floors.build import bare_server, build_floors, write_items
from benchmarks.processes import Demo
from pos_bridge.agent.standalone.demo_shop import goods
from pos_bridge.core.catalogue import Item

ITEMS = 100_000
PROBE = Path(__file__).with_name("probe.js")
PAGE = Path(__file__).parents[2] / "pos_bridge/public/till/index.html"
WAIT_MS = 30_000
SEARCHABLE_MS = 60_000
SCANNED_MS = 2_000
SCAN_TRIES = 10

SEARCH_FIELD = "[role=search] input"
TOTAL = "[data-testid=total]"
LINE = ".lines > li"

Shown = dict[str, str]


@cache
def catalogue() -> Sequence[Item]:
	"""The demo's items, as the demo itself makes them."""
	return [stocked.item for stocked in goods(ITEMS)]


def sold_by_piece(first: int, count: int) -> list[Item]:
	"""`count` items with a code and a price of their own, from the `first` on."""
	return [item for item in catalogue()[first:] if item.gtins and not item.weighed][:count]


@dataclass(frozen=True)
class WatchedPage:
	"""A page with the probe in it."""

	page: Page

	@classmethod
	def open(cls, context: BrowserContext, url: str) -> "WatchedPage":
		page = context.new_page()
		page.set_default_timeout(WAIT_MS)
		page.add_init_script(path=PROBE)
		page.goto(url)
		return cls(page)

	def scan(self, code: str) -> None:
		"""As a scanner does that is plugged in as a keyboard."""
		self.page.keyboard.type(code)
		self.page.keyboard.press("Enter")

	def arm(self, key: str, *shown: Shown) -> None:
		self.page.evaluate("([key, shown]) => posBridgeProbe.arm(key, shown)", [key, shown])

	def result(self) -> dict[str, Any]:
		result: dict[str, Any] = self.page.evaluate("() => posBridgeProbe.result()")
		return result

	def timed_answer(self, key: str, kind: str) -> float:
		"""Milliseconds from the key to the first answer of that kind."""
		self.arm(key)
		self.page.keyboard.press(key)
		return float(self.page.evaluate("(kind) => posBridgeProbe.answer(kind)", kind))

	def text(self, selector: str) -> str:
		return self.page.inner_text(selector).strip()

	def fill_cart(self, items: Sequence[Item]) -> None:
		"""Scan what is not timed. Keys that a busy machine held up are no scan: then it is scanned again."""
		for count, item in enumerate(items, start=1):
			if not any(self._scanned(item, count) for _ in range(SCAN_TRIES)):
				raise RuntimeError(f"{item.name} did not come into the cart in {SCAN_TRIES} scans.")

	def _scanned(self, item: Item, count: int) -> bool:
		self.scan(item.gtins[0])
		try:
			self.wait_for_lines(count, SCANNED_MS)
		except PlaywrightTimeout:
			self.page.keyboard.press("Escape")
			return False
		return True

	def wait_for_lines(self, count: int, limit_ms: int = WAIT_MS) -> None:
		script = "([line, count]) => document.querySelectorAll(line).length === count"
		self.page.wait_for_function(script, arg=[LINE, count], timeout=limit_ms)


class TillPage(WatchedPage):
	"""The real page, with a cashier chosen and its catalogue in memory."""

	@classmethod
	def start(cls, context: BrowserContext, demo: Demo) -> "TillPage":
		till = cls.open(context, f"{demo.url}/till")
		till.choose_cashier()
		till.wait_until_searchable()
		return cls(till.page)

	def choose_cashier(self) -> None:
		self.page.wait_for_selector("dialog[open] li button").click()
		self.page.wait_for_selector("dialog[open]", state="detached")

	def wait_until_searchable(self) -> None:
		"""The index is built in the background: words answer when the last item is found by its code."""
		code = catalogue()[-1].item
		self.page.fill(SEARCH_FIELD, code)
		self.page.wait_for_selector(f".tile:has-text('{catalogue()[-1].name}')", timeout=SEARCHABLE_MS)
		self.page.keyboard.press("Escape")


@dataclass(frozen=True)
class Bench:
	"""A till's page and the floor's page, side by side in one browser."""

	demo: Demo
	till: TillPage
	floor: WatchedPage
	floor_url: str


@contextmanager
def empty_browser() -> Iterator[BrowserContext]:
	"""A browser that has never seen a till; its profile is removed afterwards."""
	if not CHROMIUM:
		raise RuntimeError("No Chromium on this machine: `make chromium` installs it.")
	if not PAGE.exists():
		raise RuntimeError("The page is not built: `make page` builds it.")
	profile = tempfile.TemporaryDirectory(prefix="pos-bridge-profile-", ignore_cleanup_errors=True)
	with profile as folder, sync_playwright() as playwright:
		context = open_chromium(playwright, Path(folder))
		try:
			yield context
		finally:
			context.close()


@contextmanager
def demo_of_100_000() -> Iterator[Demo]:
	with (
		tempfile.TemporaryDirectory(prefix="pos-bridge-demo-") as folder,
		demo_of(ITEMS, Path(folder)) as demo,
	):
		yield demo


def demo_of(items: int, folder: Path) -> Demo:
	return Demo(folder, arguments=("--items", str(items)))


@contextmanager
def floors() -> Iterator[str]:
	"""The floors' pages, built and served with the same items."""
	with tempfile.TemporaryDirectory(prefix="pos-bridge-floors-") as folder:
		build_floors(Path(folder))
		write_items(Path(folder), catalogue())
		with bare_server("--folder", folder) as (url, _):
			yield url


@contextmanager
def bench() -> Iterator[Bench]:
	"""Everything that a figure of the page is measured with."""
	with demo_of_100_000() as demo, floors() as floor_url, empty_browser() as context:
		floor = WatchedPage.open(context, f"{floor_url}/bare.html")
		floor.page.wait_for_selector("body[data-ready]")
		till = TillPage.start(context, demo)
		yield Bench(demo, till, floor, floor_url)
