"""The receipt's document: read strictly, laid out within its width."""

from dataclasses import replace

import pytest
from carts import return_of, sales, sales_and_returns, till_day
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core import receipt
from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Malformed
from pos_bridge.core.receipt import (
	Code,
	Mark,
	ReceiptDocument,
	ReceiptHeader,
	Row,
	Text,
	document_fields,
	layout_lines,
	read_document,
	receipt_of_sale,
	wrap,
)
from pos_bridge.core.returns import return_body
from pos_bridge.core.sale import Tender, compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body

WIRE = till_day(1)[0]
ENTRY = open_wire(WIRE)

texts = st.text(max_size=60)
elements = st.one_of(
	st.builds(Text, texts, st.sampled_from(["left", "center", "right"]), st.booleans(), st.booleans()),
	st.builds(Row, texts, texts, st.booleans()),
	st.builds(Code, st.sampled_from(["code128", "qr"]), texts),
	st.builds(Mark, st.sampled_from(["rule", "space", "cut"])),
)
documents = st.builds(ReceiptDocument, st.integers(16, 96), st.lists(elements, max_size=12).map(tuple))


@given(documents)
def test_no_line_is_wider_than_the_paper(document):
	assert all(len(line) <= document.columns for line in layout_lines(document))


@given(documents)
def test_a_document_survives_the_wire(document):
	assert read_document(document_fields(document)) == document


@given(texts, st.integers(4, 48))
def test_wrapping_loses_no_character_but_blanks(text, width):
	lines = wrap(text, width)
	assert all(len(line) <= width for line in lines)
	assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(sales())
def test_a_receipt_shows_every_line_amount_and_the_total(sale):
	document = receipt_of_sale(replace(ENTRY, body=sale_body(sale)), WIRE.hash, ReceiptHeader("Shop"))
	rows = [element for element in document.elements if isinstance(element, Row)]
	amounts = [amounts.amount_minor for amounts in sale.totals.lines]
	precision = sale.draft.currency_precision
	shown = [row.right for row in rows]
	for amount in [*amounts, sale.totals.total_minor]:
		assert receipt.format_minor(amount, precision) in shown


def test_a_reprint_is_marked_and_the_original_is_not():
	original = layout_lines(receipt_of_sale(ENTRY, WIRE.hash, ReceiptHeader("Shop")))
	copy = layout_lines(receipt_of_sale(ENTRY, WIRE.hash, ReceiptHeader("Shop"), copy=3))
	assert not any("COPY" in line for line in original)
	assert any("COPY 3" in line for line in copy)


@given(sales_and_returns())
def test_the_receipt_of_a_return_says_so_and_shows_what_goes_back(pair):
	sale = pair[1].sale
	entry = replace(ENTRY, kind="return", body=return_body(pair[1]))
	document = receipt_of_sale(entry, WIRE.hash, ReceiptHeader("Shop"))
	texts_shown = [element.text for element in document.elements if isinstance(element, Text)]
	assert {"RETURN", "of receipt T1-1-000001"} <= set(texts_shown)
	shown = [element.right for element in document.elements if isinstance(element, Row)]
	for amount in (sale.totals.total_minor, *(line.amount_minor for line in sale.totals.lines)):
		assert receipt.format_minor(amount, sale.draft.currency_precision) in shown


def test_a_return_is_marked_and_a_sale_is_not():
	returned = return_body(return_of(sale_from_body(ENTRY.body)))
	for body, of in ((returned, True), ({**returned, "against": None}, False)):
		body = {name: value for name, value in body.items() if value is not None}
		entry = replace(ENTRY, kind="return", body=body)
		lines = layout_lines(receipt_of_sale(entry, WIRE.hash, ReceiptHeader("Shop")))
		assert any("RETURN" in line for line in lines)
		assert any("of receipt T1-1-000001" in line for line in lines) is of
	lines = layout_lines(receipt_of_sale(ENTRY, WIRE.hash, ReceiptHeader("Shop")))
	assert not any("RETURN" in line or "of receipt" in line for line in lines)


@given(st.integers(0, 500), st.integers(0, 50))
def test_total_tip_and_what_was_waived_are_what_was_paid_less_change(tip, waived):
	draft = sale_from_body(ENTRY.body).draft
	paid = compute(draft).total_minor + tip + 1_000
	sale = make_sale(draft, (Tender("Cash", "cash", paid),), tip_minor=tip, write_off_minor=waived)
	document = receipt_of_sale(replace(ENTRY, body=sale_body(sale)), WIRE.hash, ReceiptHeader("Shop"))
	parts = ("TOTAL EUR", "Tip", "Waived", "Cash", "Change")
	shown = [row for row in document.elements if isinstance(row, Row) and row.left in parts]
	rows = {row.left: round(100 * float(row.right)) for row in shown}
	assert (rows.get("Tip", 0), rows.get("Waived", 0)) == (tip, -waived)
	assert rows["TOTAL EUR"] + tip - waived == rows["Cash"] - rows.get("Change", 0)


def test_the_head_of_the_chain_stands_on_the_receipt():
	lines = layout_lines(receipt_of_sale(ENTRY, WIRE.hash, ReceiptHeader("Shop")))
	assert any(WIRE.hash[:8] in line for line in lines)


@pytest.mark.parametrize(
	"fields",
	[
		None,
		{"columns": 42},
		{"columns": 4, "elements": []},
		{"columns": 42, "elements": [{"type": "raw", "data": "\x1bp"}]},
		{"columns": 42, "elements": [{"type": "text"}]},
		{"columns": 42, "elements": [{"type": "text", "text": "x" * 501}]},
		{"columns": 42, "elements": [{"type": "text", "text": "x", "align": "diagonal"}]},
		{"columns": 42, "elements": ["text"]},
		{"columns": 42, "elements": [{"type": "space"}] * 4001},
	],
)
def test_a_document_out_of_its_form_is_refused(fields):
	with pytest.raises(Malformed):
		read_document(fields)
