"""Where a shop's location lies in our books."""

from frappe.model.document import Document


class SalesChannelLocation(Document):
	"""Where a shop's location lies in our books."""
