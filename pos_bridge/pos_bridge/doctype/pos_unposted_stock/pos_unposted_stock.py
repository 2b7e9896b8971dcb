"""What tills sold and the books don't have yet. Written by stock.py only."""

from frappe.model.document import Document


class POSUnpostedStock(Document):
	"""What tills sold and the books don't have yet. Written by stock.py only."""
