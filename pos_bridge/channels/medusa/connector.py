"""Medusa's admin API behind the port: orders whole; stock by location, prices, shipments, refunds.

It never trusts `reserved_quantity`, which goes wrong, and never cancels what has left.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
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
from pos_bridge.channels.http import Http, RequestsTransport, Transport
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.medusa.orders import PICKUP, order_of
from pos_bridge.channels.medusa.pricing import prices_with
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
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, currency_decimals, format_minor
from pos_bridge.core.online import Order

TAKE = 100
FETCH = 50
OPEN_DAYS = 90
KEY = "pos_bridge_key"
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ORDER_FIELDS = ",".join(
	(
		*("id", "display_id", "status", "created_at", "updated_at", "currency_code", "email", "customer_id"),
		*(
			"total",
			"tax_total",
			"metadata",
			"*customer",
			"*shipping_address",
			"*billing_address",
			"*credit_lines",
		),
		*("*items", "*items.tax_lines", "*items.adjustments", "items.total", "items.tax_total"),
		*("items.discount_total", "items.discount_tax_total", "items.detail.*"),
		*("*shipping_methods", "*shipping_methods.tax_lines", "shipping_methods.total"),
		*("shipping_methods.tax_total", "shipping_methods.shipping_option.service_zone.fulfillment_set.type"),
		"shipping_methods.shipping_option.service_zone.fulfillment_set.location.id",
		*("*payment_collections", "*payment_collections.payments", "*payment_collections.payments.captures"),
		"*payment_collections.payments.refunds",
		*("*fulfillments", "*fulfillments.items", "*fulfillments.labels", "*returns", "*returns.items"),
	)
)
_VARIANT_FIELDS = "id,product_id,title,sku,barcode,ean,*inventory_items,*product"


class Medusa:
	"""A connector to one shop. `settings.secret` is a secret API key of its admin.

	Options: `open_days`, how long an order that nobody completes is read again each time (90).
	"""

	capabilities = Capabilities(
		kind="medusa",
		stock_field="on_hand",
		batch_size=200,
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
		token = base64.b64encode(f"{settings.secret}:".encode()).decode()
		self._http = Http(
			settings.url,
			transport or RequestsTransport(),
			bucket or Bucket(self.capabilities.budget),
			{"Authorization": f"Basic {token}"},
		)

	def _get(self, path: str, **params: str) -> Mapping[str, Any]:
		return mapping(self._http.call("GET", f"/admin/{path}", params).data)

	def _post(self, path: str, body: Mapping[str, object]) -> Mapping[str, Any]:
		return mapping(self._http.call("POST", f"/admin/{path}", body=body).data)

	@shaped("What the shop says of itself")
	def test_connection(self) -> ShopFacts:
		shop = rows(self._get("stores", fields="name,*supported_currencies")["stores"])[0]
		currencies = rows(shop["supported_currencies"])
		default = next((each for each in currencies if each["is_default"]), currencies[0])
		return ShopFacts(words(shop["name"]), "Medusa", words(default["currency_code"]).upper())

	@shaped("The list of stock locations")
	def locations(self) -> tuple[Location, ...]:
		found: list[Location] = []
		while True:
			page = self._get(
				"stock-locations",
				limit=str(TAKE),
				offset=str(len(found)),
				order="id",
				fields="id,name,fulfillment_sets.type",
			)
			for row in rows(page["stock_locations"]):
				kinds = {each["type"] for each in rows(row["fulfillment_sets"] or [])}
				found.append(Location(identity(row["id"]), words(row["name"]), PICKUP in kinds))
			if len(found) >= page["count"] or not page["stock_locations"]:
				return tuple(found)

	@shaped("The list of products")
	def list_products(self, cursor: str = "") -> ProductPage:
		offset = int(cursor or 0)
		page = self._get(
			"product-variants", limit=str(TAKE), offset=str(offset), order="id", fields=_VARIANT_FIELDS
		)
		found = tuple(_product(row) for row in rows(page["variants"]))
		return ProductPage(found, _next(offset, len(found), page))

	def register_webhooks(self, url: str) -> tuple[str, ...]:
		"""The subscriber is set up in the shop itself, with its secret: docs/channels.md."""
		raise Rejected(
			"Medusa sends webhooks with the subscriber webhooks.js only: copy it into the shop."
			" Without it, orders are read every few minutes.",
			code="channel_by_hand",
		)

	def verify_webhook(self, headers: Mapping[str, str], raw: bytes) -> Hint | Ping | Refusal:
		return plugin_hint(headers, raw, "X-Medusa-Signature", self._settings.secrets)

	def list_created(self, since: str, until: str, cursor: str = "") -> Page:
		return self._orders(cursor, **{"created_at[$gte]": since, "created_at[$lt]": until})

	def list_open(self, cursor: str = "") -> Page:
		"""Medusa can't be asked for what has not left; orders that nobody completes are asked for by age."""
		days = int(self._settings.options.get("open_days", str(OPEN_DAYS)))
		since = (datetime.now(timezone.utc) - timedelta(days=days)).isoformat()
		wanted = {"created_at[$gte]": since, "status[0]": "pending", "status[1]": "requires_action"}
		return self._orders(cursor, **wanted)

	def list_changed(self, since: str, cursor: str = "") -> Page:
		return self._orders(cursor, order="updated_at", **{"updated_at[$gte]": since})

	@shaped("The list of orders")
	def _orders(self, cursor: str, order: str = "created_at", **wanted: str) -> Page:
		offset = int(cursor or 0)
		page = self._get(
			"orders",
			limit=str(TAKE),
			offset=str(offset),
			order=order,
			fields="id,updated_at,version",
			**wanted,
		)
		found = tuple(
			Listed(identity(row["id"]), f"{int(row['version'])} {instant(row['updated_at'])}")
			for row in rows(page["orders"])
		)
		return Page(found, _next(offset, len(found), page))

	@shaped("An order")
	def fetch_order(self, order: str) -> Raw:
		return {"order": mapping(self._get(f"orders/{_part(order)}", fields=_ORDER_FIELDS)["order"])}

	@shaped("A list of orders")
	def fetch_orders(self, orders: Sequence[str]) -> tuple[Raw, ...]:
		ids = {f"id[{number}]": _part(order) for number, order in enumerate(orders[:FETCH])}
		if not ids:
			return ()
		page = self._get("orders", limit=str(FETCH), fields=_ORDER_FIELDS, **ids)
		return tuple({"order": row} for row in rows(page["orders"]))

	def normalise(self, raw: Raw) -> Order:
		return payload(lambda: order_of(self._settings.channel, raw), "An order")

	def _variants(self, items: Sequence[str], fields: str = _VARIANT_FIELDS) -> dict[str, Mapping[str, Any]]:
		if len(items) > self.capabilities.batch_size:
			raise Rejected(f"{len(items)} items are too many at once.", code="channel_refused")
		ids = {f"id[{number}]": item for number, item in enumerate(dict.fromkeys(items))}
		page = self._get("product-variants", limit=str(len(ids) or 1), fields=fields, **ids)
		return {identity(row["id"]): row for row in rows(page["variants"])} if ids else {}

	@shaped("The list of stock levels")
	def read_stock(self, items: Sequence[str]) -> tuple[StockLevel, ...]:
		counted = {item: _inventory(row) for item, row in self._variants(items).items()}
		levels = self._levels([each for each in counted.values() if each])
		return tuple(
			StockLevel(item, pieces(level["stocked_quantity"]), identity(level["location_id"]))
			for item, inventory in counted.items()
			for level in levels.get(inventory, [])
		)

	def _levels(self, inventories: Sequence[str]) -> dict[str, Sequence[Mapping[str, Any]]]:
		ids = {f"id[{number}]": each for number, each in enumerate(inventories)}
		if not ids:
			return {}
		page = self._get("inventory-items", limit=str(len(ids)), fields="id,*location_levels", **ids)
		return {identity(row["id"]): rows(row["location_levels"]) for row in rows(page["inventory_items"])}

	@shaped("The answer to a batch")
	def push_stock(self, targets: Sequence[StockTarget], key: str) -> tuple[Outcome, ...]:
		"""Levels on hand; Medusa subtracts its own reservations. A level that is not there yet is made."""
		known = {item: _inventory(row) for item, row in self._variants([t.item for t in targets]).items()}
		levels = self._levels([each for each in known.values() if each])
		there = {(item, level["location_id"]) for item, rows_of in levels.items() for level in rows_of}
		changes: dict[str, list[dict[str, object]]] = {"create": [], "update": [], "delete": []}
		for each in targets:
			if inventory := known.get(each.item, ""):
				verb = "update" if (inventory, each.location) in there else "create"
				names = {"inventory_item_id": inventory, "location_id": each.location}
				changes[verb].append(names | {"stocked_quantity": each.quantity})
		if changes["create"] or changes["update"]:
			self._post("inventory-items/location-levels/batch", changes)
		return tuple(_outcome(each.item, known, each.location) for each in targets)

	@shaped("The answer to a price")
	def push_prices(self, targets: Sequence[PriceTarget], key: str) -> tuple[Outcome, ...]:
		known = self._variants([each.item for each in targets], "id,product_id,*prices,*prices.price_rules")
		return tuple(self._set_price(known.get(each.item), each) for each in targets)

	def _set_price(self, row: Mapping[str, Any] | None, target: PriceTarget) -> Outcome:
		if row is None:
			return Outcome(target.item, "not_found")
		path = f"products/{_part(row['product_id'])}/variants/{_part(target.item)}"
		try:
			self._post(path, {"prices": prices_with(rows(row["prices"]), target)})
		except Rejected as error:
			return Outcome(target.item, "refused", reason=error.message)
		return Outcome(target.item, "ok")

	@shaped("The answer to a fulfilment")
	def push_fulfilment(self, handover: Handover, key: str) -> str:
		path = f"orders/{_part(handover.order)}/fulfillments"
		made = self._marked(handover.order, key)
		if made is None:
			body = {
				"items": [{"id": each.line, "quantity": each.quantity // SCALE} for each in handover.lines],
				"metadata": {KEY: key},
			}
			self._post(path, body | ({"location_id": handover.location} if handover.location else {}))
			made = self._marked(handover.order, key)
		if made is None:
			raise Rejected("The shop made no fulfilment of these lines.", code="channel_refused")
		self._move(path, made, handover)
		return identity(made["id"])

	def _marked(self, order: str, key: str) -> Mapping[str, Any] | None:
		row = mapping(self.fetch_order(order)["order"])
		made = (each for each in rows(row["fulfillments"] or []) if not each["canceled_at"])
		return next((each for each in made if mapping(each["metadata"] or {}).get(KEY) == key), None)

	def _move(self, path: str, made: Mapping[str, Any], handover: Handover) -> None:
		number = _part(made["id"])
		if handover.picked_up:
			if not made["delivered_at"]:
				self._post(f"{path}/{number}/mark-as-delivered", {})
		elif not made["shipped_at"]:
			items = [
				{"id": each["line_item_id"], "quantity": int(each["quantity"])} for each in made["items"]
			]
			tracking = handover.tracking
			labels = [_label(tracking.number, tracking.url)] if tracking else []
			self._post(f"{path}/{number}/shipments", {"items": items, "labels": labels})

	@shaped("The answer to a refund")
	def refund(self, wish: RefundWish, key: str) -> str:
		"""Through the payment's provider. Medusa knows an amount and a note only: the key ends the note."""
		payments = self._payments(wish.order)
		made = _refund_under(payments, key)
		if made:
			return made
		payment = _paid_with(payments, wish)
		decimals = currency_decimals(wish.currency)
		# A JSON number of few digits: every reader of Medusa's takes 19.99 for what it is.
		amount = json.loads(format_minor(wish.amount_minor, decimals))
		body = {"amount": amount, "note": marked(wish.reason, key)}
		answer = self._post(f"payments/{_part(payment)}/refund", body)
		return _refund_under([mapping(answer["payment"])], key) or _refund_under(
			self._payments(wish.order), key
		)

	def _payments(self, order: str) -> list[Mapping[str, Any]]:
		row = mapping(self.fetch_order(order)["order"])
		return [
			each for collection in rows(row["payment_collections"]) for each in rows(collection["payments"])
		]

	@shaped("The answer to a cancellation")
	def cancel(self, order: str, reason: str, key: str) -> None:
		"""Medusa lets promises go and gives captured money back by itself when an order is cancelled."""
		row = mapping(self.fetch_order(order)["order"])
		if row["status"] != "canceled":
			self._post(f"orders/{_part(order)}/cancel", {})


def _part(value: object) -> str:
	"""An id that goes into a path."""
	said = identity(value)
	if not set(said) <= _SAFE:
		raise Rejected(f"{said!r} is not an id of Medusa.", code="channel_not_found")
	return said


def _next(offset: int, found: int, page: Mapping[str, Any]) -> str:
	return str(offset + found) if found and offset + found < page["count"] else ""


def _product(row: Mapping[str, Any]) -> Product:
	title = f"{words(mapping(row['product'] or {}).get('title'))} {words(row['title'])}".strip()
	return Product(identity(row["id"]), title, words(row["sku"]), words(row["barcode"]) or words(row["ean"]))


def _inventory(row: Mapping[str, Any]) -> str:
	"""The stock item behind a variant; "" where there is none, or several (a bundle)."""
	items = rows(row["inventory_items"] or [])
	return identity(items[0]["inventory_item_id"]) if len(items) == 1 else ""


def _outcome(item: str, known: Mapping[str, str], location: str) -> Outcome:
	if item not in known:
		return Outcome(item, "not_found", location)
	if not known[item]:
		return Outcome(item, "refused", location, "The shop does not count this product's stock.")
	return Outcome(item, "ok", location)


def _label(number: str, url: str) -> dict[str, str]:
	return {"tracking_number": number, "tracking_url": url or "#", "label_url": "#"}


def _refund_under(payments: Sequence[Mapping[str, Any]], key: str) -> str:
	refunds = [each for payment in payments for each in rows(payment.get("refunds") or [])]
	return next((identity(each["id"]) for each in refunds if is_marked(each["note"], key)), "")


def _paid_with(payments: Sequence[Mapping[str, Any]], wish: RefundWish) -> str:
	captured = [identity(each["id"]) for each in payments if rows(each["captures"] or [])]
	if wish.payment in captured:
		return wish.payment
	if wish.payment or not captured:
		raise Rejected("The order has no payment that could be refunded.", code="channel_refused")
	return captured[0]
