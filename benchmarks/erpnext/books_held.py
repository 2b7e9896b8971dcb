"""What the books hold of sales that tills made: general ledger and stock, held against the entries.

It only reads, through the site that the process is connected to.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import frappe
from books import TestShop, gl

from pos_bridge.core.entry import WireEntry, open_wire


def off_by_minor(wire: WireEntry, shop: TestShop) -> int:
	"""By how much the general ledger differs from a sale, over its accounts; debits must equal credits."""
	body, accounts = open_wire(wire).body, shop.shop
	entries = gl(open_wire(wire).receipt_number)
	taken: Counter[str] = Counter({accounts.income_account: -body["net_minor"]})
	for tender in body["tenders"]:
		taken[accounts.tenders[tender["tender"]]] += tender["amount_minor"]
	taken[accounts.change_account] -= body["change_minor"]
	for tax in body["taxes"]:
		taken[tax["tax"]] -= tax["amount_minor"]
	off = sum(abs(round(entries.get(account, 0) * 100) - minor) for account, minor in taken.items())
	return off + abs(round(sum(entries.values()) * 100))


def stock_moves(items: list[str], warehouse: str) -> dict[str, list[Mapping]]:
	"""Each item's moves in the order in which stock ledgers are read."""
	sql = (
		"SELECT item_code, voucher_no, actual_qty, qty_after_transaction, posting_datetime, creation,"
		" pos_bridge_entry FROM `tabStock Ledger Entry` WHERE item_code IN %s AND warehouse = %s"
		" AND is_cancelled = 0 ORDER BY posting_datetime, creation"
	)
	rows = frappe.db.sql(sql, (tuple(items), warehouse), as_dict=True)
	return {item: [row for row in rows if row.item_code == item] for item in items}


def stock_off(item: str, warehouse: str, rows: list[Mapping], made: Mapping[str, WireEntry]) -> int:
	"""1 unless the Bin is the sum of the moves, the last move's balance, and what was received less sold."""
	sold = sum(
		float(line["quantity"])
		for wire in made.values()
		for line in open_wire(wire).body["lines"]
		if line["item"] == item
	)
	received = sum(row["actual_qty"] for row in rows if not row["pos_bridge_entry"])
	on_hand = frappe.db.get_value("Bin", {"item_code": item, "warehouse": warehouse}, "actual_qty")
	figures = {
		round(on_hand, 6),
		round(sum(row["actual_qty"] for row in rows), 6),
		round(rows[-1]["qty_after_transaction"], 6),
		round(received - sold, 6),
	}
	return int(len(figures) > 1)


def out_of_order(rows: list[Mapping]) -> int:
	"""Moves whose place in the stock ledger is not the place in which they were posted."""
	as_posted = sorted(rows, key=lambda row: row["creation"])
	return sum(
		one["posting_datetime"] >= two["posting_datetime"] and one["voucher_no"] != two["voucher_no"]
		for one, two in pairwise(as_posted)
	)
