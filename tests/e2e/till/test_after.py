"""After the sale: a receipt without prices, and the receipt by e-mail, with and without a network."""

import pytest

from tests.e2e.running import rows
from tests.e2e.test_sale import choose_cashier, pay_cash, tile, until
from tests.e2e.till.at_the_till import on_paper

pytestmark = pytest.mark.browser


def sold(till):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").click()
	pay_cash(till, "5")


def mailed(demo):
	return [address for (address,) in rows(demo, "company", "SELECT address FROM receipt_mail")]


def ask_for(till, address):
	till.get_by_test_id("mail").click()
	till.get_by_label("E-mail address").fill(address)
	till.get_by_test_id("mail-send").click()


def test_a_gift_receipt_has_the_goods_and_the_number_and_no_price(till, demo):
	sold(till)
	before = on_paper(demo, "T1-1-000001")
	till.get_by_test_id("gift-receipt").click()
	gift = on_paper(demo, "GIFT RECEIPT")[len(before) :]
	for words in ("Cappuccino", "T1-1-000001", "Exchange with this receipt"):
		assert words in gift
	assert "3.40" not in gift
	assert "VAT" not in gift
	assert rows(demo, "agent", "SELECT count(*) FROM entry WHERE kind = 'reprint'") == [(0,)]


def test_a_receipt_goes_to_the_company_which_keeps_where_it_is_wanted(till, demo):
	sold(till)
	ask_for(till, "jana@petersen.example")
	until(lambda: mailed(demo) == ["jana@petersen.example"])
	till.get_by_text("jana@petersen.example").wait_for()
	assert "jana@petersen" not in str(rows(demo, "company", "SELECT text FROM entry"))


def test_without_a_network_it_is_kept_and_goes_out_after_a_restart(till, demo, browser):
	sold(till)
	till.route("**/pos_bridge.api.mail_receipt", lambda route: route.abort("connectionrefused"))
	ask_for(till, "jana@petersen.example")
	till.get_by_text("Kept for jana@petersen.example").wait_for()
	till.unroute("**/pos_bridge.api.mail_receipt")
	till.reload()
	until(lambda: mailed(demo) == ["jana@petersen.example"])
