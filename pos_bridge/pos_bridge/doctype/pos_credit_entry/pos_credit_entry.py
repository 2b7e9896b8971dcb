"""A move of a credit, written by posting only; nobody changes or deletes it."""

import frappe
from frappe import _
from frappe.model.document import Document

from pos_bridge.install import make_indexes


class POSCreditEntry(Document):
	"""What an entry of a till, or an expiry, did to a credit."""

	def validate(self) -> None:
		frappe.throw(_("A credit's moves are written by the entries of tills only."))

	def on_trash(self) -> None:
		frappe.throw(_("A credit's move is never deleted."))


def on_doctype_update() -> None:
	"""Frappe calls this on install and on each migrate."""
	make_indexes()
