"""One-bit pictures, and the command that prints them (`GS v 0`, Epson's ESC/POS reference).

It never draws, and what it sends can't be taken for a real-time command or for the drawer's pulse.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BAND_ROWS = 128
"""Rows of one command; taller pictures are sent in bands, for cheap printers hold no more."""

_COMMANDS = re.compile(rb"\x10(?=[\x04\x05\x14])|\x1b(?=p)")
"""Some printers look for real-time commands inside of a picture, and one that lost a byte takes the rest for
commands: the first byte of such a pair gets one more black dot."""
_DEFUSED = {b"\x10": b"\x18", b"\x1b": b"\x1f"}


@dataclass(frozen=True, slots=True)
class Picture:
	"""`rows` of `width_bytes` bytes each, the leftmost dot in the highest bit, 1 is black."""

	width_bytes: int
	rows: int
	dots: bytes


def raster_command(picture: Picture) -> bytes:
	"""The bytes that print a picture at the left edge."""
	return b"".join(_bands(picture))


def _bands(picture: Picture) -> Iterator[bytes]:
	for top in range(0, picture.rows, MAX_BAND_ROWS):
		rows = min(MAX_BAND_ROWS, picture.rows - top)
		start = top * picture.width_bytes
		dots = picture.dots[start : start + rows * picture.width_bytes]
		size = picture.width_bytes.to_bytes(2, "little") + rows.to_bytes(2, "little")
		yield b"\x1dv0\x00" + size + _COMMANDS.sub(lambda found: _DEFUSED[found[0]], dots)
