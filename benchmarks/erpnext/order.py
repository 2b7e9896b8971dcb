"""How long it takes from an online shop's message to its order in the books, with the goods already sent.

It never counts an order that was not posted; the shop answers from memory, so its network is not in it.
"""

import time
from typing import Any

import frappe
import online_shop

from benchmarks.figure import Figure
from pos_bridge import online

ORDERS = 30
WARM_UP = 3
MADE = ["order", "payment", "delivery", "invoice"]


def measure(site: str) -> list[Figure]:
	web = online_shop.open_online_shop(stock=10_000)
	ours: list[float] = []
	floor: list[float] = []
	for _ in range(ORDERS + WARM_UP):
		order = web.place(3, 1)
		web.send(order)
		hint = web.shop.deliveries[-1]
		begun = time.perf_counter()
		_status, row = online.take(web.channel, hint.headers, hint.body)
		frappe.db.commit()
		online.sync_order(row)
		ours.append(time.perf_counter() - begun)
		if web.documents(order) != MADE:
			raise RuntimeError(f"Order {order} became {web.documents(order)}, not {MADE}.")
		documents = [web.document(order, kind) for kind in MADE]
		begun = time.perf_counter()
		_bare(documents)
		floor.append(time.perf_counter() - begun)
	how = (
		"From a webhook (two lines, paid and sent) to Sales Order, Payment Entry, Delivery Note and Sales"
		f" Invoice; one worker, {WARM_UP} warm-up orders left out. Floor: ERPNext submits copies of the same"
		" four documents, by turns."
	)
	return [Figure.p95("order_to_books_p95_s", ours[WARM_UP:], floor[WARM_UP:], how)]


def _bare(documents: list[Any]) -> None:
	for document in documents:
		copy = frappe.copy_doc(document)
		if copy.doctype == "Payment Entry":
			copy.set("references", [])
		for row in copy.get("items") or []:
			for field in ("against_sales_order", "so_detail", "sales_order", "delivery_note", "dn_detail"):
				row.set(field, None)
		if copy.doctype == "Sales Invoice":
			copy.set("advances", [])
			copy.allocate_advances_automatically = 0
		copy.insert()
		copy.submit()
	frappe.db.commit()
