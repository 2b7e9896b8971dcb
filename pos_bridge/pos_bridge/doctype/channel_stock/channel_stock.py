"""What an online shop is told that there is of an item at a location. Written by programs only."""

from frappe.model.document import Document


class ChannelStock(Document):
	"""What an online shop is told that there is of an item at a location."""
