"""What goes wrong around a sale that happened: booked with a flag, or held until the cause is gone."""

from contextlib import contextmanager
from dataclasses import replace

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, gl, invoice_of, make_item, on_hand, price_of, record
from changes import changed, closed_period
from drawers import close, open_shift

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire, seal
from pos_bridge.erpnext.posting import fate
from pos_bridge.erpnext.posting.refusals import refusal_of

LAST_MONTH = "2026-10-15"


def flags(entry):
	return {row.flag: row.details for row in entry.remarks}


def retried(wire):
	fate.release([open_wire(wire).id])
	frappe.db.commit()
	jobs.post_waiting()
	return entry_of(wire)


def good(shop):
	"""A sale that nothing is wrong with."""
	return shop.sale(shop.line(shop.items[1]))


def test_a_disabled_item_is_booked_with_a_flag(shop):
	item = shop.items[0]
	wire, next_one = shop.sale(shop.line(item)), good(shop)
	with changed("Item", item, disabled=1):
		entry, other = book(shop, wire, next_one)
	assert (entry.state, list(flags(entry))) == ("posted", ["item_disabled"])
	assert item in flags(entry)["item_disabled"]
	assert other.state == "posted"


def test_what_is_sold_beyond_the_stock_is_booked_with_a_flag(own_shop):
	item = own_shop.items[0]
	wire, next_one = own_shop.sale(own_shop.line(item, "101")), good(own_shop)
	entry, other = book(own_shop, wire, next_one)
	assert (entry.state, other.state) == ("posted", "posted")
	assert f"{item} is at -1" in flags(entry)["negative_stock"]
	assert on_hand(item, own_shop.shop.warehouse) == -1
	assert not frappe.db.get_single_value("Stock Settings", "allow_negative_stock")


def test_a_deleted_customer_is_replaced_by_who_walks_in_with_a_flag(shop):
	wire = shop.sale(shop.line(shop.items[0]), body={"customer": "Somebody Who Left"})
	entry, other = book(shop, wire, good(shop))
	assert (entry.state, other.state) == ("posted", "posted")
	assert "does not exist" in flags(entry)["customer_gone"]
	assert invoice_of(wire).customer == shop.shop.customer


def test_a_closed_period_holds_the_sale_and_reopening_books_it_with_its_time(shop):
	wire = shop.sale(shop.line(shop.items[0]), day=LAST_MONTH, at=f"{LAST_MONTH}T15:30:00.000+02:00")
	with closed_period(shop.till, "2026-10-01", "2026-10-31") as period:
		entry, other = book(shop, wire, good(shop))
		assert (entry.state, other.state) == ("held", "posted")
		assert (entry.cause_doctype, entry.cause_name) == ("Accounting Period", period.name)
		assert "Reopen that period" in entry.remedy
	entry = retried(wire)
	assert entry.state == "posted", entry.reason
	assert (str(entry.business_date), entry.occurred_at) == (LAST_MONTH, f"{LAST_MONTH}T15:30:00.000+02:00")
	invoice = invoice_of(wire)
	assert str(invoice.posting_date) == LAST_MONTH
	assert invoice.pos_bridge_occurred_at == entry.occurred_at
	assert str(invoice.posting_time).startswith("15:30:00")


def test_an_accountant_may_post_it_on_the_first_open_day_instead(shop):
	wire = shop.sale(shop.line(shop.items[0]), day=LAST_MONTH, at=f"{LAST_MONTH}T15:30:00.000+02:00")
	with frozen_until("2026-10-31"):
		(entry,) = book(shop, wire)
		assert entry.state == "held", entry.reason
		frappe.db.set_value("POS Entry", entry.name, {"post_on": "2026-11-01", "post_on_by": "Administrator"})
		entry = retried(wire)
	assert entry.state == "posted", entry.reason
	assert "posted on 2026-11-01" in flags(entry)["posted_late"]
	invoice = invoice_of(wire)
	assert (str(invoice.posting_date), invoice.pos_bridge_occurred_at) == ("2026-11-01", entry.occurred_at)


@contextmanager
def frozen_until(date):
	"""ERPNext 15 freezes in Accounts Settings, 16 in the Company."""
	if frappe.get_meta("Accounts Settings").has_field("acc_frozen_upto"):
		frappe.db.set_single_value("Accounts Settings", "acc_frozen_upto", date)
		frappe.db.commit()
		frappe.clear_cache()
		try:
			yield
		finally:
			frappe.db.rollback()
			frappe.db.delete("Singles", {"doctype": "Accounts Settings", "field": "acc_frozen_upto"})
			frappe.db.commit()
			frappe.clear_cache()
	else:
		with changed("Company", COMPANY, accounts_frozen_till_date=date):
			yield


def test_a_frozen_account_holds_the_sale_and_thawing_books_it(own_shop):
	cash = own_shop.shop.tenders[next(iter(own_shop.shop.tenders))]
	wire = own_shop.sale(own_shop.line(own_shop.items[0]))
	with changed("Account", cash, freeze_account="Yes"):
		(entry,) = book(own_shop, wire)
		assert entry.state == "held", entry.last_fault
		assert entry.remedy
	entry = retried(wire)
	assert entry.state == "posted", entry.reason
	assert gl(entry.receipt_number)[cash] == open_wire(wire).body["total_minor"] / 100


def test_a_disabled_account_holds_the_sale_and_is_linked(own_shop):
	income = own_shop.shop.income_account
	with changed("Account", income, disabled=1):
		(entry,) = book(own_shop, own_shop.sale(own_shop.line(own_shop.items[0])))
	assert (entry.state, entry.cause_doctype, entry.cause_name) == ("held", "Account", income), entry.reason


@contextmanager
def german_site():
	"""As System Settings keep the language of the site."""
	frappe.db.set_default("lang", "de")
	frappe.db.commit()
	try:
		yield
	finally:
		frappe.db.rollback()
		frappe.db.set_default("lang", "en")
		frappe.db.commit()


def test_what_stood_on_lines_of_its_own_does_not_run_together_in_a_reason(site):
	told = "It has <b>no</b> rate.<br><br>Either:<ul><li>receive it</li><li>name one</li></ul>"
	reason = refusal_of(frappe.ValidationError(told), DAY, COMPANY).reason
	assert reason == "It has no rate. Either: receive it name one"


def test_on_a_german_site_the_reason_and_the_remedy_are_german(own_shop):
	wire = own_shop.sale(own_shop.line(own_shop.items[0]), day=LAST_MONTH)
	with german_site(), frozen_until("2026-10-31"):
		(entry,) = book(own_shop, wire)
	assert (entry.state, entry.period_closed) == ("held", 1)
	assert "Die Bücher sind am" in entry.remedy
	assert frappe.local.lang == "en"


def test_a_receipt_that_contradicts_itself_is_said_to_be_beyond_a_retry(shop):
	(entry,) = book(shop, shop.sale(shop.line(shop.items[0]), body={"total_minor": 1}))
	assert entry.state == "held"
	assert "no retry can book it" in entry.remedy


def test_a_sale_that_comes_after_its_shift_was_closed_is_booked_with_a_flag(shop):
	opened = open_shift(shop, 5_000)
	shift = open_wire(opened).id
	late = shop.sale(shop.line(shop.items[0]), body={"shift": shift})
	closed = close(shop, opened, {})
	first, last = book(shop, opened, closed)
	assert (first.state, last.state) == ("posted", "posted")
	assert frappe.db.get_value("POS Shift", {"opening_entry": shift}, "status") == "Closed"
	(entry,) = book(shop, late)
	assert (entry.state, list(flags(entry))) == ("posted", ["late_for_shift"])


def test_an_unknown_fiscal_year_holds_the_sale(shop):
	wire = shop.sale(shop.line(shop.items[0]), day="2019-05-05", at="2019-05-05T12:00:00.000+02:00")
	entry, other = book(shop, wire, good(shop))
	assert (entry.state, other.state) == ("held", "posted")
	assert "Fiscal Year" in entry.remedy


def test_a_tender_without_account_holds_the_sale_until_it_has_one(own_shop):
	mode = next(iter(own_shop.shop.tenders))
	row = frappe.db.get_value("Mode of Payment Account", {"parent": mode, "company": COMPANY}, "name")
	wire = own_shop.sale(own_shop.line(own_shop.items[0]))
	with changed("Mode of Payment Account", row, company=None):
		(entry,) = book(own_shop, wire)
		assert entry.state == "held"
		assert f"{mode} has no account" in entry.reason
	assert retried(wire).state == "posted"


def test_a_rate_that_no_template_gives_any_more_holds_the_sale(shop):
	wire = shop.sale(shop.line(shop.items[0]))
	body = dict(open_wire(wire).body)
	assert body["lines"][0]["rates"]
	other = make_item(f"{shop.till}-odd", 300)
	line = shop.line(other)
	odd = shop.sale(
		type(line)(
			**{**{n: getattr(line, n) for n in line.__slots__}, "rates": {a: 13 * 10**9 for a in line.rates}}
		)
	)
	entry, next_entry = book(shop, odd, good(shop))
	assert (entry.state, next_entry.state) == ("held", "posted")
	assert "no Item Tax Template" in entry.reason
	assert price_of(other, shop.shop) == 300


@pytest.mark.parametrize("seconds", [3600 * 30])
def test_a_clock_that_runs_ahead_is_flagged(shop, seconds):
	wire = shop.sale(shop.line(shop.items[0]), at="2027-01-01T12:00:00.000+01:00")
	(entry,) = book(shop, wire)
	assert entry.state == "posted", entry.reason
	assert "clock said 2027-01-01" in flags(entry)["clock"]


def test_what_the_till_knew_of_its_clock_is_flagged(shop):
	before = good(shop)
	wire = shop.sale(shop.line(shop.items[0]))
	note = {"ahead_ms": -3 * 3_600_000, "against": "company", "back_ms": 7_200_000}
	fine, entry = book(shop, before, seal(replace(open_wire(wire), clock=note)))
	words = flags(entry)["clock"]
	assert "was 180 minutes behind" in words
	assert "went back by 120 minutes" in words
	assert (entry.state, fine.state) == ("posted", "posted")
	assert "clock" not in flags(fine)


def test_pausing_keeps_entries_waiting_and_lets_them_arrive(shop):
	frappe.db.set_single_value("POS Bridge Settings", "posting_paused", 1)
	frappe.db.commit()
	try:
		(entry,) = book(shop, good(shop))
		assert entry.state == "waiting"
	finally:
		frappe.db.set_single_value("POS Bridge Settings", "posting_paused", 0)
		frappe.db.commit()
	jobs.post_waiting()
	assert frappe.db.get_value("POS Entry", entry.name, "state") == "posted"


def test_what_was_sold_and_not_booked_lowers_what_is_available(own_shop):
	from pos_bridge.erpnext import stock

	item, warehouse = own_shop.items[0], own_shop.shop.warehouse
	record(own_shop, own_shop.sale(own_shop.line(item, "7")))
	assert stock.available([item], [warehouse]) == {(item, warehouse): 93.0}
	jobs.post_waiting()
	assert stock.available([item], [warehouse]) == {(item, warehouse): 93.0}
	assert not frappe.db.count("POS Unposted Stock", {"item_code": item})
