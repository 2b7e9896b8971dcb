"""How many connections the process holds at once, and how long one may stay silent before it asks for
something.

What is over the limit is hung up on at once, so that a flood takes no file handles from the shelf and the
printer.
"""

import asyncio
import socket
from typing import Any

from aiohttp import web

MAX_CONNECTIONS = 128
"""Pages, device pages and look-ups of one till are a dozen."""
FIRST_REQUEST_SECONDS = 20.0


class LimitedSite:
	"""Serves an application's runner on a listening socket, within the limits."""

	def __init__(self, runner: web.AppRunner) -> None:
		self._runner = runner
		self._server: asyncio.Server | None = None
		self._waiting: set[asyncio.TimerHandle] = set()

	async def start(self, listener: socket.socket) -> None:
		loop = asyncio.get_running_loop()
		self._server = await loop.create_server(self._connection, sock=listener)

	def stop(self) -> None:
		"""Take no further connection; those that are open end with the runner."""
		if self._server:
			self._server.close()
		for timer in self._waiting:
			timer.cancel()

	def _connection(self) -> asyncio.BaseProtocol:
		server = self._runner.server
		if server is None or len(server.connections) >= MAX_CONNECTIONS:
			return _HungUp()
		handler: Any = server()
		self._end_if_silent(handler)
		return handler  # type: ignore[no-any-return]

	def _end_if_silent(self, handler: Any) -> None:  # noqa: ANN401 - aiohttp's protocol, whose type it does not export
		"""A connection that has sent no whole request by then is ended; one that has is left alone."""

		def look() -> None:
			self._waiting.discard(timer)
			if handler.transport is not None and not getattr(handler, "_request_count", 1):
				handler.force_close()

		timer = asyncio.get_running_loop().call_later(FIRST_REQUEST_SECONDS, look)
		self._waiting.add(timer)


class _HungUp(asyncio.Protocol):
	def connection_made(self, transport: asyncio.BaseTransport) -> None:
		if isinstance(transport, asyncio.Transport):
			transport.abort()
