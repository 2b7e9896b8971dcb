"""Whether an order adds up: what its parts come to beside what the shop states.

It never corrects an order. What is within the tolerance is rounding; what is beyond is for a person.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import MAX_MINOR, format_decimal, format_minor
from pos_bridge.core.online.order import Moved, Order, OrderCharge, OrderLine

MAX_ORDER_LINES = 500
MAX_FACTS = 500
"""Of each of payments, fulfilments, refunds and returns of one order."""
LEAST_TOLERANCE_MINOR = 5


@dataclass(frozen=True, slots=True)
class Difference:
	"""Two figures that should be equal. `of` is a line's, refund's or return's id, "" for the order.

	`what` is `total`, `tax`, `line_tax`, `refund_parts` (they come to more than the refund), `refunded` (more
	went back than came in), or in quantities of 10^-9 `fulfilled` and `returned` (more than there was).
	"""

	what: str
	stated: int
	found: int
	of: str = ""

	def words(self, precision: int) -> str:
		"""`total: the shop says 12.00, its parts come to 11.00` in a currency of that precision."""
		in_money = self.what not in ("fulfilled", "returned")
		stated, found = (
			format_minor(figure, precision) if in_money else format_decimal(figure)
			for figure in (self.stated, self.found)
		)
		where = f" of {self.of}" if self.of else ""
		return f"{self.what}{where}: the shop says {stated}, its parts come to {found}"


def tolerance_minor(order: Order) -> int:
	"""What rounding can explain: each part's net and tax may be half a unit off, and 5 in any case."""
	return max(LEAST_TOLERANCE_MINOR, len(order.lines) + len(order.charges))


def rounding_minor(order: Order) -> int:
	"""What the books need beside the parts to come to the shop's total, if it is within the tolerance."""
	return order.total_minor - order.parts_minor


def check_order(order: Order) -> tuple[Difference, ...]:
	"""All that does not add up, the total first; `Rejected` for an order that no books could hold."""
	_check_sizes(order)
	return (*_sums(order), *_refund_sums(order), *_quantities(order))


def _check_sizes(order: Order) -> None:
	if len(order.lines) > MAX_ORDER_LINES:
		raise Rejected(f"Order {order.number} has {len(order.lines)} lines; {MAX_ORDER_LINES} is the most.")
	facts = (order.payments, order.fulfilments, order.refunds, order.returns)
	if any(len(each) > MAX_FACTS for each in facts):
		raise Rejected(f"Order {order.number} has more than {MAX_FACTS} payments, shipments or refunds.")
	parts: tuple[OrderLine | OrderCharge, ...] = (*order.lines, *order.charges)
	amounts = [order.total_minor, order.tax_minor, *(part.net_minor for part in parts)]
	if any(abs(amount) > MAX_MINOR for amount in amounts):
		raise Rejected(f"Order {order.number} has an amount that is larger than books can hold.")
	ids = [line.id for line in order.lines]
	if len(set(ids)) != len(ids):
		raise Rejected(f"Order {order.number} has two lines of one id.")


def _sums(order: Order) -> Iterator[Difference]:
	tolerance = tolerance_minor(order)
	parts: tuple[OrderLine | OrderCharge, ...] = (*order.lines, *order.charges)
	tax = sum(part.tax_minor for part in parts)
	if abs(order.parts_minor - order.total_minor) > tolerance:
		yield Difference("total", order.total_minor, order.parts_minor)
	if abs(tax - order.tax_minor) > tolerance:
		yield Difference("tax", order.tax_minor, tax)
	for part in parts:
		named = sum(each.amount_minor for each in part.taxes)
		if part.taxes and abs(named - part.tax_minor) > LEAST_TOLERANCE_MINOR:
			yield Difference("line_tax", part.tax_minor, named, part.id)


def _refund_sums(order: Order) -> Iterator[Difference]:
	for refund in order.refunds:
		if refund.adjustment_minor < -LEAST_TOLERANCE_MINOR:
			named = refund.total_minor - refund.adjustment_minor
			yield Difference("refund_parts", refund.total_minor, named, refund.id)
	if order.refunded_minor > order.captured_minor > 0:
		yield Difference("refunded", order.captured_minor, order.refunded_minor)


def _quantities(order: Order) -> Iterator[Difference]:
	most = {line.id: max(line.ordered, line.quantity) for line in order.lines}
	fulfilled = _moved(each.lines for each in order.fulfilments if not each.cancelled_at)
	returned = _moved(each.lines for each in order.returns)
	for line, quantity in fulfilled.items():
		if quantity > most.get(line, 0):
			yield Difference("fulfilled", most.get(line, 0), quantity, line)
	for line, quantity in returned.items():
		if quantity > fulfilled.get(line, 0):
			yield Difference("returned", fulfilled.get(line, 0), quantity, line)


def _moved(lists: Iterable[tuple[Moved, ...]]) -> dict[str, int]:
	sums: dict[str, int] = {}
	for moved in (each for lines in lists for each in lines):
		sums[moved.line] = sums.get(moved.line, 0) + moved.quantity
	return sums
