"""A customer who was new at a till: what the till recorded, and the Customer that it became."""

import frappe
from frappe import _
from frappe.model.document import Document


class POSNewCustomer(Document):
	"""Written by the tills' endpoint; corrected and erased by its buttons, never in the form."""

	def validate(self) -> None:
		frappe.throw(_("What a till recorded is not edited here: use the buttons."))
