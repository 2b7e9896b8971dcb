"""A document that an entry became. Written by posting only."""

from frappe.model.document import Document


class POSEntryPosting(Document):
	"""A document that an entry became. Written by posting only."""
