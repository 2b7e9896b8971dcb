"""The accountant's window: the ledger page's endpoints. Parse, call, shape; reading.py knows the tables."""

from typing import Any

from aiohttp import web

from pos_bridge.agent.standalone import reading
from pos_bridge.agent.standalone.api import answer
from pos_bridge.agent.standalone.company import StandaloneCompany
from pos_bridge.agent.standalone.demo_shop import CURRENCY, CURRENCY_PRECISION, PROFILE
from pos_bridge.agent.standalone.kinds import z_reports
from pos_bridge.core.errors import Malformed

MAX_SEARCH = 100
_END = 2**53


class Desk:
	"""Reading endpoints of one company's books."""

	def __init__(self, company: StandaloneCompany) -> None:
		self._company = company
		self._store = company.store
		self._shifts: tuple[int, list[dict[str, Any]]] = (-1, [])

	def add_to(self, app: web.Application) -> None:
		app.router.add_get("/api/ledger/entries", self.entries)
		app.router.add_get("/api/ledger/entry", self.entry)
		app.router.add_get("/api/ledger/balances", self.balances)
		app.router.add_get("/api/ledger/stock", self.stock)
		app.router.add_get("/api/ledger/shifts", self.shifts)
		app.router.add_get("/api/ledger/quarantine", self.quarantine)
		app.router.add_post("/api/ledger/retry", self.retry)

	async def entries(self, request: web.Request) -> web.Response:
		before = _number(request, "before", _END, _END)
		limit = _number(request, "limit", 50, reading.MAX_ROWS)
		search = _search(request)
		found = self._store.read(lambda db: reading.entries(db, before, limit, search))
		fault = {"fault": self._company.poster.last_error}
		return answer({**found, **fault, "currency": CURRENCY, "currency_precision": CURRENCY_PRECISION})

	async def entry(self, request: web.Request) -> web.Response:
		id = request.query.get("id", "")
		found = self._store.read(lambda db: reading.entry(db, id))
		names = (await self._company.shop.goods()).names
		moves = [{**move, "name": names.get(move["item"], move["item"])} for move in found["stock_moves"]]
		currency = {"currency": CURRENCY, "currency_precision": CURRENCY_PRECISION}
		return answer({**found, "stock_moves": moves, **currency})

	async def balances(self, _: web.Request) -> web.Response:
		return answer({**self._store.read(reading.balances), "currency_precision": CURRENCY_PRECISION})

	async def stock(self, request: web.Request) -> web.Response:
		names = (await self._company.shop.goods()).names
		search = _search(request)
		found = self._store.read(lambda db: reading.stock(db, names, search))
		return answer({**found, "currency_precision": CURRENCY_PRECISION})

	async def shifts(self, _: web.Request) -> web.Response:
		"""Added up anew when something was recorded since: the page asks every two seconds."""
		newest = self._store.read(reading.newest)
		if self._shifts[0] != newest:
			goods = await self._company.shop.goods()
			groups = {item.item: item.group for item in goods.catalogue.items}
			found = self._store.read(lambda db: z_reports.latest(db, groups, PROFILE.shop))
			self._shifts = (newest, found)
		return answer({"shifts": self._shifts[1]})

	async def quarantine(self, _: web.Request) -> web.Response:
		return answer(self._store.read(reading.quarantine))

	async def retry(self, request: web.Request) -> web.Response:
		id = request.query.get("id", "")
		await self._company.poster.retry(id)
		return answer({"id": id, "state": "waiting"})


def _number(request: web.Request, name: str, absent: int, most: int) -> int:
	text = request.query.get(name, str(absent))
	if not (text.isascii() and text.isdigit() and len(text) <= 16 and 1 <= int(text) <= most):
		raise Malformed(f"{name} is a number from 1 to {most}.")
	return int(text)


def _search(request: web.Request) -> str:
	text = request.query.get("search", "").strip()
	if len(text) > MAX_SEARCH:
		raise Malformed(f"A search has at most {MAX_SEARCH} characters.")
	return text
