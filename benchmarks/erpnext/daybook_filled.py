"""Fifty thousand real entries in a site's daybook in about two minutes: sealed, chained, recorded as pushed.

They are not posted one by one, which would take hours: all but the newest are said to be. It never writes a
document of ERPNext.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import books
import frappe

from pos_bridge.core.entry import GENESIS, WireEntry, open_wire
from pos_bridge.erpnext.daybook import FrappeDaybook, lock_till
from pos_bridge.erpnext.posting.moments import arrival_now

PUSH = 500
DAYS = 100
TICKET_LINES = 3
CASHIERS = ("Ada", "Noor", "Sam")


def fill(shop: books.TestShop, entries: int, last_day: date) -> None:
	"""Record `entries` of a till over the days before `last_day`, each fiftieth a return; called posted."""
	lock_till(shop.till)
	bodies = [open_wire(wire).body for wire in _kinds(shop)]
	for wires in _pushes(shop, bodies, entries, last_day):
		daybook = FrappeDaybook()
		daybook.record_all(wires, arrival_now(shop.till, "page"))
		frappe.db.commit()
	frappe.db.sql("UPDATE `tabPOS Entry` SET state = 'posted' WHERE till = %s", shop.till)
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


def _pushes(shop: books.TestShop, bodies: list, entries: int, last_day: date) -> Iterator[list[WireEntry]]:
	*sales, back = bodies
	wires: list[WireEntry] = []
	for number in range(entries):
		day = (last_day - timedelta(days=DAYS - number * DAYS // entries)).isoformat()
		kind, body = ("return", back) if number % 50 == 49 else ("sale", sales[number % len(sales)])
		at = f"{day}T{8 + number % 12:02d}:{number % 60:02d}:00.000+01:00"
		wires.append(shop.seal(kind, body, day=day, at=at))
		if len(wires) == PUSH:
			yield wires
			wires = []
	if wires:
		yield wires


def trouble(shop: books.TestShop, held: int, flags: int) -> None:
	"""Some of the entries are held, and some of the posted ones have a remark."""
	frappe.db.sql(
		"UPDATE `tabPOS Entry` SET state = 'held', reason = 'The period is closed.', remedy = 'Reopen it.'"
		" WHERE till = %s ORDER BY position DESC LIMIT %s",
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
