"""A WooCommerce order as ours. Pure: everything it needs is in `order` and `refunds` of the raw order.

It trusts line totals and never `price`, a float. What WooCommerce was seen to do stands in the tests.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pos_bridge.channels.base import Raw
from pos_bridge.channels.reading import (
	MAX_NOTE,
	currency_code,
	digest,
	identity,
	identity_or_none,
	instant,
	mapping,
	minor,
	rows,
	scaled,
	words,
)
from pos_bridge.core.money import currency_decimals
from pos_bridge.core.online import (
	Address,
	ChargeKind,
	Contact,
	Fulfilment,
	Moved,
	Order,
	OrderCharge,
	OrderDiscount,
	OrderLine,
	OrderState,
	OrderTax,
	Payment,
	Refund,
	RefundLine,
	Return,
)

STATES: Mapping[str, OrderState] = {
	"pending": "pending",
	"on-hold": "pending",
	"checkout-draft": "pending",
	"processing": "open",
	"completed": "closed",
	"refunded": "closed",
	"cancelled": "cancelled",
	"failed": "cancelled",
	"trash": "cancelled",
}
"""Statuses that plugins add count as open once money came, and as pending before."""
PAYMENT = "paid"
"""WooCommerce knows one payment of an order at most; its transaction id may come later or never."""
COMPLETED = "completed"
"""It knows one fulfilment: that the order was completed, with all that was left of it then."""
FOR_EVER = "9"
"""Behind every instant."""
_PICKUP_METHODS = ("local_pickup", "pickup_location")
_KEPT_BY_HAND = "manual"
"""The gateway of a refund that somebody paid out outside of the shop."""


def order_of(channel: str, raw: Raw, tax_id_meta: str = "") -> Order:
	"""The order; raises what `reading.payload` makes `Malformed`."""
	order, refund_rows = mapping(raw["order"]), rows(raw["refunds"])
	currency = currency_code(order["currency"])
	reading = _Reading(order, currency_decimals(currency))
	refunds = tuple(sorted((reading.refund(row) for row in refund_rows), key=lambda each: int(each.id)))
	fulfilments = _fulfilments(order, refunds)
	address = mapping(order["shipping"])
	country = words(address.get("country")) or words(mapping(order["billing"]).get("country"))
	return Order(
		channel=channel,
		id=identity(order["id"]),
		number=words(order["number"]),
		state=_state(order),
		placed_at=instant(order["date_created_gmt"]),
		currency=currency,
		currency_precision=reading.precision,
		prices_include_tax=bool(order["prices_include_tax"]),
		lines=tuple(reading.line(row) for row in rows(order["line_items"])),
		charges=tuple(reading.charges(order)),
		total_minor=reading.minor(order["total"]),
		tax_minor=reading.minor(order["total_tax"]),
		discounts=tuple(reading.coupon(row) for row in rows(order["coupon_lines"])),
		credited_minor=sum(refund.total_minor for refund in refunds),
		pickup=_pickup(order),
		customer=identity_or_none(order["customer_id"]),
		ship_country=country,
		ship_region=words(address.get("state")),
		payments=tuple(_payments(order, reading, refund_rows)),
		fulfilments=fulfilments,
		refunds=refunds,
		returns=tuple(_returns(order, refunds, fulfilments)),
		contact=_contact(order, tax_id_meta),
		changed_at=instant(order["date_modified_gmt"]),
		raw_digest=digest(raw),
	)


def _state(order: Mapping[str, Any]) -> OrderState:
	return STATES.get(order["status"], "open" if order["date_paid_gmt"] else "pending")


class _Reading:
	"""Amounts and taxes of one order."""

	def __init__(self, order: Mapping[str, Any], precision: int) -> None:
		self.precision = precision
		self._taxes = {
			row["rate_id"]: (words(row["label"]), scaled(row["rate_percent"]))
			for row in rows(order["tax_lines"])
		}
		coupons = [words(row["code"]) for row in rows(order["coupon_lines"])]
		self._coupon = coupons[0] if len(coupons) == 1 else ""

	def minor(self, value: object) -> int:
		return minor(value, self.precision)

	def line(self, row: Mapping[str, Any]) -> OrderLine:
		quantity = scaled(row["quantity"])
		off = self.minor(row["subtotal"]) - self.minor(row["total"])
		return OrderLine(
			id=identity(row["id"]),
			title=words(row["name"]),
			quantity=quantity,
			ordered=quantity,
			net_minor=self.minor(row["total"]),
			tax_minor=self.minor(row["total_tax"]),
			sku=words(row["sku"]),
			barcode=words(row.get("global_unique_id")),
			item=item_of(row["product_id"], row["variation_id"]),
			taxes=self.taxes(row),
			discounts=(OrderDiscount(off, self._coupon),) if off else (),
			notes=_notes(row),
		)

	def taxes(self, row: Mapping[str, Any]) -> tuple[OrderTax, ...]:
		taxes = []
		for each in rows(row["taxes"]):
			title, rate = self._taxes.get(each["id"], ("", 0))
			if each["total"] != "":
				taxes.append(OrderTax(title, self.minor(each["total"]), rate))
		return tuple(taxes)

	def charges(self, order: Mapping[str, Any]) -> Iterator[OrderCharge]:
		kinds: tuple[tuple[str, ChargeKind, str], ...] = (
			("shipping_lines", "shipping", "method_title"),
			("fee_lines", "fee", "name"),
		)
		for name, kind, title in kinds:
			for row in rows(order[name]):
				net, tax = self.minor(row["total"]), self.minor(row["total_tax"])
				yield OrderCharge(identity(row["id"]), kind, words(row[title]), net, tax, self.taxes(row))

	def coupon(self, row: Mapping[str, Any]) -> OrderDiscount:
		return OrderDiscount(self.minor(row["discount"]), words(row["code"]))

	def refund(self, row: Mapping[str, Any]) -> Refund:
		return Refund(
			id=identity(row["id"]),
			total_minor=self.minor(row["amount"]),
			occurred_at=instant(row["date_created_gmt"]),
			lines=tuple(self._refund_line(line) for line in rows(row["line_items"])),
			charges=tuple(self._refund_charges(row)),
			reason=words(row["reason"]),
		)

	def _refund_line(self, row: Mapping[str, Any]) -> RefundLine:
		net, tax = -self.minor(row["total"]), -self.minor(row["total_tax"])
		return RefundLine(_refunded_item(row), -scaled(row["quantity"]), net, tax)

	def _refund_charges(self, row: Mapping[str, Any]) -> Iterator[OrderCharge]:
		for charge in self.charges(row):
			yield OrderCharge(charge.id, charge.kind, charge.title, -charge.net_minor, -charge.tax_minor)


def item_of(product: object, variation: object) -> str:
	"""What is sold, as we name it: `18`, or `19:20` for a variation of 19; "" for what was deleted."""
	parts = [identity_or_none(each) for each in (product, variation)]
	return ":".join(each for each in parts if each)


def meta(row: Mapping[str, Any], key: str) -> str:
	"""A value of `meta_data`; "" if it is not there or no text."""
	found = [each["value"] for each in rows(row["meta_data"]) if each["key"] == key]
	return words(str(found[-1])) if found and isinstance(found[-1], str | int) else ""


def _refunded_item(row: Mapping[str, Any]) -> str:
	return identity(meta(row, "_refunded_item_id"))


def _notes(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
	notes = {
		words(each["key"]): words(each["value"], MAX_NOTE)
		for each in rows(row["meta_data"])
		if isinstance(each["value"], str) and not str(each["key"]).startswith("_")
	}
	return tuple(notes.items())


def _payments(
	order: Mapping[str, Any], reading: _Reading, refunds: Sequence[Mapping[str, Any]]
) -> Iterator[Payment]:
	gateway, currency = words(order["payment_method"]), words(order["currency"])
	total = reading.minor(order["total"])
	if order["date_paid_gmt"] and total > 0:
		yield Payment(PAYMENT, "capture", gateway, total, currency, instant(order["date_paid_gmt"]))
	for row in refunds:
		paid_out = gateway if row["refunded_payment"] else _KEPT_BY_HAND
		amount, at = reading.minor(row["amount"]), instant(row["date_created_gmt"])
		refund = identity(row["id"])
		if amount > 0:
			yield Payment(refund, "refund", paid_out, amount, currency, at, PAYMENT, refund)


def _fulfilments(order: Mapping[str, Any], refunds: Sequence[Refund]) -> tuple[Fulfilment, ...]:
	"""All that was left when it was completed: what had been refunded by then was not sent."""
	if not order["date_completed_gmt"]:
		return ()
	at = instant(order["date_completed_gmt"])
	before = refunded_until(refunds, at)
	lines = tuple(
		Moved(identity(row["id"]), scaled(row["quantity"]) - before.get(identity(row["id"]), 0))
		for row in rows(order["line_items"])
	)
	gone = tuple(each for each in lines if each.quantity > 0)
	return (Fulfilment(COMPLETED, gone, at),) if gone else ()


def refunded_until(refunds: Sequence[Refund], at: str) -> dict[str, int]:
	"""Quantities by line that refunds up to that instant are for."""
	sums: dict[str, int] = {}
	for line in (line for refund in refunds if refund.occurred_at <= at for line in refund.lines):
		sums[line.line] = sums.get(line.line, 0) + line.quantity
	return sums


def _returns(
	order: Mapping[str, Any], refunds: Sequence[Refund], fulfilments: Sequence[Fulfilment]
) -> Iterator[Return]:
	"""WooCommerce counts by line what was put back to stock; what had never left did not come back."""
	if not fulfilments:
		return
	before = refunded_until(refunds, fulfilments[0].occurred_at)
	for row in rows(order["line_items"]):
		line, counted = identity(row["id"]), meta(row, "_restock_refunded_items")
		back = scaled(counted or 0) - before.get(line, 0)
		if back > 0:
			at = max(refund.occurred_at for refund in refunds if line in {each.line for each in refund.lines})
			yield Return(line, (Moved(line, back),), at, version=back)


def _pickup(order: Mapping[str, Any]) -> str:
	for row in rows(order["shipping_lines"]):
		if row["method_id"] in _PICKUP_METHODS:
			return pickup_location(row["method_id"], row["instance_id"])
	return ""


def pickup_location(method: str, instance: object) -> str:
	"""The id of a place to fetch at: `local_pickup:3`."""
	number = identity_or_none(instance)
	return f"{method}:{number}" if number else method


def _contact(order: Mapping[str, Any], tax_id_meta: str) -> Contact:
	billing = mapping(order["billing"])
	address = _address(billing)
	return Contact(
		name=address.name or address.company,
		email=words(billing.get("email")),
		phone=address.phone,
		tax_id=meta(order, tax_id_meta) if tax_id_meta else "",
		billing=address,
		shipping=_address(mapping(order["shipping"])),
		note=words(order["customer_note"], MAX_NOTE),
	)


def _address(row: Mapping[str, Any]) -> Address:
	said = {
		name: words(row.get(name)) for name in ("first_name", "last_name", "address_1", "address_2", "state")
	}
	return Address(
		name=f"{said['first_name']} {said['last_name']}".strip(),
		street=said["address_1"],
		street_2=said["address_2"],
		region=said["state"],
		**{name: words(row.get(name)) for name in ("company", "city", "postcode", "country", "phone")},
	)
