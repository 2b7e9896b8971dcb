"""A part of a credit that is kept for one till, so that it can be spent there without a network."""

import frappe
from frappe import _
from frappe.model.document import Document

from pos_bridge.install import make_indexes


class POSCreditLease(Document):
	"""Asked for by a till, used up by what it spends; over when its time is."""

	def validate(self) -> None:
		frappe.throw(_("A lease is asked for by its till, not in the desk."))


def on_doctype_update() -> None:
	"""Frappe calls this on install and on each migrate."""
	make_indexes()
