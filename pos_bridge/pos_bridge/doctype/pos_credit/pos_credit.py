"""A gift card or store credit as it stands. Its figures are written by posting; people block it, no more."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr

from pos_bridge.erpnext.credit.book import status_of
from pos_bridge.install import make_indexes

PEOPLES_OWN = frozenset({"blocked", "blocked_reason", "status"})


class POSCredit(Document):
	"""What the company owes on a number."""

	def validate(self) -> None:
		if self.is_new():
			frappe.throw(_("A credit is issued at a till, not in the desk."))
		before = self.get_doc_before_save()
		for field in self.meta.fields:
			own = field.fieldname in PEOPLES_OWN or field.fieldtype not in frappe.model.data_fieldtypes
			if not own and cstr(self.get(field.fieldname) or "") != cstr(before.get(field.fieldname) or ""):
				words = _("Only blocking can be changed here: {0} is written by the tills.")
				frappe.throw(words.format(frappe._(field.label)))
		self.status = status_of(self)

	def on_trash(self) -> None:
		frappe.throw(_("A credit is never deleted. Block it."))


def on_doctype_update() -> None:
	"""Frappe calls this on install and on each migrate."""
	make_indexes()
