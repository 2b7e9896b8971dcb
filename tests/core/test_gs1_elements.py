"""GS1 codes with more in them than a GTIN, and the same read by biip, a parser of other authors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.core.gs1 import check_digit
from pos_bridge.core.gs1_elements import SEPARATOR, parse_elements
from pos_bridge.core.money import SCALE

gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda body: body + check_digit(body))
names = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./+", min_size=1, max_size=20)
dates = st.tuples(st.integers(25, 49), st.integers(1, 12), st.integers(1, 28)).map(
	lambda date: "".join(f"{part:02d}" for part in date)
)


@st.composite
def element_strings(draw):
	"""A GTIN with some of what may follow, in any order, FNC1 where a value has no fixed length."""
	said = {}
	if draw(st.booleans()):
		said["17"] = draw(dates)
	if draw(st.booleans()):
		said["3103"] = f"{draw(st.integers(0, 999_999)):06d}"
	if draw(st.booleans()):
		said["10"] = draw(names)
	if draw(st.booleans()):
		said["21"] = draw(names)
	if draw(st.booleans()):
		said["3922"] = str(draw(st.integers(0, 10**9)))
	if draw(st.booleans()):
		said["15"] = draw(dates)
	order = [("01", draw(gtins)), *draw(st.permutations(list(said.items())))]
	fixed = ("01", "17", "15", "3103")
	return dict(order), "".join(
		identifier + value + ("" if identifier in fixed else SEPARATOR) for identifier, value in order
	).rstrip(SEPARATOR)


@given(element_strings())
def test_what_was_put_into_a_code_comes_out_of_it(made):
	said, text = made
	found = parse_elements(f"]C1{text}")
	assert found is not None
	assert found.gtin == said["01"]
	assert (found.batch, found.serial) == (said.get("10", ""), said.get("21", ""))
	assert found.expires_on == said.get("17", "")
	assert found.quantity == (int(said["3103"]) * SCALE // 1000 if "3103" in said else None)
	assert found.price == (int(said["3922"]) * SCALE // 100 if "3922" in said else None)


@given(element_strings())
def test_biip_reads_the_same(made):
	biip = pytest.importorskip("biip", reason="not run: biip needs Python 3.11")
	_, text = made
	ours = parse_elements(f"]C1{text}")
	theirs = biip.parse(f"]C1{text}").gs1_message
	assert ours is not None
	assert theirs is not None
	values = {element.ai.ai: element for element in theirs.element_strings}
	assert ours.gtin == values["01"].value
	assert ours.batch == (values["10"].value if "10" in values else "")
	assert ours.serial == (values["21"].value if "21" in values else "")
	weight = values["3103"].decimal if "3103" in values else None
	assert ours.quantity == (int(weight * SCALE) if weight is not None else None)
	price = values["3922"].decimal if "3922" in values else None
	assert ours.price == (int(price * SCALE) if price is not None else None)


@given(st.text(st.sampled_from("0123456789]C1dQ3\x1dABhtps:/.?=&%"), max_size=60))
def test_no_text_breaks_the_reader(text):
	found = parse_elements(text)
	assert found is None or len(found.gtin) == 14


@given(gtins, st.integers(1, 5))
def test_a_code_that_breaks_off_inside_a_fixed_value_says_nothing(gtin, cut):
	assert parse_elements(f"]C101{gtin}17261231"[:-cut]) is None
