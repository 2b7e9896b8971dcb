"""The points that a till says a sale earns are those that ERPNext writes down."""

import random

import frappe
from books import COMPANY
from erpnext.accounts.doctype.loyalty_program.loyalty_program import get_loyalty_program_details_with_points
from erpnext.accounts.doctype.sales_invoice import sales_invoice

from pos_bridge.core.pricing.loyalty import Tier, points_earned
from pos_bridge.erpnext.overrides.exact_halves import exact_halves

SEED = 20261126
PROGRAMS, SALES = 15, 20


def test_random_sales_earn_the_points_that_erpnext_computes(site):
	dice = random.Random(SEED)
	for number in range(PROGRAMS):
		tiers = [a_tier(place, dice) for place in range(dice.randint(1, 4))]
		member = a_member(number, tiers)
		for _ in range(SALES):
			total_minor = dice.randint(-50_000, 400_000)
			assert points_earned(total_minor, tiers, 2) == of_erpnext(*member, total_minor)


def a_tier(place, dice):
	factor = dice.choice([0, 1, 25, 333, 1_000]) * 10**7
	return Tier(f"Tier {place}", place * dice.randint(1, 90_000), factor)


def a_member(number, tiers):
	rules = [
		{
			"tier_name": tier.tier,
			"min_spent": tier.min_spent_minor / 100,
			"collection_factor": tier.collection_factor / 10**9,
		}
		for tier in tiers
	]
	fields = {
		"doctype": "Loyalty Program",
		"loyalty_program_name": f"Parity {number}",
		"loyalty_program_type": "Multiple Tier Program" if len(tiers) > 1 else "Single Tier Program",
		"from_date": "2026-01-01",
		"company": COMPANY,
		"conversion_factor": 1,
	}
	program = frappe.get_doc({**fields, "collection_rules": rules}).insert()
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": f"Parity {number}"})
	customer.loyalty_program = program.name
	return customer.insert().name, program.name


def of_erpnext(customer, program, total_minor):
	"""As `make_loyalty_point_entry` does while it posts, without an invoice for each."""
	total = total_minor / 100
	details = get_loyalty_program_details_with_points(
		customer, program, company=COMPANY, current_transaction_amount=total, include_expired_entry=True
	)
	with exact_halves():
		return sales_invoice.cint(total / (details.collection_factor or 1.0))
