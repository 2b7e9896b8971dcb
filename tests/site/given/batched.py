"""Batches for the tests: a shop that makes them, and what journal and books say of many entries together."""

from contextlib import contextmanager
from datetime import date

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, gl, invoice_of, open_shop

from pos_bridge.core.entry import open_wire
from pos_bridge.core.journal import Accounts, effect_of
from pos_bridge.core.money import SCALE
from pos_bridge.erpnext.batches import gather
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope


def make_batches(shop):
	"""Plain sales of this shop are booked in batches from now on."""
	profile = shop.shop.profile
	frappe.db.set_value("POS Profile", profile, "pos_bridge_batches", 1)
	frappe.clear_document_cache("POS Profile", profile)
	frappe.db.commit()
	return shop


def batching_shop():
	return make_batches(open_shop(stock=100_000))


def accounts_of(shop):
	place = shop.shop
	company = frappe.get_cached_doc("Company", place.company)
	return Accounts(
		receivable=company.default_receivable_account,
		revenue=place.income_account,
		round_off=company.round_off_account,
		taxes={row.account: row.account for row in place.taxes},
		tenders=place.tenders,
	)


def predicted(shop, *wires):
	"""What core's journal says of all these entries together."""
	net, moves = {}, {}
	for wire in wires:
		effect = effect_of(open_wire(wire), accounts_of(shop), shop.shop.warehouse)
		for line in effect.lines:
			net[line.account] = net.get(line.account, 0) + line.debit_minor - line.credit_minor
		for move in effect.moves:
			moves[move.item] = moves.get(move.item, 0) + move.quantity
	return {account: amount for account, amount in net.items() if amount}, moves


def booked(shop, *documents):
	"""What GL and stock ledger say of documents; the cost of goods is left out."""
	company = frappe.get_cached_doc("Company", shop.shop.company)
	costs = (company.default_expense_account, company.default_inventory_account)
	net, moves = {}, {}
	for name in documents:
		for account, amount in gl(name).items():
			if account not in costs:
				net[account] = net.get(account, 0) + round(amount * 100)
		for row in frappe.get_all(
			"Stock Ledger Entry", {"voucher_no": name, "is_cancelled": 0}, ["item_code", "actual_qty"]
		):
			moves[row.item_code] = moves.get(row.item_code, 0) + round(row.actual_qty * SCALE)
	return {account: amount for account, amount in net.items() if amount}, moves


@contextmanager
def two_are_enough():
	"""Two sales don't wait for more."""
	with pytest.MonkeyPatch.context() as patch:
		patch.setattr(gather, "ENOUGH_SALES", 2)
		yield


@contextmanager
def nothing_waits():
	"""Not even a single sale, nor those that waited for more."""
	frappe.db.set_value("POS Entry", {"state": "waiting", "attempts": 0}, "next_try_at", None)
	frappe.db.commit()
	with pytest.MonkeyPatch.context() as patch:
		patch.setattr(gather, "WAIT_MINUTES", 0)
		yield


def book_together(shop, *wires):
	"""Record and book them; the one invoice that all became."""
	with two_are_enough():
		book(shop, *wires)
	(name,) = set(names(*wires))
	return name


def plain(shop, quantity="1", **more):
	return shop.sale(shop.line(shop.items[0], quantity), **more)


def names(*wires):
	return [invoice_of(wire).name for wire in wires]


def state(wire):
	return entry_of(wire).state


def compared(shop):
	"""Unexplained differences there are none; the others but for stock values that ERPNext computes again."""
	result = reconcile(Scope(COMPANY, date.fromisoformat(DAY), date.fromisoformat(DAY), shop.till))
	assert result.unexplained == ()
	return result, [each for each in result.differences if each.kind is not Kind.REPOST]
