"""Where an integrator's own receipt layouts come in: functions that an installed package offers by name.

A layout gets the document as the till made it and returns another one. It never costs a receipt: what fails
in it is told with the job, and the till's own document prints.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points

from pos_bridge.core.errors import Rejected
from pos_bridge.core.receipt import ReceiptDocument, document_fields, read_document

GROUP = "pos_bridge.layouts"
"""The group of entry points; docs/devices.md shows one."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Printing:
	"""What a layout may know of the job: its id (`<entry>:receipt`), why it is printed, and on what."""

	job: str
	reason: str
	printer: str
	columns: int


Layout = Callable[[ReceiptDocument, Printing], ReceiptDocument]


def layout_names() -> list[str]:
	"""The layouts that installed packages offer."""
	return sorted({entry.name for entry in entry_points(group=GROUP)})


def load_layout(name: str) -> Layout | None:
	"""The layout of that name, None for "". `Rejected` if no installed package offers it."""
	if not name:
		return None
	for entry in entry_points(group=GROUP, name=name):
		layout: Layout = entry.load()
		return layout
	raise Rejected(f"No installed package offers the layout {name!r}.", code="unknown_layout")


def laid_out(
	layout: Layout | None, document: ReceiptDocument, printing: Printing
) -> tuple[ReceiptDocument, str]:
	"""The document as the layout wants it, checked like one from a page; and what went wrong, in words."""
	if layout is None:
		return document, ""
	try:
		return read_document(document_fields(layout(document, printing))), ""
	except Exception as error:  # noqa: BLE001 - a stranger's code: the receipt prints all the same
		_log.exception("The layout of printer %s failed", printing.printer)
		return document, f"Its layout failed ({error}), so it was printed without."
