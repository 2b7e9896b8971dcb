"""Goods that are told apart: the batch that they came from, and their serial numbers.

It never knows where one of them is; that is the company's matter.
"""

from collections.abc import Iterable, Sequence

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE

MAX_SERIALS = 1_000
MAX_TRACKED_NAME = 140
"""Characters of a batch's or a serial number."""


def tracked_fault(batch: str, serials: Sequence[str], stock_quantity: int) -> str:
	"""What is wrong with a line's batch or serial numbers, or nothing; the quantity is one of 10^-9."""
	if any(not 0 < len(name) <= MAX_TRACKED_NAME or name != name.strip() for name in serials):
		return "a serial number is empty, too long, or has blanks around it."
	if len(batch) > MAX_TRACKED_NAME or batch != batch.strip():
		return "the batch's number is too long, or has blanks around it."
	if len(serials) > MAX_SERIALS:
		return f"it has more than {MAX_SERIALS} serial numbers."
	if serials and abs(stock_quantity) != len(serials) * SCALE:
		return "it has not as many serial numbers as its quantity in stock units."
	return ""


def serials_text(serials: Sequence[str]) -> str:
	"""As a receipt shows them, for a warranty asks for them; "" without any."""
	return f"S/N {', '.join(serials)}" if serials else ""


def check_serials(serials_by_line: Iterable[tuple[str, Sequence[str]]]) -> None:
	"""`Rejected` if an item's serial number stands twice in one ticket; each line is item and serials."""
	seen: set[tuple[str, str]] = set()
	for item, serials in serials_by_line:
		for serial in serials:
			if (item, serial) in seen:
				raise Rejected(f"The serial number {serial} of {item} is on the ticket twice.")
			seen.add((item, serial))


def came_from(back: tuple[str, Sequence[str]], sold: tuple[str, Sequence[str]]) -> bool:
	"""Whether batch and serials that come back can be those sold; what one of both doesn't say, it may be."""
	batch, serials = back
	sold_batch, sold_serials = sold
	same_batch = not batch or not sold_batch or batch == sold_batch
	return same_batch and (not sold_serials or set(serials) <= set(sold_serials))
