"""A cashier's working period, opened and closed by entries. Written by posting only."""

import frappe
from frappe import _
from frappe.model.document import Document

from pos_bridge.install import make_indexes


class POSShift(Document):
	"""A cashier's working period, opened and closed by entries. Written by posting only."""

	def validate(self) -> None:
		if not self.flags.pos_bridge_posting:
			frappe.throw(_("A shift is written by its entries only."))

	def on_trash(self) -> None:
		frappe.throw(_("A shift is never deleted."))


def on_doctype_update() -> None:
	"""Frappe calls this on install and on each migrate."""
	make_indexes()
