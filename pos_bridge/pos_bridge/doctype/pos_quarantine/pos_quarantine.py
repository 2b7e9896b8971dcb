"""Bytes that a person has to look at. Only the review may be written; what arrived stays as it came."""

import frappe
from frappe import _
from frappe.model.document import Document


class POSQuarantine(Document):
	"""What was malformed, forked, of another till, or another body under a known id."""

	def on_trash(self) -> None:
		frappe.throw(_("What arrived from a till is never deleted. Mark it as reviewed instead."))
