"""The port behind which every kind of online shop looks the same: what it is told, what it answers.

A connector never makes a document, never retries by itself, and never takes a webhook for more than a hint.

All calls raise what `core/errors.py` draws: `Retryable` for a passing fault (with `retry_after_seconds` where
the shop said so), `Unauthenticated` and `Rejected` where a person is needed, `Malformed` for an answer that
is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pos_bridge.channels.limit import Budget
from pos_bridge.core.online import Moved, Order, RefundLine, Tracking

MAX_WEBHOOK_BYTES = 1024 * 1024

Raw = Mapping[str, Any]
"""An order as the shop gave it, complete; fractions are `Decimal`. Only its own connector reads it."""


@dataclass(frozen=True, slots=True)
class Settings:
	"""One channel as a person set it up. `secrets` sign webhooks: the current one first, then the one before.

	`options` are the connector's own; each says in its docstring what it reads.
	"""

	channel: str
	url: str
	key: str = field(default="", repr=False)
	secret: str = field(default="", repr=False)
	secrets: tuple[str, ...] = field(default=(), repr=False)
	options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Capabilities:
	"""What a kind of shop can do, so that nobody asks it for more.

	`stock_field`: what a stock push sets: `on_hand` (the shop subtracts its own open orders), `available`, or
	`net` (one number from which each order takes). `compare_and_set`: a push can name what it expects.
	`idempotency`: `key` (the shop keeps ours), `looked_up` (the connector looks for it before it writes).
	`modified_cursor`: whether `list_changed` sees every change: `reliable`, `partial` or `none`.
	`fetch_size`: how many orders `fetch_orders` reads at once.
	`bulk_pull`: a page may say "not ready yet" (`Page.wait_seconds`).
	"""

	kind: str
	stock_field: Literal["on_hand", "available", "net"]
	batch_size: int
	budget: Budget
	modified_cursor: Literal["reliable", "partial", "none"]
	idempotency: Literal["key", "looked_up"]
	multi_location: bool = False
	compare_and_set: bool = False
	order_edit: bool = False
	fetch_size: int = 1
	refunds_incremental: bool = False
	partial_fulfilment: bool = False
	returns: bool = False
	pickup: bool = False
	gift_cards: bool = False
	multi_currency: bool = False
	bulk_pull: bool = False
	sends_mail: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
	"""Something of this id may have changed: read it again. `key` is the same for the same delivery only."""

	topic: str
	resource: Literal["order", "product", "customer", "other"]
	id: str
	key: str


@dataclass(frozen=True, slots=True)
class Ping:
	"""The shop asks whether anybody is there: answer 2xx, do nothing."""

	why: str


@dataclass(frozen=True, slots=True)
class Refusal:
	"""Not from this shop, or no message at all. `status` is what to answer."""

	why: str
	status: int = 401


@dataclass(frozen=True, slots=True)
class Listed:
	"""An order in a list. `version` is any text that is another one after most changes; it proves nothing."""

	id: str
	version: str = ""


@dataclass(frozen=True, slots=True)
class Page:
	"""Orders, and where to go on ("" at the end). With `wait_seconds` they are not ready: ask again then."""

	orders: tuple[Listed, ...]
	next: str = ""
	wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class ShopFacts:
	"""What a shop says of itself when a person tests the connection."""

	name: str
	software: str
	currency: str


@dataclass(frozen=True, slots=True)
class Location:
	"""Where a shop keeps stock, by its id; `pickup`: buyers can fetch there."""

	id: str
	name: str
	pickup: bool = False


@dataclass(frozen=True, slots=True)
class Product:
	"""What can be sold; `item` is the id that lines and stock go by."""

	item: str
	title: str
	sku: str = ""
	barcode: str = ""


@dataclass(frozen=True, slots=True)
class ProductPage:
	products: tuple[Product, ...]
	next: str = ""


@dataclass(frozen=True, slots=True)
class StockLevel:
	"""Whole pieces of an item at a location ("": the shop has only one). None: it does not count."""

	item: str
	quantity: int | None
	location: str = ""


@dataclass(frozen=True, slots=True)
class StockTarget:
	"""Set a level to so many whole pieces. `expected`: what a compare-and-set shop finds (None: any)."""

	item: str
	quantity: int
	location: str = ""
	expected: int | None = None


@dataclass(frozen=True, slots=True)
class PriceTarget:
	"""Set the price of an item; with or without tax as the shop keeps its prices."""

	item: str
	amount_minor: int
	currency: str


@dataclass(frozen=True, slots=True)
class Outcome:
	"""What became of one target. `stale`: the shop found something else than expected, `found` says what."""

	item: str
	result: Literal["ok", "stale", "not_found", "refused"]
	location: str = ""
	reason: str = ""
	found: int | None = None


@dataclass(frozen=True, slots=True)
class Handover:
	"""Goods of an order that left, or that a buyer fetched (`picked_up`).

	For a shop without `partial_fulfilment`, `lines` are all that left so far.
	"""

	order: str
	lines: tuple[Moved, ...]
	location: str = ""
	tracking: Tracking | None = None
	picked_up: bool = False


@dataclass(frozen=True, slots=True)
class RefundWish:
	"""Give money of an order back by the way it came. It never restocks: goods come back to us.

	`lines` and `shipping_minor` say what for, with tax; what is left of `amount_minor` is an amount alone.
	"""

	order: str
	amount_minor: int
	currency: str
	payment: str = ""
	lines: tuple[RefundLine, ...] = ()
	shipping_minor: int = 0
	reason: str = ""


class Connector(Protocol):
	"""One channel. Writes take a `key`: the same call with the same key, however often, is done once."""

	@property
	def capabilities(self) -> Capabilities: ...

	def test_connection(self) -> ShopFacts:
		"""Ask for something that needs the rights that we need; the error says in words what is wrong."""
		...

	def locations(self) -> tuple[Location, ...]: ...

	def list_products(self, cursor: str = "") -> ProductPage: ...

	def register_webhooks(self, url: str) -> tuple[str, ...]:
		"""Have hints sent to `url`; the topics that are sent now. It may be called while others are."""
		...

	def verify_webhook(self, headers: Mapping[str, str], raw: bytes) -> Hint | Ping | Refusal:
		"""What a delivery means. Compares the signature over the raw bytes in constant time; never raises."""
		...

	def list_created(self, since: str, until: str, cursor: str = "") -> Page:
		"""Orders placed from `since` up to `until` (instants), the oldest first."""
		...

	def list_open(self, cursor: str = "") -> Page:
		"""Orders to which something can still happen by itself."""
		...

	def list_changed(self, since: str, cursor: str = "") -> Page:
		"""Orders that the shop says changed since; how much that is worth says `modified_cursor`."""
		...

	def fetch_order(self, order: str) -> Raw:
		"""The order with all that happened to it; `Rejected` with code `channel_not_found` if it is gone."""
		...

	def fetch_orders(self, orders: Sequence[str]) -> tuple[Raw, ...]:
		"""As `fetch_order`, at most `fetch_size` in few calls; those that are gone are left out."""
		...

	def normalise(self, raw: Raw) -> Order:
		"""The order in `raw`; `Malformed` if it is none. Pure: the same of the same."""
		...

	def read_stock(self, items: Sequence[str]) -> tuple[StockLevel, ...]: ...

	def push_stock(self, targets: Sequence[StockTarget], key: str) -> tuple[Outcome, ...]:
		"""Set levels, at most `batch_size`; one outcome each, in their order."""
		...

	def push_prices(self, targets: Sequence[PriceTarget], key: str) -> tuple[Outcome, ...]: ...

	def push_fulfilment(self, handover: Handover, key: str) -> str:
		"""Tell the shop that goods left; its id of the fulfilment."""
		...

	def refund(self, wish: RefundWish, key: str) -> str:
		"""Give money back; the shop's id of the refund."""
		...

	def cancel(self, order: str, reason: str, key: str) -> None:
		"""Cancel what was not delivered. Cancelling what is cancelled already is done."""
		...
