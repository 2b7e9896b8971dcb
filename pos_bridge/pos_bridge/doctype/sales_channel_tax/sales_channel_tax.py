"""The account of a tax that a shop names."""

from frappe.model.document import Document


class SalesChannelTax(Document):
	"""The account of a tax that a shop names."""
