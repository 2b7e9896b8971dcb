"""What a sale is paid with: each kind says what it needs, a tip and change come out of the right tender."""

from dataclasses import replace

import pytest
from carts import SOLD_ENTRY, drafts, return_of, till_day
from core.test_journal import ACCOUNTS, SALE, net_by_account
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Rejected
from pos_bridge.core.journal import balance_of, effect_of
from pos_bridge.core.money import SCALE
from pos_bridge.core.returns import make_return, return_body, return_from_body
from pos_bridge.core.sale import check_sale, compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.tenders import Foreign, Payer, Tender, exchanged_minor, settle

PAYER = Payer("Ada's Café", SOLD_ENTRY)
BOOKS = replace(
	ACCOUNTS,
	tenders={**ACCOUNTS.tenders, "Dollars": "Dollars in till", "Transfer": "Bank"},
	tips="Tips",
	write_off="Write Off",
	purposes={kind: f"Of {kind}" for kind in ("gift_card", "store_credit", "points", "exchange")},
)
FEW = {"cash": "Cash", "card": "Card", "bank": "Transfer"}


def tender(kind, minor, **more):
	extra = {"gift_card": {"credit": "GC-1"}, "store_credit": {"credit": "SC-1"}}.get(kind, {})
	if kind == "points":
		extra = {"points": 7 if minor > 0 else -7}
	return Tender(FEW.get(kind, f"By {kind}"), kind, minor, **extra | more)


@st.composite
def paid(draw):
	"""A sale of any cart, paid with any tenders, with a tip, change and something written off."""
	draft = draw(drafts)
	total = compute(draft).total_minor
	off = draw(st.integers(0, min(total, 5)))
	tip = draw(st.sampled_from([0, 0, 1, 250]))
	left, tenders = total - off + tip, []
	kinds = ["card", "bank", "gift_card", "store_credit", "points", "on_account"]
	for kind in draw(st.lists(st.sampled_from(kinds), max_size=5)):
		amount = draw(st.integers(0, left))
		tenders += [tender(kind, amount)] if amount else []
		left -= amount
	exchanged = draw(st.integers(0, left))
	tenders += [tender("exchange", exchanged)] if exchanged else []
	left -= exchanged
	cash = left + draw(st.integers(0, 500))
	tenders += [tender("cash", cash)] if cash else []
	return make_sale(draft, draw(st.permutations(tenders)), tip, off, PAYER)


@given(paid())
def test_debits_equal_credits_and_what_is_on_account_is_all_that_stays_owed(sale):
	effect = effect_of(replace(SALE, body=sale_body(sale)), BOOKS, "Shop")
	assert balance_of(effect.lines) == 0
	sums = net_by_account(effect.lines)
	by_kind = {kind: sum(t.amount_minor for t in sale.tenders if t.kind == kind) for kind in FEW}
	assert sums.get("Debtors", 0) == sum(t.amount_minor for t in sale.tenders if t.kind == "on_account")
	assert sums.get("Tips", 0) == -sale.tip_minor
	assert sums.get("Write Off", 0) == sale.write_off_minor
	assert sums.get("Cash in till", 0) == by_kind["cash"] - sale.change_minor
	assert sums.get("Card clearing", 0) == by_kind["card"]
	assert sums.get("Of exchange", 0) == exchanged_minor(sale.tenders)


@given(paid())
def test_a_body_holds_all_of_it(sale):
	read = sale_from_body(sale_body(sale))
	assert (read.tenders, read.settled, read.payer) == (sale.tenders, sale.settled, sale.payer)
	assert sale_body(read) == sale_body(sale)


@given(paid())
def test_what_pays_the_goods_and_the_tip_come_to_what_was_received(sale):
	settled = sale.settled
	pays = sum(share.amount_minor for share in settled.pays)
	assert pays - settled.change_minor == sale.totals.total_minor - sale.write_off_minor
	assert sum(share.amount_minor for share in settled.tips) == sale.tip_minor
	assert all(share.amount_minor > 0 for share in (*settled.pays, *settled.tips))


def amounts(shares):
	return [(share.tender.tender, share.amount_minor) for share in shares]


def test_a_tip_is_taken_out_of_the_last_tender_that_is_not_cash_and_cash_comes_last():
	tenders = [tender("cash", 1000), tender("card", 300), tender("bank", 100)]
	settled = settle(tenders, 0, 150, 0)
	assert amounts(settled.tips) == [("Card", 50), ("Transfer", 100)]
	assert amounts(settled.pays) == [("Cash", 1000), ("Card", 250)]
	assert amounts(settle(tenders, 0, 500, 0).tips) == [("Cash", 100), ("Card", 300), ("Transfer", 100)]


def test_where_something_is_written_off_the_cash_that_stayed_pays():
	settled = settle([tender("card", 300), tender("cash", 1000)], 296, 0, 4)
	assert amounts(settled.pays) == [("Card", 300), ("Cash", 704)]
	assert settled.change_minor == 0


TEA = sale_from_body(SALE.body)
"""A tea for 2.50, paid with 5.00."""
TOTAL = TEA.totals.total_minor


@pytest.mark.parametrize(
	("wrong", "words"),
	[
		(tender("gift_card", TOTAL, credit=""), "needs its number"),
		(tender("card", TOTAL, credit="GC-1"), "only gift cards and store credit"),
		(tender("points", TOTAL, points=0), "how many points"),
		(tender("points", TOTAL, points=-7), "how many points"),
		(tender("cash", TOTAL, points=7), "only loyalty points"),
		(tender("shells", TOTAL), "kind 'shells' is not known"),
		(tender("card", TOTAL, foreign=Foreign("USD", 2, TOTAL, SCALE)), "only cash"),
		(tender("cash", TOTAL, foreign=Foreign("EUR", 2, TOTAL, SCALE)), "not foreign"),
		(tender("cash", TOTAL, foreign=Foreign("USD", 9, TOTAL, SCALE)), "9 decimals"),
		(tender("cash", TOTAL, foreign=Foreign("USD", 2, TOTAL, 0)), "rate or amount"),
		(tender("cash", TOTAL, foreign=Foreign("USD", 2, TOTAL, SCALE // 2)), "is worth"),
	],
	ids=lambda each: each if isinstance(each, str) else each.kind,
)
def test_a_tender_without_what_its_kind_needs_is_refused_in_words(wrong, words):
	with pytest.raises(Rejected, match=words):
		make_sale(TEA.draft, [wrong], payer=PAYER)


@pytest.mark.parametrize("kind", ["points", "on_account", "exchange"])
def test_points_debts_and_exchanges_need_to_say_whose_in_sales_and_returns(kind):
	needs = "other half" if kind == "exchange" else "needs a customer"
	with pytest.raises(Rejected, match=needs):
		make_sale(TEA.draft, [tender(kind, TOTAL)])
	back = return_of(TEA)
	assert make_sale(TEA.draft, [tender(kind, TOTAL)], payer=PAYER).change_minor == 0
	given = [tender(kind, back.sale.totals.total_minor)]
	with pytest.raises(Rejected, match=needs):
		make_return(back.sale.draft, given, back.against_entry, back.against_receipt)
	make_return(back.sale.draft, given, back.against_entry, back.against_receipt, payer=PAYER)


def test_an_exchange_is_one_tender():
	halves = [tender("exchange", 100), tender("exchange", TOTAL - 100)]
	with pytest.raises(Rejected, match="one tender"):
		make_sale(TEA.draft, halves, payer=PAYER)


def test_cash_of_another_currency_is_worth_its_rate_rounded_commercially():
	assert Foreign("USD", 2, 1000, 912_345_678).worth_minor(2) == 912
	assert Foreign("JPY", 0, 1001, 6_205_000).worth_minor(2) == 621
	assert Foreign("KWD", 3, 5, SCALE).worth_minor(2) == 1
	assert Foreign("KWD", 3, -5, SCALE).worth_minor(2) == -1
	dollars = Tender("Dollars", "cash", 456, foreign=Foreign("USD", 2, 500, 912_345_678))
	sale = make_sale(TEA.draft, [dollars])
	assert sale.change_minor == 456 - TOTAL
	changed = replace(sale, change_from="Cash")
	effect = effect_of(replace(SALE, body=sale_body(changed)), BOOKS, "Shop")
	sums = net_by_account(effect.lines)
	assert (sums["Dollars in till"], sums["Cash in till"]) == (456, TOTAL - 456)
	check_sale(changed)
	with pytest.raises(Rejected, match="there is none"):
		check_sale(replace(make_sale(TEA.draft, [tender("card", TOTAL)]), change_from="Cash"))


def test_change_is_not_given_out_of_a_card():
	with pytest.raises(Rejected, match="out of cash"):
		make_sale(TEA.draft, [tender("card", TOTAL + 1)])


@pytest.mark.parametrize("kind", ["store_credit", "points", "on_account", "exchange", "card"])
def test_a_return_turns_every_side_of_what_it_gives_back_with(kind):
	back = return_of(TEA)
	total = back.sale.totals.total_minor
	returned = make_return(
		back.sale.draft, [tender(kind, total)], back.against_entry, back.against_receipt, payer=PAYER
	)
	assert return_from_body(return_body(returned)).sale.tenders == returned.sale.tenders
	assert amounts(returned.sale.settled.pays) == [(tender(kind, total).tender, total)]
	assert returned.sale.settled.tips == ()
	sold = replace(SALE, body=sale_body(make_sale(TEA.draft, [tender(kind, TOTAL)], payer=PAYER)))
	one = effect_of(sold, BOOKS, "Shop")
	other = effect_of(replace(SALE, kind="return", body=return_body(returned)), BOOKS, "Shop")
	assert balance_of(other.lines) == 0
	assert set(net_by_account((*one.lines, *other.lines)).values()) <= {0}


def test_a_kind_of_tender_without_an_account_is_refused_by_name():
	body = sale_body(make_sale(TEA.draft, [tender("exchange", TOTAL)], payer=PAYER))
	with pytest.raises(Rejected, match="exchange has no account"):
		effect_of(replace(open_wire(till_day(1)[0]), body=body), replace(BOOKS, purposes={}), "Shop")
