"""Sells in the real page while everything around it is killed, cut off, filled up and cleared; then counts.

`python -m benchmarks.chaos_browser [rounds] [seed] [--erpnext]` prints one JSON object; exit 1 if a sale that
agent or company acknowledged, or that the cashier was told of, was lost, doubled or off by a cent.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from playwright.async_api import Playwright, async_playwright

from benchmarks.browser import CHROMIUM
from benchmarks.chaos.cashier import Cashier
from benchmarks.chaos.computer import Computer
from benchmarks.chaos.count import Evidence, Survived
from benchmarks.chaos.plan import SELLING_SECONDS, Strike, plan
from benchmarks.chaos.shop import Agent, DemoShop, Kept, Shop
from benchmarks.chaos.strikes import Strikes
from benchmarks.chaos.wires import Network
from pos_bridge.agent.standalone.demo_shop import goods

PAGE = Path(__file__).parents[1] / "pos_bridge/public/till/index.html"
ROUNDS = 20
SELLS_AGAIN_SECONDS = 60.0
SETTLE_SECONDS = 240.0
LOOK_AGAIN_SECONDS = 0.2
QUIET = "All sent"


class Chaos:
	"""One till in one shop, with what the cashier was told and what the shelves behind her had."""

	def __init__(self, playwright: Playwright, folder: Path, shop: Shop, seed: int) -> None:
		self.shop, self.seed = shop, seed
		self.agent = Agent(folder)
		self.network = Network(shop.url, self.agent.url, seed)
		self.folder, self.playwright = folder, playwright
		self.acknowledged: dict[str, str] = {}
		self.cleared_epochs = 0
		self.unsettled = 0

	async def open(self) -> None:
		"""Company, agent and browser, each in processes of its own, joined by the network."""
		await self.network.start()
		await asyncio.to_thread(self.shop.start, f"ws://127.0.0.1:{self.network.agent_port}/agent")
		code = await asyncio.to_thread(self.shop.code)
		await asyncio.to_thread(self.agent.enrol, self.network.page_url, code)
		await asyncio.to_thread(self.agent.start)
		self.computer = Computer(self.playwright, self.folder / "profile", f"{self.network.page_url}/till")
		gtins = [each.item.gtins[0] for each in goods() if each.item.gtins]
		self.cashier = Cashier(self.computer, gtins, self.seed, self.shop.code)
		parts = (self.computer, self.cashier, self.agent, self.shop, self.network, self._note_before_clearing)
		self.strikes = Strikes(*parts, self.seed)
		await self.computer.start()
		self.working = asyncio.create_task(self.cashier.work())
		await self._sells_again("at the start")

	async def close(self) -> None:
		if hasattr(self, "working"):
			self.working.cancel()
			await asyncio.gather(self.working, return_exceptions=True)
			await self.computer.kill()
		self.agent.kill()
		await asyncio.to_thread(self.shop.stop)
		await self.network.stop()

	async def round(self, strikes: tuple[Strike, ...]) -> None:
		"""Sell, let the disasters strike at their moments, and see that selling goes on behind them."""
		began = time.monotonic()
		for strike in strikes:
			await asyncio.sleep(began + strike.after_seconds - time.monotonic())
			await self.strikes.strike(strike)
		await asyncio.sleep(began + SELLING_SECONDS - time.monotonic())
		await self._sells_again("after " + ", ".join(strike.kind for strike in strikes))
		self.cashier.done["let in by a person"] += await asyncio.to_thread(self.agent.let_in)
		await self.note()

	async def _sells_again(self, when: str) -> None:
		if self.working.done():
			self.working.result()
		before = len(self.cashier.told)
		deadline = time.monotonic() + SELLS_AGAIN_SECONDS
		while len(self.cashier.told) == before:
			if time.monotonic() > deadline:
				self.cashier.faults.append(
					f"No sale within {SELLS_AGAIN_SECONDS:.0f} s {when}: {self.cashier.seen}"
				)
				return
			await asyncio.sleep(LOOK_AGAIN_SECONDS / 4)

	async def note(self) -> None:
		"""Whatever agent or company has now must be in the books in the end."""
		for entry in await self._everywhere():
			self.acknowledged[entry.id] = entry.receipt_number if entry.kind == "sale" else ""

	async def _note_before_clearing(self) -> None:
		await self.note()
		told = [int(number.split("-")[-2]) for number in self.cashier.told]
		epochs = [entry.epoch for entry in await self._everywhere()]
		self.cleared_epochs = max(*told, *epochs, self.cleared_epochs, 0, 0)

	async def _everywhere(self) -> list[Kept]:
		shelves = await asyncio.gather(
			asyncio.to_thread(self.agent.entries), asyncio.to_thread(self.shop.entries)
		)
		return [entry for shelf in shelves for entry in shelf]

	async def settle(self) -> None:
		"""Two restarts of everything; then wait until page, agent and company say that nothing waits."""
		self.cashier.selling = False
		self.network.calm()
		for _ in range(2):
			await self.computer.kill()
			self.agent.kill()
			await asyncio.to_thread(self.shop.kill_company)
			await asyncio.to_thread(self.shop.start_company)
			await asyncio.to_thread(self.agent.start)
			await self.computer.start()
			await self._until_open()
		deadline = time.monotonic() + SETTLE_SECONDS
		while await self._waiting() and time.monotonic() < deadline:
			await asyncio.sleep(LOOK_AGAIN_SECONDS)
		self.unsettled = await self._waiting()
		await self.note()

	async def _until_open(self) -> None:
		deadline = time.monotonic() + SELLS_AGAIN_SECONDS
		self.cashier.seen = {}
		while self.cashier.seen.get("screen") not in ("sell", "pay", "done") and time.monotonic() < deadline:
			await asyncio.sleep(LOOK_AGAIN_SECONDS)

	async def _waiting(self) -> int:
		"""Entries that are not where they belong; 1 if it is only the page that does not say so yet."""
		entries = await asyncio.to_thread(self.shop.entries)
		waiting = sum(entry.state == "waiting" for entry in entries)
		unforwarded = await asyncio.to_thread(self.agent.unforwarded)
		return waiting + unforwarded or int(self.cashier.seen.get("status") != QUIET)

	def count(self, rounds: int) -> Survived:
		"""Compare what was told with what is in the books."""
		cashier, evidence = self.cashier, self._evidence()
		aside = [*self.shop.quarantined(), *self.agent.quarantined()]
		held = [f"held: {entry.receipt_number}" for entry in evidence.ledger if entry.state == "held"]
		by_kill, with_storage = evidence.lost_by_page()
		gaps, gaps_with_storage = evidence.gaps()
		return Survived(
			shop=self.shop.name,
			rounds=rounds,
			seed=self.seed,
			disasters=dict(sorted(self.strikes.done.items())),
			messages_disturbed=self.network.disturbed(),
			cashier=dict(sorted(cashier.done.items())),
			sales_confirmed=len(cashier.told),
			entries_acknowledged=len(self.acknowledged),
			entries_recorded=evidence.kinds(),
			sales_recorded_unseen=len(evidence.unseen()) - len(evidence.unexplained()),
			lost_with_cleared_storage=with_storage,
			gaps_with_cleared_storage=gaps_with_storage,
			lost=evidence.lost(),
			lost_by_kill=by_kill,
			doubled=evidence.doubled(),
			off_by_minor=evidence.off_by_minor(),
			numbers_used_twice=evidence.numbers_used_twice(),
			gaps=gaps,
			quarantined=len(aside),
			held=len(held),
			unsettled=self.unsettled,
			faults=[*self._faults(), *aside, *held, *evidence.words()],
		)

	def _evidence(self) -> Evidence:
		return Evidence(
			told=self.cashier.told,
			interrupted=self.cashier.interrupted,
			acknowledged=self.acknowledged,
			storage=self.cashier.storage,
			cleared_epochs=self.cleared_epochs,
			ledger=self.shop.entries(),
			received=self.shop.received(),
		)

	def _faults(self) -> list[str]:
		return [*self.cashier.faults, *self.computer.faults, *self.strikes.faults]


async def survive(rounds: int, seed: int, shop: Shop, folder: Path) -> Survived:
	"""Run `rounds` rounds in `folder` and count. RuntimeError where Chromium or the page is missing."""
	if not CHROMIUM or not PAGE.exists():
		raise RuntimeError("Chromium and the built page are needed: `make page chromium`.")
	async with async_playwright() as playwright:
		chaos = Chaos(playwright, folder, shop, seed)
		try:
			await chaos.open()
			for strikes in plan(rounds, seed):
				await chaos.round(strikes)
			await chaos.settle()
			return await asyncio.to_thread(chaos.count, rounds)
		finally:
			await chaos.close()


def main() -> int:
	parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos_browser")
	parser.add_argument("rounds", type=int, nargs="?", default=ROUNDS)
	parser.add_argument("seed", type=int, nargs="?", default=time.time_ns() % 1_000_000)
	parser.add_argument("--erpnext", action="store_true", help="against a disposable site of the bench")
	options = parser.parse_args()
	logging.basicConfig(level=logging.WARNING)
	with tempfile.TemporaryDirectory(prefix="pos-bridge-chaos-", ignore_cleanup_errors=True) as folder:
		shop = _shop(options.erpnext, Path(folder))
		survived = asyncio.run(survive(options.rounds, options.seed, shop, Path(folder)))
	print(json.dumps(asdict(survived)))
	return 0 if survived.whole else 1


def _shop(erpnext: bool, folder: Path) -> Shop:
	if not erpnext:
		return DemoShop(folder)
	from tests.e2e.chaos_on_erpnext import SiteShop

	return SiteShop(folder)


if __name__ == "__main__":
	sys.exit(main())
