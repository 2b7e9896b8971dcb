"""Turns the same receipt document into ZPL II, the language of Zebra's label printers and many others.

Written from Zebra's programming guide. No field of a document becomes a command: `^` and `~` travel as hex.
"""

from collections.abc import Iterator

from pos_bridge.agent.devices.profile import PrinterProfile
from pos_bridge.agent.devices.text import clean_for_drawing
from pos_bridge.core.errors import Rejected
from pos_bridge.core.receipt import Code, Element, Mark, ReceiptDocument, Row, Text, wrap

LINE_DOTS = 32
MAX_LABEL_DOTS = 4_000
"""Half a metre at 203 dots an inch."""
_BAR_DOTS = 80
_QR_DOTS = 5
_QR_ROWS = 200


def label(document: ReceiptDocument, profile: PrinterProfile) -> bytes:
	"""The document as labels, one for each cut; text in UTF-8, drawn with the printer's own font.

	Raises Rejected for a label that is longer than MAX_LABEL_DOTS.
	"""
	return b"".join(_label(elements, profile) for elements in _cut(document))


def _cut(document: ReceiptDocument) -> Iterator[list[Element]]:
	elements: list[Element] = []
	for element in (*document.elements, Mark("cut")):
		if element != Mark("cut"):
			elements.append(element)
		elif elements:
			yield elements
			elements = []


def _label(elements: list[Element], profile: PrinterProfile) -> bytes:
	fields, top = [], 0
	for element in elements:
		for height, field in _fields(element, profile, top):
			fields.append(field)
			top += height
	if top > MAX_LABEL_DOTS:
		raise Rejected("The label is longer than half a metre: print it in parts.", code="label_too_long")
	head = f"^XA^CI28^PW{profile.dots}^LL{max(top, LINE_DOTS)}"
	return "".join((head, *fields, "^XZ\n")).encode()


def _fields(element: Element, profile: PrinterProfile, top: int) -> Iterator[tuple[int, str]]:
	"""The height of each line, and its command."""
	if isinstance(element, Text):
		size = 2 * LINE_DOTS if element.large else LINE_DOTS
		width = profile.columns // (2 if element.large else 1)
		for line in wrap(clean_for_drawing(element.text), width):
			yield size, _text(line.strip(), element.align, top, size, profile)
			top += size
	elif isinstance(element, Row):
		right = _text(clean_for_drawing(element.right), "right", top, LINE_DOTS, profile)
		left = clean_for_drawing(element.left)[: profile.columns - len(element.right) - 1]
		yield LINE_DOTS, _text(left, "left", top, LINE_DOTS, profile) + right
	elif isinstance(element, Code):
		yield _code(element, top)
	elif element.mark == "rule":
		yield LINE_DOTS, f"^FO0,{top + LINE_DOTS // 2}^GB{profile.dots},2,2^FS"
	elif element.mark == "space":
		yield LINE_DOTS, ""


def _text(text: str, align: str, top: int, size: int, profile: PrinterProfile) -> str:
	place = {"left": "L", "center": "C", "right": "R"}[align]
	glyph = size * 3 // 4
	return f"^FO0,{top}^A0N,{glyph},{glyph}^FB{profile.dots},1,0,{place}^FH_^FD{_data(text)}^FS"


def _code(code: Code, top: int) -> tuple[int, str]:
	data = clean_for_drawing(code.data)
	if code.symbology == "qr":
		return _QR_ROWS, f"^FO8,{top}^BQN,2,{_QR_DOTS}^FH_^FDMA,{_data(data)}^FS"
	return _BAR_DOTS + LINE_DOTS, f"^FO8,{top}^BY2^BCN,{_BAR_DOTS},N,N,N^FH_^FD{_data(data)}^FS"


def _data(text: str) -> str:
	"""`^FH_` takes `_5E` for `^`: no command sign stands in a field, nor that of the escape itself."""
	return "".join(f"_{ord(sign):02X}" if sign in "^~_\\" else sign for sign in text)
