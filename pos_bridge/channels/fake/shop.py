"""The shop itself: people order, pay, change their minds; somebody packs, refunds and takes back.

It never knows who listens: what happens is put into `deliveries`, signed, as a real shop sends it.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Literal

from pos_bridge.channels.reading import instant
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, Rounding, round_ratio
from pos_bridge.core.online import (
	Contact,
	Fulfilment,
	Moved,
	Order,
	OrderCharge,
	OrderLine,
	OrderTax,
	Payment,
	PaymentKind,
	Refund,
	RefundLine,
	Return,
	Tracking,
)

VAT_PERCENT = 19


@dataclass(slots=True)
class FakeProduct:
	"""What the shop sells, at a price with tax; `on_hand` by location, `allocated` to orders that wait."""

	item: str
	title: str
	price_minor: int
	sku: str = ""
	barcode: str = ""
	on_hand: dict[str, int] = field(default_factory=dict)
	allocated: int = 0

	@property
	def available(self) -> int:
		return sum(self.on_hand.values()) - self.allocated


@dataclass(frozen=True, slots=True)
class Delivery:
	"""A webhook as it would arrive."""

	headers: Mapping[str, str]
	body: bytes


def _now() -> str:
	return instant(datetime.now(timezone.utc).isoformat(timespec="milliseconds"))


def with_tax(gross_minor: int) -> tuple[int, tuple[OrderTax, ...]]:
	"""The net amount in a price with tax, and the tax."""
	net = round_ratio(gross_minor * 100, 100 + VAT_PERCENT, Rounding.COMMERCIAL)
	return net, (OrderTax(f"VAT {VAT_PERCENT} %", gross_minor - net, VAT_PERCENT * SCALE),)


class FakeShop:
	"""One shop with locations `dc` and `city`, where buyers can fetch. `oversells`: what is not there."""

	locations = ("dc", "city")

	def __init__(
		self,
		products: Iterable[FakeProduct],
		channel: str = "demo",
		secret: str = "whsec",
		now: Callable[[], str] = _now,
		oversells: bool = False,
	) -> None:
		self.products = {product.item: product for product in products}
		self.channel = channel
		self.secret = secret
		self.oversells = oversells
		self.orders: dict[str, Order] = {}
		self.deliveries: list[Delivery] = []
		self.done: dict[str, str] = {}
		"""What was done under which key, for calls that are made again."""
		self._now = now
		self._last = 0

	def place(
		self,
		wanted: Mapping[str, int],
		contact: Contact | None = None,
		pickup: str = "",
		shipping_minor: int = 490,
		pays: Literal["capture", "authorisation", "later"] = "capture",
	) -> str:
		"""Order so many pieces of items; the order's id. `Rejected` if they are sold out."""
		for item, pieces in wanted.items():
			if not self.oversells and self.products[item].available < pieces:
				raise Rejected(f"{self.products[item].title} is sold out.", code="sold_out")
		lines = tuple(self._line(item, pieces) for item, pieces in wanted.items())
		order = self._order(lines, pickup, 0 if pickup else shipping_minor, contact or Contact())
		for item, pieces in wanted.items():
			self.products[item].allocated += pieces
		self.orders[order.id] = order
		self._tell("order.created", order.id)
		if pays == "later":
			self._change(replace(order, state="pending"))
		else:
			self._pay(order.id, pays)
		return order.id

	def _line(self, item: str, pieces: int) -> OrderLine:
		product = self.products[item]
		gross = product.price_minor * pieces
		net, taxes = with_tax(gross)
		return OrderLine(
			self._id(), product.title, pieces * SCALE, pieces * SCALE, net, gross - net,
			product.sku, product.barcode, item, taxes,
		)  # fmt: skip

	def _order(
		self, lines: tuple[OrderLine, ...], pickup: str, shipping_minor: int, contact: Contact
	) -> Order:
		net, taxes = with_tax(shipping_minor)
		shipping = OrderCharge(self._id(), "shipping", "Parcel", net, shipping_minor - net, taxes)
		number = self._id()
		return _totalled(
			Order(
				self.channel, number, f"W{number}", "open", self._now(), "EUR", 2, True, lines,
				(shipping,) if shipping_minor else (), 0, 0, pickup=pickup, contact=contact,
				ship_country=contact.shipping.country,
			)
		)  # fmt: skip

	def _id(self) -> str:
		self._last += 1
		return str(self._last)

	def capture(self, order: str) -> None:
		"""Take the money that was promised."""
		self._pay(order, "capture")

	def _pay(self, order: str, kind: PaymentKind) -> None:
		now = self.orders[order]
		payment = Payment(self._id(), kind, "demo-card", now.total_minor, now.currency, self._now())
		state = "open" if now.state == "pending" else now.state
		self._change(replace(now, state=state, payments=(*now.payments, payment)))

	def fulfil(
		self, order: str, moved: Iterable[Moved], location: str = "dc", tracking: Tracking | None = None
	) -> str:
		"""Goods leave; the fulfilment's id. `Rejected` if it is more than is left to go."""
		now, lines = self.orders[order], tuple(moved)
		left = self.left_to_go(order)
		for each in lines:
			if each.quantity > left.get(each.line, 0):
				raise Rejected(f"Line {each.line} has less left to send.", code="channel_refused")
		made = Fulfilment(self._id(), lines, self._now(), location, tracking=(tracking,) if tracking else ())
		for each in lines:
			product = self._product(now, each.line)
			product.on_hand[location] = product.on_hand.get(location, 0) - each.quantity // SCALE
			product.allocated -= each.quantity // SCALE
		all_gone = sum(left.values()) == sum(each.quantity for each in lines)
		state = "closed" if all_gone else now.state
		self._change(replace(now, state=state, fulfilments=(*now.fulfilments, made)))
		return made.id

	def left_to_go(self, order: str) -> dict[str, int]:
		"""What of each line did not leave yet, in 10^-9."""
		now = self.orders[order]
		left = {line.id: line.quantity for line in now.lines}
		for each in (moved for made in now.fulfilments for moved in made.lines):
			left[each.line] = left.get(each.line, 0) - each.quantity
		return left

	def _product(self, order: Order, line: str) -> FakeProduct:
		return self.products[next(each.item for each in order.lines if each.id == line)]

	def edit(self, order: str, line: str, pieces: int) -> None:
		"""Change a line to so many pieces; the total follows, what was paid too much goes back."""
		now = self.orders[order]
		old = next(each for each in now.lines if each.id == line)
		new = replace(self._line(old.item, pieces), id=line, ordered=old.ordered)
		self.products[old.item].allocated += pieces - old.quantity // SCALE
		edited = _totalled(replace(now, lines=tuple(new if each.id == line else each for each in now.lines)))
		self._change(self._with_overpaid_back(edited))

	def _with_overpaid_back(self, order: Order) -> Order:
		over = order.captured_minor - order.refunded_minor - (order.total_minor - order.credited_minor)
		return self._with_refund(order, Refund(self._id(), over, self._now())) if over > 0 else order

	def _with_refund(self, order: Order, refund: Refund) -> Order:
		paid = next((each.id for each in order.payments if each.kind == "capture"), "")
		back = Payment(
			self._id(),
			"refund",
			"demo-card",
			refund.total_minor,
			order.currency,
			refund.occurred_at,
			paid,
			refund.id,
		)
		return replace(order, refunds=(*order.refunds, refund), payments=(*order.payments, back))

	def refund(
		self, order: str, amount_minor: int, lines: Iterable[RefundLine] = (), reason: str = ""
	) -> str:
		"""Give money back beside the total, for lines or as an amount alone; the refund's id."""
		now = self.orders[order]
		if not 0 < amount_minor <= now.captured_minor - now.refunded_minor:
			raise Rejected("That is more than was paid.", code="channel_refused")
		refund = Refund(self._id(), amount_minor, self._now(), tuple(lines), reason=reason)
		refunded = self._with_refund(now, refund)
		self._change(replace(refunded, credited_minor=now.credited_minor + amount_minor))
		return refund.id

	def take_back(self, order: str, moved: Iterable[Moved], location: str = "dc", refund: str = "") -> str:
		"""Goods come back to a location; the return's id."""
		now, lines = self.orders[order], tuple(moved)
		made = Return(self._id(), lines, self._now(), location, refund)
		for each in lines:
			product = self._product(now, each.line)
			product.on_hand[location] = product.on_hand.get(location, 0) + each.quantity // SCALE
		self._change(replace(now, returns=(*now.returns, made)))
		return made.id

	def cancel(self, order: str) -> None:
		"""Nothing more is delivered; what was paid goes back if nothing left yet. Again changes nothing."""
		now = self.orders[order]
		if now.state == "cancelled":
			return
		if now.fulfilments:
			raise Rejected("Part of the order has left already.", code="channel_refused")
		for line in now.lines:
			self.products[line.item].allocated -= line.quantity // SCALE
		refunded = replace(now, state="cancelled")
		if rest := now.captured_minor - now.refunded_minor:
			refunded = self._with_refund(refunded, Refund(self._id(), rest, self._now(), reason="cancelled"))
			refunded = replace(refunded, credited_minor=now.credited_minor + rest)
		self._change(refunded)

	def drift(self, item: str, pieces: int, location: str = "dc") -> None:
		"""The shop's own counter goes wrong, as they do."""
		self.products[item].on_hand[location] = self.products[item].on_hand.get(location, 0) + pieces

	def _change(self, order: Order) -> None:
		self.orders[order.id] = replace(order, changed_at=self._now())
		self._tell("order.updated", order.id)

	def _tell(self, topic: str, order: str) -> None:
		body = json.dumps({"order": order, "at": self._now()}).encode()
		self.deliveries.append(Delivery(self.signed(topic, body, self._now()[:19]), body))

	def signed(self, topic: str, body: bytes, delivery: str) -> dict[str, str]:
		"""Headers of a delivery. Its id is the second it was made in, so two may have the same."""
		signature = base64.b64encode(hmac.new(self.secret.encode(), body, hashlib.sha256).digest())
		return {
			"Content-Type": "application/json",
			"X-Demo-Topic": topic,
			"X-Demo-Delivery": delivery,
			"X-Demo-Signature": signature.decode(),
		}


def _totalled(order: Order) -> Order:
	parts: tuple[OrderLine | OrderCharge, ...] = (*order.lines, *order.charges)
	tax = sum(part.tax_minor for part in parts)
	return replace(order, total_minor=sum(part.net_minor for part in parts) + tax, tax_minor=tax)
