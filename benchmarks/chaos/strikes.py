"""How each disaster is done to a running till, and how it is over again; it counts what was really done.

Nothing here looks at a sale.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from benchmarks.chaos.cashier import LOOK, Cashier
from benchmarks.chaos.computer import Computer
from benchmarks.chaos.plan import MISCHIEFS, WIRES, Strike
from benchmarks.chaos.shop import Agent, Shop
from benchmarks.chaos.wires import Network

HOUR_MS = 3_600_000
MOST_AHEAD_MS = 240 * HOUR_MS
AGENT_GRACE_MS = 31_000
"""A little more than a page waits for its agent before it goes to the company itself."""
MOST_WAITS = 4
OPEN_SECONDS = 30.0
NOTICED_SECONDS = 15.0
PAYMENT_SECONDS = 6.0
RECORDING_SECONDS = 0.12
LOOK_AGAIN_SECONDS = 0.05
IN_PAYMENT = frozenset(
	(
		*("browser_killed", "agent_killed", "company_killed", "second_tab_takes_over", "browser_disk_full"),
		*("storage_cleared", "browser_reinstalled", "clock_back", "clock_forward", "agent_disk_full"),
	)
)
"""What is worst in the middle of a payment."""


class Strikes:
	"""One till's surroundings, and every way to disturb them. `note` is called before storage is cleared."""

	def __init__(
		self,
		computer: Computer,
		cashier: Cashier,
		agent: Agent,
		shop: Shop,
		network: Network,
		note: Callable[[], Awaitable[None]],
		seed: int,
	) -> None:
		self.computer, self.cashier, self.agent = computer, cashier, agent
		self.shop, self.network, self.note = shop, network, note
		self.chance = random.Random(f"strikes {seed}")
		self.done: Counter[str] = Counter()
		self.faults: list[str] = []
		wires = {f"{wire}_{mischief}": (wire, mischief) for wire in WIRES for mischief in MISCHIEFS}
		self._mischiefs: Mapping[str, tuple[str, str]] = wires

	async def strike(self, strike: Strike) -> None:
		"""Do it, and come back when it is over; all that it needs is there again."""
		if strike.in_payment and strike.kind in IN_PAYMENT:
			await self._until_payment()
		if strike.kind in self._mischiefs:
			happened = await self._mischief(strike)
		else:
			happened = await getattr(self, f"_{strike.kind}")(strike)
		self.done[strike.kind] += bool(happened)

	async def _browser_killed(self, strike: Strike) -> bool:
		await self.computer.kill()
		await asyncio.sleep(strike.lasts_seconds)
		await self.computer.start()
		return True

	async def _agent_killed(self, strike: Strike) -> bool:
		self.agent.kill()
		await asyncio.sleep(strike.lasts_seconds)
		await asyncio.to_thread(self.agent.start)
		return True

	async def _company_killed(self, strike: Strike) -> bool:
		await asyncio.to_thread(self.shop.kill_company)
		await asyncio.sleep(strike.lasts_seconds)
		await asyncio.to_thread(self.shop.start_company)
		return True

	async def _mischief(self, strike: Strike) -> bool:
		name, mischief = self._mischiefs[strike.kind]
		wire = self.network.wires[name]
		before = wire.done[mischief]
		if name == "page_to_company":
			self.agent.kill()
			await self._until_it_sells()
		wire.mischief = mischief
		for _ in range(MOST_WAITS):
			if name == "page_to_company":
				await self.computer.let_pass(AGENT_GRACE_MS)
			happened = await self._until(lambda: wire.done[mischief] > before, NOTICED_SECONDS / MOST_WAITS)
			if happened:
				break
		await asyncio.sleep(strike.lasts_seconds)
		wire.mischief = ""
		await asyncio.to_thread(self.agent.start)
		return happened

	async def _second_tab_takes_over(self, strike: Strike) -> bool:
		"""Opened beside the first one it only reads; with that one gone it sells after being loaded again."""
		first = self.computer.page
		if first is None:
			return False
		second = await self.computer.second_tab()
		reads = await self._reads_only(second)
		await asyncio.sleep(strike.lasts_seconds)
		self.computer.page = None
		if strike.alone:
			await self.computer.crash(first)
		with suppress(PlaywrightError):
			await first.close()
		await self.computer.work_in(second)
		return reads

	async def _reads_only(self, page: Page) -> bool:
		"""False, and a fault, if two tabs at once say that they write."""
		deadline = time.monotonic() + OPEN_SECONDS
		while time.monotonic() < deadline:
			with suppress(PlaywrightError):
				seen = await page.evaluate(LOOK)
				if seen["read_only"]:
					return True
				if seen["screen"] in ("sell", "pay", "done"):
					self.faults.append("A second tab says that it sells while the first one does.")
					return False
			await asyncio.sleep(LOOK_AGAIN_SECONDS)
		return False

	async def _clock_back(self, strike: Strike) -> bool:
		return await self._jump(-strike.hours * HOUR_MS)

	async def _clock_forward(self, strike: Strike) -> bool:
		return await self._jump(strike.hours * HOUR_MS)

	async def _jump(self, by_ms: int) -> bool:
		ahead = self.computer.ahead_ms + by_ms
		await self.computer.set_clock(ahead if abs(ahead) <= MOST_AHEAD_MS else by_ms)
		return True

	async def _browser_disk_full(self, strike: Strike) -> bool:
		await self._until_it_sells()
		await self.computer.fill_disk()
		before = self.cashier.done["refused in words"]
		refused = await self._until(lambda: self.cashier.done["refused in words"] > before, NOTICED_SECONDS)
		await asyncio.sleep(strike.lasts_seconds)
		await self.computer.free_disk()
		return refused

	async def _agent_disk_full(self, strike: Strike) -> bool:
		before = len(self.cashier.told)
		self.agent.set_disk(full=True)
		sold = await self._until(lambda: len(self.cashier.told) > before, NOTICED_SECONDS)
		await asyncio.sleep(strike.lasts_seconds)
		self.agent.set_disk(full=False)
		return sold

	async def _storage_cleared(self, strike: Strike) -> bool:
		await self._be_alone(strike)
		await self.note()
		await self.computer.clear_storage()
		self.cashier.storage += 1
		await self._be_together()
		return True

	async def _browser_reinstalled(self, strike: Strike) -> bool:
		await self._be_alone(strike)
		await self.computer.kill()
		await self.note()
		await self.computer.reinstall()
		self.cashier.storage += 1
		await self._be_together()
		await self.computer.start()
		return True

	async def _be_alone(self, strike: Strike) -> None:
		"""Half of the times nobody else has the last sales."""
		if strike.alone:
			self.agent.kill()
			await asyncio.to_thread(self.shop.kill_company)
		await asyncio.sleep(strike.lasts_seconds)

	async def _be_together(self) -> None:
		await asyncio.to_thread(self.agent.start)
		await asyncio.to_thread(self.shop.start_company)

	async def _until_payment(self) -> None:
		"""Somewhere between the cashier's key and the agent's answer."""
		self.cashier.trying.clear()
		with suppress(asyncio.TimeoutError):
			await asyncio.wait_for(self.cashier.trying.wait(), PAYMENT_SECONDS)
			await asyncio.sleep(self.chance.uniform(0, RECORDING_SECONDS))

	async def _until_it_sells(self) -> None:
		await self._until(lambda: self.cashier.seen.get("screen") == "sell", OPEN_SECONDS)

	async def _until(self, happened: Callable[[], bool], seconds: float) -> bool:
		deadline = time.monotonic() + seconds
		while not happened() and time.monotonic() < deadline:
			await asyncio.sleep(LOOK_AGAIN_SECONDS)
		return happened()
