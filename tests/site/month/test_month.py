"""A month in three shops at six tills, with trouble: the books say what somebody else adds up, to the cent.

`make soak` does it with 5,000 entries; POS_BRIDGE_ENTRIES says how many, POS_BRIDGE_SEED repeats one.
"""

import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import frappe
import pytest
from erpnext.stock.doctype.repost_item_valuation import repost_item_valuation
from frappe.utils import today
from month import days, shops
from month.account import Account, counted_in
from month.cards import Cards
from month.points import Points
from month.stockroom import Stockroom

from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.audit.export import export
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope

ENTRIES = int(os.environ.get("POS_BRIDGE_ENTRIES", "300"))
SEED = int(os.environ.get("POS_BRIDGE_SEED") or time.time_ns() % 1_000_000)
COIN = "smallest_currency_fraction_value"
REPORT = os.environ.get("POS_BRIDGE_REPORT")
"""A file for the counts; `make soak` reads them there."""


@pytest.fixture(scope="module")
def played(connected):
	"""The tills after their month; the customers and goods that were there before."""
	frappe.set_user("Administrator")
	frappe.db.rollback()
	print(f"A month of {ENTRIES} entries, seed {SEED}")
	coin = smallest_coin(0.05)
	shops.make_company()
	shops.make_rules()
	buyers, members = shops.make_customers()
	try:
		month = days.Month(random.Random(SEED), buyers, members)
		done = days.play(month, ENTRIES)
		repost()
		yield done
	finally:
		frappe.db.rollback()
		smallest_coin(coin)


def smallest_coin(coin):
	"""Set it; what it was before."""
	before = frappe.db.get_value("Currency", "EUR", COIN)
	frappe.db.set_value("Currency", "EUR", COIN, coin)
	frappe.db.value_cache.clear()
	frappe.db.commit()
	frappe.clear_cache()
	return before


def repost():
	"""What ERPNext's hourly job does for moves of days that are over."""
	repost_item_valuation.repost_entries()
	frappe.db.commit()


@pytest.fixture(scope="module")
def account(played):
	"""Added up from what the daybook keeps, in the order in which it was booked: cards are spent in one."""
	charts = shops.charts()
	rows = frappe.get_all(
		"POS Entry", {"till": ("in", list(charts)), "state": "posted"}, ["text", "posted_at", "position"]
	)
	told = [(row.posted_at, row.position, row.text) for row in rows]
	told += [(at, 0, "") for at in played.expired_at]
	month = played.tills[0].month
	stock = Stockroom({**shops.GOODS, shops.UNKNOWN: shops.NOVELTY})
	for place in shops.PLACES:
		fill(stock, place)
	account = Account(charts, Cards(), Points(set(month.members)), stock)
	for _at, _position, text in sorted(told):
		account.add(text) if text else account.cards.lapse(today())
	return account


def fill(stock, place):
	warehouse = shops.warehouse_of(place)
	for item, goods in shops.GOODS.items():
		if goods.parts is None:
			stock.there[item, warehouse] += goods.there
	for batch in shops.BATCHES:
		stock.batches["M-YOGHURT", batch, warehouse] = shops.IN_A_BATCH
	stock.serials |= dict.fromkeys(shops.serials_of(place), warehouse)


def gl(column, condition="", *values):
	"""Debits less credits in minor units by a column, without what was there before the month."""
	rows = frappe.db.sql(
		f"SELECT {column}, ROUND(SUM(debit - credit) * 100) FROM `tabGL Entry`"
		" WHERE company = %s AND is_cancelled = 0 AND posting_date >= '2026-11-01'"
		f" {condition} GROUP BY {column}",
		(shops.COMPANY, *values),
	)
	return {name: int(amount) for name, amount in rows}


def differing(found, expected):
	"""What is not the same, by name: found, expected."""
	return {
		name: (found.get(name, 0), expected.get(name, 0))
		for name in {*found, *expected}
		if found.get(name, 0) != expected.get(name, 0)
	}


@pytest.mark.slow
@pytest.mark.timeout(1200 + ENTRIES)
class TestAMonth:
	def test_every_entry_is_in_the_books(self, played):
		states = dict(
			frappe.db.sql(
				"SELECT name, state FROM `tabPOS Entry` WHERE till IN %s", (tuple(days.names(played)),)
			)
		)
		made = [open_wire(wire) for wire in played.wires]
		assert len(states) == len(made) >= ENTRIES * 0.9
		left = [
			(entry.kind, frappe.db.get_value("POS Entry", entry.id, ["state", "reason", "last_fault"]))
			for entry in made
			if states.get(entry.id) != "posted"
		]
		assert left == []
		flags = frappe.db.sql(
			"SELECT flag, COUNT(*) FROM `tabPOS Entry Flag` flag JOIN `tabPOS Entry` entry"
			" ON entry.name = flag.parent WHERE entry.till IN %s GROUP BY flag",
			(tuple(days.names(played)),),
		)
		tell(
			entries=len(made),
			kinds=dict(Counter(entry.kind for entry in made)),
			flags=dict(flags),
			trouble=dict(played.brought),
			damaged=played.damaged,
			days=len(played.days),
		)

	def test_the_trial_balance_is_what_the_entries_come_to(self, account):
		found = gl("account")
		assert differing(found, account.balances()) == {}
		assert sum(found.values()) == 0

	def test_the_taxes_are_those_of_the_receipts(self, account):
		rows = frappe.db.sql(
			"SELECT tax.account_head, ROUND(SUM(tax.tax_amount_after_discount_amount) * 100)"
			" FROM `tabSales Taxes and Charges` tax JOIN `tabSales Invoice` invoice"
			" ON invoice.name = tax.parent WHERE invoice.docstatus = 1 AND invoice.company = %s"
			" GROUP BY tax.account_head",
			shops.COMPANY,
		)
		found = {head: int(amount) for head, amount in rows}
		assert differing(found, account.taxes) == {}
		assert (
			differing(
				gl("account", "AND account IN %s", tuple(found)), {t: -a for t, a in account.taxes.items()}
			)
			== {}
		)

	def test_the_shelves_hold_what_was_there_less_what_went_at_its_cost(self, account):
		rows = frappe.db.sql(
			"SELECT bin.item_code, bin.warehouse, bin.actual_qty, bin.stock_value FROM `tabBin` bin"
			" JOIN `tabWarehouse` place ON place.name = bin.warehouse WHERE place.company = %s",
			shops.COMPANY,
		)
		found = counted_in({(item, place): quantity for item, place, quantity, _worth in rows})
		expected = counted_in(account.stock.there)
		assert differing(found, expected) == {}
		worth = {
			(item, place): Decimal(str(worth)).quantize(Decimal("0.01")) for item, place, _, worth in rows
		}
		goods = account.stock.goods
		assert (
			differing(worth, {key: left * goods[key[0]].cost_minor / 100 for key, left in expected.items()})
			== {}
		)
		moves = frappe.db.sql(
			"SELECT item_code, warehouse, SUM(actual_qty) FROM `tabStock Ledger Entry`"
			" WHERE company = %s AND is_cancelled = 0 GROUP BY item_code, warehouse",
			shops.COMPANY,
		)
		assert differing(counted_in({(item, place): q for item, place, q in moves}), expected) == {}

	def test_serial_numbers_are_where_they_were_sold_from_or_nowhere(self, account):
		rows = frappe.get_all("Serial No", {"item_code": "M-PHONE"}, ["name", "warehouse"])
		assert differing({row.name: row.warehouse or "" for row in rows}, account.stock.serials) == {}

	def test_each_shop_bears_its_income_and_its_cost_and_its_dimension(self, account):
		found = gl("cost_center", "AND account IN %s", tuple({c.cost for c in account.charts.values()}))
		worth = {chart.cost_center: account.stock.worth[chart.warehouse] for chart in account.charts.values()}
		assert differing(found, worth) == {}
		field = shops.dimension()
		for place in shops.PLACES:
			profile = frappe.get_doc("POS Profile", place.shop)
			values = set(
				gl(field, "AND voucher_type = 'Sales Invoice' AND cost_center = %s", profile.cost_center)
			)
			assert values == {profile.get(field)}, place.shop

	def test_customers_owe_what_they_did_not_pay(self, account):
		found = gl("party", "AND party_type = 'Customer'")
		assert differing(found, account.owed) == {}
		rows = frappe.db.sql(
			"SELECT party, ROUND(SUM(amount) * 100) FROM `tabPayment Ledger Entry`"
			" WHERE company = %s AND delinked = 0 GROUP BY party",
			shops.COMPANY,
		)
		assert differing({party: int(amount) for party, amount in rows}, account.owed) == {}

	def test_cards_hold_what_is_left_on_them(self, account):
		rows = frappe.get_all("POS Credit", {"company": shops.COMPANY}, ["name", "balance", "overspent"])
		found = {row.name: (round(row.balance * 100), round(row.overspent * 100)) for row in rows}
		cards = account.cards.cards
		assert (
			differing(found, {number: (each.balance, each.overspent) for number, each in cards.items()}) == {}
		)
		tell(cards=len(found), uncovered_minor=account.cards.uncovered, lapsed_minor=account.cards.lapsed)

	def test_members_have_the_points_that_they_earned_and_did_not_spend(self, account):
		rows = frappe.db.sql(
			"SELECT customer, SUM(loyalty_points) FROM `tabLoyalty Point Entry` WHERE company = %s"
			" GROUP BY customer",
			shops.COMPANY,
		)
		assert (
			differing({customer: int(points) for customer, points in rows}, account.points.balances()) == {}
		)
		tell(points_short_minor=account.points.short)

	def test_each_shift_differs_by_what_was_counted(self, account):
		rows = frappe.db.sql(
			"SELECT shift.opening_entry, row.tender, ROUND(row.difference * 100)"
			" FROM `tabPOS Shift Count` row JOIN `tabPOS Shift` shift ON shift.name = row.parent"
			" WHERE shift.company = %s",
			shops.COMPANY,
		)
		found = {(shift, tender): int(amount) for shift, tender, amount in rows}
		expected = {
			(name, tender): amount
			for name, shift in account.shifts.items()
			for tender, amount in shift.differences.items()
		}
		assert differing(found, expected) == {}
		tell(
			shifts=len(account.shifts), over_returned=account.over_returned, unmoved=account.stock.left_lying
		)

	def test_reconciling_finds_nothing_that_is_not_explained(self, played):
		found = reconcile(scope(played)).differences
		assert [each for each in found if not each.explained] == []
		tell(explained=dict(Counter(each.kind.value for each in found)))

	def test_the_export_holds_and_one_flipped_byte_is_found(self, played, tmp_path):
		path = tmp_path / "month.zip"
		export(scope(played), path)
		with zipfile.ZipFile(path) as archive:
			archive.extract("verify_pos_export.py", tmp_path)
		status, said = verified(tmp_path, path)
		assert status == 0, said
		raw = bytearray(path.read_bytes())
		dice = random.Random(SEED)
		for _ in range(5):
			place = dice.randrange(len(raw))
			flipped = bytearray(raw)
			flipped[place] ^= 1 << dice.randrange(8)
			path.write_bytes(flipped)
			assert verified(tmp_path, path)[0] == 1, place

	def test_one_byte_that_is_flipped_in_the_database_is_found(self, played, tmp_path):
		"""Whoever owns the database can write the seal of the file anew, but not the chain."""
		name = open_wire(random.Random(SEED).choice(played.wires)).id
		text = frappe.db.get_value("POS Entry", name, "text")
		frappe.db.sql(
			"UPDATE `tabPOS Entry` SET text = %s WHERE name = %s", (text.replace("Ada", "Adb"), name)
		)
		frappe.db.commit()
		try:
			path = tmp_path / "flipped.zip"
			export(scope(played), path)
			with zipfile.ZipFile(path) as archive:
				archive.extract("verify_pos_export.py", tmp_path)
			assert verified(tmp_path, path)[0] == 1
			assert name in [each.entry for each in reconcile(scope(played)).unexplained]
		finally:
			frappe.db.sql("UPDATE `tabPOS Entry` SET text = %s WHERE name = %s", (text, name))
			frappe.db.commit()


def scope(played):
	return Scope(shops.COMPANY, date.fromisoformat(played.days[0]), date.fromisoformat(played.days[-1]))


def verified(folder, path):
	program = [sys.executable, "-I", "-S", str(folder / "verify_pos_export.py"), str(path)]
	done = subprocess.run(program, cwd=folder, capture_output=True, text=True)
	return done.returncode, done.stdout + done.stderr


def tell(**found):
	print(found)
	if REPORT:
		path = Path(REPORT)
		known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
		path.write_text(json.dumps({"seed": SEED, **known, **found}), encoding="utf-8")
