"""The till prices by pricing rules as ERPNext does: random rules through ERPNext, Python and the page."""

import pytest
from asked_carts import MOST_HALVES, SEED, carts_asked, seldom_tried, tell

from benchmarks.sums.page import PageProcess
from benchmarks.sums.pricing import RuleBooks
from benchmarks.sums.rules import compare

CARTS = carts_asked(300)
SELDOM = {"outcome: below zero", "outcome: ERPNext refuses the rule"}
"""What comes out by itself; the dice can't ask for it."""


@pytest.fixture
def books(changed_settings):
	"""Goods, customers and settings of its own, gone afterwards."""
	return RuleBooks()


@pytest.mark.slow
@pytest.mark.timeout(1200 + CARTS)
def test_random_rules_make_the_same_prices_in_erpnext_in_python_and_in_the_page(books, tmp_path):
	with PageProcess(tmp_path, "pricing") as page:
		tally = compare(CARTS, SEED, books, page.ask)
	tell(tally)
	assert tally.smallest == []
	assert tally.different == 0
	assert tally.halves_by_chance <= MOST_HALVES * CARTS
	assert tally.carts == CARTS
	assert seldom_tried(tally) <= SELDOM
