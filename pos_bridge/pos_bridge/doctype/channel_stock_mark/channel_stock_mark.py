"""Goods that moved, until online shops are told. Written by programs only."""

from frappe.model.document import Document


class ChannelStockMark(Document):
	"""Goods that moved, until online shops are told."""
