"""Fifty thousand real entries in a site's daybook in about two minutes: sealed, chained, recorded as pushed.

Sales are not posted one by one, which would take hours: they are said to be. Openings and closings of shifts
are posted.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import books
import drawers
import frappe

from pos_bridge.core.entry import GENESIS, WireEntry, open_wire
from pos_bridge.core.kinds.credit_number import make_number
from pos_bridge.erpnext.daybook import FrappeDaybook, lock_till
from pos_bridge.erpnext.posting.moments import arrival_now

PUSH = 500
DAYS = 100
TICKET_LINES = 3
CASHIERS = ("Ada", "Noor", "Sam")
FLOAT_MINOR = 10_000


def fill(
	shop: books.TestShop, shifts: int, tickets: int, last_day: date, close_last: bool = False
) -> list[str]:
	"""Record shifts of so many tickets of a till over the days before `last_day`, each fiftieth a return.

	The POS Shifts; the last one stays open unless `close_last`.
	"""
	bodies = [open_wire(wire).body for wire in _kinds(shop)]
	names = []
	for number in range(shifts):
		shop.day = (last_day - timedelta(days=DAYS - number * DAYS // shifts)).isoformat()
		opened = drawers.open_shift(shop, FLOAT_MINOR)
		books.book(shop, opened)
		_record(shop, _pushes(shop, bodies, tickets, open_wire(opened).id))
		if close_last or number < shifts - 1:
			books.book(shop, drawers.close(shop, opened, FLOAT_MINOR))
		names.append(drawers.shift_of(opened).name)
	return names


def _record(shop: books.TestShop, pushes: Iterator[list[WireEntry]]) -> None:
	for wires in pushes:
		lock_till(shop.till)
		daybook = FrappeDaybook()
		daybook.record_all(wires, arrival_now(shop.till, "page"))
		frappe.db.commit()
	frappe.db.sql(
		"UPDATE `tabPOS Entry` SET state = 'posted' WHERE till = %s AND state = 'waiting'", shop.till
	)
	frappe.db.commit()


def _kinds(shop: books.TestShop) -> list[WireEntry]:
	"""A dozen tickets that take turns, and a return; the places that they took are given up again."""
	tickets = [
		shop.sale(
			*(shop.line(shop.items[(first + n) % len(shop.items)], str(n + 1)) for n in range(TICKET_LINES))
		)
		for first in range(12)
	]
	tickets.append(books.returned(shop, tickets[0], {1: 1}))
	shop.sequence, shop.receipts, shop.head = 0, 0, GENESIS
	return tickets


def _pushes(shop: books.TestShop, bodies: list, tickets: int, shift: str) -> Iterator[list[WireEntry]]:
	*sales, back = bodies
	wires: list[WireEntry] = []
	for number in range(tickets):
		kind, body = ("return", back) if number % 50 == 49 else ("sale", sales[number % len(sales)])
		at = f"{shop.day}T{8 + number % 12:02d}:{number % 60:02d}:00.000+01:00"
		wires.append(shop.seal(kind, {**body, "shift": shift}, at=at))
		if len(wires) == PUSH:
			yield wires
			wires = []
	if wires:
		yield wires


def trouble(shop: books.TestShop, held: int, flags: int) -> None:
	"""Some of the sales are held, and some of the posted ones have a remark."""
	frappe.db.sql(
		"UPDATE `tabPOS Entry` SET state = 'held', reason = 'The period is closed.', remedy = 'Reopen it.'"
		" WHERE till = %s AND kind = 'sale' ORDER BY position DESC LIMIT %s",
		(shop.till, held),
	)
	frappe.db.sql(
		"INSERT INTO `tabPOS Entry Flag`"
		" (name, creation, modified, parent, parenttype, parentfield, idx, flag, details)"
		" SELECT CONCAT('f', position), creation, creation, name, 'POS Entry', 'remarks', 1,"
		" 'negative_stock', 'It is at -1.' FROM `tabPOS Entry` WHERE till = %s AND state = 'posted'"
		" ORDER BY position LIMIT %s",
		(shop.till, flags),
	)
	frappe.db.commit()


def cards(count: int, day: date) -> None:
	"""Gift cards of 20.00, each of them spent for 5.00, in their own ledger alone."""
	credits, moves = [], []
	for index in range(count):
		card = make_number("gift_card", index.to_bytes(16, "big"))
		credits.append((card, card, "Gift Card", "Open", books.COMPANY, "EUR", 15, 20, 5))
		for what, amount, balance in (("Issued", 20, 20), ("Redeemed", -5, 15)):
			named = (f"{what[0]}{index:08d}", card, books.COMPANY, "EUR", what)
			moves.append((*named, amount, 0, balance, day, what, f"benchmark {index}"))
	fields = ["name", "number", "kind", "status", "company", "currency", "balance", "issued", "redeemed"]
	frappe.db.bulk_insert("POS Credit", fields, credits, chunk_size=5_000)
	fields = ["name", "credit", "company", "currency", "what", "amount", "short", "balance", "date", "part"]
	frappe.db.bulk_insert("POS Credit Entry", [*fields, "entry"], moves, chunk_size=5_000)
	frappe.db.commit()
