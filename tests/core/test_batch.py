"""Plain sales together book what they book one by one, to the minor unit; what is special stays alone."""

from dataclasses import replace

import pytest
from carts import TAXES, drafts, sales, till_day
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.core.batch.plain import is_plain, same_terms
from pos_bridge.core.batch.together import merged, rows_of, tax_of_items, terms_of, together
from pos_bridge.core.entry import open_wire
from pos_bridge.core.journal import Accounts, effect_of
from pos_bridge.core.money import SCALE, Rounding, round_ratio
from pos_bridge.core.sale import DraftLine, SaleDraft, compute, make_sale
from pos_bridge.core.sale_body import sale_body
from pos_bridge.core.tax import Charge, Tax
from pos_bridge.core.tenders import MONEY_KINDS, TENDER_KINDS, Tender
from pos_bridge.core.ticket import TicketDiscount, TotalRounding

ACCOUNTS = Accounts(
	receivable="Debtors",
	revenue="Sales",
	round_off="Round Off",
	taxes={tax.tax: f"Tax {tax.tax}" for tax in TAXES},
	tenders={"Cash": "Cash in till", "Card": "Card clearing"},
)
TEA = DraftLine("TEA", "Tea", 2 * SCALE, "Nos", 229, {"IN-19": 19 * SCALE})
MILK = DraftLine("MILK", "Milk", SCALE, "Nos", 100, {"IN-7": 7 * SCALE})
ENTRY = open_wire(till_day(1)[0])
CART = SaleDraft("EUR", 2, Rounding.COMMERCIAL, TAXES, (TEA, MILK))
SOLD = make_sale(CART, [Tender("Cash", "cash", 1000)])


@st.composite
def days(draw):
	"""Sales of one shop, which has one currency, rounding and coin."""
	like = draw(drafts)
	how = draw(st.sampled_from([None, TotalRounding(5), TotalRounding(100, halves_down=False)]))
	some = draw(st.lists(sales(), min_size=1, max_size=6))
	found = []
	for sale in some:
		draft = replace(
			sale.draft,
			currency_precision=like.currency_precision,
			rounding=like.rounding,
			total_rounding=how,
		)
		total = compute(draft).total_minor
		found.append(make_sale(draft, [Tender("Cash", "cash", total + 77)]))
	return found


def booked_one_by_one(sold):
	"""Debits less credits by account, as the journal says of each sale's entry."""
	sums = {}
	for sale in sold:
		for line in effect_of(replace(ENTRY, body=sale_body(sale)), ACCOUNTS, "Shop").lines:
			sums[line.account] = sums.get(line.account, 0) + line.debit_minor - line.credit_minor
	return {account: amount for account, amount in sums.items() if amount}


@settings(max_examples=40)
@given(days())
def test_sales_together_book_what_they_book_one_by_one(sold):
	sale = together(sold)
	totals = sale.totals
	figures = {
		"Sales": -totals.net_minor,
		"Round Off": -totals.round_off_minor - totals.rounding_adjustment_minor,
		**{f"Tax {each.tax.tax}": -each.amount_minor for each in totals.taxes},
		**{ACCOUNTS.tenders[tender.tender]: tender.amount_minor for tender in sale.tenders},
	}
	assert {account: amount for account, amount in figures.items() if amount} == booked_one_by_one(sold)


@settings(max_examples=40)
@given(days())
def test_together_they_are_paid_in_full_and_without_change(sold):
	sale = together(sold)
	assert sum(tender.amount_minor for tender in sale.tenders) == sale.totals.total_minor
	assert sale.change_minor == 0
	assert len({tender.tender for tender in sale.tenders}) == len(sale.tenders)


@settings(max_examples=40)
@given(days())
def test_merging_lines_loses_neither_goods_nor_a_minor_unit(sold):
	sale = together(sold)
	rows = merged(rows_of(sale))
	assert len({terms_of(row.line, row.rate_minor) for row in rows}) == len(rows)
	assert sum(row.net_minor for row in rows) == sale.totals.net_minor
	for item in {line.item for line in sale.draft.lines}:
		sold_of_it = sum(line.quantity for line in sale.draft.lines if line.item == item)
		assert sum(row.line.quantity for row in rows if row.line.item == item) == sold_of_it


@settings(max_examples=40)
@given(days())
def test_what_the_items_bear_of_a_tax_is_the_tax_but_for_its_rounding(sold):
	sale = together(sold)
	for each in sale.totals.taxes:
		borne = [ratio for _, ratio in tax_of_items(sale, each).values()]
		known = sum(round_ratio(*ratio, Rounding.COMMERCIAL) for ratio in borne)
		assert abs(known - each.amount_minor) <= len(sold) + len(borne)


def test_change_comes_out_of_the_first_cash_and_every_tender_is_there_once():
	paid = [Tender("Card", "card", 100), Tender("Cash", "cash", 500), Tender("Notes", "cash", 100)]
	sale = together([make_sale(CART, paid), SOLD])
	total = compute(CART).total_minor
	assert {tender.tender: tender.amount_minor for tender in sale.tenders} == {
		"Card": 100,
		"Cash": 500 - (700 - total) + total,
		"Notes": 100,
	}


def test_the_same_item_at_another_price_is_a_line_of_its_own():
	cart = replace(CART, lines=(replace(TEA, price_minor=230), MILK))
	sale = together([SOLD, make_sale(cart, [Tender("Card", "card", 560)])])
	rows = merged(rows_of(sale))
	assert [(row.line.item, row.rate_minor, row.line.quantity // SCALE) for row in rows] == [
		("TEA", 229, 2),
		("MILK", 100, 2),
		("TEA", 230, 2),
	]


def body(**more):
	return {**sale_body(SOLD), **more}


def test_what_was_paid_at_once_by_whoever_walks_in_is_plain():
	assert is_plain(body(), SOLD, "Walk-in")
	assert is_plain(body(customer="Walk-in", shift="x"), SOLD, "Walk-in")


@pytest.mark.parametrize(
	"special",
	[
		{"customer": "C-1"},
		{"exchange": "an id"},
		{"discount": {"on": "net_total", "amount_minor": 1}},
		{"tip_minor": 5},
		{"write_off_minor": 5},
		{"coupon": "SPRING"},
		{"tax_id": "DE1"},
		{"what a later release says": True},
	],
	ids=lambda special: next(iter(special)),
)
def test_a_sale_of_which_more_is_said_is_not_plain(special):
	assert not is_plain(body(**special), SOLD, "Walk-in")


@pytest.mark.parametrize("more", [{"batch": "B1"}, {"serials": ["1", "2"]}, {"later": 1}], ids=str)
def test_a_line_of_which_more_is_said_is_not_plain(more):
	lines = sale_body(SOLD)["lines"]
	assert not is_plain(body(lines=[{**lines[0], **more}, lines[1]]), SOLD, "Walk-in")


@pytest.mark.parametrize("kind", sorted(TENDER_KINDS - MONEY_KINDS))
def test_what_is_not_paid_with_money_is_not_plain(kind):
	sale = replace(SOLD, tenders=(replace(SOLD.tenders[0], kind=kind),), change_minor=0)
	assert not is_plain(body(), sale, "Walk-in")


def test_foreign_cash_is_not_plain():
	fields = body()
	fields["tenders"] = [{**fields["tenders"][0], "foreign": {"currency": "CHF"}}]
	assert not is_plain(fields, SOLD, "Walk-in")


AT_TERMINAL = {"attempt": "a1", "scheme": "girocard", "last_four": "1234", "auth_code": "77", "trace": "9"}


def by_card(card, **more):
	sale = make_sale(CART, [Tender("Card", "card", SOLD.totals.total_minor)])
	fields = sale_body(sale)
	return {**fields, "tenders": [{**fields["tenders"][0], "card": card, **more}]}, sale


def test_a_card_that_a_terminal_charged_is_plain_and_one_of_which_more_is_said_is_not():
	assert is_plain(*by_card(AT_TERMINAL), "Walk-in")
	assert not is_plain(*by_card({**AT_TERMINAL, "later": "1"}), "Walk-in")
	assert not is_plain(*by_card(AT_TERMINAL, later=1), "Walk-in")
	cash = body()
	cash["tenders"] = [{**cash["tenders"][0], "card": AT_TERMINAL}]
	assert not is_plain(cash, SOLD, "Walk-in")


def test_a_sale_for_nothing_or_with_more_change_than_its_first_cash_is_not_plain():
	free = make_sale(replace(CART, lines=(replace(TEA, price_minor=0),)), [])
	assert not is_plain(sale_body(free), free, "Walk-in")
	odd = make_sale(CART, [Tender("Cash", "cash", 1), Tender("Notes", "cash", 1000)])
	assert not is_plain(sale_body(odd), odd, "Walk-in")


def test_the_terms_are_the_shops_whatever_a_tax_is_called():
	now = replace(CART, lines=(), taxes=tuple(replace(tax, label="VAT") for tax in TAXES))
	assert same_terms(CART, now)
	assert same_terms(replace(CART, taxes=TAXES[:2]), now)


FEE = Tax("FEE", "Fee", False, Charge.ACTUAL, actual_minor=100)


@pytest.mark.parametrize(
	("sold", "now"),
	[
		({"currency": "USD"}, {}),
		({"rounding": Rounding.BANKERS}, {}),
		({"total_rounding": TotalRounding(5)}, {}),
		({"row_wise_tax": True}, {}),
		({"rate_decimals": 3}, {}),
		({"discount": TicketDiscount("net_total", 0, 5)}, {"discount": TicketDiscount("net_total", 0, 5)}),
		({"taxes": (replace(TAXES[0], inclusive=False),)}, {}),
		({"taxes": (Tax("OTHER", "x", True),)}, {}),
		({}, {"taxes": (*TAXES, FEE)}),
	],
)
def test_a_sale_under_other_terms_than_the_shops_is_told_apart(sold, now):
	assert not same_terms(replace(CART, **sold), replace(CART, lines=(), **now))
