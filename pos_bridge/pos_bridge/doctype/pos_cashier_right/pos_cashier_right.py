"""A row of a role: one action, and what holds beyond its limit. Its role checks it."""

from frappe.model.document import Document


class POSCashierRight(Document):
	"""One action with its limit."""
