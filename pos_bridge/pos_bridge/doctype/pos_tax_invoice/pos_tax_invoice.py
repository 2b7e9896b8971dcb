"""A full tax invoice for a receipt, made by `erpnext.tax_invoice` only; nobody changes or deletes it."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from pos_bridge.erpnext.tax_invoice.printed import printed


class POSTaxInvoice(Document):
	"""What a receipt says once more, with the customer's name. It books nothing."""

	def validate(self) -> None:
		if not self.is_new():
			frappe.throw(_("A tax invoice is never changed. Correct it, then make a new one."))

	def on_trash(self) -> None:
		frappe.throw(_("A tax invoice is never deleted: its number would be missing. Correct it."))

	def printed(self) -> Any:
		"""For the print format: everything as words, from the entry."""
		return printed(self)
