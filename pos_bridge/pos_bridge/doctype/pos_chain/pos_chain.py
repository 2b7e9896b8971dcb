"""A writer's chain: its head, so that heads and gaps cost nothing. Written by the daybook only."""

import frappe
from frappe import _
from frappe.model.document import Document


class POSChain(Document):
	"""A writer's chain: its head, so that heads and gaps cost nothing. Written by the daybook only."""

	def validate(self) -> None:
		frappe.throw(_("A chain is written by its entries only."))

	def on_trash(self) -> None:
		frappe.throw(_("A chain is never deleted."))
