"""Figures of a till's start, from navigation to the first scan: alone after a power cut, and warm."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from benchmarks.browser import open_chromium
from benchmarks.figure import Figure
from benchmarks.floors.build import bare_server, build_floors, write_items
from benchmarks.page.driver import ITEMS, catalogue, demo_of
from benchmarks.page.offline import be_ready, first_scan, started

ROUNDS = 9
WARM_UP_ROUNDS = 1
SLOWER = 4
USABLE_ITEMS = 10_000
VERIFIED = "body[data-ready] #bare > *"


@dataclass(frozen=True, slots=True)
class Place:
	"""A page that can start alone: where it was served, and the profile that keeps it."""

	url: str
	path: str
	profile: Path


@contextmanager
def _places(playwright: Playwright) -> Iterator[tuple[Place, Place]]:
	"""Our till and the bare page, each made ready for offline; what served them is gone."""
	with tempfile.TemporaryDirectory(prefix="pos-bridge-cold-", ignore_cleanup_errors=True) as name:
		folder = Path(name)
		with demo_of(ITEMS, folder / "demo") as demo:
			ours = Place(demo.url, "/till", folder / "till")
			be_ready(playwright, ours.profile, demo.url)
		yield ours, _bare_place(playwright, folder)


def _bare_place(playwright: Playwright, folder: Path) -> Place:
	served = folder / "floors"
	build_floors(served)
	write_items(served, catalogue())
	with bare_server("--folder", str(served)) as (url, _):
		place = Place(url, "/cold.html", folder / "bare")
		prepare_bare(playwright, place)
	return place


def prepare_bare(playwright: Playwright, place: Place) -> None:
	"""Filled, and loaded twice under its service worker, which keeps what it sees."""
	context = open_chromium(playwright, place.profile)
	page = context.new_page()
	page.goto(place.url + place.path)
	page.evaluate("() => prepare()")
	for _ in range(2):
		page.reload()
		page.wait_for_selector(VERIFIED, state="attached")
	context.close()


def cold() -> list[Figure]:
	"""Ours and the bare page by turns, each killed after every start; at full speed, then slowed down."""
	with sync_playwright() as playwright, _places(playwright) as (ours, floor):
		fast = _by_turns(lambda place: _cold_start(playwright, place, 1), ours, floor)
		weak = _by_turns(lambda place: _cold_start(playwright, place, SLOWER), ours, floor)
	return [
		Figure.median("cold_offline_start_ms", *fast, _how("")),
		Figure.median(
			"cold_offline_start_weak_ms", *weak, _how(f", the CPU slowed down {SLOWER} times by DevTools")
		),
	]


def _by_turns(start: Callable[[Place], float], ours: Place, floor: Place) -> tuple[list[float], list[float]]:
	pairs = [(start(ours), start(floor)) for _ in range(WARM_UP_ROUNDS + ROUNDS)][WARM_UP_ROUNDS:]
	return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _cold_start(playwright: Playwright, place: Place, slower: float) -> float:
	with started(
		playwright, place.profile, place.url, path=place.path, pays=place.path == "/till", slower=slower
	) as now:
		return now.marks["line"]


def _how(slowed: str) -> str:
	return (
		f"From navigation to the first scanned line being laid out{slowed}; {ITEMS:,} items, the browser was "
		"killed (SIGKILL) before, nothing listens on the server's port, and the HTTP cache is empty. Scans "
		"are sent from inside the page every few milliseconds until one leads to a line; then the sale is "
		f"paid. {WARM_UP_ROUNDS} warm-up round left out. Floor: a bare Vue page kept by a bare service "
		"worker, with the same barcodes as one sorted column in IndexedDB and 20 lines in a file that its "
		"worker verifies, by turns. Measured earlier: POS Awesome shows a list after 34,000 and never lets "
		"one sell; ERPNext POS and POSNext can't start."
	)


def warm() -> list[Figure]:
	"""Opened again and again in a running browser, with agent and company there."""
	with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="pos-bridge-warm-") as name:
		folder = Path(name)
		floor = _bare_place(playwright, folder)
		with demo_of(USABLE_ITEMS, folder / "demo") as demo:
			ours = Place(demo.url, "/till", folder / "till")
			be_ready(playwright, ours.profile, demo.url)
			samples = _warm_starts(playwright, ours), _warm_starts(playwright, floor)
	how = (
		f"From navigation to the first scanned line being laid out, the browser running, {USABLE_ITEMS:,} "
		f"items, agent and company there; scans as for cold_offline_start_ms. {WARM_UP_ROUNDS} warm-up round "
		"left out. Floor: that of cold_offline_start_ms, warm. Measured earlier: POS Awesome 4,900 to 9,700, "
		"ERPNext POS 2,400 to 2,900."
	)
	return [Figure.median("usable_ms", *samples, how)]


def _warm_starts(playwright: Playwright, place: Place) -> list[float]:
	context = open_chromium(playwright, place.profile)
	try:
		taken = [
			first_scan(context, place.url, path=place.path, pays=place.path == "/till")
			for _ in range(WARM_UP_ROUNDS + ROUNDS)
		]
	finally:
		context.close()
	return taken[WARM_UP_ROUNDS:]
