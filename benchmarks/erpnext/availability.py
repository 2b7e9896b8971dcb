"""How long the question takes that every screen with stock asks: what is available of these items, and where.

It never measures HTTP; the question is asked in the process that holds the connection.
"""

import time
from collections.abc import Callable

import books
import frappe

from benchmarks.figure import Figure
from pos_bridge.erpnext.stock import available

ITEMS = 100
PLACES = 20
CALLS = 100
WARM_UP = 5


def measure(site: str) -> list[Figure]:
	shop = books.open_shop(items=ITEMS, stock=100)
	places = [shop.shop.warehouse, *[f"Place {number}" for number in range(1, PLACES)]]
	for place in places[1:]:
		_stock(shop.items, place)
	books.record(shop, *[shop.sale(shop.line(item)) for item in shop.items])
	ours: list[float] = []
	floor: list[float] = []
	for _ in range(CALLS + WARM_UP):
		ours.append(_ms(lambda: available(shop.items, places)))
		floor.append(_ms(lambda: _bare(shop.items, places)))
	found = len(available(shop.items, places))
	if found != ITEMS * PLACES:
		raise RuntimeError(f"{found} availabilities were found, not {ITEMS * PLACES}.")
	how = (
		f"`stock.available` of {ITEMS} items in {PLACES} locations, each with a Bin, {ITEMS} sales recorded"
		f" and not posted; {WARM_UP} warm-up calls left out. Floor: one SELECT of the Bins, by turns."
	)
	return [Figure.median("availability_ms", ours[WARM_UP:], floor[WARM_UP:], how)]


def _stock(items: list[str], place: str) -> None:
	"""Bins of a location, as rows: nothing else of it is asked for."""
	for item in items:
		frappe.db.sql(
			"INSERT INTO `tabBin` (name, item_code, warehouse, actual_qty) VALUES (%s, %s, %s, 10)",
			(frappe.generate_hash(length=10), item, place),
		)
	frappe.db.commit()


def _bare(items: list[str], places: list[str]) -> None:
	frappe.db.sql(
		"SELECT item_code, warehouse, actual_qty FROM `tabBin` WHERE item_code IN %s AND warehouse IN %s",
		(tuple(items), tuple(places)),
	)


def _ms(call: Callable[[], object]) -> float:
	begun = time.perf_counter()
	call()
	return (time.perf_counter() - begun) * 1_000
