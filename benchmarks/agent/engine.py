"""Figures of pure work in Python: a cart's totals, a receipt's bytes."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.cart import draft_of
from benchmarks.figure import Figure
from pos_bridge.agent.devices.escpos import Encoder
from pos_bridge.agent.devices.profile import GENERIC_80MM
from pos_bridge.core.receipt import Mark, ReceiptDocument, Row, layout_lines
from pos_bridge.core.sale import compute

CART_LINES = 50
RECEIPT_LINES = 40
ROUNDS = 1_000
WARM_UP = 100

Pairs = list[tuple[float, float]]


def by_turns(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[list[float], list[float]]:
	"""Milliseconds of both, one after the other, without the warm-up."""
	pairs = [(_timed(ours), _timed(floor)) for _ in range(WARM_UP + ROUNDS)][WARM_UP:]
	return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _timed(work: Callable[[], object]) -> float:
	start = time.perf_counter()
	work()
	return (time.perf_counter() - start) * 1_000


def cart() -> list[Figure]:
	draft = draft_of(CART_LINES)
	ours, floor = by_turns(
		lambda: compute(draft), lambda: sum(line.price_minor * line.quantity for line in draft.lines)
	)
	how = (
		f"The totals of a cart of {CART_LINES} lines with discounts and two taxes, called directly in "
		f"Python; {WARM_UP} warm-up rounds left out. Floor: the sum of prices times quantities, by turns."
	)
	return [Figure.p95("cart_compute_python_ms", ours, floor, how)]


def receipt() -> list[Figure]:
	document = _receipt()
	plain = "\n".join(layout_lines(document, GENERIC_80MM.columns)) + "\n"
	with tempfile.TemporaryDirectory(prefix="pos-bridge-printer-") as folder:
		encoder = Encoder(Path(folder))
		# The encoder names its cache in the environment, which later programs must not inherit.
		del os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"]
		from escpos.printer import Dummy

		ours, floor = by_turns(lambda: encoder.receipt(document, GENERIC_80MM), lambda: Dummy().text(plain))
	how = (
		f"A receipt of {RECEIPT_LINES} rows with a name, an amount and some accents, from the document to "
		f"the printer's bytes; {WARM_UP} warm-up rounds left out. Floor: python-escpos' Dummy with the same "
		"lines as one plain text, by turns."
	)
	return [Figure.p95("receipt_encode_ms", ours, floor, how)]


def _receipt() -> ReceiptDocument:
	names = ("Espresso", "Crème brûlée", "Käsebrötchen", "Coffee beans, 1 kg")
	rows = [Row(names[number % 4], f"{number}.{number:02d}") for number in range(RECEIPT_LINES)]
	return ReceiptDocument(GENERIC_80MM.columns, (*rows, Mark("cut")))
