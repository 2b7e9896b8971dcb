"""What the agent's tests share: shelves in a fresh folder, a running demo, and a till that talks to it."""

from contextlib import asynccontextmanager

import aiohttp
import pytest

from pos_bridge.agent.server import listen, serving
from pos_bridge.agent.standalone.demo import Demo
from pos_bridge.agent.store import Store
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, ENROL_PATH, PUSH_PATH, push_body


@pytest.fixture
def agent_shelf(tmp_path):
	store = Store(tmp_path / "agent.sqlite", "agent")
	yield store
	store.close()


@pytest.fixture
def company_shelf(tmp_path):
	store = Store(tmp_path / "company.sqlite", "company")
	yield store
	store.close()


class Till:
	"""A page's view of a running demo."""

	def __init__(self, demo, session):
		self.demo = demo
		self.http = session
		self.token = ""

	async def enrol(self):
		async with self.http.get("/till/enrolment.json") as response:
			code = (await response.json())["code"]
		async with self.http.post(ENROL_PATH, json={"code": code}) as response:
			enrolled = (await response.json())["message"]
		self.token = enrolled["token"]
		return enrolled

	@property
	def authorization(self):
		return {"Authorization": f"Till {self.token}"}

	async def push(self, wires, till="T1"):
		async with self.http.post(
			PUSH_PATH, json=push_body(till, wires), headers=self.authorization
		) as answer:
			assert answer.status == 200, await answer.text()
			return (await answer.json())["message"]

	async def get(self, path, **params):
		async with self.http.get(path, params=params, headers=self.authorization) as response:
			return response.status, await response.json()

	@asynccontextmanager
	async def page(self, till="T1"):
		async with self.http.ws_connect(AGENT_PATH, protocols=(AGENT_SUBPROTOCOL,)) as socket:
			page = Page(socket)
			page.welcome = await page.ask(op="hello", protocol=1, till=till, page="test")
			yield page


class Page:
	"""One WebSocket: asks and waits for the answer, keeping the events that come between."""

	def __init__(self, socket):
		self.socket = socket
		self.events = []
		self.ref = 0

	async def ask(self, **message):
		self.ref += 1
		await self.socket.send_json({**message, "ref": self.ref})
		return await self.until(lambda news: news.get("ref") == self.ref)

	async def until(self, wanted):
		while True:
			news = await self.socket.receive_json(timeout=20)
			if wanted(news):
				return news
			self.events.append(news)


@asynccontextmanager
async def running_demo(folder, items=0, agent_url=""):
	listener = listen(0)
	demo = Demo(folder, listener, items, agent_url)
	async with serving(demo.app, listener), aiohttp.ClientSession(base_url=demo.url) as session:
		yield Till(demo, session)


@pytest.fixture
async def till(tmp_path):
	async with running_demo(tmp_path / "demo") as running:
		yield running


@pytest.fixture
def run_demo():
	return running_demo
