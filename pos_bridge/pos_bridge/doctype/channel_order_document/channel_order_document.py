"""A document that an order became. Written by posting only."""

from frappe.model.document import Document


class ChannelOrderDocument(Document):
	"""A document that an order became. Written by posting only."""
