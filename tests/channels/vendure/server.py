"""A real Vendure, and the sessions of those who use it."""

import json
import shutil
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from channels.peers import ROOT, SECRET, Inbox, Process, free_port, install

HERE = Path(__file__).parent
PLUGIN = ROOT / "pos_bridge" / "channels" / "vendure" / "webhooks.js"
PASSWORD = "correct horse"


class Server:
	"""The shop and the inbox of its webhooks. `stop` ends both."""

	def __init__(self, folder):
		home = install(HERE)
		shutil.copy(HERE / "shop.js", home)
		shutil.copy(PLUGIN, home)
		port = free_port()
		self.url = f"http://127.0.0.1:{port}"
		self.inbox = Inbox()
		environment = {
			"PORT": str(port),
			"HOOKS": self.inbox.url,
			"SECRET": SECRET,
			"PASSWORD": PASSWORD,
			"ASSETS": str(folder),
			"PLUGIN": str(home / PLUGIN.name),
		}
		with ExitStack() as started:
			started.callback(self.inbox.close)
			process = Process(["node", "shop.js"], home, folder / "vendure.log", environment, "ready")
			started.callback(process.stop)
			self._ends = started.pop_all()

	def stop(self):
		self._ends.close()


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
