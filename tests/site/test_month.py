"""A month in three shops at six tills, with trouble: the books say what somebody else adds up, to the cent.

`make soak` does it with 5,000 entries; POS_BRIDGE_MONTH says how many.
"""

import json
import os
import random
import time
from collections import Counter
from pathlib import Path

import frappe
import pytest
from books import COMPANY, entry_of, open_shop, open_till, record
from frappe.utils import getdate
from month.account import Chart, Sums
from month.tills import Month, Till, with_another_body

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.posting import fate
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope

ENTRIES = int(os.environ.get("POS_BRIDGE_MONTH", "300"))
SEED = int(
	os.environ.get("POS_BRIDGE_SEED")
	or (time.time_ns() % 1_000_000 if "POS_BRIDGE_MONTH" in os.environ else 20261127)
)
REPORT = os.environ.get("POS_BRIDGE_REPORT")
SHOPS, TILLS_OF_A_SHOP = 3, 2
DAYS = [f"2026-11-{day:02d}" for day in range(1, 27)]
COST_MINOR = 100
"""What one piece cost when it came in, whatever it is."""


@pytest.fixture(scope="module")
def month(connected):
	"""The tills after their month, and the balances of all accounts before it."""
	dice = random.Random(SEED)
	shops = [open_shop(items=3, stock=100_000) for _ in range(SHOPS)]
	customers = [a_customer(number) for number in range(10)]
	before = balances()
	shared = Month(dice, customers)
	tills = [Till(till, shared) for shop in shops for till in (shop, open_till(shop))]
	assert len(tills) == SHOPS * TILLS_OF_A_SHOP
	a_day = max(1, min(len(DAYS), ENTRIES // 60))
	days = DAYS[:a_day]
	for day in days:
		for till in tills:
			bring(till, till.sell_a_day(day, max(3, ENTRIES // (len(days) * len(tills)) - 2)), dice)
		post_all()
	for till in tills:
		bring(till, till.late, dice)
	post_all()
	return tills, before


def a_customer(number):
	fields = {"doctype": "Customer", "customer_name": f"Month {number}", "customer_type": "Individual"}
	return frappe.get_doc(fields).insert().name


def bring(till, wires, dice):
	"""As networks bring them: in parts, out of order, twice; and now and then what is no good."""
	wires = list(wires)
	if dice.random() < 0.3:
		dice.shuffle(wires)
	parts = [wires[start : start + 7] for start in range(0, len(wires), 7)]
	for part in parts:
		record(till.shop, *part)
		if dice.random() < 0.3:
			record(till.shop, *part)
	if wires and dice.random() < 0.2:
		record(till.shop, with_another_body(dice.choice(wires)), b"no entry at all")


def post_all():
	for _ in range(100):
		jobs.post_waiting()
		if not fate.count_due():
			return
	raise AssertionError("it never ends")


def balances():
	rows = frappe.db.sql(
		"SELECT account, ROUND(SUM(debit - credit) * 100) FROM `tabGL Entry`"
		" WHERE company = %s AND is_cancelled = 0 GROUP BY account",
		COMPANY,
	)
	return Counter({account: int(amount) for account, amount in rows})


def chart_of(till):
	shop = till.shop.shop
	company = frappe.get_cached_doc("Company", COMPANY)
	purposes = {
		purpose: frappe.db.get_value("POS Profile", shop.profile, f"pos_bridge_{purpose}_account")
		for purpose in (
			*("difference", "safe", "deposit", "petty_cash", "other_cash"),
			*("tips", "gift_card", "store_credit", "shortage", "exchange"),
		)
	}
	tenders = {
		mode: frappe.db.get_value(
			"Mode of Payment Account", {"parent": mode, "company": COMPANY}, "default_account"
		)
		for mode in shop.tenders
	}
	return Chart(
		shop.income_account, company.round_off_account, company.default_receivable_account, tenders, purposes
	)


@pytest.fixture(scope="module")
def sums(month):
	"""Added up from what the tills sent; in the order in which it was booked, for cards are spent in one."""
	tills, _ = month
	charts = {till.shop.till: chart_of(till) for till in tills}
	texts = frappe.get_all("POS Entry", {"till": ("in", list(charts))}, ["text", "till"], order_by="position")
	made = sum(len(till.entries) for till in tills)
	assert len(texts) == made
	sums = Sums()
	for row in texts:
		sums.add(row.text, charts[row.till])
	sums.close({open_wire(wire).id: charts[till.shop.till] for till in tills for wire in till.entries})
	return sums


@pytest.mark.slow
@pytest.mark.timeout(600 + ENTRIES)
class TestAMonth:
	def test_every_entry_is_in_the_books(self, month):
		tills, _ = month
		states = Counter(entry_of(wire).state for till in tills for wire in till.entries)
		held = [
			(entry_of(wire).kind, entry_of(wire).reason)
			for till in tills
			for wire in till.entries
			if entry_of(wire).state != "posted"
		]
		assert held == []
		assert states["posted"] >= ENTRIES * 0.9
		tell(states=dict(states))

	def test_the_trial_balance_is_what_the_entries_come_to(self, month, sums):
		_, before = month
		changed = balances()
		changed.subtract(before)
		stock, cost = stock_accounts()
		pieces = round(sum(sums.sold.values()))
		expected = Counter(sums.accounts)
		expected[stock] -= pieces * COST_MINOR
		expected[cost] += pieces * COST_MINOR
		differing = {
			account: (changed[account], expected[account])
			for account in {*changed, *expected}
			if changed[account] != expected[account]
		}
		assert differing == {}
		assert sum(changed.values()) == 0

	def test_the_stock_is_what_was_there_less_what_went(self, month, sums):
		tills, _ = month
		for item in {item for till in tills for item in till.shop.items}:
			rows = frappe.get_all("Bin", {"item_code": item}, ["actual_qty", "stock_value"])
			left = sum(row.actual_qty for row in rows)
			assert left == 100_000 - sums.sold[item], item
			assert round(sum(row.stock_value for row in rows) * 100) == round(left) * COST_MINOR, item

	def test_customers_owe_what_they_did_not_pay(self, month, sums):
		owed = {
			customer: int(amount)
			for customer, amount in frappe.db.sql(
				"SELECT customer, ROUND(SUM(outstanding_amount) * 100) FROM `tabSales Invoice`"
				" WHERE docstatus = 1 AND customer LIKE 'Month %%' GROUP BY customer"
			)
			if amount
		}
		assert owed == {customer: amount for customer, amount in sums.owed.items() if amount}

	def test_cards_hold_what_is_left_on_them(self, month, sums):
		rows = frappe.get_all("POS Credit", ["name", "balance"])
		held = {row.name: round(row.balance * 100) for row in rows if row.name in sums.credits}
		assert held == sums.credits
		tell(overspent_minor=sums.overspent, cards=len(held))

	def test_the_taxes_of_the_invoices_are_those_of_the_receipts(self, month, sums):
		rows = frappe.db.sql(
			"SELECT tax.account_head, ROUND(SUM(tax.tax_amount_after_discount_amount) * 100)"
			" FROM `tabSales Taxes and Charges` tax JOIN `tabSales Invoice` invoice"
			" ON invoice.name = tax.parent WHERE invoice.docstatus = 1 AND invoice.pos_profile IN %s"
			" GROUP BY tax.account_head",
			[tuple({till.shop.shop.profile for till in month[0]})],
		)
		for account, amount in rows:
			assert int(amount) == -sums.accounts[account], account

	def test_reconciling_finds_nothing_that_is_not_explained(self, month):
		expected_kinds = {"quarantined"}
		for till in {till.shop.till for till in month[0]}:
			found = reconcile(Scope(COMPANY, getdate(DAYS[0]), getdate(DAYS[-1]), till)).differences
			unexplained = [each for each in found if not each.explained]
			assert {each.kind.value for each in unexplained} <= expected_kinds, unexplained


def stock_accounts():
	company = frappe.get_cached_doc("Company", COMPANY)
	return company.default_inventory_account, company.default_expense_account


def tell(**found):
	if REPORT:
		path = Path(REPORT)
		known = json.loads(path.read_text()) if path.exists() else {}
		path.write_text(json.dumps({**known, "seed": SEED, **found}), encoding="utf-8")
