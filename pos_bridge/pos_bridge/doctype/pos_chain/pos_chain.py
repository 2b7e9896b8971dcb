"""A writer's chain: its head, so that heads and gaps cost nothing. Written by the daybook only."""

from frappe.model.document import Document


class POSChain(Document):
	"""A writer's chain: its head, so that heads and gaps cost nothing. Written by the daybook only."""
