"""Records of new customers as tills send them: kept first, then turned into Customers.

It never loses a record: what ERPNext refuses is held with its reason; taking it twice changes nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.utils import now

from pos_bridge.core.customers import NewCustomer, Taken, faults_of, normal_email, record_hash
from pos_bridge.erpnext.customers import making
from pos_bridge.erpnext.customers.rows import (
	DOCTYPE,
	ERASED,
	HELD,
	TAKEN,
	country_code,
	lock,
	row_of,
	write,
)
from pos_bridge.erpnext.shop import Shop, shop_of
from pos_bridge.erpnext.shown import plain

FLAG = "customer_waiting"


def take(till: str, record: NewCustomer) -> Taken:
	"""Keep a record and make or find its Customer: id, outcome, Customer, why it is held."""
	shop = shop_of(till)
	lock(shop.company)
	row = row_of(record.customer)
	if row and row.status == ERASED:
		return record.customer, "erased", row.customer or "", ""
	if row and row.status == TAKEN:
		return record.customer, "exists", row.customer or "", ""
	write(record.customer, _kept(till, shop, record))
	faults = faults_of(record, country_code(shop.company))
	if faults:
		return _hold(record, row, _told(faults))
	return _place(record, shop, row)


def _place(record: NewCustomer, shop: Shop, row: Any) -> Taken:
	known = making.same_person(record, shop)
	try:
		customer, outcome = _customer(record, shop, row, known)
	except frappe.ValidationError as error:
		frappe.db.rollback(save_point=_POINT)
		frappe.local.message_log = []
		return _hold(record, row, plain(frappe.utils.strip_html(str(error)))[:500])
	write(record.customer, {"status": TAKEN, "customer": customer, "reason": ""})
	if row and row.customer:
		_settle_flags(record.customer, customer)
	return record.customer, outcome, customer, ""


_POINT = "pos_bridge_new_customer"


def _customer(record: NewCustomer, shop: Shop, row: Any, known: str) -> tuple[str, str]:
	frappe.db.savepoint(_POINT)
	there = row.customer if row else ""
	if there and known and known != there:
		if making.is_placeholder(there):
			making.merge(there, known)
		return known, "same_as"
	if there:
		making.fill_in(there, record)
		return there, "created"
	if known:
		return known, "same_as"
	email = normal_email(record.email)
	return making.make(shop, record.name.strip(), record.mobile.strip(), email), "created"


def retry(id: str, name: str, mobile: str, email: str) -> Taken:
	"""A held record as somebody in the desk corrected it; what the till recorded stays beside it."""
	kept = frappe.get_doc(DOCTYPE, id)
	if kept.status != HELD:
		return id, "exists", kept.customer or "", ""
	shop = shop_of(kept.till)
	lock(shop.company)
	record = NewCustomer(id, name, mobile, email, {}, "", "", "")
	faults = faults_of(record, country_code(shop.company))
	if faults:
		return id, "held", "", _told(faults)
	write(id, _personal(name.strip(), mobile.strip(), email.strip()))
	# A sale may have made its Customer meanwhile.
	return _place(record, shop, row_of(id))


def _hold(record: NewCustomer, row: Any, reason: str) -> Taken:
	write(record.customer, {"status": HELD, "reason": reason, "customer": (row and row.customer) or None})
	return record.customer, "held", (row and row.customer) or "", reason


def _kept(till: str, shop: Shop, record: NewCustomer) -> dict[str, Any]:
	fields = {
		"status": HELD,
		"company": shop.company,
		"till": till,
		"cashier": plain(record.cashier),
		**_personal(record.name, record.mobile, record.email),
		"created_at": record.created_at,
		"recorded_at": now(),
		"salt": record.salt,
		"record_hash": record_hash(record),
	}
	for purpose, given in record.consents.items():
		fields |= {f"{purpose}_since": given.given_at, f"{purpose}_wording": plain(given.wording)}
	return fields


def _personal(name: str, mobile: str, email: str) -> dict[str, str]:
	return {"customer_name": plain(name), "mobile": plain(mobile), "email": plain(email)}


def _told(faults: Sequence[tuple[str, str]]) -> str:
	return ", ".join(_fault_words(*fault) for fault in faults)


def _fault_words(field: str, code: str) -> str:
	words: dict[tuple[str, str], Callable[[], str]] = {
		("name", "missing"): lambda: _("the name is missing"),
		("name", "too_long"): lambda: _("the name is longer than 140 characters"),
		("name", "characters"): lambda: _("the name has signs that ERPNext does not take"),
		("mobile", "no_number"): lambda: _("the mobile number is no telephone number"),
		("email", "no_address"): lambda: _("the e-mail address is none"),
		("email", "needed"): lambda: _("there is a consent, but no e-mail address"),
	}
	return words[(field, code)]()


def _settle_flags(id: str, customer: str) -> None:
	"""What was booked before the record came needs nobody's look any more."""
	remark = frappe.qb.DocType("POS Entry Flag")
	note = _("The record of {0} has come: {1}.").format(id, customer)
	(
		frappe.qb.update(remark)
		.set(remark.reviewed, 1)
		.set(remark.reviewed_by, "Administrator")
		.set(remark.reviewed_at, now())
		.set(remark.review_note, note)
		.where((remark.flag == FLAG) & (remark.reviewed == 0) & remark.details.like(f"%{id}%"))
	).run()
