"""Figures of an empty till's first start: how much JavaScript it loads, and how long until it can scan."""

import gzip
import re
import tempfile
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Page, Request

from benchmarks.figure import Figure
from benchmarks.floors.build import build_floors
from benchmarks.page.driver import (
	ITEMS,
	LINE,
	SEARCH_FIELD,
	TillPage,
	demo_of_100_000,
	empty_browser,
	sold_by_piece,
)
from benchmarks.processes import Demo

ROUNDS = 7
KB = 1_000
GZIP_LEVEL = 6
"""The usual level of web servers."""
BARE_LOAD = Path(__file__).with_name("bare_load.js").read_text(encoding="utf-8")
UNTIL_SHOWN = """(field) => new Promise((resolve) => {
	const shown = () => document.querySelector(field)?.getBoundingClientRect().height > 0;
	const look = () => shown() && resolve(performance.now());
	new MutationObserver(look).observe(document, { subtree: true, childList: true });
	look();
})"""


def catalogue() -> list[Figure]:
	"""Each round in a browser that never saw the till, ours and the bare one by turns."""
	with demo_of_100_000() as demo:
		first = _first_load(demo)
		pairs = [(_first_load(demo), _bare_load(demo)) for _ in range(ROUNDS)]
	ours, floor = zip(*pairs, strict=True)
	how = (
		"From navigation in an empty browser profile to the sell screen being laid out: page loaded, till "
		f"enrolled, {ITEMS:,} items fetched over HTTP, kept in IndexedDB and in memory, daybook opened; "
		f"then the last item's code is scanned to prove it. The first load, {first:,.0f} ms, in which the "
		"company still encodes its catalogue, is left out. Floor: bare fetch of the same chunks from the "
		"same server, six at a time, and their texts put into IndexedDB, by turns. Measured earlier: POS "
		"Awesome 18,000 for 10,000 items, 81 % of 100,000 after 132,000."
	)
	return [Figure.median("catalogue_load_ms", ours, floor, how)]


def _first_load(demo: Demo) -> float:
	with empty_browser() as context:
		page = context.new_page()
		page.goto(f"{demo.url}/till", wait_until="commit")
		took = float(page.evaluate(UNTIL_SHOWN, SEARCH_FIELD))
		_require_scan(TillPage(page))
	return took


def _require_scan(till: TillPage) -> None:
	till.choose_cashier()
	item = sold_by_piece(ITEMS - 10, 10)[-1]
	till.scan(item.gtins[0])
	till.page.wait_for_selector(f"{LINE}:has-text('{item.name}')")


def _bare_load(demo: Demo) -> float:
	with empty_browser() as context:
		page = context.new_page()
		page.goto(f"{demo.url}/agent/status")
		return float(page.evaluate(BARE_LOAD))


def javascript() -> list[Figure]:
	"""What the browser asked for until the first scan was answered, and Vue alone by the same vite."""
	with demo_of_100_000() as demo, empty_browser() as context:
		page = context.new_page()
		scripts = _scripts_of(page)
		page.goto(f"{demo.url}/till")
		_require_scan(TillPage(page))
		sizes = {url.rsplit("/", 1)[-1]: _gzipped(_body(url)) for url in sorted(scripts)}
	total = sum(sizes.values()) / KB
	parts = ", ".join(f"{name} {size / KB:.1f}" for name, size in sizes.items())
	how = (
		"All JavaScript that Chromium asks for from an empty profile to the first scanned line, workers "
		f"too, each file gzip -{GZIP_LEVEL}: {parts}. Floor: Vue's runtime with one text, by the same vite. "
		"Measured earlier: POS Awesome 1,830 and 264 of CSS, ERPNext POS 1,117 and 100."
	)
	return [Figure.median("page_js_gz_kb", [total], [_vue_alone()], how)]


def _scripts_of(page: Page) -> set[str]:
	"""Filled while the page loads."""
	scripts: set[str] = set()

	def asked(request: Request) -> None:
		if request.url.partition("?")[0].endswith(".js"):
			scripts.add(request.url)

	page.on("request", asked)
	page.on("worker", lambda worker: scripts.add(worker.url))
	return scripts


def _vue_alone() -> float:
	with tempfile.TemporaryDirectory(prefix="pos-bridge-floors-") as folder:
		build_floors(Path(folder))
		page = Path(folder, "vue_alone.html").read_text(encoding="utf-8")
		names: Iterable[str] = re.findall(r"(?:src|href)=\"\./([^\"]+\.js)\"", page)
		return sum(_gzipped(Path(folder, name).read_bytes()) for name in names) / KB


def _body(url: str) -> bytes:
	with urllib.request.urlopen(url, timeout=10) as answer:
		body: bytes = answer.read()
		return body


def _gzipped(body: bytes) -> int:
	return len(gzip.compress(body, GZIP_LEVEL, mtime=0))
