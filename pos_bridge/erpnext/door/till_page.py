"""The till's page at /till, its other window at /till/display and its service worker at the root.

All of them come straight from the build's folder.

It never renders a template: what a cashier's browser runs is byte for byte what was built.
"""

from pathlib import Path

import frappe
from werkzeug.wrappers import Response

PUBLIC = Path(__file__).parents[2] / "public" / "till"
SHELL = "till"
DISPLAY = "till/display"
"""The customer's screen: the same page, which looks at its address."""
WORKER = "pos-bridge-worker.js"
_HTML = "text/html; charset=utf-8"
_TYPES = {SHELL: _HTML, DISPLAY: _HTML, WORKER: "text/javascript; charset=utf-8"}
_FILES = {SHELL: "index.html", DISPLAY: "index.html", WORKER: WORKER}


class TillPage:
	"""Frappe's page renderer for these paths; all other files of the page lie below /assets."""

	def __init__(self, path: str, http_status_code: int | None = None) -> None:
		self.path = path.strip("/")

	def can_render(self) -> bool:
		return self.path in _FILES

	def render(self) -> Response:
		file = PUBLIC / _FILES[self.path]
		if not file.is_file():
			words = "The till's page is not built: run `bench build --app pos_bridge`."
			return Response(words, status=503, content_type="text/plain; charset=utf-8")
		return Response(file.read_bytes(), content_type=_TYPES[self.path], headers=_headers())


def _headers() -> dict[str, str]:
	"""Only our own scripts and styles, in nobody's frame; agents answer on this computer."""
	agents = "ws://127.0.0.1:* ws://localhost:*"
	policy = (
		"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
		f"connect-src 'self' {agents} {_realtime()}; worker-src 'self'; object-src 'none'; base-uri 'none'; "
		"form-action 'self'; frame-ancestors 'none'"
	)
	return {
		"Content-Security-Policy": policy,
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Cache-Control": "no-cache",
		"Service-Worker-Allowed": "/till",
	}


def _realtime() -> str:
	"""Where Frappe's realtime server answers if it is not behind the same proxy (a bench without nginx)."""
	host = frappe.request.host.partition(":")[0]
	port = frappe.conf.socketio_port or 9000
	secure = "s" if frappe.request.scheme == "https" else ""
	return f"http{secure}://{host}:{port} ws{secure}://{host}:{port}"
