"""A Medusa order as ours. Pure: everything it needs is in the raw order.

Medusa does not round: each line's net and tax are rounded here, once, and so is the total. A refund has no
lines; what of it was not paid too much is a credit line, which we keep beside the total.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pos_bridge.channels.base import Raw
from pos_bridge.channels.reading import (
	MAX_NOTE,
	currency_code,
	digest,
	exact,
	identity,
	identity_or_none,
	instant,
	mapping,
	minor,
	rows,
	scaled,
	shared_taxes,
	words,
)
from pos_bridge.core.money import currency_decimals
from pos_bridge.core.online import (
	Address,
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
	Return,
	Tracking,
)

STATES: Mapping[str, OrderState] = {
	"draft": "pending",
	"requires_action": "pending",
	"completed": "closed",
	"archived": "closed",
	"canceled": "cancelled",
}
"""`pending` is what Medusa calls every order that nobody completed: open, until all of it has left."""
PICKUP = "pickup"
_RECEIVED = ("received", "partially_received")


def order_of(channel: str, raw: Raw) -> Order:
	"""The order; raises what `reading.payload` makes `Malformed`."""
	row = mapping(raw["order"])
	reading = _Reading(row)
	lines = tuple(reading.line(each) for each in rows(row["items"]))
	fulfilments = tuple(_fulfilment(each) for each in _by_time(row.get("fulfillments")))
	payments = tuple(reading.payments())
	credited = reading.credited(payments)
	address = mapping(row.get("shipping_address") or {})
	return Order(
		channel=channel,
		id=identity(row["id"]),
		number=str(int(row["display_id"])),
		state=_state(row["status"], lines, fulfilments),
		placed_at=instant(row["created_at"]),
		currency=reading.currency,
		currency_precision=reading.precision,
		prices_include_tax=any(each["is_tax_inclusive"] is True for each in rows(row["items"])),
		lines=lines,
		charges=tuple(reading.charge(each) for each in rows(row["shipping_methods"])),
		total_minor=reading.minor(row["total"]) + credited,
		tax_minor=reading.minor(row["tax_total"]),
		credited_minor=credited,
		pickup=_pickup(row),
		customer=identity_or_none(row["customer_id"]),
		ship_country=words(address.get("country_code")).upper(),
		ship_region=words(address.get("province")),
		payments=payments,
		fulfilments=fulfilments,
		refunds=tuple(reading.refunds()),
		returns=tuple(_returns(row)),
		contact=_contact(row),
		changed_at=instant(row["updated_at"]),
		raw_digest=digest(raw),
	)


def _by_time(value: object) -> Sequence[Mapping[str, Any]]:
	return sorted(rows(value or []), key=lambda row: (str(row["created_at"]), str(row["id"])))


def _state(said: str, lines: Sequence[OrderLine], fulfilments: Sequence[Fulfilment]) -> OrderState:
	state = STATES.get(said, "open")
	gone: dict[str, int] = {}
	for moved in (moved for made in fulfilments if not made.cancelled_at for moved in made.lines):
		gone[moved.line] = gone.get(moved.line, 0) + moved.quantity
	all_gone = bool(gone) and all(gone.get(line.id, 0) >= line.ordered for line in lines)
	return "closed" if state == "open" and all_gone else state


class _Reading:
	"""Amounts and taxes of one order."""

	def __init__(self, row: Mapping[str, Any]) -> None:
		self._row = row
		self.currency = currency_code(str(row["currency_code"]).upper())
		self.precision = currency_decimals(self.currency)

	def minor(self, value: object) -> int:
		return minor(value, self.precision)

	def line(self, row: Mapping[str, Any]) -> OrderLine:
		placed = scaled(row["quantity"])
		# A line's total is without what came back of it, though its quantity is not.
		quantity = placed - scaled(mapping(row["detail"])["return_received_quantity"])
		net, tax = self._net_and_tax(row)
		off = self.minor(exact(row["discount_total"]) - exact(row["discount_tax_total"]))
		return OrderLine(
			id=identity(row["id"]),
			title=words(row["title"]),
			quantity=quantity,
			ordered=placed,
			net_minor=net,
			tax_minor=tax,
			sku=words(row["variant_sku"]),
			barcode=words(row["variant_barcode"]),
			item=identity_or_none(row["variant_id"]),
			taxes=_taxes(tax, rows(row["tax_lines"] or [])),
			discounts=(OrderDiscount(off, _code(row)),) if off else (),
			gift_card=row.get("is_giftcard") is True,
			notes=_notes(row),
		)

	def _net_and_tax(self, row: Mapping[str, Any]) -> tuple[int, int]:
		"""Whichever of net and gross the shop's prices are is exact; the other one bears the rounding."""
		total, tax = exact(row["total"]), exact(row["tax_total"])
		tax_minor = self.minor(tax)
		if row["is_tax_inclusive"] is True:
			return self.minor(total) - tax_minor, tax_minor
		return self.minor(total - tax), tax_minor

	def charge(self, row: Mapping[str, Any]) -> OrderCharge:
		net, tax = self._net_and_tax(row)
		taxes = _taxes(tax, rows(row["tax_lines"] or []))
		return OrderCharge(identity(row["id"]), "shipping", words(row["name"]), net, tax, taxes)

	def credited(self, payments: Sequence[Payment]) -> int:
		"""Credit lines, as far as they are for refunds; of another kind none was seen, so that differs."""
		lines = sum(self.minor(each["total"]) for each in rows(self._row.get("credit_lines") or []))
		return min(lines, sum(each.amount_minor for each in payments if each.kind == "refund"))

	def _paid(self) -> Iterator[Mapping[str, Any]]:
		for collection in rows(self._row.get("payment_collections") or []):
			yield from _by_time(collection["payments"])

	def payments(self) -> Iterator[Payment]:
		for row in self._paid():
			payment, gateway = identity(row["id"]), words(row["provider_id"])
			amount, at = self.minor(row["amount"]), instant(row["created_at"])
			if row["canceled_at"]:
				at = instant(row["canceled_at"])
				yield Payment(payment, "void", gateway, amount, self.currency, at)
			elif amount > 0:
				yield Payment(payment, "authorisation", gateway, amount, self.currency, at)
			for each in _by_time(row["captures"]):
				captured, at = self.minor(each["amount"]), instant(each["created_at"])
				yield Payment(identity(each["id"]), "capture", gateway, captured, self.currency, at, payment)
			for each in _by_time(row["refunds"]):
				back, at, refund = (
					self.minor(each["amount"]),
					instant(each["created_at"]),
					identity(each["id"]),
				)
				yield Payment(refund, "refund", gateway, back, self.currency, at, payment, refund)

	def refunds(self) -> Iterator[Refund]:
		for row in self._paid():
			for each in _by_time(row["refunds"]):
				reason, at = words(each["note"]), instant(each["created_at"])
				yield Refund(identity(each["id"]), self.minor(each["amount"]), at, reason=reason)


def _taxes(tax_minor: int, named: Sequence[Mapping[str, Any]]) -> tuple[OrderTax, ...]:
	titled = [(words(each["description"] or each["code"]), scaled(each["rate"])) for each in named]
	return shared_taxes(tax_minor, titled)


def _code(row: Mapping[str, Any]) -> str:
	codes = {words(each["code"]) for each in rows(row["adjustments"] or [])}
	return codes.pop() if len(codes) == 1 else ""


def _notes(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
	said = mapping(row["metadata"] or {})
	return tuple((words(name), words(note, MAX_NOTE)) for name, note in said.items() if isinstance(note, str))


def _fulfilment(row: Mapping[str, Any]) -> Fulfilment:
	"""Goods leave Medusa's stock when a fulfilment is made, not when it is shipped."""
	return Fulfilment(
		identity(row["id"]),
		tuple(Moved(identity(each["line_item_id"]), scaled(each["quantity"])) for each in rows(row["items"])),
		instant(row["created_at"]),
		identity_or_none(row["location_id"]),
		instant(row["canceled_at"]) if row["canceled_at"] else "",
		tuple(
			Tracking(words(each["tracking_number"]), url=words(each["tracking_url"]))
			for each in rows(row["labels"] or [])
		),
	)


def _returns(row: Mapping[str, Any]) -> Iterator[Return]:
	"""What was received of a return; more of the same may be received later, so it is counted."""
	for each in _by_time(row.get("returns")):
		lines = tuple(
			Moved(identity(item["item_id"]), scaled(item["received_quantity"]))
			for item in rows(each["items"])
			if scaled(item["received_quantity"]) > 0
		)
		if each["status"] in _RECEIVED and lines:
			at = instant(each["received_at"] or each["created_at"])
			version = sum(moved.quantity for moved in lines)
			yield Return(
				identity(each["id"]), lines, at, identity_or_none(each["location_id"]), version=version
			)


def _pickup(row: Mapping[str, Any]) -> str:
	for each in rows(row["shipping_methods"]):
		option = mapping(each.get("shipping_option") or {})
		place = mapping(mapping(option.get("service_zone") or {}).get("fulfillment_set") or {})
		if place.get("type") == PICKUP:
			return identity(mapping(place["location"])["id"])
	return ""


def _contact(row: Mapping[str, Any]) -> Contact:
	customer = mapping(row.get("customer") or {})
	shipping = _address(row.get("shipping_address"))
	name = f"{words(customer.get('first_name'))} {words(customer.get('last_name'))}".strip()
	return Contact(
		name=name or shipping.name,
		email=words(row["email"]),
		phone=words(customer.get("phone")) or shipping.phone,
		billing=_address(row.get("billing_address")),
		shipping=shipping,
	)


def _address(row: Mapping[str, Any] | None) -> Address:
	said = row or {}
	names = {
		"company": "company",
		"street": "address_1",
		"street_2": "address_2",
		"city": "city",
		"region": "province",
		"postcode": "postal_code",
		"phone": "phone",
	}
	return Address(
		name=f"{words(said.get('first_name'))} {words(said.get('last_name'))}".strip(),
		country=words(said.get("country_code")).upper(),
		**{ours: words(said.get(theirs)) for ours, theirs in names.items()},
	)
