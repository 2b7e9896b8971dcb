"""Where a till hears the company call, as its manifest tells it.

It never opens a connection; Frappe's realtime server does, and asks Frappe whose token it was shown.
"""

import frappe

EVENT = "pos_bridge_changed"
PORT = 9000
_OF_PROXIES = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded")


def realtime() -> dict[str, str]:
	"""`url` is "" behind a proxy, which has the page and Frappe's realtime server at one address."""
	request = getattr(frappe.local, "request", None)
	url = ""
	if request is not None and not any(request.headers.get(name) for name in _OF_PROXIES):
		url = f"{request.scheme}://{request.host.partition(':')[0]}:{frappe.conf.socketio_port or PORT}"
	return {"url": url, "namespace": f"/{frappe.local.site}", "event": EVENT}
