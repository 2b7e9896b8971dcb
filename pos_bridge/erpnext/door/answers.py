"""How this app answers over HTTP: a message as Frappe wraps it, a refusal with code, words and status.

It never decides anything; a refusal carries what core's error says.
"""

import json

import frappe
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from pos_bridge.core.errors import PosBridgeError


class Refusal(HTTPException):
	"""An error on its way to the sender. Frappe hands such an exception out as it is."""

	def __init__(self, error: PosBridgeError) -> None:
		body = json.dumps(error.to_body(), ensure_ascii=False)
		headers = {"Cache-Control": "no-store"}
		super().__init__(
			error.message,
			Response(
				body, status=error.status, headers=headers, content_type="application/json; charset=utf-8"
			),
		)
		self.code = error.status
		log_refusal(error)


def log_refusal(error: PosBridgeError) -> None:
	"""Who was refused what, and why; no token, no code and no body."""
	request = getattr(frappe.local, "request", None)
	where = f"{request.method} {request.path} from {frappe.local.request_ip}" if request else "no request"
	frappe.logger("pos_bridge").warning(f"refused ({error.code}): {where}: {error.message}")
