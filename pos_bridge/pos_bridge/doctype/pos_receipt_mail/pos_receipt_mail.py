"""A receipt that a customer wants by e-mail; erpnext/receipt_mail.py writes and sends it."""

import frappe
from frappe import _
from frappe.model.document import Document


class POSReceiptMail(Document):
	"""Asked for by a till, once by its id; deleting it forgets the address."""

	def validate(self) -> None:
		if not self.flags.asked_by_till:
			frappe.throw(_("A receipt is sent from the till, not from the desk."))
