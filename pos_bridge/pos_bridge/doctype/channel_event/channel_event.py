"""A message of a shop that an order may have changed. Written by the endpoint only."""

from frappe.model.document import Document


class ChannelEvent(Document):
	"""A message of a shop that an order may have changed. Written by the endpoint only."""
