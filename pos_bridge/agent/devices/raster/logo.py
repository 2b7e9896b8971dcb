"""The shop's logo: any picture of a bounded size, made one-bit and as wide as the paper at most.

It never opens a picture before its size is known, so that a small file can't fill the memory.
"""

import io

from pos_bridge.agent.devices.raster.picture import Picture
from pos_bridge.core.errors import Rejected

MAX_LOGO_BYTES = 512 * 1024
MAX_LOGO_PIXELS = 4_000_000
"""Width times height before it is made smaller."""
MAX_LOGO_ROWS = 384
"""Rows on paper, some five centimetres."""
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")


def read_logo(data: bytes, dots: int) -> Picture:
	"""The logo in the middle of paper of `dots` width. `Rejected` says what is wrong with the file."""
	from PIL import Image, UnidentifiedImageError

	if len(data) > MAX_LOGO_BYTES:
		raise Rejected(f"A logo's file has {MAX_LOGO_BYTES // 1024} KiB at most.", code="logo_too_large")
	try:
		with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
			if opened.width * opened.height > MAX_LOGO_PIXELS:
				raise Rejected(
					f"The logo has {opened.width} x {opened.height} dots; {MAX_LOGO_PIXELS} are the most.",
					code="logo_too_large",
				)
			flat = Image.new("RGBA", opened.size, "white")
			flat.alpha_composite(opened.convert("RGBA"))
	except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
		raise Rejected(
			f"The logo can't be read ({error}): save it as PNG or JPEG.", code="logo_unreadable"
		) from error
	scale = min(1.0, dots / flat.width, MAX_LOGO_ROWS / flat.height)
	size = (max(1, int(flat.width * scale)), max(1, int(flat.height * scale)))
	grey = flat.convert("L").resize(size)
	paper = Image.new("L", (dots // 8 * 8, size[1]), 255)
	paper.paste(grey, (max(0, (paper.width - size[0]) // 2), 0))
	ink = paper.convert("1").point(lambda value: 0 if value else 255)
	return Picture(paper.width // 8, paper.height, ink.tobytes())
