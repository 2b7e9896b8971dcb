"""The few settings that hold for all tills of a site."""

from frappe.model.document import Document


class POSBridgeSettings(Document):
	"""The few settings that hold for all tills of a site."""
