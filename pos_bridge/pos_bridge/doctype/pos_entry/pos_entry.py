"""An entry of the company's daybook, written by daybook and posting only; nobody changes or deletes it."""

import frappe
from frappe import _
from frappe.model.document import Document

from pos_bridge.install import make_indexes


class POSEntry(Document):
	"""One fact of a till, word for word, with its fate in the books."""

	def validate(self) -> None:
		frappe.throw(
			_("A recorded entry is never changed. A correction is a new entry, or a document in the desk.")
		)

	def on_trash(self) -> None:
		frappe.throw(_("A recorded entry is never deleted."))


def on_doctype_update() -> None:
	"""Frappe calls this on install and on each migrate."""
	make_indexes()
