"""The receipt as a document that no printer is known to yet: elements, and their layout in text columns.

It never makes a byte for a printer (`agent/devices/escpos.py` does) and never looks a locale up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Malformed
from pos_bridge.core.goods.tracked import serials_text
from pos_bridge.core.kinds.credit_number import masked
from pos_bridge.core.money import SCALE, format_decimal, format_minor
from pos_bridge.core.returns import return_from_body
from pos_bridge.core.sale import DraftLine, LineAmounts, Sale
from pos_bridge.core.sale_body import note_of, sale_from_body
from pos_bridge.core.tax import HUNDRED_PERCENT, Charge, TaxAmount, split_by_rate
from pos_bridge.core.tenders import Tender

MAX_ELEMENTS = 4000
MAX_TEXT = 500
MIN_COLUMNS, MAX_COLUMNS = 16, 96

LABELS: Mapping[str, str] = {
	**{"cashier": "Cashier", "total": "TOTAL", "tip": "Tip", "waived": "Waived", "change": "Change"},
	**{"subtotal": "Subtotal", "discount": "Discount", "rounding": "Rounding", "tax_on": "on"},
	**{"copy": "COPY", "return": "RETURN", "of_receipt": "of receipt", "check": "Check"},
	**{"training": "TRAINING", "not_a_receipt": "Not a receipt: nothing was sold"},
}
"""The words of a receipt in English; a page passes its own language's."""

_TRAINING = ("training_sale", "training_return")


@dataclass(frozen=True, slots=True)
class Text:
	"""A line of text; longer ones wrap. `large` is double width and height."""

	text: str
	align: str = "left"
	bold: bool = False
	large: bool = False


@dataclass(frozen=True, slots=True)
class Row:
	"""Text at the left and an amount at the right edge."""

	left: str
	right: str
	bold: bool = False


@dataclass(frozen=True, slots=True)
class Code:
	"""A bar code (`code128`) or a `qr` code."""

	symbology: str
	data: str


@dataclass(frozen=True, slots=True)
class Mark:
	"""A `rule` across the paper, a `space` of one line, a `cut`, or a `buzz` where the printer can."""

	mark: str


Element = Text | Row | Code | Mark


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
	"""What a printer, a screen or a mail shows; made for `columns`. `logo`: the printer's stands above."""

	columns: int
	elements: tuple[Element, ...]
	logo: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptHeader:
	"""What every receipt of a shop shows around the sale; `point` and `group` format amounts."""

	shop: str
	address: tuple[str, ...] = ()
	tax_id: str = ""
	footer: tuple[str, ...] = ()
	point: str = "."
	group: str = ""
	columns: int = 42


def receipt_of_sale(
	entry: Entry, hash: str, header: ReceiptHeader, labels: Mapping[str, str] = LABELS, copy: int = 0
) -> ReceiptDocument:
	"""The receipt of a recorded sale or return. `copy` counts reprints from 1; 0 is the original."""
	sale = sale_from_body(entry.body)
	elements = [
		*_head(entry, header, labels, copy),
		*_lines(sale, header, entry.body),
		*_payment(sale, header, labels),
		*_taxes(sale, header, labels, inclusive=True),
		*_credits(sale.tenders),
		Mark("space"),
		*(Text(line, "center") for line in header.footer),
		*_ending(entry, hash, labels),
		Mark("cut"),
	]
	return ReceiptDocument(header.columns, tuple(elements))


def _ending(entry: Entry, hash: str, labels: Mapping[str, str]) -> list[Element]:
	"""The number to be scanned; training has none, so that nobody takes it for a receipt's."""
	if entry.kind in _TRAINING:
		return _training_banner(labels)
	number = Text(f"{entry.receipt_number}  {labels['check']} {hash[:8]}", "center")
	return [Code("code128", entry.receipt_number), number]


def _training_banner(labels: Mapping[str, str]) -> list[Element]:
	return [_banner(labels["training"]), Text(labels["not_a_receipt"], "center")]


def _banner(words: str) -> Text:
	return Text(words, "center", bold=True, large=True)


def _head(entry: Entry, header: ReceiptHeader, labels: Mapping[str, str], copy: int) -> list[Element]:
	elements: list[Element] = [*_training_banner(labels), Mark("space")] if entry.kind in _TRAINING else []
	elements += [_banner(header.shop)]
	elements += [Text(line, "center") for line in (*header.address, header.tax_id) if line]
	elements += [Mark("space")]
	if entry.kind in ("return", "training_return"):
		elements += [*_return_heading(entry, labels), Mark("space")]
	if copy:
		elements += [_banner(f"{labels['copy']} {copy}"), Mark("space")]
	number = entry.receipt_number or str(entry.body.get("training_number", ""))
	elements.append(Row(number, entry.occurred_at[:16].replace("T", " ")))
	if entry.cashier:
		elements.append(Row(labels["cashier"], entry.cashier))
	return [*elements, Mark("rule")]


def _return_heading(entry: Entry, labels: Mapping[str, str]) -> list[Element]:
	heading: list[Element] = [_banner(labels["return"])]
	receipt = return_from_body(entry.body).against_receipt
	return [*heading, Text(f"{labels['of_receipt']} {receipt}", "center")] if receipt else heading


def _lines(sale: Sale, header: ReceiptHeader, body: Mapping[str, Any]) -> list[Element]:
	elements: list[Element] = []
	for line, amounts, fields in zip(sale.draft.lines, sale.totals.lines, body["lines"], strict=True):
		elements.append(Row(line.name, _amount(amounts.amount_minor, sale, header)))
		detail = _detail(line, amounts, sale, header)
		below = (detail, serials_text(line.serials), line.discount_reason, note_of(fields))
		elements += [Text(f"  {text}") for text in below if text]
	elements += [Text(note)] if (note := note_of(body)) else []
	return [*elements, Mark("rule")]


def _detail(line: DraftLine, amounts: LineAmounts, sale: Sale, header: ReceiptHeader) -> str:
	discounted = bool(line.discount_percent or line.unit_discount_minor)
	quantity = format_decimal(line.quantity).replace(".", header.point)
	own_unit = line.conversion == SCALE
	if quantity in ("1", "-1") and not discounted and own_unit:
		return ""
	unit = "" if line.unit == "Nos" else f" {line.unit}"
	detail = f"{quantity}{unit} x {_rate(amounts.rate_minor, sale, header)}"
	if not discounted:
		return detail
	percent = format_decimal(line.discount_percent).replace(".", header.point)
	less = f"{percent} %" if line.discount_percent else _rate(line.unit_discount_minor, sale, header)
	return f"{detail} ({_rate(_price(line), sale, header)} -{less})"


def _price(line: DraftLine) -> int:
	"""What the discount is taken off: a margin is part of the price that a customer sees."""
	margin = line.price_minor * line.margin_percent // HUNDRED_PERCENT
	return line.price_minor + line.unit_margin_minor + margin


def _payment(sale: Sale, header: ReceiptHeader, labels: Mapping[str, str]) -> list[Element]:
	total = f"{labels['total']} {sale.draft.currency}"
	elements = _above_the_total(sale, header, labels)
	elements.append(Row(total, _amount(sale.totals.total_minor, sale, header), bold=True))
	for label, amount_minor in (("tip", sale.tip_minor), ("waived", -sale.write_off_minor)):
		if amount_minor:
			elements.append(Row(labels[label], _amount(amount_minor, sale, header)))
	for tender in sale.tenders:
		elements.append(Row(tender.tender, _amount(tender.amount_minor, sale, header)))
		if below := _of_tender(tender, header):
			elements.append(Text(f"  {below}"))
	if sale.change_minor:
		elements.append(Row(labels["change"], _amount(sale.change_minor, sale, header), bold=True))
	return elements


def _of_tender(tender: Tender, header: ReceiptHeader) -> str:
	if foreign := tender.foreign:
		rate = format_decimal(foreign.rate).replace(".", header.point)
		handed = format_minor(foreign.amount_minor, foreign.currency_precision, header.point, header.group)
		return f"{foreign.currency} {handed} x {rate}"
	return masked(tender.credit) if tender.credit else ""


def _credits(tenders: Sequence[Tender]) -> list[Element]:
	"""What money went onto, with its whole number: this paper is how it is spent."""
	elements: list[Element] = []
	for tender in tenders:
		if tender.credit and tender.amount_minor < 0:
			elements += [Mark("space"), Text(tender.tender, "center", bold=True)]
			elements += [Code("code128", tender.credit), Text(tender.credit, "center")]
	return elements


def _above_the_total(sale: Sale, header: ReceiptHeader, labels: Mapping[str, str]) -> list[Element]:
	"""What has to be added to the lines so that they come to the total."""
	totals = sale.totals
	lines_minor = sum(amounts.amount_minor for amounts in totals.lines)
	rows: list[Element] = []
	if sale.draft.discount:
		rows.append(Row(_discount_label(sale, header, labels), _amount(-_off_prices(sale), sale, header)))
	rows += _taxes(sale, header, labels, inclusive=False)
	if totals.rounding_adjustment_minor:
		rows.append(Row(labels["rounding"], _amount(totals.rounding_adjustment_minor, sale, header)))
	return [Row(labels["subtotal"], _amount(lines_minor, sale, header)), *rows] if rows else []


def _off_prices(sale: Sale) -> int:
	"""What the ticket's discount takes off the prices as they stand on the lines.

	One on the grand total takes its part of the taxes on top, too, which are printed after it.
	"""
	totals = sale.totals
	on_top = sum(tax.amount_minor for tax in totals.taxes if not tax.tax.inclusive)
	prices = sum(amounts.amount_minor for amounts in totals.lines)
	return prices + on_top + totals.rounding_adjustment_minor - totals.total_minor


def _discount_label(sale: Sale, header: ReceiptHeader, labels: Mapping[str, str]) -> str:
	discount = sale.draft.discount
	assert discount
	label = discount.reason or labels["discount"]
	percent = format_decimal(discount.percent).replace(".", header.point)
	return f"{label} {percent} %" if discount.percent else label


def _taxes(sale: Sale, header: ReceiptHeader, labels: Mapping[str, str], *, inclusive: bool) -> list[Element]:
	"""Taxes on top stand above the total, included ones below it, a space apart."""
	rows: list[Element] = []
	for tax in sale.totals.taxes:
		if tax.tax.inclusive is not inclusive:
			continue
		for label, base_minor, amount_minor in tax_parts(tax, sale):
			on = "" if base_minor is None else f" {labels['tax_on']} {_amount(base_minor, sale, header)}"
			rows.append(Row(f"{label.replace('.', header.point)}{on}", _amount(amount_minor, sale, header)))
	return [Mark("space"), *rows] if rows and inclusive else rows


def tax_parts(tax: TaxAmount, sale: Sale) -> list[tuple[str, int | None, int]]:
	"""A row by its rates: label, net amount, tax. The parts add up to the row, which was rounded once.

	A row that is not a percentage of net amounts has one part, without a net amount.
	"""
	row = tax.tax
	if row.charge is not Charge.NET_TOTAL:
		return [(row.label, None, tax.amount_minor)]
	nets: dict[int, int] = {}
	for line, amounts in zip(sale.draft.lines, sale.totals.lines, strict=True):
		if row.tax in line.rates:
			rate = line.rates[row.tax]
			nets[rate] = nets.get(rate, 0) + amounts.net_minor
	split = split_by_rate(tax.amount_minor, nets)
	if not split:
		return [(row.label, tax.base_minor, tax.amount_minor)]
	return [(f"{row.label} {format_decimal(rate)} %", net, part) for rate, net, part in split]


def _amount(amount_minor: int, sale: Sale, header: ReceiptHeader) -> str:
	return format_minor(amount_minor, sale.draft.currency_precision, header.point, header.group)


def _rate(rate_minor: int, sale: Sale, header: ReceiptHeader) -> str:
	decimals = max(sale.draft.rate_decimals, sale.draft.currency_precision)
	spare = decimals - sale.draft.currency_precision
	while spare and rate_minor % 10 == 0:
		rate_minor, decimals, spare = rate_minor // 10, decimals - 1, spare - 1
	return format_minor(rate_minor, decimals, header.point, header.group)


def layout_lines(document: ReceiptDocument, columns: int = 0) -> list[str]:
	"""The document as lines of text, `columns` wide (its own width if 0). Codes stand as `[data]`."""
	width = columns or document.columns
	lines: list[str] = []
	for element in document.elements:
		lines += element_lines(element, width)
	return lines


def element_lines(element: Element, columns: int) -> list[str]:
	"""One element's lines. Large text is laid out in half the columns, for it is twice as wide."""
	if isinstance(element, Row):
		return _row_lines(element, columns)
	if isinstance(element, Text):
		width = columns // 2 if element.large else columns
		return [_aligned(line, element.align, width) for line in wrap(element.text, width)]
	if isinstance(element, Code):
		return [_aligned(f"[{element.data}]"[:columns], "center", columns)]
	return {"rule": ["-" * columns], "space": [""]}.get(element.mark, [])


def _row_lines(row: Row, columns: int) -> list[str]:
	right = row.right[: columns - 2]
	width = columns - len(right) - 1
	first, *more = wrap(row.left, width)
	return [f"{first.ljust(width)} {right}".rstrip(" "), *more]


def _aligned(line: str, align: str, width: int) -> str:
	if align == "right":
		return line.rjust(width)
	if align == "center":
		return " " * ((width - len(line)) // 2) + line
	return line


def wrap(text: str, width: int) -> list[str]:
	"""Break at blanks into lines of at most `width` characters; a longer word is cut. Never empty.

	Blanks at the start are an indent: every line of the text gets it.
	"""
	indent = text[: len(text) - len(text.lstrip(" "))][: width // 2]
	room = width - len(indent)
	lines = [""]
	for word in text.split(" "):
		for piece in [word[at : at + room] for at in range(0, len(word), room)]:
			joined = f"{lines[-1]} {piece}" if lines[-1] else piece
			if len(joined) <= room:
				lines[-1] = joined
			else:
				lines.append(piece)
	return [f"{indent}{line}".rstrip(" ") for line in lines]


def document_fields(document: ReceiptDocument) -> dict[str, Any]:
	"""The document as it travels (docs/protocol.md, "Receipt document")."""
	fields = {"columns": document.columns, "elements": [_element_fields(each) for each in document.elements]}
	return fields | ({"logo": True} if document.logo else {})


def _element_fields(element: Element) -> dict[str, Any]:
	if isinstance(element, Mark):
		return {"type": element.mark}
	if isinstance(element, Code):
		return {"type": element.symbology, "data": element.data}
	if isinstance(element, Row):
		bold = {"bold": True} if element.bold else {}
		return {"type": "row", "left": element.left, "right": element.right} | bold
	fields: dict[str, Any] = {"type": "text", "text": element.text}
	fields |= {"align": element.align} if element.align != "left" else {}
	fields |= {"bold": True} if element.bold else {}
	return fields | ({"large": True} if element.large else {})


def read_document(fields: object) -> ReceiptDocument:
	"""A document as a page sent it; `Malformed` names what is wrong with it."""
	if not isinstance(fields, Mapping) or not isinstance(fields.get("elements"), list):
		raise Malformed("A receipt document is an object with columns and a list of elements.")
	columns, elements = fields.get("columns"), fields["elements"]
	if not isinstance(columns, int) or not MIN_COLUMNS <= columns <= MAX_COLUMNS:
		raise Malformed(f"A receipt is {MIN_COLUMNS} to {MAX_COLUMNS} columns wide.")
	if len(elements) > MAX_ELEMENTS:
		raise Malformed(f"A receipt has at most {MAX_ELEMENTS} elements.")
	return ReceiptDocument(columns, tuple(map(_read_element, elements)), fields.get("logo") is True)


def _read_element(fields: object) -> Element:
	if not isinstance(fields, Mapping):
		raise Malformed("A receipt's element is an object.")
	kind = fields.get("type")
	if kind in ("rule", "space", "cut", "buzz"):
		return Mark(kind)
	if kind in ("code128", "qr"):
		return Code(kind, _read_text(fields, "data"))
	bold = fields.get("bold") is True
	if kind == "row":
		return Row(_read_text(fields, "left"), _read_text(fields, "right"), bold)
	align = fields.get("align", "left")
	if kind != "text" or align not in ("left", "center", "right"):
		raise Malformed(f"A receipt has no element {kind!r} aligned {align!r}.")
	return Text(_read_text(fields, "text"), align, bold, fields.get("large") is True)


def _read_text(fields: Mapping[str, Any], name: str) -> str:
	text = fields.get(name)
	if not isinstance(text, str) or len(text) > MAX_TEXT:
		raise Malformed(f"A receipt's {name} is missing or longer than {MAX_TEXT} characters.")
	return text
