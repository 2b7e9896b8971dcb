"""A Vendure order as ours. Pure: everything it needs is in the raw order, its history included.

Vendure lowers an order's total when lines are cancelled, and does not say what a refund is for: what of the
refunds is beside the total follows from the sums. `updatedAt` is no time of anything; the history has those.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pos_bridge.channels.base import Raw
from pos_bridge.channels.reading import (
	currency_code,
	digest,
	exact,
	identity,
	instant,
	mapping,
	minor,
	rows,
	scaled,
	shared_taxes,
	words,
)
from pos_bridge.core.money import SCALE, Rounding, allocate, currency_decimals, round_ratio
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
	PaymentKind,
	Refund,
	RefundLine,
	Return,
	Tracking,
)

MONEY_DECIMALS = "2"
STATES: Mapping[str, OrderState] = {
	"AddingItems": "pending",
	"ArrangingPayment": "pending",
	"Shipped": "closed",
	"Delivered": "closed",
	"Cancelled": "cancelled",
}
"""All others are open, also those that a shop adds."""
_PAYMENTS: Mapping[str, tuple[PaymentKind, ...]] = {
	"Authorized": ("authorisation",),
	"Settled": ("capture",),
	"Cancelled": ("void",),
}
_HUNDRED_PERCENT = 100 * SCALE


def order_of(channel: str, raw: Raw, options: Mapping[str, str]) -> Order:
	"""The order; raises what `reading.payload` makes `Malformed`."""
	row = mapping(raw["order"])
	reading = _Reading(row, int(options.get("money_decimals", MONEY_DECIMALS)))
	lines = tuple(reading.line(each) for each in rows(row["lines"]))
	fulfilments = tuple(_fulfilment(each, reading) for each in rows(row["fulfillments"] or []))
	refunds = tuple(reading.refunds())
	payments = tuple(reading.payments())
	total = reading.minor(row["totalWithTax"])
	address = mapping(row["shippingAddress"] or {})
	return Order(
		channel=channel,
		id=identity(row["id"]),
		number=words(row["code"]),
		state=_state(row["state"], lines, fulfilments),
		placed_at=instant(row["orderPlacedAt"] or row["createdAt"]),
		currency=reading.currency,
		currency_precision=reading.precision,
		prices_include_tax=bool(raw["prices_include_tax"]),
		lines=lines,
		charges=tuple(reading.charges()),
		total_minor=total,
		tax_minor=total - reading.minor(row["total"]),
		discounts=tuple(reading.discounts()),
		credited_minor=_credited(total, payments),
		pickup=_pickup(row, options),
		customer=identity(row["customer"]["id"]) if row["customer"] else "",
		ship_country=words(address.get("countryCode")),
		ship_region=words(address.get("province")),
		payments=payments,
		fulfilments=fulfilments,
		refunds=refunds,
		returns=tuple(_returns(lines, fulfilments, reading)),
		contact=_contact(row),
		changed_at=instant(row["updatedAt"]),
		raw_digest=digest(raw),
	)


def _state(said: str, lines: Sequence[OrderLine], fulfilments: Sequence[Fulfilment]) -> OrderState:
	"""An order whose rest was cancelled stays PartiallyShipped, though nothing more of it will leave."""
	state = STATES.get(said, "open")
	gone = _gone(fulfilments)
	all_gone = bool(gone) and all(gone.get(line.id, 0) >= line.quantity for line in lines)
	return "closed" if state == "open" and all_gone else state


def _gone(fulfilments: Sequence[Fulfilment]) -> dict[str, int]:
	"""What left of each line, in 10^-9."""
	sums: dict[str, int] = {}
	for moved in (moved for made in fulfilments if not made.cancelled_at for moved in made.lines):
		sums[moved.line] = sums.get(moved.line, 0) + moved.quantity
	return sums


def _credited(total: int, payments: Sequence[Payment]) -> int:
	"""What went back beyond what was paid too much: a cancelled line lowers the total, a refund does not."""
	captured = sum(each.amount_minor for each in payments if each.kind == "capture")
	refunded = sum(each.amount_minor for each in payments if each.kind == "refund")
	return max(0, min(refunded, total - captured + refunded))


class _Reading:
	"""Amounts, taxes and times of one order."""

	def __init__(self, row: Mapping[str, Any], money_decimals: int) -> None:
		self._row = row
		self._decimals = money_decimals
		self.currency = currency_code(row["currencyCode"])
		self.precision = currency_decimals(self.currency)
		self._lines = {identity(each["id"]): each for each in rows(row["lines"])}
		self._history = [
			(each["type"], mapping(each["data"]), instant(each["createdAt"]))
			for each in rows(mapping(row["history"])["items"])
		]

	def minor(self, value: object) -> int:
		"""Vendure keeps whole numbers, of two decimals unless the shop decided otherwise."""
		return minor(exact(value) / Decimal(10**self._decimals), self.precision)

	def since(self, kind: str, name: str, value: object, state: str, otherwise: object) -> str:
		"""When something first came into a state."""
		for what, data, at in self._history:
			if what == kind and str(data.get(name)) == str(value) and data.get("to") == state:
				return at
		return instant(otherwise)

	def last_cancelled_at(self) -> str:
		at = [at for what, _, at in self._history if what == "ORDER_CANCELLATION"]
		return at[-1] if at else instant(self._row["updatedAt"])

	def line(self, row: Mapping[str, Any]) -> OrderLine:
		net = self.minor(row["proratedLinePrice"])
		tax = self.minor(row["proratedLinePriceWithTax"]) - net
		off = self.minor(row["linePrice"]) - net
		variant = mapping(row["productVariant"])
		return OrderLine(
			id=identity(row["id"]),
			title=words(variant["name"]),
			quantity=scaled(row["quantity"]),
			ordered=scaled(row["orderPlacedQuantity"] or row["quantity"]),
			net_minor=net,
			tax_minor=tax,
			sku=words(variant["sku"]),
			item=identity(variant["id"]),
			taxes=_taxes(tax, rows(row["taxLines"])),
			discounts=(OrderDiscount(off),) if off else (),
		)

	def charges(self) -> Iterator[OrderCharge]:
		shipping_tax = self._shipping_tax()
		for row in rows(self._row["shippingLines"]):
			method, net = mapping(row["shippingMethod"]), self.minor(row["discountedPrice"])
			tax = self.minor(row["discountedPriceWithTax"]) - net
			charge = f"shipping:{identity(method['id'])}"
			yield OrderCharge(charge, "shipping", words(method["name"]), net, tax, _taxes(tax, shipping_tax))
		for row in rows(self._row["surcharges"]):
			net = self.minor(row["price"])
			tax = self.minor(row["priceWithTax"]) - net
			charge, title = f"surcharge:{identity(row['id'])}", words(row["description"])
			yield OrderCharge(charge, "fee", title, net, tax, _taxes(tax, rows(row["taxLines"])))

	def _shipping_tax(self) -> Sequence[Mapping[str, Any]]:
		"""Its rate stands in the order's summary only, under a name of its own or as the one there is."""
		summary = rows(self._row["taxSummary"])
		of_lines = {tax["description"] for line in self._lines.values() for tax in rows(line["taxLines"])}
		own = [tax for tax in summary if tax["description"] not in of_lines] or summary
		return own[:1] if len({tax["taxRate"] for tax in own}) == 1 else []

	def discounts(self) -> Iterator[OrderDiscount]:
		codes = [words(each) for each in self._row["couponCodes"]]
		for row in rows(self._row["discounts"]):
			code = codes[0] if len(codes) == 1 else ""
			yield OrderDiscount(-self.minor(row["amount"]), code, words(row["description"]))

	def _settled_refunds(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any], str]]:
		"""Only these happened: a pending one may still fail."""
		for payment in rows(self._row["payments"] or []):
			for row in rows(payment["refunds"]):
				if row["state"] == "Settled":
					kind, at = "ORDER_REFUND_TRANSITION", row["createdAt"]
					yield payment, row, self.since(kind, "refundId", row["id"], "Settled", at)

	def payments(self) -> Iterator[Payment]:
		for row in rows(self._row["payments"] or []):
			for kind in _PAYMENTS.get(row["state"], ()):
				since = self.since(
					"ORDER_PAYMENT_TRANSITION", "paymentId", row["id"], row["state"], row["createdAt"]
				)
				amount = self.minor(row["amount"])
				payment = identity(row["id"])
				if amount > 0:
					yield Payment(payment, kind, words(row["method"]), amount, self.currency, since)
		for payment_row, row, at in self._settled_refunds():
			refund, amount = identity(row["id"]), self.minor(row["total"])
			parent, method = identity(payment_row["id"]), words(payment_row["method"])
			if amount > 0:
				yield Payment(refund, "refund", method, amount, self.currency, at, parent, refund)

	def refunds(self) -> Iterator[Refund]:
		for _, row, at in self._settled_refunds():
			total = self.minor(row["total"])
			goods = total - self.minor(row["shipping"] or 0)
			lines = tuple(self._refund_lines(rows(row["lines"]), goods))
			yield Refund(identity(row["id"]), total, at, lines, reason=words(row["reason"]))

	def _refund_lines(self, named: Sequence[Mapping[str, Any]], goods: int) -> Iterator[RefundLine]:
		"""Vendure says quantities only; their prices share what the refund is, and never more than that."""
		known = [(self._lines[str(each["orderLineId"])], each["quantity"]) for each in named]
		prices = [self.minor(line["unitPriceWithTax"]) * quantity for line, quantity in known]
		if not sum(prices) or goods <= 0:
			return
		for (line, quantity), gross in zip(known, allocate(min(goods, sum(prices)), prices), strict=True):
			rate = scaled(line["taxRate"])
			net = round_ratio(gross * _HUNDRED_PERCENT, _HUNDRED_PERCENT + rate, Rounding.COMMERCIAL)
			yield RefundLine(identity(line["id"]), scaled(quantity), net, gross - net)


def _taxes(tax_minor: int, named: Sequence[Mapping[str, Any]]) -> tuple[OrderTax, ...]:
	titled = [(words(each["description"]), scaled(each["taxRate"])) for each in named]
	return shared_taxes(tax_minor, titled)


def _fulfilment(row: Mapping[str, Any], reading: _Reading) -> Fulfilment:
	"""Goods leave Vendure's stock when a fulfilment is made, not when it is called shipped."""
	kind = "ORDER_FULFILLMENT_TRANSITION"
	number, made_at = row["id"], instant(row["createdAt"])
	undone = row["state"] == "Cancelled"
	tracking = words(row["trackingCode"])
	return Fulfilment(
		identity(number),
		tuple(Moved(identity(each["orderLineId"]), scaled(each["quantity"])) for each in rows(row["lines"])),
		made_at,
		cancelled_at=reading.since(kind, "fulfillmentId", number, "Cancelled", row["createdAt"])
		if undone
		else "",
		tracking=(Tracking(tracking, words(row["method"])),) if tracking else (),
	)


def _returns(
	lines: Sequence[OrderLine], fulfilments: Sequence[Fulfilment], reading: _Reading
) -> Iterator[Return]:
	"""Cancelling what had left puts it back into Vendure's stock; it only counts that, by line."""
	gone = _gone(fulfilments)
	for line in lines:
		back = gone.get(line.id, 0) - line.quantity
		if back > 0:
			at = reading.last_cancelled_at()
			yield Return(line.id, (Moved(line.id, back),), at, version=back)


def _pickup(row: Mapping[str, Any], options: Mapping[str, str]) -> str:
	for each in rows(row["shippingLines"]):
		code = words(mapping(each["shippingMethod"])["code"])
		if place := options.get(f"pickup:{code}"):
			return place
	return ""


def _contact(row: Mapping[str, Any]) -> Contact:
	customer = mapping(row["customer"] or {})
	name = f"{words(customer.get('firstName'))} {words(customer.get('lastName'))}".strip()
	user = mapping(customer.get("user") or {})
	return Contact(
		name=name,
		email=words(customer.get("emailAddress")),
		email_verified=user.get("verified") is True,
		phone=words(customer.get("phoneNumber")),
		billing=_address(row["billingAddress"]),
		shipping=_address(row["shippingAddress"]),
	)


def _address(row: Mapping[str, Any] | None) -> Address:
	said = row or {}
	names = {
		"name": "fullName",
		"company": "company",
		"street": "streetLine1",
		"street_2": "streetLine2",
		"city": "city",
		"region": "province",
		"postcode": "postalCode",
		"country": "countryCode",
		"phone": "phoneNumber",
	}
	return Address(**{ours: words(said.get(theirs)) for ours, theirs in names.items()})
