"""Loyalty points: spent on a sale as far as there are any, earned by it, and taken back with its return.

It never refuses points that a till took: what is missing goes to the account for shortages, with a flag.
"""

from dataclasses import dataclass
from typing import Any

import frappe
from erpnext.accounts.doctype.loyalty_program.loyalty_program import get_loyalty_details
from frappe import _
from frappe.utils import add_days, cint, flt, getdate

from pos_bridge.core.money import Rounding, round_ratio
from pos_bridge.core.pricing.loyalty import Tier, points_earned
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.posting.accounts import account_for
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.shop import Shop, currency_precision
from pos_bridge.erpnext.tenders.modes import POINTS

ENTRY = "Loyalty Point Entry"
FLAG = "points_overspent"


@dataclass(frozen=True, slots=True)
class Program:
	"""The Loyalty Program that a customer's points of this company belong to."""

	name: str
	account: str
	cost_center: str
	expires_after: int


def program_of(customer: str, company: str) -> Program | None:
	"""The customer's program, if it is this company's."""
	name = frappe.get_cached_value("Customer", customer, "loyalty_program")
	if not name:
		return None
	program = frappe.get_cached_doc("Loyalty Program", name)
	if program.company and program.company != company:
		return None
	return Program(
		program.name, program.expense_account or "", program.cost_center or "", cint(program.expiry_duration)
	)


def account_of_points(invoice: Any, shop: Shop) -> str:
	"""Where points go that are worth money: the program's account, else that for shortages."""
	program = program_of(invoice.customer, shop.company)
	return (program and program.account) or account_for("shortage", shop)


def prepare(invoice: Any, sale: Sale, shop: Shop, booking: Booking) -> None:
	"""Let a sale earn points and spend those that there are; let a return pay out in points.

	ERPNext has no part in a return's points: it would give back all that were spent on the sale, however the
	return was paid out, and refuse where those that were earned are spent.
	"""
	program = program_of(invoice.customer, shop.company)
	invoice.flags.earns_points_of = program.name if program and not invoice.is_return else None
	points, amount_minor = _paid(sale)
	if not points:
		return
	if invoice.is_return:
		_pay(invoice, amount_minor, sale, account_of_points(invoice, shop))
		if program is None:
			words = _("{0} has no loyalty program here: {1} points could not be given back.")
			booking.flag(FLAG, words.format(invoice.customer, -points))
		return
	there = min(_available(program, invoice), points) if program and program.account else 0
	part_minor = round_ratio(amount_minor * there, points, Rounding.COMMERCIAL)
	if program and part_minor:
		_redeem(invoice, there, part_minor / 10**sale.draft.currency_precision, program)
	if missing_minor := amount_minor - part_minor:
		_pay(invoice, missing_minor, sale, account_for("shortage", shop))
		words = _("{0} points of {1} were spent, {2} were there.")
		booking.flag(FLAG, words.format(points, invoice.customer, there))


def _paid(sale: Sale) -> tuple[int, int]:
	"""How many points were spent on a sale or given back, and what they pay of the goods."""
	points = sum(tender.points for tender in sale.tenders)
	shares = (share for share in sale.settled.pays if share.tender.kind == "points")
	return points, sum(share.amount_minor for share in shares)


def _available(program: Program, invoice: Any) -> int:
	"""The customer's points on the day of the sale, as far as they are still there: it may be late.

	His row is the lock that lets them be spent once.
	"""
	frappe.db.get_value("Customer", invoice.customer, "name", for_update=True)
	then = get_loyalty_details(invoice.customer, program.name, invoice.posting_date, invoice.company)
	still = frappe.get_all(
		ENTRY,
		{"customer": invoice.customer, "loyalty_program": program.name, "company": invoice.company}
		| {"expiry_date": (">=", invoice.posting_date)},
		pluck="loyalty_points",
	)
	return max(min(cint(then["loyalty_points"]), sum(still)), 0)


def _redeem(invoice: Any, points: int, amount: float, program: Program) -> None:
	invoice.redeem_loyalty_points = 1
	invoice.loyalty_points = points
	invoice.loyalty_amount = amount
	invoice.loyalty_redemption_account = program.account
	invoice.loyalty_redemption_cost_center = program.cost_center or invoice.cost_center


def _pay(invoice: Any, amount_minor: int, sale: Sale, account: str) -> None:
	amount = amount_minor / 10**sale.draft.currency_precision
	invoice.append(
		"payments", {"mode_of_payment": POINTS, "account": account, "amount": amount, "type": "Bank"}
	)


def follow(invoice: Any, sale: Sale, booking: Booking) -> None:
	"""Write down the points that ERPNext does not."""
	program = program_of(invoice.customer, invoice.company)
	if not invoice.is_return:
		_spend_the_rest(invoice, program)
		return
	if program and (points := _paid(sale)[0]):
		_write(invoice, program.name, -points, 0.0, _expiry(invoice, program))
	if invoice.return_against:
		_take_back(invoice, booking)


def _spend_the_rest(invoice: Any, program: Program | None) -> None:
	"""ERPNext spends points of Sales Invoices only; those of other documents are the customer's as well."""
	if not program or not invoice.loyalty_points:
		return
	spent = -flt(_sum({"invoice": invoice.name, "loyalty_points": ("<", 0)}))
	if rest := invoice.loyalty_points - round(spent):
		_write(invoice, program.name, -rest, 0.0, _expiry(invoice, program))


def _take_back(note: Any, booking: Booking) -> None:
	"""The points that the sale earns less; below zero where the customer spent them already."""
	sold = frappe.db.get_value(
		"Sales Invoice", note.return_against, ["grand_total", "loyalty_amount", "customer"], as_dict=True
	)
	earned = frappe.db.get_value(
		ENTRY,
		{"invoice": note.return_against, "loyalty_points": (">", 0), "redeem_against": ("is", "not set")},
		["loyalty_program", "loyalty_program_tier", "loyalty_points", "expiry_date"],
		as_dict=True,
	)
	if not earned:
		return
	notes = frappe.get_all(
		"Sales Invoice", {"return_against": note.return_against, "docstatus": 1}, ["name", "grand_total"]
	)
	kept = sold.grand_total - cint(sold.loyalty_amount) + sum(each.grand_total for each in notes)
	taken = flt(_sum({"invoice": ("in", [each.name for each in notes]), "loyalty_points": ("<", 0)}))
	points = _points_for(kept, earned) - round(earned.loyalty_points + taken)
	if points < 0:
		_write(note, earned.loyalty_program, points, note.grand_total, earned.expiry_date)
		_flag_below_zero(note, earned.loyalty_program, booking)


def _points_for(kept: float, earned: Any) -> int:
	"""What the sale earns for what was kept of it, by the tier that it was rewarded by."""
	factor = frappe.db.get_value(
		"Loyalty Program Collection",
		{"parent": earned.loyalty_program, "tier_name": earned.loyalty_program_tier},
		"collection_factor",
	)
	decimals = currency_precision()
	tier = Tier(earned.loyalty_program_tier or "", 0, round(flt(factor) * 10**9))
	return points_earned(max(round(kept * 10**decimals), 0), [tier], decimals)


def _flag_below_zero(note: Any, program: str, booking: Booking) -> None:
	left = get_loyalty_details(note.customer, program, note.posting_date, note.company)["loyalty_points"]
	if left < 0:
		words = _("{0} had spent points that the sale had earned: {1} are missing.")
		booking.flag(FLAG, words.format(note.customer, -cint(left)))


def forget(note: str) -> None:
	"""A credit note that the desk cancels leaves no points behind."""
	frappe.db.delete(ENTRY, {"invoice": note, "invoice_type": "Sales Invoice"})


def _sum(filters: dict[str, Any]) -> float:
	return sum(frappe.get_all(ENTRY, {"invoice_type": "Sales Invoice", **filters}, pluck="loyalty_points"))


def _expiry(invoice: Any, program: Program) -> Any:
	return add_days(getdate(invoice.posting_date), program.expires_after)


def _write(invoice: Any, program: str, points: int, amount: float, expires_on: Any) -> None:
	row = frappe.get_doc(
		{
			"doctype": ENTRY,
			"company": invoice.company,
			"loyalty_program": program,
			"customer": invoice.customer,
			"invoice_type": invoice.doctype,
			"invoice": invoice.name,
			"loyalty_points": points,
			"purchase_amount": amount,
			"expiry_date": expires_on,
			"posting_date": invoice.posting_date,
		}
	)
	row.insert(ignore_permissions=True)
