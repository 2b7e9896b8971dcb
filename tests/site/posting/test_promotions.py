"""A cart that the shop's pricing rules priced at the till is booked as it was priced, gifts and all."""

from dataclasses import replace
from datetime import date

import frappe
import pytest
from books import COMPANY, DAY, book, invoice_of, open_shop

from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.pricing import Buyer, PricingContext, PricingLine, price, rules_from_wire
from pos_bridge.core.ticket import TicketDiscount
from pos_bridge.erpnext.catalogue import manifest
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope


@pytest.fixture
def promoting(site):
	"""A tenth off the first item, the third one free with two of the second, 2 off the ticket from 20."""
	shop = open_shop(items=3)
	profile = frappe.get_doc("POS Profile", frappe.db.get_value("POS Till", shop.till, "pos_profile"))
	profile.ignore_pricing_rule = 0
	profile.save()
	tea, milk, cup = shop.items
	a_rule("Tea week", tea, rate_or_discount="Discount Percentage", discount_percentage=10)
	gift = {"price_or_product_discount": "Product", "min_qty": 2, "free_item": cup, "free_qty": 1}
	a_rule("A cup with two", milk, **gift)
	ticket = {"apply_on": "Transaction", "rate_or_discount": "Discount Amount", "discount_amount": 2}
	a_rule("Two off twenty", None, min_amt=20, apply_discount_on="Grand Total", **ticket)
	frappe.db.commit()
	yield shop
	for rule in frappe.get_all("Pricing Rule", pluck="name"):
		frappe.delete_doc("Pricing Rule", rule)
	frappe.db.commit()


def a_rule(title, item, **fields):
	document = {"doctype": "Pricing Rule", "title": title, "selling": 1, "currency": "EUR"}
	document |= {"company": COMPANY, "valid_from": "2026-01-01"}
	goods = {"apply_on": "Item Code", "items": [{"item_code": item}]} if item else {}
	frappe.get_doc({**document, "price_or_product_discount": "Price", **goods, **fields}).insert()


def at_the_till(shop, quantities):
	"""The lines and the ticket discount that the rules of the till's manifest make of these quantities."""
	told = manifest(shop.till)
	assert told["rules_left_out"] == []
	lines = [shop.line(item, str(quantity)) for item, quantity in quantities.items()]
	of_group = {item: frappe.get_cached_value("Item", item, "item_group") for item in shop.items}
	asked = [
		PricingLine(each.item, each.quantity, "Nos", each.price_minor, of_group[each.item], stock_unit="Nos")
		for each in lines
	]
	about = told["pricing_for"]
	buyer = Buyer(about["customer"], about["customer_group"], about["territory"], DAY)
	context = PricingContext("EUR", 2, Rounding(told["rounding"]), about["price_list"], buyer)
	pricing = price(rules_from_wire(told["rules"]), asked, context)
	assert pricing.conflicts == ()
	priced = [
		replace(line, price_minor=by.price_minor, discount_percent=by.discount_percent)
		for line, by in zip(lines, pricing.lines, strict=True)
	]
	gifts = [shop.line(gift.item, str(gift.quantity // SCALE), percent=100) for gift in pricing.free]
	off = pricing.ticket
	return [*priced, *gifts], off and TicketDiscount("grand_total", off.percent, off.amount_minor)


def test_promotions_are_booked_as_the_till_priced_them(promoting):
	tea, milk, cup = promoting.items
	lines, discount = at_the_till(promoting, {tea: 4, milk: 3})
	assert discount == TicketDiscount("grand_total", amount_minor=200)
	wire = promoting.sale(*lines, discount=discount)
	book(promoting, wire)
	invoice = invoice_of(wire)
	rows = [(row.item_code, row.qty, row.rate, row.amount) for row in invoice.items]
	assert rows == [(tea, 4, 2.25, 9.0), (milk, 3, 5.0, 15.0), (cup, 1, 0.0, 0.0)]
	assert (invoice.discount_amount, invoice.grand_total) == (2.0, 22.0)
	result = reconcile(Scope(COMPANY, date.fromisoformat(DAY), date.fromisoformat(DAY), promoting.till))
	assert (result.differences, result.unexplained) == ((), ())


def test_below_what_a_rule_asks_for_nothing_is_given(promoting):
	tea, milk, _ = promoting.items
	lines, discount = at_the_till(promoting, {tea: 1, milk: 1})
	assert [(line.item, line.discount_percent) for line in lines] == [(tea, 10 * SCALE), (milk, 0)]
	assert discount is None
