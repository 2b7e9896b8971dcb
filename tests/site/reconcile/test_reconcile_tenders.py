"""Whatever a sale was paid with, the tills equal the books; what is not even says why."""

from datetime import date

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of
from posting.payers import a_customer, a_member, by_points, given_back, halves, paid, voucher_of

from pos_bridge.core.money import SCALE
from pos_bridge.core.tenders import Foreign, Tender
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""Goods of this file's own: elsewhere sales of earlier days leave recomputed stock behind."""
	from books import open_shop

	return open_shop(stock=100_000)


def compared(shop):
	day = date.fromisoformat(DAY)
	return reconcile(Scope(COMPANY, day, day, shop.till))


def tip_by_card(shop):
	card = list(shop.shop.tenders)[1]
	return paid(shop, [Tender(card, "card", 900)], tip=150)


def test_a_day_of_every_way_to_pay_has_no_difference(shop):
	cash, card = list(shop.shop.tenders)[:2]
	customer, member = a_customer(), a_member()
	owed = paid(shop, [Tender("On account", "on_account", 800)], tip=50, customer=customer)
	spent = paid(shop, [by_points(30, 300), Tender(card, "card", 450)], customer=member)
	dollars = Foreign("USD", 2, 1000, SCALE)
	wires = [
		tip_by_card(shop),
		paid(shop, [Tender(card, "card", 150), Tender(cash, "cash", 800)], tip=150),
		owed,
		given_back(shop, owed, {1: 1}, "on_account", customer, name="On account"),
		spent,
		given_back(shop, spent, {1: 1}, "points", member, name="Points", points=-25),
		paid(shop, [Tender(cash, "cash", 1000, foreign=dollars)]),
		paid(shop, [Tender(cash, "cash", 800)], off=4),
		*halves(shop),
	]
	entries = book(shop, *wires)
	assert {entry.state for entry in entries} == {"posted"}, [entry.reason for entry in entries]
	result = compared(shop)
	assert result.differences == ()
	assert [total.difference_minor for total in result.totals] == [0]


def test_points_that_were_not_there_are_explained_with_their_account(shop):
	book(shop, paid(shop, [by_points(150, 750)], customer=a_member()))
	(told,) = compared(shop).differences
	assert (told.kind, told.explained, told.found) == (Kind.SHORTAGE, True, "2.50")
	assert told.account_or_item == shop.shop.accounts["shortage"]


def test_the_tip_that_the_desk_cancelled_is_explained_and_nothing_else_is_explained_by_it(shop):
	wire = tip_by_card(shop)
	book(shop, wire)
	voucher_of(wire).cancel()
	frappe.db.commit()
	told = [each for each in compared(shop).differences if each.kind is Kind.LEDGER]
	assert {(each.explained, each.expected, each.found) for each in told} == {
		(True, "9.00", "7.50"),
		(True, "-1.50", "0.00"),
	}
	income = shop.shop.income_account
	name = entry_of(wire).receipt_number
	frappe.db.sql(
		"UPDATE `tabGL Entry` SET credit = credit + 0.01 WHERE voucher_no = %s AND account = %s",
		(name, income),
	)
	assert income in [each.account_or_item for each in compared(shop).unexplained]


def test_a_changed_row_of_a_tip_is_found(shop):
	wire = tip_by_card(shop)
	book(shop, wire)
	tips = shop.shop.accounts["tips"]
	frappe.db.sql(
		"UPDATE `tabGL Entry` SET credit = credit + 0.01, credit_in_transaction_currency = credit"
		" WHERE voucher_no = %s AND account = %s",
		(voucher_of(wire).name, tips),
	)
	(told,) = compared(shop).unexplained
	assert (told.account_or_item, told.expected, told.found) == (tips, "-1.50", "-1.51")


def test_half_an_exchange_is_explained_until_the_other_half_is_booked(shop):
	sold, back, new = halves(shop)
	book(shop, new)
	(told,) = [each for each in compared(shop).differences if each.kind is Kind.EXCHANGE]
	assert (told.explained, told.found) == (True, "5.00")
	assert "has not arrived" in told.cause
	book(shop, back)
	kinds = {each.kind: each.cause for each in compared(shop).differences if each.explained}
	assert "is held" in kinds[Kind.EXCHANGE]
	book(shop, sold)
	book(shop)
	assert compared(shop).differences == ()


def test_halves_that_do_not_pay_each_other_are_found_once(shop):
	book(shop, *halves(shop, pays=400))
	(told,) = compared(shop).differences
	assert (told.kind, told.explained) == (Kind.EXCHANGE, False)
	assert "-1.00 is left" in told.cause
