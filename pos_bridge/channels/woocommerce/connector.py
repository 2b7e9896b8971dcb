"""WooCommerce's REST API behind the port: reads orders whole, writes stock, prices, completion and refunds.

It never takes a delivery's id for unique, never follows a `Link`, and never restocks.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
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
from pos_bridge.channels.hints import refusal_of
from pos_bridge.channels.http import Answer, Http, RequestsTransport, Transport
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.reading import (
	delivery_key,
	header,
	identity,
	mapping,
	payload,
	pieces,
	rows,
	shaped,
	words,
)
from pos_bridge.channels.woocommerce.orders import (
	COMPLETED,
	FOR_EVER,
	item_of,
	meta,
	order_of,
	pickup_location,
	refunded_until,
)
from pos_bridge.channels.woocommerce.refunding import KEY, refund_request
from pos_bridge.core.errors import Rejected, Retryable
from pos_bridge.core.money import currency_decimals, format_minor
from pos_bridge.core.online import Order

API = "/wp-json/wc/v3/"
PER_PAGE = 100
"""WooCommerce gives no more at once, and takes no more in a batch."""
MAX_PING_BYTES = 64
TOPICS = ("order.created", "order.updated", "order.deleted", "order.restored")
_OPEN = "pending,on-hold,processing"
_TRACKING = "_pos_bridge_tracking"


class WooCommerce:
	"""A connector to one shop. `settings.key` and `secret` are its REST key, read and write.

	Options: `tax_id_meta`, under which of an order's `meta_data` a plugin keeps the buyer's tax id.
	"""

	capabilities = Capabilities(
		kind="woocommerce",
		stock_field="net",
		batch_size=PER_PAGE,
		budget=Budget(points=20, per_second=5),
		modified_cursor="partial",
		idempotency="looked_up",
		fetch_size=PER_PAGE,
		order_edit=True,
		pickup=True,
		sends_mail=True,
	)

	def __init__(
		self, settings: Settings, transport: Transport | None = None, bucket: Bucket | None = None
	) -> None:
		self._settings = settings
		password = base64.b64encode(f"{settings.key}:{settings.secret}".encode()).decode()
		self._http = Http(
			settings.url,
			transport or RequestsTransport(),
			bucket or Bucket(self.capabilities.budget),
			{"Authorization": f"Basic {password}"},
		)

	def _get(self, path: str, **params: str) -> Answer:
		return self._http.call("GET", API + path, params)

	def _list(self, path: str, cursor: str, **params: str) -> tuple[Answer, str]:
		"""A page of a list, and its number: the first where there is no cursor."""
		page = cursor or "1"
		return self._get(path, page=page, per_page=str(PER_PAGE), order="asc", **params), page

	@shaped("The shop's status")
	def test_connection(self) -> ShopFacts:
		status = mapping(self._get("system_status", _fields="environment,settings").data)
		environment, settings = mapping(status["environment"]), mapping(status["settings"])
		version = words(environment["version"])
		return ShopFacts(
			words(environment["site_url"]), f"WooCommerce {version}", words(settings["currency"])
		)

	@shaped("The list of shipping zones")
	def locations(self) -> tuple[Location, ...]:
		"""Places to fetch at. Stock has no location: WooCommerce keeps one number for all."""
		found = []
		for zone in rows(self._get("shipping/zones").data):
			for row in rows(self._get(f"shipping/zones/{int(zone['id'])}/methods").data):
				if row["method_id"] == "local_pickup" and row["enabled"]:
					place = pickup_location("local_pickup", row["instance_id"])
					found.append(Location(place, words(row["title"]), pickup=True))
		return tuple(found)

	@shaped("The list of products")
	def list_products(self, cursor: str = "") -> ProductPage:
		fields = "id,type,name,sku,global_unique_id"
		answer, page = self._list("products", cursor, orderby="id", _fields=fields)
		products: list[Product] = []
		for row in rows(answer.data):
			products += self._variations(row) if row["type"] == "variable" else [_product(row, 0)]
		return ProductPage(tuple(products), _next(answer, page))

	def _variations(self, parent: Mapping[str, Any]) -> list[Product]:
		found, page = [], "1"
		while page:
			answer = self._get(f"products/{int(parent['id'])}/variations", page=page, per_page=str(PER_PAGE))
			found += [_product(row, parent["id"]) for row in rows(answer.data)]
			page = _next(answer, page)
		return found

	@shaped("The list of webhooks")
	def register_webhooks(self, url: str) -> tuple[str, ...]:
		"""Each topic once: one of ours that the shop switched off after failures is switched on again."""
		if not self._settings.secrets:
			raise Rejected("Webhooks need a secret to be signed with: draw one for this channel first.")
		known = {row["topic"]: row for row in self._webhooks() if row["delivery_url"] == url}
		for topic in TOPICS:
			wanted = {
				"name": f"POS Bridge {topic}",
				"topic": topic,
				"delivery_url": url,
				"secret": self._settings.secrets[0],
				"status": "active",
			}
			path = f"webhooks/{int(known[topic]['id'])}" if topic in known else "webhooks"
			self._http.call("PUT" if topic in known else "POST", API + path, body=wanted)
		return TOPICS

	def _webhooks(self) -> Sequence[Mapping[str, Any]]:
		return rows(self._get("webhooks", per_page=str(PER_PAGE)).data)

	def verify_webhook(self, headers: Mapping[str, str], raw: bytes) -> Hint | Ping | Refusal:
		said = header(headers, "X-WC-Webhook-Signature")
		if not said and raw.startswith(b"webhook_id=") and len(raw) <= MAX_PING_BYTES:
			# It comes unsigned, while the call that makes the webhook still waits for an answer.
			return Ping("the shop tries the address")
		if refusal := refusal_of(said, raw, self._settings.secrets):
			return refusal
		return _hint(headers, raw)

	def list_created(self, since: str, until: str, cursor: str = "") -> Page:
		return self._orders(cursor, after=_before(since), before=until[:19], orderby="date", status="any")

	def list_open(self, cursor: str = "") -> Page:
		return self._orders(cursor, orderby="date", status=_OPEN)

	def list_changed(self, since: str, cursor: str = "") -> Page:
		return self._orders(cursor, modified_after=_before(since), orderby="modified", status="any")

	@shaped("The list of orders")
	def _orders(self, cursor: str, **params: str) -> Page:
		fields = "id,date_modified_gmt"
		answer, page = self._list("orders", cursor, dates_are_gmt="true", _fields=fields, **params)
		found = (Listed(identity(row["id"]), words(row["date_modified_gmt"])) for row in rows(answer.data))
		return Page(tuple(found), _next(answer, page))

	@shaped("An order")
	def fetch_order(self, order: str) -> Raw:
		"""The order and its refunds; read again where a refund was made between both reads."""
		for _ in range(3):
			raw = mapping(self._get(f"orders/{_number(order)}").data)
			named = {row["id"] for row in rows(raw["refunds"])}
			refunds = self._refunds(order) if named else []
			if {row.get("id") for row in refunds} == named:
				return {"order": raw, "refunds": refunds}
		raise Retryable(
			f"Order {order} changes while it is read. It will be read again.", code="channel_busy"
		)

	@shaped("A list of orders")
	def fetch_orders(self, orders: Sequence[str]) -> tuple[Raw, ...]:
		"""One call for all, and one more for each that has refunds."""
		wanted = ",".join(_number(order) for order in orders[:PER_PAGE])
		found = rows(self._get("orders", include=wanted, per_page=str(PER_PAGE), status="any").data)
		return tuple(self._whole(row) for row in found) if wanted else ()

	def _whole(self, row: Mapping[str, Any]) -> Raw:
		return self.fetch_order(identity(row["id"])) if row["refunds"] else {"order": row, "refunds": []}

	def _refunds(self, order: str) -> list[Mapping[str, Any]]:
		found: list[Mapping[str, Any]] = []
		page = "1"
		while page:
			answer = self._get(f"orders/{_number(order)}/refunds", page=page, per_page=str(PER_PAGE))
			found += rows(answer.data)
			page = _next(answer, page)
		return found

	def normalise(self, raw: Raw) -> Order:
		tax_id_meta = self._settings.options.get("tax_id_meta", "")
		return payload(lambda: order_of(self._settings.channel, raw, tax_id_meta), "An order")

	@shaped("The list of stock levels")
	def read_stock(self, items: Sequence[str]) -> tuple[StockLevel, ...]:
		levels = []
		for parent, wanted in _by_parent(items).items():
			ids = ",".join(each.rpartition(":")[2] for each in wanted)
			answer = self._get(_products(parent), include=ids, per_page=str(PER_PAGE))
			for row in rows(answer.data):
				counted = row["stock_quantity"] if row["manage_stock"] is True else None
				levels.append(StockLevel(_item(parent, row["id"]), pieces(counted)))
		return tuple(levels)

	def push_stock(self, targets: Sequence[StockTarget], key: str) -> tuple[Outcome, ...]:
		"""Levels of products that the shop counts; one that it does not count is refused, not changed."""
		done = self._batch({each.item: {"stock_quantity": each.quantity} for each in targets})
		return tuple(done[each.item] for each in targets)

	def push_prices(self, targets: Sequence[PriceTarget], key: str) -> tuple[Outcome, ...]:
		prices = {
			each.item: {"regular_price": format_minor(each.amount_minor, currency_decimals(each.currency))}
			for each in targets
		}
		done = self._batch(prices)
		return tuple(done[each.item] for each in targets)

	@shaped("The answer to a batch")
	def _batch(self, changes: Mapping[str, Mapping[str, object]]) -> dict[str, Outcome]:
		done = {}
		for parent, items in _by_parent(changes).items():
			update = [{"id": int(each.rpartition(":")[2]), **changes[each]} for each in items]
			answer = self._http.call("POST", f"{API}{_products(parent)}/batch", body={"update": update})
			for item, row in zip(items, rows(mapping(answer.data)["update"]), strict=True):
				done[item] = _outcome(item, row, "stock_quantity" in changes[item])
		return done

	def push_fulfilment(self, handover: Handover, key: str) -> str:
		"""Completes the order, with the tracking number in its meta data; again changes nothing.

		`Rejected` with code `channel_partial` while something else of it is left: WooCommerce knows no parts.
		"""
		raw = self.fetch_order(handover.order)
		if raw["order"]["status"] == COMPLETED:
			return COMPLETED
		order = self.normalise(raw)
		refunded = refunded_until(order.refunds, FOR_EVER)
		sent = {moved.line: moved.quantity for moved in handover.lines}
		for line in order.lines:
			if sent.get(line.id, 0) < line.quantity - refunded.get(line.id, 0):
				message = (
					f"Order {order.number} is told to the shop when all of it has left: it knows no parts."
				)
				raise Rejected(message, code="channel_partial")
		change: dict[str, object] = {"status": COMPLETED}
		if handover.tracking:
			change["meta_data"] = [{"key": _TRACKING, "value": handover.tracking.number}]
		self._http.call("PUT", f"{API}orders/{_number(handover.order)}", body=change)
		return COMPLETED

	@shaped("A refund")
	def refund(self, wish: RefundWish, key: str) -> str:
		raw = self.fetch_order(wish.order)
		made = [row for row in raw["refunds"] if meta(row, KEY) == key]
		if made:
			return identity(made[0]["id"])
		body = refund_request(self.normalise(raw), raw, wish, key)
		answer = self._http.call("POST", f"{API}orders/{_number(wish.order)}/refunds", body=body)
		return identity(mapping(answer.data)["id"])

	def cancel(self, order: str, reason: str, key: str) -> None:
		status = mapping(self._get(f"orders/{_number(order)}", _fields="status").data).get("status")
		if status == "cancelled":
			return
		if status in (COMPLETED, "refunded"):
			raise Rejected("The shop has completed this order; refund it instead.", code="channel_refused")
		self._http.call("PUT", f"{API}orders/{_number(order)}", body={"status": "cancelled"})


def _hint(headers: Mapping[str, str], raw: bytes) -> Hint | Ping:
	resource = header(headers, "X-WC-Webhook-Resource")
	try:
		remote = identity(json.loads(raw)["id"])
	except (ValueError, KeyError, TypeError, RecursionError):
		# WooCommerce was seen to sign an error of its own as if it were an order.
		return Ping("signed, and about nothing")
	return Hint(
		header(headers, "X-WC-Webhook-Topic"),
		resource if resource in ("order", "product", "customer") else "other",  # type: ignore[arg-type]
		remote,
		delivery_key(header(headers, "X-WC-Webhook-ID"), remote, raw),
	)


def _number(order: str) -> str:
	if not (order.isascii() and order.isdigit()):
		raise Rejected(f"{order!r} is not the id of an order of WooCommerce.", code="channel_not_found")
	return order


def _before(since: str) -> str:
	"""A second earlier: `after` is strict, and the shop counts whole seconds."""
	return (datetime.fromisoformat(since[:19]) - timedelta(seconds=1)).isoformat()


def _next(answer: Answer, page: str) -> str:
	"""Pages are counted: the `Link` header carries the signature of the call that was made."""
	pages = answer.headers.get("x-wp-totalpages", "1")
	return str(int(page) + 1) if pages.isdigit() and int(page) < int(pages) else ""


def _by_parent(items: Iterable[str]) -> dict[str, list[str]]:
	"""Items by their parent, "" for what has none; each parent's variations have an address of their own."""
	parents: dict[str, list[str]] = {}
	for item in items:
		parents.setdefault(_number_or_none(item.rpartition(":")[0]), []).append(item)
	return parents


def _number_or_none(parent: str) -> str:
	return _number(parent) if parent else ""


def _products(parent: str) -> str:
	return f"products/{parent}/variations" if parent else "products"


def _item(parent: str, row_id: object) -> str:
	return item_of(parent, row_id) if parent else identity(row_id)


def _product(row: Mapping[str, Any], parent: object) -> Product:
	item = item_of(parent, row["id"]) if parent else identity(row["id"])
	return Product(item, words(row["name"]), words(row["sku"]), words(row.get("global_unique_id")))


def _outcome(item: str, row: Mapping[str, Any], counted: bool) -> Outcome:
	if error := row.get("error"):
		missing = "invalid_id" in str(error.get("code"))
		return Outcome(item, "not_found" if missing else "refused", reason=words(error.get("message")))
	if counted and row.get("manage_stock") is not True:
		return Outcome(item, "refused", reason="The shop does not count this product's stock.")
	return Outcome(item, "ok")
