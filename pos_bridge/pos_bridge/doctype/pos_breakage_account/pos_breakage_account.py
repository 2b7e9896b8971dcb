"""Where a company books what expires of its gift cards."""

from frappe.model.document import Document


class POSBreakageAccount(Document):
	"""Where a company books what expires of its gift cards."""
