"""Which Item a shop means by its own id."""

from frappe.model.document import Document


class ChannelItem(Document):
	"""Which Item a shop means by its own id."""
