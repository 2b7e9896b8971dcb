"""Labels in ZPL: what stands where, and that no text becomes a command."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.agent.devices.floor.models import profile_of
from pos_bridge.agent.devices.zpl import label
from pos_bridge.core.errors import Rejected
from pos_bridge.core.papers import shelf_label
from pos_bridge.core.receipt import Code, Mark, ReceiptDocument, Row, Text

PROFILE = profile_of("zpl-label", {})
COMMANDS = re.compile(r"[\^~][A-Z0-9]{1,2}")
KNOWN = {
	"^XA",
	"^CI",
	"^PW",
	"^LL",
	"^FO",
	"^A0",
	"^FB",
	"^FH",
	"^FD",
	"^FS",
	"^GB",
	"^BQ",
	"^BC",
	"^BY",
	"^XZ",
}


def made(*elements):
	return label(ReceiptDocument(32, elements), PROFILE).decode()


def test_a_shelf_label_is_one_label_with_its_texts_and_its_code():
	printed = label(shelf_label("Coffee", "6.90 €", "4006381333931"), PROFILE).decode()
	assert printed.startswith("^XA^CI28^PW448^LL")
	assert printed.count("^XA") == printed.count("^XZ") == 1
	assert re.findall(r"\^FD(.*?)\^FS", printed) == ["Coffee", "6.90 €", "4006381333931", "4006381333931"]
	assert "^BCN,80" in printed


def test_a_row_has_its_amount_at_the_right_and_a_cut_begins_another_label():
	printed = made(Row("Tea", "1.20"), Mark("cut"), Text("second", large=True), Mark("cut"))
	assert printed.count("^XA") == 2
	assert "^FB448,1,0,L^FH_^FDTea^FS" in printed
	assert "^FB448,1,0,R^FH_^FD1.20^FS" in printed


@given(st.text("^~_XZAFDS\\\x00\n1é茶", max_size=40))
def test_no_text_becomes_a_command_of_the_label_printer(text):
	printed = made(Text(text), Row(text, text), Code("code128", text), Code("qr", text), Mark("rule"))
	assert {found[:3] for found in COMMANDS.findall(printed)} <= KNOWN
	assert printed.count("^XA") == printed.count("^XZ") == 1
	assert "~" not in printed
	assert printed.isprintable() or printed.rstrip("\n").isprintable()


def test_a_label_that_is_too_long_is_refused_with_words():
	with pytest.raises(Rejected, match="half a metre"):
		made(*[Mark("space")] * 200)
