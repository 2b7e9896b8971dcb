"""Which Item a shop means by its own id."""

import frappe
from frappe.model.document import Document

from pos_bridge.erpnext import stock_marks


class ChannelItem(Document):
	"""Which Item a shop means by its own id."""

	def on_update(self) -> None:
		self._list_goods_again()

	def after_delete(self) -> None:
		self._list_goods_again()

	def _list_goods_again(self) -> None:
		"""The shop is told of another Item's stock from now on."""
		if frappe.db.get_value("Sales Channel", self.channel, "stock_out"):
			frappe.db.set_value("Sales Channel", self.channel, "stock_items_at", None, update_modified=False)
			frappe.db.after_commit.add(stock_marks.wake)
