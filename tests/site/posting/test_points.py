"""Loyalty points on a real ERPNext: earned by the till's rule, spent once, taken back with the goods."""

from dataclasses import replace

import frappe
import pytest
from books import book, entry_of, flags, gl, invoice_of
from payers import (
	TIERS,
	a_member,
	account,
	by_points,
	given_back,
	outstanding,
	paid,
	points_of,
)

from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.pricing.loyalty import points_earned
from pos_bridge.core.tenders import Tender


@pytest.fixture
def cash(shop):
	return next(iter(shop.shop.tenders))


@pytest.fixture
def member(site):
	return a_member()


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


def test_a_late_sale_of_an_earlier_day_does_not_spend_what_was_spent_since(shop, member):
	late = on_day(shop, "2026-11-24", paid(shop, [by_points(75, 750)], customer=member))
	book(shop, paid(shop, [by_points(75, 750)], customer=member))
	before = points_of(member)
	book(shop, late)
	assert flags(late) == ["points_overspent"]
	spent = {"invoice": invoice_of(late).name, "loyalty_points": ("<", 0)}
	assert sum(frappe.get_all("Loyalty Point Entry", spent, pluck="loyalty_points")) == -before
	assert points_of(member) >= 0


def on_day(shop, day, wire):
	"""The till's last entry, as if it were of another day."""
	wire = seal(replace(open_wire(wire), business_date=day, occurred_at=f"{day}T12:00:00.000+01:00"))
	shop.head = wire.hash
	return wire


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
	# ERPNext takes the whole units of what the points are worth off the purchase: 2 of 2.50.
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
	earned_by_the_spent_sale = points_earned(750 - 700, TIERS, 2, 10_000)
	assert points_of(member) == earned_by_the_spent_sale - 15 < 0


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
