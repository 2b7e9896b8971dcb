"""What the desk does to a posted invoice: shown on its entry, explained, and respected by later returns."""

from datetime import date, timedelta

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, flags, invoice_of, on_hand, returned
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

from pos_bridge.core.entry import open_wire
from pos_bridge.core.money import SCALE
from pos_bridge.erpnext.daybook import FrappeDaybook
from pos_bridge.erpnext.posting.returns import back_in_desk
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""Goods of this file's own: what the desk does to them makes ERPNext compute their stock again."""
	from books import open_shop

	return open_shop(stock=100_000)


@pytest.fixture
def sold(shop):
	"""A posted sale of three of one item and one of another."""
	wire = shop.sale(shop.line(shop.items[0], "3"), shop.line(shop.items[1]))
	book(shop, wire)
	return wire


def compared(shop):
	"""Differences but for the stock values that ERPNext has yet to compute again."""
	result = reconcile(Scope(COMPANY, date.fromisoformat(DAY), date.fromisoformat(DAY), shop.till))
	assert result.unexplained == ()
	return result, [each for each in result.differences if each.kind is not Kind.REPOST]


def cancel(invoice):
	invoice.reload()
	invoice.cancel()
	frappe.db.commit()


def amend(invoice, change, as_desk=False, day=DAY):
	"""Cancel, copy with `amended_from`, change, submit. The desk's own Amend copies our fields too."""
	cancel(invoice)
	copy = frappe.copy_doc(invoice, ignore_no_copy=not as_desk)
	copy.amended_from = invoice.name
	copy.docstatus = 0
	copy.set_posting_time, copy.posting_date, copy.posting_time = 1, day, invoice.posting_time
	change(copy)
	copy.payments[0].amount = 0
	copy.insert()
	copy.payments[0].amount = copy.grand_total
	copy.save()
	copy.submit()
	frappe.db.commit()
	return copy


def set_quantity(quantity):
	def change(copy):
		copy.items[0].qty = quantity

	return change


def take_back(invoice, quantity):
	"""A credit note of the desk's for some of the first line."""
	note = make_sales_return(invoice.name)
	note.items = note.items[:1]
	note.items[0].qty = -quantity
	note.payments = note.payments[:1]
	note.payments[0].amount = -quantity * note.items[0].rate
	note.insert()
	note.submit()
	frappe.db.commit()
	return note


def state(wire):
	entry = entry_of(wire)
	assert entry.desk_state == entry.postings[0].desk_state
	return entry.desk_state


def test_a_cancelled_invoice_is_explained_and_shows_on_its_entry(shop, sold):
	before = on_hand(shop.items[0], shop.shop.warehouse)
	invoice = invoice_of(sold)
	cancel(invoice)
	result, (cancelled,) = compared(shop)
	assert (cancelled.kind, cancelled.document, cancelled.expected, cancelled.found) == (
		Kind.CANCELLED,
		invoice.name,
		"12.50",
		"0",
	)
	assert result.totals[0].difference_minor == 1250
	assert state(sold) == "cancelled"
	assert entry_of(sold).state == "posted"
	assert on_hand(shop.items[0], shop.shop.warehouse) == before + 3


def test_who_asks_for_a_receipt_hears_what_the_desk_took_back_but_not_what_tills_did(shop, sold):
	take_back(invoice_of(sold), 2)
	book(shop, returned(shop, sold, {1: 1}))
	stored, *_ = FrappeDaybook().of_receipt(open_wire(sold).receipt_number)
	assert back_in_desk(stored) == {1: 2 * SCALE}


def test_a_return_of_a_cancelled_sale_is_booked_with_a_flag(shop, sold):
	cancel(invoice_of(sold))
	back = returned(shop, sold, {1: 1})
	book(shop, back)
	assert flags(back) == ["sale_cancelled"]
	assert invoice_of(back).return_against is None


@pytest.mark.parametrize("as_desk", [False, True])
def test_an_amended_invoice_is_explained_figure_by_figure(shop, sold, as_desk):
	first = invoice_of(sold)
	amended = amend(first, set_quantity(1), as_desk)
	result, differences = compared(shop)
	assert {each.document for each in differences} == {amended.name}
	head = differences[0]
	assert (head.kind, head.expected, head.found) == (Kind.AMENDED, "12.50", "7.50")
	assert {each.kind for each in differences[1:]} == {Kind.FIGURE, Kind.LEDGER, Kind.STOCK}
	(moved,) = [each for each in differences if each.kind is Kind.STOCK]
	assert (moved.account_or_item, moved.expected, moved.found) == (shop.items[0], "-3", "-1")
	assert result.totals[0].difference_minor == 500
	assert state(sold) == "amended"


def test_an_invoice_amended_to_another_day_is_explained(shop, sold):
	later = str(date.fromisoformat(DAY) + timedelta(days=1))
	amended = amend(invoice_of(sold), set_quantity(3), day=later)
	_, differences = compared(shop)
	assert (Kind.DATE, amended.name, DAY, later) in [
		(each.kind, each.document, each.expected, each.found) for each in differences
	]


def test_an_invoice_amended_twice_is_followed_and_its_cancelling_too(shop, sold):
	once = amend(invoice_of(sold), set_quantity(2))
	twice = amend(once, set_quantity(1))
	assert state(sold) == "amended"
	_, differences = compared(shop)
	assert differences[0].document == twice.name
	cancel(twice)
	assert state(sold) == "cancelled"
	_, (cancelled,) = compared(shop)
	assert (cancelled.kind, cancelled.document) == (Kind.CANCELLED, twice.name)


def test_an_amendment_that_is_a_draft_still_is_said(shop, sold):
	invoice = invoice_of(sold)
	cancel(invoice)
	copy = frappe.copy_doc(invoice)
	copy.amended_from = invoice.name
	copy.docstatus = 0
	copy.insert()
	frappe.db.commit()
	_, (cancelled,) = compared(shop)
	assert (cancelled.kind, cancelled.document) == (Kind.CANCELLED, copy.name)
	assert "is a draft" in cancelled.cause


def test_goods_taken_back_in_the_desk_are_explained(shop, sold):
	note = take_back(invoice_of(sold), 2)
	result, (taken,) = compared(shop)
	assert (taken.kind, taken.document, taken.found) == (Kind.RETURNED, note.name, "-5.00")
	assert result.totals[0].difference_minor == 500
	assert state(sold) == "returned"
	cancel(note)
	assert (state(sold), compared(shop)[1]) == ("", [])


def test_a_return_takes_back_no_more_than_the_desk_has_left(shop, sold):
	take_back(invoice_of(sold), 2)
	too_many, rest = returned(shop, sold, {1: 2}), returned(shop, sold, {1: 1, 2: 1})
	book(shop, too_many, rest)
	assert flags(too_many) == ["over_returned"]
	assert "sold 3, back before 2, now 2" in entry_of(too_many).remarks[0].details
	assert invoice_of(too_many).return_against is None
	assert (flags(rest), invoice_of(rest).return_against) == ([], invoice_of(sold).name)
	assert [each.kind for each in compared(shop)[1]] == [Kind.RETURNED]


def test_a_desk_return_that_was_cancelled_does_not_count(shop, sold):
	cancel(take_back(invoice_of(sold), 3))
	back = returned(shop, sold, {1: 3})
	book(shop, back)
	assert (flags(back), invoice_of(back).return_against) == ([], invoice_of(sold).name)


def test_a_desk_return_that_names_no_row_counts_for_its_item(shop, sold):
	note = take_back(invoice_of(sold), 2)
	frappe.db.set_value("Sales Invoice Item", note.items[0].name, "sales_invoice_item", None)
	frappe.db.commit()
	back = returned(shop, sold, {1: 2})
	book(shop, back)
	assert flags(back) == ["over_returned"]


def test_a_return_goes_against_what_the_invoice_was_amended_to(shop, sold):
	amended = amend(invoice_of(sold), set_quantity(2))
	fits, too_many = returned(shop, sold, {1: 1, 2: 1}), returned(shop, sold, {1: 2})
	book(shop, fits, too_many)
	assert (flags(fits), invoice_of(fits).return_against) == ([], amended.name)
	assert flags(too_many) == ["over_returned"]
	assert "sold 3, back before 2, now 2" in entry_of(too_many).remarks[0].details


def test_a_return_finds_its_row_where_the_amendment_left_one_out(shop, sold):
	def without_first(copy):
		copy.items = copy.items[1:]
		copy.items[0].idx = 1

	amended = amend(invoice_of(sold), without_first)
	second, first = returned(shop, sold, {2: 1}), returned(shop, sold, {1: 1})
	book(shop, second, first)
	assert invoice_of(second).return_against == amended.name
	assert invoice_of(second).items[0].sales_invoice_item == amended.items[0].name
	assert flags(first) == ["over_returned"]


def test_a_return_that_pays_out_more_than_the_amended_price_is_booked_with_a_flag(shop, sold):
	def cheaper(copy):
		copy.items[0].update({"rate": 1, "price_list_rate": 1, "discount_percentage": 0})

	amend(invoice_of(sold), cheaper)
	back = returned(shop, sold, {1: 1})
	book(shop, back)
	assert flags(back) == ["sale_amended"]
	assert invoice_of(back).return_against is None


def test_a_tills_return_that_was_cancelled_or_amended_in_the_desk_shows_on_the_return(shop, sold):
	back = returned(shop, sold, {1: 2})
	book(shop, back)
	note = amend(invoice_of(back), set_quantity(-1))
	assert (state(back), state(sold)) == ("amended", "")
	kinds = {each.kind for each in compared(shop)[1]}
	assert Kind.AMENDED in kinds
	assert Kind.RETURNED not in kinds
	cancel(note)
	assert state(back) == "cancelled"
	again = returned(shop, sold, {1: 3})
	book(shop, again)
	assert flags(again) == []


def test_a_cancelled_invoice_of_an_entry_cannot_be_deleted(shop, sold):
	invoice = invoice_of(sold)
	cancel(invoice)
	with pytest.raises(frappe.LinkExistsError, match="cancelled, not deleted"):
		frappe.delete_doc("Sales Invoice", invoice.name)
	frappe.db.rollback()
	assert frappe.db.exists("Sales Invoice", invoice.name)
