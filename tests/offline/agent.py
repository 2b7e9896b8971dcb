"""The till's agent in this process: shelf, operations, forwarder, and a network that the test decides on."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from unittest import mock

import aiohttp

from pos_bridge.agent import process as process_module
from pos_bridge.agent.company import Company, Pairing, save_pairing
from pos_bridge.agent.operations import Operations
from pos_bridge.agent.process import TillProcess
from pos_bridge.agent.spool import PrintSpool
from pos_bridge.agent.standalone.demo_shop import PROFILE
from tests.offline.standing import MortalStore


class AgentSide:
	"""The agent of one till; `calls` takes each of its requests to the company."""

	def __init__(self, loop, folder, token, calls):
		self._loop = loop
		self._folder = folder
		self._token = token
		self._calls = calls
		self.running = self.alive = False

	def start(self):
		self.store = MortalStore(self._folder / "agent.sqlite", "agent")
		spool = PrintSpool(self.store, {}, self._folder / "printer_cache")
		self.process = TillProcess(self.store, spool)
		pairing = Pairing("http://company.test", PROFILE.till, self._token, PROFILE.company, PROFILE.shop)
		self.running = self.alive = True
		self._loop.run_until_complete(self._start(pairing))

	async def _start(self, pairing):
		await self.store.write(lambda db: save_pairing(db, pairing))
		self.process.pairing = pairing
		with mock.patch.object(process_module, "Company", self._company):
			await self.process.start()

	def _company(self, server):
		return CompanyByHand(server, self._calls)

	def stop(self):
		self.running = self.alive = False
		self._loop.run_until_complete(self.process.stop())

	def read(self, run):
		"""As a person would who looks into the file, also while nobody runs."""
		if self.running:
			return self.store.read(run)
		with closing(sqlite3.connect(self._folder / "agent.sqlite")) as file:
			file.row_factory = sqlite3.Row
			return run(file)

	def unforwarded(self):
		sql = "SELECT count(*) FROM forward WHERE outcome IS NULL"
		return self.read(lambda db: db.execute(sql).fetchone()[0])

	def die_at_commit(self, kept):
		self._loop.run_until_complete(self._arm(kept))

	async def _arm(self, kept):
		self.store.die_at_commit(kept, self._died)

	def _died(self):
		self.alive = False

	def copied_to(self, path):
		path.unlink(missing_ok=True)
		with (
			closing(sqlite3.connect(self._folder / "agent.sqlite")) as here,
			closing(sqlite3.connect(path)) as there,
		):
			here.backup(there)

	def restore(self, path):
		"""Only while it is stopped."""
		for file in self._folder.glob("agent.sqlite*"):
			file.unlink()
		if path.exists():
			shutil.copy(path, self._folder / "agent.sqlite")


class Conversation:
	"""The agent's end of a WebSocket: what server.py does with one, less the socket."""

	def __init__(self, agent, number, send):
		self.agent = agent
		self.number = number
		self.open = True
		self._send = send
		self._process = agent.process
		self._operations = Operations(agent.process)
		self._process.listen(self._event)

	def _event(self, news):
		if self.open and self.agent.alive and self._operations.greeted:
			self._send(self, dict(news))

	async def hear(self, text):
		"""The answer to a frame; None if the agent died before it was out."""
		if not self._lives():
			return None
		answer = await self._operations.answer(text)
		return answer if self._lives() else None

	def _lives(self):
		return self.agent.alive and self.agent.process is self._process

	def close(self):
		self.open = False
		self._process.forget(self._event)


class CompanyByHand(Company):
	"""The agent's client of the company, its answers read as ever, on requests that are delivered by hand."""

	def __init__(self, server, calls):
		self.server = server
		self._session = Session(calls)


class Session:
	"""What company.py uses of aiohttp's session."""

	def __init__(self, calls):
		self._calls = calls

	def post(self, url, data, headers, allow_redirects):
		return Exchange(self._calls, url, data, headers["Authorization"])

	async def close(self):
		pass


class Exchange:
	"""One request under way."""

	def __init__(self, calls, url, body, token):
		self.url, self.body, self.token = url, body, token
		self._calls = calls
		self.answered = asyncio.get_running_loop().create_future()

	async def __aenter__(self):
		self._calls(self)
		status, text = await self.answered
		self.status = status
		self.content = Content(text.encode())
		return self

	async def __aexit__(self, *_):
		pass

	def answer(self, answer):
		"""`(status, text)`, or None: the connection broke."""
		if self.answered.done():
			return
		if answer is None:
			self.answered.set_exception(aiohttp.ClientConnectionError("the connection broke"))
		else:
			self.answered.set_result(answer)

	def time_out(self):
		if not self.answered.done():
			self.answered.set_exception(asyncio.TimeoutError())


class Content:
	"""A response's body."""

	def __init__(self, raw):
		self._raw = raw

	async def iter_chunked(self, _):
		yield self._raw
