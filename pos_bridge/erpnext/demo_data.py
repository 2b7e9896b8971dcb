"""A site to try: the demo's grocery with goods, taxes, stock and cashiers, by ERPNext's own documents.

It never touches what is there already, and is for sites that nobody keeps books on.
"""

from collections.abc import Sequence
from typing import Any

import frappe

from pos_bridge.core.catalogue import Item, TillProfile
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE
from pos_bridge.erpnext.people.roles import make_roles
from pos_bridge.erpnext.setup import PRICE_LIST, TENDERS, Step, setup_shop
from pos_bridge.erpnext.tenders.codes import code_fields

Good = tuple[Item, int, int]
"""An item, what one unit cost in minor units, and its opening stock in 10^-9 units."""

VAT = {"standard": ("VAT 19 %", 19.0, "Standard 19 %"), "reduced": ("VAT 7 %", 7.0, "Reduced 7 %")}
"""Kind of goods to the tax's label, its rate, and the title of the Item Tax Template."""
STOCK_DATE = "-01-02"
TEMPLATE = "Prices with VAT"


def make_demo(company: str, profile: TillProfile, goods: Sequence[Good]) -> list[Step]:
	"""Make the shop, its till and its goods; what was made and kept. `Rejected` if no company is clear."""
	name = company or _only_company()
	abbr = frappe.get_cached_value("Company", name, "abbr")
	taxes = _taxes(name, abbr)
	banks = [(tender, "General", tender) for tender, kind in profile.tenders.items() if kind == "bank"]
	tenders = (*TENDERS, *banks)
	steps = setup_shop(name, profile.shop, profile.till, PRICE_LIST, "", taxes, tenders)
	_payment_codes(profile)
	_dress_till(profile)
	_cashiers(profile)
	steps += [Step("made", f"POS Cashier Role {name}") for name in make_roles()]
	made = [_item(item, abbr) for item, _, _ in goods]
	_order_groups(profile.shop, [item.group for item, _, _ in goods])
	steps.append(Step("made" if any(made) else "kept", f"{sum(made)} of {len(goods)} items"))
	_promotions(name, profile)
	if any(made):
		_receive(name, profile, goods)
		steps.append(Step("made", "Opening stock"))
	return steps


def _only_company() -> str:
	names = frappe.get_all("Company", pluck="name")
	if len(names) != 1:
		raise Rejected(f"This site has {len(names)} companies: say which one with --company.")
	return str(names[0])


def _taxes(company: str, abbr: str) -> str:
	"""Two rates that the prices include: a row for each, and a template for each kind of goods."""
	accounts = {kind: _tax_account(company, abbr, label) for kind, (label, *_) in VAT.items()}
	for kind, (_, rate, title) in VAT.items():
		rows = [
			{"tax_type": account, "tax_rate": rate if other == kind else 0}
			for other, account in accounts.items()
		]
		if not frappe.db.exists("Item Tax Template", f"{title} - {abbr}"):
			_insert("Item Tax Template", title=title, company=company, taxes=rows)
	if not frappe.db.exists("Sales Taxes and Charges Template", f"{TEMPLATE} - {abbr}"):
		rows = [
			{
				"charge_type": "On Net Total",
				"account_head": accounts[kind],
				"description": label,
				# What has no template of its own is taxed as standard goods are.
				"rate": rate if kind == "standard" else 0,
				"included_in_print_rate": 1,
			}
			for kind, (label, rate, _) in VAT.items()
		]
		_insert("Sales Taxes and Charges Template", title=TEMPLATE, company=company, taxes=rows)
	return f"{TEMPLATE} - {abbr}"


def _tax_account(company: str, abbr: str, label: str) -> str:
	name = f"{label} Payable"
	if not frappe.db.exists("Account", f"{name} - {abbr}"):
		group = frappe.db.get_value("Account", {"company": company, "account_type": "Tax", "is_group": 1})
		leaf = frappe.db.get_value("Account", {"company": company, "account_type": "Tax"}, "parent_account")
		_insert(
			"Account", account_name=name, company=company, parent_account=group or leaf, account_type="Tax"
		)
	return f"{name} - {abbr}"


def _payment_codes(profile: TillProfile) -> None:
	"""What customers scan to pay by bank, where nobody has said anything else."""
	for row in frappe.get_doc("POS Profile", profile.shop).payments:
		code = profile.payment_codes.get(row.mode_of_payment.removesuffix(f" {profile.shop}"))
		mode = frappe.get_doc("Mode of Payment", row.mode_of_payment)
		if code and not mode.pos_bridge_code_format:
			mode.update(code_fields(code))
			mode.save(ignore_permissions=True)


def _dress_till(profile: TillProfile) -> None:
	till = frappe.get_doc("POS Till", profile.till)
	if till.shop_address:
		return
	till.update(
		{
			"shop_name": profile.shop,
			"shop_address": "\n".join(profile.address),
			"tax_id": profile.tax_id,
			"receipt_footer": "\n".join(profile.receipt_footer),
			"code_patterns": "\n".join(profile.code_patterns),
			"locale": profile.locale,
		}
	)
	till.save(ignore_permissions=True)


def _cashiers(profile: TillProfile) -> None:
	pos_profile = frappe.get_doc("POS Profile", profile.shop)
	for name in profile.cashiers:
		email = f"{name.lower()}@example.com"
		if not frappe.db.exists("User", email):
			roles = [{"role": "POS Cashier"}]
			_insert("User", email=email, first_name=name, send_welcome_email=0, roles=roles)
		if email not in [row.user for row in pos_profile.applicable_for_users]:
			pos_profile.append("applicable_for_users", {"user": email})
	pos_profile.save(ignore_permissions=True)


def _item(item: Item, abbr: str) -> bool:
	if frappe.db.exists("Item", item.item):
		return False
	_group(item.group)
	_insert_item(
		item,
		item.item,
		item.name,
		**(_variant_values(item) if item.variant else {}),
		pos_bridge_weighed=int(item.weighed),
		pos_bridge_open_price=int(item.open_price),
		has_serial_no=int(item.serials),
		barcodes=[
			*({"barcode": gtin} for gtin in item.gtins),
			*({"barcode": gtin, "uom": _unit(each.unit)} for each in item.units for gtin in each.gtins),
		],
		uoms=[{"uom": _unit(each.unit), "conversion_factor": each.factor / SCALE} for each in item.units],
		taxes=[{"item_tax_template": f"{VAT[item.template][2]} - {abbr}"}],
	)
	_insert(
		"Item Price",
		item_code=item.item,
		price_list=PRICE_LIST,
		price_list_rate=item.price_minor / 100,
	)
	return True


def _insert_item(like: Item, code: str, name: str, **more: Any) -> None:
	"""An Item of the same group and unit as `like`: itself, or its template."""
	unit = _unit(like.unit)
	_insert("Item", item_code=code, item_name=name, item_group=like.group, stock_uom=unit, **more)


def _variant_values(item: Item) -> dict[str, Any]:
	"""What makes it one of its template's, which is made before its first one."""
	variant = item.variant
	assert variant
	for name, value, _ in variant.attributes:
		_attribute_value(name, value)
	if not frappe.db.exists("Item", item.variant_of):
		names = [{"attribute": name} for name, _, _ in variant.attributes]
		_insert_item(item, item.variant_of, variant.name, has_variants=1, attributes=names)
	attributes = [{"attribute": name, "attribute_value": value} for name, value, _ in variant.attributes]
	return {"variant_of": item.variant_of, "attributes": attributes}


def _attribute_value(name: str, value: str) -> None:
	row = {"attribute_value": value, "abbr": value.upper()}
	if not frappe.db.exists("Item Attribute", name):
		_insert("Item Attribute", attribute_name=name, item_attribute_values=[row])
		return
	attribute = frappe.get_doc("Item Attribute", name)
	if value not in [each.attribute_value for each in attribute.item_attribute_values]:
		attribute.append("item_attribute_values", row)
		attribute.save(ignore_permissions=True)


def _promotions(company: str, profile: TillProfile) -> None:
	"""The demo's promotions take a percentage off the ticket, for who shows a coupon."""
	for rule in profile.rules:
		if frappe.db.exists("Pricing Rule", {"title": rule["title"]}):
			continue
		made = _insert(
			"Pricing Rule",
			title=rule["title"],
			apply_on="Transaction",
			price_or_product_discount="Price",
			rate_or_discount="Discount Percentage",
			discount_percentage=float(rule["percent"]),
			apply_discount_on="Grand Total",
			selling=1,
			company=company,
			currency=profile.currency,
			coupon_code_based=1,
		)
		for coupon in rule["coupons"]:
			_insert(
				"Coupon Code",
				coupon_name=coupon["coupon"],
				coupon_code=coupon["code"],
				coupon_type="Promotional",
				pricing_rule=made.name,
			)


def _order_groups(shop: str, groups: Sequence[str]) -> None:
	"""The till shows groups in the order of its POS Profile."""
	pos_profile = frappe.get_doc("POS Profile", shop)
	if not pos_profile.item_groups:
		for group in dict.fromkeys(groups):
			pos_profile.append("item_groups", {"item_group": group})
		pos_profile.save(ignore_permissions=True)


def _group(name: str) -> None:
	if not frappe.db.exists("Item Group", name):
		root = frappe.db.get_value("Item Group", {"is_group": 1}, order_by="lft")
		_insert("Item Group", item_group_name=name, parent_item_group=root)


def _unit(name: str) -> str:
	"""The demo's unit as this site spells it: ERPNext has “Kg”, MariaDB finds it under “kg” as well."""
	found = frappe.db.get_value("UOM", name)
	return str(found or _insert("UOM", uom_name=name, must_be_whole_number=0).name)


def _receive(company: str, profile: TillProfile, goods: Sequence[Good]) -> None:
	warehouse = frappe.db.get_value("POS Profile", profile.shop, "warehouse")
	year = frappe.utils.getdate().year
	received = _insert(
		"Stock Entry",
		stock_entry_type="Material Receipt",
		company=company,
		set_posting_time=1,
		posting_date=f"{year}{STOCK_DATE}",
		posting_time="08:00:00",
		items=[
			{
				"item_code": item.item,
				"t_warehouse": warehouse,
				"qty": opening / SCALE,
				"basic_rate": cost / 100,
				**(_serials(item, opening // SCALE) if item.serials else {}),
			}
			for item, cost, opening in goods
			if opening
		],
	)
	# `submit` would leave it to a background job, as it does with more than a hundred rows.
	received.docstatus = 1
	received.save(ignore_permissions=True)


def _serials(item: Item, pieces: int) -> dict[str, Any]:
	"""A number for each piece, as it would stand on it."""
	numbers = [f"{item.item}-{piece:04}" for piece in range(1, pieces + 1)]
	return {"use_serial_batch_fields": 1, "serial_no": "\n".join(numbers)}


def _insert(doctype: str, **fields: Any) -> Any:
	document = frappe.get_doc({"doctype": doctype, **fields})
	document.insert(ignore_permissions=True)
	return document
