"""A till whose browser is killed and started without any network; the page itself says how long it took."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright

from benchmarks.browser import kill_chromium, open_chromium
from benchmarks.page.driver import LINE, TillPage, sold_by_piece

START_PROBE = Path(__file__).with_name("start_probe.js").read_text(encoding="utf-8")
READY = "Ready for offline"
READY_MS = 60_000
START_MS = 120_000
FIRST_SCANNED = 300


@dataclass(frozen=True, slots=True)
class Started:
	"""A page that came up, and when it did what, in milliseconds since its navigation."""

	page: Page
	marks: dict[str, float]


def devtools(page: Page) -> CDPSession:
	return page.context.new_cdp_session(page)


def promise_storage(page: Page, url: str) -> None:
	"""An installed page has this promise for good, an automated browser gets it at each start."""
	devtools(page).send("Browser.grantPermissions", {"permissions": ["durableStorage"], "origin": url})


def be_ready(playwright: Playwright, profile: Path, url: str) -> None:
	"""Enrol a till in this profile, choose its cashier, and wait for its word that it can start alone."""
	context = open_chromium(playwright, profile)
	page = context.new_page()
	promise_storage(page, url)
	page.goto(f"{url}/till")
	TillPage(page).choose_cashier()
	page.get_by_test_id("status").click()
	page.get_by_text(READY, exact=True).wait_for(timeout=READY_MS)
	context.close()


@contextmanager
def killed_afterwards(
	playwright: Playwright, profile: Path, arguments: Sequence[str] = ()
) -> Iterator[BrowserContext]:
	"""A browser on this profile that ends as in a power cut: every process of it by SIGKILL."""
	context = open_chromium(playwright, profile, arguments=arguments)
	try:
		yield context
	finally:
		kill_chromium(profile)


@contextmanager
def started(
	playwright: Playwright,
	profile: Path,
	url: str,
	*,
	path: str = "/till",
	pays: bool = False,
	scans: bool = True,
	slower: float = 1,
	arguments: Sequence[str] = (),
) -> Iterator[Started]:
	"""Start with an empty HTTP cache, scan until a line is there, and pay for it if told to."""
	with killed_afterwards(playwright, profile, arguments) as context:
		page = context.pages[0]
		devtools(page).send("Network.clearBrowserCache")
		if slower > 1:
			devtools(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
		yield Started(page, _marks(page, url, path, pays, scans))


def first_scan(context: BrowserContext, url: str, *, path: str = "/till", pays: bool = False) -> float:
	"""Milliseconds from navigation to the first line, in a page of its own that is closed afterwards."""
	page = context.new_page()
	try:
		return _marks(page, url, path, pays, scans=True)["line"]
	finally:
		page.close()


def _marks(page: Page, url: str, path: str, pays: bool, scans: bool) -> dict[str, float]:
	open_watched(page, url, path, pays, scans)
	marks: dict[str, float] = page.evaluate("() => posBridgeStart.done()")
	return marks


def open_watched(page: Page, url: str, path: str = "/till", pays: bool = False, scans: bool = False) -> None:
	"""Comes back when the navigation has begun; posBridgeStart is in the page."""
	page.set_default_timeout(START_MS)
	promise_storage(page, url)
	code = sold_by_piece(FIRST_SCANNED, 1)[0].gtins[0] if scans else ""
	options = {"code": code, "line": LINE, "pays": pays}
	page.add_init_script(script=f"{START_PROBE}\nstart({json.dumps(options)});")
	page.goto(f"{url}{path}", wait_until="commit")


def copied(profile: Path, to: Path) -> Path:
	"""The same browser again, as it was when it was killed."""
	shutil.copytree(profile, to, symlinks=True, ignore=shutil.ignore_patterns("Singleton*"))
	return to
