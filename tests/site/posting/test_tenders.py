"""Every way to pay, on documents of a real ERPNext: the ledger to the cent, what is owed, the points."""

import itertools

import frappe
import pytest
from books import COMPANY, book, entry_of, flags, gl, invoice_of

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.core.money import SCALE
from pos_bridge.core.pricing.loyalty import Tier, points_earned
from pos_bridge.core.returns import draft_of_return, make_return, return_body
from pos_bridge.core.sale import compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.tenders import Buyer, Foreign, Tender
from pos_bridge.core.ticket import TicketDiscount
from pos_bridge.erpnext.shop import tender_kinds

_numbers = itertools.count(1)
TIERS = [Tier("Green", 0, SCALE), Tier("Gold", 2_000, SCALE // 2)]


@pytest.fixture
def cash(shop):
	return next(iter(shop.shop.tenders))


@pytest.fixture
def card(shop):
	return list(shop.shop.tenders)[1]


@pytest.fixture
def customer(site):
	return a_customer()


def a_customer(**more):
	name = f"Payer {next(_numbers)}"
	return frappe.get_doc({"doctype": "Customer", "customer_name": name, **more}).insert().name


@pytest.fixture
def member(site):
	"""A customer with 100 points, worth 0.10 each, that an invoice of January earned."""
	number = next(_numbers)
	fields = {
		"doctype": "Loyalty Program",
		"loyalty_program_name": f"Regulars {number}",
		"loyalty_program_type": "Multiple Tier Program",
		"from_date": "2026-01-01",
		"company": COMPANY,
		"conversion_factor": 0.1,
		"expiry_duration": 365,
		"expense_account": account("Marketing Expenses"),
		"cost_center": frappe.get_cached_value("Company", COMPANY, "cost_center"),
		"collection_rules": [
			{
				"tier_name": tier.tier,
				"min_spent": tier.min_spent_minor / 100,
				"collection_factor": tier.collection_factor / SCALE,
			}
			for tier in TIERS
		],
	}
	program = frappe.get_doc(fields).insert()
	name = a_customer(loyalty_program=program.name)
	frappe.get_doc(
		{
			"doctype": "Loyalty Point Entry",
			"company": COMPANY,
			"loyalty_program": program.name,
			"customer": name,
			"invoice_type": "Sales Invoice",
			"loyalty_points": 100,
			"purchase_amount": 100,
			"expiry_date": "2027-01-01",
			"posting_date": "2026-01-02",
		}
	).insert()
	return name


def account(name):
	return frappe.db.get_value("Account", {"company": COMPANY, "account_name": name})


def paid(shop, tenders, *lines, tip=0, off=0, customer="", exchange="", discount=None, **more):
	"""A sealed sale of 7.50, or of these lines, paid like this."""
	lines = lines or (shop.line(shop.items[0]), shop.line(shop.items[1]))
	draft = shop.draft(*lines, discount=discount)
	sale = make_sale(draft, tenders, tip, off, Buyer(customer, exchange))
	return shop.seal("sale", {**sale_body(sale), **more})


def given_back(shop, sold, quantities, kind="cash", customer="", exchange="", name="", **more):
	"""A sealed return of these quantities, given back with one tender of this kind."""
	entry = open_wire(sold)
	draft = draft_of_return(sale_from_body(entry.body), {line: n * SCALE for line, n in quantities.items()})
	total = compute(draft, "return").total_minor
	tender = Tender(name or next(iter(shop.shop.tenders)), kind, total, **more)
	return_ = make_return(draft, [tender], entry.id, entry.receipt_number, buyer=Buyer(customer, exchange))
	return shop.seal("return", return_body(return_))


def voucher_of(wire, part="tip"):
	(row,) = [row for row in entry_of(wire).postings if row.part == part]
	return frappe.get_doc(row.document_type, row.document_name)


def outstanding(wire):
	return frappe.db.get_value("Sales Invoice", invoice_of(wire).name, "outstanding_amount")


def owed_by(customer):
	"""What a customer owes by the ledger."""
	rows = frappe.get_all("GL Entry", {"party": customer, "is_cancelled": 0}, ["debit", "credit"])
	return round(sum(row.debit - row.credit for row in rows), 2)


def points_of(customer):
	return sum(frappe.get_all("Loyalty Point Entry", {"customer": customer}, pluck="loyalty_points"))


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


def exchanged(shop, cash):
	"""A sale, its return and the sale that it pays for, 2.50 in cash on top."""
	sold = paid(shop, [Tender(cash, "cash", 750)])
	sale_id = open_wire(shop.seal("void", {"reason": "an id"})).id
	back = given_back(shop, sold, {2: 1}, "exchange", exchange=sale_id, name="Exchange")
	tenders = [Tender("Exchange", "exchange", 500), Tender(cash, "cash", 250)]
	return sold, back, tenders


def exchange_sale(shop, back, tenders, id):
	"""The second half, under the id that the first half named."""
	from dataclasses import replace

	from pos_bridge.core.entry import seal

	wire = paid(shop, tenders, shop.line(shop.items[2]), exchange=open_wire(back).id)
	wire = seal(replace(open_wire(wire), id=id))
	shop.head = wire.hash
	return wire


def the_halves(shop, cash):
	sold, back, tenders = exchanged(shop, cash)
	id = open_wire(back).body["exchange"]
	id = id[:-4] + f"{next(_numbers):04d}"
	back = reseal(shop, back, exchange=id)
	return sold, back, exchange_sale(shop, back, tenders, id)


def reseal(shop, wire, **body):
	from dataclasses import replace

	from pos_bridge.core.entry import seal

	entry = open_wire(wire)
	wire = seal(replace(entry, body={**entry.body, **body}))
	shop.head = wire.hash
	return wire


def test_an_exchange_is_a_credit_note_and_an_invoice_whose_clearing_account_nets_to_zero(shop, cash):
	sold, back, new = the_halves(shop, cash)
	book(shop, sold, back, new)
	clearing = shop.shop.accounts["exchange"]
	note, invoice = gl(invoice_of(back).name), gl(invoice_of(new).name)
	assert (note[clearing], invoice[clearing]) == (-5.0, 5.0)
	assert invoice[shop.shop.tenders[cash]] == 2.5
	assert (outstanding(back), outstanding(new)) == (0, 0)
	assert invoice_of(new).payments[0].mode_of_payment == "Exchange"
	assert (flags(back), flags(new)) == ([], [])


def test_the_halves_of_an_exchange_are_booked_whichever_comes_first(shop, cash):
	sold, back, new = the_halves(shop, cash)
	book(shop, new)
	(held,) = book(shop, back)
	assert (entry_of(new).state, held.state) == ("posted", "held")
	book(shop, sold)
	jobs.post_waiting()
	clearing = shop.shop.accounts["exchange"]
	assert gl(invoice_of(back).name)[clearing] + gl(invoice_of(new).name)[clearing] == 0
	assert flags(back) == flags(new) == []


def test_halves_that_do_not_pay_each_other_are_booked_with_a_flag(shop, cash):
	sold, back, new = the_halves(shop, cash)
	entry = open_wire(new)
	body = {**entry.body, "tenders": [{**t} for t in entry.body["tenders"]]}
	body["tenders"][0]["amount_minor"], body["tenders"][1]["amount_minor"] = 400, 350
	wrong = reseal(shop, new, tenders=body["tenders"])
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


def test_a_member_earns_what_the_till_computes_by_the_tier_that_he_is_in(shop, cash, member):
	wire = paid(shop, [Tender(cash, "cash", 750)], customer=member)
	book(shop, wire)
	(earned,) = frappe.get_all(
		"Loyalty Point Entry",
		{"invoice": invoice_of(wire).name},
		["loyalty_points", "loyalty_program_tier", "purchase_amount"],
	)
	assert earned.loyalty_points == points_earned(750, TIERS, 2, spent_before_minor=10_000) == 15
	assert (earned.loyalty_program_tier, earned.purchase_amount) == ("Gold", 7.5)


def by_points(points, minor):
	return Tender("Points", "points", minor, points=points)


def test_points_pay_for_goods_are_spent_and_the_rest_earns(shop, cash, member):
	wire = paid(shop, [by_points(40, 400), Tender(cash, "cash", 400)], customer=member)
	book(shop, wire)
	invoice = invoice_of(wire)
	assert (invoice.loyalty_points, invoice.loyalty_amount, invoice.outstanding_amount) == (40, 4.0, 0)
	assert (invoice.change_amount, flags(wire)) == (0.5, [])
	booked = gl(invoice.name)
	assert (booked[account("Marketing Expenses")], booked[shop.shop.tenders[cash]]) == (4.0, 3.5)
	assert points_of(member) == 100 - 40 + points_earned(750 - 400, TIERS, 2, 10_000)


def test_points_that_are_not_there_any_more_are_a_shortage_with_a_flag(shop, member):
	first = paid(shop, [by_points(75, 750)], customer=member)
	second = paid(shop, [by_points(75, 750)], customer=member)
	book(shop, first, second)
	assert (flags(first), flags(second)) == ([], ["points_overspent"])
	booked = gl(invoice_of(second).name)
	there = 100 - 75 + points_earned(750 - 700, TIERS, 2, 10_000)  # ERPNext earns by what whole units leave
	assert there == 26
	assert (booked[account("Marketing Expenses")], booked[shop.shop.accounts["shortage"]]) == (2.6, 4.9)
	assert (outstanding(second), invoice_of(second).loyalty_points) == (0, there)
	assert "75 points of" in entry_of(second).remarks[0].details
	spent = frappe.get_all(
		"Loyalty Point Entry", {"customer": member, "loyalty_points": ("<", 0)}, pluck="loyalty_points"
	)
	assert sum(spent) == -75 - there


def test_points_of_a_customer_who_is_gone_are_all_a_shortage(shop):
	wire = paid(shop, [by_points(75, 750)], customer="Somebody Who Left")
	book(shop, wire)
	assert set(flags(wire)) == {"customer_gone", "points_overspent"}
	assert gl(invoice_of(wire).name)[shop.shop.accounts["shortage"]] == 7.5


def test_points_that_a_document_of_another_kind_earned_are_spent_as_well(shop, member):
	frappe.db.set_value("Loyalty Point Entry", {"customer": member}, "invoice_type", "POS Invoice")
	frappe.db.commit()
	book(shop, wire := paid(shop, [by_points(75, 750)], customer=member))
	assert flags(wire) == []
	assert points_of(member) == 100 - 75 + points_earned(750 - 700, TIERS, 2, 10_000)


def test_a_return_in_points_gives_them_back_and_takes_what_was_earned(shop, cash, member):
	sold = paid(shop, [by_points(25, 250), Tender(cash, "cash", 500)], customer=member)
	back = given_back(shop, sold, {1: 1}, "points", member, name="Points", points=-25)
	book(shop, sold, back)
	assert gl(invoice_of(back).name)[account("Marketing Expenses")] == -2.5
	assert (outstanding(back), outstanding(sold), flags(back)) == (0, 0, [])
	# Of 5.00 that earned 11 points by ERPNext's count of whole units of the points' worth, 2.50 is left.
	earned = points_earned(750 - 200, TIERS, 2, 10_000)
	kept = points_earned(750 - 200 - 250, TIERS, 2, 10_000)
	assert (earned, kept, points_of(member)) == (11, 6, 100 - 25 + 11 + 25 - 5)


def test_a_return_in_cash_leaves_the_points_spent_that_were_spent(shop, cash, member):
	sold = paid(shop, [by_points(25, 250), Tender(cash, "cash", 500)], customer=member)
	back = given_back(shop, sold, {2: 1})
	book(shop, sold, back)
	assert points_of(member) == 100 - 25 + points_earned(750 - 200 - 500, TIERS, 2, 10_000)


def test_a_return_of_goods_whose_points_are_spent_is_booked_and_leaves_the_customer_below_zero(
	shop, cash, member
):
	frappe.db.set_value("Loyalty Point Entry", {"customer": member}, "loyalty_points", 0)
	frappe.db.commit()
	sold = paid(shop, [Tender(cash, "cash", 750)], customer=member)
	spent = paid(shop, [by_points(15, 750)], customer=member)
	back = given_back(shop, sold, {1: 1, 2: 1})
	book(shop, sold, spent, back)
	assert (flags(spent), flags(back)) == ([], ["points_overspent"])
	assert invoice_of(back).return_against == invoice_of(sold).name
	left = points_of(member)
	assert left == points_earned(0, TIERS, 2) - 15


def test_a_note_that_the_desk_cancels_leaves_its_points_as_they_were(shop, cash, member):
	sold = paid(shop, [Tender(cash, "cash", 750)], customer=member)
	book(shop, sold)
	before = points_of(member)
	back = given_back(shop, sold, {2: 1})
	book(shop, back)
	assert points_of(member) < before
	invoice_of(back).cancel()
	frappe.db.commit()
	assert points_of(member) == before


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
