"""A WooCommerce 11.0.1 that was recorded: it answers what it answered then, up to a line of the recording.

The recording is our own traffic with a real shop, one JSON object a line, in the order in which it was seen.
"""

import json
import lzma
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from pos_bridge.channels.http import HttpResponse

LINES = [
	json.loads(line)
	for line in lzma.decompress(
		(Path(__file__).parent / "woocommerce_11.0.1.jsonl.xz").read_bytes()
	).splitlines()
]
LAST = len(LINES) - 1
API = "/wp-json/wc/v3/"


class Replay:
	"""A transport. `at` is the last line that has happened; `sent` is what the connector asked for."""

	def __init__(self, at=LAST):
		self.at = at
		self.sent = []

	def send(self, request):
		parts = urlsplit(request.url)
		path = parts.path.removeprefix(API)
		body = json.loads(request.body) if request.body else None
		self.sent.append((request.method, path, dict(parse_qsl(parts.query)), body))
		if request.method == "GET" and path.endswith("/refunds"):
			return self._refunds(path)
		found = [line for line in self._until() if (line["method"], line["path"]) == (request.method, path)]
		if not found:
			return HttpResponse(
				404, {}, b'{"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID."}'
			)
		headers = {name.lower(): value for name, value in found[-1]["headers"].items()}
		return HttpResponse(found[-1]["status"], headers, json.dumps(found[-1]["response"]).encode())

	def _until(self):
		return [line for line in LINES[: self.at + 1] if line["kind"] == "api"]

	def _refunds(self, path):
		"""The list was recorded once; each refund when it was made. The newest comes first."""
		made = [
			line["response"] for line in self._until() if (line["method"], line["path"]) == ("POST", path)
		]
		return HttpResponse(200, {"x-wp-totalpages": "1"}, json.dumps(made[::-1]).encode())
