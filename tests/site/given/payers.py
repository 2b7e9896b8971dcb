"""Customers with debts and points, and sales that are paid in every way, for the tests."""

import itertools
from dataclasses import replace

import frappe
from books import COMPANY, entry_of, invoice_of

from pos_bridge.core.entry import open_wire, seal, uuid7
from pos_bridge.core.money import SCALE
from pos_bridge.core.pricing.loyalty import Tier
from pos_bridge.core.returns import draft_of_return, make_return, return_body
from pos_bridge.core.sale import compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.tenders import Payer, Tender

_numbers = itertools.count(1)
TIERS = [Tier("Green", 0, SCALE), Tier("Gold", 2_000, SCALE // 2)]


def a_customer(**more):
	name = f"Payer {next(_numbers)}"
	return frappe.get_doc({"doctype": "Customer", "customer_name": name, **more}).insert().name


def a_member():
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


def by_points(points, minor):
	return Tender("Points", "points", minor, points=points)


def paid(shop, tenders, *lines, tip=0, off=0, customer="", exchange="", discount=None, **more):
	"""A sealed sale of 7.50, or of these lines, paid like this."""
	lines = lines or (shop.line(shop.items[0]), shop.line(shop.items[1]))
	draft = shop.draft(*lines, discount=discount)
	sale = make_sale(draft, tenders, tip, off, Payer(customer, exchange))
	return shop.seal("sale", {**sale_body(sale), **more})


def given_back(shop, sold, quantities, kind="cash", customer="", exchange="", name="", **more):
	"""A sealed return of these quantities, given back with one tender of this kind."""
	entry = open_wire(sold)
	draft = draft_of_return(sale_from_body(entry.body), {line: n * SCALE for line, n in quantities.items()})
	total = compute(draft, "return").total_minor
	tender = Tender(name or next(iter(shop.shop.tenders)), kind, total, **more)
	return_ = make_return(draft, [tender], entry.id, entry.receipt_number, payer=Payer(customer, exchange))
	return shop.seal("return", return_body(return_))


def halves(shop, pays=500):
	"""A sale of 7.50, the return of its second line for 5.00, and a sale of 7.50 that it pays for."""
	cash = next(iter(shop.shop.tenders))
	sold = paid(shop, [Tender(cash, "cash", 750)])
	id = uuid7(next(_numbers), bytes(10))
	back = given_back(shop, sold, {2: 1}, "exchange", exchange=id, name="Exchange")
	tenders = [Tender("Exchange", "exchange", pays), Tender(cash, "cash", 750 - pays)]
	new = paid(shop, tenders, shop.line(shop.items[2]), exchange=open_wire(back).id)
	new = seal(replace(open_wire(new), id=id))
	shop.head = new.hash
	return sold, back, new


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
