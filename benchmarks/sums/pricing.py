# ruff: noqa: ANN401 - documents of Frappe's
"""Carts priced by ERPNext's own pricing rules, on an invoice that is never saved: as the form and server do.

It never passes a figure of ours on. What the form's script does with the server's answer is done here by
`_take_over`; all else is ERPNext's own code.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import frappe
from erpnext.accounts.doctype.pricing_rule.pricing_rule import apply_pricing_rule
from erpnext.accounts.doctype.pricing_rule.utils import (
	MultiplePricingRuleConflict,
	apply_pricing_rule_on_transaction,
)
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

from benchmarks.sums.rule_carts import BOX, BRANDS, BUYERS, GROUPS, ITEMS, TODAY, RuleCart, RuleRefused
from pos_bridge.erpnext.catalogue.rules import RuleGround, rules_of
from pos_bridge.erpnext.overrides.exact_halves import exact_halves

METHODS = {
	"commercial": "Commercial Rounding",
	"bankers": "Banker's Rounding",
	"bankers_legacy": "Banker's Rounding (legacy)",
}
PRICE_LIST = "Rule prices"
Answer = dict[str, Any]


class RuleBooks:
	"""A company of the connected site with goods, groups and customers of its own for the rules."""

	def __init__(self) -> None:
		self._company = str(frappe.get_all("Company", pluck="name", limit=1)[0])
		self.currency = str(frappe.get_cached_value("Company", self._company, "default_currency"))
		abbreviation = frappe.get_cached_value("Company", self._company, "abbr")
		above = frappe.db.get_value("Warehouse", {"company": self._company, "is_group": 1}, "name")
		self._warehouses = {"above": str(above)}
		for kind in ("own", "another"):
			name = f"Rule {kind} - {abbreviation}"
			self._warehouses[kind] = name
			fields = {"warehouse_name": f"Rule {kind}", "company": self._company, "parent_warehouse": above}
			_ensure("Warehouse", name, fields)
		self._make_goods()
		self._make_buyers()
		self._profile = self._make_profile()
		# A POS Invoice keeps two decimals of a percentage; what we book are Sales Invoices.
		make_property_setter("POS Invoice Item", "discount_percentage", "precision", "3", "Select")

	def _make_profile(self) -> str:
		name = "Rule shop"
		if not frappe.db.exists("POS Profile", name):
			fields = {"name": name, "company": self._company, "currency": self.currency}
			fields |= {"warehouse": self._warehouses["own"], "selling_price_list": PRICE_LIST}
			fields |= {"apply_discount_on": "Grand Total"}
			fields["payments"] = [{"mode_of_payment": "Cash", "default": 1}]
			profile = frappe.get_doc({"doctype": "POS Profile", **fields})
			profile.flags.ignore_validate = True
			profile.insert(ignore_mandatory=True)
		return name

	def _make_goods(self) -> None:
		for group, parent in GROUPS.items():
			parents = {"parent_item_group": parent or "All Item Groups", "is_group": 1}
			_ensure("Item Group", group, {"item_group_name": group, **parents})
		for brand in BRANDS:
			_ensure("Brand", brand, {"brand": brand})
		for name in (PRICE_LIST, "Rule other prices"):
			_ensure(
				"Price List",
				name,
				{"price_list_name": name, "currency": self.currency, "selling": 1, "enabled": 1},
			)
		_ensure("UOM", "Box", {"uom_name": "Box"})
		values = [{"attribute_value": size, "abbr": size} for size in ("S", "L")]
		_ensure(
			"Item Attribute", "Rule size", {"attribute_name": "Rule size", "item_attribute_values": values}
		)
		for item, (group, brand, template) in ITEMS.items():
			self._make_item(item, group, brand, template)

	def _make_item(self, item: str, group: str, brand: str, template: str) -> None:
		fields: Answer = {"item_code": item, "item_group": group, "brand": brand, "stock_uom": "Nos"}
		fields |= {"is_stock_item": 0, "uoms": [{"uom": "Box", "conversion_factor": BOX}]}
		if template:
			attribute = {"attribute": "Rule size"}
			if template == "template":
				fields |= {"has_variants": 1}
			else:
				fields |= {"variant_of": template}
				attribute["attribute_value"] = item[-1]
			fields["attributes"] = [attribute]
		_ensure("Item", item, fields)
		if template != "template":
			price = {"item_code": item, "price_list": PRICE_LIST, "price_list_rate": 1, "uom": "Nos"}
			if not frappe.db.exists("Item Price", {"item_code": item, "price_list": PRICE_LIST}):
				frappe.get_doc({"doctype": "Item Price", "valid_from": "2026-01-01", **price}).insert()

	def _make_buyers(self) -> None:
		root = frappe.db.get_value("Territory", {"parent_territory": ("is", "not set")})
		for name, parent in (("Rule country", root), ("Rule north", "Rule country"), ("Rule town", root)):
			_ensure("Territory", name, {"territory_name": name, "parent_territory": parent, "is_group": 1})
		top = frappe.db.get_value("Customer Group", {"parent_customer_group": ("is", "not set")})
		for customer, group, territory in BUYERS:
			_ensure("Customer Group", group, {"customer_group_name": group, "parent_customer_group": top})
			fields = {"customer_name": customer, "customer_group": group, "territory": territory}
			_ensure("Customer", customer, fields)

	@contextmanager
	def with_rules(self, cart: RuleCart) -> Iterator[Answer]:
		"""The cart's rules, for as long as it lasts; gives what the till would get of them."""
		frappe.db.savepoint("rules")
		try:
			for item, price_minor in cart.prices.items():
				frappe.db.set_value(
					"Item Price",
					{"item_code": item, "price_list": PRICE_LIST},
					"price_list_rate",
					price_minor / 100,
					update_modified=False,
				)
			names = [self._insert_rule(place, fields) for place, fields in enumerate(cart.rules)]
			for coupon in cart.coupons:
				fields = {**coupon, "pricing_rule": names[coupon["rule"]]}
				del fields["rule"]
				frappe.get_doc({"doctype": "Coupon Code", "coupon_type": "Promotional", **fields}).insert()
			frappe.get_system_settings("rounding_method")
			frappe.local.system_settings.rounding_method = METHODS[cart.rounding]
			yield rules_of(self._ground(cart))
		except frappe.ValidationError as error:
			raise RuleRefused(str(error)) from error
		finally:
			frappe.db.rollback(save_point="rules")
			frappe.clear_messages()
			_forget()

	def _insert_rule(self, place: int, fields: Answer) -> str:
		rule = {"doctype": "Pricing Rule", "title": f"Rule {place}", "selling": 1, "currency": self.currency}
		rule |= {
			"company": self._company,
			"naming_series": "PRLE-.####",
			"valid_from": "2026-01-01",
			**fields,
		}
		if "warehouse" in fields:
			rule["warehouse"] = self._warehouses[fields["warehouse"]]
		return str(frappe.get_doc(rule).insert().name)

	def _ground(self, cart: RuleCart) -> RuleGround:
		return RuleGround(
			company=self._company,
			price_list=PRICE_LIST,
			warehouse=self._warehouses["own"],
			customer=BUYERS[cart.buyer][0],
			currency_precision=2,
			today=date.fromisoformat(TODAY),
			discount_on="Grand Total",
			ignored=False,
		)

	def price(self, cart: RuleCart) -> Answer:
		"""What ERPNext makes of the cart, while its rules are there."""
		invoice = self._invoice(cart)
		try:
			self._take_over(invoice, cart)
			for _ in ("saved", "submitted"):
				_forget()
				invoice.set_missing_values(for_validate=True)
				invoice.calculate_taxes_and_totals()
				apply_pricing_rule_on_transaction(invoice)
				invoice.set_qty_as_per_stock_uom()
		except MultiplePricingRuleConflict:
			return {"conflict": True}
		return _answer(invoice, cart)

	def price_exactly(self, cart: RuleCart) -> Answer:
		"""The same as while a sale is posted: an exact half is not left to what floats make of it."""
		with exact_halves():
			return self.price(cart)

	def _invoice(self, cart: RuleCart) -> Any:
		customer, group, territory = BUYERS[cart.buyer]
		# A Sales Invoice has no coupon; a gift with the ticket makes a POS Invoice look at its profile again.
		gift = any(
			rule["apply_on"] == "Transaction" and rule["price_or_product_discount"] == "Product"
			for rule in cart.rules
		)
		invoice = frappe.new_doc("POS Invoice" if cart.coupon or gift else "Sales Invoice")
		fields = {"company": self._company, "customer": customer, "currency": self.currency}
		fields |= {"customer_group": group, "territory": territory, "conversion_rate": 1}
		fields |= {"selling_price_list": PRICE_LIST, "price_list_currency": self.currency}
		fields |= {"plc_conversion_rate": 1, "posting_date": TODAY, "set_posting_time": 1}
		fields |= {"ignore_pricing_rule": 0, "disable_rounded_total": 1, "due_date": TODAY}
		invoice.update({**fields, "coupon_code": cart.coupon or None, "pos_profile": self._profile})
		for place, line in enumerate(cart.lines):
			invoice.append("items", self._row(cart, place, *line))
		return invoice

	def _row(self, cart: RuleCart, place: int, item: str, quantity: float, unit: str) -> Answer:
		group, brand, _ = ITEMS[item]
		factor = BOX if unit == "Box" else 1
		rate = cart.prices[item] * factor / 100
		return {
			"name": f"row-{place}",
			"item_code": item,
			"item_group": group,
			"brand": brand,
			"qty": quantity,
			"uom": unit,
			"stock_uom": "Nos",
			"conversion_factor": factor,
			"stock_qty": quantity * factor,
			"warehouse": self._warehouses["own"],
			"price_list_rate": rate,
			"rate": rate,
			"discount_percentage": 0,
			"discount_amount": 0,
		}

	def _take_over(self, invoice: Any, cart: RuleCart) -> None:
		"""What the form's script does (`_set_values_for_item_list` in ERPNext's transaction.js)."""
		rows = [row for row in invoice.items]
		answers = apply_pricing_rule(json.dumps(self._asked(invoice), default=str), invoice)
		said = set()
		for row, answer in zip(rows, answers, strict=True):
			_set_row(row, answer)
			_set_free(invoice, answer)
		for answer in answers:
			others = json.loads(answer.get("apply_rule_on_other_items") or "[]")
			if not others:
				continue
			said.add(frappe.scrub(answer.get("pricing_rule_for") or ""))
			for row in rows:
				if row.get(answer.apply_rule_on) in others:
					_set_other(row, answer, said)

	def _asked(self, invoice: Any) -> Answer:
		fields = ("customer", "customer_group", "territory", "currency", "conversion_rate", "company")
		of_row = ("item_code", "item_group", "brand", "qty", "stock_qty", "uom", "stock_uom", "warehouse")
		of_row = (*of_row, "price_list_rate", "conversion_factor", "discount_percentage", "discount_amount")
		items = [
			{"doctype": row.doctype, "name": row.name, **{name: row.get(name) for name in of_row}}
			for row in invoice.items
		]
		return {
			"items": items,
			**{name: invoice.get(name) for name in fields},
			"price_list": PRICE_LIST,
			"price_list_currency": self.currency,
			"plc_conversion_rate": 1,
			"transaction_date": TODAY,
			"ignore_pricing_rule": 0,
			"doctype": invoice.doctype,
			"name": invoice.name,
			"coupon_code": invoice.get("coupon_code"),
		}


def _set_row(row: Any, answer: Any) -> None:
	if "pricing_rules" not in answer:
		return
	row.pricing_rules = answer.pricing_rules
	others = json.loads(answer.get("apply_rule_on_other_items") or "[]")
	if others and row.item_code not in others:
		return
	if "price_list_rate" in answer:
		row.price_list_rate = row.rate = frappe.utils.flt(answer.price_list_rate, 2)
	row.discount_percentage = answer.get("discount_percentage") or 0
	row.discount_amount = 0 if row.discount_percentage else answer.get("discount_amount") or 0


def _set_free(invoice: Any, answer: Any) -> None:
	for free in answer.get("free_item_data") or ():
		for row in invoice.items:
			same = row.item_code == free["item_code"] and row.pricing_rules == free["pricing_rules"]
			if row.is_free_item and same:
				row.update(free)
				break
		else:
			invoice.append("items", free)


def _set_other(row: Any, answer: Any, said: set[str]) -> None:
	row.pricing_rules = answer.pricing_rules
	if answer.price_or_product_discount != "Price":
		return
	if answer.get("discount_percentage") and "discount_percentage" in said:
		row.discount_percentage, row.discount_amount = answer.discount_percentage, 0
	elif answer.get("discount_amount") and "discount_amount" in said:
		row.discount_percentage, row.discount_amount = 0, answer.discount_amount


def _answer(invoice: Any, cart: RuleCart) -> Answer:
	lines = len(cart.lines)
	return {
		"lines": [
			{
				"price_minor": minor(row.price_list_rate),
				"rate_minor": minor(row.rate),
				"percent": round(max(0, row.discount_percentage) * 1000) if row.price_list_rate else 0,
			}
			if row.rate >= 0
			else "below zero"
			for row in invoice.items[:lines]
		],
		"free": [
			[row.item_code, round(row.qty * 1000), row.uom, minor(row.rate), row.pricing_rules]
			for row in invoice.items[lines:]
		],
		"ticket": _ticket(invoice, cart),
	}


def _ticket(invoice: Any, cart: RuleCart) -> Answer | None:
	percent, amount = frappe.utils.flt(invoice.additional_discount_percentage), invoice.discount_amount
	if not percent and not amount:
		return None
	for rule in cart.rules if not percent else ():
		# The amount that a percentage left behind: ERPNext took the percentage itself away again.
		left = rule.get("discount_percentage", 0) if rule["apply_on"] == "Transaction" else 0
		if left and abs(invoice.total * left / 100 - amount) < 0.011:
			percent = left
	return {
		"on": "net" if invoice.apply_discount_on == "Net Total" else "grand",
		"percent": round(percent * 1000),
		"amount_minor": 0 if percent else minor(amount),
	}


def minor(amount: float) -> int:
	return round(frappe.utils.flt(amount, 2) * 100)


def _forget() -> None:
	"""A new request: what ERPNext notes on cached documents is gone."""
	frappe.local.cache = {}
	frappe.local.document_cache = {}
	frappe.flags.tree_conditions = None


def _ensure(doctype: str, name: str, fields: Answer) -> None:
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, **fields}).insert()
