"""What it takes to hand sales to the company: a push to a gunicorn on loopback, answered after the commit.

It never posts them: that is `sale.py`.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import books
import frappe
from tills import HttpTill, Server, enrol

from benchmarks.erpnext.sale import LINES, as_stock_document, sale_of
from benchmarks.figure import Figure
from pos_bridge.core.entry import WireEntry

PUSHES = 100
GROUPS = 10
GROUP = 100
PEER_CALLS = 20
WARM_UP = 5


def measure(site: str) -> list[Figure]:
	shop = books.open_shop(items=40, stock=1_000_000)
	server = Server(site)
	try:
		till = enrol(server, shop.till)
		return [_one_by_one(shop, server, till), _in_groups(shop, till)]
	finally:
		server.stop()


def _one_by_one(shop: books.TestShop, server: Server, till: HttpTill) -> Figure:
	ours: list[float] = []
	floor: list[float] = []
	for number in range(PUSHES + WARM_UP):
		wire = sale_of(shop, number)
		ours.append(_ms(lambda wire=wire: _pushed(till, wire)))
		floor.append(_ms(lambda: _ping(server)) + _ms(lambda wire=wire: _raw(wire)))
	peer = round(median(_ms(call) for call in _stock_calls(shop, server)))
	how = (
		f"One sale of {LINES} lines pushed with a till's token over HTTP to gunicorn on loopback, until the"
		f" answer, which comes after the commit; {WARM_UP} warm-up pushes left out. Floor: Frappe's ping over"
		" HTTP and a raw INSERT with its COMMIT, by turns. Peer: the same sale as Sales Invoice by POST,"
		f" inserted submitted, median of {PEER_CALLS}."
	)
	figure = Figure.p95("intake_p95_ms", ours[WARM_UP:], floor[WARM_UP:], how)
	return Figure(figure.name, figure.value, figure.floor, figure.samples, figure.how, peer)


def _in_groups(shop: books.TestShop, till: HttpTill) -> Figure:
	ours: list[float] = []
	floor: list[float] = []
	for number in range(GROUPS + 1):
		wires = [sale_of(shop, number * GROUP + index) for index in range(GROUP)]
		ours.append(_ms(lambda wires=wires: _pushed(till, *wires)) / GROUP)
		floor.append(_ms(lambda wires=wires: _raw(*wires)) / GROUP)
	how = (
		f"{GROUP} sales of {LINES} lines in one push, answered after the commit, ÷ {GROUP}; the first push"
		f" left out. Floor: {GROUP} raw INSERTs and one COMMIT ÷ {GROUP}, by turns."
	)
	return Figure.median("intake_ms_per_sale", ours[1:], floor[1:], how)


def _ms(call: Callable[[], Any]) -> float:
	begun = time.perf_counter()
	call()
	return (time.perf_counter() - begun) * 1_000


def _pushed(till: HttpTill, *wires: WireEntry) -> None:
	status, answer = till.push(*wires)
	if status != 200:
		raise RuntimeError(f"A push was answered with {status}: {answer}")


def _ping(server: Server) -> None:
	if server.get("/api/method/ping")[0] != 200:
		raise RuntimeError("The site did not answer a ping.")


def _raw(*wires: WireEntry) -> None:
	for wire in wires:
		frappe.db.sql(
			"INSERT INTO `tabNote` (name, title, content) VALUES (%s, %s, %s)",
			(frappe.generate_hash(length=20), wire.hash, wire.text),
		)
	frappe.db.commit()


def _stock_calls(shop: books.TestShop, server: Server) -> list[Callable[[], None]]:
	user = frappe.get_doc("User", "Administrator")
	user.api_key, secret = frappe.generate_hash(length=15), frappe.generate_hash(length=15)
	user.api_secret = secret
	user.save()
	frappe.db.commit()
	headers = {"Authorization": f"token {user.api_key}:{secret}", "Content-Type": "application/json"}

	def call(number: int) -> None:
		document = {**as_stock_document(shop, sale_of(shop, number)), "docstatus": 1}
		body = frappe.as_json(document).encode()
		status, answer = server.post("/api/resource/Sales Invoice".replace(" ", "%20"), body, **headers)
		if status != 200:
			raise RuntimeError(f"A Sales Invoice by POST was answered with {status}: {answer}")

	return [lambda number=number: call(number) for number in range(PEER_CALLS)]
