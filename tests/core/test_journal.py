"""The journal balances, whatever was sold or came back."""

from dataclasses import replace

import pytest
from carts import TAXES, return_of, sales, sales_and_returns, till_day
from hypothesis import assume, given

from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.journal import Accounts, balance_of, effect_of
from pos_bridge.core.money import Rounding
from pos_bridge.core.returns import return_body
from pos_bridge.core.sale_body import sale_body, sale_from_body

ACCOUNTS = Accounts(
	receivable="Debtors",
	revenue="Sales",
	round_off="Round Off",
	taxes={tax.tax: f"Tax {tax.tax}" for tax in TAXES},
	tenders={"Cash": "Cash in till", "Card": "Card clearing"},
)
SALE = open_wire(till_day(1)[0])


def net_by_account(lines):
	sums = {}
	for line in lines:
		sums[line.account] = sums.get(line.account, 0) + line.debit_minor - line.credit_minor
	return sums


@given(sales())
def test_debits_equal_credits_and_each_account_gets_its_amount(sale):
	effect = effect_of(replace(SALE, body=sale_body(sale)), ACCOUNTS, "Shop")
	assert balance_of(effect.lines) == 0
	assert all((line.debit_minor > 0) != (line.credit_minor > 0) for line in effect.lines)
	sums = net_by_account(effect.lines)
	assert sums.get("Debtors", 0) == 0
	assert sums.get("Sales", 0) == -sale.totals.net_minor
	cash = sum(tender.amount_minor for tender in sale.tenders if tender.kind == "cash")
	assert sums.get("Cash in till", 0) == cash - sale.change_minor
	for tax in sale.totals.taxes:
		assert sums.get(f"Tax {tax.tax.tax}", 0) == -tax.amount_minor


@given(sales())
def test_goods_leave_the_warehouse_as_sold(sale):
	effect = effect_of(replace(SALE, body=sale_body(sale)), ACCOUNTS, "Shop")
	assert [(move.item, move.warehouse, move.quantity) for move in effect.moves] == [
		(line.item, "Shop", -line.quantity) for line in sale.draft.lines
	]


def returning(return_):
	return effect_of(replace(SALE, kind="return", body=return_body(return_)), ACCOUNTS, "Shop")


@given(sales_and_returns())
def test_a_return_balances_and_turns_every_side_of_a_sale(pair):
	_, return_ = pair
	effect = returning(return_)
	assert balance_of(effect.lines) == 0
	assert all((line.debit_minor > 0) != (line.credit_minor > 0) for line in effect.lines)
	sums = net_by_account(effect.lines)
	totals = return_.sale.totals
	assert sums.get("Debtors", 0) == 0
	assert sums.get("Sales", 0) == -totals.net_minor >= 0
	assert sums.get("Cash in till", 0) == totals.total_minor <= 0
	for tax in totals.taxes:
		assert sums.get(f"Tax {tax.tax.tax}", 0) == -tax.amount_minor >= 0
	assert [(move.item, move.quantity) for move in effect.moves] == [
		(line.item, -line.quantity) for line in return_.sale.draft.lines
	]
	assert all(move.quantity > 0 for move in effect.moves)


@given(sales())
def test_a_sale_and_the_return_of_all_of_it_leave_nothing_on_any_account_or_shelf(sale):
	draft = sale.draft
	assume(draft.rounding is not Rounding.BANKERS_LEGACY or draft.currency_precision == 0)
	paid_in_cash = all(tender.kind == "cash" for tender in sale.tenders)
	sold, returned = (
		effect_of(replace(SALE, body=sale_body(sale)), ACCOUNTS, "Shop"),
		returning(return_of(sale)),
	)
	sums = net_by_account((*sold.lines, *returned.lines))
	assert sums.pop("Cash in till", 0) + sums.pop("Card clearing", 0) == 0
	assert set(sums.values()) <= {0}
	if paid_in_cash:
		assert set(net_by_account((*sold.lines, *returned.lines)).values()) <= {0}
	assert [(move.item, -move.quantity) for move in sold.moves] == [
		(move.item, move.quantity) for move in returned.moves
	]


def test_a_return_whose_figures_do_not_add_up_is_refused():
	body = return_body(return_of(sale_from_body(SALE.body))) | {"total_minor": -1}
	with pytest.raises(Rejected):
		effect_of(replace(SALE, kind="return", body=body), ACCOUNTS, "Shop")
	with pytest.raises(Rejected, match="quantity"):
		effect_of(replace(SALE, kind="return"), ACCOUNTS, "Shop")


@pytest.mark.parametrize("kind", ["void", "no_sale", "reprint", "approval", "training_sale"])
def test_what_moves_neither_money_nor_goods_has_no_effect(kind):
	effect = effect_of(replace(SALE, kind=kind, body={}), ACCOUNTS, "Shop")
	assert not effect.lines
	assert not effect.moves


def test_a_tender_or_tax_without_an_account_is_refused_by_name():
	with pytest.raises(Rejected, match="tender Cash has no account"):
		effect_of(SALE, replace(ACCOUNTS, tenders={}), "Shop")
	with pytest.raises(Rejected, match="tax IN-7 has no account"):
		effect_of(SALE, replace(ACCOUNTS, taxes={}), "Shop")


def test_a_kind_that_this_release_cannot_book_is_refused_with_what_to_do():
	with pytest.raises(Rejected, match="Update it, then retry"):
		effect_of(replace(SALE, kind="online_order", body={}), ACCOUNTS, "Shop")


def test_a_sale_whose_figures_do_not_add_up_is_refused():
	body = dict(SALE.body) | {"total_minor": 1}
	with pytest.raises(Rejected):
		effect_of(replace(SALE, body=body), ACCOUNTS, "Shop")
	with pytest.raises(Malformed):
		effect_of(replace(SALE, body={}), ACCOUNTS, "Shop")
