"""A sale's entry as an ERPNext Sales Invoice: built, inserted submitted, compared with what the till said.

It never computes a price; what ERPNext's controllers make of the lines has to equal the entry's figures.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, to_timedelta

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, format_minor, parse_decimal
from pos_bridge.core.sale import DraftLine, LineAmounts, Sale, SaleDraft
from pos_bridge.core.sale_body import note_of
from pos_bridge.core.tax import Charge
from pos_bridge.erpnext.goods import tracked
from pos_bridge.erpnext.overrides.exact_halves import exact_halves
from pos_bridge.erpnext.overrides.rereads import nothing_read_twice
from pos_bridge.erpnext.overrides.serial_and_batch_bundle import made_by_posting
from pos_bridge.erpnext.overrides.stock_ledger_entry import FIELDS
from pos_bridge.erpnext.shop import CHANNEL, Shop, minor, template_rates
from pos_bridge.erpnext.shown import plain
from pos_bridge.erpnext.tenders.modes import change_account, payment_rows

CHARGE_TYPES = {
	Charge.NET_TOTAL: "On Net Total",
	Charge.PREVIOUS_ROW_AMOUNT: "On Previous Row Amount",
	Charge.PREVIOUS_ROW_TOTAL: "On Previous Row Total",
	Charge.ITEM_QUANTITY: "On Item Quantity",
	Charge.ACTUAL: "Actual",
}


def invoice_of(entry: Entry, sale: Sale, shop: Shop, customer: str, moment: datetime) -> Any:
	"""The unsaved Sales Invoice of a sale. Amounts become floats here and nowhere else."""
	decimals = sale.draft.currency_precision
	fields = {
		"doctype": "Sales Invoice",
		"company": shop.company,
		"customer": customer,
		"is_pos": 1,
		"pos_profile": shop.profile,
		"update_stock": 1,
		"set_posting_time": 1,
		# As ERPNext reads them from its tables: it parses text anew each time that it needs a date.
		"posting_date": moment.date(),
		"posting_time": moment - datetime.combine(moment.date(), time.min),
		"due_date": moment.date(),
		"currency": sale.draft.currency,
		"selling_price_list": shop.price_list,
		"ignore_pricing_rule": 1,
		"disable_rounded_total": int(sale.draft.total_rounding is None),
		"set_warehouse": shop.warehouse,
		"cost_center": shop.cost_center,
		**shop.dimensions,
		"taxes_and_charges": shop.tax_template,
		"account_for_change_amount": change_account(sale, shop),
		"change_amount": sale.settled.change_minor / 10**decimals,
		"pos_bridge_entry": entry.id,
		"pos_bridge_till": entry.till,
		"pos_bridge_channel": CHANNEL,
		"pos_bridge_occurred_at": entry.occurred_at,
		**_discount_fields(sale),
		**_write_off_fields(sale, shop),
		**_remarks(entry.body),
	}
	invoice = frappe.get_doc(fields)
	told = entry.body["lines"]
	for line, amounts, said in zip(sale.draft.lines, sale.totals.lines, told, strict=True):
		row = _item_row(line, amounts, shop, sale.draft)
		invoice.append("items", {**row, **_description(line, said)})
	for row in _tax_rows(shop, sale):
		invoice.append("taxes", row)
	for row in payment_rows(sale, shop):
		invoice.append("payments", row)
	return invoice


def _remarks(body: Mapping[str, Any]) -> dict[str, Any]:
	note = note_of(body)
	return {"remarks": plain(note)} if note else {}


def _description(line: DraftLine, fields: Mapping[str, Any]) -> dict[str, Any]:
	"""A line's note stands below what ERPNext says of the item."""
	note = note_of(fields)
	if not note:
		return {}
	own = frappe.get_cached_value("Item", line.item, "description") or line.name
	return {"description": f"{own}<br>{frappe.utils.escape_html(plain(note))}"}


def _discount_fields(sale: Sale) -> dict[str, Any]:
	discount = sale.draft.discount
	if discount is None:
		return {}
	return {
		"apply_discount_on": "Net Total" if discount.on == "net_total" else "Grand Total",
		"additional_discount_percentage": discount.percent / SCALE,
		"discount_amount": sale.totals.discount_minor / 10**sale.draft.currency_precision,
	}


def _write_off_fields(sale: Sale, shop: Shop) -> dict[str, Any]:
	"""What nobody owes any more."""
	if not sale.write_off_minor:
		return {}
	if not shop.write_off_account:
		words = _("The POS Profile {0} has no Write Off Account. Set one, then retry.")
		raise Rejected(words.format(shop.profile), code="shop_incomplete")
	return {
		"write_off_amount": sale.write_off_minor / 10**sale.draft.currency_precision,
		"write_off_account": shop.write_off_account,
		"write_off_cost_center": shop.write_off_cost_center,
	}


def _item_row(line: DraftLine, amounts: LineAmounts, shop: Shop, draft: SaleDraft) -> dict[str, Any]:
	unit = 10**draft.currency_precision * draft.finer
	return {
		"item_code": line.item,
		"item_name": line.name[:140],
		"qty": line.quantity / SCALE,
		"uom": line.unit,
		**({"conversion_factor": line.conversion / SCALE} if line.conversion != SCALE else {}),
		"price_list_rate": line.price_minor / unit,
		"discount_percentage": percent_for_erpnext(line),
		"discount_amount": line.unit_discount_minor / unit,
		"rate": amounts.rate_minor / unit,
		"warehouse": shop.warehouse,
		"income_account": shop.income_account,
		"cost_center": shop.cost_center,
		**shop.dimensions,
		"item_tax_template": tax_template_of(line, shop),
		**_margin_fields(line, unit),
	}


def _margin_fields(line: DraftLine, unit: int) -> dict[str, Any]:
	if line.margin_percent:
		return {"margin_type": "Percentage", "margin_rate_or_amount": line.margin_percent / SCALE}
	if line.unit_margin_minor:
		return {"margin_type": "Amount", "margin_rate_or_amount": line.unit_margin_minor / unit}
	return {}


def percent_for_erpnext(line: DraftLine) -> float:
	"""The line's discount as ERPNext wants it: it takes a rate of nothing for a rate that is not set yet."""
	margin = line.margin_percent or line.unit_margin_minor
	if line.price_minor and line.unit_discount_minor == line.price_minor and not margin:
		return 100.0
	return line.discount_percent / SCALE


def tax_template_of(line: DraftLine, shop: Shop) -> str | None:
	"""The Item Tax Template that gives the line's rates in this shop; None where the tax rows alone do.

	ERPNext computes taxes by template, an entry names rates: so the item's own templates are tried first,
	then any other of the company.
	"""
	wanted = dict(line.rates)
	for template in _candidates(line.item, shop.company):
		rates = {account: parse_decimal(rate) for account, rate in template_rates(shop, template).items()}
		if rates == wanted:
			return template
	shown = ", ".join(f"{tax} {rate / SCALE:g} %" for tax, rate in wanted.items()) or _("no tax")
	words = _("{0}: no Item Tax Template of {1} gives the rates it was sold with ({2}).")
	raise Rejected(words.format(line.name, shop.company, shown), code="no_tax_template")


def _candidates(item: str, company: str) -> list[str | None]:
	own = [row.item_tax_template for row in frappe.get_cached_doc("Item", item).taxes]
	others = frappe.get_all(
		"Item Tax Template", {"company": company, "disabled": 0}, pluck="name", order_by="name"
	)
	return list(dict.fromkeys([*own, None, *others]))


def _tax_rows(shop: Shop, sale: Sale) -> list[dict[str, Any]]:
	accounts = [row.account for row in shop.taxes]
	fixed = {tax.tax: tax.actual_minor for tax in sale.draft.taxes}
	return [
		{
			"charge_type": CHARGE_TYPES[row.charge],
			"row_id": accounts.index(row.row) + 1 if row.row else None,
			"tax_amount": fixed.get(row.account, 0) / 10**sale.draft.currency_precision,
			"account_head": row.account,
			"description": row.label,
			"rate": float(row.rate),
			"included_in_print_rate": int(row.inclusive),
			"cost_center": row.cost_center or shop.cost_center,
			**shop.dimensions,
		}
		for row in shop.taxes
	]


def check_totals(invoice: Any, sale: Sale) -> None:
	"""`Rejected` unless ERPNext came to the entry's figures, to the minor unit: the receipt is booked."""
	decimals = sale.draft.currency_precision
	totals = sale.totals
	total, net_total, change, discount = _("total"), _("net total"), _("change"), _("discount")
	owed = _("owed")
	ours = {
		total: totals.total_minor,
		net_total: totals.net_minor,
		change: sale.settled.change_minor,
		owed: sale.owed_minor,
		discount: totals.discount_minor,
	}
	theirs = {
		total: invoice.rounded_total or invoice.grand_total,
		net_total: invoice.net_total,
		change: invoice.change_amount,
		owed: invoice.outstanding_amount,
		discount: invoice.discount_amount,
	}
	booked = {row.account_head: row.tax_amount_after_discount_amount for row in invoice.taxes}
	for tax in totals.taxes:
		ours[tax.tax.label] = tax.amount_minor
		theirs[tax.tax.label] = booked.get(tax.tax.tax, 0)
	in_minor = {name: minor(value, decimals) for name, value in theirs.items()}
	if in_minor != ours:
		raise Rejected(_difference(ours, in_minor, decimals), code="totals_differ")


def _difference(ours: Mapping[str, int], theirs: Mapping[str, int], decimals: int) -> str:
	parts = [
		_("{0}: till {1}, ERPNext {2}").format(
			name, format_minor(ours[name], decimals), format_minor(theirs[name], decimals)
		)
		for name in ours
		if ours[name] != theirs[name]
	]
	words = _("ERPNext comes to other figures than the receipt ({0}). Nothing was booked.")
	return words.format("; ".join(parts))


def submit(invoice: Any, name: str, goods: tracked.Goods | None = None) -> None:
	"""Insert the invoice submitted, in one pass, under the receipt's number.

	`goods` say what its rows take of batches and serial numbers; flags that come up are added to them.

	No naming series: its row would stay locked until the commit, and every other worker would wait for it.
	"""
	invoice.flags.pos_bridge_posting = True
	frappe.flags.pos_bridge_posting = {"name": name, **{field: invoice.get(field) for field in FIELDS}}
	taken = goods or tracked.Goods(invoice, _moment_of(invoice))
	invoice.run_before_save_methods = lambda: _run_before_save_methods(invoice, taken)
	try:
		with made_by_posting(), nothing_read_twice(invoice), exact_halves():
			invoice.insert(ignore_permissions=True, set_name=name)
	finally:
		del invoice.run_before_save_methods
		invoice.__dict__.pop("validate_serialized_batch", None)
		frappe.flags.pos_bridge_posting = None


def _moment_of(invoice: Any) -> datetime:
	return datetime.combine(getdate(invoice.posting_date), time.min) + to_timedelta(invoice.posting_time)


def _run_before_save_methods(invoice: Any, goods: tracked.Goods) -> None:
	"""What Frappe runs before it writes a document: here for the draft and for its submitting, in one go.

	Validated as a draft, because ERPNext computes change and outstanding amount for drafts only, and with
	`before_save`, which Frappe leaves out where a document is inserted submitted: ERPNext sets the accounts
	of payments there, and other apps hook in.
	"""
	invoice.reset_seen()
	# Fetched from the customer by now; tenders/points.py says who earns points, and a return does not.
	invoice.loyalty_program = invoice.flags.earns_points_of
	change_account = invoice.account_for_change_amount
	# ERPNext gives all rows of a mode one account in a company; ours have those of the shop.
	invoice.set_account_for_mode_of_payment = lambda: None
	for event in ("before_validate", "validate", "before_save"):
		invoice.run_method(event)
	del invoice.set_account_for_mode_of_payment
	invoice.account_for_change_amount = change_account
	tracked.complete(goods)
	if invoice.get("packed_items"):
		# ERPNext lists what bundles are made of in its first validation, and values it in the second.
		invoice.set_incoming_rate()
		invoice.set_serial_and_batch_bundle("packed_items")
	invoice.docstatus, invoice._action = 1, "submit"
	invoice.set_docstatus()
	# ERPNext leaves the status of a new document alone; as a draft being submitted it is not new.
	invoice.set("__islocal", False)
	invoice.set_status()
	invoice.set("__islocal", True)
	invoice.run_method("before_submit")
	tracked.leave_where_they_are(goods)
	invoice.set_title_field()
