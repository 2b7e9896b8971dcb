"""Sales with every charge, ticket discounts, margins and totals rounded to a coin are booked as printed."""

import random
from dataclasses import replace
from datetime import date

import frappe
import pytest
from books import COMPANY, DAY, book, flags, invoice_of, on_hand, open_shop, returned, tax_account

from pos_bridge.core.entry import open_wire
from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import Sale, Tender, check_sale, compute
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.ticket import TicketDiscount
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope

SEED = 20261126
SALES = 40
CHARGES = {
	"included": (
		{"charge_type": "On Net Total", "rate": 19, "included_in_print_rate": 1},
		{"charge_type": "On Previous Row Total", "rate": 2.5, "row_id": 1, "included_in_print_rate": 1},
		{"charge_type": "On Item Quantity", "rate": 0.25},
	),
	"on top": (
		{"charge_type": "On Item Quantity", "rate": 0.15},
		{"charge_type": "On Net Total", "rate": 7.7},
		{"charge_type": "On Previous Row Amount", "rate": 5, "row_id": 2},
		{"charge_type": "Actual", "tax_amount": 1.95},
		{"charge_type": "On Previous Row Total", "rate": 1, "row_id": 4},
	),
}


@pytest.fixture(params=CHARGES)
def charging(request, site):
	"""A shop under these tax rows, with totals paid in steps of 0.05."""
	shop = open_shop(items=4, stock=1_000)
	for item in shop.items:
		document = frappe.get_doc("Item", item)
		document.taxes = []
		document.save()
	profile = frappe.get_doc("POS Profile", frappe.db.get_value("POS Till", shop.till, "pos_profile"))
	profile.taxes_and_charges = template(request.param)
	profile.disable_rounded_total = 0
	profile.save()
	coin = frappe.db.get_value("Currency", "EUR", "smallest_currency_fraction_value")
	pay_in_steps_of(0.05)
	yield shop
	pay_in_steps_of(coin)


def template(name):
	title = f"Charges {name} {frappe.generate_hash(length=6)}"
	rows = [
		{**row, "account_head": tax_account(f"{title} {number}"), "description": f"Row {number}"}
		for number, row in enumerate(CHARGES[name], start=1)
	]
	fields = {"doctype": "Sales Taxes and Charges Template", "title": title, "company": COMPANY}
	return frappe.get_doc({**fields, "taxes": rows}).insert().name


def pay_in_steps_of(coin):
	frappe.db.set_value("Currency", "EUR", "smallest_currency_fraction_value", coin)
	frappe.db.value_cache.clear()
	frappe.db.commit()


def any_sale(shop, dice):
	lines = []
	for item in dice.sample(shop.items, dice.randint(1, 4)):
		less = dice.choice([{}, {}, {"percent": dice.randint(1, 40)}, {"off": dice.randint(1, 90)}])
		line = shop.line(item, str(dice.randint(1, 5)), **less)
		more = dice.choice([{}, {}, {"unit_margin_minor": 35}, {"margin_percent": 8 * SCALE}])
		lines.append(replace(line, **({} if "margin_percent" in more and "off" in less else more)))
	on = dice.choice(["net_total", "grand_total"])
	discounts = [None, TicketDiscount(on, percent=dice.randint(1, 50) * SCALE), TicketDiscount(on, 0, 77)]
	return shop.sale(*lines, discount=dice.choice(discounts), over=dice.choice([0, 500]))


def test_every_charge_and_discount_is_booked_as_the_till_printed_it(charging):
	dice = random.Random(SEED)
	wires = [any_sale(charging, dice) for _ in range(SALES)]
	book(charging, *wires)
	for wire in wires:
		totals = sale_from_body(open_wire(wire).body).totals
		invoice = invoice_of(wire)
		assert round(100 * (invoice.rounded_total or invoice.grand_total)) == totals.total_minor
		assert round(100 * invoice.rounding_adjustment) == totals.rounding_adjustment_minor
		assert round(100 * invoice.discount_amount) == totals.discount_minor
		assert invoice.outstanding_amount == 0
	assert any(invoice_of(wire).rounding_adjustment for wire in wires)
	assert reconciled(charging) == ()


def test_of_a_discounted_sale_parts_come_back_at_what_was_paid_for_them(charging):
	lines = [charging.line(item, "4") for item in charging.items[:2]]
	sold = charging.sale(*lines, discount=TicketDiscount("grand_total", amount_minor=300))
	first = returned(charging, sold, {1: 1, 2: 4})
	rest = returned(charging, sold, {1: 3})
	book(charging, sold, first, rest)
	assert [flags(wire) for wire in (first, rest)] == [[], []]
	paid, *back = (round(100 * invoice_of(wire).grand_total) for wire in (sold, first, rest))
	# Each part is rounded by itself.
	assert abs(paid + sum(back)) <= 2
	assert reconciled(charging) == ()


def test_what_is_written_off_is_owed_by_nobody(site):
	shop = open_shop(items=1)
	draft = shop.draft(shop.line(shop.items[0], "2"))
	total = compute(draft).total_minor
	cash = next(iter(shop.shop.tenders))
	sale = Sale(draft, compute(draft), (Tender(cash, "cash", total - 3),), 0, write_off_minor=3)
	check_sale(sale)
	wire = shop.seal("sale", sale_body(sale))
	book(shop, wire)
	invoice = invoice_of(wire)
	assert (invoice.write_off_amount, invoice.outstanding_amount, invoice.paid_amount) == (0.03, 0, 4.97)
	assert reconciled(shop) == ()


def test_a_box_takes_twelve_pieces_from_stock(site):
	shop = open_shop(items=1, stock=100)
	(item,) = shop.items
	document = frappe.get_doc("Item", item)
	document.append("uoms", {"uom": "Box", "conversion_factor": 12})
	document.save()
	pieces = shop.line(item, "2")
	box = replace(pieces, unit="Box", conversion=12 * SCALE, price_minor=2_799)
	sold = shop.sale(box, pieces)
	back = returned(shop, sold, {1: 1})
	before = on_hand(item, shop.shop.warehouse)
	book(shop, sold, back)
	assert [(row.qty, row.uom, row.stock_qty) for row in invoice_of(sold).items] == [
		(2, "Box", 24),
		(2, "Nos", 2),
	]
	assert on_hand(item, shop.shop.warehouse) == before - 24 - 2 + 12
	assert reconciled(shop) == ()


def reconciled(shop):
	result = reconcile(Scope(COMPANY, date.fromisoformat(DAY), date.fromisoformat(DAY), shop.till))
	# ERPNext values a return's stock again in the background.
	differences = (each for each in result.differences if each.kind is not Kind.REPOST)
	return (*differences, *result.unexplained)
