"""The till prices by pricing rules as ERPNext does: random rules through ERPNext, Python and the page.

POS_BRIDGE_CARTS asks for more of them, and for other ones each time.
"""

import json
import os
import time
from pathlib import Path

import frappe
import pytest

from benchmarks.sums.pricing import RuleBooks
from benchmarks.sums.rules import PricingPage, compare

ASKED = os.environ.get("POS_BRIDGE_CARTS")
CARTS = int(ASKED or "300")
SEED = time.time_ns() % 1_000_000 if ASKED else 20261126
REPORT = os.environ.get("POS_BRIDGE_REPORT")
LEAST_SHARE = 0.03
SELDOM = {"outcome: below zero", "outcome: ERPNext refuses the rule"}
"""What comes out by itself; the dice can't ask for it."""


@pytest.fixture
def books(site):
	"""Goods, customers and settings of its own, gone afterwards."""
	yield RuleBooks()
	frappe.db.rollback()
	frappe.clear_cache()
	frappe.local.system_settings = None


@pytest.mark.slow
def test_random_rules_make_the_same_prices_in_erpnext_in_python_and_in_the_page(books, tmp_path):
	with PricingPage(tmp_path) as page:
		parity = compare(CARTS, SEED, books, page.price)
	print(parity.fields())
	if REPORT:
		Path(REPORT).write_text(json.dumps(parity.fields()), encoding="utf-8")
	assert parity.smallest == []
	assert parity.different == 0
	rare = {name: count for name, count in parity.tried.items() if count < LEAST_SHARE * CARTS}
	assert set(rare) <= SELDOM
