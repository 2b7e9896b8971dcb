"""A row of a shift: what should be there of one tender, and what is. Written by posting only."""

from frappe.model.document import Document


class POSShiftCount(Document):
	"""A row of a shift: what should be there of one tender, and what is. Written by posting only."""
