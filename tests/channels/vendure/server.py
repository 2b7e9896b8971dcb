"""A real Vendure, installed once into .make/vendure and started on loopback, and who gets its webhooks."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
HOME = ROOT / ".make" / "vendure"
PLUGIN = ROOT / "pos_bridge" / "channels" / "vendure" / "webhooks.js"
INSTALL_SECONDS, START_SECONDS = 240, 90
PASSWORD, SECRET = "correct horse", "whsec"


class NotInstalled(Exception):
	"""Why this machine can't run a Vendure."""


def install():
	"""Vendure's packages in .make/vendure, as package.json says; nothing is done if they are there."""
	wanted = hashlib.sha256((HERE / "package.json").read_bytes()).hexdigest()
	stamp = HOME / ".installed"
	if stamp.exists() and stamp.read_text() == wanted:
		return
	if not shutil.which("npm"):
		raise NotInstalled("npm was not found; Vendure needs Node 20 or newer")
	version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
	if not version.startswith("v") or int(version[1:].split(".")[0]) < 20:
		raise NotInstalled(f"Vendure needs Node 20 or newer, not {version.strip() or 'none'}")
	HOME.mkdir(parents=True, exist_ok=True)
	shutil.copy(HERE / "package.json", HOME)
	command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
	try:
		done = subprocess.run(
			command, cwd=HOME, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
		)
	except subprocess.TimeoutExpired as error:
		raise NotInstalled(f"npm did not install Vendure in {INSTALL_SECONDS} seconds") from error
	if done.returncode:
		raise NotInstalled(f"npm could not install Vendure: {done.stderr.strip()[-300:]}")
	stamp.write_text(wanted)


class _Inbox(BaseHTTPRequestHandler):
	def do_POST(self):
		raw = self.rfile.read(int(self.headers["Content-Length"]))
		self.server.received.append((dict(self.headers), raw))
		self.send_response(200)
		self.send_header("Content-Length", "0")
		self.end_headers()

	def log_message(self, *args):
		pass


def _free_port():
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		return free.getsockname()[1]


class Server:
	"""The shop's process and the inbox of its webhooks. `stop` ends both."""

	def __init__(self, folder):
		self.inbox = ThreadingHTTPServer(("127.0.0.1", 0), _Inbox)
		self.inbox.received = []
		self._thread = threading.Thread(target=self.inbox.serve_forever, daemon=True)
		self._thread.start()
		port = _free_port()
		self.url = f"http://127.0.0.1:{port}"
		shutil.copy(HERE / "shop.js", HOME)
		shutil.copy(PLUGIN, HOME)
		environment = {
			**os.environ,
			"PORT": str(port),
			"HOOKS": f"http://127.0.0.1:{self.inbox.server_port}/",
			"SECRET": SECRET,
			"PASSWORD": PASSWORD,
			"ASSETS": str(folder),
			"PLUGIN": str(HOME / PLUGIN.name),
		}
		self._log = (folder / "vendure.log").open("w+")
		self._process = subprocess.Popen(
			["nice", "node", "shop.js"], cwd=HOME, env=environment, stdout=self._log, stderr=self._log
		)
		self._until_ready(folder / "vendure.log")

	def _until_ready(self, log):
		deadline = time.monotonic() + START_SECONDS
		while "ready" not in log.read_text():
			if self._process.poll() is not None or time.monotonic() > deadline:
				said = log.read_text()[-1000:]
				self.stop()
				raise RuntimeError(f"Vendure did not start: {said}")
			time.sleep(0.2)

	def stop(self):
		self._process.terminate()
		try:
			self._process.wait(20)
		except subprocess.TimeoutExpired:
			self._process.kill()
			self._process.wait()
		self._log.close()
		self.inbox.shutdown()
		self.inbox.server_close()
		self._thread.join()


class Person:
	"""Somebody who uses one of the shop's two APIs, with a session of his own."""

	def __init__(self, url, api):
		self._url, self._token = f"{url}/{api}", ""

	def ask(self, document, **variables):
		"""The one result of a query; an ErrorResult fails."""
		headers = {"Content-Type": "application/json"}
		if self._token:
			headers["Authorization"] = f"Bearer {self._token}"
		body = json.dumps({"query": document, "variables": variables}).encode()
		request = urllib.request.Request(self._url, body, headers)
		with urllib.request.urlopen(request, timeout=30) as response:
			self._token = response.headers.get("vendure-auth-token") or self._token
			answer = json.load(response)
		assert "errors" not in answer, answer["errors"]
		(result,) = answer["data"].values()
		assert not (isinstance(result, dict) and "errorCode" in result), result
		return result
