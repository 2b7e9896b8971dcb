"""Who may talk to this process at all: named hosts and origins only, before anything else looks at a request.

It is what keeps other web pages out (DNS rebinding, cross-site WebSockets); it knows no tokens.
"""

from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from pos_bridge.core.errors import PosBridgeError


def is_own_page(request: web.Request) -> bool:
	"""Whether a page of this very process asks, as its origin says."""
	return request.headers.get("Origin") == f"http://{request.host}"


class Forbidden(PosBridgeError):
	"""A host or an origin that is not on the list."""

	code = "forbidden"
	status = 403


class Guard:
	"""The hosts that this process answers under, the pages (origins) that may call it, their other agents."""

	def __init__(self, port: int, origins: Iterable[str] = (), agents: Iterable[str] = ()) -> None:
		self.hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))
		self.origins = frozenset((*(f"http://{host}" for host in self.hosts), *origins))
		self.agents = (*(f"ws://{host}" for host in sorted(self.hosts)), *agents)

	def check(self, request: web.Request) -> None:
		"""Raise `Forbidden` in words unless host and origin are known; programs send no origin."""
		host = request.headers.get("Host", "")
		if host.lower() not in self.hosts:
			names = ", ".join(sorted(self.hosts))
			raise Forbidden(
				f"This process answers under {names} only, not as {host!r}.", code="forbidden_host"
			)
		origin = request.headers.get("Origin")
		if origin is not None and origin.lower() not in self.origins:
			raise Forbidden(
				f"The page {origin!r} may not use this till's process. Enrol the till at that server first.",
				code="forbidden_origin",
			)

	def middleware(self) -> Middleware:
		@web.middleware
		async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
			self.check(request)
			return await handler(request)

		return guarded

	def headers(self) -> dict[str, str]:
		"""What every answer tells the browser: only our own scripts and styles, in nobody's frame."""
		agents = " ".join(self.agents)
		policy = (
			"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
			f"connect-src 'self' {agents}; worker-src 'self'; object-src 'none'; base-uri 'none'; "
			"form-action 'self'; frame-ancestors 'none'"
		)
		return {
			"Content-Security-Policy": policy,
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		}
