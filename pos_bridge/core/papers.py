"""Papers beside the receipt, as the same kind of document: what to pick for an order, and a label for goods.

It computes nothing: quantities and prices come as the texts that are to stand there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_bridge.core.receipt import Code, Element, Mark, ReceiptDocument, Row, Text

PICK_LABELS = {"pick": "PICK LIST", "for": "For", "until": "Until", "lines": "Lines"}
"""The words of a pick list in English."""


@dataclass(frozen=True, slots=True)
class PickLine:
	"""What to fetch: how many, from which shelf; `code` is what a scanner reads on it."""

	name: str
	quantity: str
	shelf: str = ""
	code: str = ""


def pick_list(
	number: str,
	customer: str,
	until: str,
	lines: Sequence[PickLine],
	columns: int = 42,
	labels: dict[str, str] = PICK_LABELS,
) -> ReceiptDocument:
	"""A pick list for one order, in the order of its lines; `number` is scanned when it is handed out."""
	elements: list[Element] = [
		Text(labels["pick"], "center", bold=True, large=True),
		Text(number, "center", bold=True),
		Row(labels["for"], customer),
		*([Row(labels["until"], until)] if until else []),
		Mark("rule"),
	]
	for line in lines:
		elements.append(Row(f"[ ] {line.name}", line.quantity, bold=True))
		where = ", ".join(filter(None, (line.shelf, line.code)))
		elements += [Text(f"    {where}")] if where else []
	elements += [Mark("rule"), Row(labels["lines"], str(len(lines)))]
	return ReceiptDocument(columns, (*elements, Code("code128", number), Mark("buzz"), Mark("cut")))


def shelf_label(name: str, price: str, code: str, unit_price: str = "", columns: int = 32) -> ReceiptDocument:
	"""A label for goods: name, price in large letters, what a unit costs, and the code."""
	elements: tuple[Element, ...] = (
		Text(name, bold=True),
		Text(price, "right", bold=True, large=True),
		*((Text(unit_price, "right"),) if unit_price else ()),
		*((Code("code128", code), Text(code, "center")) if code else ()),
		Mark("cut"),
	)
	return ReceiptDocument(columns, elements)
