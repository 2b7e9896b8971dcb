"""The catalogue as a till gets it: a snapshot of the till's settings, and items in columnar chunks.

It never reads items from anywhere; ERPNext and the demo shop hand them in.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import format_decimal
from pos_bridge.core.people import Person, Role, people_fields
from pos_bridge.core.pricing.price_list import Price
from pos_bridge.core.sale_body import tax_row_fields, total_rounding_fields
from pos_bridge.core.sync import PROTOCOL_VERSION
from pos_bridge.core.tax import Tax
from pos_bridge.core.tenders.codes import PaymentCode, code_fields
from pos_bridge.core.ticket import TotalRounding

CHUNK_SIZE = 1000
OFFERS = ("exchange", "gift_card", "store_credit", "on_account", "tips", "new_customer", "mail")
"""What not every shop is set up for; kinds of tenders, tips, and receipts by e-mail."""


@dataclass(frozen=True, slots=True)
class Unit:
	"""Another unit of an item: how many stock units are in one (10^-9), and its own codes."""

	unit: str
	factor: int
	gtins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
	"""One of several that share a name. Attributes: name, value, the value's place among the others."""

	name: str
	attributes: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Item:
	"""What is for sale. `template` names the rates it is taxed with; `weighed` items are sold by weight."""

	item: str
	name: str
	price_minor: int
	group: str
	unit: str
	template: str
	gtins: tuple[str, ...] = ()
	weighed: bool = False
	brand: str = ""
	variant_of: str = ""
	variant: Variant | None = None
	"""What tells it from the template's others; None where nothing says."""
	units: tuple[Unit, ...] = ()
	"""Other units that it is sold in."""
	prices: tuple[Price, ...] = ()
	"""Rows of price lists, where `price_minor` does not say all of it."""
	min_age: int = 0
	"""Whoever buys it must be so many years old; 0 for everybody."""
	open_price: bool = False
	"""The till asks what it costs; `price_minor` is what it proposes."""
	serials: bool = False
	"""Each piece has a serial number, which the till asks for."""
	batches: bool = False
	"""Pieces of one batch belong together: a batch that a code names is recorded."""


@dataclass(frozen=True, slots=True)
class TillProfile:
	"""What a till has to know besides items; amounts in `currency`, rates as decimal texts in percent."""

	till: str
	company: str
	shop: str
	address: tuple[str, ...]
	tax_id: str
	receipt_footer: tuple[str, ...]
	currency: str
	currency_precision: int
	rounding: str
	locale: str
	taxes: tuple[Tax, ...]
	templates: Mapping[str, Mapping[str, str]]
	tenders: Mapping[str, str]
	"""Tender's name to its kind, `cash`, `card` or `bank`, in the order of the buttons."""
	cashiers: tuple[str, ...]
	code_patterns: tuple[str, ...]
	total_rounding: TotalRounding | None = None
	row_wise_tax: bool = False
	rate_decimals: int = 0
	price_list: str = ""
	restricted: tuple[tuple[str, str, str], ...] = ()
	"""Customers who may buy only some goods: customer, `item`, `group` or `brand`, and its name."""
	offers: tuple[str, ...] = ()
	"""What the shop takes and gives besides money, of `OFFERS`."""
	without_receipt_minor: int = 0
	"""What a return without receipt may come to; 0: the shop takes nothing back so."""
	phone_code: str = ""
	"""Digits before a telephone number of the shop's country; "" where they are not known."""
	foreign: Sequence[Mapping[str, Any]] = ()
	"""Cash of other currencies that is taken: `currency`, `currency_precision`, `rate`, `as_of`."""
	rules: Sequence[Mapping[str, Any]] = ()
	"""Pricing rules as `pricing.rules` reads them."""
	rules_left_out: Sequence[Mapping[str, str]] = ()
	"""Rules that a till can't evaluate: `rule`, `title`, `reason`."""
	payment_codes: Mapping[str, PaymentCode] = field(default_factory=dict)
	"""What customers scan to pay, by tender."""
	display_text: tuple[str, ...] = ()
	"""What the customer's screen says while nobody pays; none: what stands below the receipt."""
	display_logo: str = ""
	"""And shows: an image as a data URL, so that it is there without a network."""
	people: tuple[Person, ...] = ()
	"""The cashiers once more, where there are PINs, badges or roles; empty: one tap, and all is allowed."""
	roles: tuple[Role, ...] = ()
	lock_minutes: int = 0
	"""After so long without a touch, whoever has a PIN has to enter it again; 0: never."""
	pricing_for: Mapping[str, str] = field(default_factory=dict)
	"""Whom and what the rules are asked for where the till knows nothing better."""


class Catalogue:
	"""Items in chunks of `CHUNK_SIZE`, named by a digest that changes when anything in it does."""

	def __init__(self, profile: TillProfile, items: Sequence[Item]) -> None:
		self.profile = profile
		self.items = items
		self._groups = _numbered(item.group for item in items)
		self._units = _numbered(item.unit for item in items)
		self._templates = _numbered(iter(profile.templates))

	@cached_property
	def digest(self) -> str:
		"""The snapshot's name: equal for equal profile and items."""
		digest = hashlib.sha256(repr(self.profile).encode())
		for item in self.items:
			digest.update(repr(item).encode())
		return digest.hexdigest()[:16]

	@property
	def chunks(self) -> int:
		return -(-len(self.items) // CHUNK_SIZE)

	def snapshot(self) -> dict[str, Any]:
		"""The manifest that a till loads first (docs/protocol.md, "Snapshot")."""
		profile = self.profile
		plain = ("till", "company", "shop", "tax_id", "currency", "currency_precision", "rounding", "locale")
		listed = ("address", "receipt_footer", "cashiers", "code_patterns", "rules", "rules_left_out")
		return {
			"protocol": PROTOCOL_VERSION,
			"snapshot": self.digest,
			**{name: getattr(profile, name) for name in plain},
			**{name: list(getattr(profile, name)) for name in listed},
			"taxes": [tax_row_fields(tax) for tax in profile.taxes],
			**_rare_fields(profile),
			"pricing_for": dict(profile.pricing_for),
			"templates": [{"template": name, "rates": rates} for name, rates in profile.templates.items()],
			"tenders": [{"tender": name, "kind": kind} for name, kind in profile.tenders.items()],
			"groups": list(self._groups),
			"units": list(self._units),
			"items": len(self.items),
			"chunk_size": CHUNK_SIZE,
			"chunks": self.chunks,
		}

	def chunk(self, number: int) -> dict[str, Any]:
		"""Columns of up to `CHUNK_SIZE` items; `Rejected` for a number that the snapshot doesn't name."""
		if not 0 <= number < self.chunks:
			raise Rejected(f"The catalogue has chunks 0 to {self.chunks - 1}, not {number}.")
		items = self.items[number * CHUNK_SIZE : (number + 1) * CHUNK_SIZE]
		return {
			"chunk": number,
			"item": [item.item for item in items],
			"name": [item.name for item in items],
			"price_minor": [item.price_minor for item in items],
			"group": [self._groups[item.group] for item in items],
			"unit": [self._units[item.unit] for item in items],
			"template": [self._templates[item.template] for item in items],
			"gtins": [list(item.gtins) for item in items],
			"weighed": [index for index, item in enumerate(items) if item.weighed],
			**more_column(items),
		}


def more_column(items: Sequence[Item]) -> dict[str, Any]:
	"""The sparse column `more`: by a row's number, what few items have. Absent if none has any."""
	found = {str(index): more for index, item in enumerate(items) if (more := _more(item))}
	return {"more": found} if found else {}


def _more(item: Item) -> dict[str, Any]:
	fields = {
		"brand": item.brand,
		"variant_of": item.variant_of,
		"variant": _variant_fields(item.variant) if item.variant else None,
		"min_age": item.min_age,
		"open_price": item.open_price,
		"serials": item.serials,
		"batches": item.batches,
		"units": [[each.unit, format_decimal(each.factor), list(each.gtins)] for each in item.units],
		"prices": [_price_fields(price) for price in item.prices],
	}
	return {name: value for name, value in fields.items() if value}


def _variant_fields(variant: Variant) -> dict[str, Any]:
	return {"name": variant.name, "attributes": [list(each) for each in variant.attributes]}


def _price_fields(price: Price) -> list[Any]:
	return [
		price.price_list,
		price.unit,
		price.customer,
		price.valid_from,
		price.valid_upto,
		format_decimal(price.packing_unit),
		format_decimal(price.rate),
		price.of_template,
	]


def _rare_fields(profile: TillProfile) -> dict[str, Any]:
	how = profile.total_rounding
	fields = {
		"total_rounding": total_rounding_fields(how) if how else None,
		"row_wise_tax": profile.row_wise_tax,
		"rate_decimals": profile.rate_decimals,
		"price_list": profile.price_list,
		"restricted": [list(row) for row in profile.restricted],
		"offers": list(profile.offers),
		"payment_codes": [code_fields(*each) for each in profile.payment_codes.items()],
		"display_text": list(profile.display_text),
		"display_logo": profile.display_logo,
		"without_receipt_minor": profile.without_receipt_minor,
		"phone_code": profile.phone_code,
		"foreign": list(profile.foreign),
		**people_fields(profile.people, profile.roles),
		"lock_minutes": profile.lock_minutes,
	}
	return {name: value for name, value in fields.items() if value}


def _numbered(names: Iterator[str]) -> dict[str, int]:
	distinct = dict.fromkeys(names)
	return {name: number for number, name in enumerate(distinct)}


def encode(columns: Mapping[str, Any]) -> bytes:
	"""A snapshot or chunk as JSON bytes, without blanks."""
	return json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()
