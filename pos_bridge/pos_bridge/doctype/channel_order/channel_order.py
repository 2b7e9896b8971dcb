"""An order of an online shop, written by recording and posting only; nobody changes or deletes it."""

import frappe
from frappe import _
from frappe.model.document import Document


class ChannelOrder(Document):
	"""An order, the documents that it became, and what a person has to do about it."""

	def validate(self) -> None:
		frappe.throw(_("An order is changed in its shop; it is read again from there."))

	def on_trash(self) -> None:
		frappe.throw(_("An order of an online shop is never deleted."))
