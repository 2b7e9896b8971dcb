"""A sale's way into ERPNext: the right invoice, the right accounts, the right stock, once."""

import frappe
import pytest
from books import book, entry_of, gl, invoice_of, on_hand, record

from pos_bridge import jobs
from pos_bridge.core.sale import Tender


def test_a_sale_becomes_one_submitted_invoice_under_its_receipt_number(shop):
	tea, cake, _ = shop.items
	wire = shop.sale(shop.line(tea, "2", percent=10), shop.line(cake), over=50)
	(entry,) = book(shop, wire)
	invoice = invoice_of(wire)
	assert (entry.state, entry.remarks) == ("posted", [])
	assert (invoice.name, invoice.docstatus, invoice.is_pos, invoice.update_stock) == (
		entry.receipt_number,
		1,
		1,
		1,
	)
	assert (invoice.grand_total, invoice.change_amount, invoice.outstanding_amount) == (9.5, 0.5, 0)
	assert (invoice.pos_bridge_entry, invoice.pos_bridge_till, invoice.pos_bridge_channel) == (
		entry.name,
		shop.till,
		"Till",
	)
	assert (str(invoice.posting_date), invoice.items[0].rate, invoice.items[0].price_list_rate) == (
		entry.business_date.isoformat(),
		2.25,
		2.5,
	)


def test_debits_equal_credits_and_each_account_gets_its_amount(shop):
	tea, cake, _ = shop.items
	cash, card, *_ = shop.shop.tenders
	wire = shop.sale(
		shop.line(tea, "2"), shop.line(cake), tenders=[Tender(card, "card", 400), Tender(cash, "cash", 1000)]
	)
	book(shop, wire)
	invoice = invoice_of(wire)
	booked = gl(invoice.name)
	assert round(sum(booked.values()), 2) == 0
	assert booked[shop.shop.tenders[card]] == 4.0
	assert booked[shop.shop.tenders[cash]] == 6.0
	taxes = {row.account_head: row.tax_amount for row in invoice.taxes}
	assert {account: -booked[account] for account in taxes if taxes[account]} == {
		a: t for a, t in taxes.items() if t
	}


def test_stock_leaves_with_channel_till_and_entry(shop):
	tea, *_ = shop.items
	before = on_hand(tea, shop.shop.warehouse)
	wire = shop.sale(shop.line(tea, "3"))
	(entry,) = book(shop, wire)
	(move,) = frappe.get_all(
		"Stock Ledger Entry",
		{"voucher_no": entry.receipt_number},
		["actual_qty", "warehouse", "pos_bridge_channel", "pos_bridge_till", "pos_bridge_entry"],
	)
	assert (move.actual_qty, move.warehouse) == (-3, shop.shop.warehouse)
	assert (move.pos_bridge_channel, move.pos_bridge_till, move.pos_bridge_entry) == (
		"Till",
		shop.till,
		entry.name,
	)
	assert on_hand(tea, shop.shop.warehouse) == before - 3


def test_posting_again_changes_nothing(shop):
	wire = shop.sale(shop.line(shop.items[0]))
	book(shop, wire, wire)
	jobs.post_waiting()
	assert frappe.db.count("Sales Invoice", {"pos_bridge_entry": entry_of(wire).name}) == 1


def test_what_the_till_computed_wrong_is_held_and_the_next_is_booked(shop):
	wrong, right = (
		shop.sale(shop.line(shop.items[0]), body={"total_minor": 1}),
		shop.sale(shop.line(shop.items[1])),
	)
	held, posted = book(shop, wrong, right)
	assert (held.state, posted.state) == ("held", "posted")
	assert "not what its lines come to" in held.reason
	assert held.remedy
	assert not frappe.db.exists("Sales Invoice", held.receipt_number)


@pytest.mark.parametrize("kind", ["void", "no_sale", "reprint", "approval"])
def test_what_has_no_effect_on_the_books_is_posted_without_a_document(shop, kind):
	(entry,) = book(shop, shop.seal(kind, {"reason": "test"}))
	assert (entry.state, entry.postings) == ("posted", [])


def test_a_kind_that_this_release_cannot_book_is_held(shop):
	(entry,) = book(shop, shop.seal("online_order", {"amount_minor": 100}))
	assert entry.state == "held"
	assert "can't book entries of the kind online_order" in entry.reason


def test_a_fault_leaves_no_trace_and_is_tried_again(shop, monkeypatch):
	wire = shop.sale(shop.line(shop.items[0]))

	def broken(*_):
		raise OSError("the disk hiccups")

	with monkeypatch.context() as patch:
		patch.setattr("pos_bridge.erpnext.posting.fate.keep", broken)
		(entry,) = book(shop, wire)
	assert (entry.state, entry.attempts) == ("waiting", 1)
	assert "hiccups" in entry.last_fault
	assert not frappe.db.exists("Sales Invoice", entry.receipt_number)
	frappe.db.set_value("POS Entry", entry.name, "next_try_at", None)
	frappe.db.commit()
	record(shop, wire)
	jobs.post_waiting()
	assert entry_of(wire).state == "posted"
