"""The till's computer: a Chromium that we own with all its processes, its profile, its clock and its disk.

Playwright looks on over Chromium's own debugging port; it neither starts nor ends the browser.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from playwright.async_api import BrowserContext, CDPSession, Page, Playwright
from playwright.async_api import Error as PlaywrightError

from benchmarks.browser import ARGUMENTS, CHROMIUM

START_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.02
FULL_DISK_BYTES = 1
"""What the browser lets a page store while its disk is full: nothing more."""

CLOCK = """(() => {
	if (!globalThis.setClock) {
		const Real = Date;
		let ahead = 0;
		class Shifted extends Real {
			constructor(...given) {
				if (given.length === 0) super(Real.now() + ahead);
				else super(...given);
			}
			static now() { return Real.now() + ahead; }
		}
		globalThis.Date = Shifted;
		const running = performance.now.bind(performance);
		let passed = 0;
		performance.now = () => running() + passed;
		globalThis.letPass = (milliseconds) => { passed += milliseconds; };
		globalThis.setClock = (milliseconds) => { ahead = milliseconds; };
	}
	globalThis.setClock(%d);
})()"""


class Computer:
	"""One till's computer. `page` is the tab that its cashier works in, None while there is none."""

	def __init__(self, playwright: Playwright, profile: Path, url: str) -> None:
		self.url = url
		self.origin = url.rsplit("/", 1)[0]
		self.profile = profile
		self.faults: list[str] = []
		"""What the pages threw and nobody caught."""
		self.ahead_ms = 0
		self.page: Page | None = None
		self.lives = 0
		"""Rises whenever the cashier's page is another one, or was loaded anew."""
		self._playwright = playwright
		self._process: subprocess.Popen[bytes] | None = None
		self._full: CDPSession | None = None

	async def start(self) -> None:
		"""Start the browser on its profile and open the till."""
		port_file = self.profile / "DevToolsActivePort"
		port_file.unlink(missing_ok=True)
		command = [
			str(CHROMIUM),
			*ARGUMENTS,
			"--headless",
			"--window-size=1280,800",
			"--remote-debugging-port=0",
		]
		command += ["--disable-breakpad", f"--user-data-dir={self.profile}", "about:blank"]
		self._process = subprocess.Popen(
			command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
			start_new_session=True,
		)  # fmt: skip
		port, path = await self._debugging_port(port_file)
		browser = await self._playwright.chromium.connect_over_cdp(f"ws://127.0.0.1:{port}{path}")
		context = browser.contexts[0]
		await context.add_init_script(CLOCK % self.ahead_ms)
		page = context.pages[0] if context.pages else await context.new_page()
		await self.work_in(page)

	async def _debugging_port(self, file: Path) -> tuple[str, str]:
		deadline = time.monotonic() + START_SECONDS
		while time.monotonic() < deadline:
			with suppress(FileNotFoundError):
				lines = file.read_text().split()
				if len(lines) == 2:
					return lines[0], lines[1]
			await asyncio.sleep(LOOK_AGAIN_SECONDS)
		raise RuntimeError(f"Chromium did not say its debugging port within {START_SECONDS:.0f} seconds.")

	async def work_in(self, page: Page) -> None:
		"""The cashier turns to this tab, which is loaded anew."""
		page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
		await self.load(page)
		self.page = page

	async def load(self, page: Page) -> None:
		"""Load the till; without any network and before it was kept there is nothing to see."""
		self.lives += 1
		with suppress(PlaywrightError):
			await page.goto(self.url, wait_until="commit")

	async def kill(self) -> None:
		"""SIGKILL to all processes of the browser at once."""
		self.page = self._full = None
		self.lives += 1
		if self._process:
			with suppress(ProcessLookupError):
				os.killpg(self._process.pid, signal.SIGKILL)
			await asyncio.to_thread(self._process.wait)
			self._process = None

	async def reinstall(self) -> None:
		"""The browser as it came from the shop: no profile, no storage."""
		await self.kill()
		await asyncio.to_thread(shutil.rmtree, self.profile, ignore_errors=True)

	async def second_tab(self) -> Page:
		page = await self._context().new_page()
		with suppress(PlaywrightError):
			await page.goto(self.url, wait_until="commit")
		return page

	async def crash(self, page: Page) -> None:
		"""The tab's process dies; the browser stays."""
		session = await page.context.new_cdp_session(page)
		crashing = asyncio.create_task(session.send("Page.crash"))
		await asyncio.wait((crashing,), timeout=1)
		crashing.cancel()
		with suppress(PlaywrightError, asyncio.CancelledError):
			await crashing

	async def set_clock(self, ahead_ms: int) -> None:
		"""The computer's clock jumps while the page runs; it keeps going from there."""
		self.ahead_ms = ahead_ms
		context = self._context()
		await context.add_init_script(CLOCK % ahead_ms)
		for page in context.pages:
			with suppress(PlaywrightError):
				await page.evaluate(CLOCK % ahead_ms)

	async def let_pass(self, milliseconds: int) -> None:
		"""The page believes that so much more time has passed since it was loaded."""
		with suppress(PlaywrightError):
			await self._page().evaluate("(milliseconds) => globalThis.letPass(milliseconds)", milliseconds)

	async def fill_disk(self) -> None:
		"""No more room for this origin, from the next load on: the browser asks for room ahead."""
		page = self._page()
		self._full = await self._context().new_cdp_session(page)
		quota = {"origin": self.origin, "quotaSize": FULL_DISK_BYTES}
		await self._full.send("Storage.overrideQuotaForOrigin", quota)
		await self.load(page)

	async def free_disk(self) -> None:
		if self._full:
			with suppress(PlaywrightError):
				await self._full.send("Storage.overrideQuotaForOrigin", {"origin": self.origin})
			self._full = None

	async def clear_storage(self) -> None:
		"""What "clear browsing data" does, while the till is open; then its page is loaded anew."""
		page = self._page()
		session = await self._context().new_cdp_session(page)
		kinds = {"origin": self.origin, "storageTypes": "all"}
		await session.send("Storage.clearDataForOrigin", kinds)
		await self.load(page)

	def _context(self) -> BrowserContext:
		return self._page().context

	def _page(self) -> Page:
		if self.page is None:
			raise PlaywrightError("The browser is gone.")
		return self.page
