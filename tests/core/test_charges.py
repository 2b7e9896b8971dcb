"""Rows on rows, fixed amounts, ticket discounts and rounded totals add up, and say what is wrong."""

from dataclasses import replace

import pytest
from carts import drafts, return_of, till_day
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Rejected
from pos_bridge.core.journal import Accounts, balance_of, effect_of
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.receipt import ReceiptHeader, Row, receipt_of_sale, tax_parts
from pos_bridge.core.sale import DraftLine, Sale, SaleDraft, Tender, check_sale, compute, make_sale
from pos_bridge.core.sale_body import draft_fields, draft_from_fields, sale_body, sale_from_body
from pos_bridge.core.tax import HUNDRED_PERCENT, Charge, Tax
from pos_bridge.core.ticket import TicketDiscount, TotalRounding

VAT = Tax("VAT", "VAT", True)
CITY = Tax("CITY", "City", False, Charge.PREVIOUS_ROW_TOTAL, "VAT", 2 * SCALE)
BAG = Tax("BAG", "Bag fee", False, Charge.ACTUAL, actual_minor=15)
LITRE = Tax("LITRE", "Deposit", False, Charge.ITEM_QUANTITY)
ROWS = (VAT, CITY, BAG, LITRE)
RATES = {"VAT": 19 * SCALE, "CITY": 2 * SCALE, "LITRE": 250_000_000}


def lines():
	each = st.builds(
		DraftLine,
		item=st.just("TEA"),
		name=st.just("Tea"),
		quantity=st.integers(1, 9_000).map(lambda n: n * SCALE // 1_000),
		unit=st.just("Nos"),
		price_minor=st.integers(0, 100_000),
		rates=st.sampled_from([RATES, {"VAT": 7 * SCALE}, {}]),
	)
	return st.lists(each, min_size=1, max_size=6).map(tuple)


charged = st.builds(
	SaleDraft,
	currency=st.just("EUR"),
	currency_precision=st.sampled_from([0, 2, 3]),
	rounding=st.sampled_from(Rounding),
	taxes=st.just(ROWS),
	lines=lines(),
	total_rounding=st.sampled_from([None, TotalRounding(5), TotalRounding(100, halves_down=False)]),
	row_wise_tax=st.booleans(),
	rate_decimals=st.sampled_from([0, 4]),
)
percents = st.builds(
	TicketDiscount,
	st.sampled_from(["net_total", "grand_total"]),
	st.integers(1, 100).map(lambda n: n * SCALE),
)


@given(charged, st.one_of(st.none(), percents))
def test_the_total_is_net_and_taxes_and_what_rounding_leaves(draft, discount):
	totals = compute(replace(draft, discount=discount))
	rounding = totals.round_off_minor + totals.rounding_adjustment_minor
	assert totals.total_minor == totals.net_minor + totals.tax_minor + rounding
	assert totals.net_minor == sum(line.net_minor for line in totals.lines)
	assert totals.tax_minor == sum(tax.amount_minor for tax in totals.taxes)
	assert {tax.tax.tax: tax.amount_minor for tax in totals.taxes}["BAG"] == BAG.actual_minor


@given(charged, st.integers(0, 10**6))
@example(
	# ERPNext rounds net and tax together when it spreads: 473,251 + 89,917.5 is 563,168 then, not 563,169.
	SaleDraft(
		currency="EUR",
		currency_precision=0,
		rounding=Rounding.BANKERS,
		taxes=ROWS,
		lines=tuple(
			DraftLine("TEA", "Tea", thousandths * SCALE // 1_000, "Nos", price_minor, rates)
			for thousandths, price_minor, rates in [
				(1, 501, {}),
				(118, 293, RATES),
				(3_688, 40_930, RATES),
				(6_522, 49_412, RATES),
			]
		),
	),
	1,
)
def test_an_amount_off_the_grand_total_comes_off_it_exactly_but_for_halves_to_even(draft, off_minor):
	on_top = replace(draft, taxes=(replace(VAT, inclusive=False), CITY), lines=priced_only(draft))
	plain = replace(on_top, total_rounding=None)
	before = compute(plain).total_minor
	assume(0 < off_minor <= before)
	totals = compute(replace(plain, discount=TicketDiscount("grand_total", amount_minor=off_minor)))
	whole_units = draft.rounding is Rounding.BANKERS_LEGACY and not draft.currency_precision
	halves_to_even = draft.rounding is Rounding.BANKERS or whole_units
	left_by_halves = len(plain.taxes) if halves_to_even else 0
	assert abs(totals.total_minor - (before - off_minor)) <= left_by_halves


def priced_only(draft):
	"""The lines without an amount for each unit."""
	return tuple(
		replace(line, rates={tax: rate for tax, rate in line.rates.items() if tax != "LITRE"})
		for line in draft.lines
	)


@given(charged)
def test_a_rounded_total_is_a_whole_number_of_coins_and_not_far_off(draft):
	totals = compute(draft)
	assume(draft.total_rounding and totals.rounding_adjustment_minor)
	assert totals.total_minor % draft.total_rounding.to_minor == 0
	assert 2 * abs(totals.rounding_adjustment_minor) <= draft.total_rounding.to_minor


@given(charged, st.one_of(st.none(), percents))
def test_a_cart_survives_its_fields_and_a_sale_its_body(draft, discount):
	draft = replace(draft, discount=discount)
	assert draft_fields(draft_from_fields(draft_fields(draft))) == draft_fields(draft)
	total = compute(draft).total_minor
	assume(total >= 0)  # all of a ticket off, and the fee: rounding can leave a unit less than nothing
	sale = make_sale(draft, (Tender("Cash", "cash", total),) if total else ())
	again = sale_from_body(sale_body(sale))
	assert sale_body(again) == sale_body(sale)
	check_sale(again)


@given(charged, percents)
def test_the_return_of_a_whole_ticket_gives_back_what_was_paid(draft, discount):
	"""But for halves: on the other side of zero the legacy method rounds them the other way."""
	draft = replace(draft, discount=discount, rounding=Rounding.COMMERCIAL)
	total = compute(draft).total_minor
	assume(total >= 0)
	sold = make_sale(draft, (Tender("Cash", "cash", total),) if total else ())
	back = return_of(sold).sale.totals
	coin = draft.total_rounding.to_minor if draft.total_rounding else 0
	assert abs(back.total_minor + total) <= coin
	assert (back.net_minor, back.tax_minor) == (-sold.totals.net_minor, -sold.totals.tax_minor)


@given(drafts)
def test_a_tax_with_several_rates_is_shown_by_rate_and_the_parts_add_up(draft):
	rates = [19 * SCALE, 7 * SCALE, 5_500_000_000]
	mixed = tuple(
		replace(line, rates={"IN-19": rates[number % 3]}) for number, line in enumerate(draft.lines)
	)
	sale = Sale(replace(draft, lines=mixed), compute(replace(draft, lines=mixed)), (), 0)
	(tax,) = sale.totals.taxes
	parts = tax_parts(tax, sale)
	assert sum(part for _, _, part in parts) == tax.amount_minor
	assert sum(base for _, base, _ in parts) == tax.base_minor
	assert len(parts) in (1, len({line.rates["IN-19"] for line in mixed}))


def a_cart(*taxes, price=1_000, rates=None, **more):
	line = DraftLine("TEA", "Tea", SCALE, "Nos", price, rates or {})
	return SaleDraft("EUR", 2, Rounding.COMMERCIAL, taxes, (line,), **more)


@pytest.mark.parametrize(
	("taxes", "words"),
	[
		((VAT, VAT), "Tax row 2 .*same account"),
		((CITY, VAT), "Tax row 1 .*does not come before"),
		((replace(BAG, inclusive=True),), "fixed amount can't be included"),
		((replace(VAT, inclusive=False), replace(CITY, inclusive=True)), "not all rows"),
		(
			(replace(VAT, inclusive=False), replace(CITY, charge=Charge.PREVIOUS_ROW_AMOUNT, inclusive=True)),
			"not the row that it is charged on",
		),
	],
)
def test_rows_that_cannot_be_charged_are_named(taxes, words):
	with pytest.raises(Rejected, match=words):
		compute(a_cart(*taxes))


@pytest.mark.parametrize(
	("cart", "words"),
	[
		(a_cart(VAT, rates={"VAT": -HUNDRED_PERCENT}), "whole price"),
		(a_cart(VAT, rates={"VAT": -101 * SCALE}), r"Line 1 \(Tea\): the rate of the tax VAT"),
		(a_cart(LITRE, rates={"LITRE": 10**9 * SCALE + 1}), r"Line 1 \(Tea\): the amount of the tax LITRE"),
		(a_cart(discount=TicketDiscount("net_total", amount_minor=1_001)), "not between 0 and 1000"),
		(a_cart(discount=TicketDiscount("grand_total", amount_minor=-1)), "not between 0 and 1000"),
		(a_cart(discount=TicketDiscount("grand_total", percent=101 * SCALE)), "not between 0 and 1000"),
		(a_cart(total_rounding=TotalRounding(0)), "coin"),
		(a_cart(rate_decimals=7), "at most 6 decimals"),
		(replace(a_cart(), currency_precision=5), "can't have 5 decimals"),
	],
)
def test_what_cannot_be_computed_is_said_and_never_a_wrong_total(cart, words):
	with pytest.raises(Rejected, match=words):
		compute(cart)


def test_a_receipt_shows_what_leads_from_the_lines_to_the_total():
	cart = SaleDraft(
		"EUR",
		2,
		Rounding.COMMERCIAL,
		(Tax("VAT", "VAT", False), BAG),
		(
			DraftLine("TEA", "Tea", 2 * SCALE, "Nos", 1_001, {"VAT": 19 * SCALE}),
			DraftLine("MILK", "Milk", SCALE, "Nos", 129, {"VAT": 7 * SCALE}),
		),
		TicketDiscount("grand_total", percent=10 * SCALE),
		TotalRounding(5),
	)
	sale = make_sale(cart, (Tender("Cash", "cash", compute(cart).total_minor),))
	entry = replace(open_wire(till_day(1)[0]), body=sale_body(sale))
	document = receipt_of_sale(entry, "0" * 64, ReceiptHeader("Corner"))
	shown = [(row.left, row.right) for row in document.elements if isinstance(row, Row)]
	assert shown[-9:-1] == [
		("Milk", "1.29"),
		("Subtotal", "21.31"),
		("Discount 10 %", "-2.15"),
		("VAT 19 % on 18.00", "3.42"),
		("VAT 7 % on 1.16", "0.08"),
		("Bag fee", "0.15"),
		("Rounding", "-0.01"),
		("TOTAL EUR", "22.80"),
	]


@given(charged, st.integers(0, 500), st.integers(0, 100))
def test_a_tip_and_what_is_written_off_balance_the_journal(draft, tip, off):
	total = compute(draft).total_minor
	off = min(off, total)
	paid = total - off + tip
	sale = Sale(draft, compute(draft), (Tender("Cash", "cash", paid),) if paid else (), 0, tip, off)
	check_sale(sale)
	assert sale_body(sale_from_body(sale_body(sale))) == sale_body(sale)
	entry = replace(open_wire(till_day(1)[0]), body=sale_body(sale))
	names = {tax.tax: tax.label for tax in ROWS}
	accounts = Accounts("Debtors", "Sales", "Round Off", names, {"Cash": "Cash"}, "Tips", "Write Off")
	lines = effect_of(entry, accounts, "Shop").lines
	assert balance_of(lines) == 0
	assert sum(line.credit_minor for line in lines if line.account == "Tips") == tip
	assert sum(line.debit_minor for line in lines if line.account == "Write Off") == off
	if tip or off:
		with pytest.raises(Rejected, match="no account for"):
			effect_of(entry, replace(accounts, tips="", write_off=""), "Shop")


@pytest.mark.parametrize("wrong", [{"tip_minor": -1}, {"write_off_minor": 1_001}, {"tip_minor": 5}])
def test_a_wrong_tip_or_write_off_is_refused(wrong):
	cart = a_cart()
	sale = Sale(cart, compute(cart), (Tender("Cash", "cash", 1_000),), 0, **wrong)
	with pytest.raises(Rejected):
		check_sale(sale)
