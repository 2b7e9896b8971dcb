"""Bytes that a person has to look at. Only the review may be written; what arrived stays as it came."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

ARRIVED = ("reason", "sent_by", "hop", "recorded_at", "entry_id", "position", "encoding", "raw")


class POSQuarantine(Document):
	"""What was malformed, forked, of another till, or another body under a known id."""

	def validate(self) -> None:
		before = self.get_doc_before_save()
		if not before or any(self.get(field) != before.get(field) for field in ARRIVED):
			frappe.throw(_("What arrived from a till is never changed. Only the review can be written."))
		if self.reviewed != before.reviewed:
			self.reviewed_by = frappe.session.user if self.reviewed else None
			self.reviewed_at = now_datetime() if self.reviewed else None
		else:
			self.reviewed_by, self.reviewed_at = before.reviewed_by, before.reviewed_at

	def on_trash(self) -> None:
		frappe.throw(_("What arrived from a till is never deleted. Mark it as reviewed instead."))
