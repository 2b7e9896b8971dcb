"""The bytes of every element of a receipt, and that no text in it can become a command."""

import os
import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.agent.devices.escpos import MAX_LINES, Encoder
from pos_bridge.agent.devices.profile import GENERIC_58MM, GENERIC_80MM, PrinterProfile
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.devices.virtual.paper import Bars, QrCode, TextLine
from pos_bridge.core.errors import Rejected, Retryable
from pos_bridge.core.receipt import Code, Mark, ReceiptDocument, Row, Text

PROLOGUE = b"\x1b@\x1c.\x1bR\x00\x1da\x0f\x1bt\x00"
DRAWER = b"\x1bp\x00"
NO_PICTURES = PrinterProfile(raster=False)
INJECTION = "Item \x1bp\x00\x19\x19\x10\x14\x01\x00\x05\x1d(k\x1b@ name"


def document(*elements):
	return ReceiptDocument(42, elements)


def printed(encoder, *elements, profile=GENERIC_80MM, **options):
	"""What the virtual printer shows for the bytes of these elements."""
	encoded = encoder.receipt(document(*elements, Mark("cut")), profile, **options)
	printer = VirtualPrinter(profile=profile)
	printer.send(encoded.data)
	return printer.roll(), encoded


def lines(roll):
	[slip] = roll.slips
	return [mark.text for mark in slip.marks if mark.text]


def body(encoder, *elements):
	data = encoder.receipt(document(*elements), GENERIC_80MM).data
	assert data.startswith(PROLOGUE)
	return data.removeprefix(PROLOGUE)


def test_a_job_begins_with_a_reset_one_byte_characters_and_status_sent_unasked(encoder):
	assert encoder.receipt(document(), GENERIC_80MM).data == PROLOGUE


def test_text_is_its_characters_and_a_line_feed(encoder):
	assert body(encoder, Text("Hello")) == b"Hello\n"


def test_bold_is_switched_on_for_its_line_only(encoder):
	assert body(encoder, Text("A", bold=True), Text("B")) == b"\x1bE\x01A\n\x1bE\x00B\n"


def test_alignment_is_the_printers_and_not_made_of_blanks(encoder):
	assert body(encoder, Text("A", "center"), Text("B", "right")) == b"\x1ba\x01A\n\x1ba\x02B\n"


def test_large_text_is_double_width_and_height_and_keeps_its_bold(encoder):
	roll, _ = printed(encoder, Text("BIG", bold=True, large=True), Text("small", bold=True))
	[big], [small] = roll.slips[0].marks[0].runs, roll.slips[0].marks[1].runs
	assert (big.style.width, big.style.height, big.style.bold) == (2, 2, True)
	assert (small.style.width, small.style.height, small.style.bold) == (1, 1, True)


def test_large_text_wraps_at_half_the_columns(encoder):
	roll, _ = printed(encoder, Text("twenty-two letters wide", large=True))
	assert lines(roll) == ["twenty-two letters", "wide"]


def test_a_row_puts_its_amount_at_the_right_edge(encoder):
	assert body(encoder, Row("Tea", "1.20")) == b"Tea" + b" " * 35 + b"1.20\n"


def test_a_rule_crosses_the_paper_and_a_space_is_an_empty_line(encoder):
	assert body(encoder, Mark("rule"), Mark("space")) == b"-" * 42 + b"\n\n"


def test_the_printers_columns_count_and_not_the_documents(encoder):
	roll, _ = printed(encoder, Mark("rule"), Row("Tea", "1.20"), profile=PrinterProfile(columns=32))
	assert [len(line) for line in lines(roll)] == [32, 32]


def test_a_code128_is_drawn_by_the_printer_itself(encoder):
	data = body(encoder, Code("code128", "T1-1-000001"))
	assert b"\x1dkI\x0d{BT1-1-000001" in data
	roll, _ = printed(encoder, Code("code128", "T1-1-000001"))
	bars = roll.slips[0].marks[0]
	assert isinstance(bars, Bars)
	assert (bars.text, bars.align) == ("T1-1-000001", "center")
	assert len(bars.modules) == 11 * (11 + 2) + 13
	assert len(bars.modules) * bars.module_dots <= GENERIC_80MM.dots


@pytest.mark.parametrize("symbology", ["code128", "qr"])
def test_control_characters_do_not_get_into_a_code(encoder, symbology):
	roll, _ = printed(encoder, Code(symbology, "T1\x1bp\x00-7\n"))
	assert roll.slips[0].marks[0].text.strip() == "T1p-7"
	assert not roll.unknown


def test_a_brace_in_a_code128_stays_a_brace(encoder):
	roll, _ = printed(encoder, Code("code128", "A{B{C"))
	assert roll.slips[0].marks[0].text == "A{B{C"
	assert not roll.unknown


@pytest.mark.parametrize("data", ["X" * 60, "Ж-1", "", "X" * 30])
def test_a_code128_that_the_paper_or_the_bars_cannot_hold_is_printed_as_text(encoder, data):
	roll, encoded = printed(encoder, Code("code128", data), profile=GENERIC_58MM)
	assert encoded.replaced == 1
	assert all(isinstance(mark, TextLine) for mark in roll.slips[0].marks) if roll.slips else True
	assert b"\x1dk" not in encoded.data


def test_a_qr_code_is_drawn_by_the_printer_itself(encoder):
	roll, _ = printed(encoder, Code("qr", "https://shop.example/r/ü"))
	code = roll.slips[0].marks[0]
	assert isinstance(code, QrCode)
	assert (code.text, code.align, code.level) == ("https://shop.example/r/ü", "center", "M")


def test_a_qr_code_with_too_much_in_it_is_printed_as_text(encoder):
	roll, encoded = printed(encoder, Code("qr", "x" * 501))
	assert encoded.replaced == 1
	assert "".join(lines(roll)) == "[" + "x" * 501 + "]"


@pytest.mark.parametrize(("cut", "bytes_"), [("full", b"\x1dV\x00"), ("partial", b"\x1dV\x01")])
def test_a_cut_feeds_the_paper_past_the_knife_first(encoder, cut, bytes_):
	data = encoder.receipt(document(Mark("cut")), PrinterProfile(cut=cut)).data
	assert data == PROLOGUE + b"\x1bd\x04" + bytes_


def test_a_printer_without_a_knife_only_feeds(encoder):
	assert encoder.receipt(document(Mark("cut")), GENERIC_58MM).data == PROLOGUE + b"\x1bd\x04"


def test_the_drawer_opens_before_the_first_line_and_only_when_asked(encoder):
	assert body(encoder, Text("x")) == b"x\n"
	data = encoder.receipt(document(Text("x")), GENERIC_80MM, kick=True).data
	assert data.removeprefix(PROLOGUE).startswith(DRAWER)
	assert encoder.kick(GENERIC_80MM).data == PROLOGUE + DRAWER + b"22"


def test_the_drawer_hangs_on_the_pin_of_the_profile(encoder):
	assert b"\x1bp\x01" in encoder.kick(PrinterProfile(kick_pin=5)).data


def test_a_notice_stands_above_the_receipt(encoder):
	roll, _ = printed(encoder, Text("receipt"), notice="REPEATED")
	assert lines(roll) == ["REPEATED", "receipt"]


@pytest.mark.parametrize(
	"text", ["Crème brûlée", "über", "3,50 €", "Łódź Żurek", "Жизнь", "é ü € Ł Ж in one line"]
)
def test_letters_of_several_code_pages_arrive_as_they_were_written(encoder, text):
	roll, encoded = printed(encoder, Text(text), Row(text, text[:8]))
	assert lines(roll)[0] == text
	assert lines(roll)[1].startswith(text)
	assert encoded.replaced == 0


def test_the_page_is_selected_again_by_every_job(encoder):
	printer = VirtualPrinter()
	printer.send(encoder.receipt(document(Text("Ж"), Mark("cut")), GENERIC_80MM).data)
	printer.send(encoder.receipt(document(Text("é"), Mark("cut")), GENERIC_80MM).data)
	assert [slip.marks[0].text for slip in printer.roll().slips] == ["Ж", "é"]


def test_a_chinese_letter_does_not_spoil_the_line_around_it(encoder):
	roll, encoded = printed(encoder, Text("Café €5 中"), profile=NO_PICTURES)
	assert lines(roll) == ["Café €5 ■"]
	assert encoded.replaced == 1
	assert "prints no pictures" in encoded.advice


def test_typographers_signs_are_spelled_and_not_replaced(encoder):
	roll, encoded = printed(
		encoder, Text("\u201eso\u201c \u2013 \u2019n\u2026 ș"), profile=PrinterProfile(code_pages=(18,))
	)
	assert lines(roll) == ['"so" - \'n... ş']
	assert encoded.replaced == 0


def test_letters_with_a_loose_accent_are_put_together(encoder):
	roll, encoded = printed(encoder, Text("Cafe\u0301"))
	assert (lines(roll), encoded.replaced) == (["Café"], 0)


def test_bidi_and_zero_width_characters_do_not_reach_the_printer(encoder):
	roll, encoded = printed(encoder, Text("to\u202etal\u200b 5\u2069 \ufeffx"))
	assert (lines(roll), encoded.replaced) == (["total 5 x"], 0)


@pytest.mark.parametrize(
	"element",
	[
		Text(INJECTION),
		Text(INJECTION, "center", bold=True, large=True),
		Row(INJECTION, "1.00"),
		Row("Tea", INJECTION),
		Code("code128", INJECTION),
		Code("qr", INJECTION),
	],
)
def test_commands_in_a_field_are_printed_as_letters_or_not_at_all(encoder, element):
	roll, _ = printed(encoder, element)
	assert not roll.drawer_open
	assert not roll.unknown
	assert len(roll.slips) == 1


COMMAND_BYTES = "\x00\x04\x05\x10\x14\x18\x1b\x1c\x1d\x7f\n\r{p@V(kAB12"
hostile = st.one_of(
	st.text(COMMAND_BYTES, max_size=12),
	st.text(st.one_of(st.sampled_from(COMMAND_BYTES + "\x80\x9b"), st.characters()), max_size=60),
)


@given(
	st.lists(
		st.one_of(
			st.builds(
				Text, hostile, st.sampled_from(["left", "center", "right"]), st.booleans(), st.booleans()
			),
			st.builds(Row, hostile, hostile, st.booleans()),
			st.builds(Code, st.sampled_from(["code128", "qr"]), hostile),
		),
		max_size=6,
	)
)
def test_no_text_whatsoever_can_drive_the_printer_or_open_the_drawer(encoder, elements):
	encoded = encoder.receipt(document(*elements, Mark("cut")), GENERIC_80MM)
	printer = VirtualPrinter()
	printer.send(encoded.data)
	roll = printer.roll()
	assert not roll.drawer_open
	assert not roll.unknown
	assert len(roll.slips) <= 1
	assert not roll.current.marks
	assert DRAWER not in encoded.data


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F), min_size=1, max_size=40))
def test_what_is_not_printed_as_written_is_counted(encoder, text):
	roll, encoded = printed(encoder, Row(text, "1"), profile=NO_PICTURES)
	shown = "".join(line for slip in roll.slips for mark in slip.marks for line in mark.text)
	assert shown.count("■") - text.count("■") == encoded.replaced


def test_a_receipt_longer_than_the_limit_is_refused_with_words(encoder):
	with pytest.raises(Rejected, match=f"longer than {MAX_LINES} lines"):
		encoder.receipt(document(*[Mark("space")] * (MAX_LINES + 1)), GENERIC_80MM)


def test_ascii_needs_no_code_page(encoder):
	assert body(encoder, Text(string.punctuation)) == string.punctuation.encode() + b"\n"


IMPORT = """
import logging, pathlib, sys
from pos_bridge.agent.devices.escpos import Encoder
Encoder(pathlib.Path(sys.argv[1]))
assert not logging.root.handlers
"""


def test_loading_the_library_leaves_no_folder_behind_and_keeps_its_cache_private(tmp_path):
	cache, temporary = tmp_path / "models", tmp_path / "temporary"
	temporary.mkdir()
	command = [sys.executable, "-c", IMPORT, str(cache)]
	subprocess.run(command, check=True, env={**os.environ, "TMPDIR": str(temporary)})
	assert not list(temporary.iterdir())
	assert [path.suffix for path in cache.iterdir()] == [".pickle"]
	assert cache.stat().st_mode & 0o077 == 0


def test_a_cache_that_a_killed_process_left_half_written_is_made_anew(tmp_path):
	cache = tmp_path / "models"
	command = [sys.executable, "-c", IMPORT, str(cache)]
	subprocess.run(command, check=True)
	[pickled] = cache.iterdir()
	whole = pickled.read_bytes()
	pickled.write_bytes(whole[:1000])
	subprocess.run(command, check=True)
	assert pickled.read_bytes() == whole


def test_a_cache_that_others_may_write_is_not_loaded_from(tmp_path):
	tmp_path.chmod(0o777)
	with pytest.raises(Retryable, match="Others may use"):
		Encoder(tmp_path)
