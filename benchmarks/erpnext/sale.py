"""What posting a five-line sale costs: ours beside ERPNext's own insert and submit of the same document.

It never counts a sale that was not posted.
"""

import gc
import time
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import books
import frappe

from benchmarks.figure import Figure
from pos_bridge import jobs
from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext.posting.invoice import invoice_of
from pos_bridge.erpnext.posting.moments import shop_time

ITEMS = 40
LINES = 5
ROUNDS = 6
SALES = 20
"""Sales of one kind in a round; ours are what one job finds waiting."""
WRITTEN = ("Sales Invoice", "Sales Invoice Item", "Sales Taxes and Charges", "Sales Invoice Payment")
LEDGERS = ("GL Entry", "Payment Ledger Entry", "Stock Ledger Entry")
Shop = books.TestShop


def measure(site: str) -> list[Figure]:
	shop = books.open_shop(items=ITEMS, stock=1_000_000)
	gc.collect()
	gc.freeze()  # as Frappe's web and background processes do when they have started
	seconds: dict[str, list[float]] = {"stock": [], "ours": [], "raw": []}
	ratios = []
	for number in range(ROUNDS + 1):
		sales = [sale_of(shop, 2 * number * SALES + index) for index in range(2 * SALES)]
		stock = [_by_stock(shop, wire) for wire in sales[:SALES]]
		ours = _by_us(shop, sales[SALES:])
		if number:  # the first round warms up
			seconds["stock"] += stock
			seconds["ours"].append(ours)
			seconds["raw"].append(raw(open_wire(sales[-1]).receipt_number))
			ratios.append(median(stock) / ours)
	return [_figure(seconds, ratios)]


def sale_of(shop: Shop, number: int) -> WireEntry:
	"""A sale of five of the shop's items, paid in cash, `number` seconds after opening at eight.

	Nothing is back-dated by it, for then ERPNext would have the stock ledger reposted.
	"""
	items = [shop.items[(number * 7 + index * 3) % len(shop.items)] for index in range(LINES)]
	at = datetime.fromisoformat(f"{shop.day}T08:00:00.000+01:00") + timedelta(seconds=number)
	return shop.sale(*[shop.line(item) for item in items], at=at.isoformat(timespec="milliseconds"))


def _by_stock(shop: Shop, wire: WireEntry) -> float:
	"""ERPNext's own way; without our fields, whose entry is not recorded."""
	document = as_stock_document(shop, wire)
	begun = time.perf_counter()
	invoice = frappe.get_doc(document)
	invoice.insert()
	invoice.submit()
	frappe.db.commit()
	return time.perf_counter() - begun


def as_stock_document(shop: Shop, wire: WireEntry) -> dict[str, Any]:
	"""What a client would send to ERPNext for the sale."""
	entry = open_wire(wire)
	sale, moment = sale_from_body(entry.body), shop_time(entry.occurred_at, "")
	fields = invoice_of(entry, sale, shop.shop, shop.shop.customer, moment).as_dict(no_nulls=True)
	return {name: value for name, value in fields.items() if not name.startswith("pos_bridge_")}


def _by_us(shop: Shop, wires: list[WireEntry]) -> float:
	"""One job that posts them all, from its first claim to its last commit; seconds for one sale."""
	books.record(shop, *wires)
	jobs.DRAIN_SECONDS = 600.0
	begun = time.perf_counter()
	jobs.post_waiting()
	taken = time.perf_counter() - begun
	states = {books.entry_of(wire).state for wire in wires}
	if states != {"posted"}:
		raise RuntimeError(f"Sales were not posted but {states}.")
	return taken / len(wires)


def raw(name: str) -> float:
	"""The floor: the rows of a posted invoice as plain INSERTs under new names, one commit."""
	statements = [each for doctype in (*WRITTEN, *LEDGERS) for each in _inserts(doctype, name)]
	begun = time.perf_counter()
	for statement, values in statements:
		frappe.db.sql(statement, values)
	frappe.db.commit()
	taken = time.perf_counter() - begun
	for doctype in (*WRITTEN, *LEDGERS):
		frappe.db.sql(f"DELETE FROM `tab{doctype}` WHERE name LIKE 'raw-%%'")
	frappe.db.commit()
	return taken


def _inserts(doctype: str, voucher: str) -> list[tuple[str, list[Any]]]:
	key = "name" if doctype == "Sales Invoice" else "voucher_no" if doctype in LEDGERS else "parent"
	rows = frappe.db.sql(f"SELECT * FROM `tab{doctype}` WHERE `{key}` = %s", voucher, as_dict=True)
	return [_insert(doctype, {**row, "name": f"raw-{index}"}) for index, row in enumerate(rows)]


def _insert(doctype: str, row: dict[str, Any]) -> tuple[str, list[Any]]:
	columns = ", ".join(f"`{column}`" for column in row)
	marks = ", ".join(["%s"] * len(row))
	return f"INSERT INTO `tab{doctype}` ({columns}) VALUES ({marks})", list(row.values())


def _figure(seconds: dict[str, list[float]], ratios: list[float]) -> Figure:
	stock, ours, raw = (median(seconds[name]) * 1_000 for name in ("stock", "ours", "raw"))
	how = (
		f"Median time of stock insert + submit + commit of a POS Sales Invoice of {LINES} lines (update_stock"
		f", two VAT rows, cash), {stock:.0f} ms, ÷ ours, {ours:.0f} ms: one job that posts {SALES} recorded"
		f" sales, claims and commits of each included. {ROUNDS} rounds by turns on one connection, one round"
		f" left out as warm-up. Floor: the sale's rows as plain INSERTs and one commit, {raw:.1f} ms."
	)
	return Figure("post_sale_ratio", stock / ours, stock / raw, ratios, how, peer=1.0)
