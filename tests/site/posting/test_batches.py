"""Plain sales in one invoice: to the cent what they are one by one; what is special stays alone."""

import frappe
import pytest
from books import book, entry_of, flags, gl, invoice_of, open_shop, record, returned

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.core.journal import Accounts, effect_of
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import Tender
from pos_bridge.erpnext.batches import gather


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""A shop whose plain sales are booked in batches."""
	shop = open_shop(stock=100_000)
	profile = frappe.db.get_value("POS Till", shop.till, "pos_profile")
	frappe.db.set_value("POS Profile", profile, "pos_bridge_batches", 1)
	frappe.clear_document_cache("POS Profile", profile)
	frappe.db.commit()
	return shop


@pytest.fixture
def no_waiting(monkeypatch):
	"""Two sales are enough."""
	monkeypatch.setattr(gather, "ENOUGH_SALES", 2)


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


def test_plain_sales_become_one_invoice_that_books_what_they_book_one_by_one(shop, no_waiting):
	tea, cake, milk = shop.items
	card = [*shop.shop.tenders][1]
	lines = [shop.line(tea, "3"), shop.line(cake, "4"), shop.line(milk, "2", percent=7)]
	total = open_wire(shop.sale(*lines)).body["total_minor"]
	wires = [
		shop.sale(shop.line(tea, "2", price=229), over=50),
		shop.sale(*lines, tenders=[Tender(card, "card", total)]),
		shop.sale(shop.line(tea, price=229), shop.line(tea, "5")),
	]
	book(shop, *wires)
	(name,) = {invoice_of(wire).name for wire in wires}
	invoice = invoice_of(wires[0])
	assert name == f"{open_wire(wires[0]).receipt_number}-B"
	assert (invoice.docstatus, invoice.status, invoice.outstanding_amount) == (1, "Paid", 0)
	assert booked(shop, name) == predicted(shop, *wires)
	assert round(sum(gl(name).values()), 2) == 0
	assert [row.qty for row in invoice.items] == [3, 8, 4, 2]
	assert invoice.change_amount == 0
	assert all(flags(wire) == [] for wire in wires)
	assert "3 sales" in invoice.remarks
