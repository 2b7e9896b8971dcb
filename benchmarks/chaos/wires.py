"""The network between page, agent and company: two proxies on loopback that lose, double and delay.

They stand outside of the browser: its service worker and its own retries go through them, and a browser that
was killed meets the same network when it is back.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from yarl import URL

from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, MAX_PUSH_BYTES

MISCHIEF_SHARE = 0.6
"""Of the messages on a wire that is in mischief."""
LATEST_SECONDS = 1.2
UPSTREAM = aiohttp.ClientTimeout(total=60, connect=5)
_HOP_BY_HOP = frozenset(
	(
		"connection",
		"keep-alive",
		"transfer-encoding",
		"upgrade",
		"te",
		"trailer",
		"content-length",
		"host",
		"origin",
	)
)
_CALLS = "/api/method/pos_bridge.api."
_DONE_BY_AGENT = frozenset(("record", "print", "kick", "acknowledged"))


@dataclass
class Wire:
	"""One way that messages take. `mischief` is "" while it is sound."""

	chance: random.Random
	mischief: str = ""
	done: Counter[str] = field(default_factory=Counter)

	def strikes(self) -> str:
		"""What is done to the message at hand."""
		if not self.mischief or self.chance.random() > MISCHIEF_SHARE:
			return ""
		self.done[self.mischief] += 1
		return self.mischief

	def delay(self) -> float:
		return self.chance.uniform(0, LATEST_SECONDS)


class Network:
	"""Both proxies, in this event loop. `page_port` and `agent_port` are where the page looks."""

	def __init__(self, company_url: str, agent_url: str, seed: int) -> None:
		self.company_url, self.agent_url = company_url, agent_url
		self.wires: Mapping[str, Wire] = {
			name: Wire(random.Random(f"{name} {seed}"))
			for name in ("page_to_company", "page_to_agent", "agent_to_company")
		}
		self.page_port = self.agent_port = 0
		self._runners: list[web.AppRunner] = []
		self._late: set[asyncio.Task[object]] = set()

	@property
	def page_url(self) -> str:
		return f"http://127.0.0.1:{self.page_port}"

	async def start(self) -> None:
		self._session = aiohttp.ClientSession(
			timeout=UPSTREAM, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
		)
		company, agent = web.Application(client_max_size=4 * MAX_PUSH_BYTES), web.Application()
		company.router.add_route("*", "/{path:.*}", self._to_company)
		agent.router.add_get(AGENT_PATH, self._to_agent)
		self.page_port, self.agent_port = await self._listen(company), await self._listen(agent)

	async def _listen(self, app: web.Application) -> int:
		runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
		await runner.setup()
		self._runners.append(runner)
		await web.TCPSite(runner, "127.0.0.1", 0).start()
		return int(runner.addresses[0][1])

	async def stop(self) -> None:
		for task in self._late:
			task.cancel()
		for runner in self._runners:
			await runner.cleanup()
		await self._session.close()

	def calm(self) -> None:
		"""From now on every message arrives once, at once."""
		for wire in self.wires.values():
			wire.mischief = ""

	def disturbed(self) -> Mapping[str, int]:
		"""How many messages met a mischief, by wire and mischief."""
		return {
			f"{name}_{mischief}": count
			for name, wire in self.wires.items()
			for mischief, count in sorted(wire.done.items())
		}

	async def _to_company(self, request: web.Request) -> web.StreamResponse:
		body = await request.read()
		by_page = request.headers.get("User-Agent", "").startswith("Mozilla")
		wire = self.wires["page_to_company" if by_page else "agent_to_company"]
		mischief = wire.strikes() if request.path.startswith(_CALLS) else ""
		try:
			if mischief == "sent_late":
				await asyncio.sleep(wire.delay())
			if mischief == "sent_twice":
				self._later(wire.delay(), self._forwarded(request, body))
			answer = await self._forwarded(request, body)
		except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
			return _hung_up(request)
		return _hung_up(request) if mischief == "answers_lost" else answer

	async def _forwarded(self, request: web.Request, body: bytes) -> web.Response:
		headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
		url = URL(self.company_url + request.raw_path, encoded=True)
		async with self._session.request(
			request.method, url, data=body or None, headers=headers, allow_redirects=False
		) as response:
			raw = await response.read()
			kept = [
				(name, value) for name, value in response.headers.items() if name.lower() not in _HOP_BY_HOP
			]
			answer = web.Response(status=response.status, body=raw)
			answer.headers.clear()
			answer.headers.extend(kept)
			return answer

	def _later(self, seconds: float, sending: Awaitable[object]) -> None:
		async def send() -> None:
			await asyncio.sleep(seconds)
			with suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError):
				await sending

		task: asyncio.Task[object] = asyncio.create_task(send())
		self._late.add(task)
		task.add_done_callback(self._late.discard)

	async def _to_agent(self, request: web.Request) -> web.StreamResponse:
		headers = {name: value for name, value in request.headers.items() if name == "Origin"}
		url = self.agent_url + AGENT_PATH
		try:
			agent = await self._session.ws_connect(
				url, protocols=(AGENT_SUBPROTOCOL,), headers=headers, max_msg_size=2 * MAX_PUSH_BYTES
			)
		except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
			return _hung_up(request)
		page = web.WebSocketResponse(
			protocols=(AGENT_SUBPROTOCOL,), max_msg_size=2 * MAX_PUSH_BYTES, compress=False
		)
		await page.prepare(request)
		await Conversation(self.wires["page_to_agent"], page, agent).carry()
		return page


def _hung_up(request: web.Request) -> web.Response:
	"""The connection ends without an answer."""
	if request.transport:
		request.transport.abort()
	return web.Response(status=502)


class Conversation:
	"""A page's WebSocket to its agent, frame by frame."""

	def __init__(
		self, wire: Wire, page: web.WebSocketResponse, agent: "aiohttp.ClientWebSocketResponse[bool]"
	) -> None:
		self.wire, self.page, self.agent = wire, page, agent
		self.unanswered: set[int] = set()
		"""References of requests whose answers are lost."""
		self.sending: set[asyncio.Task[None]] = set()

	async def carry(self) -> None:
		"""Until one side hangs up; then the other side is hung up on, too."""
		ways = [asyncio.create_task(self._ask()), asyncio.create_task(self._answer())]
		await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
		for task in (*ways, *self.sending):
			task.cancel()
		await asyncio.gather(*ways, *self.sending, return_exceptions=True)
		await asyncio.gather(self.page.close(), self.agent.close(), return_exceptions=True)

	async def _ask(self) -> None:
		async for frame in self.page:
			if frame.type is not aiohttp.WSMsgType.TEXT:
				return
			message = json.loads(frame.data)
			mischief = self.wire.strikes() if message.get("op") in _DONE_BY_AGENT else ""
			if mischief == "answers_lost":
				self.unanswered.add(message["ref"])
			if mischief in ("sent_late", "sent_twice"):
				self._send_later(frame.data)
			if mischief != "sent_late":
				await self.agent.send_str(frame.data)

	def _send_later(self, text: str) -> None:
		async def send() -> None:
			await asyncio.sleep(self.wire.delay())
			with suppress(ConnectionError, RuntimeError):
				await self.agent.send_str(text)

		task = asyncio.create_task(send())
		self.sending.add(task)
		task.add_done_callback(self.sending.discard)

	async def _answer(self) -> None:
		async for frame in self.agent:
			if frame.type is not aiohttp.WSMsgType.TEXT:
				return
			if json.loads(frame.data).get("ref") not in self.unanswered:
				await self.page.send_str(frame.data)
