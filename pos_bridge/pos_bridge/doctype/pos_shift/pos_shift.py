"""A cashier's working period, opened and closed by entries. Written by posting only."""

from frappe.model.document import Document


class POSShift(Document):
	"""A cashier's working period, opened and closed by entries. Written by posting only."""
