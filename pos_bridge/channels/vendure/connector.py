"""Vendure's admin API behind the port: orders whole; stock by location, prices, shipments, refunds.

It never trusts `updatedAt`, and never cancels what has left: that would put it back into the shop's stock.
"""

from collections.abc import Mapping, Sequence
from typing import Any

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
from pos_bridge.channels.hints import plugin_hint
from pos_bridge.channels.http import Transport
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.reading import (
	identity,
	instant,
	is_marked,
	mapping,
	marked,
	payload,
	pieces,
	rows,
	shaped,
	words,
)
from pos_bridge.channels.vendure import documents
from pos_bridge.channels.vendure.client import VendureClient
from pos_bridge.channels.vendure.orders import MONEY_DECIMALS, order_of
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, currency_decimals
from pos_bridge.core.online import Order

TAKE = 100
FETCH = 25
_OPEN = (
	*("PaymentAuthorized", "PaymentSettled", "PartiallyShipped", "PartiallyDelivered"),
	*("Modifying", "ArrangingAdditionalPayment"),
)
_REFUNDABLE = ("Settled",)


class Vendure:
	"""A connector to one shop and one of its channels. `settings.key` and `secret`: an administrator's login.

	Options: `channel_token`, where the shop has several channels; `money_decimals`, if its money strategy
	has not two; `pickup:<code of a shipping method>`, the stock location where such orders are fetched.
	"""

	capabilities = Capabilities(
		kind="vendure",
		stock_field="on_hand",
		batch_size=50,
		budget=Budget(points=20, per_second=10),
		modified_cursor="partial",
		idempotency="looked_up",
		multi_location=True,
		fetch_size=FETCH,
		order_edit=True,
		partial_fulfilment=True,
		returns=True,
		pickup=True,
		multi_currency=True,
	)

	def __init__(
		self, settings: Settings, transport: Transport | None = None, bucket: Bucket | None = None
	) -> None:
		self._settings = settings
		self._shop = VendureClient(settings, transport, bucket or Bucket(self.capabilities.budget))
		self._includes_tax: bool | None = None

	@shaped("What the shop says of itself")
	def test_connection(self) -> ShopFacts:
		channel = mapping(self._shop.ask(documents.SHOP)["activeChannel"])
		return ShopFacts(words(channel["code"]), "Vendure", words(channel["defaultCurrencyCode"]))

	@shaped("The list of stock locations")
	def locations(self) -> tuple[Location, ...]:
		places = {place for name, place in self._settings.options.items() if name.startswith("pickup:")}
		found: list[Location] = []
		while True:
			page = mapping(self._shop.ask(documents.LOCATIONS, skip=len(found))["stockLocations"])
			found += [
				Location(identity(row["id"]), words(row["name"]), identity(row["id"]) in places)
				for row in rows(page["items"])
			]
			if not page["items"] or len(found) >= page["totalItems"]:
				return tuple(found)

	@shaped("The list of products")
	def list_products(self, cursor: str = "") -> ProductPage:
		skip = int(cursor or 0)
		page = mapping(self._shop.ask(documents.PRODUCTS, skip=skip)["productVariants"])
		found = tuple(
			Product(identity(row["id"]), words(row["name"]), words(row["sku"])) for row in rows(page["items"])
		)
		return ProductPage(found, _next(skip, page))

	def register_webhooks(self, url: str) -> tuple[str, ...]:
		"""The plugin is set up in the shop's own configuration, with its secret: docs/channels.md."""
		raise Rejected(
			"Vendure sends webhooks with the plugin webhooks.js only: add it to the shop's configuration."
			" Without it, orders are read every few minutes.",
			code="channel_by_hand",
		)

	def verify_webhook(self, headers: Mapping[str, str], raw: bytes) -> Hint | Ping | Refusal:
		return plugin_hint(headers, raw, "X-Vendure-Signature", self._settings.secrets)

	def list_created(self, since: str, until: str, cursor: str = "") -> Page:
		between = {"orderPlacedAt": {"between": {"start": since, "end": until}}}
		return self._orders(cursor, between, {"orderPlacedAt": "ASC"})

	def list_open(self, cursor: str = "") -> Page:
		return self._orders(cursor, {"state": {"in": list(_OPEN)}}, {"id": "ASC"})

	def list_changed(self, since: str, cursor: str = "") -> Page:
		changed = {"updatedAt": {"after": since}, "active": {"eq": False}}
		return self._orders(cursor, changed, {"updatedAt": "ASC"})

	@shaped("The list of orders")
	def _orders(self, cursor: str, wanted: Mapping[str, object], sort: Mapping[str, str]) -> Page:
		skip = int(cursor or 0)
		options = {"take": TAKE, "skip": skip, "filter": wanted, "sort": sort}
		page = mapping(self._shop.ask(documents.ORDERS, options=options)["orders"])
		found = (
			Listed(identity(row["id"]), f"{words(row['state'])} {instant(row['updatedAt'])}")
			for row in rows(page["items"])
		)
		return Page(tuple(found), _next(skip, page))

	@shaped("An order")
	def fetch_order(self, order: str) -> Raw:
		row = self._shop.ask(documents.ORDER, id=order)["order"]
		if row is None:
			raise Rejected(f"The shop does not have order {order}.", code="channel_not_found")
		return self._raw(row)

	def _raw(self, row: object) -> Raw:
		if self._includes_tax is None:
			channel = mapping(self._shop.ask(documents.SHOP)["activeChannel"])
			self._includes_tax = bool(channel["pricesIncludeTax"])
		return {"order": row, "prices_include_tax": self._includes_tax}

	@shaped("A list of orders")
	def fetch_orders(self, orders: Sequence[str]) -> tuple[Raw, ...]:
		found = mapping(self._shop.ask(documents.WHOLE_ORDERS, ids=list(orders[:FETCH]))["orders"])
		return tuple(self._raw(row) for row in rows(found["items"]))

	def normalise(self, raw: Raw) -> Order:
		return payload(lambda: order_of(self._settings.channel, raw, self._settings.options), "An order")

	@shaped("The list of stock levels")
	def read_stock(self, items: Sequence[str]) -> tuple[StockLevel, ...]:
		return tuple(
			StockLevel(item, pieces(level["stockOnHand"]), identity(level["stockLocationId"]))
			for item, row in self._variants(items).items()
			for level in rows(row["stockLevels"])
		)

	def _variants(self, items: Sequence[str]) -> dict[str, Mapping[str, Any]]:
		"""What the shop has of these: one unknown id would fail a whole batch."""
		if len(items) > TAKE:
			raise Rejected(f"{len(items)} items; {TAKE} is the most at once.", code="channel_refused")
		found = rows(mapping(self._shop.ask(documents.STOCK, ids=list(items))["productVariants"])["items"])
		return {identity(row["id"]): row for row in found}

	@shaped("The answer to a batch")
	def push_stock(self, targets: Sequence[StockTarget], key: str) -> tuple[Outcome, ...]:
		"""Levels on hand; Vendure subtracts its open orders. Without a location its default one is set."""
		known = self._variants([each.item for each in targets])
		changes: dict[str, dict[str, Any]] = {}
		for each in targets:
			if each.item in known:
				change = changes.setdefault(each.item, {"id": each.item})
				if each.location:
					level = {"stockLocationId": each.location, "stockOnHand": each.quantity}
					change.setdefault("stockLevels", []).append(level)
				else:
					change["stockOnHand"] = each.quantity
		self._update(list(changes.values()))
		return tuple(_outcome(each.item, known, each.location) for each in targets)

	@shaped("The answer to a batch")
	def push_prices(self, targets: Sequence[PriceTarget], key: str) -> tuple[Outcome, ...]:
		channel = mapping(self._shop.ask(documents.SHOP)["activeChannel"])
		currencies = channel["availableCurrencyCodes"]
		known = self._variants([each.item for each in targets])
		changes: dict[str, dict[str, Any]] = {}
		for each in targets:
			if each.item in known and each.currency in currencies:
				price = {
					"currencyCode": each.currency,
					"price": self._money(each.amount_minor, each.currency),
				}
				changes.setdefault(each.item, {"id": each.item, "prices": []})["prices"].append(price)
		self._update(list(changes.values()))
		return tuple(
			_outcome(each.item, known)
			if each.currency in currencies
			else Outcome(each.item, "refused", reason=f"The shop has no prices in {each.currency}.")
			for each in targets
		)

	def _money(self, amount_minor: int, currency: str) -> int:
		decimals = int(self._settings.options.get("money_decimals", MONEY_DECIMALS))
		scale: int = 10**decimals
		return amount_minor * scale // int(10 ** currency_decimals(currency))

	def _update(self, changes: list[dict[str, Any]]) -> None:
		if changes:
			self._shop.ask(documents.UPDATE_VARIANTS, input=changes)

	@shaped("The answer to a fulfilment")
	def push_fulfilment(self, handover: Handover, key: str) -> str:
		made = self._marked(handover.order, "fulfillments", "method", key)
		if made is None:
			made = self._shop.do(documents.FULFIL, input=_fulfilment(handover, key))
		state = made["state"]
		for wanted in ("Shipped", "Delivered")[: 1 + handover.picked_up]:
			if state == "Pending" or (state == "Shipped" and wanted == "Delivered"):
				state = self._shop.do(documents.MOVE_FULFILMENT, id=made["id"], state=wanted)["state"]
		return identity(made["id"])

	def _marked(self, order: str, rows_name: str, text_name: str, key: str) -> Mapping[str, Any] | None:
		"""What was made under this key before, should its answer have got lost."""
		row = mapping(self.fetch_order(order)["order"])
		made = rows(row[rows_name] or [])
		return next((each for each in made if is_marked(each[text_name], key)), None)

	@shaped("The answer to a refund")
	def refund(self, wish: RefundWish, key: str) -> str:
		"""Through the payment's own method; one that can't give money back is noted as given back by hand."""
		row = mapping(self.fetch_order(wish.order)["order"])
		payments = rows(row["payments"] or [])
		refunds = [refund for payment in payments for refund in rows(payment["refunds"])]
		made = next((each for each in refunds if is_marked(each["reason"], key)), None)
		if made is None:
			payment = _paid_with(payments, wish)
			amounts = {"amount": wish.amount_minor, "shipping": wish.shipping_minor}
			money = {name: self._money(amount, wish.currency) for name, amount in amounts.items()}
			made = self._shop.do(documents.REFUND, input=_refund(wish, payment, key) | money)
		if made["state"] == "Pending" and not made["transactionId"]:
			self._shop.do(documents.SETTLE_REFUND, input={"id": made["id"], "transactionId": key})
		return identity(made["id"])

	@shaped("The answer to a cancellation")
	def cancel(self, order: str, reason: str, key: str) -> None:
		row = mapping(self.fetch_order(order)["order"])
		left = _left_to_go(row)
		if row["state"] != "Cancelled" and left:
			whole = {"orderId": order, "lines": left, "reason": reason}
			nothing_left = not rows(row["fulfillments"] or [])
			self._shop.do(documents.CANCEL, input={**whole, "cancelShipping": nothing_left})
		for payment in rows(row["payments"] or []):
			if payment["state"] == "Authorized":
				self._shop.do(documents.CANCEL_PAYMENT, id=payment["id"])


def _next(skip: int, page: Mapping[str, Any]) -> str:
	seen = skip + len(page["items"])
	return str(seen) if page["items"] and seen < page["totalItems"] else ""


def _outcome(item: str, known: Mapping[str, object], location: str = "") -> Outcome:
	return Outcome(item, "ok" if item in known else "not_found", location)


def _fulfilment(handover: Handover, key: str) -> dict[str, Any]:
	tracking = handover.tracking
	carrier = tracking.carrier if tracking and tracking.carrier else "POS Bridge"
	arguments = {"method": marked(carrier, key), "trackingCode": tracking.number if tracking else ""}
	return {
		"lines": [{"orderLineId": each.line, "quantity": each.quantity // SCALE} for each in handover.lines],
		"handler": {
			"code": "manual-fulfillment",
			"arguments": [{"name": name, "value": value} for name, value in arguments.items()],
		},
	}


def _paid_with(payments: Sequence[Mapping[str, Any]], wish: RefundWish) -> str:
	settled = [identity(each["id"]) for each in payments if each["state"] in _REFUNDABLE]
	if wish.payment in settled:
		return wish.payment
	if wish.payment or not settled:
		raise Rejected("The order has no payment that could be refunded.", code="channel_refused")
	return settled[0]


def _refund(wish: RefundWish, payment: str, key: str) -> dict[str, Any]:
	return {
		"paymentId": payment,
		"adjustment": 0,
		"lines": [{"orderLineId": each.line, "quantity": each.quantity // SCALE} for each in wish.lines],
		"reason": marked(wish.reason, key),
	}


def _left_to_go(row: Mapping[str, Any]) -> list[dict[str, Any]]:
	gone: dict[str, int] = {}
	for made in rows(row["fulfillments"] or []):
		if made["state"] != "Cancelled":
			for each in rows(made["lines"]):
				gone[each["orderLineId"]] = gone.get(each["orderLineId"], 0) + each["quantity"]
	left = {each["id"]: each["quantity"] - gone.get(each["id"], 0) for each in rows(row["lines"])}
	return [{"orderLineId": line, "quantity": pieces} for line, pieces in left.items() if pieces > 0]
