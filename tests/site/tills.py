"""A till over HTTP, as page and agent talk to the site: a gunicorn on loopback, requests without cookies."""

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from disposable import PYTHON, SITES, environment, free_port, wait_until

from pos_bridge.core.sync import ENROL_PATH, PUSH_PATH, push_body

METHODS = "/api/method/pos_bridge.api."


class Server:
	"""The site behind gunicorn, as in production but on loopback; `workers` processes of eight threads."""

	def __init__(self, site: str, workers: int = 2, port: int = 0) -> None:
		self.port = port or free_port()
		self.url = f"http://127.0.0.1:{self.port}"
		command = [
			PYTHON,
			"-m",
			"gunicorn",
			f"--bind=127.0.0.1:{self.port}",
			f"--workers={workers}",
			"--threads=8",
			"--log-level=error",
			"serving:application",
		]
		served = environment(Path(__file__).parent, POS_BRIDGE_SERVED_SITE=site)
		self._process = subprocess.Popen(command, cwd=SITES, env=served, stdin=subprocess.DEVNULL)
		wait_until(lambda: self.get("/api/method/ping")[0] == 200, "the site's answer", 60)

	def stop(self) -> None:
		self._process.terminate()
		self._process.wait(20)

	def kill(self) -> None:
		"""SIGKILL to the master and its workers: a worker that outlives its master would hold the port."""
		for pid in (self._process.pid, *_children_of(self._process.pid)):
			with suppress(ProcessLookupError):
				os.kill(pid, signal.SIGKILL)
		self._process.wait(20)

	def get(self, path: str, **headers: str):
		return self.ask(urllib.request.Request(self.url + path, headers=headers))

	def post(self, path: str, body, **headers: str):
		raw = body if isinstance(body, bytes) else json.dumps(body).encode()
		headers = {"Content-Type": "application/octet-stream", **headers}
		return self.ask(urllib.request.Request(self.url + path, data=raw, headers=headers, method="POST"))

	def ask(self, request):
		"""Status and JSON of an answer, whatever it is; status 0 if there was none."""
		try:
			with urllib.request.urlopen(request, timeout=60) as response:
				return response.status, _json(response.read())
		except urllib.error.HTTPError as error:
			return error.code, _json(error.read())
		except OSError:
			return 0, {}


def _children_of(pid: int) -> list[int]:
	return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _json(raw: bytes):
	try:
		return json.loads(raw)
	except ValueError:
		return {"text": raw.decode(errors="replace")}


@dataclass
class HttpTill:
	"""An enrolled till: its name and token."""

	server: Server
	till: str
	token: str
	next_epoch: int

	@property
	def bearer(self) -> dict[str, str]:
		return {"Authorization": f"Till {self.token}"}

	def push(self, *wires):
		return self.server.post(PUSH_PATH, push_body(self.till, wires), **self.bearer)


def enrol(server: Server, till: str, holder: str = "page") -> HttpTill:
	"""Enrol a till as a manager and a device would."""
	import frappe

	from pos_bridge.erpnext.door.enrolment import make_code

	code = make_code(till)
	frappe.db.commit()
	status, answer = server.post(ENROL_PATH, {"code": code, "holder": holder})
	assert status == 200, answer
	return HttpTill(server, till, answer["message"]["token"], answer["message"]["next_epoch"])
