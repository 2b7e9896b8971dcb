"""What of an order is billed and credited, and what of it should be, in shares that add up to it exactly.

Revenue is billed when goods leave. A refund credits what was billed; what was not billed yet it only makes
smaller. It never looks at a document, only at the figures that documents were made with.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pos_bridge.core.money import allocate
from pos_bridge.core.online.credit import credits_of
from pos_bridge.core.online.figures import (
	UNNAMED_TAX,
	Amount,
	Figures,
	Row,
	amount_of,
	charges_of,
	sum_of,
)
from pos_bridge.core.online.order import Fulfilment, Moved, Order, OrderLine, Refund, Return

ADJUSTMENT = "adjustment"
"""Id of what a refund gives back for no line and no charge; no shop states a tax in it."""
MAX_SUBSETS = 4_096
_NOTHING = Row(0, Amount())


@dataclass(frozen=True, slots=True)
class Billing:
	"""Figures of an order's invoices, of corrections to them, and of the credit notes for refunds.

	`refunds` are those beside the total that are not all credited yet.
	"""

	order: Order
	invoiced: Figures
	credited: Figures = field(default_factory=Figures)
	refunds: tuple[Refund, ...] = ()

	@property
	def total_minor(self) -> int:
		"""What is billed, less credits."""
		return self.invoiced.total_minor - self.credited.total_minor

	@property
	def excess_minor(self) -> int:
		"""What is billed above what the shop will have been paid in the end."""
		return self.total_minor - (self.order.total_minor - self.order.credited_minor)

	@property
	def is_empty(self) -> bool:
		"""Nothing of it is billed, or all was taken back."""
		rows, charges = self.invoiced.rows.values(), self.invoiced.charges.values()
		return not any(row != _NOTHING for row in rows) and not any(each != Amount() for each in charges)

	@property
	def is_complete(self) -> bool:
		"""Every line is billed, or was refunded before it left."""
		lines = [line for line in self.order.lines if line.quantity]
		left = [
			line.quantity - self._billed(line).quantity - self._never_left(line).quantity for line in lines
		]
		return not self.is_empty and all(quantity <= 0 for quantity in left)

	def _billed(self, line: OrderLine) -> Row:
		return self.invoiced.rows.get(line.id, _NOTHING)

	def _never_left(self, line: OrderLine) -> Row:
		"""What of a line was refunded and neither left nor is on its way: it is never billed."""
		parts = [each for refund in self.refunds for each in refund.lines if each.line == line.id]
		refunded = sum(each.quantity for each in parts)
		unsent = min(refunded, max(0, line.quantity - moved_of(self.order.fulfilments).get(line.id, 0)))
		if unsent <= 0:
			return _NOTHING
		amounts = (_taxed(line, each.net_minor, each.tax_minor) for each in parts)
		return Row(unsent, sum_of(amounts).share(unsent, refunded))

	def of_delivery(self, lines: Iterable[Moved]) -> Figures:
		"""What a delivery is billed with: its share of what is left, and all charges with the first one."""
		wanted = moved_in(lines)
		rows: dict[str, Row] = {}
		for line in self.order.lines:
			billed, unsent = self._billed(line), self._never_left(line)
			left = line.quantity - billed.quantity - unsent.quantity
			quantity = min(wanted.get(line.id, 0), left)
			if quantity > 0:
				rest = amount_of(line).less(billed.amount).less(unsent.amount)
				rows[line.id] = Row(quantity, rest.share(quantity, left))
		return Figures(rows, charges_of(self.order) if self.is_empty else {}) if rows else Figures()

	def corrections(self) -> tuple[Figures, Figures]:
		"""What was billed and the order no longer has, and what it has more now of what is billed."""
		less, more = Figures(), Figures()
		if self.is_empty:
			return less, more
		for line, row, off in self._changed_lines():
			if off.total_minor < 0:
				less = less.plus(Figures({line: Row(max(0, -row.quantity), off.negated())}))
			else:
				more = more.plus(Figures({line: Row(0, off)}))
		now = charges_of(self.order)
		for charge in dict.fromkeys((*self.invoiced.charges, *now)):
			off = now.get(charge, Amount()).less(self.invoiced.charges.get(charge, Amount()))
			if off != Amount():
				less, more = _with_charge(less, more, charge, off)
		return less, more

	def _changed_lines(self) -> Iterable[tuple[str, Row, Amount]]:
		now = {line.id: line for line in self.order.lines}
		for id, billed in self.invoiced.rows.items():
			line = now.get(id)
			quantity, amount = (line.quantity, amount_of(line)) if line else (0, Amount())
			if billed.quantity < quantity and billed.amount.net_minor > amount.net_minor:
				amount, quantity = amount.share(billed.quantity, quantity), billed.quantity
			if billed.quantity >= quantity and billed != _NOTHING:
				off = amount.less(billed.amount)
				if off != Amount():
					yield id, Row(quantity - billed.quantity, Amount()), off

	def most_of(self, figures: Figures) -> Figures:
		"""Of an invoice that is undone: what of it is still billed."""
		rows: dict[str, Row] = {}
		for line, row in figures.rows.items():
			billed = self.invoiced.rows.get(line, _NOTHING)
			whole = billed.quantity <= row.quantity
			rows[line] = billed if whole else row
		charges = {each: self.invoiced.charges.get(each, Amount()) for each in figures.charges}
		return Figures(
			{line: row for line, row in rows.items() if row != _NOTHING},
			{charge: amount for charge, amount in charges.items() if amount != Amount()},
		)

	def of_refund(self, refund: Refund, noted_minor: int, is_done: bool) -> Figures:
		"""A refund's credit note: due once what it is for was billed, or came back; else none yet.

		`noted_minor` of it is credited already. `is_done`: nothing more will leave, so what is billed too
		much is credited, be it a part of the refund.
		"""
		excess = min(self.excess_minor, self.total_minor)
		if not noted_minor and (refund.total_minor <= excess or self._came_back(refund)):
			return self._refunded(refund)
		if (is_done or noted_minor) and excess > 0:
			return Figures(charges={ADJUSTMENT: Amount(min(excess, refund.total_minor - noted_minor))})
		return Figures()

	def _came_back(self, refund: Refund) -> bool:
		returned = moved_of(self.order.returns)
		wanted = moved_in(Moved(each.line, each.quantity) for each in refund.lines)
		credited = self.credited.rows
		covered = all(
			returned.get(line, 0) >= quantity + credited.get(line, _NOTHING).quantity
			for line, quantity in wanted.items()
		)
		return bool(wanted) and covered and refund.total_minor <= self.total_minor

	def _refunded(self, refund: Refund) -> Figures:
		lines = {line.id: line for line in self.order.lines}
		found = Figures()
		for each in refund.lines:
			amount = _taxed(lines.get(each.line), each.net_minor, each.tax_minor)
			found = found.plus(Figures({each.line: Row(each.quantity, amount)}))
		for charge in refund.charges:
			found = found.plus(Figures(charges={charge.id: amount_of(charge)}))
		if refund.adjustment_minor:
			found = found.plus(Figures(charges={ADJUSTMENT: Amount(refund.adjustment_minor)}))
		return found


def _with_charge(less: Figures, more: Figures, charge: str, off: Amount) -> tuple[Figures, Figures]:
	if off.total_minor < 0:
		return less.plus(Figures(charges={charge: off.negated()})), more
	return less, more.plus(Figures(charges={charge: off}))


def _taxed(line: OrderLine | None, net_minor: int, tax_minor: int) -> Amount:
	"""A refund states one figure of tax: it is split as the line's own taxes are."""
	taxes = amount_of(line).taxes if line else {}
	if not tax_minor:
		return Amount(net_minor)
	if len(taxes) < 2:
		return Amount(net_minor, {next(iter(taxes), UNNAMED_TAX): tax_minor})
	parts = allocate(tax_minor, [abs(minor) for minor in taxes.values()])
	return Amount(net_minor, {key: part for key, part in zip(taxes, parts, strict=True) if part})


def moved_in(lines: Iterable[Moved]) -> dict[str, int]:
	"""Quantities by line."""
	sums: dict[str, int] = {}
	for each in lines:
		sums[each.line] = sums.get(each.line, 0) + each.quantity
	return sums


def moved_of(happened: Iterable[Fulfilment | Return]) -> dict[str, int]:
	"""Quantities by line of all that was not undone."""
	standing = (each for each in happened if not (isinstance(each, Fulfilment) and each.cancelled_at))
	return moved_in(moved for each in standing for moved in each.lines)


def beside_the_total(order: Order, noted: Mapping[str, int]) -> tuple[Refund, ...]:
	"""The refunds that the total was not lowered by, together `credited_minor`, and are not all credited yet.

	`noted` is what a refund's credit notes come to: those with some are of them. Of the others, whole refunds
	that come to the rest if there are such; else those that `credits_of` shares it out to.
	"""
	begun = [each for each in order.refunds if noted.get(each.id)]
	parts = {refund.id: part for refund, part in credits_of(order)}
	others = [each for each in order.refunds if not noted.get(each.id)]
	others.sort(key=lambda each: (not parts[each.id], each.occurred_at, each.id))
	left = order.credited_minor - sum(each.total_minor for each in begun)
	chosen = [others[index] for index in _coming_to([each.total_minor for each in others], left)]
	if sum(each.total_minor for each in chosen) < left:
		chosen = [each for each in others if parts[each.id]]
	return (*(each for each in begun if noted[each.id] < each.total_minor), *chosen)


def _coming_to(values: Sequence[int], total: int) -> tuple[int, ...]:
	"""Indices of the first values found that come to `total`; where none do, as many as stay within it."""
	reached: dict[int, tuple[int, ...]] = {0: ()}
	for index, value in enumerate(values):
		for before, chosen in list(reached.items()):
			if before + value <= total and len(reached) < MAX_SUBSETS:
				reached.setdefault(before + value, (*chosen, index))
	return reached[max(reached)] if total > 0 else ()
