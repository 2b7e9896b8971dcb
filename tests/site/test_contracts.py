"""ERPNext's daybook and ledger, held to the same contracts as the standalone ones."""

import threading
from contextlib import contextmanager

import frappe
import pytest
from books import book, entry_of, gl, make_item, open_till, receive, returned
from cards import credit, give_back, issue
from contract.credits import *  # noqa: F403 - the contract's tests
from contract.daybooks import *  # noqa: F403 - the contract's tests
from contract.ledgers import *  # noqa: F403 - the contract's tests
from disposable import SITES
from payers import a_member, account, given_back, paid

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.core.journal import Accounts
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import compute
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext.daybook import FrappeDaybook, lock_till
from pos_bridge.erpnext.isolation import begin, is_clash
from pos_bridge.erpnext.posting import fate
from pos_bridge.erpnext.reconcile.credits import settled_of

CONTRACT_TILLS = ("T1", "T2")


class SiteDaybook:
	"""The daybook of a site in which others record, too: what was there before is left out."""

	def __init__(self, site):
		self.site = site
		self.before = frappe.db.sql("SELECT COALESCE(MAX(position), 0) FROM `tabPOS Entry`")[0][0]
		self.aside = {each.digest for each in FrappeDaybook().quarantined(100_000)}
		self.here = threading.get_ident()

	def record_all(self, wires, arrival):
		if threading.get_ident() == self.here:
			return self._record(wires, arrival)
		frappe.init(self.site, sites_path=str(SITES))
		frappe.connect()
		try:
			return self._record(wires, arrival)
		finally:
			frappe.destroy()

	def _record(self, wires, arrival):
		while True:
			begin()
			try:
				lock_till(arrival.till)
				results = FrappeDaybook().record_all(wires, arrival)
				frappe.db.commit()
				return results
			except Exception as error:  # BLE001 - anything but a clash is the test's to see
				if not is_clash(error):
					raise

	def settle(self, *arguments):
		FrappeDaybook().settle(*arguments)
		frappe.db.commit()

	def after(self, cursor, limit):
		begin()
		return FrappeDaybook().after(max(cursor, self.before), limit)

	def latest(self, till, before, limit):
		begin()
		found = FrappeDaybook().latest(till, before, limit)
		return [each for each in found if each.cursor > self.before]

	def of_receipt(self, number):
		begin()
		return [each for each in FrappeDaybook().of_receipt(number) if each.cursor > self.before]

	def in_state(self, state, limit):
		begin()
		return [each for each in FrappeDaybook().in_state(state, 100_000) if each.cursor > self.before][
			:limit
		]

	def quarantined(self, limit):
		begin()
		found = FrappeDaybook().quarantined(100_000)
		return [each for each in found if each.digest not in self.aside][:limit]

	def find(self, id):
		return FrappeDaybook().find(id)

	def heads(self, till):
		return FrappeDaybook().heads(till)

	def gaps(self, till):
		return FrappeDaybook().gaps(till)


@pytest.fixture
def daybook(site, shared_shop):
	profile = frappe.db.get_value("POS Till", shared_shop.till, "pos_profile")
	for till in CONTRACT_TILLS:
		if not frappe.db.exists("POS Till", till):
			frappe.get_doc({"doctype": "POS Till", "till": till, "pos_profile": profile}).insert()
	frappe.db.commit()
	yield SiteDaybook(site.name)
	frappe.db.rollback()
	for doctype, field in (("POS Entry", "till"), ("POS Chain", "till"), ("POS Quarantine", "sent_by")):
		frappe.db.delete(doctype, {field: ("in", CONTRACT_TILLS)})
	frappe.db.commit()


class SiteBooks:
	"""ERPNext's ledger: GL Entry, Stock Ledger Entry and the flags of POS Entry."""

	def __init__(self, till):
		self.till = till
		shop = till.shop
		self.warehouse = shop.warehouse
		company = frappe.get_cached_doc("Company", shop.company)
		self.costs = (company.default_expense_account, company.default_inventory_account)
		self.accounts = Accounts(
			receivable=company.default_receivable_account,
			revenue=shop.income_account,
			round_off=company.round_off_account,
			taxes={row.account: row.account for row in shop.taxes},
			tenders=shop.tenders,
			tips=shop.accounts["tips"],
			purposes={**shop.accounts, "points": account("Marketing Expenses")},
		)
		self.cash, self.card = list(shop.tenders)[:2]
		self.customer = a_member()

	def sale(self, change=None):
		tea, cake, _ = self.till.items
		lines = [self.till.line(tea, "2", percent=10), self.till.line(cake)]
		return self.till.sale(*lines, over=50, body=dict(change or {}))

	def sale_beyond_stock(self):
		item = make_item(f"{self.till.till}-rare", 700)
		receive([item], self.warehouse, 1)
		frappe.db.commit()
		return self.till.sale(self.till.line(item, "2"))

	def seal(self, kind, body):
		return self.till.seal(kind, body)

	def take_back(self, sold):
		lines = sale_from_body(open_wire(sold).body).draft.lines
		return returned(self.till, sold, {n: line.quantity // SCALE for n, line in enumerate(lines, start=1)})

	def issue(self, credit, amount_minor, change=None):
		wire = issue(self.till, credit, amount_minor)
		return self.till.seal("credit_issue", {**open_wire(wire).body, **change}) if change else wire

	def pay_with(self, number):
		line = self.till.line(self.till.items[1], "3")
		total = compute(self.till.draft(line)).total_minor
		return self.till.sale(line, tenders=[credit(total, number)])

	def onto(self, sold, number):
		return give_back(self.till, sold, number, "gift_card")

	def settled(self, wire):
		return settled_of(open_wire(wire).id)

	def stands(self, number):
		found = frappe.db.get_value("POS Credit", number, ["balance", "overspent"]) or (0, 0)
		return tuple(round(amount * 100) for amount in found)

	def paid(self, pays, tip=0, exchange=""):
		tea, cake, _ = self.till.items
		lines = [self.till.line(tea, "2", percent=10), self.till.line(cake)]
		tenders = pays(compute(self.till.draft(*lines)).total_minor)
		return paid(self.till, tenders, *lines, tip=tip, customer=self.customer, exchange=exchange)

	def given_back(self, sold, pays, exchange=""):
		(tender,) = pays(-1)
		more = {"points": tender.points} if tender.points else {}
		who = {"customer": self.customer, "exchange": exchange, "name": tender.tender}
		return given_back(self.till, sold, {1: 2, 2: 1}, tender.kind, **who, **more)

	def post(self, *wires):
		frappe.db.sql("UPDATE `tabPOS Entry` SET next_try_at = NULL WHERE till = %s", self.till.till)
		book(self.till, *wires)

	def retry(self, wire):
		fate.release([open_wire(wire).id])
		frappe.db.commit()
		jobs.post_waiting()

	def state(self, wire):
		entry = entry_of(wire)
		return entry.state, entry.reason or ""

	def net(self, wire):
		net = {}
		for document in self._documents(wire):
			for name, amount in gl(document).items():
				net[name] = net.get(name, 0) + round(amount * 100)
		return {name: amount for name, amount in net.items() if amount and name not in self.costs}

	def _documents(self, wire):
		return [row.document_name for row in entry_of(wire).postings] or [open_wire(wire).receipt_number]

	def cost_is_balanced(self, wire):
		booked = gl(open_wire(wire).receipt_number)
		cost, stock = (booked[account] for account in self.costs)
		return cost == -stock > 0

	def moves(self, wire):
		rows = frappe.get_all(
			"Stock Ledger Entry",
			{"voucher_no": open_wire(wire).receipt_number, "is_cancelled": 0},
			["item_code", "actual_qty"],
		)
		return {row.item_code: round(row.actual_qty * SCALE) for row in rows}

	def remarks(self, wire):
		return " ".join(row.details for row in entry_of(wire).remarks)

	@contextmanager
	def fault(self):
		def broken(*_):
			raise OSError("the disk hiccups")

		with pytest.MonkeyPatch.context() as patch:
			patch.setattr("pos_bridge.erpnext.posting.fate.keep", broken)
			yield


@pytest.fixture
def books(site, shared_shop):
	return SiteBooks(open_till(shared_shop))
