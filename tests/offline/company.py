"""The company in this process: the standalone one with its endpoints, shelf, poster and ledger; no socket."""

import shutil
from unittest import mock
from urllib.parse import urlsplit

from aiohttp import StreamReader, web
from aiohttp.test_utils import make_mocked_request

from pos_bridge.agent.server import errors
from pos_bridge.agent.standalone import company as company_module
from pos_bridge.agent.standalone.api import Api
from pos_bridge.core.sync import MAX_PUSH_BYTES
from tests.offline.standing import MortalStore, quiet

HOST = "company.test"


class CompanySide:
	"""The company of one shop. `serve` is what its server would do with a request."""

	def __init__(self, loop, folder):
		self._loop = loop
		self._folder = folder
		self.reachable = True
		self.running = self.alive = False

	def start(self):
		with mock.patch.object(company_module, "Store", MortalStore):
			self.company = company_module.StandaloneCompany(self._folder)
		self._app = web.Application()
		Api(self.company).add_to(self._app)
		self._loop.run_until_complete(self._start())
		self.running = self.alive = True

	async def _start(self):
		await self.company.start()
		await self.company.shop.goods()
		await quiet([self.store])

	def stop(self):
		"""No goodbye is needed: what it has answered for is on its disk."""
		self.running = self.alive = False
		self._loop.run_until_complete(self.company.stop())

	@property
	def store(self):
		return self.company.store

	def read(self, run):
		return self.store.read(run)

	def code(self):
		"""A manager makes one, and tries again until it is there."""
		self.store.survive()
		return self._loop.run_until_complete(self.company.enrolment.make_code(self.company.till))

	def token(self, till, holder):
		return self._loop.run_until_complete(self.company.enrolment.token_for(till, holder))

	async def serve(self, method, url, token, body):
		"""Status and text of the answer; None if the company died before it was out."""
		request = self._request(method, url, token, body)
		match = await self._app.router.resolve(request)
		response = await errors(request, match.handler)
		return (response.status, response.text) if self.alive else None

	def _request(self, method, url, token, body):
		payload = StreamReader(mock.Mock(), 2**16, loop=self._loop)
		payload.feed_data(body)
		payload.feed_eof()
		parts = urlsplit(url)
		path = f"{parts.path}?{parts.query}" if parts.query else parts.path
		headers = {"Host": HOST, "Authorization": token}
		return make_mocked_request(
			method, path, headers, app=self._app, payload=payload, client_max_size=MAX_PUSH_BYTES
		)

	def die_at_commit(self, kept):
		self._loop.run_until_complete(self._arm(kept))

	async def _arm(self, kept):
		self.store.die_at_commit(kept, self._died)

	def _died(self):
		self.alive = False


def make_template(loop, folder):
	"""A company on its first day, its goods on the books, to begin each test from."""
	side = CompanySide(loop, folder)
	side.start()
	side.stop()
	return folder / "company.sqlite"


def begin_from(template, folder):
	folder.mkdir()
	shutil.copy(template, folder / "company.sqlite")
