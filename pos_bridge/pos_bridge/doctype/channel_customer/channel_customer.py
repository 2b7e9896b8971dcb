"""Which Customer a shop means by its own id."""

from frappe.model.document import Document


class ChannelCustomer(Document):
	"""Which Customer a shop means by its own id."""
