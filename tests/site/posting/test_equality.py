"""Posting in one pass gives what stock ERPNext's insert and submit give: the same rows, the same events."""

import random

import frappe
import pytest
from books import book, make_item, open_shop, receive, returned
from foreign_app import watching
from rows import rows_of, writes

from pos_bridge import jobs
from pos_bridge.core.daybook import State, Stored
from pos_bridge.core.entry import open_wire
from pos_bridge.core.returns import return_from_body
from pos_bridge.core.sale import Tender, compute
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext.daybook import FrappeDaybook, lock_till
from pos_bridge.erpnext.isolation import begin
from pos_bridge.erpnext.overrides.company_sales import bring_up_to_date
from pos_bridge.erpnext.posting import post as posting
from pos_bridge.erpnext.posting.invoice import invoice_of
from pos_bridge.erpnext.posting.moments import arrival_now

SEED = 20261125
OF_THE_DRAFT = (("Sales Invoice", "validate"), ("Sales Invoice", "before_save"))
REWRITTEN = {"tabItem Default"}
"""Stock writes the same value over it with every sale; only that it is the same counts."""
OURS_ONLY = {"tabPOS Entry", "tabPOS Entry Posting", "tabPOS Chain", "tabPOS Unposted Stock", "tabPOS Till"}


@pytest.fixture
def varied(site):
	"""A shop that sells all kinds of goods."""
	shop = open_shop(items=4, stock=1000)
	name = f"{shop.till}-"
	kilos = make_item(f"{name}kilos", 1299, "Reduced", stock_uom="Kg")
	parts = [make_item(f"{name}part{index}", 100) for index in (1, 2)]
	batch = make_item(
		f"{name}batch", 799, has_batch_no=1, create_new_batch=1, batch_number_series=f"{name}.####"
	)
	serial = make_item(f"{name}serial", 9900, has_serial_no=1, serial_no_series=f"{name}S.####")
	receive([kilos, *parts, batch, serial], shop.shop.warehouse, 100, rate=3.33)
	service = make_item(f"{name}service", 1500, is_stock_item=0)
	bundle = make_item(f"{name}bundle", 450, "Reduced", is_stock_item=0)
	rows = [{"item_code": part, "qty": index} for index, part in enumerate(parts, start=1)]
	frappe.get_doc({"doctype": "Product Bundle", "new_item_code": bundle, "items": rows}).insert()
	frappe.db.commit()
	shop.items += [kilos, batch, serial, service, bundle]
	return shop


def any_sale(shop, dice):
	"""A sale of one to six lines, some with discounts, paid in one to three ways."""
	lines = [any_line(shop, dice) for _ in range(dice.randint(1, 6))]
	total = compute(shop.draft(*lines)).total_minor
	cash, card = list(shop.shop.tenders)[:2]
	by_card = dice.choice([0, 0, total, total // 3])
	tenders = [Tender(card, "card", by_card)] if by_card else []
	if total > by_card or not tenders:
		tenders.append(Tender(cash, "cash", total - by_card + dice.choice([0, 0, 5, 350])))
	return shop.sale(*lines, tenders=tenders)


def any_line(shop, dice):
	item = dice.choice(shop.items)
	quantity = str(dice.randint(1, 4))
	if item.endswith("kilos"):
		quantity = f"{dice.randint(1, 3)}.{dice.randint(0, 99):02d}5"
	discount = dice.choice([{}, {}, {"percent": dice.randint(1, 40)}, {"off": dice.randint(1, 90)}])
	return shop.line(item, quantity, **discount)


def ours(wire):
	"""Record and post in the open transaction, as a job does it; the invoice's name."""
	stored = recorded(wire)
	with posting.as_till(), jobs.nothing_asked_twice() as companies:
		booking = posting.post(stored)
	bring_up_to_date(companies)
	((_, name),) = booking.documents.values()
	return name


def recorded(wire):
	entry = open_wire(wire)
	lock_till(entry.till)
	arrival = arrival_now(entry.till, "page")
	FrappeDaybook().record_all([wire], arrival)
	return Stored(1, wire, entry, arrival, State.WAITING)


def stocks(wire, moment, against):
	"""The same document made by ERPNext's insert and submit."""
	entry = recorded(wire).entry
	shop = posting.shop_of(entry.till)
	sale = sale_from_body(entry.body) if entry.kind == "sale" else return_from_body(entry.body).sale
	doc = invoice_of(entry, sale, shop, shop.customer, moment)
	doc.update(against["invoice"])
	for row, more in zip(doc.items, against["rows"], strict=True):
		row.update(more)
	doc.insert(set_name=entry.receipt_number)
	doc.submit()


def compared(wire, monkeypatch):
	"""Rows and events of both ways, each from the same state."""
	begin()
	with writes() as tables_ours, watching(monkeypatch) as seen_ours:
		name = ours(wire)
	doc = frappe.get_doc("Sales Invoice", name)
	moment = posting.datetime.combine(doc.posting_date, (posting.datetime.min + doc.posting_time).time())
	against = {
		"invoice": {"is_return": doc.is_return, "return_against": doc.return_against},
		"rows": [{"sales_invoice_item": row.sales_invoice_item} for row in doc.items],
	}
	rows_ours = rows_of(tables_ours - OURS_ONLY | REWRITTEN, name)
	begin()
	frappe.clear_document_cache("Sales Invoice", name)
	with writes() as tables_stock, watching(monkeypatch) as seen_stock:
		stocks(wire, moment, against)
	rows_stock = rows_of(tables_stock - OURS_ONLY | REWRITTEN, name)
	begin()
	return (rows_ours, seen_ours), (rows_stock, seen_stock)


def check_rows(ours, stock):
	# A Version says how a draft became the submitted invoice; here nobody ever saw a draft.
	stock.pop("tabVersion", None)
	assert sorted(ours) == sorted(stock)
	for table, rows in stock.items():
		differences = [
			(table, index, name, mine, theirs)
			for index, (own, other) in enumerate(zip(ours[table], rows, strict=True))
			for (name, mine), (_, theirs) in zip(own, other, strict=True)
			if mine != theirs
		]
		assert not differences


def check_events(ours, stock):
	"""Ours fire once what stock fires for the draft and again for its submitting."""
	assert set(ours.last) == set(stock.last)
	for key, values in stock.last.items():
		if key == ("Sales Invoice", "before_validate"):
			# Before anything is computed, as in the first of stock's two.
			values = stock.first[key]
		elif key == ("Sales Invoice", "after_insert"):
			values = {**values, **{name: ours.last[key][name] for name in ("docstatus", "status")}}
		elif key in OF_THE_DRAFT:
			values = {**values, "docstatus": 0, "status": stock.first[key]["status"]}
		assert ours.last[key] == values, key


def compare_many(shop, count, monkeypatch):
	dice = random.Random(SEED)
	for number in range(count):
		wire = any_sale(shop, dice)
		if number % 10 == 9:
			book(shop, wire)
			wire = returned(shop, wire, {1: 1}) if first_is_whole(wire) else any_sale(shop, dice)
		(rows_ours, seen_ours), (rows_stock, seen_stock) = compared(wire, monkeypatch)
		check_rows(rows_ours, rows_stock)
		check_events(seen_ours, seen_stock)


def first_is_whole(wire):
	return "." not in open_wire(wire).body["lines"][0]["quantity"]


def test_twenty_sales_give_the_rows_and_events_of_stock_erpnext(varied, monkeypatch):
	compare_many(varied, 20, monkeypatch)


@pytest.mark.slow
def test_two_hundred_sales_give_the_rows_and_events_of_stock_erpnext(varied, monkeypatch):
	compare_many(varied, 200, monkeypatch)
