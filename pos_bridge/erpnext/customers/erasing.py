"""Erasing what is known of a person: name, numbers, addresses, contacts and their earlier versions.

It never touches a book: invoices, ledgers and entries stay, on a Customer who has no name any more.
"""

import frappe
from frappe import _
from frappe.model.rename_doc import rename_doc

from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.customers.making import ledgers_follow, placeholder_name
from pos_bridge.erpnext.customers.rows import DOCTYPE, ERASED
from pos_bridge.erpnext.online import parties

_PERSONAL = (
	"customer_name",
	"mobile",
	"email",
	"salt",
	"record_hash",
	"reason",
	"cashier",
)
_CONSENTS = ("receipts_since", "receipts_wording", "marketing_since", "marketing_wording")
_ON_INVOICES = (
	"contact_display",
	"contact_mobile",
	"contact_email",
	"contact_person",
	"address_display",
	"customer_address",
)


def erase(customer: str) -> str:
	"""Erase a Customer's personal data; the name that it has in the books from now on."""
	_check_walk_in(customer)
	name = placeholder_name(frappe.generate_hash(length=12))
	for id in frappe.get_all(DOCTYPE, {"customer": customer}, pluck="name"):
		erase_record(id)
	_erase_contacts(customer)
	_forget_versions("Customer", customer)
	frappe.db.set_value(
		"Customer",
		customer,
		{
			"customer_name": name,
			"customer_details": None,
			"mobile_no": None,
			"email_id": None,
			"tax_id": None,
			"image": None,
			"customer_primary_contact": None,
			"customer_primary_address": None,
			"primary_address": None,
			"pos_bridge_card": None,
		},
	)
	_erase_copies(customer, name)
	parties.forget(customer, name)
	if frappe.db.get_default("cust_master_name") == "Customer Name":
		rename_doc("Customer", customer, name, force=True, ignore_permissions=True, show_alert=False)
		ledgers_follow(customer, name)
		# Its comment says the name that it had.
		_forget_versions("Customer", name)
	frappe.clear_document_cache("Customer", customer)
	return name


def _check_walk_in(customer: str) -> None:
	if frappe.db.exists("POS Profile", {"customer": customer}):
		words = _("{0} stands for whoever walks in; there is nobody to erase.")
		raise Rejected(words.format(customer), code="walk_in")


def erase_record(id: str) -> None:
	"""Erase a till's record; one that comes again after this is not taken any more."""
	nothing = dict.fromkeys((*_PERSONAL, *_CONSENTS), None)
	frappe.db.set_value(DOCTYPE, id, {**nothing, "status": ERASED})


def _erase_contacts(customer: str) -> None:
	for doctype in ("Contact", "Address"):
		links = {"link_doctype": "Customer", "link_name": customer, "parenttype": doctype}
		for name in frappe.get_all("Dynamic Link", links, pluck="parent"):
			others = frappe.db.count("Dynamic Link", {"parent": name, "parenttype": doctype})
			if others > 1:
				continue  # it is somebody else's, too
			_forget_versions(doctype, name)
			frappe.delete_doc(doctype, name, force=True, ignore_permissions=True, delete_permanently=True)
			_forget_deletion(doctype, name)


def _forget_versions(doctype: str, name: str) -> None:
	"""Frappe keeps what a document said before, and comments about it."""
	frappe.db.delete("Version", {"ref_doctype": doctype, "docname": name})
	frappe.db.delete("Comment", {"reference_doctype": doctype, "reference_name": name})


def _forget_deletion(doctype: str, name: str) -> None:
	"""Frappe notes what was deleted by its name."""
	frappe.db.delete(
		"Comment", {"comment_type": "Deleted", "reference_doctype": doctype, "subject": ("like", f"%{name}")}
	)


def _erase_copies(customer: str, name: str) -> None:
	"""ERPNext copies name and contact onto each invoice; tax invoices keep theirs, as the law wants."""
	invoice = frappe.qb.DocType("Sales Invoice")
	update = frappe.qb.update(invoice).set(invoice.customer_name, name).set(invoice.title, name)
	for field in _ON_INVOICES:
		update = update.set(invoice[field], None)
	of_tills = (invoice.customer == customer) & invoice.pos_bridge_entry.isnotnull()
	update.where(of_tills).run()
	letter = frappe.qb.DocType("POS Receipt Mail")
	entries = frappe.qb.from_(invoice).select(invoice.pos_bridge_entry).where(of_tills)
	frappe.qb.from_(letter).delete().where(letter.entry.isin(entries)).run()
