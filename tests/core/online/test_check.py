"""An order adds up, or two figures say where it does not."""

from dataclasses import replace

import pytest
from online_orders import AT, an_order

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, currency_decimals
from pos_bridge.core.online import (
	Fulfilment,
	Moved,
	OrderCharge,
	OrderTax,
	Refund,
	RefundLine,
	check_order,
	rounding_minor,
	tolerance_minor,
)


def what(order):
	return [difference.what for difference in check_order(order)]


def test_an_order_that_adds_up_has_no_difference():
	assert check_order(an_order()) == ()
	assert rounding_minor(an_order()) == 0


def test_a_total_beyond_rounding_is_shown_beside_what_the_parts_come_to():
	(difference,) = check_order(an_order(total_minor=8986))
	assert (difference.stated, difference.found) == (8986, 8980)
	assert difference.words(2) == "total: the shop says 89.86, its parts come to 89.80"


@pytest.mark.parametrize("off", [-5, -1, 1, 5])
def test_what_rounding_explains_is_no_difference_and_is_said(off):
	order = an_order(total_minor=8980 + off)
	assert check_order(order) == ()
	assert rounding_minor(order) == off


def test_a_long_order_may_be_rounded_at_each_of_its_parts():
	fees = tuple(OrderCharge(str(number), "fee", "Fee", 10, 2) for number in range(20))
	order = an_order(charges=fees, total_minor=0, tax_minor=862 + 479 + 40)
	order = replace(order, total_minor=order.parts_minor + 22)
	assert tolerance_minor(order) == 22
	assert check_order(order) == ()
	assert what(replace(order, total_minor=order.parts_minor + 23)) == ["total"]


def test_taxes_are_compared_as_a_sum_and_by_line():
	assert what(an_order(tax_minor=1400)) == ["tax"]
	line = replace(an_order().lines[0], taxes=(OrderTax("VAT", 800, 19 * SCALE),))
	differences = check_order(an_order(lines=(line, an_order().lines[1])))
	assert [(each.what, each.of, each.stated, each.found) for each in differences] == [
		("line_tax", "14", 862, 800)
	]


def test_a_charge_below_zero_and_a_rounded_total_are_parts_like_others():
	voucher = OrderCharge("v", "fee", "Voucher", -500, 0)
	order = an_order(charges=(*an_order().charges, voucher), cash_rounding_minor=2, total_minor=8482)
	assert check_order(order) == ()


def test_a_refund_of_an_amount_alone_is_all_adjustment():
	assert Refund("r", 100, AT.format(1)).adjustment_minor == 100
	with_line = Refund("r", 2582, AT.format(1), (RefundLine("14", SCALE, 1680, 319),))
	assert with_line.adjustment_minor == 583


def test_a_refund_whose_parts_are_more_than_it_is_told():
	refund = Refund("r", 1000, AT.format(1), (RefundLine("14", SCALE, 1512, 287),))
	(difference,) = check_order(an_order(refunds=(refund,)))
	assert (difference.what, difference.of, difference.stated, difference.found) == (
		"refund_parts",
		"r",
		1000,
		1799,
	)


def test_more_money_back_than_came_in_is_told():
	captured, refunded = an_order().payments
	order = an_order(payments=(captured, replace(refunded, amount_minor=9000)))
	assert what(order) == ["refunded"]


def test_more_goods_gone_than_ordered_and_more_back_than_gone_are_told():
	gone = Fulfilment("f", (Moved("14", 4 * SCALE),), AT.format(1))
	(difference,) = check_order(an_order(fulfilments=(gone,)))
	assert difference.words(2) == "fulfilled of 14: the shop says 3, its parts come to 4"
	undone = replace(gone, lines=(Moved("14", SCALE),), cancelled_at=AT.format(2))
	assert what(an_order(fulfilments=(undone,))) == ["returned"]


def test_an_order_that_no_books_could_hold_is_refused():
	line = an_order().lines[0]
	with pytest.raises(Rejected, match="two lines of one id"):
		check_order(an_order(lines=(line, line)))
	with pytest.raises(Rejected, match="501 lines"):
		check_order(an_order(lines=(line,) * 501))
	with pytest.raises(Rejected, match="larger than books"):
		check_order(an_order(total_minor=2**53))
	with pytest.raises(Rejected, match="more than 500"):
		check_order(an_order(payments=an_order().payments * 300))


@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("XXX", 2)])
def test_a_currency_has_its_decimals(currency, decimals):
	assert currency_decimals(currency) == decimals
