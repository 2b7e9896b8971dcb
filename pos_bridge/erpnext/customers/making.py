"""The Customer of an id that a till made: made, filled in later, or somebody who is known already.

It never makes two Customers of one telephone number or address, and never renames one in the books.
"""

import frappe
from frappe import _
from frappe.model.rename_doc import rename_doc

from pos_bridge.core.customers import NewCustomer, normal_email, normal_mobile
from pos_bridge.erpnext.customers.rows import DOCTYPE, ERASED, country_code
from pos_bridge.erpnext.shop import Shop

MAX_CANDIDATES = 50
"""Customers whose number ends alike, that are looked at one by one."""
_LAST_DIGITS = 7


def make(shop: Shop, name: str, mobile: str = "", email: str = "") -> str:
	"""A new Customer (and ERPNext's Contact) in the group and territory of the shop; its name."""
	document = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": name,
			"customer_type": "Individual",
			"customer_group": _group(shop),
			"territory": frappe.get_cached_value("Customer", shop.customer, "territory"),
			"mobile_no": mobile or None,
			"email_id": email or None,
		}
	)
	document.insert(ignore_permissions=True)
	return str(document.name)


def placeholder_name(id: str) -> str:
	"""What a Customer is called until its record comes, and after it is erased."""
	return _("Customer {0}").format(id[-12:])


def fill_in(customer: str, record: NewCustomer) -> None:
	"""Give a Customer that a sale made what its record says; its name in the books stays what it is."""
	document = frappe.get_doc("Customer", customer)
	document.customer_name = record.name.strip()
	document.mobile_no = record.mobile.strip() or None
	document.email_id = normal_email(record.email) or None
	document.save(ignore_permissions=True)


def merge(placeholder: str, into: str) -> None:
	"""All that was booked on the one is the other's from now on: ERPNext's own way of merging."""
	name = frappe.db.get_value("Customer", into, "customer_name")
	# ERPNext deletes the merged one with the user's own permissions, and tills have none.
	user = frappe.session.user
	frappe.set_user("Administrator")
	try:
		rename_doc(
			"Customer",
			placeholder,
			into,
			force=True,
			merge=True,
			ignore_permissions=True,
			show_alert=False,
			rebuild_search=False,
		)
	finally:
		frappe.set_user(user)
	ledgers_follow(placeholder, into)
	# ERPNext gives it the name of its id, where customers are named by their names.
	frappe.db.set_value("Customer", into, "customer_name", name, update_modified=False)


def ledgers_follow(before: str, after: str) -> None:
	"""Frappe finds rows by what it remembers of tables, which can be older than a first sale, and no text."""
	for doctype in ("GL Entry", "Payment Ledger Entry", "Payment Entry"):
		row = frappe.qb.DocType(doctype)
		query = frappe.qb.update(row).set(row.party, after)
		query.where((row.party_type == "Customer") & (row.party == before)).run()
	frappe.db.sql(
		"UPDATE `tabGL Entry` row JOIN (SELECT DISTINCT voucher_no FROM `tabGL Entry`"
		" WHERE party_type = 'Customer' AND party = %(after)s) own ON own.voucher_no = row.voucher_no"
		" SET row.against = %(after)s WHERE row.against = %(before)s",
		{"before": before, "after": after},
	)


def same_person(record: NewCustomer, shop: Shop) -> str:
	"""The oldest Customer with this telephone number or address; "" if there is none."""
	country = country_code(shop.company)
	mobile, email = normal_mobile(record.mobile, country), normal_email(record.email)
	found = {*by_mobile(mobile, country), *by_email(email)}
	rows = frappe.get_all(
		"Customer", {"name": ("in", [*found, ""]), "disabled": 0}, pluck="name", order_by="creation", limit=1
	)
	return str(rows[0]) if rows else ""


def by_mobile(mobile: str, country: str) -> list[str]:
	if not mobile:
		return []
	rows = frappe.db.sql(
		"SELECT name, mobile_no FROM `tabCustomer` WHERE mobile_no IS NOT NULL AND disabled = 0"
		" AND REGEXP_REPLACE(mobile_no, '[^0-9]', '') LIKE %(tail)s ORDER BY creation LIMIT %(most)s",
		{"tail": f"%{mobile[-_LAST_DIGITS:]}", "most": MAX_CANDIDATES},
		as_dict=True,
	)
	return [row.name for row in rows if normal_mobile(row.mobile_no, country) == mobile]


def by_email(email: str) -> list[str]:
	if not email:
		return []
	return frappe.get_all("Customer", {"email_id": email, "disabled": 0}, pluck="name", limit=MAX_CANDIDATES)


def _group(shop: Shop) -> str:
	"""The first group of the POS Profile that takes customers, else that of whoever walks in."""
	profile = frappe.get_cached_doc("POS Profile", shop.profile)
	for row in profile.customer_groups:
		bounds = frappe.get_cached_value("Customer Group", row.customer_group, ["lft", "rgt"])
		leaf = bounds and frappe.db.get_value(
			"Customer Group",
			{"is_group": 0, "lft": (">=", bounds[0]), "rgt": ("<=", bounds[1])},
			order_by="lft",
		)
		if leaf:
			return str(leaf)
	return str(frappe.get_cached_value("Customer", shop.customer, "customer_group"))


def is_placeholder(customer: str) -> bool:
	"""Whether nobody but a sale of one id has made the Customer: it can be merged without asking."""
	return frappe.db.count(DOCTYPE, {"customer": customer, "status": ("!=", ERASED)}) == 1
