"""Every way to pay, on documents of a real ERPNext: the ledger to the cent, what is owed, the points."""

import itertools

import frappe
import pytest
from books import COMPANY, book, entry_of, flags, gl, invoice_of
from payers import (
	a_customer,
	a_member,
	account,
	by_points,
	given_back,
	halves,
	outstanding,
	owed_by,
	paid,
	voucher_of,
)

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.core.money import SCALE
from pos_bridge.core.tenders import Foreign, Tender
from pos_bridge.core.ticket import TicketDiscount
from pos_bridge.erpnext.shop import tender_kinds

_numbers = itertools.count(1)


@pytest.fixture
def cash(shop):
	return next(iter(shop.shop.tenders))


@pytest.fixture
def card(shop):
	return list(shop.shop.tenders)[1]


@pytest.fixture
def customer(site):
	return a_customer()


@pytest.fixture
def member(site):
	return a_member()


def test_a_tip_is_a_voucher_from_the_card_to_its_account_and_no_part_of_the_invoice(shop, card):
	wire = paid(shop, [Tender(card, "card", 900)], tip=150)
	book(shop, wire)
	invoice, voucher = invoice_of(wire), voucher_of(wire)
	assert (invoice.grand_total, invoice.outstanding_amount, invoice.payments[0].amount) == (7.5, 0, 7.5)
	card_account, tips = shop.shop.tenders[card], shop.shop.accounts["tips"]
	assert (gl(invoice.name)[card_account], gl(voucher.name)) == (7.5, {card_account: 1.5, tips: -1.5})
	assert (voucher.doctype, voucher.docstatus, voucher.name) == (
		"Journal Entry",
		1,
		f"{shop.till}-1-V000001-tip",
	)
	assert (voucher.pos_bridge_entry, voucher.posting_date) == (open_wire(wire).id, invoice.posting_date)
	assert voucher.accounts[0].cost_center == shop.shop.cost_center


def test_a_tip_that_is_more_than_the_card_comes_out_of_the_cash_and_change_is_given(shop, cash, card):
	wire = paid(shop, [Tender(card, "card", 100), Tender(cash, "cash", 1000)], tip=150)
	book(shop, wire)
	invoice, voucher = invoice_of(wire), voucher_of(wire)
	accounts = shop.shop.tenders
	assert [(row.mode_of_payment, row.amount) for row in invoice.payments] == [(cash, 9.5)]
	assert (invoice.change_amount, invoice.outstanding_amount) == (2.0, 0)
	assert gl(invoice.name)[accounts[cash]] == 7.5
	assert gl(voucher.name) == {
		accounts[cash]: 0.5,
		accounts[card]: 1.0,
		shop.shop.accounts["tips"]: -1.5,
	}


def test_the_return_of_a_sale_with_a_tip_gives_the_goods_money_back_and_the_tip_stays(shop, card):
	sold = paid(shop, [Tender(card, "card", 900)], tip=150)
	back = given_back(shop, sold, {1: 1, 2: 1}, "card", name=card)
	book(shop, sold, back)
	assert invoice_of(back).return_against == invoice_of(sold).name
	assert gl(invoice_of(back).name)[shop.shop.tenders[card]] == -7.5
	assert [row.part for row in entry_of(back).postings] == ["return"]


def test_a_shop_without_an_account_for_tips_holds_the_sale_and_says_which(shop, card, changed_settings):
	profile = shop.shop.profile
	frappe.db.set_value("POS Profile", profile, "pos_bridge_tips_account", None)
	frappe.clear_document_cache("POS Profile", profile)
	wire = paid(shop, [Tender(card, "card", 800)], tip=50)
	tips = account("Tips Payable")
	try:
		(held,) = book(shop, wire)
		assert held.state == "held"
		assert "has no account for" in held.reason
		assert not frappe.db.exists("Sales Invoice", held.receipt_number)
	finally:
		frappe.db.set_value("POS Profile", profile, "pos_bridge_tips_account", tips)
		frappe.db.commit()
		frappe.clear_document_cache("POS Profile", profile)


def test_what_is_bought_on_account_is_owed_until_the_day_that_the_customers_terms_say(shop):
	term = {"payment_term": term_of_14_days(), "invoice_portion": 100}
	template = frappe.get_doc(
		{
			"doctype": "Payment Terms Template",
			"template_name": f"Within 14 days {next(_numbers)}",
			"terms": [{**term, "due_date_based_on": "Day(s) after invoice date", "credit_days": 14}],
		}
	).insert()
	customer = a_customer(payment_terms=template.name)
	wire = paid(shop, [Tender("On account", "on_account", 750)], customer=customer)
	book(shop, wire)
	invoice = invoice_of(wire)
	assert (outstanding(wire), invoice.status, str(invoice.due_date)) == (7.5, "Unpaid", "2026-12-09")
	assert owed_by(customer) == 7.5
	assert (invoice.payments, flags(wire)) == ([], [])


def term_of_14_days():
	if not frappe.db.exists("Payment Term", "14 days"):
		frappe.get_doc({"doctype": "Payment Term", "payment_term_name": "14 days"}).insert()
	return "14 days"


def test_what_is_partly_paid_leaves_the_rest_owed(shop, cash, customer):
	tenders = [Tender(cash, "cash", 300), Tender("On account", "on_account", 450)]
	wire = paid(shop, tenders, customer=customer)
	book(shop, wire)
	assert (outstanding(wire), owed_by(customer)) == (4.5, 4.5)
	assert gl(invoice_of(wire).name)[shop.shop.tenders[cash]] == 3.0
	assert frappe.db.get_value("Sales Invoice", invoice_of(wire).name, "status") in ("Partly Paid", "Overdue")


def test_a_return_on_account_lowers_what_is_owed_on_the_invoice_and_counts_once(shop, customer):
	sold = paid(shop, [Tender("On account", "on_account", 750)], customer=customer)
	back = given_back(shop, sold, {1: 1}, "on_account", customer, name="On account")
	book(shop, sold, back)
	assert (outstanding(sold), outstanding(back), owed_by(customer)) == (5.0, 0, 5.0)
	rest = given_back(shop, sold, {2: 1}, "on_account", customer, name="On account")
	book(shop, rest)
	assert (outstanding(sold), outstanding(rest), owed_by(customer)) == (0, 0, 0)
	assert frappe.db.get_value("Sales Invoice", invoice_of(sold).name, "status") == "Credit Note Issued"


def test_a_return_on_account_of_what_was_paid_is_owed_to_the_customer(shop, cash, customer):
	sold = paid(shop, [Tender(cash, "cash", 750)], customer=customer)
	back = given_back(shop, sold, {1: 1}, "on_account", customer, name="On account")
	book(shop, sold, back)
	assert (outstanding(sold), outstanding(back), owed_by(customer)) == (0, -2.5, -2.5)


def test_the_desk_can_take_the_customers_money_for_it(shop, customer):
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	wire = paid(shop, [Tender("On account", "on_account", 750)], customer=customer)
	book(shop, wire)
	payment = get_payment_entry("Sales Invoice", invoice_of(wire).name)
	payment.reference_no, payment.reference_date = "1", "2026-11-26"
	payment.insert().submit()
	frappe.db.commit()
	assert (outstanding(wire), owed_by(customer)) == (0, 0)


PARTY = ["party", "debit", "credit"]


def test_goods_of_a_walk_in_that_come_back_onto_an_account_are_owed_to_its_customer(shop, cash, customer):
	sold = paid(shop, [Tender(cash, "cash", 750)])
	back = given_back(shop, sold, {1: 1}, "on_account", customer, name="On account")
	book(shop, sold, back)
	note = invoice_of(back)
	assert (owed_by(customer), outstanding(sold)) == (-2.5, 0)
	assert note.return_against == invoice_of(sold).name
	moved = frappe.get_all(
		"GL Entry", {"voucher_no": ("in", (note.name, voucher_of(back, "debt").name))}, PARTY
	)
	assert sum(row.debit - row.credit for row in moved if row.party == note.customer) == 0
	again = given_back(shop, sold, {1: 1}, "on_account", customer, name="On account")
	book(shop, again)
	assert flags(again) == ["over_returned"]


def test_what_a_customer_who_is_gone_bought_on_account_is_owed_by_whoever_walks_in(shop):
	wire = paid(shop, [Tender("On account", "on_account", 750)], customer="Somebody Who Left")
	book(shop, wire)
	assert (flags(wire), outstanding(wire)) == (["customer_gone"], 7.5)
	assert invoice_of(wire).customer == shop.shop.customer


@pytest.fixture
def paid_in_steps(own_shop, changed_settings):
	"""A shop whose totals are rounded to 0.05."""
	shop = own_shop
	profile, coin = shop.shop.profile, frappe.db.get_value("Currency", "EUR", COIN)
	frappe.db.set_value("POS Profile", profile, "disable_rounded_total", 0)
	steps_of(0.05)
	yield shop
	steps_of(coin)


COIN = "smallest_currency_fraction_value"


def steps_of(coin):
	frappe.db.set_value("Currency", "EUR", COIN, coin)
	frappe.db.value_cache.clear()
	frappe.db.commit()
	frappe.clear_cache()


def test_a_total_that_is_rounded_is_owed_as_rounded_and_its_return_settles_it(paid_in_steps, customer):
	shop = paid_in_steps
	card = list(shop.shop.tenders)[1]
	lines = (shop.line(shop.items[0], off=2), shop.line(shop.items[1]))
	tenders = [Tender(card, "card", 300), Tender("On account", "on_account", 550)]
	wire = paid(shop, tenders, *lines, tip=100, customer=customer)
	book(shop, wire)
	invoice = invoice_of(wire)
	assert (invoice.grand_total, invoice.rounded_total, outstanding(wire)) == (7.48, 7.5, 4.5)
	assert owed_by(customer) == 5.5
	assert gl(voucher_of(wire).name)[invoice.debit_to] == 1.0
	back = given_back(shop, wire, {1: 1}, "on_account", customer, name="On account")
	book(shop, back)
	assert (outstanding(wire), outstanding(back), owed_by(customer)) == (2.0, 0, 3.0)


def test_a_tip_on_account_is_owed_too(shop, customer):
	wire = paid(shop, [Tender("On account", "on_account", 800)], tip=50, customer=customer)
	book(shop, wire)
	assert (outstanding(wire), owed_by(customer)) == (7.5, 8.0)
	assert gl(voucher_of(wire).name)[shop.shop.accounts["tips"]] == -0.5


def test_a_debt_over_the_credit_limit_is_booked_with_a_flag_and_cash_of_that_customer_without(shop, cash):
	limit = {"company": COMPANY, "credit_limit": 5}
	customer = a_customer(credit_limits=[limit])
	wire = paid(shop, [Tender("On account", "on_account", 750)], customer=customer)
	plain = paid(shop, [Tender(cash, "cash", 750)], customer=customer)
	book(shop, wire, plain)
	assert (flags(wire), flags(plain)) == (["credit_limit"], [])
	assert customer in entry_of(wire).remarks[0].details
	assert (outstanding(wire), owed_by(customer)) == (7.5, 7.5)


def test_an_exchange_is_a_credit_note_and_an_invoice_whose_clearing_account_nets_to_zero(shop, cash):
	sold, back, new = halves(shop)
	book(shop, sold, back, new)
	clearing = shop.shop.accounts["exchange"]
	note, invoice = gl(invoice_of(back).name), gl(invoice_of(new).name)
	assert (note[clearing], invoice[clearing]) == (-5.0, 5.0)
	assert invoice[shop.shop.tenders[cash]] == 2.5
	assert (outstanding(back), outstanding(new)) == (0, 0)
	assert invoice_of(new).payments[0].mode_of_payment == "Exchange"
	assert (flags(back), flags(new)) == ([], [])


def test_the_halves_of_an_exchange_are_booked_whichever_comes_first(shop, cash):
	sold, back, new = halves(shop)
	book(shop, new)
	(held,) = book(shop, back)
	assert (entry_of(new).state, held.state) == ("posted", "held")
	book(shop, sold)
	jobs.post_waiting()
	clearing = shop.shop.accounts["exchange"]
	assert gl(invoice_of(back).name)[clearing] + gl(invoice_of(new).name)[clearing] == 0
	assert flags(back) == flags(new) == []


def test_halves_that_do_not_pay_each_other_are_booked_with_a_flag(shop, cash):
	sold, back, wrong = halves(shop, pays=400)
	book(shop, sold, back, wrong)
	assert flags(wrong) == ["exchange_differs"]
	assert "-1.00 is left" in entry_of(wrong).remarks[0].details


def test_foreign_cash_is_booked_in_the_companys_currency_and_shown_as_it_was_handed_over(shop, cash):
	dollars = Foreign("USD", 2, 1000, 912_345_678)
	wire = paid(shop, [Tender(cash, "cash", 912, foreign=dollars)])
	book(shop, wire)
	invoice = invoice_of(wire)
	assert (invoice.change_amount, invoice.outstanding_amount) == (1.62, 0)
	assert gl(invoice.name)[shop.shop.tenders[cash]] == 7.5
	assert invoice.payments[0].pos_bridge_foreign == "USD 10.00 at 0.912345678"
	back = given_back(shop, wire, {1: 1, 2: 1})
	book(shop, back)
	assert gl(invoice_of(back).name)[shop.shop.tenders[cash]] == -7.5


def test_notes_of_two_currencies_in_one_drawer_are_one_row_and_the_change_comes_off_once(
	shop, cash, changed_settings
):
	dollars = Foreign("USD", 2, 500, SCALE)
	frappe.db.set_single_value("Accounts Settings", "post_change_gl_entries", 0)
	frappe.db.commit()
	wire = paid(shop, [Tender(cash, "cash", 500), Tender(cash, "cash", 500, foreign=dollars)])
	try:
		book(shop, wire)
	finally:
		frappe.db.set_single_value("Accounts Settings", "post_change_gl_entries", 1)
		frappe.db.commit()
	(row,) = invoice_of(wire).payments
	assert (row.amount, row.pos_bridge_foreign) == (10.0, "USD 5.00 at 1")
	assert (gl(invoice_of(wire).name)[shop.shop.tenders[cash]], outstanding(wire)) == (7.5, 0)


def test_a_discounted_ticket_with_something_written_off_a_tip_and_points_comes_out_even(
	shop, cash, card, member
):
	discount = TicketDiscount("grand_total", percent=10 * SCALE)
	tenders = [by_points(10, 100), Tender(card, "card", 300), Tender(cash, "cash", 500)]
	wire = paid(shop, tenders, tip=50, off=3, customer=member, discount=discount)
	body = open_wire(wire).body
	book(shop, wire)
	invoice = invoice_of(wire)
	assert (invoice.grand_total, body["change_minor"]) == (6.75, 900 - 50 - 675 + 3)
	assert (invoice.outstanding_amount, invoice.write_off_amount) == (0, 0.03)
	booked = gl(invoice.name)
	accounts = shop.shop.tenders
	assert booked[accounts[card]] == 2.5
	assert booked[accounts[cash]] == (500 - body["change_minor"]) / 100
	assert gl(voucher_of(wire).name)[accounts[card]] == 0.5
	assert round(sum(booked.values()), 2) == 0


def test_setting_up_makes_the_modes_and_a_till_has_buttons_for_money_only(shop, card):
	clearing = {
		mode: frappe.db.get_value(
			"Mode of Payment Account", {"parent": mode, "company": COMPANY}, "default_account"
		)
		for mode in ("Exchange", "Gift Card", "Store Credit", "Loyalty Points")
	}
	wanted = [shop.shop.accounts[p] for p in ("exchange", "gift_card", "store_credit", "shortage")]
	assert list(clearing.values()) == wanted
	from dataclasses import replace

	phone = frappe.get_doc({"doctype": "Mode of Payment", "mode_of_payment": "By phone", "type": "Phone"})
	phone.insert(ignore_if_duplicate=True)
	kinds = tender_kinds(
		replace(shop.shop, tenders={**shop.shop.tenders, "By phone": "", "Exchange": clearing["Exchange"]})
	)
	assert list(kinds.values()) == ["cash", "card", "bank"]
