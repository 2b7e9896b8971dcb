"""A till as the desk sees it. It only checks what people enter; enrolment.py knows codes and tokens."""

import re

import frappe
from frappe import _
from frappe.model.document import Document

from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.display import why_not
from pos_bridge.erpnext.shop import shop_of

ENROLMENT = ("code_hash", "code_expires_at", "code_tries", "code_made_by", "next_epoch", "last_seen_at")
"""What enrolment.py writes: a form that was opened before it did must not write the old values back."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


class POSTill(Document):
	"""One page, one agent, one drawer, selling for one POS Profile."""

	def validate(self) -> None:
		if not _NAME.fullmatch(self.till or ""):
			frappe.throw(
				_("A till's code is 1 to 32 letters, digits, - or _, and begins with a letter or digit.")
			)
		if frappe.db.exists("Sales Channel", self.till):
			frappe.throw(
				_("There is a channel {0}. Entries would mix up: choose another code.").format(self.till)
			)
		self._check_company()
		if self.display_logo and (reason := why_not(self.display_logo)):
			frappe.throw(reason)
		self._leave_enrolment_alone()

	def _leave_enrolment_alone(self) -> None:
		"""Devices, codes and epochs are as enrolment left them, whatever the form or a client sends."""
		before = self.get_doc_before_save()
		self.set("tokens", before.tokens if before else [])
		for field in ENROLMENT:
			self.set(field, before.get(field) if before else self.meta.get_field(field).default)

	def _check_company(self) -> None:
		"""A till's entries belong to one company's books for ever."""
		before = self.get_doc_before_save()
		if before and before.company != self.company and frappe.db.exists("POS Entry", {"till": self.name}):
			frappe.throw(
				_("Till {0} has entries of {1}. Make a new till for {2}.").format(
					self.name, before.company, self.company
				)
			)

	def on_update(self) -> None:
		"""Say at once what is missing in the POS Profile, not with the first sale."""
		try:
			shop = shop_of(self.name)
		except Rejected as error:
			frappe.msgprint(error.message, title=_("This till can't sell yet"), indicator="orange")
			return
		missing = [mode for mode, account in shop.tenders.items() if not account]
		if missing:
			frappe.msgprint(
				_("No account in {0} for: {1}").format(shop.company, ", ".join(missing)),
				title=_("This till can't sell yet"),
				indicator="orange",
			)

	def on_trash(self) -> None:
		if frappe.db.exists("POS Entry", {"till": self.name}):
			frappe.throw(_("Till {0} has entries and stays. Switch it off instead.").format(self.name))
