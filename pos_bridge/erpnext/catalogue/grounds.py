"""What a shop's catalogue rests on besides its items: price list, groups and their taxes, currency, day.

It never looks at an item; when one of these changes, every item may have changed.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import frappe
from frappe.utils import get_system_timezone

from pos_bridge.core.catalogue import Catalogue, TillProfile, encode
from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.catalogue.item_taxes import Chains, chains_of
from pos_bridge.erpnext.catalogue.rules import rule_ground, rules_of
from pos_bridge.erpnext.shop import Shop, shop_of, till_profile
from pos_bridge.erpnext.tenders.foreign import rates_of

_OF_THE_ITEMS = ("snapshot", "groups", "units", "items", "chunk_size", "chunks")
"""The manifest's fields that come with a snapshot; all others are the till's settings."""
EDITION = "pos_bridge_catalogue_edition"


@dataclass(frozen=True, slots=True)
class Grounds:
	"""Equal for all tills of a POS Profile in a time zone: they share one snapshot."""

	profile: str
	time_zone: str
	company: str
	price_list: str
	"""What whoever walks in pays by."""
	profile_price_list: str
	price_lists: tuple[str, ...]
	"""The shop's and those of its customers and their groups, in the shop's currency."""
	group_price_lists: tuple[tuple[str, str], ...]
	"""Customer Group to its price list, where it has one."""
	warehouse: str
	walk_in: str
	tax_category: str
	currency: str
	currency_precision: int
	rate_decimals: int
	"""Those of prices: at least the currency's."""
	rounding: str
	templates: tuple[str, ...]
	"""Every template's name, in the order in which chunks number them."""
	item_groups: tuple[str, ...]
	"""Groups in the profile's order, each with all below it; empty: every group."""
	customer_groups: tuple[str, ...]
	today: str
	"""The date where the shop is, `2026-11-25`: prices and taxes are those of this day."""
	edition: str
	"""Changes when an item or a group got another name: nothing else tells that the old one is gone."""
	chains: Chains = field(hash=False)
	"""Today's tax rows of each group that has or inherits some, nearest group first."""

	@property
	def digest(self) -> str:
		"""Another one means: look at every item again. A new day alone does not change it."""
		return digest_of(repr((replace(self, today="", chains={}), sorted(self.chains.items()))))


@dataclass(frozen=True, slots=True)
class Ground:
	"""A till's settings as its page gets them, and the grounds that it shares with other tills."""

	settings: dict[str, Any]
	grounds: Grounds
	profile: TillProfile

	@property
	def settings_digest(self) -> str:
		return digest_of(encode(self.settings).decode())


def ground_of(till: str) -> Ground:
	"""`Rejected` if something is missing at the till's POS Profile."""
	shop = shop_of(till)
	today = today_in(shop.time_zone)
	pricing = rules_of(rule_ground(shop, today))
	if shop.rate_decimals:
		pricing = _left_out(pricing)
	document = frappe.get_cached_doc("POS Profile", shop.profile)
	foreign = rates_of(document, shop.currency, today)
	profile = replace(till_profile(till), foreign=foreign, **pricing)
	manifest = Catalogue(profile, ()).snapshot()
	settings = {name: value for name, value in manifest.items() if name not in _OF_THE_ITEMS}
	return Ground(settings, _grounds(shop, profile), profile)


def _left_out(pricing: Mapping[str, Any]) -> dict[str, Any]:
	"""Rules are evaluated in minor units: where prices are finer, none is."""
	finer = [
		{"rule": row["rule"], "title": row["title"], "reason": "finer_prices"} for row in pricing["rules"]
	]
	return {**pricing, "rules": [], "rules_left_out": [*pricing["rules_left_out"], *finer]}


def _grounds(shop: Shop, profile: TillProfile) -> Grounds:
	_check_currency(shop)
	document = frappe.get_cached_doc("POS Profile", shop.profile)
	today = today_in(shop.time_zone)
	return Grounds(
		profile=shop.profile,
		time_zone=shop.time_zone,
		company=shop.company,
		price_list=shop.price_list,
		profile_price_list=shop.profile_price_list,
		price_lists=_price_lists(shop),
		group_price_lists=_group_price_lists(),
		warehouse=shop.warehouse,
		walk_in=shop.customer,
		tax_category=document.tax_category or "",
		currency=shop.currency,
		currency_precision=shop.currency_precision,
		rate_decimals=max(shop.rate_decimals, shop.currency_precision),
		rounding=profile.rounding,
		templates=tuple(profile.templates),
		item_groups=_with_descendants("Item Group", (row.item_group for row in document.item_groups)),
		customer_groups=_with_descendants(
			"Customer Group", (row.customer_group for row in document.customer_groups)
		),
		today=today.isoformat(),
		edition=edition(),
		chains=chains_of(shop.company, today),
	)


def _check_currency(shop: Shop) -> None:
	currency = frappe.get_cached_value("Price List", shop.profile_price_list, "currency")
	if currency != shop.currency:
		raise Rejected(
			f"The price list {shop.profile_price_list} is in {currency}, but the POS Profile {shop.profile}"
			f" sells in {shop.currency}. Give the profile a price list in {shop.currency}.",
			code="shop_incomplete",
		)


def _price_lists(shop: Shop) -> tuple[str, ...]:
	"""A list in another currency is not a till's: ERPNext would need a rate of exchange for it."""
	used = frappe.db.sql(
		"SELECT name FROM `tabPrice List` list WHERE selling = 1 AND enabled = 1 AND currency = %(currency)s"
		" AND (EXISTS (SELECT 1 FROM `tabCustomer` WHERE default_price_list = list.name)"
		" OR EXISTS (SELECT 1 FROM `tabCustomer Group` WHERE default_price_list = list.name)) ORDER BY name",
		{"currency": shop.currency},
		pluck=True,
	)
	return tuple(dict.fromkeys((shop.price_list, shop.profile_price_list, *used)))


def _group_price_lists() -> tuple[tuple[str, str], ...]:
	filters = {"default_price_list": ("is", "set")}
	rows = frappe.get_all("Customer Group", filters, ["name", "default_price_list"], order_by="name")
	return tuple((row.name, row.default_price_list) for row in rows)


def _with_descendants(doctype: str, names: Iterable[str]) -> tuple[str, ...]:
	"""Groups in the order in which the profile names them, each with all below it."""
	places = {name: place for place, name in enumerate(names)}
	if not places:
		return ()
	found = frappe.db.sql(
		f"SELECT top.name, below.name FROM `tab{doctype}` top JOIN `tab{doctype}` below"
		" ON below.lft BETWEEN top.lft AND top.rgt WHERE top.name IN %s ORDER BY below.lft",
		(tuple(places),),
	)
	by_place = sorted(found, key=lambda row: places.get(row[0], len(places)))
	return tuple(dict.fromkeys(below for _, below in by_place))


def today_in(time_zone: str) -> date:
	"""The date on the shop's wall; the system's where the till names no zone."""
	try:
		zone = ZoneInfo(time_zone or get_system_timezone())
	except (ZoneInfoNotFoundError, ValueError):
		zone = ZoneInfo(get_system_timezone())
	return datetime.now(zone).date()


def edition() -> str:
	"""Read past Frappe's cache of defaults, which another process may be about to fill with the old one."""
	found = frappe.db.sql(
		"SELECT defvalue FROM `tabDefaultValue` WHERE parent = '__global' AND defkey = %s", EDITION
	)
	return str(found[0][0]) if found else ""


def begin_edition() -> None:
	"""Every till loads a new snapshot once this is committed."""
	frappe.db.set_global(EDITION, frappe.generate_hash(length=10))


def digest_of(text: str) -> str:
	return hashlib.sha256(text.encode()).hexdigest()[:16]
