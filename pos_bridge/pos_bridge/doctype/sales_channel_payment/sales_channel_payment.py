"""The account of a gateway that a shop names."""

from frappe.model.document import Document


class SalesChannelPayment(Document):
	"""The account of a gateway that a shop names."""
