"""A device's token, as a hash. Written by enrolment only."""

from frappe.model.document import Document


class POSTillToken(Document):
	"""A device's token, as a hash. Written by enrolment only."""
