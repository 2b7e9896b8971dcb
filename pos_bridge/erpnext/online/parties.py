"""Whose order it is: the Customer of the shop's id, of a verified e-mail, of a telephone, or a new one.

A guest is one Customer for each address, not for each order. It never matches by name and never merges two.
"""

import frappe
from frappe import _

from pos_bridge.core.customers import normal_email, normal_mobile
from pos_bridge.core.online import Contact, Order
from pos_bridge.erpnext.customers.making import by_email, by_mobile
from pos_bridge.erpnext.customers.rows import country_code, lock
from pos_bridge.erpnext.online.channel import Channel
from pos_bridge.erpnext.shown import plain

MAX_NAME = 140
_COPIES = ("Sales Order", "Delivery Note", "Sales Invoice", "Payment Entry")
_ON_COPIES = ("contact_display", "contact_mobile", "contact_email", "contact_person", "address_display")


def customer_of(channel: Channel, order: Order, contact: Contact) -> str:
	"""The Customer of an order, made if nobody fits; one order of a company after the other."""
	lock(channel.company)
	remote_id = order.customer or _guest(contact)
	where = {"channel": channel.name, "remote_id": remote_id}
	known = remote_id and frappe.db.get_value("Channel Customer", where, "customer")
	if known:
		return str(known)
	customer = _same_person(channel, contact) or _make(channel, order, contact)
	if remote_id:
		mapping = {"doctype": "Channel Customer", **where, "customer": customer}
		frappe.get_doc(mapping).insert(ignore_permissions=True)
	return customer


def _guest(contact: Contact) -> str:
	"""By what a guest is known again."""
	email = normal_email(contact.email)
	return f"guest:{email}"[:MAX_NAME] if email else ""


def _same_person(channel: Channel, contact: Contact) -> str:
	"""The oldest Customer with the verified address or the telephone; "" if there is none."""
	country = country_code(channel.company)
	email = normal_email(contact.email) if contact.email_verified else ""
	found = {*by_email(email), *by_mobile(normal_mobile(contact.phone, country), country)}
	rows = frappe.get_all(
		"Customer", {"name": ("in", [*found, ""]), "disabled": 0}, pluck="name", order_by="creation", limit=1
	)
	return str(rows[0]) if rows else ""


def _make(channel: Channel, order: Order, contact: Contact) -> str:
	name = plain(contact.name or contact.billing.company or contact.email).strip()[:MAX_NAME]
	document = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": name or _("Guest of {0}, order {1}").format(channel.name, order.number),
			"customer_type": "Company" if contact.billing.company and contact.tax_id else "Individual",
			"customer_group": channel.customer_group or None,
			"territory": channel.territory or None,
			"tax_id": plain(contact.tax_id)[:MAX_NAME] or None,
			"mobile_no": _mobile(contact, channel) or None,
			"email_id": _email(contact) or None,
			"pos_bridge_channel": channel.name,
		}
	)
	document.insert(ignore_permissions=True)
	return str(document.name)


def _email(contact: Contact) -> str:
	email = normal_email(contact.email)
	return email if frappe.utils.validate_email_address(email) else ""


def _mobile(contact: Contact, channel: Channel) -> str:
	"""ERPNext refuses a Customer over a number that is none; the order is not lost over it."""
	known = normal_mobile(contact.phone, country_code(channel.company))
	return (
		contact.phone.strip() if known and frappe.utils.validate_phone_number(contact.phone.strip()) else ""
	)


def forget(customer: str, name: str) -> None:
	"""Erase who ordered: contacts beside entries, a guest's address, copies on documents; `name` stays.

	Without its salt an entry's hash of the contact says nothing, and reading the order again keeps none.
	"""
	rows = frappe.get_all("Channel Order", {"customer": customer}, pluck="name")
	if not rows:
		return
	nothing = {"contact": None, "salt": None}
	frappe.db.set_value("Channel Order", {"name": ("in", rows)}, nothing)
	frappe.db.delete("Channel Customer", {"customer": customer, "remote_id": ("like", "guest:%")})
	for doctype in _COPIES:
		meta = frappe.get_meta(doctype)
		fields: dict[str, str | None] = {field: None for field in _ON_COPIES if meta.has_field(field)}
		fields |= {field: name for field in ("customer_name", "party_name", "title") if meta.has_field(field)}
		frappe.db.set_value(doctype, {"pos_bridge_channel_order": ("in", rows)}, fields)
