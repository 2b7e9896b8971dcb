"""Turns a receipt document into the bytes of one print job for one printer model.

Text goes out through our own cleaning and code pages only; python-escpos makes the commands around it.
It never sends anything, and no field of a document can become a command.
"""

import logging
import os
import pickle
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pos_bridge.agent.devices.profile import PrinterProfile
from pos_bridge.agent.devices.raster import (
	Pen,
	Picture,
	draw_row,
	draw_text,
	drawable,
	one_line_each,
	raster_command,
)
from pos_bridge.agent.devices.text import CodePages, clean, clean_for_drawing, code_pages
from pos_bridge.agent.devices.zpl import label
from pos_bridge.core.errors import Rejected, Retryable
from pos_bridge.core.receipt import Code, Element, Mark, ReceiptDocument, Row, Text, element_lines

MAX_LINES = 2_000
"""Lines of one job, some eight metres of paper; a longer document is refused."""
MAX_CODE128_CHARACTERS = 48
MAX_QR_BYTES = 500
"""Longest content of a QR code; what is longer is printed as text."""

_PROLOGUE = b"\x1b@\x1c.\x1bR\x00\x1da\x0f"
"""`ESC @` reset; `FS .` one byte a character; `ESC R 0` US ASCII; `GS a` again, which `ESC @` has ended."""
_SELECT_PAGE = b"\x1bt"
_BAR_HEIGHT_DOTS = 72
_BAR_WIDTHS = (3, 2)
_CODE128_OVERHEAD = 35 + 2 * 10
"""Modules of start, check and stop character and of the quiet zones (ISO/IEC 15417)."""
_QR_SIZES = ((60, 6), (150, 5), (MAX_QR_BYTES, 4))
"""Bytes of content to dots per module: at most 93 modules, which fits a 58 mm roll."""
_ERROR_CORRECTION_M = 1


@dataclass(frozen=True, slots=True)
class Encoded:
	"""One job's bytes; `replaced` counts characters and codes that this printer can't print as they are,
	`advice` says what would help."""

	data: bytes
	replaced: int
	advice: str = ""


class Encoder:
	"""Encodes for any number of printers; made once, because it loads python-escpos."""

	def __init__(self, cache: Path) -> None:
		"""`cache` is a folder of the agent's own, in which python-escpos keeps its list of models."""
		_keep_private(cache)
		try:
			self._dummy = _load(cache)
		except (EOFError, pickle.UnpicklingError):
			# A process that was killed while the library wrote its cache leaves half a pickle behind.
			for half in cache.glob("*.pickle"):
				half.unlink()
			self._dummy = _load(cache)

	def receipt(
		self,
		document: ReceiptDocument,
		profile: PrinterProfile,
		*,
		kick: bool = False,
		notice: str = "",
		logo: Picture | None = None,
	) -> Encoded:
		"""A whole receipt; with `kick` the drawer opens first. `notice` stands above all, bold; the logo, of
		a document that wants one, below it. Raises Rejected for a document of more than MAX_LINES lines.
		"""
		if profile.language == "zpl":
			notices = (Text(notice, "center", bold=True),) if notice else ()
			return Encoded(label(replace(document, elements=(*notices, *document.elements)), profile), 0)
		job = _Job(self._dummy(), profile)
		if kick:
			job.kick()
		if notice:
			job.element(Text(notice, "center", bold=True))
		if logo is not None and document.logo and profile.raster:
			job.picture(logo)
		for element in document.elements:
			job.element(element)
		return job.finished()

	def kick(self, profile: PrinterProfile) -> Encoded:
		"""Nothing but the pulse that opens the drawer."""
		job = _Job(self._dummy(), profile)
		job.kick()
		return job.finished()


class _Job:
	"""One job being encoded. Style and code page are tracked so that only changes are sent."""

	def __init__(self, dummy: Any, profile: PrinterProfile) -> None:  # noqa: ANN401 - untyped library
		self._out = dummy
		self._profile = profile
		self._pages: CodePages = code_pages(profile)
		self._page = self._pages.first
		self._align, self._bold, self._large = "left", False, False
		self._lines = 0
		self._replaced = 0
		self._missing: set[str] = set()
		self._out._raw(_PROLOGUE + _SELECT_PAGE + bytes((self._page,)))

	def kick(self) -> None:
		self._out.cashdraw(self._profile.kick_pin)

	def finished(self) -> Encoded:
		return Encoded(self._out.output, self._replaced, self._advice() if self._replaced else "")

	def _advice(self) -> str:
		if not self._profile.raster:
			return "It prints no pictures, so that they can't be drawn."
		if self._missing:
			scripts = ", ".join(sorted(self._missing)[:3])
			return f"No font on this machine has them ({scripts}): install one, such as Noto Sans."
		return drawable()

	def element(self, element: Element) -> None:
		if isinstance(element, Code):
			self._code(element)
		elif isinstance(element, Mark) and element.mark == "cut":
			self._cut()
		elif isinstance(element, Mark) and element.mark == "buzz":
			if self._profile.buzzer:
				self._out.buzzer(times=2, duration=2)
		elif self._is_carried(element) or not self._profile.raster or drawable():
			self._text(self._printable(element))
		else:
			for line in one_line_each(_kept(element), self._profile.columns):
				if self._is_carried(line):
					self._text(self._printable(line))
				else:
					self._draw(line)

	def _is_carried(self, element: Element) -> bool:
		"""Whether the printer's code pages have all of its characters, or a spelling of them."""
		return not any(self._pages.printable(text)[1] for text in _texts(element))

	def _draw(self, line: Element) -> None:
		"""One line as a picture: the lines around it stay text, which prints faster and sharper."""
		pen = Pen(self._profile.dots, _is_bold(line), isinstance(line, Text) and line.large)
		if isinstance(line, Row):
			drawing = draw_row(line.left, line.right, pen)
		else:
			drawing = draw_text(*_aligned(line), pen)
		self._count_line()
		self._replaced += len(drawing.missing)
		self._missing.update(drawing.missing)
		self.picture(drawing.picture)

	def picture(self, picture: Picture) -> None:
		self._style("left")
		self._out._raw(raster_command(picture))

	def _printable(self, element: Element) -> Element:
		"""The element in characters that the printer has, so that it can be laid out one to a column."""
		if isinstance(element, Text):
			return Text(self._carried(element.text), element.align, element.bold, element.large)
		if isinstance(element, Row):
			return Row(self._carried(element.left), self._carried(element.right), element.bold)
		return element

	def _carried(self, text: str) -> str:
		carried, replaced = self._pages.printable(text)
		self._replaced += replaced
		return carried

	def _text(self, element: Element) -> None:
		align = element.align if isinstance(element, Text) else "left"
		bold = _is_bold(element)
		large = isinstance(element, Text) and element.large
		self._style(align, bold, large)
		for line in element_lines(element, self._profile.columns):
			self._count_line()
			self._characters(line if align == "left" else line.strip())
			self._out._raw(b"\n")

	def _count_line(self) -> None:
		self._lines += 1
		if self._lines > MAX_LINES:
			raise Rejected(
				f"The receipt is longer than {MAX_LINES} lines: print it in parts.", code="receipt_too_long"
			)

	def _characters(self, line: str) -> None:
		for run in self._pages.runs(line, self._page):
			if run.page != self._page:
				self._page = run.page
				self._out._raw(_SELECT_PAGE + bytes((run.page,)))
			self._out._raw(run.data)

	def _style(self, align: str, bold: bool = False, large: bool = False) -> None:
		if large != self._large:
			# The library sends ESC ! 0 first, which ends bold as well.
			self._out.set(normal_textsize=not large, double_width=large, double_height=large)
			self._bold = False
		if bold != self._bold:
			self._out.set(bold=bold)
		if align != self._align:
			self._out.set(align=align)
		self._align, self._bold, self._large = align, bold, large

	def _code(self, code: Code) -> None:
		data = clean(code.data)
		self._style("center")
		if code.symbology == "code128" and (width := _bar_width(data, self._profile)):
			self._out._hw_barcode(
				"{B" + data.replace("{", "{{"), "CODE128", _BAR_HEIGHT_DOTS, width, "OFF", align_ct=False
			)
		elif code.symbology == "qr" and 0 < len(data.encode()) <= MAX_QR_BYTES:
			size = next(size for longest, size in _QR_SIZES if len(data.encode()) <= longest)
			self._out.qr(data, ec=_ERROR_CORRECTION_M, size=size, native=True)
		else:
			self._replaced += 1
			self._text(Text(self._carried(f"[{data}]"), "center"))

	def _cut(self) -> None:
		self._style("left")
		self._out.print_and_feed(self._profile.feed_before_cut)
		if self._profile.cut != "none":
			self._out._raw(b"\x1dV\x00" if self._profile.cut == "full" else b"\x1dV\x01")


def _texts(element: Element) -> tuple[str, ...]:
	if isinstance(element, Text):
		return (element.text,)
	return (element.left, element.right) if isinstance(element, Row) else ()


def _kept(element: Element) -> Element:
	"""The element without characters that may not be drawn."""
	if isinstance(element, Text):
		return Text(clean_for_drawing(element.text), element.align, element.bold, element.large)
	if isinstance(element, Row):
		return Row(clean_for_drawing(element.left), clean_for_drawing(element.right), element.bold)
	return element


def _is_bold(element: Element) -> bool:
	return isinstance(element, Text | Row) and element.bold


def _aligned(element: Element) -> tuple[str, str]:
	return (element.text, element.align) if isinstance(element, Text) else ("", "left")


def _bar_width(data: str, profile: PrinterProfile) -> int:
	"""Dots per module of a CODE128 that fits on the paper, 0 where none does or a character has no bars."""
	if not 0 < len(data) <= MAX_CODE128_CHARACTERS or not data.isascii():
		return 0
	modules = 11 * len(data) + _CODE128_OVERHEAD
	return next((width for width in _BAR_WIDTHS if modules * width <= profile.dots), 0)


def _load(cache: Path) -> Callable[[], Any]:
	"""Import python-escpos 3.1 without what its import does: it leaves a temporary folder behind, takes over
	the root logger, and parses for 0.4 s unless its pickle is kept, which nobody else may write."""
	handlers, temporary = logging.root.handlers[:], tempfile.tempdir
	os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = str(cache)
	with tempfile.TemporaryDirectory(dir=cache) as scratch:
		tempfile.tempdir = scratch
		try:
			from escpos.printer import Dummy
		finally:
			tempfile.tempdir = temporary
			logging.root.handlers[:] = handlers
	dummy: Callable[[], Any] = Dummy
	return dummy


def _keep_private(cache: Path) -> None:
	cache.mkdir(mode=0o700, parents=True, exist_ok=True)
	found = cache.stat()
	if os.name == "posix" and (found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077):
		raise Retryable(
			f"Others may use {cache}, and programs are loaded from it: delete the folder.",
			code="cache_not_private",
		)
