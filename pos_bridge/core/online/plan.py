"""Which documents an order still needs, in which order: plan(fold(entries), documents that exist).

It never looks at the order in which facts came: whatever prefix of the documents exists, the rest follows.
It makes no document, and knows none of ERPNext's rules.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pos_bridge.core.online.billing import Billing, beside_the_total, moved_in, moved_of
from pos_bridge.core.online.facts import FactKind, Folded, fact_id
from pos_bridge.core.online.figures import Amount, Figures, Row, amount_of, charges_of
from pos_bridge.core.online.order import Moved, Order, OrderCharge, Payment, Return

StepKind = Literal[
	"order",
	"change",
	"reopen",
	"payment",
	"delivery",
	"invoice",
	"return",
	"correction",
	"credit",
	"payout",
	"close",
]
"""Sales Order and what changes it, Payment Entry in, Delivery Note, Sales Invoice, goods that came back,
credit notes for what was billed and is not ordered any more, and for refunds, Payment Entry out."""


@dataclass(frozen=True, slots=True)
class Made:
	"""A document that exists, with the figures it was made with (of goods: quantities alone)."""

	kind: StepKind
	figures: Figures = field(default_factory=Figures)
	against: str = ""


@dataclass(frozen=True, slots=True)
class Step:
	"""A document to be made. `key` is `channel:kind:order/id`, unique in all books; `entry` the fact's id.

	Figures are above zero in credit notes and returns too. `against` is the key of the document that it
	continues: the delivery that is billed or comes back, the invoice that is credited. `charges` are the ones
	that its figures name.
	"""

	kind: StepKind
	key: str
	entry: str
	occurred_at: str
	figures: Figures = field(default_factory=Figures)
	against: str = ""
	location: str = ""
	payment: Payment | None = None
	charges: tuple[OrderCharge, ...] = ()

	@property
	def made(self) -> Made:
		return Made(self.kind, self.figures, self.against)


def plan(folded: Folded, made: Mapping[str, Made]) -> tuple[Step, ...]:
	"""The steps that are missing: none before a snapshot is there, nor while the shop waits for money.

	`made` are documents by key, in the order in which they were made.
	"""
	order = folded.order
	if order is None:
		return ()
	waits = order.state == "pending" and not order.captured_minor and not order.fulfilments
	return () if waits and not made else tuple(_Planner(folded, order, made).steps())


def due_minor(folded: Folded, made: Mapping[str, Made]) -> tuple[int, int] | None:
	"""What the shop says an order came to, and what is billed of it less credits, once nothing is open.

	None while something is still to leave or to be credited, when the two may differ.
	"""
	order = folded.order
	if order is None or order.state != "closed":
		return None
	billing = _Planner(folded, order, made).billing
	if not billing.is_complete:
		return None
	return order.total_minor - order.credited_minor, billing.total_minor


class _Planner:
	"""Walks through an order once; what it plans counts as made for what comes after."""

	def __init__(self, folded: Folded, order: Order, made: Mapping[str, Made]) -> None:
		self._folded = folded
		self._order = order
		self._made = dict(made)
		self._left = moved_of(order.fulfilments)
		revision = f"{order.id}:{folded.revision}:{folded.digest}"
		self._snapshot = self._fact("online_order", revision)
		self._order_key = self._key("order", order.id)

	def steps(self) -> Iterator[Step]:
		for part in (
			self._sales_order,
			self._payments,
			self._deliveries,
			self._undone,
			self._edits,
			self._returns,
			self._credits,
			self._payouts,
			self._closing,
		):
			for step in part():
				if step.key not in self._made:
					self._made[step.key] = step.made
					yield step

	def _key(self, kind: str, id: str) -> str:
		return f"{self._folded.channel}:{kind}:{self._order.id}/{id}"

	def _fact(self, kind: FactKind, key: str) -> str:
		return fact_id(self._folded.channel, kind, f"{self._order.id}/{key}")

	def _figures_of(self, kinds: Iterable[StepKind]) -> Figures:
		figures = Figures()
		for each in self._made.values():
			figures = figures.plus(each.figures) if each.kind in kinds else figures
		return figures

	def _count(self, kind: StepKind) -> int:
		return sum(each.kind == kind for each in self._made.values())

	@property
	def billing(self) -> Billing:
		invoiced = self._figures_of(["invoice"]).plus(self._figures_of(["correction"]).negated())
		noted = {each.id: self._noted(each.id)[1] for each in self._order.refunds}
		refunds = beside_the_total(self._order, noted)
		return Billing(self._order, invoiced, self._figures_of(["credit"]), refunds)

	def _sales_order(self) -> Iterator[Step]:
		order = self._order
		found = [each for each in self._made.values() if each.kind in ("order", "change")]
		figures = self._ordered(found[-1] if found else None)
		if not figures.rows:
			return
		if not found:
			if order.state != "cancelled" or order.fulfilments:
				yield self._of_snapshot("order", self._order_key, order.placed_at, figures)
			return
		if order.state in ("pending", "open") and self._is_closed:
			yield self._turn("reopen")
		if figures != found[-1].figures and order.state != "cancelled" and not self._is_closed:
			key = self._key("change", f"{self._folded.revision}:{self._count('change')}")
			yield self._of_snapshot("change", key, order.placed_at, figures, self._order_key)

	def _of_snapshot(self, kind: StepKind, key: str, at: str, figures: Figures, against: str = "") -> Step:
		order = self._order
		return Step(kind, key, self._snapshot, at, figures, against, order.pickup, charges=order.charges)

	def _ordered(self, before: Made | None) -> Figures:
		"""What the Sales Order should say: the snapshot, but no line smaller of which something has left."""
		rows: dict[str, Row] = {}
		for line in self._order.lines:
			quantity = max(line.quantity, self._left.get(line.id, 0))
			if quantity > 0:
				rows[line.id] = Row(quantity, amount_of(line))
		for line_id, row in before.figures.rows.items() if before else ():
			now = rows.get(line_id)
			if self._left.get(line_id, 0) > 0 and (now is None or _net(now) < _net(row)):
				rows[line_id] = row
		return Figures(rows, charges_of(self._order))

	def _payments(self) -> Iterator[Step]:
		for each in self._order.payments:
			if each.kind == "capture":
				yield self._payment(each, "payment")

	def _payouts(self) -> Iterator[Step]:
		"""Money can't go back before it came: shops note refunds of orders that nobody has paid."""
		left = self._order.captured_minor
		for each in self._order.payments:
			if each.kind != "refund":
				continue
			if each.currency == self._order.currency:
				left -= each.amount_minor
			if left >= 0:
				yield self._payment(each, "payout", self._key("credit", each.refund))

	def _payment(self, payment: Payment, kind: StepKind, against: str = "") -> Step:
		entry = self._fact("online_payment", f"{payment.id}:{payment.kind}")
		against = against if against in self._made else ""
		return Step(
			kind, self._key(kind, payment.id), entry, payment.occurred_at, against=against, payment=payment
		)

	def _deliveries(self) -> Iterator[Step]:
		for made in self._order.fulfilments:
			delivery, invoice = self._key("delivery", made.id), self._key("invoice", made.id)
			if made.cancelled_at and delivery not in self._made:
				continue
			entry, at = self._fact("online_fulfilment", made.id), made.occurred_at
			goods = _goods(moved_in(made.lines))
			yield Step("delivery", delivery, entry, at, goods, self._order_key, made.location)
			figures = Figures() if invoice in self._made else self.billing.of_delivery(made.lines)
			if figures.rows and not made.cancelled_at:
				yield Step("invoice", invoice, entry, at, figures, delivery, charges=self._order.charges)

	def _undone(self) -> Iterator[Step]:
		"""Fulfilments that were cancelled after they had been booked."""
		for made in self._order.fulfilments:
			delivery, invoice = self._key("delivery", made.id), self._key("invoice", made.id)
			if not made.cancelled_at or delivery not in self._made:
				continue
			entry, at = self._fact("online_fulfilment", f"{made.id}:cancelled"), made.cancelled_at
			goods = _goods(self._not_back(delivery))
			if goods.rows:
				key = self._key("return", f"cancelled:{made.id}")
				yield Step("return", key, entry, at, goods, delivery, made.location)
			key = self._key("correction", f"cancelled:{made.id}")
			if invoice in self._made and key not in self._made:
				figures = self.billing.most_of(self._made[invoice].figures)
				yield Step("correction", key, entry, at, figures, invoice, charges=self._order.charges)

	def _not_back(self, delivery: str) -> dict[str, int]:
		"""What of a delivery did not come back, by line."""
		left = self._made[delivery].figures
		for each in self._made.values():
			if each.kind == "return" and each.against == delivery:
				left = left.plus(each.figures.negated())
		return {line: row.quantity for line, row in left.rows.items() if row.quantity > 0}

	def _edits(self) -> Iterator[Step]:
		"""What the order was changed to after it was billed: too much comes back, too little is billed."""
		less, more = self.billing.corrections()
		number = f"edit:{self._folded.revision}:{self._count('correction')}:{self._count('invoice')}"
		if less.rows or less.charges:
			key, against = self._key("correction", number), self._invoice_with(less)
			yield self._of_snapshot("correction", key, self._latest, less, against)
		if more.rows or more.charges:
			yield self._of_snapshot("invoice", self._key("extra", number), self._latest, more)

	@property
	def _latest(self) -> str:
		"""No fact says when an order was changed: not before the last thing that happened to it."""
		order = self._order
		times = [order.placed_at, *(each.occurred_at for each in order.fulfilments)]
		times += [each.occurred_at for each in order.payments]
		times += [each.occurred_at for each in order.refunds]
		times += [each.occurred_at for each in order.returns]
		return max(times)

	def _invoice_with(self, figures: Figures) -> str:
		"""The first invoice that has all of these rows; "" if no single one has."""
		for key, made in self._made.items():
			has = made.figures.rows
			covered = all(
				line in has and has[line].quantity >= row.quantity for line, row in figures.rows.items()
			)
			if made.kind == "invoice" and covered:
				return key
		return ""

	def _returns(self) -> Iterator[Step]:
		for back in self._order.returns:
			yield from self._return(back)

	def _return(self, back: Return) -> Iterator[Step]:
		"""A return may be of several deliveries; of one that only counts, what is new."""
		entry = self._fact("online_return", f"{back.id}:{back.version}")
		prefix = self._key("return", f"back:{back.id}:")
		left = moved_in(back.lines)
		for key, made in self._made.items():
			for line, row in made.figures.rows.items() if key.startswith(prefix) else ():
				left[line] = left.get(line, 0) - row.quantity
		for delivery in [key for key, made in self._made.items() if made.kind == "delivery"]:
			fits = {line: min(most, left.get(line, 0)) for line, most in self._not_back(delivery).items()}
			goods = _goods(fits)
			if goods.rows:
				key = f"{prefix}{back.version}:{delivery.rpartition('/')[2]}"
				yield Step("return", key, entry, back.occurred_at, goods, delivery, back.location)
			for line, row in goods.rows.items():
				left[line] -= row.quantity

	def _noted(self, refund: str) -> tuple[int, int]:
		"""How many credit notes a refund has, and what they come to."""
		first = self._key("credit", refund)
		keys = [key for key in self._made if key == first or key.startswith(f"{first}:more:")]
		return len(keys), sum(self._made[key].figures.total_minor for key in keys)

	def _credits(self) -> Iterator[Step]:
		for refund in self.billing.refunds:
			number, noted = self._noted(refund.id)
			figures = self.billing.of_refund(refund, noted, self._is_done)
			if figures.rows or figures.charges:
				entry = self._fact("online_refund", refund.id)
				key = self._key("credit", f"{refund.id}:more:{number}" if number else refund.id)
				against = self._invoice_with(figures)
				yield Step("credit", key, entry, refund.occurred_at, figures, against, charges=refund.charges)

	@property
	def _is_done(self) -> bool:
		return self._order.state in ("closed", "cancelled")

	@property
	def _is_closed(self) -> bool:
		turns = [each.kind for each in self._made.values() if each.kind in ("close", "reopen")]
		return bool(turns) and turns[-1] == "close"

	def _turn(self, kind: StepKind) -> Step:
		key = self._key(kind, str(self._count(kind)))
		return self._of_snapshot(kind, key, self._latest, Figures(), self._order_key)

	def _closing(self) -> Iterator[Step]:
		"""Nothing more of it will leave: what was not delivered is no longer reserved."""
		found = [each for each in self._made.values() if each.kind in ("order", "change")]
		if not found or not self._is_done or self._is_closed:
			return
		rows = found[-1].figures.rows
		if any(row.quantity > self._left.get(line, 0) for line, row in rows.items()):
			yield self._turn("close")


def _net(row: Row) -> int:
	return row.amount.net_minor


def _goods(quantities: Mapping[str, int]) -> Figures:
	moved = (Moved(line, quantity) for line, quantity in quantities.items() if quantity > 0)
	return Figures({each.line: Row(each.quantity, Amount()) for each in moved})
