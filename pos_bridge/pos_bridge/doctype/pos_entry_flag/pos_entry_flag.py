"""Something an accountant should know of a booked entry. Written by posting only."""

from frappe.model.document import Document


class POSEntryFlag(Document):
	"""Something an accountant should know of a booked entry. Written by posting only."""
