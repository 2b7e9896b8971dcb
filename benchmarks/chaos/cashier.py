"""A cashier who looks at the screen and does what a person does there: rings up, takes money, reads.

It notes what it was told. It never asks the page's insides; whatever happens to the browser, it looks again.
"""

import asyncio
import random
import re
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from benchmarks.chaos.computer import Computer

LOOK = (Path(__file__).with_name("look.js")).read_text(encoding="utf-8")
ANSWER_SECONDS = 20.0
"""A page that does not answer a glance within this time has hung."""
ACT_MS = 2_000
BREATH_SECONDS = 0.02
LOAD_AGAIN_SECONDS = 0.4
SCRIPTS_SECONDS = 5.0
"""Nobody loads a page again every half second while it is coming."""
OUR_PAGE = "<title>POS Bridge</title>"
UNTAKEN_SECONDS = 1.5
TRACED = 25
"""Glances that a fault tells of."""
MOST_LINES = 3
NUMBER = re.compile(r"[A-Za-z0-9_-]+-\d+-\d{6,}")

Tenders = Counter[str]


@dataclass(frozen=True, slots=True)
class Attempt:
	"""A payment that the cashier confirmed; what became of it is what the screen says next."""

	total_minor: int
	tenders: Mapping[str, int] | None
	"""None if she had to try twice: then nobody knows which of the two the page took."""
	life: int
	since: float


@dataclass(frozen=True, slots=True)
class Told:
	"""What the screen said of a finished sale. `storage`: how often the browser's was cleared before."""

	receipt_number: str
	total_minor: int
	tenders: Mapping[str, int] | None
	storage: int


class Cashier:
	"""Sells until told to stop. `codes` gives an enrolment code, as a manager does."""

	def __init__(self, computer: Computer, gtins: list[str], seed: int, code: Callable[[], str]) -> None:
		self.computer = computer
		self.chance = random.Random(f"cashier {seed}")
		self.gtins = gtins
		self.code = code
		self.selling = True
		self.storage = 0
		self.told: dict[str, Told] = {}
		self.interrupted: list[Attempt] = []
		"""Payments of which the cashier never saw the end; each may be in the books, or not."""
		self.faults: list[str] = []
		self.done: Counter[str] = Counter()
		self.seen: Mapping[str, Any] = {}
		self.trying = asyncio.Event()
		"""Set whenever a payment is confirmed."""
		self._attempt: Attempt | None = None
		self._total = 0
		self._trace: deque[str] = deque(maxlen=TRACED)
		self._wanted = 1
		self._stopped = False

	async def work(self) -> None:
		while not self._stopped:
			page = self.computer.page
			if page is None:
				await asyncio.sleep(BREATH_SECONDS)
				continue
			try:
				await self._step(page)
			except PlaywrightError:
				await asyncio.sleep(BREATH_SECONDS)
			except asyncio.TimeoutError:
				await self._hung(page)

	def stop(self) -> None:
		self._stopped = True

	async def _step(self, page: Page) -> None:
		page.set_default_timeout(ACT_MS)
		seen = await asyncio.wait_for(page.evaluate(LOOK), ANSWER_SECONDS)
		if page is not self.computer.page:
			return
		self.seen = seen
		shown = {
			name: seen[name]
			for name in ("screen", "total", "due", "given", "number", "problem")
			if seen[name]
		}
		self._trace.append(f"{self.computer.lives}: {shown} {self._attempt}")
		self._follow_up(seen)
		acts: Mapping[str, Callable[[Page, Mapping[str, Any]], Awaitable[None]]] = {
			"none": self._nothing,
			"start": self._start,
			"sell": self._sell,
			"pay": self._pay,
			"done": self._done,
		}
		if seen["read_only"]:
			await self._load_again(page)
		elif seen["dialog"]:
			await self._dialog(page, seen)
		else:
			await acts[seen["screen"]](page, seen)

	async def _hung(self, page: Page) -> None:
		if page is self.computer.page:
			self._fault(f"The page did not answer for {ANSWER_SECONDS:.0f} s.")
			await self.computer.load(page)

	def _fault(self, words: str) -> None:
		self.faults.append("\n".join((words, *self._trace)))

	def _follow_up(self, seen: Mapping[str, Any]) -> None:
		"""What the page shows of a payment whose end another life of the page kept from the cashier."""
		attempt = self._attempt
		if attempt is None or attempt.life == self.computer.lives or seen["screen"] in ("none", "start"):
			return
		if seen["screen"] == "done":
			return
		self._attempt = None
		open_minor = minor(seen["total"]) if seen["screen"] == "sell" else due_of(seen)
		if open_minor != attempt.total_minor and not seen["settled"]:
			self.interrupted.append(attempt)

	# What is done on each screen.

	async def _nothing(self, page: Page, seen: Mapping[str, Any]) -> None:
		"""Neither network nor kept page, or a tab that crashed; a page that still comes is waited for."""
		await asyncio.sleep(SCRIPTS_SECONDS if OUR_PAGE in seen["nothing"] else LOAD_AGAIN_SECONDS)
		if page is self.computer.page and await self._still_nothing(page):
			await self.computer.load(page)

	async def _still_nothing(self, page: Page) -> bool:
		return bool((await asyncio.wait_for(page.evaluate(LOOK), ANSWER_SECONDS))["screen"] == "none")

	async def _load_again(self, page: Page) -> None:
		await asyncio.sleep(LOAD_AGAIN_SECONDS)
		if page is self.computer.page:
			await self.computer.load(page)
			await asyncio.sleep(LOAD_AGAIN_SECONDS)

	async def _start(self, page: Page, seen: Mapping[str, Any]) -> None:
		if seen["asks_code"]:
			with suppress(OSError):  # nobody gives a code while the company is away
				code = await asyncio.to_thread(self.code)
				await page.fill("#enrol-code", code)
				await page.keyboard.press("Enter")
				self.done["enrolled by hand"] += 1
			await asyncio.sleep(LOAD_AGAIN_SECONDS)
		elif seen["failed"]:
			await asyncio.sleep(LOAD_AGAIN_SECONDS)
			if "then reload" in seen["problem"]:
				await self.computer.load(page)
			else:
				await page.click("main.start button[autofocus]")
		await asyncio.sleep(BREATH_SECONDS)

	async def _dialog(self, page: Page, seen: Mapping[str, Any]) -> None:
		"""Who sells; a weight; a reason; anything else is closed."""
		if seen["dialog"] == "Who is selling?":
			await page.locator("dialog[open] li button").first.click()
		elif seen["dialog"] in ("Open the drawer", "Void this sale"):
			choices = page.locator("dialog[open] .choices button")
			await choices.nth(self.chance.randrange(3)).click()
			await page.locator("dialog[open] button[type=submit]").click()
			self.done[seen["dialog"]] += 1
		elif await page.locator("dialog[open] #line-quantity").count() and self.selling:
			await self._edit(page)
		else:
			await page.keyboard.press("Escape")
		await asyncio.sleep(BREATH_SECONDS)

	async def _edit(self, page: Page) -> None:
		"""The line editor stands open: a quantity, and now and then a discount."""
		await page.locator("#line-quantity").fill(str(self.chance.randint(1, 12)))
		if await page.locator("#line-price").count():
			await page.locator("#line-price").fill(f"{self.chance.randint(1, 40)}.50")
		if await page.locator("#line-serial").count():
			await page.locator("#line-quantity").fill("1")
			await page.locator("#line-serial").fill(f"SN{self.chance.getrandbits(64):016X}")
		discount = self.chance.choice(("5 %", "10 %", "20 %", None, "odd"))
		if discount == "odd":
			await page.locator("dialog[open] .modes").get_by_role("button", name="Percent").click()
			await page.locator("dialog[open] .modes + input").fill(f"{self.chance.randint(1, 60)}")
		elif discount:
			await page.locator("dialog[open] .modes").get_by_role("button", name=discount, exact=True).click()
		await page.locator("dialog[open] button[type=submit]").click()

	async def _sell(self, page: Page, seen: Mapping[str, Any]) -> None:
		if not self.selling:
			await asyncio.sleep(BREATH_SECONDS)
		elif seen["lines"] < self._wanted:
			await self._ring_up(page)
		elif self.chance.random() < 0.04:
			await page.keyboard.press("F10")
		elif self.chance.random() < 0.04:
			await page.keyboard.press("F8")
		else:
			await page.keyboard.press("F9")
			# Pressed once more before the screen has changed it would take the money, too.
			await page.wait_for_selector("main.pay, dialog[open]")

	async def _ring_up(self, page: Page) -> None:
		"""A scan with all its keys, or a tile; then more of it, or another price."""
		if self.gtins and self.chance.random() < 0.5:
			await page.keyboard.type(self.chance.choice(self.gtins))
			await page.keyboard.press("Enter")
		else:
			tiles = page.locator(".tile")
			if count := await tiles.count():
				await tiles.nth(self.chance.randrange(min(12, count))).click()
			else:
				await page.locator("[role=search] input").fill("")
		for _ in range(self.chance.choice((0, 0, 0, 1, 2))):
			await page.keyboard.press("+")
		if self.chance.random() < 0.15:
			await page.keyboard.press("F4")
		await asyncio.sleep(BREATH_SECONDS)

	async def _pay(self, page: Page, seen: Mapping[str, Any]) -> None:
		if seen["problem"] and self._attempt:
			await self._refused(page, seen["problem"])
		elif self._attempt and (not seen["may_confirm"] or self._just_tried()):
			await asyncio.sleep(BREATH_SECONDS)  # it is being recorded
		elif seen["settled"]:
			self._try(seen, {})
			await page.click("[data-testid=confirm]")
		else:
			await self._take(page, seen)

	async def _refused(self, page: Page, words: str) -> None:
		"""The page said that the sale is not recorded, or that it does not know: then it is loaded anew."""
		if "NOT recorded" in words:
			self.done["refused in words"] += 1
			self._attempt = None
			await asyncio.sleep(LOAD_AGAIN_SECONDS)
		elif "not certain" in words:
			self.done["unsure in words"] += 1
			await self.computer.load(page)
		else:  # keys that went astray: that is no amount
			self._attempt = None
			await page.get_by_role("button", name="Cash", exact=True).click()
		await asyncio.sleep(BREATH_SECONDS)

	async def _take(self, page: Page, seen: Mapping[str, Any]) -> None:
		due = minor(seen["due"])
		way = self.chance.choice(("exact", "exact", "note", "typed", "card", "split"))
		if way == "split" and due > 200 and not seen["given"]:
			await page.get_by_role("button", name="Card", exact=True).click()
			await page.locator("#pay-amount").fill("")
			await page.keyboard.type("1")
			await page.keyboard.press("Enter")
			await page.wait_for_selector(".given li")
		elif way == "card":
			await page.get_by_role("button", name="Card", exact=True).click()
			approved = page.locator("[data-testid=confirm]", has_text="Card approved")
			await approved.wait_for()
			self._try(seen, {"Card": due})
			await approved.click()
		elif way == "note" and seen["quick"]:
			which = self.chance.randrange(len(seen["quick"]))
			self._try(seen, {"Cash": minor(seen["quick"][which])})
			await page.locator(".quick .money").nth(which).click()
		elif way == "typed":
			euros = due // 100 + self.chance.randint(1, 30)
			self._try(seen, {"Cash": euros * 100})
			await page.locator("#pay-amount").fill("")
			await page.keyboard.type(str(euros))
			await page.keyboard.press("Enter")
		else:
			self._try(seen, {"Cash": due})
			await page.keyboard.press("F9")
		await asyncio.sleep(BREATH_SECONDS)

	def _try(self, seen: Mapping[str, Any], tenders: Mapping[str, int]) -> None:
		known = None if self._attempt else given_of(seen["given"]) + Counter(tenders)
		# With more given than is due, as after a refusal, the screen says no total any more.
		self._total = self._total if seen["settled"] else due_of(seen)
		self._attempt = Attempt(self._total, known, self.computer.lives, time.monotonic())
		self.trying.set()

	def _just_tried(self) -> bool:
		"""Keys that the page did not take are pressed again, but not before it had time to say so."""
		return self._attempt is not None and time.monotonic() - self._attempt.since < UNTAKEN_SECONDS

	async def _done(self, page: Page, seen: Mapping[str, Any]) -> None:
		number = NUMBER.search(seen["number"])
		if number and seen["change"]:
			self._note(number[0], seen)
			if self.chance.random() < 0.05:
				await page.get_by_role("button", name="Print again").click()
				self.done["reprints asked for"] += 1
			self._wanted = self.chance.randint(1, MOST_LINES)
			await page.keyboard.press(self.chance.choice(("Enter", "F9", "Escape")))
			await page.wait_for_selector("main.done", state="detached")
		await asyncio.sleep(BREATH_SECONDS)

	def _note(self, number: str, seen: Mapping[str, Any]) -> None:
		words = seen["paid"].split(",")[0] if seen["paid"] else seen["change"]
		total, attempt = minor(words), self._attempt
		self._attempt = None
		earlier = self.told.get(number)
		fresh = attempt is not None and attempt.life == self.computer.lives
		if attempt and attempt.total_minor != total:
			# After a restart it may be the sale before that is shown once more.
			self.interrupted.append(attempt)
			attempt = None
			if fresh:
				self._fault(f"{number} says {total}, but {self._total} was to be paid.")
		if earlier and (fresh or earlier.total_minor != total):
			self._fault(f"{number} was shown for two sales: {earlier.total_minor} and {total}.")
		self.told.setdefault(number, Told(number, total, attempt.tenders if attempt else None, self.storage))


def minor(text: str) -> int:
	"""€1,234.56 → 123456; the demo's currency has two decimals."""
	return int(re.sub(r"\D", "", text) or 0)


def due_of(seen: Mapping[str, Any]) -> int:
	"""The whole of the sale that is being paid: what is still due and what was given."""
	return minor(seen["due"]) + sum(given_of(seen["given"]).values())


def given_of(rows: list[str]) -> Tenders:
	"""The list of what was given already: the tender's name, then its amount."""
	found: Tenders = Counter()
	for row in rows:
		name, _, amount = row.partition("\n")
		with suppress(ValueError):
			found[name.strip()] += minor(amount)
	return found
