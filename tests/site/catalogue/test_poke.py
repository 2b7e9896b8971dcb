"""The company calls: a till that has only its token hears of a change over Frappe's realtime server."""

import http.client
import json
import os
import socket
import subprocess
import threading
import time

import frappe
import pytest
from disposable import BENCH, start_worker, wait_until
from tills import enrol

from pos_bridge.erpnext.catalogue import poke


class Realtime:
	"""Frappe's own realtime server, on a socket in the file system."""

	def __init__(self, folder, site):
		self.path = str(folder / "realtime.sock")
		env = {**os.environ, "FRAPPE_SOCKETIO_UDS": self.path, "FRAPPE_SITE": site}
		self._process = subprocess.Popen(["node", str(BENCH / "apps/frappe/socketio.js")], env=env)
		wait_until(lambda: os.path.exists(self.path), "the realtime server")

	def stop(self):
		self._process.terminate()
		self._process.wait(10)


class Listener:
	"""What socket.io's client does over the polling transport, with the headers that a browser sends."""

	def __init__(self, realtime, origin, namespace, token):
		self._realtime, self._namespace = realtime, namespace
		self._headers = {"Origin": origin, "Host": origin.partition("//")[2], "Cookie": "pos_bridge_till=1"}
		self._headers["Authorization"] = f"Till {token}"
		self._sid = ""
		opened = self._ask("GET")
		self._sid = "&sid=" + json.loads(opened[1:])["sid"]
		self._ask("POST", f"40{namespace},")
		self.welcome = self._ask("GET")

	def hear_call(self):
		"""The name of the next event."""
		return json.loads(self.hear().partition(",")[2])[0]

	def hear(self):
		"""The next packet; the server's pings are answered."""
		while (packet := self._ask("GET")) == "2":
			self._ask("POST", "3")
		return packet

	def _ask(self, method, body=None):
		connection = http.client.HTTPConnection("127.0.0.1", timeout=40)
		connection.sock = socket.socket(socket.AF_UNIX)
		connection.sock.connect(self._realtime.path)
		connection.request(
			method, f"/socket.io/?EIO=4&transport=polling{self._sid}", body=body, headers=self._headers
		)
		answer = connection.getresponse().read().decode()
		connection.close()
		return answer


@pytest.fixture
def realtime(tmp_path, server):
	running = Realtime(tmp_path, frappe.local.site)
	yield running
	running.stop()


def change_a_price(shop, rate):
	price = frappe.get_doc("Item Price", {"item_code": shop.items[0]})
	price.price_list_rate = rate
	price.save()
	frappe.db.commit()


def be_quiet():
	"""As if nothing had been changed for a while: making a shop is many changes, and the last is recent."""
	for key in ("pos_bridge:tills_called", "pos_bridge:tills_called:again"):
		frappe.cache.delete_value(key)


def test_a_till_hears_of_a_changed_price_within_five_seconds(server, realtime, own_shop):
	be_quiet()
	till = enrol(server, own_shop.till)
	namespace = f"/{frappe.local.site}"
	listener = Listener(realtime, server.url, namespace, till.token)
	assert listener.welcome.startswith(f"40{namespace}"), listener.welcome
	heard = []
	ear = threading.Thread(target=lambda: heard.append((listener.hear_call(), time.monotonic())), daemon=True)
	ear.start()
	changed_at = time.monotonic()
	change_a_price(own_shop, 4.44)
	ear.join(10)
	event, heard_at = heard[0]
	assert event == poke.EVENT
	assert heard_at - changed_at < 5


def test_a_change_that_comes_too_soon_is_called_by_a_worker(server, realtime, own_shop, tmp_path):
	"""The second of two changes at once: the till is called for it, too, when the quiet second is over."""
	be_quiet()
	listener = Listener(realtime, server.url, f"/{frappe.local.site}", enrol(server, own_shop.till).token)
	worker = start_worker(tmp_path / "worker.log", "short")
	try:
		change_a_price(own_shop, 4.55)
		change_a_price(own_shop, 4.56)
		assert [listener.hear_call() for _ in range(2)] == [poke.EVENT] * 2
	finally:
		worker.terminate()
		worker.wait(20)


def test_a_wrong_token_hears_nothing(server, realtime, shop):
	listener = Listener(realtime, server.url, f"/{frappe.local.site}", "wrong")
	assert listener.welcome.startswith("44")


def test_the_last_of_many_changes_is_never_left_out(own_shop, monkeypatch):
	called, asked = [], []
	monkeypatch.setattr("frappe.publish_realtime", lambda event, *_, **__: called.append(event))
	monkeypatch.setattr("frappe.enqueue", lambda method, **_: asked.append(method))
	be_quiet()
	change_a_price(own_shop, 5.01)
	change_a_price(own_shop, 5.02)
	assert (called.count(poke.EVENT), asked) == (1, ["pos_bridge.jobs.call_tills"])
	# The job's turn; a change right after it is too soon again, and puts off another call.
	frappe.cache.delete_value("pos_bridge:tills_called")
	poke.call_again()
	change_a_price(own_shop, 5.03)
	assert (called.count(poke.EVENT), len(asked)) == (2, 2)
