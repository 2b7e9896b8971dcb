"""Lines that no code page carries: drawn alone, in reading order, never a command, never lost in silence."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile
from pos_bridge.agent.devices.raster import Picture, drawable, fonts, line, raster_command, read_logo
from pos_bridge.agent.devices.raster.bidi import Directed, base_level, levels, visual_order
from pos_bridge.agent.devices.raster.wrap import columns_of, one_line_each
from pos_bridge.agent.devices.text import clean_for_drawing
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.devices.virtual.paper import Bitmap, TextLine
from pos_bridge.core.errors import Rejected
from pos_bridge.core.receipt import Mark, ReceiptDocument, Row, Text

draws = pytest.mark.skipif(bool(drawable()), reason=f"not run: {drawable()}")


def has_fonts_for(text):
	return all(fonts.font_for(character) for character in text if character != " ")


def printed(encoder, *elements, profile=GENERIC_80MM, **options):
	document = ReceiptDocument(42, (*elements, Mark("cut")), logo=bool(options))
	encoded = encoder.receipt(document, profile, **options)
	printer = VirtualPrinter(profile=profile)
	printer.send(encoded.data)
	roll = printer.roll()
	assert not roll.unknown
	return roll.slips[0].marks, encoded


def ink(bitmap):
	return sum(row.count("1") for row in bitmap.rows)


@draws
def test_only_the_line_that_no_code_page_carries_is_drawn(encoder):
	marks, encoded = printed(encoder, Text("before"), Row("Tea", "₹120.00"), Text("after"))
	assert [type(mark) for mark in marks[:3]] == [TextLine, Bitmap, TextLine]
	assert [mark.text for mark in marks[:3]] == ["before", "", "after"]
	assert encoded.replaced == 0
	assert ink(marks[1]) > 100


@draws
def test_of_a_text_of_several_lines_only_those_are_drawn_that_have_to_be(encoder):
	marks, _ = printed(encoder, Text("a" * 42 + " " + "b" * 42 + " ₹1"))
	assert [type(mark) for mark in marks[:3]] == [TextLine, TextLine, Bitmap]


@draws
def test_an_amount_that_is_drawn_ends_at_the_right_edge(encoder):
	marks, _ = printed(encoder, Row("Tea", "₹120.00"))
	assert GENERIC_80MM.dots - 8 <= len(marks[0].rows[0]) <= GENERIC_80MM.dots
	assert any(row.rstrip("0") and len(row.rstrip("0")) > GENERIC_80MM.dots - 8 for row in marks[0].rows)


@draws
def test_large_and_bold_lines_are_drawn_larger_and_bolder(encoder):
	marks, _ = printed(encoder, Text("₹1"), Text("₹1", bold=True), Text("₹1", large=True))
	plain, bold, large = marks[:3]
	assert ink(plain) < ink(bold) < ink(large)
	assert len(large.rows) == 2 * len(plain.rows)


@draws
def test_what_no_font_has_is_drawn_as_a_box_counted_and_named(encoder, monkeypatch):
	def none_for_thai(character):
		return None if "\u0e00" <= character <= "\u0e7f" else fonts.font_for(character)

	monkeypatch.setattr(line, "font_for", none_for_thai)
	marks, encoded = printed(encoder, Text("ชา 1"))
	assert isinstance(marks[0], Bitmap)
	assert encoded.replaced == 2
	assert "Thai" in encoded.advice


def test_without_fonts_or_library_letters_are_replaced_visibly_and_the_reason_is_told(encoder, monkeypatch):
	monkeypatch.setattr("pos_bridge.agent.devices.escpos.drawable", lambda: "No font was found.")
	marks, encoded = printed(encoder, Text("Tea 茶"))
	assert (marks[0].text, encoded.replaced, encoded.advice) == ("Tea ■", 1, "No font was found.")


@draws
def test_joined_arabic_letters_are_not_the_letters_one_by_one():
	if not has_fonts_for("قهوة"):
		pytest.skip("not run: no Arabic font on this machine (Debian: fonts-noto-core)")
	pen = line.Pen(512)
	joined, loose = (line.draw_text(text, "left", pen).picture for text in ("قهوة", " ".join("قهوة")))
	assert joined.width_bytes < loose.width_bytes
	turned = line.draw_text("ةوهق", "left", pen).picture
	assert turned.dots != joined.dots


@draws
@settings(deadline=None, max_examples=20)
@given(st.text(max_size=40), st.text(max_size=20), st.booleans())
def test_any_text_is_drawn_within_the_paper(left, right, bold):
	left, right = clean_for_drawing(left), clean_for_drawing(right)
	for drawing in (
		line.draw_row(left, right, line.Pen(384, bold)),
		line.draw_text(left, "center", line.Pen(384, bold)),
	):
		picture = drawing.picture
		assert picture.width_bytes <= 384 // 8
		assert len(picture.dots) == picture.width_bytes * picture.rows


@given(st.binary(min_size=64, max_size=64))
def test_no_dots_of_a_picture_hold_a_command(dots):
	hostile = dots[:20] + b"\x10\x14\x01\x00\x05\x10\x04\x01\x10\x05\x1bp\x00\x19\x19" + dots[35:]
	command = raster_command(Picture(8, 8, hostile))
	for sequence in (b"\x10\x14", b"\x10\x04", b"\x10\x05", b"\x1bp"):
		assert sequence not in command
	assert len(command) == 8 + 64


@draws
def test_what_the_shaper_refuses_is_drawn_as_boxes_and_counted():
	drawing = line.draw_text("\x1e", "left", line.Pen(384))
	assert len(drawing.missing) == 1
	assert any(drawing.picture.dots)


def test_a_tall_picture_goes_out_in_bands():
	command = raster_command(Picture(1, 300, b"\xff" * 300))
	assert command.count(b"\x1dv0\x00\x01\x00") == 3


@pytest.mark.parametrize(
	("text", "base", "shown"),
	[
		("abc", 0, ["abc"]),
		("אבג", 1, ["אבג"]),
		("abc אבג", 0, ["abc ", "אבג"]),
		("אבג abc", 1, ["abc", "אבג "]),
		("אבג 70% דה", 1, [" דה", "70%", "אבג "]),
		("سعر 1,250.00 ر", 1, [" ر", "1,250.00", "سعر "]),
		("abc 12 אבג 34", 0, ["abc 12 ", "34", "אבג "]),
	],
)
def test_runs_stand_in_the_order_in_which_they_are_read(text, base, shown):
	assert base_level(text) == base
	found, runs, start = levels(text, base), [], 0
	for at in range(1, len(text) + 1):
		if at == len(text) or found[at] != found[start]:
			runs.append(Directed(text[start:at], found[start]))
			start = at
	assert [run.text for run in visual_order(runs)] == shown


def test_wide_letters_take_two_columns_and_marks_none():
	assert columns_of("茶 tea") == 6
	assert columns_of("กุ้ง") == 2
	broken = one_line_each(Text("  " + "茶" * 30), 42)
	assert [columns_of(each.text) for each in broken] == [42, 22]
	row = one_line_each(Row("茶" * 30, "₹1.00"), 42)
	assert [type(each) for each in row] == [Row, Text]


def png(width, height, colour="black"):
	from PIL import Image

	held = io.BytesIO()
	Image.new("RGB", (width, height), colour).save(held, "PNG")
	return held.getvalue()


def test_a_logo_is_made_as_wide_as_the_paper_and_printed_above_documents_that_want_one(encoder):
	logo = read_logo(png(1024, 300), 512)
	assert (logo.width_bytes, logo.rows) == (64, 150)
	marks, _ = printed(encoder, Text("x"), logo=logo)
	assert [type(mark) for mark in marks[:3]] == [Bitmap, Bitmap, TextLine]
	plain = encoder.receipt(ReceiptDocument(42, (Text("x"),)), GENERIC_80MM, logo=logo)
	assert b"\x1dv0" not in plain.data


def test_a_small_logo_stands_in_the_middle_in_its_own_size():
	logo = read_logo(png(16, 8), 512)
	assert (logo.rows, logo.dots[:31], logo.dots[31:33]) == (8, bytes(31), b"\xff\xff")


@pytest.mark.parametrize(
	"data",
	[
		pytest.param(lambda: png(4000, 3000), id="more dots than are read"),
		pytest.param(lambda: b"x" * 600_000, id="a large file"),
		pytest.param(lambda: b"GIF89a rubbish", id="no picture"),
		pytest.param(lambda: png(8, 8)[:40], id="half of a picture"),
	],
)
def test_a_picture_that_is_none_or_too_large_is_refused_with_words(data):
	with pytest.raises(Rejected, match="logo"):
		read_logo(data(), 512)


def test_a_printer_without_pictures_gets_none(encoder):
	profile = PrinterProfile(raster=False)
	document = ReceiptDocument(42, (Text("茶"),), logo=True)
	assert b"\x1dv" not in encoder.receipt(document, profile, logo=Picture(1, 1, b"\xff")).data
