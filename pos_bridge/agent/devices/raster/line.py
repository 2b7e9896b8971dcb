"""Draws one line of a receipt as a picture: shaped, in both directions, in fonts that have its characters.

Shaping is HarfBuzz's, through Pillow and Raqm. It never breaks a line: what is too wide is drawn narrower.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pos_bridge.agent.devices.raster.bidi import Directed, base_level, levels, visual_order
from pos_bridge.agent.devices.raster.fonts import (
	COLOUR_SIZE,
	EAST_ASIAN,
	MONOSPACED,
	font_for,
	has,
	load,
	script_of,
)
from pos_bridge.agent.devices.raster.picture import Picture

if TYPE_CHECKING:
	from PIL.Image import Image

LINE_DOTS = 34
"""Height of a line, the printers' own line spacing; large text has twice of it."""
STAND_IN = "□"
"""Drawn for a character that no font of this machine has."""
_BLACK_BELOW = 150
_INVISIBLE = frozenset(" \u200c\u200d\ufe0e\ufe0f")
_FOLLOWING = frozenset({"Mn", "Me", "Sk"})
_GLYPH_DOTS = 20
"""Size of letters in a line: DejaVu Sans Mono is then 12 dots wide, as the printers' font A."""


@dataclass(frozen=True, slots=True)
class Pen:
	"""How wide the paper is in dots, and how the line looks."""

	dots: int
	bold: bool = False
	large: bool = False

	@property
	def factor(self) -> int:
		return 2 if self.large else 1


@dataclass(frozen=True, slots=True)
class Drawing:
	"""A drawn line; `missing` are the scripts of characters that no font has, one for each character."""

	picture: Picture
	missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Run:
	text: str
	font: Path
	right_to_left: bool


@lru_cache(maxsize=1)
def drawable() -> str:
	""" "" if lines can be drawn on this machine, else what is missing for it, in words."""
	try:
		from PIL import features
	except ImportError:
		return "Pillow is not installed: pip install 'pos_bridge[agent]'."
	if not features.check("raqm"):
		return "Pillow has no Raqm here, which joins and orders letters: install it from a wheel, or libraqm."
	if font_for("A") is None or font_for(STAND_IN) is None:
		return "No font was found: install one, on Debian fonts-dejavu-core and fonts-noto-core."
	return ""


def draw_text(text: str, align: str, pen: Pen) -> Drawing:
	"""A line of text at its side of the paper."""
	drawn, missing = _drawn(text, pen)
	drawn = _narrowed(drawn, pen.dots)
	left = {"center": (pen.dots - drawn.width) // 2, "right": pen.dots - drawn.width}.get(align, 0)
	return Drawing(_picture(pen, [(left, drawn)]), missing)


def draw_row(left: str, right: str, pen: Pen) -> Drawing:
	"""Text at the left and an amount at the right edge; the amount keeps its width."""
	amount, missing_right = _drawn(right, pen)
	amount = _narrowed(amount, pen.dots * 2 // 3)
	name, missing_left = _drawn(left, pen)
	name = _narrowed(name, pen.dots - amount.width - _GLYPH_DOTS // 2)
	placed = [(0, name), (pen.dots - amount.width, amount)]
	return Drawing(_picture(pen, placed), missing_left + missing_right)


def _drawn(text: str, pen: Pen) -> tuple["Image", tuple[str, ...]]:
	from PIL import Image

	missing: list[str] = []
	runs = list(_runs(text, missing))
	pieces = [_draw_or_box(run, pen, missing) for run in runs]
	height = LINE_DOTS * pen.factor
	line = Image.new("L", (max(1, sum(piece.width for piece in pieces)), height), 255)
	at = 0
	for piece in pieces:
		line.paste(piece, (at, 0))
		at += piece.width
	return line, tuple(missing)


def _runs(text: str, missing: list[str]) -> Iterator[_Run]:
	"""The line from left to right in pieces of one direction and one font."""
	base = base_level(text)
	directed = [Directed(each, level) for each, level in _by_level(text, base)]
	for piece in visual_order(directed):
		fonts = list(_by_font(piece.text, missing))
		if piece.right_to_left:
			fonts.reverse()
		for part, font in fonts:
			yield _Run(part, font, piece.right_to_left)


def _by_level(text: str, base: int) -> Iterator[tuple[str, int]]:
	start, found = 0, levels(text, base)
	for at in range(1, len(text) + 1):
		if at == len(text) or found[at] != found[start]:
			yield text[start:at], found[start]
			start = at


def _by_font(text: str, missing: list[str]) -> Iterator[tuple[str, Path]]:
	part, font = "", None
	for character in text:
		drawn, wanted = character, _font_in(character, font)
		if wanted is None:
			missing.append(script_of(character))
			drawn, wanted = STAND_IN, font_for(STAND_IN)
		if wanted != font and part and font is not None:
			yield part, font
			part = ""
		part, font = part + drawn, wanted
	if part and font is not None:
		yield part, font


def _font_in(character: str, current: Path | None) -> Path | None:
	"""What has no place of its own stays with the letter that it belongs to."""
	if current is not None and character in _INVISIBLE:
		return current
	follows = unicodedata.category(character) in _FOLLOWING
	return current if follows and current is not None and has(current, character) else font_for(character)


def _draw_or_box(run: _Run, pen: Pen, missing: list[str]) -> "Image":
	"""A run that the shaper refuses must not cost the receipt."""
	try:
		return _draw_run(run, pen)
	except RuntimeError:
		missing.extend(script_of(character) for character in run.text)
		box = font_for(STAND_IN)
		assert box is not None, "drawable() has found it"
		return _draw_run(_Run(STAND_IN * len(run.text), box, False), pen)


def _draw_run(run: _Run, pen: Pen) -> "Image":
	from PIL import Image, ImageDraw

	height = LINE_DOTS * pen.factor
	font = load(run.font, _glyph_dots(run.font) * pen.factor)
	if font.size == COLOUR_SIZE:
		return _draw_coloured(run, height)
	direction = "rtl" if run.right_to_left else "ltr"
	stroke = pen.factor if pen.bold else 0
	width = max(1, round(font.getlength(run.text, direction=direction)))
	piece = Image.new("L", (width, height), 255)
	descent = font.getmetrics()[1]
	baseline = min(height - 1 - min(descent, height // 3), round(height * 0.74))
	ImageDraw.Draw(piece).text(
		(0, baseline),
		run.text,
		fill=0,
		font=font,
		anchor="ls",
		direction=direction,
		stroke_width=0,
	)
	return _bolder(piece, stroke)


def _glyph_dots(font: Path) -> int:
	"""East Asian letters are two columns wide; others need a little more to look as high as Latin ones."""
	name = font.name.lower()
	if name in MONOSPACED:
		return _GLYPH_DOTS
	return 24 if name in EAST_ASIAN else 22


def _bolder(piece: "Image", dots: int) -> "Image":
	"""Printed twice, a dot apart, as printers do it: the width stays."""
	from PIL import ImageChops

	for _ in range(dots):
		piece = ImageChops.darker(piece, ImageChops.offset(piece, 1, 0))
	return piece


def _draw_coloured(run: _Run, height: int) -> "Image":
	"""An emoji from its coloured bitmap: what is darker than its middle tone is black."""
	from PIL import Image, ImageDraw, ImageOps

	font = load(run.font, COLOUR_SIZE)
	width = max(1, round(font.getlength(run.text)))
	piece = Image.new("RGBA", (width, 136), "white")
	ImageDraw.Draw(piece).text((0, 0), run.text, font=font, embedded_color=True)
	side = height * 4 // 5
	small = piece.convert("L").resize((max(1, width * side // 136), side))
	framed = Image.new("L", (small.width, height), 255)
	framed.paste(ImageOps.autocontrast(small), (0, (height - side) // 2))
	return framed


def _narrowed(line: "Image", dots: int) -> "Image":
	return line if line.width <= dots else line.resize((max(1, dots), line.height))


def _picture(pen: Pen, placed: list[tuple[int, "Image"]]) -> Picture:
	"""Black or white, and no wider than its last black dot: blank paper costs no time on the wire."""
	from PIL import Image

	paper = Image.new("L", (pen.dots, LINE_DOTS * pen.factor), 255)
	for left, drawn in placed:
		paper.paste(drawn, (left, 0))
	ink = paper.point(lambda value: 255 if value < _BLACK_BELOW else 0)
	box = ink.getbbox()
	width_bytes = (box[2] + 7) // 8 if box else 1
	shown = ink.crop((0, 0, width_bytes * 8, ink.height)).convert("1", dither=Image.Dither.NONE)
	return Picture(width_bytes, shown.height, shown.tobytes())
