"""A cashier as the desk sees him. It only checks what people enter; PIN and badge are erpnext/people's."""

import re

import frappe
from frappe import _
from frappe.model.document import Document

SECRETS = ("pin_verifier", "badge_digest", "has_pin", "has_badge", "secrets_set_at", "secrets_set_by")
"""What erpnext/people/pins.py writes: no form and no import sets or brings back one of them."""
_NAME = re.compile(r"[^\x00-\x1f<>]{1,140}")


class POSCashier(Document):
	"""Somebody who sells at tills, in some shops or in all."""

	def validate(self) -> None:
		name = (self.get("cashier_name") or "").strip()
		self.set("cashier_name", name)
		if not _NAME.fullmatch(name):
			frappe.throw(_("A cashier's name has 1 to 140 characters, without < and >."))
		self._leave_secrets_alone()

	def _leave_secrets_alone(self) -> None:
		before = self.get_doc_before_save()
		for field in SECRETS:
			self.set(field, before.get(field) if before else None)
