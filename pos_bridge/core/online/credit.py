"""What of each refund needs a credit note: the shop gave it back, and the order's total does not show it.

It never looks at a document; what it says of an order changes when the order does.
"""

from pos_bridge.core.online.order import Order, Refund


def credits_of(order: Order) -> tuple[tuple[Refund, int], ...]:
	"""Each refund with the part of it, in minor units, beside the total; they add up to `credited_minor`.

	A refund for pieces that were taken off the order is within the total, and bears what is left over only.
	"""
	reduced = {line.id: line.ordered - line.quantity for line in order.lines}
	beside: list[Refund] = []
	within: list[Refund] = []
	for refund in order.refunds:
		(within if _takes(refund, reduced) else beside).append(refund)
	left = order.credited_minor
	parts: dict[str, int] = {}
	for refund in (*beside, *within):
		parts[refund.id] = min(left, refund.total_minor)
		left -= parts[refund.id]
	return tuple((refund, parts[refund.id]) for refund in order.refunds)


def _takes(refund: Refund, reduced: dict[str, int]) -> bool:
	"""Whether all its pieces were taken off the order; then no other refund can be for them."""
	wanted: dict[str, int] = {}
	for line in refund.lines:
		wanted[line.line] = wanted.get(line.line, 0) + line.quantity
	if not wanted or any(wanted[each] > reduced.get(each, 0) for each in wanted):
		return False
	for taken, quantity in wanted.items():
		reduced[taken] -= quantity
	return True
