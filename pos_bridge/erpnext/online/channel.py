"""What a Sales Channel says, read once: where goods lie, and which account a tax, a gateway or a charge has.

It never writes and never guesses an account; what is missing is `Rejected` with what to set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, format_decimal
from pos_bridge.core.online import ROUNDING, tax_of_key
from pos_bridge.erpnext.posting.moments import shop_time

CHARGE_FIELDS = {
	"shipping": "shipping_account",
	"fee": "fee_account",
	"tip": "tip_account",
	"duty": "duty_account",
}
"""A charge's kind to the field of Sales Channel that names its account."""


@dataclass(frozen=True, slots=True)
class Gateway:
	"""Where the money of a gateway waits; its Mode of Payment may be empty."""

	account: str
	mode: str


@dataclass(frozen=True, slots=True)
class Channel:
	"""A Sales Channel for posting; accounts by field, "" where none is set."""

	name: str
	company: str
	currency: str
	price_list: str
	cost_center: str
	warehouse: str
	accounts: Mapping[str, str]
	locations: Mapping[str, str]
	taxes: tuple[tuple[str, int, str], ...]
	gateways: Mapping[str, Gateway]
	customer_group: str
	territory: str

	def warehouse_at(self, location: str) -> str:
		"""Where goods of a location lie; a location that nobody mapped is the channel's own warehouse."""
		return self.locations.get(location, self.warehouse)

	def tax_account(self, key: str) -> str:
		"""The account of a tax: the row of its title and rate, else of one of them, else the row for any."""
		rate, title = tax_of_key(key)
		fits = [
			(bool(named) + bool(percent), account)
			for named, percent, account in self.taxes
			if named in ("", title) and percent in (0, rate)
		]
		if fits:
			return max(fits, key=lambda fit: fit[0])[1]
		words = _("Channel {0} has no account for the tax “{1}” of {2} %. Add a row to Taxes, then retry.")
		raise Rejected(words.format(self.name, title, format_decimal(rate)), code="channel_tax")

	def gateway(self, name: str) -> Gateway:
		if name in self.gateways:
			return self.gateways[name]
		words = _("Channel {0} has no account for the gateway “{1}”. Add a row to Payments, then retry.")
		raise Rejected(words.format(self.name, name), code="channel_gateway")

	def charge_account(self, kind: str) -> str:
		"""Of `shipping`, `fee`, `tip`, `duty` or `ROUNDING`."""
		if kind == ROUNDING:
			return self._company_account("round_off_account", _("Round Off Account"))
		return self.account(CHARGE_FIELDS[kind])

	def account(self, field: str) -> str:
		if self.accounts.get(field):
			return self.accounts[field]
		label = frappe._(frappe.get_meta("Sales Channel").get_label(field))
		words = _("Channel {0} has no “{1}”. Set one, then retry.")
		raise Rejected(words.format(self.name, label), code="channel_incomplete")

	@property
	def revenue_account(self) -> str:
		"""Of cents that quantity times a rounded rate has too much or too little."""
		own = self.accounts.get("income_account")
		return own or self._company_account("default_income_account", _("Default Income Account"))

	def _company_account(self, field: str, label: str) -> str:
		account = frappe.get_cached_value("Company", self.company, field)
		if account:
			return str(account)
		words = _("Company {0} has no “{1}”. Set one, then retry.")
		raise Rejected(words.format(self.company, label), code="channel_incomplete")


def channel_of(name: str) -> Channel:
	"""The Sales Channel of that name."""
	doc = frappe.get_cached_doc("Sales Channel", name)
	company = frappe.get_cached_doc("Company", doc.company)
	fields = [*CHARGE_FIELDS.values(), "income_account", "refund_account", "gift_card_account"]
	return Channel(
		name=doc.name,
		company=doc.company,
		currency=company.default_currency,
		price_list=doc.price_list,
		cost_center=doc.cost_center or company.cost_center or "",
		warehouse=doc.warehouse,
		accounts={field: doc.get(field) or "" for field in fields},
		locations={row.location: row.warehouse for row in doc.locations},
		taxes=tuple((row.title or "", round((row.rate or 0) * SCALE), row.account) for row in doc.taxes),
		gateways={row.gateway: Gateway(row.account, row.mode_of_payment or "") for row in doc.payments},
		customer_group=doc.customer_group
		or frappe.db.get_single_value("Selling Settings", "customer_group")
		or "",
		territory=doc.territory or frappe.db.get_single_value("Selling Settings", "territory") or "",
	)


def connection_of(name: str) -> dict[str, Any]:
	"""Kind, address, keys, secrets and options of a channel, for its connector."""
	doc = frappe.get_cached_doc("Sales Channel", name)

	def secret(field: str) -> str:
		return doc.get_password(field, raise_exception=False) or ""

	return {
		"kind": doc.kind,
		"url": doc.url or "",
		"key": secret("api_key"),
		"secret": secret("api_secret"),
		"secrets": tuple(filter(None, (secret("webhook_secret"), secret("webhook_secret_before")))),
		"options": frappe.parse_json(doc.options) if doc.options else {},
	}


def local_time(instant: str) -> datetime:
	"""An instant as the clock on the company's wall showed it."""
	return shop_time(instant, "")
