"""Pricing Rules of ERPNext that can apply at a shop, as plain rows: trees are expanded to lists of names.

It never applies one (`core.pricing` does), and never drops one without naming it: what can't be known at a
till without a network is counted with its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from erpnext.stock.get_item_details import get_conversion_factor
from frappe import _
from frappe.utils import flt

from pos_bridge.core.money import format_decimal
from pos_bridge.core.pricing.rules import MAX_RULES
from pos_bridge.erpnext.shop import Shop

KEPT_DAYS = 7
"""A rule is sent that long after it is over: a till without a network may still be in that business date."""
_ON = {"Item Code": "item", "Item Group": "group", "Brand": "brand", "Transaction": "ticket"}
_GIVES = {"Rate": "rate", "Discount Percentage": "percent", "Discount Amount": "amount"}
_DISCOUNT_ON = {"Net Total": "net", "Grand Total": "grand"}
_FIGURES = (
	*("min_qty", "max_qty", "min_amt", "max_amt", "rate", "discount_percentage", "discount_amount"),
	*("margin_rate_or_amount", "free_qty", "free_item_rate", "recurse_for", "apply_recursion_over"),
)


@dataclass(frozen=True, slots=True)
class RuleGround:
	"""What decides which rules can apply at a shop."""

	company: str
	price_list: str
	warehouse: str
	customer: str
	currency_precision: int
	today: date
	discount_on: str
	"""What a discount on the ticket is taken from where a rule says nothing: "Net Total", "Grand Total"."""
	ignored: bool
	"""The POS Profile says to ignore pricing rules."""


def rule_ground(shop: Shop, today: date) -> RuleGround:
	profile = frappe.get_cached_doc("POS Profile", shop.profile)
	return RuleGround(
		company=shop.company,
		price_list=shop.price_list,
		warehouse=shop.warehouse,
		customer=shop.customer,
		currency_precision=shop.currency_precision,
		today=today,
		discount_on=profile.apply_discount_on or "",
		ignored=bool(profile.ignore_pricing_rule),
	)


def rules_of(ground: RuleGround) -> dict[str, Any]:
	"""The manifest's `rules`, `rules_left_out` and `pricing_for` (docs/protocol.md, "Pricing rules")."""
	group, territory = frappe.get_cached_value(
		"Customer", ground.customer, ["customer_group", "territory"]
	) or ("", "")
	found = [] if ground.ignored else _applicable(ground)
	reader = _Reader(ground, found)
	reasons = {rule.name: reader.why_not(rule) for rule in found}
	return {
		"pricing_for": {
			"price_list": ground.price_list,
			"discount_on": _DISCOUNT_ON.get(ground.discount_on, "grand"),
			"customer": ground.customer,
			"customer_group": group or "",
			"territory": territory or "",
		},
		"rules": [reader.row(rule) for rule in found if not reasons[rule.name]][:MAX_RULES],
		"rules_left_out": [
			{"rule": rule.name, "title": rule.title or "", "reason": reasons[rule.name]}
			for rule in found
			if reasons[rule.name]
		][:MAX_RULES],
	}


def reason_words(reason: str) -> str:
	"""Why the tills don't apply a rule, for the desk."""
	words = {
		"condition": _("Its condition is a program, which a till can't run."),
		"cumulative": _("It counts what was sold before, which a till doesn't know."),
		"validated": _("It only checks what was applied by hand."),
		"no_coupon": _("It needs a coupon, and no coupon names it."),
		"coupon_limit": _("Its coupon can be used a limited number of times, which a till can't count."),
		"negative": _("One of its figures is negative."),
		"ticket_gift": _(
			"What it gives for the whole sale has no item or is recursive: ERPNext fails on it."
		),
		"no_rows": _("It names nothing that it applies on."),
		"finer_prices": _("Prices here have more decimals than the currency: tills apply no rules to them."),
	}
	return words.get(reason, reason)


def _applicable(ground: RuleGround) -> list[Any]:
	"""In ERPNext's own order: by priority as text, then by name; those on the ticket by name, without a date.

	Source: `_get_pricing_rules` and `apply_pricing_rule_on_transaction` in pricing_rule/utils.py.
	"""
	sql = (
		"SELECT rule.* FROM `tabPricing Rule` rule WHERE rule.selling = 1 AND rule.disable = 0"
		" AND IFNULL(rule.company, '') IN ('', %(company)s)"
		" AND IFNULL(rule.campaign, '') = '' AND IFNULL(rule.sales_partner, '') = ''"
		" AND IFNULL(rule.supplier, '') = '' AND IFNULL(rule.supplier_group, '') = ''"
		" AND (rule.apply_on = 'Transaction' OR ("
		"IFNULL(rule.for_price_list, '') IN ('', %(price_list)s)"
		" AND IFNULL(rule.warehouse, '') IN %(warehouses)s"
		" AND IFNULL(rule.valid_upto, '2500-12-31') >= %(over)s))"
		" ORDER BY rule.apply_on = 'Transaction',"
		" IF(rule.apply_on = 'Transaction', rule.name, NULL), rule.priority DESC, rule.name DESC"
	)
	values = {
		"company": ground.company,
		"price_list": ground.price_list,
		"warehouses": ("", *_with_those_above("Warehouse", ground.warehouse)),
		"over": ground.today - timedelta(days=KEPT_DAYS),
	}
	return list(frappe.db.sql(sql, values, as_dict=True))


def _with_those_above(doctype: str, name: str) -> tuple[str, ...]:
	found = frappe.db.sql(
		f"SELECT above.name FROM `tab{doctype}` own JOIN `tab{doctype}` above"
		" ON own.lft BETWEEN above.lft AND above.rgt WHERE own.name = %s",
		(name,),
		pluck=True,
	)
	return tuple(found) or (name,)


class _Reader:
	"""Reads the children of all rules at once."""

	def __init__(self, ground: RuleGround, rules: Sequence[Any]) -> None:
		self._unit = 10**ground.currency_precision
		names = tuple(rule.name for rule in rules) or ("",)
		self._rows = {
			apply_on: _grouped(
				frappe.get_all(
					f"Pricing Rule {apply_on}",
					{"parent": ("in", names), "parenttype": "Pricing Rule"},
					["parent", f"{frappe.scrub(apply_on)} as own", "uom"],
					order_by="idx",
				)
			)
			for apply_on in ("Item Code", "Item Group", "Brand")
		}
		fields = ["pricing_rule as parent", "name", "coupon_code", "valid_from", "valid_upto", "maximum_use"]
		# The order in which ERPNext looks a rule's coupon up: it takes the first.
		coupons = frappe.get_all(
			"Coupon Code", {"pricing_rule": ("in", names)}, fields, order_by="modified desc"
		)
		self._coupons = _grouped(coupons)
		self._below: dict[tuple[str, str], list[str]] = {}

	def why_not(self, rule: Any) -> str:
		"""Why a till can't evaluate the rule; "" if it can."""
		if any(flt(rule[name]) < 0 for name in _FIGURES):
			return "negative"
		if rule.condition:
			return "condition"
		if rule.is_cumulative:
			return "cumulative"
		if rule.validate_applied_rule:
			return "validated"
		on_ticket = rule.apply_on == "Transaction"
		if on_ticket and rule.price_or_product_discount == "Product":
			return "ticket_gift" if rule.is_recursive or not rule.free_item else self._coupon_fault(rule)
		if not on_ticket and not self._rows_of(rule):
			return "no_rows"
		return self._coupon_fault(rule)

	def _coupon_fault(self, rule: Any) -> str:
		if not rule.coupon_code_based or (
			rule.apply_on == "Transaction" and rule.price_or_product_discount == "Product"
		):
			# ERPNext gives a ticket's free item with or without the coupon.
			return ""
		if not self._coupons.get(rule.name):
			return "no_coupon"
		return "" if self._usable(rule) else "coupon_limit"

	def _usable(self, rule: Any) -> list[Any]:
		"""The coupons that count and have no limit: of a rule on lines ERPNext knows one only."""
		coupons = self._coupons.get(rule.name, [])
		counting = coupons if rule.apply_on == "Transaction" else coupons[:1]
		return [coupon for coupon in counting if not coupon.maximum_use]

	def row(self, rule: Any) -> dict[str, Any]:
		"""Fields that say nothing are left out."""
		product = rule.price_or_product_discount == "Product"
		fields = {
			"title": rule.title or "",
			"rows": [] if rule.apply_on == "Transaction" else self._wire_rows(rule),
			"other": self._other(rule),
			"customer": rule.customer or "",
			"customer_groups": self._expanded("Customer Group", rule.customer_group),
			"territories": self._expanded("Territory", rule.territory),
			"price_list": rule.for_price_list or "",
			"valid_from": str(rule.valid_from or ""),
			"valid_upto": str(rule.valid_upto or ""),
			"min_quantity": _decimal(rule.min_qty),
			"max_quantity": _decimal(rule.max_qty),
			"min_minor": self._minor(rule.min_amt),
			"max_minor": self._minor(rule.max_amt),
			"priority": int(rule.priority or 0),
			"has_priority": bool(rule.has_priority),
			"multiple": bool(rule.apply_multiple_pricing_rules),
			"mixed": bool(rule.mixed_conditions),
			"on_discounted": bool(rule.apply_discount_on_rate),
			"by_percent": product and rule.rate_or_discount == "Discount Percentage",
			"rate_minor": self._minor(rule.rate),
			"percent": _decimal(rule.discount_percentage),
			"amount_minor": self._minor(rule.discount_amount),
			"discount_on": _DISCOUNT_ON.get(rule.apply_discount_on or "", ""),
			**self._margin(rule),
			"free": self._free(rule) if product else {},
		}
		said = {name: value for name, value in fields.items() if value not in ("", "0", 0, False, [], {})}
		gives = "product" if product else _GIVES.get(rule.rate_or_discount or "", "")
		coupons = {"coupons": self._wire_coupons(rule)} if self._needs_coupon(rule) else {}
		head = {"rule": rule.name, "on": _ON[rule.apply_on], "gives": gives, "currency": rule.currency or ""}
		return {**head, **said, **coupons}

	def _needs_coupon(self, rule: Any) -> bool:
		on_ticket = rule.apply_on == "Transaction" and rule.price_or_product_discount == "Product"
		return bool(rule.coupon_code_based) and not on_ticket

	def _rows_of(self, rule: Any) -> list[Any]:
		rows = self._rows.get(rule.apply_on, {}).get(rule.name, [])
		return [row for row in rows if row.own]

	def _wire_rows(self, rule: Any) -> list[dict[str, Any]]:
		return [self._wire_row(rule.apply_on, row) for row in self._rows_of(rule)]

	def _wire_row(self, apply_on: str, row: Any) -> dict[str, Any]:
		below = self._expanded(apply_on, row.own) if apply_on == "Item Group" else []
		fields: dict[str, Any] = {"name": row.own}
		if len(below) > 1:
			fields["below"] = [name for name in below if name != row.own]
		if row.uom:
			item = row.own if apply_on == "Item Code" else None
			factor = flt(get_conversion_factor(item, row.uom).get("conversion_factor")) or 1.0
			fields |= {"unit": row.uom, "factor": _decimal(factor)}
		return fields

	def _other(self, rule: Any) -> dict[str, str]:
		name = rule.apply_rule_on_other and rule.get("other_" + frappe.scrub(rule.apply_rule_on_other))
		return {"on": _ON[rule.apply_rule_on_other], "name": name} if name else {}

	def _margin(self, rule: Any) -> dict[str, Any]:
		if rule.margin_type == "Percentage":
			return {"margin_percent": _decimal(rule.margin_rate_or_amount)}
		return {"margin_minor": self._minor(rule.margin_rate_or_amount) if rule.margin_type else 0}

	def _free(self, rule: Any) -> dict[str, Any]:
		own = rule.same_item and rule.apply_on != "Transaction"
		goods = {} if own else self._free_goods(rule)
		fields = {
			**goods,
			"unit": rule.free_item_uom or goods.get("unit", ""),
			"quantity": _decimal(rule.free_qty),
			"rate_minor": self._minor(rule.free_item_rate),
			"recursive": bool(rule.is_recursive),
			"recurse_over": _decimal(rule.apply_recursion_over),
			"whole": bool(rule.round_free_qty),
		}
		said = {name: value for name, value in fields.items() if value not in ("", "0", 0, False, None)}
		return {**said, "recurse_for": _decimal(rule.recurse_for or 1)}

	def _free_goods(self, rule: Any) -> dict[str, Any]:
		names = ["item_name", "item_group", "brand", "stock_uom"]
		title, group, brand, stock_unit = frappe.get_cached_value("Item", rule.free_item, names)
		factor = get_conversion_factor(rule.free_item, rule.free_item_uom or stock_unit)
		return {
			"item": rule.free_item,
			"name": title or rule.free_item,
			"group": group or "",
			"brand": brand or "",
			"unit": stock_unit,
			"factor": _decimal(factor.get("conversion_factor") or 1),
		}

	def _wire_coupons(self, rule: Any) -> list[dict[str, str]]:
		return [
			{
				"coupon": coupon.name,
				"code": coupon.coupon_code or coupon.name,
				**({"valid_from": str(coupon.valid_from)} if coupon.valid_from else {}),
				**({"valid_upto": str(coupon.valid_upto)} if coupon.valid_upto else {}),
			}
			for coupon in self._usable(rule)
		]

	def _expanded(self, doctype: str, name: str | None) -> list[str]:
		"""The group and all below it, sorted; nothing where none is named."""
		if not name:
			return []
		if (doctype, name) not in self._below:
			self._below[doctype, name] = frappe.db.sql(
				f"SELECT below.name FROM `tab{doctype}` top JOIN `tab{doctype}` below"
				" ON below.lft BETWEEN top.lft AND top.rgt WHERE top.name = %s ORDER BY below.name",
				(name,),
				pluck=True,
			) or [name]
		return self._below[doctype, name]

	def _minor(self, amount: float | None) -> int:
		return round(flt(amount) * self._unit)


def _grouped(rows: Iterable[Any]) -> Mapping[str, list[Any]]:
	by_parent: dict[str, list[Any]] = {}
	for row in rows:
		by_parent.setdefault(row.parent, []).append(row)
	return by_parent


def _decimal(value: float | None) -> str:
	return format_decimal(round(flt(value) * 10**9))
