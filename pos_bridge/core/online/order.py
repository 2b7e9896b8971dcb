"""An order of an online shop as values: what was bought, paid, handed over, refunded and came back.

It never holds a float, never knows a document, and never says whom an order belongs to in the books.
"""

from dataclasses import dataclass, field
from typing import Literal

OrderState = Literal["pending", "open", "closed", "cancelled"]
"""`pending`: placed, the shop does not deliver yet (waits for money). `open`: to be delivered, paid or not.
`closed`: the shop expects nothing more. `cancelled`: nothing will be delivered. Any may follow any."""
ChargeKind = Literal["shipping", "fee", "tip", "duty"]
PaymentKind = Literal["authorisation", "capture", "void", "refund"]

ORDER_STATES: tuple[OrderState, ...] = ("pending", "open", "closed", "cancelled")
CHARGE_KINDS: tuple[ChargeKind, ...] = ("shipping", "fee", "tip", "duty")
PAYMENT_KINDS: tuple[PaymentKind, ...] = ("authorisation", "capture", "void", "refund")


@dataclass(frozen=True, slots=True)
class OrderTax:
	"""A tax as the shop states it; `rate` is a percent in units of 10^-9, 0 where the shop does not say."""

	title: str
	amount_minor: int
	rate: int = 0


@dataclass(frozen=True, slots=True)
class OrderDiscount:
	"""What a code or an action took off, before tax. Lines and charges stand without it already."""

	amount_minor: int
	code: str = ""
	title: str = ""


@dataclass(frozen=True, slots=True)
class OrderLine:
	"""Goods of one kind. `id` is the shop's for the line, `item` its for what is sold; quantities in 10^-9.

	`quantity` is what the line is for now, `ordered` what it was placed with (the same where the shop keeps
	no history). `net_minor` and `tax_minor` are of `quantity`, after discounts: trust them, not a unit price.
	`notes` are what the buyer wrote on it (an engraving): personal, so no entry has them.
	"""

	id: str
	title: str
	quantity: int
	ordered: int
	net_minor: int
	tax_minor: int
	sku: str = ""
	barcode: str = ""
	item: str = ""
	taxes: tuple[OrderTax, ...] = ()
	discounts: tuple[OrderDiscount, ...] = ()
	gift_card: bool = False
	notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OrderCharge:
	"""What an order has beside goods: shipping, a fee, a tip, a duty; below zero where it takes off."""

	id: str
	kind: ChargeKind
	title: str
	net_minor: int
	tax_minor: int
	taxes: tuple[OrderTax, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
	"""One movement of money, or a promise of one; the amount is above zero, in minor units of `currency`.

	Only a `capture` brings money and only a `refund` takes it back. `parent` is the payment that it follows,
	`refund` the Refund that it pays out ("" where the shop does not tell).
	"""

	id: str
	kind: PaymentKind
	gateway: str
	amount_minor: int
	currency: str
	occurred_at: str
	parent: str = ""
	refund: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
	"""So much of an order's line; above zero, in 10^-9."""

	line: str
	quantity: int


@dataclass(frozen=True, slots=True)
class Tracking:
	"""How a parcel can be followed."""

	number: str
	carrier: str = ""
	url: str = ""


@dataclass(frozen=True, slots=True)
class Fulfilment:
	"""Goods left a location for good, or were handed over there; undone where `cancelled_at` says when."""

	id: str
	lines: tuple[Moved, ...]
	occurred_at: str
	location: str = ""
	cancelled_at: str = ""
	tracking: tuple[Tracking, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundLine:
	"""Part of a refund that is for a line. Both amounts are above zero for money that goes back."""

	line: str
	quantity: int
	net_minor: int
	tax_minor: int


@dataclass(frozen=True, slots=True)
class Refund:
	"""Money that the shop decided to give back. It moves neither goods nor money: Return and Payment do."""

	id: str
	total_minor: int
	occurred_at: str
	lines: tuple[RefundLine, ...] = ()
	charges: tuple[OrderCharge, ...] = ()
	reason: str = ""

	@property
	def adjustment_minor(self) -> int:
		"""What of it is for no line and no charge: all of it, where only an amount was refunded."""
		named = sum(line.net_minor + line.tax_minor for line in self.lines)
		named += sum(charge.net_minor + charge.tax_minor for charge in self.charges)
		return self.total_minor - named


@dataclass(frozen=True, slots=True)
class Return:
	"""Goods that had left came back to a location, and can be sold again there.

	Where a shop only counts what came back of a line, `id` is the line's, the quantity all that did, and a
	higher `version` takes the place of a lower one.
	"""

	id: str
	lines: tuple[Moved, ...]
	occurred_at: str
	location: str = ""
	refund: str = ""
	version: int = 0


@dataclass(frozen=True, slots=True)
class Address:
	"""Where somebody lives; `country` is ISO 3166-1 alpha-2 where the shop keeps to it."""

	name: str = ""
	company: str = ""
	street: str = ""
	street_2: str = ""
	city: str = ""
	region: str = ""
	postcode: str = ""
	country: str = ""
	phone: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
	"""Who ordered, as the shop knows him: personal, so it lies beside the entries and can be erased."""

	name: str = ""
	email: str = ""
	email_verified: bool = False
	phone: str = ""
	tax_id: str = ""
	billing: Address = Address()
	shipping: Address = Address()
	note: str = ""


@dataclass(frozen=True, slots=True)
class Order:
	"""An order, complete, as the shop has it. Every id is a text; amounts are minor units of `currency`.

	`total_minor` and `tax_minor` are what the shop states; `check_order` compares them with the parts.
	`credited_minor` is what of the refunds the total was not lowered by: some shops keep the total and list
	refunds beside it, others lower it as well. `pickup` is the location where the buyer fetches it.
	`settlement_rate` (10^-9) times an amount is that amount in `settlement_currency`, if another.
	`changed_at` and `raw_digest` say which reading this is; no entry has them.
	"""

	channel: str
	id: str
	number: str
	state: OrderState
	placed_at: str
	currency: str
	currency_precision: int
	prices_include_tax: bool
	lines: tuple[OrderLine, ...]
	charges: tuple[OrderCharge, ...]
	total_minor: int
	tax_minor: int
	discounts: tuple[OrderDiscount, ...] = ()
	cash_rounding_minor: int = 0
	credited_minor: int = 0
	settlement_currency: str = ""
	settlement_rate: int = 0
	pickup: str = ""
	customer: str = ""
	ship_country: str = ""
	ship_region: str = ""
	payments: tuple[Payment, ...] = ()
	fulfilments: tuple[Fulfilment, ...] = ()
	refunds: tuple[Refund, ...] = ()
	returns: tuple[Return, ...] = ()
	contact: Contact = field(default=Contact(), repr=False)
	changed_at: str = ""
	raw_digest: str = ""

	@property
	def parts_minor(self) -> int:
		"""What lines, charges and rounding come to."""
		parts: tuple[OrderLine | OrderCharge, ...] = (*self.lines, *self.charges)
		return sum(part.net_minor + part.tax_minor for part in parts) + self.cash_rounding_minor

	@property
	def captured_minor(self) -> int:
		"""Money that came in, in the order's currency."""
		return _sum_of(self.payments, "capture", self.currency)

	@property
	def refunded_minor(self) -> int:
		"""Money that went back, in the order's currency."""
		return _sum_of(self.payments, "refund", self.currency)


def _sum_of(payments: tuple[Payment, ...], kind: PaymentKind, currency: str) -> int:
	return sum(each.amount_minor for each in payments if each.kind == kind and each.currency == currency)
