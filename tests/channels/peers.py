"""Real shops for tests: installed once under .make, started on loopback, with an inbox for their webhooks."""

import hashlib
import os
import shutil
import socket
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSTALL_SECONDS, START_SECONDS, STOP_SECONDS = 300, 120, 20
SECRET = "whsec"


class NotInstalled(Exception):
	"""Why this machine can't run a shop."""


def install(here):
	"""The packages of `here`/package.json under .make; the folder. Nothing is done if they are there."""
	home = ROOT / ".make" / here.name
	wanted = hashlib.sha256((here / "package.json").read_bytes()).hexdigest()
	stamp = home / ".installed"
	if stamp.exists() and stamp.read_text() == wanted:
		return home
	_check_node()
	home.mkdir(parents=True, exist_ok=True)
	shutil.copy(here / "package.json", home)
	command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
	try:
		done = subprocess.run(
			["nice", *command], cwd=home, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
		)
	except subprocess.TimeoutExpired as error:
		raise NotInstalled(f"npm did not install it in {INSTALL_SECONDS} seconds") from error
	if done.returncode:
		raise NotInstalled(f"npm could not install it: {done.stderr.strip()[-300:]}")
	stamp.write_text(wanted)
	return home


def _check_node():
	if not shutil.which("npm") or not shutil.which("node"):
		raise NotInstalled("npm was not found; Node 20 or newer is needed")
	version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
	if int(version[1:].split(".")[0]) < 20:
		raise NotInstalled(f"Node 20 or newer is needed, not {version}")


def free_port():
	with socket.socket() as free:
		free.bind(("127.0.0.1", 0))
		return free.getsockname()[1]


class _Inbox(BaseHTTPRequestHandler):
	def do_POST(self):
		raw = self.rfile.read(int(self.headers["Content-Length"]))
		self.server.received.append((dict(self.headers), raw))
		self.send_response(200)
		self.send_header("Content-Length", "0")
		self.end_headers()

	def log_message(self, *args):
		pass


class Inbox:
	"""Takes webhooks; `received` are (headers, raw) as they came."""

	def __init__(self):
		self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Inbox)
		self.received = self._server.received = []
		self.url = f"http://127.0.0.1:{self._server.server_port}/"
		self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
		self._thread.start()

	def close(self):
		self._server.shutdown()
		self._server.server_close()
		self._thread.join()


class Process:
	"""A shop's process, which is up when its log says so."""

	def __init__(self, command, home, log, environment, ready, user=None):
		self._out = log.open("w")
		self._process = subprocess.Popen(
			["nice", *command],
			cwd=home,
			env={**os.environ, **environment},
			user=user,
			stdout=self._out,
			stderr=self._out,
		)
		deadline = time.monotonic() + START_SECONDS
		while ready not in log.read_text():
			if self._process.poll() is not None or time.monotonic() > deadline:
				said = log.read_text()[-1000:]
				self.stop()
				raise RuntimeError(f"The shop did not start: {said}")
			time.sleep(0.2)

	def stop(self):
		self._process.terminate()
		try:
			self._process.wait(STOP_SECONDS)
		except subprocess.TimeoutExpired:
			self._process.kill()
			self._process.wait()
		self._out.close()
