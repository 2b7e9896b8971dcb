"""The till on a real ERPNext: a disposable site with the demo's goods, gunicorn, a worker, a till's agent.

It needs no Frappe in this Python: the bench's own runs the site.
"""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks.processes import ended, free_port, wait_until_it_answers
from tests.e2e.running import AgentFolder

sys.path.append(str(Path(__file__).parents[1] / "site"))

from disposable import PYTHON, SITES, Redis, Site, start_worker
from tills import Server

TILL = "T1"
SITE = os.environ.get("POS_BRIDGE_E2E_SITE", "pos-bridge-e2e.localhost")
AGENT = [sys.executable, "-m", "pos_bridge.agent.cli", "agent"]


def why_not() -> str:
	"""What keeps these tests from running here; nothing if they can."""
	if not SITES.is_dir() or not Path(PYTHON).exists():
		return f"not run: no bench at {SITES.parent} (say where with POS_BRIDGE_BENCH)"
	if not shutil.which("redis-server"):
		return "not run: no redis-server on this machine"
	return ""


class ErpnextShop:
	"""The site with its services and an enrolled agent, made once; each test begins with it like that."""

	def __init__(self, folder: Path, site: str = SITE) -> None:
		self.folder = folder
		self.port, self.agent_port = free_port(), free_port()
		self.site = Site(site)
		self.server: Server | None = None
		self._running = ExitStack()

	def start(self) -> None:
		"""Make the site and all that serves it; a minute's work."""
		self.cache, queue = Redis(self.folder), Redis(self.folder)
		self._running.callback(self.cache.stop)
		self._running.callback(queue.stop)
		os.environ["FRAPPE_REDIS_CACHE"] = self.cache.url
		os.environ["FRAPPE_REDIS_QUEUE"] = queue.url
		self._running.callback(self.site.drop)
		self.site.create()
		self.site.bench("pos-bridge", "demo-data")
		address = f"ws://127.0.0.1:{self.agent_port}/agent"
		self.site.query(f"UPDATE `tabPOS Till` SET agent_url = '{address}' WHERE name = '{TILL}'")
		((abbreviation,),) = self.site.query("SELECT abbr FROM tabCompany")
		self.suffix = f" - {abbreviation}"
		self._running.callback(ended, start_worker(self.folder / "worker.log"))
		self.serve()
		enrol = [*AGENT, "enrol", self.url, self.code(), "--data-dir", str(self.folder / "agent")]
		subprocess.run(enrol, check=True, stdout=subprocess.DEVNULL)
		self.site.keep()

	@property
	def url(self) -> str:
		return f"http://127.0.0.1:{self.port}"

	def serve(self) -> None:
		self.server = Server(self.site.name, port=self.port)

	def hang_up(self) -> None:
		if self.server:
			self.server.stop()
			self.server = None

	def code(self) -> str:
		"""A code that enrols one device, as a manager makes it."""
		return self.site.bench("pos-bridge", "enrolment-code", "--till", TILL).split()[0]

	def begin_again(self) -> None:
		"""Everything as it was made, with nobody's sales."""
		self.hang_up()
		self.site.restore()
		self.cache.forget()
		self.serve()

	def stop(self) -> None:
		self.hang_up()
		self._running.close()


class OnErpnext(AgentFolder):
	"""One test's till: the site begun again, and the till's process with its own folder."""

	def __init__(self, shop: ErpnextShop, folder: Path) -> None:
		self.shop = shop
		self.url = shop.url
		self.devices_url = f"http://127.0.0.1:{shop.agent_port}/devices"
		self.folder = folder
		shutil.copytree(shop.folder / "agent", folder)
		self.process: subprocess.Popen[bytes] | None = None

	def start(self) -> "OnErpnext":
		"""The site and the till's process answer; also after `kill`."""
		if not self.shop.server:
			self.shop.serve()
		command = [*AGENT, "run", "--port", str(self.shop.agent_port), "--data-dir", str(self.folder)]
		with (self.folder / "agent.log").open("ab") as log:
			self.process = subprocess.Popen(command, stdout=log, stderr=log)
		wait_until_it_answers(f"http://127.0.0.1:{self.shop.agent_port}/agent/status", self.process)
		return self

	def kill(self) -> None:
		"""Neither the till's process nor the site answers any more."""
		self.stop()
		self.shop.hang_up()

	def stop(self) -> None:
		if self.process:
			self.process.kill()
			self.process.wait()

	def open_till(self, page) -> None:
		"""The till's page, enrolled with a code that is typed in."""
		page.goto(f"{self.url}/till")
		page.get_by_label("Enrolment code").fill(self.shop.code())
		page.get_by_role("button", name="Connect").click()

	def entry_states(self) -> dict[str, str]:
		"""The company's entries by id: waiting, posted or held."""
		return {id: state for id, state in self.shop.site.query("SELECT name, state FROM `tabPOS Entry`")}

	def booked(self, id: str) -> dict[str, int]:
		"""Debits less credits of an entry in minor units, by account, without the company's abbreviation."""
		rows = self.shop.site.query(
			"SELECT account, CAST(ROUND(SUM(debit - credit) * 100) AS INTEGER) FROM `tabGL Entry`"
			" WHERE is_cancelled = 0 AND voucher_no = (SELECT document_name FROM `tabPOS Entry Posting`"
			f" WHERE parent = '{id}') GROUP BY account"
		)
		return {account.removesuffix(self.shop.suffix): int(minor) for account, minor in rows}

	def known_as(self, id: str) -> str:
		"""Whom the company knows a till's new customer as, "" until it does."""
		found = self.shop.site.query(
			f"SELECT customer FROM `tabPOS New Customer` WHERE name = '{id}' AND status = 'Taken'"
		)
		return found[0][0] if found else ""

	def shown_to_accountants(self) -> str:
		"""The list of entries as the office sees it."""
		return repr(self.shop.site.query("SELECT name, receipt_number, state FROM `tabPOS Entry`"))
