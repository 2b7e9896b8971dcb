"""Finds, among the fonts of this machine, one that has a given character. It draws nothing and loads nothing
from the network; what no font has is told by its script, so that a person can install one.
"""

import os
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
	from PIL.ImageFont import FreeTypeFont

_FOLDERS: Mapping[str, tuple[str, ...]] = {
	"linux": ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
	"darwin": ("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts"),
	"win32": ("C:/Windows/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts"),
}
MONOSPACED = ("dejavusansmono.ttf", "notosansmono-regular.ttf", "liberationmono-regular.ttf", "consola.ttf")
_GENERAL = (
	*("dejavusans.ttf", "notosans-regular.ttf", "notosansmath-regular.ttf", "notosanssymbols-regular.ttf"),
	*("notosanssymbols2-regular.ttf", "arial.ttf", "segoeui.ttf", "seguisym.ttf", "arial unicode.ttf"),
	*("notoemoji-regular.ttf", "notocoloremoji.ttf", "seguiemj.ttf", "apple color emoji.ttc"),
)
EAST_ASIAN = (
	*("notosanscjk-regular.ttc", "notosansjp-regular.otf", "msyh.ttc", "msgothic.ttc", "malgun.ttf"),
	*("pingfang.ttc", "hiragino sans gb.ttc", "applesdgothicneo.ttc"),
)
_EAST_ASIAN_NAMES = frozenset(
	{"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC"}
)
_UPRIGHT = frozenset({"Latin", "Greek", "Cyrillic"})
"""Scripts that look right when every letter is as wide as a column."""
_WINDOWS_SCRIPTS = ("nirmala.ttf", "nirmala.ttc", "leelawui.ttf", "tahoma.ttf", "ebrima.ttf")
COLOUR_SIZE = 109
"""The one size in which fonts of coloured bitmaps can be loaded."""
MAX_FONTS = 64
"""Fonts that are kept open."""
_NOT_DEFINED = "\U0010ffff"
"""A character that no font may have: what is drawn for it is what is drawn for all that is missing."""


def script_of(character: str) -> str:
	"""The first word of a character's name, such as "Thai" or "Arabic"."""
	return unicodedata.name(character, "UNKNOWN").split(" ")[0].title()


@lru_cache(maxsize=4_096)
def font_for(character: str) -> Path | None:
	"""The first font that has the character; None if this machine has none."""
	known = installed()
	for name in _candidates(character):
		path = known.get(name)
		if path is not None and has(path, character):
			return path
	return None


def _candidates(character: str) -> Iterator[str]:
	script = script_of(character)
	if script.upper() in _EAST_ASIAN_NAMES:
		yield from EAST_ASIAN
	if unicodedata.category(character) != "So" and (script in _UPRIGHT or not character.isalpha()):
		yield from MONOSPACED
	for ending in ("-regular.ttf", "-regular.otf", "ui-regular.ttf"):
		yield f"notosans{script.lower()}{ending}"
	yield from _GENERAL
	yield from _WINDOWS_SCRIPTS
	yield from EAST_ASIAN


@lru_cache(maxsize=1)
def installed() -> Mapping[str, Path]:
	"""Font files by their names in small letters."""
	found: dict[str, Path] = {}
	for folder in _FOLDERS.get(sys.platform, _FOLDERS["linux"]):
		for place, _, names in os.walk(os.path.expanduser(folder)):
			for name in names:
				found.setdefault(name.lower(), Path(place, name))
	return found


@lru_cache(maxsize=MAX_FONTS)
def load(path: Path, size: int) -> "FreeTypeFont":
	"""A font at a height in dots; a font of coloured bitmaps comes in its own size."""
	from PIL import ImageFont

	try:
		return ImageFont.truetype(str(path), size)
	except OSError:
		return ImageFont.truetype(str(path), COLOUR_SIZE)


@lru_cache(maxsize=MAX_FONTS)
def _missing(path: Path) -> tuple[object, bytes]:
	return _drawn(path, _NOT_DEFINED)


@lru_cache(maxsize=4_096)
def has(path: Path, character: str) -> bool:
	"""Whether a font has a shape for the character."""
	try:
		return _drawn(path, character) != _missing(path)
	except OSError:
		return False  # no font that this machine can read: the next one is tried


def _drawn(path: Path, character: str) -> tuple[object, bytes]:
	font = _small(path)
	mask = font.getmask(character)
	return (mask.size, font.getlength(character)), bytes(mask)


@lru_cache(maxsize=MAX_FONTS)
def _small(path: Path) -> "FreeTypeFont":
	"""A font as it is asked for a character: unshaped."""
	from PIL import ImageFont

	try:
		return ImageFont.truetype(str(path), 16, layout_engine=ImageFont.Layout.BASIC)
	except OSError:
		return ImageFont.truetype(str(path), COLOUR_SIZE, layout_engine=ImageFont.Layout.BASIC)
