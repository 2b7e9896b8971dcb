"""A sale adds up: line by line, tax by tax, tender by tender."""

from dataclasses import replace
from fractions import Fraction

import pytest
from carts import TAXES, drafts, sales
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.money import MAX_MINOR, SCALE, Rounding
from pos_bridge.core.sale import MAX_LINES, DraftLine, SaleDraft, Tender, check_sale, compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.tax import HUNDRED_PERCENT


def a_draft(**line):
	fields = {
		"item": "TEA",
		"name": "Tea",
		"quantity": SCALE,
		"unit": "Nos",
		"price_minor": 1000,
		"rates": {},
	}
	return SaleDraft("EUR", 2, Rounding.COMMERCIAL, TAXES, (DraftLine(**fields | line),))


@given(drafts)
def test_the_total_is_net_and_taxes_and_round_off(draft):
	totals = compute(draft)
	assert totals.total_minor == totals.net_minor + totals.tax_minor + totals.round_off_minor
	assert totals.net_minor == sum(line.net_minor for line in totals.lines)
	assert totals.tax_minor == sum(tax.amount_minor for tax in totals.taxes)


@given(drafts)
def test_nets_and_taxes_are_within_half_a_minor_unit_of_the_exact_fraction(draft):
	totals = compute(draft)
	for line, amounts in zip(draft.lines, totals.lines, strict=True):
		included = sum(line.rates.get(tax.tax, 0) for tax in TAXES if tax.inclusive)
		exact = Fraction(amounts.amount_minor) / (1 + Fraction(included, HUNDRED_PERCENT))
		assert abs(exact - amounts.net_minor) <= Fraction(1, 2)
	for tax in totals.taxes:
		weighted = sum(
			Fraction(amounts.net_minor * line.rates.get(tax.tax.tax, 0), HUNDRED_PERCENT)
			for line, amounts in zip(draft.lines, totals.lines, strict=True)
		)
		assert abs(weighted - tax.amount_minor) <= Fraction(1, 2)


@given(drafts)
def test_inclusive_prices_are_what_the_customer_pays_up_to_the_rounding_that_erpnext_allows(draft):
	totals = compute(draft)
	added = sum(tax.amount_minor for tax in totals.taxes if not tax.tax.inclusive)
	difference = totals.total_minor - added - sum(line.amount_minor for line in totals.lines)
	assert difference == 0 or abs(difference) > 5


@given(sales())
def test_a_sale_survives_its_body_and_passes_its_check(sale):
	again = sale_from_body(sale_body(sale))
	assert sale_body(again) == sale_body(sale)
	check_sale(again)


@given(sales(), st.sampled_from(["net_minor", "tax_minor", "round_off_minor", "total_minor"]))
def test_a_figure_that_is_off_by_one_is_found(sale, name):
	body = sale_body(sale)
	body[name] += 1
	with pytest.raises(Rejected):
		check_sale(sale_from_body(body))


@given(sales(), st.sampled_from(["rate_minor", "amount_minor", "net_minor"]))
def test_a_line_that_is_off_by_one_is_found(sale, name):
	body = sale_body(sale)
	body["lines"][-1][name] += 1
	with pytest.raises(Rejected):
		check_sale(sale_from_body(body))


def test_change_comes_out_of_cash_only():
	sale = make_sale(a_draft(), (Tender("Cash", "cash", 1500),))
	assert sale.change_minor == 500
	with pytest.raises(Rejected, match="Change is given out of cash"):
		make_sale(a_draft(), (Tender("Card", "card", 1500),))


def test_a_sale_that_is_not_fully_paid_is_refused():
	with pytest.raises(Rejected):
		make_sale(a_draft(), (Tender("Cash", "cash", 999),))


@pytest.mark.parametrize("amount", [0, -5])
def test_a_tender_of_nothing_is_refused(amount):
	with pytest.raises(Rejected, match="above zero"):
		make_sale(a_draft(), (Tender("Cash", "cash", 1000 - amount), Tender("Card", "card", amount)))


@pytest.mark.parametrize(
	("line", "words"),
	[
		({"quantity": 0}, "quantity"),
		({"quantity": -SCALE}, "quantity"),
		({"quantity": 10**12 * SCALE}, "quantity"),
		({"price_minor": -1}, "price"),
		({"discount_percent": 101 * SCALE}, "discount"),
		({"unit_discount_minor": 1001}, "discount"),
		({"discount_percent": SCALE, "unit_discount_minor": 1}, "only one"),
		({"rates": {"MOON": SCALE}}, "MOON is not set up"),
		({"rates": {"IN-7": -101 * SCALE}}, "rate"),
	],
)
def test_what_cannot_be_sold_is_named_with_its_line(line, words):
	with pytest.raises(Rejected, match=rf"Line 1 \(Tea\): .*{words}"):
		compute(a_draft(**line))


def test_a_sale_without_lines_or_with_too_many_is_refused():
	draft = a_draft()
	for lines in ((), draft.lines * (MAX_LINES + 1)):
		with pytest.raises(Rejected, match="1 to 500 lines"):
			compute(replace(draft, lines=lines))


def test_a_total_beyond_what_javascript_holds_is_refused():
	draft = a_draft(price_minor=10**12, quantity=10**9 * SCALE)
	assert MAX_MINOR < 10**21
	with pytest.raises(Rejected, match="larger than a till can hold"):
		compute(draft)


@pytest.mark.parametrize(
	"change",
	[
		{"lines": None},
		{"lines": [{}]},
		{"total_minor": "10"},
		{"total_minor": True},
		{"total_minor": 1.5},
		{"taxes": [{"tax": "X", "label": "X", "inclusive": 1, "base_minor": 1, "amount_minor": 0}]},
		{"tenders": [{"tender": "Shells", "kind": "shells", "amount_minor": 1}]},
		{"rounding": "astrological"},
		{"currency": 5},
	],
)
def test_a_body_of_another_shape_is_malformed_and_never_a_crash(change):
	body = sale_body(make_sale(a_draft(), (Tender("Cash", "cash", 1000),)))
	with pytest.raises(Malformed):
		sale_from_body(body | change)
