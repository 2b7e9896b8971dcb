"""The till's process on the loopback interface: the guard, our errors as JSON, and the pages' WebSocket.

It parses and calls; operations.py answers.
"""

import asyncio
import json
import logging
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web
from aiohttp.typedefs import Handler

from pos_bridge import __version__
from pos_bridge.agent.door.limits import LimitedSite
from pos_bridge.agent.guard import Guard
from pos_bridge.agent.operations import Operations
from pos_bridge.agent.process import Event, TillProcess
from pos_bridge.core.errors import Malformed, PosBridgeError, Rejected, Retryable
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, MAX_PUSH_BYTES

HOST = "127.0.0.1"
SHUTDOWN_SECONDS = 2.0
MAX_FRAME_BYTES = MAX_PUSH_BYTES
MAX_PAGES = 16
"""Pages that may be connected at once."""
MAX_WAITING_EVENTS = 256
"""Events that may wait for a slow page; beyond this it is cut off, and asks again when it comes back."""
HEARTBEAT_SECONDS = 30.0
GREET_SECONDS = 15.0
"""A connection that has not said who it is by then is ended."""
MAX_FAULTS = 1_000
"""Frames of one connection that may make no sense: beyond this it is no page of ours."""

log = logging.getLogger(__name__)


def build_app(guard: Guard) -> web.Application:
	"""An application with the guard, our error shape and the security headers, but no routes yet."""
	# The guard stands inside of `errors`, so that its refusals get the same shape as all others.
	app = web.Application(middlewares=[errors, guard.middleware()], client_max_size=MAX_PUSH_BYTES)
	headers = guard.headers()

	async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
		for name, value in headers.items():
			response.headers.setdefault(name, value)

	app.on_response_prepare.append(add_headers)
	return app


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
	"""Every fault as {"error": {code, message, retryable}} with its HTTP status."""
	try:
		return await handler(request)
	except PosBridgeError as error:
		return error_answer(error)
	except web.RequestPayloadError:
		return error_answer(Malformed("The request's body can't be unpacked; nothing of it was taken."))
	except web.HTTPException as error:
		if error.status < 400:
			raise
		return error_answer(_http_error(error, request.path))
	except (
		Exception
	):  # the outermost loop of a request: the sender is told to come back, the log has the rest
		log.exception("A request to %s failed", request.path)
		return error_answer(Retryable("The server met a fault; its log says more. Try again.", code="fault"))


def _http_error(error: web.HTTPException, path: str) -> PosBridgeError:
	messages = {
		404: ("not_found", f"There is nothing at {path}."),
		413: (
			"too_large",
			f"More than {MAX_PUSH_BYTES // 1024} KiB came; nothing was taken. Send less at a time.",
		),
	}
	code, message = messages.get(error.status, ("http", f"{error.status} {error.reason}"))
	fault = PosBridgeError(message, code=code)
	fault.status = error.status
	return fault


def error_answer(error: PosBridgeError) -> web.Response:
	return web.json_response(error.to_body(), status=error.status, headers={"Cache-Control": "no-store"})


def add_agent(app: web.Application, process: TillProcess) -> None:
	"""Serve a till's process at /agent; it starts and stops with the application."""
	pages = Pages(process)
	app.router.add_get(AGENT_PATH, pages.connect)
	app.router.add_get("/agent/status", pages.status)

	async def start(_: web.Application) -> None:
		await process.start()

	async def hang_up(_: web.Application) -> None:
		await pages.close()

	async def stop(_: web.Application) -> None:
		await process.stop()

	app.on_startup.append(start)
	app.on_shutdown.append(hang_up)
	app.on_cleanup.append(stop)


def agent_app(process: TillProcess, port: int) -> web.Application:
	"""The agent alone: its own company's page may call it, nobody else's."""
	origins = (process.pairing.server,) if process.pairing else ()
	app = build_app(Guard(port, origins))
	add_agent(app, process)
	return app


class Pages:
	"""The pages that are connected, each with its conversation."""

	def __init__(self, process: TillProcess) -> None:
		self._process = process
		self._open: set[web.WebSocketResponse] = set()

	async def status(self, _: web.Request) -> web.Response:
		"""A look from outside: is it up, what waits, why."""
		process = self._process
		fields: Mapping[str, Any] = {
			"agent": __version__,
			"till": process.pairing.till if process.pairing else "",
			"pages": len(self._open),
			"unforwarded": process.forwarding.unforwarded(),
			"reason": process.last_error(),
		}
		return web.json_response(fields, headers={"Cache-Control": "no-store"})

	async def connect(self, request: web.Request) -> web.StreamResponse:
		if len(self._open) >= MAX_PAGES:
			raise Retryable(f"{MAX_PAGES} pages are connected already; close one.", code="too_many_pages")
		socket = web.WebSocketResponse(
			protocols=(AGENT_SUBPROTOCOL,),
			max_msg_size=MAX_FRAME_BYTES,
			heartbeat=HEARTBEAT_SECONDS,
			compress=False,
		)
		await socket.prepare(request)
		if socket.ws_protocol != AGENT_SUBPROTOCOL:
			await socket.close(code=1002, message=f"Ask for the subprotocol {AGENT_SUBPROTOCOL}.".encode())
			return socket
		self._open.add(socket)
		try:
			await self._converse(socket, request.headers.get("Origin", ""))
		finally:
			self._open.discard(socket)
		return socket

	async def close(self) -> None:
		for page in tuple(self._open):
			await page.close(code=1001, message=b"The till's process is stopping.")

	async def _converse(self, socket: web.WebSocketResponse, origin: str) -> None:
		operations = Operations(self._process, origin)
		events: asyncio.Queue[Event] = asyncio.Queue(MAX_WAITING_EVENTS)
		sender = asyncio.create_task(_send_events(socket, events))

		def event(news: Event) -> None:
			if not operations.greeted or (news["op"] == "scan" and "scanner" not in operations.scopes):
				return
			if events.full():
				sender.cancel()
			else:
				events.put_nowait(news)

		self._process.listen(event)
		in_time = asyncio.get_running_loop().call_later(
			GREET_SECONDS, _end_unless_greeted, socket, operations
		)
		try:
			await _read(socket, operations)
		finally:
			in_time.cancel()
			self._process.forget(event)
			sender.cancel()
			await asyncio.gather(sender, return_exceptions=True)


def _end_unless_greeted(socket: web.WebSocketResponse, operations: Operations) -> None:
	if not operations.greeted:
		closing = asyncio.ensure_future(socket.close(code=1008, message=b"Say hello in time."))
		closing.add_done_callback(lambda done: done.cancelled() or done.exception())


async def _read(socket: web.WebSocketResponse, operations: Operations) -> None:
	async for frame in socket:
		if operations.faults > MAX_FAULTS:
			await socket.close(code=1008, message=b"Too many frames that make no sense.")
			return
		if frame.type in (WSMsgType.TEXT, WSMsgType.BINARY):
			raw = frame.data if frame.type is WSMsgType.TEXT else ""
			await _send(socket, await operations.answer(raw))


async def _send(socket: web.WebSocketResponse, message: Event) -> None:
	await socket.send_str(json.dumps(message))


async def _send_events(socket: web.WebSocketResponse, events: "asyncio.Queue[Event]") -> None:
	try:
		while True:
			await _send(socket, await events.get())
	except asyncio.CancelledError:
		await socket.close(code=1013, message=b"The page reads too slowly.")
		raise
	except ConnectionError:
		return  # the page is gone; its reader ends by itself, and the page asks again when it is back


def listen(port: int) -> socket.socket:
	"""A listening socket on the loopback interface; a taken port is `Rejected` with what to do."""
	listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
	listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	try:
		listener.bind((HOST, port))
		listener.listen()
	except (OSError, OverflowError) as error:
		listener.close()
		raise Rejected(
			f"Port {port} can't be used ({error}). Is POS Bridge running already? Open http://{HOST}:{port}/till,"
			f" or start this one with another port: --port {port % 65_000 + 1}",
			code="port_taken",
		) from error
	return listener


@asynccontextmanager
async def serving(app: web.Application, listener: socket.socket) -> AsyncIterator[None]:
	"""Serve until the block is left; then pages are hung up on and shelves are closed."""
	runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
	await runner.setup()
	site = LimitedSite(runner)
	try:
		await site.start(listener)
		yield
	finally:
		site.stop()
		await runner.cleanup()


async def until_told_to_stop() -> None:
	"""Wait for Ctrl-C or SIGTERM."""
	stopped = asyncio.Event()
	loop = asyncio.get_running_loop()
	for number in (signal.SIGINT, signal.SIGTERM):
		loop.add_signal_handler(number, stopped.set)
	await stopped.wait()
