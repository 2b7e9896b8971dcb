"""A shop that a cashier sells in, in his form's list of shops. It has no rule of its own."""

from frappe.model.document import Document


class POSCashierShop(Document):
	"""One POS Profile."""
