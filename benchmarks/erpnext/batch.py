"""What two hundred plain sales cost as one batch: ours beside ERPNext's own POS Invoices and their closing.

It never counts a sale that is not in the books: both ways are compared by their ledgers.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import books
import frappe
from erpnext.accounts.doctype.pos_closing_entry.pos_closing_entry import make_closing_entry_from_opening
from erpnext.accounts.doctype.pos_invoice_merge_log import pos_invoice_merge_log
from frappe.model.document import Document
from frappe.utils import get_datetime

from benchmarks.erpnext.sale import ITEMS, LINES, Shop, as_stock_document, raw, sale_of
from benchmarks.figure import Figure
from pos_bridge import jobs
from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.erpnext.batches import gather

SALES = 200
ROUNDS = 2


def measure(site: str) -> list[Figure]:
	shop, other = _shop(), _shop()
	_warm(shop, other)
	gc.collect()
	gc.freeze()  # as Frappe's web and background processes do when they have started
	seconds: dict[str, list[float]] = {"stock": [], "ours": [], "raw": []}
	for number in range(1, ROUNDS + 1):
		sales, others = _sales(shop, number, SALES), _sales(other, number, SALES)
		ours, batch = _by_us(shop, sales)
		stock, consolidated = _by_stock(other, others)
		_check(batch, sales, consolidated)
		seconds["ours"].append(ours)
		seconds["stock"].append(stock)
		seconds["raw"].append(raw(batch))
	return [_figure(seconds)]


def _shop() -> Shop:
	shop = books.open_shop(items=ITEMS, stock=1_000_000)
	profile = shop.shop.profile
	frappe.db.set_value("POS Profile", profile, "pos_bridge_batches", 1)
	frappe.clear_document_cache("POS Profile", profile)
	frappe.db.commit()
	return shop


def _warm(shop: Shop, other: Shop) -> None:
	_by_us(shop, _sales(shop, 0, 5))
	_by_stock(other, _sales(other, 0, 5))


def _sales(shop: Shop, number: int, count: int) -> list[WireEntry]:
	return [sale_of(shop, number * SALES + index) for index in range(count)]


def _by_us(shop: Shop, wires: list[WireEntry]) -> tuple[float, str]:
	"""One job that posts them all, from its first claim to its last commit, and the invoice."""
	books.record(shop, *wires)
	gather.WAIT_MINUTES, jobs.DRAIN_SECONDS = 0, 600.0
	begun = time.perf_counter()
	jobs.post_waiting()
	taken = time.perf_counter() - begun
	(name,) = {books.invoice_of(wire).name for wire in wires}
	return taken, name


def _by_stock(shop: Shop, wires: list[WireEntry]) -> tuple[float, str]:
	"""ERPNext's own way: a POS Invoice each, inserted and submitted, then the closing that merges them."""
	documents = [_pos_invoice(shop, wire) for wire in wires]
	opening = _opening(shop)
	begun = time.perf_counter()
	for document in documents:
		invoice = frappe.get_doc(document)
		invoice.insert()
		invoice.submit()
		frappe.db.commit()
	_close(opening)
	frappe.db.commit()
	taken = time.perf_counter() - begun
	(name,) = set(
		frappe.get_all(
			"POS Invoice",
			{"pos_profile": shop.shop.profile},
			pluck="consolidated_invoice",
			order_by="creation desc",
			limit=len(wires),
		)
	)
	return taken, name


def _pos_invoice(shop: Shop, wire: WireEntry) -> dict[str, Any]:
	document = as_stock_document(shop, wire)
	for table in ("items", "taxes", "payments"):
		document[table] = [
			{
				name: value
				for name, value in row.items()
				if name not in ("doctype", "parentfield", "parenttype")
			}
			for row in document[table]
		]
	return {**document, "doctype": "POS Invoice"}


def _opening(shop: Shop) -> Document:
	place = shop.shop
	opening = frappe.get_doc(
		{
			"doctype": "POS Opening Entry",
			"period_start_date": get_datetime(f"{shop.day} 00:00:00"),
			"posting_date": shop.day,
			"company": place.company,
			"pos_profile": place.profile,
			"user": frappe.session.user,
			"balance_details": [{"mode_of_payment": mode, "opening_amount": 0} for mode in place.tenders],
		}
	)
	opening.insert()
	opening.submit()
	frappe.db.commit()
	return opening


def _close(opening: Document) -> None:
	closing = make_closing_entry_from_opening(opening)
	for row in closing.payment_reconciliation:
		row.closing_amount = row.expected_amount
	closing.insert()
	with _jobs_at_once():
		closing.submit()


@contextmanager
def _jobs_at_once() -> Iterator[None]:
	"""ERPNext merges ten invoices or more in a background job; here it counts; jobs that it calls do not."""
	own = pos_invoice_merge_log.enqueue_job
	pos_invoice_merge_log.enqueue_job = lambda job, **options: job(**options)
	try:
		yield
	finally:
		pos_invoice_merge_log.enqueue_job = own


def _check(batch: str, wires: list[WireEntry], consolidated: str) -> None:
	"""Ours is the receipts' total to the cent; ERPNext's own may be off by what its rounding makes of it."""
	minor = sum(open_wire(wire).body["total_minor"] for wire in wires)
	ours, theirs = (_total(name) for name in (batch, consolidated))
	if round(ours * 100) != minor or abs(theirs - ours) > SALES * 0.05:
		raise RuntimeError(f"The receipts come to {minor}, our invoice to {ours}, ERPNext's to {theirs}.")


def _total(name: str) -> float:
	found = frappe.db.get_value("Sales Invoice", name, ["rounded_total", "grand_total"])
	return float(found[0] or found[1])


def _figure(seconds: dict[str, list[float]]) -> Figure:
	ratios = [stock / ours for stock, ours in zip(seconds["stock"], seconds["ours"], strict=True)]
	stock, ours, floor = (median(seconds[name]) for name in ("stock", "ours", "raw"))
	how = (
		f"Median time in which ERPNext books {SALES} POS Invoices of {LINES} lines (insert, submit, commit)"
		f" and merges them by a POS Closing Entry, {stock:.1f} s, ÷ ours, {ours:.2f} s: one job that books as"
		f" many recorded sales in one Sales Invoice, claim and commit included. {ROUNDS} rounds by turns"
		f". Floor: the invoice's rows as plain INSERTs and one commit, {floor * 1_000:.0f} ms."
	)
	return Figure("post_batch_ratio", stock / ours, stock / floor, ratios, how, peer=1.0)
