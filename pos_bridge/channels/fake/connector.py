"""The fake shop behind the port. Its JSON is the daybook's own form of an order.

It never hands out the shop's objects: what goes over the port is JSON and comes back as JSON.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pos_bridge.channels.base import (
	Capabilities,
	Handover,
	Hint,
	Listed,
	Location,
	Outcome,
	Page,
	Ping,
	PriceTarget,
	Product,
	ProductPage,
	Raw,
	RefundWish,
	Refusal,
	Settings,
	ShopFacts,
	StockLevel,
	StockTarget,
)
from pos_bridge.channels.fake.shop import FakeShop
from pos_bridge.channels.fake.trouble import Trouble
from pos_bridge.channels.hints import refusal_of
from pos_bridge.channels.limit import Budget
from pos_bridge.channels.reading import delivery_key, digest, header, identity, payload
from pos_bridge.core.entry import canonical
from pos_bridge.core.errors import Rejected
from pos_bridge.core.online import Order, Tracking, contact_fields, facts, fold, with_contact
from pos_bridge.core.online.facts import Fact

PAGE_SIZE = 50

T = TypeVar("T")


class Fake:
	"""A connector to a FakeShop. `settings.secrets` sign its webhooks; it needs no other option."""

	capabilities = Capabilities(
		kind="fake",
		stock_field="on_hand",
		batch_size=100,
		budget=Budget(1000, 1000),
		modified_cursor="partial",
		idempotency="key",
		multi_location=True,
		compare_and_set=True,
		order_edit=True,
		fetch_size=PAGE_SIZE,
		partial_fulfilment=True,
		returns=True,
		pickup=True,
	)

	def __init__(self, settings: Settings, shop: FakeShop, trouble: Trouble | None = None) -> None:
		self._settings = settings
		self._shop = shop
		self.trouble = trouble or Trouble()

	def _asked(self, carry_out: Callable[[], T]) -> T:
		self.trouble.strike(self.trouble.before)
		result = carry_out()
		self.trouble.strike(self.trouble.after)
		return result

	def test_connection(self) -> ShopFacts:
		return self._asked(lambda: ShopFacts(self._shop.channel, "POS Bridge demo shop", "EUR"))

	def locations(self) -> tuple[Location, ...]:
		return tuple(Location(each, each, pickup=each == "city") for each in self._shop.locations)

	def list_products(self, cursor: str = "") -> ProductPage:
		products = (Product(p.item, p.title, p.sku, p.barcode) for p in self._shop.products.values())
		return ProductPage(tuple(products))

	def register_webhooks(self, url: str) -> tuple[str, ...]:
		return ("order.created", "order.updated")

	def verify_webhook(self, headers: Mapping[str, str], raw: bytes) -> Hint | Ping | Refusal:
		said = header(headers, "X-Demo-Signature")
		if not said and header(headers, "Content-Type").startswith("application/x-www-form-urlencoded"):
			return Ping("the shop tries the address")
		if refusal := refusal_of(said, raw, self._settings.secrets):
			return refusal
		topic = header(headers, "X-Demo-Topic")
		try:
			order = identity(json.loads(raw)["order"])
		except (ValueError, KeyError, TypeError, RecursionError):
			return Ping("signed, and about nothing")
		return Hint(topic, "order", order, delivery_key(topic, raw))

	def list_created(self, since: str, until: str, cursor: str = "") -> Page:
		return self._page(lambda order: since <= order.placed_at < until, cursor)

	def list_open(self, cursor: str = "") -> Page:
		return self._page(lambda order: order.state in ("pending", "open"), cursor)

	def list_changed(self, since: str, cursor: str = "") -> Page:
		return self._page(lambda order: order.changed_at >= since, cursor)

	def _page(self, wanted: Callable[[Order], bool], cursor: str) -> Page:
		first = int(cursor or 0)
		found = [order for order in list(self._shop.orders.values()) if wanted(order)]
		page = tuple(Listed(order.id, order.changed_at) for order in found[first : first + PAGE_SIZE])
		more = first + PAGE_SIZE < len(found)
		return self._asked(lambda: Page(page, str(first + PAGE_SIZE) if more else ""))

	def fetch_order(self, order: str) -> Raw:
		return self._asked(lambda: raw_of(self._order(order)))

	def fetch_orders(self, orders: Sequence[str]) -> tuple[Raw, ...]:
		there = [self._shop.orders[each] for each in orders if each in self._shop.orders]
		return self._asked(lambda: tuple(raw_of(order) for order in there))

	def _order(self, order: str) -> Order:
		if order not in self._shop.orders:
			raise Rejected(f"The shop does not have order {order}.", code="channel_not_found")
		return self._shop.orders[order]

	def normalise(self, raw: Raw) -> Order:
		return payload(lambda: order_of(self._settings.channel, raw), "An order")

	def read_stock(self, items: Sequence[str]) -> tuple[StockLevel, ...]:
		return tuple(
			StockLevel(item, pieces, location)
			for item in items
			if item in self._shop.products
			for location, pieces in self._shop.products[item].on_hand.items()
		)

	def push_stock(self, targets: Sequence[StockTarget], key: str) -> tuple[Outcome, ...]:
		return self._asked(lambda: tuple(self._set_stock(target) for target in targets))

	def _set_stock(self, target: StockTarget) -> Outcome:
		product = self._shop.products.get(target.item)
		location = target.location or self._shop.locations[0]
		if not product or location not in self._shop.locations:
			return Outcome(target.item, "not_found", target.location)
		found = product.on_hand.get(location, 0)
		if target.expected not in (None, found):
			return Outcome(target.item, "stale", target.location, found=found)
		product.on_hand[location] = target.quantity
		return Outcome(target.item, "ok", target.location)

	def push_prices(self, targets: Sequence[PriceTarget], key: str) -> tuple[Outcome, ...]:
		def set_price(target: PriceTarget) -> Outcome:
			if target.item not in self._shop.products:
				return Outcome(target.item, "not_found")
			if target.currency != "EUR":
				return Outcome(target.item, "refused", reason=f"The shop has no prices in {target.currency}.")
			self._shop.products[target.item].price_minor = target.amount_minor
			return Outcome(target.item, "ok")

		return self._asked(lambda: tuple(set_price(target) for target in targets))

	def push_fulfilment(self, handover: Handover, key: str) -> str:
		location = handover.location or self._order(handover.order).pickup or self._shop.locations[0]
		return self._once(
			key, lambda: self._shop.fulfil(handover.order, handover.lines, location, handover.tracking)
		)

	def refund(self, wish: RefundWish, key: str) -> str:
		self._order(wish.order)
		return self._once(
			key, lambda: self._shop.refund(wish.order, wish.amount_minor, wish.lines, wish.reason)
		)

	def cancel(self, order: str, reason: str, key: str) -> None:
		self._order(order)
		self._asked(lambda: self._shop.cancel(order))

	def _once(self, key: str, carry_out: Callable[[], str]) -> str:
		def write() -> str:
			if key not in self._shop.done:
				self._shop.done[key] = carry_out()
			return self._shop.done[key]

		return self._asked(write)


def raw_of(order: Order) -> dict[str, Any]:
	"""An order as the fake's JSON."""
	known = [
		{"kind": fact.kind, "id": fact.id, "at": fact.occurred_at, "body": fact.body}
		for fact in facts(order, 1)
	]
	tracking = {
		made.id: [{"number": each.number, "carrier": each.carrier, "url": each.url} for each in made.tracking]
		for made in order.fulfilments
	}
	raw = {
		"facts": known,
		"contact": contact_fields(order),
		"changed_at": order.changed_at,
		"tracking": tracking,
	}
	read: dict[str, Any] = json.loads(canonical(raw))
	return read


def order_of(channel: str, raw: Raw) -> Order:
	"""An order out of the fake's JSON."""
	known = [Fact(each["kind"], each["id"], each["at"], each["body"]) for each in raw["facts"]]
	order = fold(known).order
	if order is None:
		raise ValueError("an order says nothing of itself")
	order = with_contact(order, raw["contact"])
	tracked = (
		replace(made, tracking=tuple(Tracking(**each) for each in raw["tracking"].get(made.id, [])))
		for made in order.fulfilments
	)
	return replace(
		order,
		channel=channel,
		fulfilments=tuple(tracked),
		changed_at=raw["changed_at"],
		raw_digest=digest(raw),
	)
