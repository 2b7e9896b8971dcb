"""Everything in one process on this machine: till page, agent with virtual printer, company, ledger.

For a first look, training and tests: it never listens on anything but the loopback interface.
"""

import json
import socket
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import web

from pos_bridge.agent import pages
from pos_bridge.agent.company import Pairing, load_pairing, save_pairing
from pos_bridge.agent.devices.attached.address import load_settings
from pos_bridge.agent.devices.attached.attached import attach
from pos_bridge.agent.devices.page import SampleCode, add_devices
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.door.page import add_status
from pos_bridge.agent.guard import Guard
from pos_bridge.agent.ports import RECEIPT_PRINTER
from pos_bridge.agent.process import TillProcess, open_shelf
from pos_bridge.agent.server import HOST, add_agent, build_app, listen, serving, until_told_to_stop
from pos_bridge.agent.spool import PrintSpool
from pos_bridge.agent.standalone.api import Api
from pos_bridge.agent.standalone.company import StandaloneCompany
from pos_bridge.agent.standalone.demo_once import sell_once, told
from pos_bridge.agent.standalone.demo_shop import PROFILE, STAFF, goods
from pos_bridge.agent.standalone.desk import Desk

DEFAULT_DATA_DIR = Path(".demo")
SAMPLES = 12
"""Goods whose codes the page at /devices offers to its scanner."""


class Demo:
	"""The demo's parts, bound to a port; `serving` runs them. `agent_url`: another process is the agent.

	`staff`: cashiers with roles and PINs.
	"""

	def __init__(
		self,
		data_dir: Path,
		listener: socket.socket,
		items: int = 0,
		agent_url: str = "",
		staff: bool = False,
	) -> None:
		self.port: int = listener.getsockname()[1]
		self.url = f"http://{HOST}:{self.port}"
		self.company = StandaloneCompany(data_dir, items, staff)
		self.printer = VirtualPrinter(data_dir / "receipt_printer.jsonl")
		store = open_shelf(data_dir)
		spool = PrintSpool(store, {RECEIPT_PRINTER: self.printer}, data_dir / "printer_cache")
		self.process = TillProcess(store, spool, attach(load_settings(data_dir)))
		self.app = build_app(Guard(self.port, agents=(agent_url,) if agent_url else ()))
		self._route(spool, agent_url)

	def _route(self, spool: PrintSpool, agent_url: str) -> None:
		app = self.app
		Api(self.company, agent_url).add_to(app)
		Desk(self.company).add_to(app)
		pages.add_till(app)
		pages.add_pages(app, "ledger")
		process, virtual = self.process, {RECEIPT_PRINTER: self.printer}
		add_devices(app, spool, virtual, process.scanned, _samples(), days=process.days)
		add_status(app, self.process)
		app.router.add_get("/", _to_till)
		app.on_startup.append(self._open_company)
		add_agent(app, self.process)
		app.on_cleanup.append(self._close_company)

	async def _open_company(self, _: web.Application) -> None:
		await self.company.start()
		known = load_pairing(self.process.store)
		token = known.token if known else await self.company.enrolment.token_for(PROFILE.till, "agent")
		self.process.pairing = Pairing(self.url, PROFILE.till, token, PROFILE.company, PROFILE.shop)
		found = self.process.pairing
		await self.process.store.write(lambda db: save_pairing(db, found))

	async def _close_company(self, _: web.Application) -> None:
		await self.company.stop()


async def _to_till(_: web.Request) -> web.StreamResponse:
	raise web.HTTPFound("/till")


def _samples() -> list[SampleCode]:
	coded = [each.item for each in goods() if each.item.gtins]
	step = max(1, len(coded) // SAMPLES)
	return [SampleCode(item.gtins[0], item.name) for item in coded[::step]][:SAMPLES]


async def serve(
	data_dir: Path | None, port: int, items: int, as_json: bool, agent_url: str = "", staff: bool = False
) -> int:
	"""Run the demo until the process is told to stop."""
	folder = data_dir or DEFAULT_DATA_DIR
	listener = listen(port)
	demo = Demo(folder, listener, items, agent_url, staff)
	places = {name: f"{demo.url}/{name}" for name in ("till", "devices", "ledger")}
	async with serving(demo.app, listener):
		if as_json:
			print(json.dumps({**places, "data_dir": str(folder)}), flush=True)
		else:
			lines = "\n".join(f"  {name:8} {url}" for name, url in places.items())
			lines += _staff_told() if staff else ""
			print(f"POS Bridge demo. Its data is in {folder}; Ctrl-C ends it.\n{lines}", flush=True)
		await until_told_to_stop()
	return 0


def _staff_told() -> str:
	"""A demo's PINs are no secret: who tries it has to know them."""
	told = ((name, role, f"PIN {pin}" if pin else "no PIN") for name, role, pin, _ in STAFF)
	return "".join(f"\n  {name:8} {role}, {pin}" for name, role, pin in told)


async def serve_once(data_dir: Path | None, items: int, as_json: bool) -> int:
	"""Sell one cart and say what came of it; 0 only if it is booked, balanced and not doubled."""
	if data_dir:
		account = await _sell(data_dir, items)
	else:
		with tempfile.TemporaryDirectory(prefix="pos-bridge-") as folder:
			account = await _sell(Path(folder), items)
	print(json.dumps(account, ensure_ascii=False) if as_json else told(account))
	return 0 if account["ok"] else 1


async def _sell(data_dir: Path, items: int) -> dict[str, Any]:
	listener = listen(0)
	demo = Demo(data_dir, listener, items)
	async with serving(demo.app, listener):
		return await sell_once(demo.url, demo.printer)
