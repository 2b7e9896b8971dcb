"""A return is a sale going back: computed by the same rule, given back exactly, never more than was sold."""

from dataclasses import replace

import pytest
from carts import SOLD_ENTRY, TAXES, return_of, sales, sales_and_returns
from hypothesis import assume, given
from hypothesis import strategies as st

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.returns import (
	OverReturned,
	check_return,
	draft_of_return,
	make_return,
	over_returned,
	quantities_returned,
	return_body,
	return_from_body,
)
from pos_bridge.core.sale import DraftLine, SaleDraft, Tender, check_sale, compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body

TEA = DraftLine("TEA", "Tea", 3 * SCALE, "Nos", 1000, {"IN-7": 7 * SCALE})
NAILS = DraftLine("NAILS", "Nails", 500_000_000, "Kg", 990, {"ON-6": 6_250_000_000})
SOLD = make_sale(
	SaleDraft("EUR", 2, Rounding.COMMERCIAL, TAXES, (TEA, NAILS)), (Tender("Cash", "cash", 5000),)
)


def figures(totals):
	yield from (totals.net_minor, totals.tax_minor, totals.total_minor)
	for line in totals.lines:
		yield from (line.amount_minor, line.net_minor)
	for tax in totals.taxes:
		yield from (tax.base_minor, tax.amount_minor)


@given(sales_and_returns())
def test_every_figure_of_a_return_is_zero_or_less_and_adds_up(pair):
	totals = pair[1].sale.totals
	assert all(figure <= 0 for figure in figures(totals))
	assert totals.total_minor == totals.net_minor + totals.tax_minor + totals.round_off_minor
	assert all(line.rate_minor >= 0 for line in totals.lines)


@given(sales())
def test_where_halves_are_rounded_alike_on_both_sides_of_zero_all_of_it_gives_all_back(sale):
	draft = sale.draft
	assume(draft.rounding is not Rounding.BANKERS_LEGACY or draft.currency_precision == 0)
	totals = return_of(sale).sale.totals
	assert [-figure for figure in figures(totals)] == list(figures(sale.totals))
	assert totals.round_off_minor == -sale.totals.round_off_minor


def test_the_legacy_rounding_gives_back_a_cent_less_at_a_half_as_erpnext_does():
	line = replace(NAILS, price_minor=99, rates={})
	sold = make_sale(
		SaleDraft("EUR", 2, Rounding.BANKERS_LEGACY, TAXES, (line,)), [Tender("Cash", "cash", 50)]
	)
	assert return_of(sold).sale.totals.total_minor == -49


@given(sales_and_returns())
def test_a_return_survives_its_body_and_passes_its_check(pair):
	body = return_body(pair[1])
	again = return_from_body(body)
	assert return_body(again) == body
	assert again.against_entry == SOLD_ENTRY
	check_return(again)


@given(
	sales_and_returns(), st.sampled_from(["net_minor", "tax_minor", "total_minor", "change_minor"]), st.data()
)
def test_a_figure_that_is_off_is_found(pair, name, data):
	body = return_body(pair[1])
	body[name] += data.draw(st.sampled_from([-1, 1]))
	with pytest.raises(Rejected):
		check_return(return_from_body(body))


@given(sales_and_returns(), st.sampled_from(["rate_minor", "amount_minor", "net_minor", "price_minor"]))
def test_a_line_that_is_off_is_found(pair, name):
	body = return_body(pair[1])
	line = body["lines"][-1]
	# A whole discount makes nothing of any price: then another price is another word for the same figures.
	assume(name != "price_minor" or line.get("discount_percent") != "100")
	line[name] += 10**9
	with pytest.raises(Rejected):
		check_return(return_from_body(body))


@given(sales_and_returns())
def test_a_sale_is_no_return_and_a_return_is_no_sale(pair):
	sale, return_ = pair
	with pytest.raises(Rejected, match="quantity"):
		check_return(return_from_body(sale_body(sale)))
	with pytest.raises(Rejected, match="quantity"):
		check_sale(sale_from_body(return_body(return_)))


def test_a_sale_takes_no_line_back():
	draft = replace(SOLD.draft, lines=(replace(TEA, against_line=1),))
	with pytest.raises(Rejected, match=r"Line 1 \(Tea\): a sale takes no line back"):
		compute(draft)


@pytest.mark.parametrize(
	("tenders", "words"),
	[
		([], "1 to 20 tenders"),
		([("Cash", -100)], "exactly its total"),
		([("Cash", -1001)], "exactly its total"),
		([("Cash", 1000)], "below zero"),
		([("Cash", -1100), ("Card", 100)], "below zero"),
		([("Cash", -1000), ("Card", 0)], "below zero"),
	],
)
def test_money_given_back_is_exactly_the_total(tenders, words):
	draft = draft_of_return(SOLD, {1: SCALE})
	given_back = [Tender(name, name.lower(), amount) for name, amount in tenders]
	with pytest.raises(Rejected, match=words):
		make_return(draft, given_back, SOLD_ENTRY, "T1-1-000001")


def test_money_goes_back_in_several_tenders():
	draft = draft_of_return(SOLD, {1: SCALE})
	made = make_return(
		draft, [Tender("Card", "card", -400), Tender("Cash", "cash", -600)], SOLD_ENTRY, "T1-1-1"
	)
	assert (made.sale.totals.total_minor, made.sale.change_minor) == (-1000, 0)


def test_what_cost_nothing_goes_back_without_a_tender():
	gift = replace(TEA, discount_percent=100 * SCALE)
	sold = make_sale(replace(SOLD.draft, lines=(gift,)), ())
	assert return_of(sold).sale.tenders == ()


@pytest.mark.parametrize("quantity", [0, SCALE, -(10**9) * SCALE - 1])
def test_a_return_refuses_what_does_not_come_back(quantity):
	draft = replace(SOLD.draft, lines=(replace(TEA, quantity=quantity),))
	with pytest.raises(Rejected, match=r"Line 1 \(Tea\): the quantity is not between -1,000,000,000 and 0"):
		compute(draft, "return")


def test_a_return_without_receipt_names_no_line_and_one_with_names_each():
	draft = draft_of_return(SOLD, {1: SCALE})
	tenders = [Tender("Cash", "cash", -1000)]
	with pytest.raises(Rejected, match=r"Line 1 \(Tea\) takes a sale's line back, but no sale is named"):
		make_return(draft, tenders)
	loose = replace(draft, lines=tuple(replace(line, against_line=0) for line in draft.lines))
	body = return_body(make_return(loose, tenders, reason="lost the receipt"))
	assert "against" not in body
	assert "against_line" not in body["lines"][0]
	assert return_from_body(body).reason == "lost the receipt"
	with pytest.raises(Rejected, match=r"Line 1 \(Tea\) does not say which line"):
		make_return(loose, tenders, SOLD_ENTRY, "T1-1-000001")
	with pytest.raises(Rejected, match="or neither"):
		make_return(loose, tenders, SOLD_ENTRY)


@pytest.mark.parametrize(
	"change",
	[
		{"against": "T1-1-000001"},
		{"against": {"entry": SOLD_ENTRY}},
		{"against": {"entry": SOLD_ENTRY, "receipt_number": 42}},
		{"against": {"entry": "", "receipt_number": ""}},
		{"reason": 5},
		{"lines": [{}]},
		{"total_minor": "1"},
	],
)
def test_a_body_of_another_shape_is_malformed_and_never_a_crash(change):
	with pytest.raises(Malformed):
		return_from_body(return_body(return_of(SOLD)) | change)


@given(sales_and_returns())
def test_what_was_sold_can_come_back_once(pair):
	sale, return_ = pair
	asked = quantities_returned([return_])
	assert over_returned(return_, sale, {}) == []
	left = {number: sale.draft.lines[number - 1].quantity - asked[number] for number in asked}
	assert over_returned(return_, sale, left) == []
	one_more = {number: quantity + 1 for number, quantity in left.items()}
	assert [each.line for each in over_returned(return_, sale, one_more)] == sorted(asked)


def test_more_than_is_left_of_a_line_is_said_in_numbers():
	one = return_of(SOLD, {1: SCALE})
	already = quantities_returned([one, one])
	assert already == {1: 2 * SCALE}
	two = return_of(SOLD, {1: 2 * SCALE, 2: 500_000_000})
	assert over_returned(two, SOLD, already) == [OverReturned(1, 3 * SCALE, 2 * SCALE, 2 * SCALE)]


def test_lines_of_one_return_that_take_back_the_same_line_count_together():
	draft = draft_of_return(SOLD, {1: 2 * SCALE})
	doubled = replace(draft, lines=draft.lines * 2)
	made = make_return(doubled, [Tender("Cash", "cash", -4000)], SOLD_ENTRY, "T1-1-000001")
	assert over_returned(made, SOLD, {}) == [OverReturned(1, 3 * SCALE, 0, 4 * SCALE)]


@pytest.mark.parametrize(
	("change", "words"),
	[
		({"against_line": 3}, "no line 3"),
		({"against_line": 2}, "not what line 2 of the sale sold"),
		({"item": "CAVIAR"}, "not what line 1 of the sale sold"),
		({"unit": "Box"}, "not what line 1 of the sale sold"),
		({"conversion": 12 * SCALE}, "not what line 1 of the sale sold"),
		({"price_minor": 1001}, "not what line 1 of the sale sold"),
		({"unit_discount_minor": 1}, "not what line 1 of the sale sold"),
		({"rates": {"IN-19": 19 * SCALE}}, "not what line 1 of the sale sold"),
	],
)
def test_only_what_the_sale_sold_goes_back_at_its_price(change, words):
	draft = draft_of_return(SOLD, {1: SCALE})
	draft = replace(draft, lines=(replace(draft.lines[0], **change),))
	total = compute(draft, "return").total_minor
	made = make_return(draft, [Tender("Cash", "cash", total)], SOLD_ENTRY, "T1-1-000001")
	with pytest.raises(Rejected, match=words):
		over_returned(made, SOLD, {})


def test_the_currency_and_the_way_of_a_tax_are_the_sales():
	made = return_of(SOLD, {1: SCALE})
	dollars = replace(SOLD, draft=replace(SOLD.draft, currency="USD"))
	with pytest.raises(Rejected, match="in EUR, the sale was in USD"):
		over_returned(made, dollars, {})
	on_top = tuple(replace(tax, inclusive=not tax.inclusive) for tax in TAXES)
	with pytest.raises(Rejected, match="in one of sale and return"):
		over_returned(made, replace(SOLD, draft=replace(SOLD.draft, taxes=on_top)), {})


def test_a_line_that_was_not_sold_cannot_be_put_into_a_return():
	with pytest.raises(Rejected, match="no line 7"):
		draft_of_return(SOLD, {7: SCALE})
