"""What one model of receipt printer can do, as a value.

It never talks to a printer and never guesses a model by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

CODE_PAGES: Mapping[int, str] = MappingProxyType(
	{
		0: "cp437",
		2: "cp850",
		3: "cp860",
		4: "cp863",
		5: "cp865",
		13: "cp857",
		14: "cp737",
		15: "iso8859_7",
		16: "cp1252",
		17: "cp866",
		18: "cp852",
		19: "cp858",
		33: "cp775",
		34: "cp855",
		35: "cp861",
		36: "cp862",
		38: "cp869",
		39: "iso8859_2",
		40: "iso8859_15",
		45: "cp1250",
		46: "cp1251",
		47: "cp1253",
		48: "cp1254",
		51: "cp1257",
		52: "cp1258",
	}
)
"""Number after `ESC t` (Epson's ESC/POS reference) to the name of Python's codec. Hebrew and Arabic pages are
left to the rasteriser, because a printer neither orders nor joins their letters."""


@dataclass(frozen=True, slots=True)
class PrinterProfile:
	"""A printer model: sizes in characters and dots, `ESC t` numbers in the order in which they are tried."""

	name: str = "generic-80mm"
	columns: int = 42
	dots: int = 512
	code_pages: tuple[int, ...] = (0, 19, 18, 17, 16)
	cut: Literal["full", "partial", "none"] = "partial"
	kick_pin: Literal[2, 5] = 2
	feed_before_cut: int = 4
	language: Literal["escpos", "zpl"] = "escpos"
	proof: Literal["process_id", "status", "none"] = "status"
	"""What it answers when a job is through: its number (`GS ( H`), its status (`GS r`), or nothing at all:
	then it is not asked how it is either, and jobs count as printed when they have been sent."""
	drawer_sensor: Literal["high", "low", "none"] = "high"
	"""What pin 3 of the drawer's plug is while the drawer is open; calibrated on the page at /devices."""
	raster: bool = True
	"""It prints pictures (`GS v 0`): lines that no code page carries are drawn."""
	buzzer: bool = False
	"""It beeps by `ESC B`, as many printers for kitchens do."""


GENERIC_80MM = PrinterProfile()
GENERIC_58MM = PrinterProfile(name="generic-58mm", columns=32, dots=384, cut="none")
