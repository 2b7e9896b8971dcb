"""The standalone company put together: shelf, daybook, poster, tills and shop. It joins them, no more."""

import asyncio
from pathlib import Path

from pos_bridge.agent.daybook import SqliteDaybook, arrival_now
from pos_bridge.agent.standalone.demo_shop import TILL
from pos_bridge.agent.standalone.enrolment import Enrolment
from pos_bridge.agent.standalone.kinds.credit import Credits
from pos_bridge.agent.standalone.kinds.customers import Customers
from pos_bridge.agent.standalone.ledger import book_openings
from pos_bridge.agent.standalone.poster import Poster
from pos_bridge.agent.standalone.shop import Shop
from pos_bridge.agent.store import Store


class StandaloneCompany:
	"""One company with one shop in one file; `items` is the size of its catalogue; `staff` as in `Shop`."""

	till = TILL

	def __init__(self, data_dir: Path, items: int = 0, staff: bool = False) -> None:
		self.store = Store(data_dir / "company.sqlite", "company")
		self.daybook = SqliteDaybook(self.store)
		self.enrolment = Enrolment(self.store)
		self.poster = Poster(self.store)
		self.credits = Credits(self.store)
		self.customers = Customers(self.store)
		self.shop = Shop(items, staff)
		self._opening: asyncio.Task[None] | None = None

	async def start(self) -> None:
		self.shop.start()
		self._opening = asyncio.create_task(self._open_books(), name="opening-stock")

	async def _open_books(self) -> None:
		"""Goods first, then sales: a sale booked before its goods would have no cost."""
		goods = await self.shop.goods()
		now = arrival_now("", "").recorded_at
		await self.store.write(lambda db: book_openings(db, goods.openings, now))
		self.poster.start()

	async def stop(self) -> None:
		if self._opening:
			self._opening.cancel()
			await asyncio.gather(self._opening, return_exceptions=True)
		await self.poster.stop()
		self.store.close()
