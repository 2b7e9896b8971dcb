"""What is on the paper of a receipt printer, as values: styled text, drawn codes, cuts. It never prints."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from pos_bridge.agent.devices.virtual.codes import qr_rows

Alignment = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Style:
	"""How characters look; `width` and `height` are factors from 1 to 8."""

	bold: bool = False
	underline: bool = False
	inverse: bool = False
	width: int = 1
	height: int = 1


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Styled:
	"""Neighbouring characters of one style."""

	text: str
	style: Style = PLAIN


@dataclass(frozen=True, slots=True)
class TextLine:
	"""One printed line."""

	align: Alignment
	runs: tuple[Styled, ...]

	@property
	def text(self) -> str:
		return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Bars:
	"""A bar code: `modules` of 1 and 0, each `module_dots` wide."""

	align: Alignment
	symbology: str
	text: str
	modules: str
	module_dots: int
	height_dots: int
	text_below: bool


@dataclass(frozen=True, slots=True)
class QrCode:
	"""A QR code of `level` L, M, Q or H, each module `module_dots` wide."""

	align: Alignment
	text: str
	level: str
	module_dots: int


@dataclass(frozen=True, slots=True)
class Bitmap:
	"""A picture from the left edge: `rows` of 1 (black) and 0, one digit per dot."""

	rows: tuple[str, ...]

	@property
	def text(self) -> str:
		return ""


Mark = TextLine | Bars | QrCode | Bitmap


@dataclass(frozen=True, slots=True)
class Slip:
	"""A piece of paper. `cut` is None while it still hangs in the printer."""

	number: int
	marks: tuple[Mark, ...] = ()
	cut: Literal["full", "partial"] | None = None
	printed_at: str = ""

	@property
	def texts(self) -> Sequence[str]:
		return [mark.text for mark in self.marks]

	def stamped(self, printed_at: str) -> "Slip":
		return self if self.printed_at else replace(self, printed_at=printed_at)


def slip_to_body(slip: Slip) -> Mapping[str, Any]:
	"""The slip as JSON for a page that draws it."""
	marks = [_mark_to_body(mark) for mark in slip.marks]
	return {"number": slip.number, "cut": slip.cut or "", "printed_at": slip.printed_at, "marks": marks}


def _mark_to_body(mark: Mark) -> Mapping[str, Any]:
	if isinstance(mark, TextLine):
		return {"type": "text", "align": mark.align, "runs": [_run_to_body(run) for run in mark.runs]}
	if isinstance(mark, Bars):
		return {"type": "bars", **asdict(mark)}
	if isinstance(mark, Bitmap):
		return {"type": "bitmap", "align": "left", "rows": mark.rows}
	return {"type": "qr", **asdict(mark), "rows": qr_rows(mark.text, mark.level)}


def _run_to_body(run: Styled) -> Mapping[str, Any]:
	return {"text": run.text, **asdict(run.style)}
