"""A line says the batch and the serial numbers of its goods, and a return brings back no others."""

from dataclasses import replace

import pytest

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.returns import draft_of_return, make_return, over_returned
from pos_bridge.core.sale import DraftLine, SaleDraft, Tender, compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body

PHONE = DraftLine("PHONE", "Phone", 2 * SCALE, "Nos", 1000, {}, serials=("SN-1", "SN-2"))
CHEESE = DraftLine("CHEESE", "Cheese", SCALE // 2, "Kg", 1290, {}, batch="B-7")


def cart(*lines):
	return SaleDraft("EUR", 2, Rounding.COMMERCIAL, (), lines)


def sold(*lines):
	draft = cart(*lines)
	return make_sale(draft, [Tender("Cash", "cash", compute(draft).total_minor)])


def back(sale, *lines):
	draft = cart(*lines)
	given = Tender("Cash", "cash", compute(draft, "return").total_minor)
	return make_return(draft, [given], "entry", "T1-1-000001")


def test_batch_and_serial_numbers_are_read_back_as_they_were_written():
	sale = sold(PHONE, CHEESE)
	body = sale_body(sale)
	assert body["lines"][0]["serials"] == ["SN-1", "SN-2"]
	assert body["lines"][1]["batch"] == "B-7"
	assert "batch" not in body["lines"][0]
	assert "serials" not in body["lines"][1]
	assert sale_from_body(body) == sale


def test_serial_numbers_count_stock_units():
	box = replace(PHONE, quantity=SCALE, unit="Box", conversion=2 * SCALE)
	assert sold(box).draft.lines[0].stock_quantity == 2 * SCALE


@pytest.mark.parametrize(
	("line", "words"),
	[
		(replace(PHONE, quantity=SCALE), "not as many serial numbers"),
		(replace(PHONE, quantity=3 * SCALE // 2), "not as many serial numbers"),
		(replace(PHONE, serials=("SN-1", "")), "a serial number is empty"),
		(replace(PHONE, serials=("SN-1", " SN-2")), "blanks around it"),
		(replace(PHONE, serials=("SN-1", "SN-1")), "SN-1 of PHONE is on the ticket twice"),
		(replace(CHEESE, batch="B-7 "), "the batch's number"),
		(replace(CHEESE, batch="B" * 141), "the batch's number"),
	],
)
def test_a_line_with_wrong_numbers_is_refused_in_words(line, words):
	with pytest.raises(Rejected, match=words):
		compute(cart(line))


def test_a_serial_number_is_an_item_s_own():
	other = replace(PHONE, item="TABLET")
	assert compute(cart(PHONE, other)).total_minor == 4000
	with pytest.raises(Rejected, match="twice"):
		compute(cart(replace(PHONE, serials=("SN-3", "SN-1")), PHONE))


@pytest.mark.parametrize("serials", ["SN-1", None, [1], {"SN-1": 1}])
def test_serial_numbers_of_another_form_are_malformed(serials):
	body = sale_body(sold(PHONE))
	body["lines"][0]["serials"] = serials
	with pytest.raises(Malformed):
		sale_from_body(body)


def test_a_whole_line_comes_back_with_its_numbers_and_a_part_of_it_without():
	sale = sold(PHONE, CHEESE)
	whole = draft_of_return(sale, {1: 2 * SCALE, 2: SCALE // 2})
	assert [line.serials for line in whole.lines] == [("SN-1", "SN-2"), ()]
	assert whole.lines[1].batch == "B-7"
	assert draft_of_return(sale, {1: SCALE}).lines[0].serials == ()


def test_what_comes_back_is_of_what_was_sold():
	sale = sold(PHONE, CHEESE)
	one = replace(PHONE, quantity=-SCALE, serials=("SN-2",), against_line=1)
	assert over_returned(back(sale, one), sale, {}) == []
	for wrong in (
		replace(one, serials=("SN-3",)),
		replace(CHEESE, quantity=-SCALE // 2, batch="B-8", against_line=2),
	):
		with pytest.raises(Rejected, match="another batch or serial number"):
			over_returned(back(sale, wrong), sale, {})


def test_where_the_sale_did_not_say_the_return_may():
	sale = sold(replace(PHONE, serials=()))
	one = replace(PHONE, quantity=-SCALE, serials=("SN-9",), against_line=1)
	assert over_returned(back(sale, one), sale, {}) == []
