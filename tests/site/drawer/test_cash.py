"""Money put into and taken out of the drawer: vouchers of a real ERPNext, closed periods, and the desk."""

from datetime import date

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, flags, gl, open_till
from changes import changed, closed_period
from drawers import cash_in, cash_of, cash_out, close, open_shift, posted, sell, shift_of, voucher_of

from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.posting import fate, periods
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope

LAST_MONTH = "2026-10-15"


def compared(shop):
	"""Differences of the till's day but for what its chain lacks."""
	return reconcile(Scope(COMPANY, date.fromisoformat(DAY), date.fromisoformat(DAY), shop.till)).differences


@pytest.mark.parametrize(
	("make", "purpose", "account", "sign"),
	[
		(cash_in, "safe", "safe", 1),
		(cash_in, "other", "other_cash", 1),
		(cash_out, "safe", "safe", -1),
		(cash_out, "deposit", "deposit", -1),
		(cash_out, "petty_cash", "petty_cash", -1),
		(cash_out, "other", "other_cash", -1),
	],
)
def test_money_that_moves_beside_sales_is_a_voucher_of_its_own(shop, make, purpose, account, sign):
	wire = make(shop, None, 4_050, purpose, body={"reason": "Milk for the coffee"})
	posted(shop, wire)
	voucher = voucher_of(wire, open_wire(wire).kind)
	cash, other = shop.shop.tenders[cash_of(shop)], shop.shop.accounts[account]
	assert gl(voucher.name) == {cash: sign * 40.5, other: -sign * 40.5}
	assert {row.cost_center for row in voucher.accounts} == {shop.shop.cost_center}
	assert str(voucher.posting_date) == DAY
	assert voucher.user_remark.endswith(f"{shop.till}, Ada, Milk for the coffee")
	assert compared(shop) == ()


def test_a_movement_without_an_account_is_held_until_it_has_one(own_shop):
	wire = cash_out(own_shop, None, 500, "petty_cash")
	with changed("POS Profile", own_shop.shop.profile, pos_bridge_petty_cash_account=None):
		(entry,) = book(own_shop, wire)
		assert entry.state == "held"
		assert "has no account for “Petty Cash" in entry.reason
		assert "POS Profile" in entry.remedy
	assert retried(own_shop, wire).state == "posted"


def retried(shop, wire):
	fate.release([open_wire(wire).id])
	frappe.db.commit()
	book(shop)
	return entry_of(wire)


def test_a_tender_that_the_shop_does_not_know_is_held(shop):
	wire = cash_in(shop, None, 500, body={"tender": "Shells"})
	(entry,) = book(shop, wire)
	assert (entry.state, "Shells" in entry.reason) == ("held", True)


def test_a_period_that_is_closed_for_vouchers_holds_a_movement_for_the_first_open_day(shop):
	wire = cash_out(shop, None, 500, day=LAST_MONTH, at=f"{LAST_MONTH}T15:30:00.000+02:00")
	with closed_period(shop.till, "2026-10-01", "2026-10-31", doctype="Journal Entry"):
		(entry,) = book(shop, wire)
		assert (entry.state, entry.period_closed) == ("held", 1), entry.reason
		assert str(periods.post_on_first_open_day(entry.name)) == "2026-11-01"
		frappe.db.commit()
		assert retried(shop, wire).state == "posted"
	assert str(voucher_of(wire, "cash_out").posting_date) == "2026-11-01"
	assert flags(wire) == ["posted_late"]


def test_a_period_that_is_closed_for_invoices_only_takes_a_movement(shop):
	wire = cash_out(shop, None, 500, day=LAST_MONTH, at=f"{LAST_MONTH}T15:30:00.000+02:00")
	with closed_period(shop.till, "2026-10-01", "2026-10-31"):
		assert periods.first_open_day(COMPANY, date.fromisoformat(LAST_MONTH), "cash_out").month == 10
		assert periods.first_open_day(COMPANY, date.fromisoformat(LAST_MONTH), "sale").month == 11
		posted(shop, wire)


def test_a_day_of_shifts_and_movements_reconciles_to_nothing(own_shop):
	shop = own_shop
	brought = cash_in(shop, None, 10_000)
	opened = open_shift(shop, 10_000)
	sale = sell(shop, opened)
	total = open_wire(sale).body["total_minor"]
	dropped = cash_out(shop, opened, 2_000)
	late = sell(shop, opened)
	closed = close(shop, opened, 8_000 + 2 * total - 320)
	safe = cash_out(shop, None, 3_000, "deposit")
	again = open_shift(shop, 5_000 + 2 * total - 320)
	posted(shop, brought, opened, sale, dropped, closed, safe, again)
	posted(shop, late)
	assert shift_of(opened).difference == -3.2
	assert compared(shop) == ()
	(account,) = {shop.shop.tenders[cash_of(shop)]}
	assert balance(account) == 5_000 + 2 * total - 320


def balance(account):
	rows = frappe.get_all("GL Entry", {"account": account, "is_cancelled": 0}, ["debit", "credit"])
	return round(sum(row.debit - row.credit for row in rows) * 100)


def test_shifts_in_any_order_reconcile_to_nothing(own_shop):
	shop = own_shop  # nobody else's late sales let ERPNext value its stock anew
	posted(shop, cash_in(shop, None, 10_000))
	opened = open_shift(shop, 10_000)
	sales = [sell(shop, opened) for _ in range(2)]
	closed = close(shop, opened, 9_000)
	second = close(shop, opened, 1)
	for wire in (closed, sales[0], opened, sales[1], second):
		posted(shop, wire)
	assert compared(shop) == ()


def test_a_float_that_nobody_booked_is_told_with_the_shift_before(shop):
	first = open_shift(shop, 5_000)
	closed = close(shop, first, 5_000)
	second = open_shift(shop, 4_500)
	posted(shop, first, closed, second)
	(told,) = (each for each in compared(shop) if each.entry == open_wire(second).id)
	assert (told.kind, told.expected, told.found, told.explained) == (Kind.DRAWER, "50.00", "45.00", True)
	assert shift_of(first).name in told.cause


def test_the_account_of_the_cash_is_compared_with_the_drawers_of_all_tills(own_shop):
	shop, other = own_shop, open_till(own_shop)
	opened, beside = open_shift(shop, 5_000), open_shift(other, 1_000)
	sale = sell(shop, opened)
	total = open_wire(sale).body["total_minor"]
	posted(shop, cash_in(shop, opened, 500), opened, sale)
	assert not [each for each in compared(shop) if each.kind is Kind.DRAWER], "the other till has not counted"
	posted(other, beside)
	(told,) = (each for each in compared(shop) if each.kind is Kind.DRAWER)
	assert (told.document, told.explained) == (shop.shop.tenders[cash_of(shop)], True)
	assert told.expected == f"{(6_000 + 500 + total) / 100:.2f}"
	assert told.found == f"{(500 + total) / 100:.2f}"


@pytest.fixture
def moved(shop):
	wire = cash_out(shop, None, 2_000)
	posted(shop, wire)
	return wire


def test_a_voucher_that_the_desk_cancels_shows_on_its_entry_and_is_explained(shop, moved):
	voucher = voucher_of(moved, "cash_out")
	voucher.cancel()
	frappe.db.commit()
	entry = entry_of(moved)
	assert (entry.desk_state, entry.postings[0].desk_state) == ("cancelled", "cancelled")
	(told,) = compared(shop)
	assert (told.kind, told.explained, told.expected, told.found) == (Kind.CANCELLED, True, "20.00", "0")


def test_a_voucher_that_the_desk_amends_shows_on_its_entry_and_is_explained(shop, moved):
	voucher = voucher_of(moved, "cash_out")
	voucher.cancel()
	copy = frappe.copy_doc(voucher)
	copy.amended_from = voucher.name
	for row in copy.accounts:
		side = "debit_in_account_currency" if row.debit_in_account_currency else "credit_in_account_currency"
		row.set(side, 25)
	copy.insert()
	copy.submit()
	frappe.db.commit()
	assert entry_of(moved).desk_state == "amended"
	(told,) = compared(shop)
	assert (told.kind, told.explained, told.expected, told.found) == (Kind.AMENDED, True, "20.00", "25.00")


def test_a_voucher_of_an_entry_is_never_deleted(moved):
	voucher = voucher_of(moved, "cash_out")
	voucher.cancel()
	with pytest.raises(frappe.LinkExistsError, match="not deleted"):
		frappe.delete_doc("Journal Entry", voucher.name)
	frappe.db.rollback()


def test_a_ledger_that_was_written_into_is_found(shop, moved):
	voucher = voucher_of(moved, "cash_out")
	row = frappe.db.get_value("GL Entry", {"voucher_no": voucher.name, "debit": 20}, "name")
	frappe.db.set_value("GL Entry", row, "debit", 21)
	frappe.db.commit()
	(told,) = compared(shop)
	assert (told.kind, told.explained, told.expected, told.found) == (Kind.LEDGER, False, "20.00", "21.00")


def test_a_difference_that_was_booked_wrong_is_found(shop):
	opened = open_shift(shop, 5_000)
	closed = close(shop, opened, 4_000)
	posted(shop, opened, closed)
	voucher = voucher_of(closed, "difference")
	frappe.db.set_value("GL Entry", {"voucher_no": voucher.name, "debit": 10}, "debit", 9)
	frappe.db.commit()
	told = [each for each in compared(shop) if each.kind is Kind.LEDGER]
	assert [(each.expected, each.found, each.document) for each in told] == [("10.00", "9.00", voucher.name)]


def test_an_account_that_was_changed_since_is_explained(own_shop):
	wire = cash_out(own_shop, None, 500, "deposit")
	posted(own_shop, wire)
	other = own_shop.shop.accounts["safe"]
	with changed("POS Profile", own_shop.shop.profile, pos_bridge_deposit_account=other):
		(told,) = compared(own_shop)
	assert (told.kind, told.explained, told.expected) == (Kind.ACCOUNT_CHANGED, True, other)


def test_a_voucher_that_names_an_entry_and_was_made_by_hand_is_found(shop, moved):
	voucher = voucher_of(moved, "cash_out")
	copy = frappe.copy_doc(voucher)
	copy.pos_bridge_entry, copy.pos_bridge_till = voucher.pos_bridge_entry, voucher.pos_bridge_till
	copy.insert()
	copy.submit()
	frappe.db.commit()
	(told,) = compared(shop)
	assert (told.kind, told.explained, told.document) == (Kind.EXTRA_DOCUMENT, False, copy.name)
