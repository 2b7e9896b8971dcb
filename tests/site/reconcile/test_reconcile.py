"""What the tills say equals what the books say, and each thing that is not so is found with its cause."""

from datetime import date, timedelta

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, invoice_of, record, returned
from frappe.utils import now_datetime

from pos_bridge.core.errors import Rejected
from pos_bridge.core.sale import Tender
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope, asked


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""Goods of this file's own: elsewhere sales of earlier days leave recomputed stock behind."""
	from books import open_shop

	return open_shop(stock=100_000)


def scope_of(shop, day=DAY):
	return Scope(COMPANY, date.fromisoformat(day), date.fromisoformat(day), shop.till)


def compared(shop, day=DAY):
	return reconcile(scope_of(shop, day))


def kinds(result):
	return [(each.kind, each.explained) for each in result.differences]


def test_a_clean_day_has_no_difference(shop):
	tea, cake, _ = shop.items
	cash, card, *_ = shop.shop.tenders
	sold = shop.sale(shop.line(tea, "3", percent=10), shop.line(cake), over=55)
	split = shop.sale(
		shop.line(tea, "2"), shop.line(cake), tenders=[Tender(card, "card", 400), Tender(cash, "cash", 1000)]
	)
	book(shop, sold, split, returned(shop, sold, {1: 2}), shop.seal("no_sale", {"reason": "test"}))
	result = compared(shop)
	assert result.differences == ()
	assert (result.entries, dict(result.states)) == (4, {"posted": 4})
	(total,) = result.totals
	assert (total.currency, total.tills_minor, total.difference_minor) == ("EUR", 675 + 500 + 1000 - 450, 0)


def test_another_day_or_till_is_not_looked_at(own_shop):
	from books import open_till

	shop, other = own_shop, open_till(own_shop)
	book(shop, shop.sale(shop.line(shop.items[0]), day="2026-11-20"))
	book(shop, shop.sale(shop.line(shop.items[0])))
	assert (compared(shop).entries, compared(other).entries) == (1, 0)
	assert (compared(shop, "2026-11-20").entries, compared(shop, "2026-11-20").differences) == (1, ())


def sold(shop, quantity="2"):
	"""A posted sale, and the name of its invoice."""
	wire = shop.sale(shop.line(shop.items[0], quantity))
	book(shop, wire)
	return wire, invoice_of(wire).name


def test_a_changed_ledger_row_is_found_with_its_account(shop):
	_, invoice = sold(shop)
	income = shop.shop.income_account
	frappe.db.sql(
		"UPDATE `tabGL Entry` SET credit = credit + 0.01 WHERE voucher_no = %s AND account = %s",
		(invoice, income),
	)
	result = compared(shop)
	assert kinds(result) == [(Kind.LEDGER, False), (Kind.COST, False)]
	ledger, unbalanced = result.differences
	assert (ledger.account_or_item, ledger.expected, ledger.found) == (income, "-4.20", "-4.21")
	assert ledger.document == invoice
	assert "not equal" in unbalanced.cause


def test_a_missing_ledger_row_and_one_on_a_strange_account_are_found(shop):
	_, invoice = sold(shop)
	cash = next(iter(shop.shop.tenders.values()))
	other = frappe.db.get_value("Account", {"company": COMPANY, "account_name": "Marketing Expenses"})
	frappe.db.sql(
		"UPDATE `tabGL Entry` SET account = %s WHERE voucher_no = %s AND account = %s", (other, invoice, cash)
	)
	found = {each.account_or_item: (each.expected, each.found) for each in compared(shop).differences}
	assert found == {cash: ("5.00", "0.00"), other: ("0.00", "5.00")}


def test_goods_that_cost_something_else_in_both_ledgers_are_found(shop):
	_, invoice = sold(shop)
	frappe.db.sql(
		"UPDATE `tabStock Ledger Entry` SET stock_value_difference = stock_value_difference - 1"
		" WHERE voucher_no = %s",
		invoice,
	)
	result = compared(shop)
	assert kinds(result) == [(Kind.COST, False)]
	assert (result.differences[0].expected, result.differences[0].found) == ("-3.00", "-2.00")


def test_a_changed_stock_move_is_found_with_its_item(shop):
	_, invoice = sold(shop)
	frappe.db.sql("UPDATE `tabStock Ledger Entry` SET actual_qty = -3 WHERE voucher_no = %s", invoice)
	moves, balance = compared(shop).differences
	assert (moves.kind, moves.account_or_item, moves.expected, moves.found) == (
		Kind.STOCK,
		shop.items[0],
		"-2",
		"-3",
	)
	assert (balance.kind, balance.explained) == (Kind.BALANCE, False)
	assert "moves don't lead to" in balance.cause


def test_a_bin_that_says_something_else_is_found(shop):
	sold(shop)
	place = {"item_code": shop.items[0], "warehouse": shop.shop.warehouse}
	frappe.db.set_value("Bin", place, "actual_qty", 1)
	(balance,) = compared(shop).differences
	assert (balance.kind, balance.account_or_item, balance.found) == (Kind.BALANCE, shop.items[0], "1")


def test_a_recount_of_the_stock_is_no_difference(own_shop):
	shop = own_shop
	sold(shop)
	recount = frappe.get_doc(
		{
			"doctype": "Stock Reconciliation",
			"company": COMPANY,
			"purpose": "Stock Reconciliation",
			"set_posting_time": 1,
			"posting_date": DAY,
			"posting_time": "12:30:00",
			"items": [
				{
					"item_code": shop.items[0],
					"warehouse": shop.shop.warehouse,
					"qty": 50,
					"valuation_rate": 1,
				}
			],
		}
	)
	recount.submit()
	frappe.db.commit()
	book(shop, shop.sale(shop.line(shop.items[0]), at=f"{DAY}T12:45:00.000+01:00"))
	assert compared(shop).differences == ()


def test_a_missing_document_is_found(shop):
	_, invoice = sold(shop)
	frappe.db.sql("DELETE FROM `tabSales Invoice` WHERE name = %s", invoice)
	result = compared(shop)
	missing, *left = result.differences
	assert (missing.kind, missing.explained, missing.expected) == (Kind.MISSING_DOCUMENT, False, "5.00")
	assert "deleted" in missing.cause
	assert {each.kind for each in left} == {Kind.LEDGER, Kind.STOCK}
	assert result.totals[0].difference_minor == 500


def test_a_posted_entry_without_a_posting_is_found(shop):
	wire, invoice = sold(shop)
	frappe.db.sql("DELETE FROM `tabPOS Entry Posting` WHERE parent = %s", entry_of(wire).name)
	assert kinds(compared(shop)) == [(Kind.MISSING_DOCUMENT, False), (Kind.EXTRA_DOCUMENT, False)]
	assert compared(shop).differences[1].document == invoice


def test_a_second_document_of_one_entry_is_found(shop):
	wire, invoice = sold(shop)
	copy = frappe.copy_doc(frappe.get_doc("Sales Invoice", invoice))
	copy.update({"pos_bridge_entry": entry_of(wire).name, "set_posting_time": 1, "posting_time": "23:00"})
	copy.insert().submit()
	(extra,) = compared(shop).differences
	assert (extra.kind, extra.document, extra.explained) == (Kind.EXTRA_DOCUMENT, copy.name, False)


def test_a_document_of_an_entry_that_nobody_recorded_is_found(shop):
	_, invoice = sold(shop)
	frappe.db.sql("UPDATE `tabSales Invoice` SET pos_bridge_entry = 'nobody' WHERE name = %s", invoice)
	assert (Kind.EXTRA_DOCUMENT, False) in kinds(compared(shop))


def test_a_changed_total_of_an_invoice_is_found(shop):
	_, invoice = sold(shop)
	frappe.db.set_value("Sales Invoice", invoice, "grand_total", 4.99)
	result = compared(shop)
	(figure,) = result.differences
	assert (figure.kind, figure.account_or_item, figure.expected, figure.found) == (
		Kind.FIGURE,
		"total",
		"5.00",
		"4.99",
	)
	assert result.totals[0].difference_minor == 1


def test_a_gap_in_a_chain_and_in_the_receipt_numbers_is_found(shop):
	first, lost, last = (shop.sale(shop.line(shop.items[0])) for _ in range(3))
	book(shop, first, last)
	gap, number = compared(shop).differences
	assert (gap.kind, gap.explained, gap.till) == (Kind.MISSING_ENTRIES, False, shop.till)
	assert f"Numbers 2 of chain {shop.chain} have not arrived" in gap.cause
	assert (number.kind, number.receipt_number) == (Kind.MISSING_RECEIPT, f"{shop.till}-1-000002")
	book(shop, lost)
	assert compared(shop).differences == ()


def test_an_entry_that_was_taken_out_of_the_database_is_found(shop):
	sold(shop)
	wire, _ = sold(shop)
	frappe.db.sql("DELETE FROM `tabPOS Entry` WHERE name = %s", entry_of(wire).name)
	result = compared(shop)
	assert {each.kind for each in result.differences} == {Kind.MISSING_ENTRIES, Kind.EXTRA_DOCUMENT}
	assert "are gone from the database" in result.differences[0].cause


def test_a_changed_text_of_an_entry_is_found(shop):
	wire, _ = sold(shop)
	frappe.db.sql(
		"UPDATE `tabPOS Entry` SET text = REPLACE(text, 'Ada', 'Eve') WHERE name = %s", entry_of(wire).name
	)
	assert kinds(compared(shop)) == [(Kind.DAMAGED, False)]


def test_a_receipt_number_that_a_void_gives_up_is_no_gap(shop):
	sold(shop)
	shop.receipts += 1
	given_up = f"{shop.till}-1-{shop.receipts:06d}"
	void = {"reason": "paper out", "lines": 1, "total_minor": 250, "receipt_number": given_up}
	book(shop, shop.seal("void", void))
	sold(shop)
	assert compared(shop).differences == ()


def test_a_receipt_number_without_entry_or_void_is_found(shop):
	sold(shop)
	shop.receipts += 2
	sold(shop)
	found = [(each.kind, each.receipt_number) for each in compared(shop).differences]
	assert found == [(Kind.MISSING_RECEIPT, f"{shop.till}-1-00000{number}") for number in (2, 3)]


def test_a_receipt_number_on_two_entries_is_found(shop):
	wire, _ = sold(shop)
	frappe.db.set_value("POS Entry", entry_of(sold(shop)[0]).name, "receipt_number", f"{shop.till}-1-000001")
	(double,) = compared(shop).differences
	assert (double.kind, double.found) == (Kind.DOUBLE_RECEIPT, "2")
	assert entry_of(wire).receipt_number == double.receipt_number


def test_what_waits_is_explained_for_a_day(shop):
	wire = shop.sale(shop.line(shop.items[0]))
	record(shop, wire)
	result = compared(shop)
	assert kinds(result) == [(Kind.WAITING, True)]
	assert "waited for 0 minutes" in result.differences[0].cause
	assert result.totals[0].difference_minor == 250
	long_ago = (now_datetime() - timedelta(days=3)).isoformat(timespec="milliseconds") + "Z"
	frappe.db.set_value("POS Entry", entry_of(wire).name, "recorded_at", long_ago)
	assert kinds(compared(shop)) == [(Kind.WAITING, False)]
	frappe.db.set_value("POS Entry", entry_of(wire).name, "recorded_at", long_ago)
	frappe.db.rollback()
	book(shop)


def test_what_is_held_is_explained_by_its_reason(shop):
	book(shop, shop.sale(shop.line(shop.items[0]), body={"total_minor": 1}))
	(held,) = compared(shop).differences
	assert (held.kind, held.explained, held.expected) == (Kind.HELD, True, "0.01")
	assert "not what its lines come to" in held.cause
	assert held.remedy


def test_what_is_quarantined_is_found_until_it_is_reviewed(shop):
	wire, _ = sold(shop)
	shop.sequence, shop.receipts, shop.head = 0, 0, "0" * 64
	record(shop, shop.sale(shop.line(shop.items[1])))
	(aside,) = compared(shop).differences
	assert (aside.kind, aside.explained, aside.till) == (Kind.QUARANTINED, False, shop.till)
	assert "fork" in aside.cause
	assert aside.receipt_number == entry_of(wire).receipt_number
	frappe.db.set_value("POS Quarantine", aside.document, "reviewed", 1)
	assert compared(shop).differences == ()


def test_accounts_that_were_changed_since_are_said_once_and_explained(shop):
	sold(shop)
	sold(shop)
	before = shop.shop.income_account
	other = frappe.db.get_value("Account", {"company": COMPANY, "account_name": "Service"})
	frappe.db.set_value("POS Profile", shop.shop.profile, "income_account", other)
	frappe.clear_document_cache("POS Profile", shop.shop.profile)
	try:
		(change,) = compared(shop).differences
	finally:
		frappe.db.rollback()
		frappe.clear_document_cache("POS Profile", shop.shop.profile)
	assert (change.kind, change.explained) == (Kind.ACCOUNT_CHANGED, True)
	assert (change.expected, change.found) == (other, before)
	assert "after 2 of these invoices" in change.cause


def test_a_day_that_an_accountant_chose_is_explained_and_another_is_not(shop):
	wire, invoice = sold(shop)
	frappe.db.set_value("Sales Invoice", invoice, "posting_date", "2026-12-01")
	assert kinds(compared(shop)) == [(Kind.DATE, False)]
	frappe.db.set_value("POS Entry", entry_of(wire).name, "post_on", "2026-12-01", update_modified=False)
	assert kinds(compared(shop)) == [(Kind.DATE, True)]


def test_a_repost_that_failed_is_found(shop):
	_, invoice = sold(shop)
	repost = frappe.get_doc(
		{
			"doctype": "Repost Item Valuation",
			"based_on": "Transaction",
			"voucher_type": "Sales Invoice",
			"voucher_no": invoice,
			"company": COMPANY,
			"posting_date": DAY,
			"posting_time": "12:00:00",
			"status": "Failed",
			"docstatus": 1,
		}
	)
	repost.name = "REPOST-TEST"
	repost.db_insert()
	(found,) = compared(shop).differences
	assert (found.kind, found.explained, found.document) == (Kind.REPOST, False, "REPOST-TEST")
	repost.db_set("status", "Queued")
	assert kinds(compared(shop)) == [(Kind.REPOST, True)]


def test_what_cannot_be_compared_is_refused_in_words(shop):
	with pytest.raises(Rejected, match="Swap them"):
		Scope(COMPANY, date(2026, 2, 1), date(2026, 1, 1))
	with pytest.raises(Rejected, match="no till nowhere"):
		asked(COMPANY, "", "", "nowhere")
	with pytest.raises(Rejected, match="not a date"):
		asked(COMPANY, "yesterday", "")
